"""The accounts of staff, as an administrator on the pages and the operator on the command line make and mend them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction, Operator
from surveyapp.domain.errors import InputRefused, NotPermitted
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import MAY_BE_OF_ALL, Action, Grant, Role, Staff
from surveyapp.domain.web_sessions import EndedWhy, WebSession
from surveyapp.services.participants.contacts import email_address
from surveyapp.services.security import guesses, sessions
from surveyapp.services.security.guesses import Guesser
from surveyapp.services.staff import granting, invitations
from surveyapp.services.work import Desk, Work
from surveyapp.store import staff as store
from surveyapp.store.sign_in import passkeys, program_tokens, provider_accounts, recovery_codes


@dataclass(frozen=True)
class Added:
    """What adding a user did. `link` is where the owner of a new account chooses their password, the only time it can
    be read; None where the account was there before. `granted` are the roles they did not have yet."""

    staff: Staff
    link: str | None
    granted: tuple[Grant, ...]


@dataclass(frozen=True)
class Account:
    """A line of the list of users. `roles` reads `manager in job_rotation (site SM)`, `evaluator in mentoring (releases
    only)`."""

    staff: Staff
    roles: tuple[str, ...]


def add_user(
    desk: Desk,
    email: str,
    name: str | None,
    roles: Sequence[Role],
    study: str | None = None,
    site: str | None = None,
) -> Added:
    """Gives somebody roles in a study (in every study without one; an administrator, and an auditor without a study, in
    the whole installation), over one site's participants or all; makes their account if there is none. New roles end
    their sessions. Raises InputRefused, NotFound, NotPermitted."""
    check_holds(desk)
    if email_address(email) is None:
        raise InputRefused(say("address_unusable", email=email), "email")
    if site is not None and study is None and len(desk.runtime.studies) > 1:
        raise InputRefused(say("site_without_study"), "site")
    studies = [desk.runtime.study(study).id] if study is not None else sorted(desk.runtime.studies)
    places = [(role, each) for role in roles for each in ([study] if role in MAY_BE_OF_ALL else studies)]
    for role, each in places:
        granting.check(desk, role, each, site)
    with desk.writing() as work:
        session = work.session
        grants = [granting.of(work, role, each, site) for role, each in places]
        found = store.credentials(session, email)
        if isinstance(work.actor, Staff) and found is not None:
            _other(work, found.staff.id)
        if found is None:
            made = store.add_staff(session, email.strip(), name or _name(email), None, grants, work.now)
            work.record(AuditAction.STAFF_ADDED, str(made.id))
            _record_granted(work, made, made.grants)
            return Added(made, invitations.make(work, made.id), made.grants)
        granted = store.add_grants(session, found.staff.id, grants)
        if granted:
            sessions.end_all_of_staff(work, found.staff.id, EndedWhy.ROLES_CHANGED)
            _record_granted(work, found.staff, granted)
        return Added(found.staff, None, granted)


def _record_granted(work: Work, staff: Staff, grants: Sequence[Grant]) -> None:
    """An entry a study, so that whoever reads the trail of one finds them."""
    for study in dict.fromkeys(grant.study for grant in grants):
        roles = granting.written(work, [grant for grant in grants if grant.study == study])
        work.record(AuditAction.ROLES_GRANTED, str(staff.id), study=study, roles=roles)


def new_link(desk: Desk, who: str | uuid.UUID) -> str:
    """A link to choose a new password by, the only time it can be read. The old one no longer works, and their sessions
    end. Raises NotPermitted, NotFound."""
    check_holds(desk)
    with desk.writing() as work:
        found = _other(work, who)
        store.set_password(work.session, found.id, None)
        sessions.end_all_of_staff(work, found.id, EndedWhy.PASSWORD_CHANGED)
        guesses.forget(work, Guesser(email=found.email, address=""))
        work.record(AuditAction.PASSWORD_RESET, str(found.id))
        return invitations.make(work, found.id)


def reset_second_factor(desk: Desk, who: str | uuid.UUID) -> None:
    """Takes away every second factor (app, passkeys, recovery codes) and whom the sign-in provider means; one is set up
    anew at the next sign-in. Ends their sessions. Raises NotPermitted, NotFound."""
    check_holds(desk)
    with desk.writing() as work:
        found = _other(work, who)
        store.set_totp(work.session, found.id, None)
        passkeys.remove_all(work.session, found.id)
        recovery_codes.remove_all(work.session, found.id)
        provider_accounts.remove(work.session, found.id)
        sessions.end_all_of_staff(work, found.id, EndedWhy.SECOND_FACTOR_CHANGED)
        work.record(AuditAction.SECOND_FACTOR_RESET, str(found.id))


def set_active(desk: Desk, who: str | uuid.UUID, active: bool) -> None:
    """Lets somebody sign in, or no longer: tokens of programs then end for good. What they did stays on record. Raises
    NotPermitted, NotFound, and StateRefused for the last administrator."""
    check_holds(desk)
    with desk.writing() as work:
        found = _other(work, who)
        if not active:
            granting.check_not_last(work, found, [each for each in found.grants if each.role is Role.ADMINISTRATOR])
        store.set_active(work.session, found.id, active)
        if not active:
            sessions.end_all_of_staff(work, found.id, EndedWhy.DEACTIVATED)
            program_tokens.end(work.session, found.id, work.now)
        work.record(AuditAction.STAFF_ACTIVATED if active else AuditAction.STAFF_DEACTIVATED, str(found.id))


def end_sessions(desk: Desk, who: str | uuid.UUID) -> int:
    """Signs somebody out everywhere; returns how many sessions ended. Raises NotFound, NotPermitted."""
    check_holds(desk)
    with desk.writing() as work:
        found = _other(work, who)
        count = sessions.end_all_of_staff(work, found.id, EndedWhy.ENDED_BY_ADMINISTRATOR)
        work.record(AuditAction.SESSIONS_ENDED, str(found.id), count=count)
        return count


def sessions_of(desk: Desk, who: str | uuid.UUID) -> list[WebSession]:
    """Where somebody is signed in, the last used first. Raises NotFound, NotPermitted."""
    check_holds(desk)
    with desk.writing() as work:
        found = granting.existing(work, who)
        work.record(AuditAction.ACCOUNTS_SEEN, str(found.id))
        return sessions.of_staff(work, found.id)


def users(desk: Desk) -> list[Account]:
    """Everybody who has an account, by e-mail address. Raises NotPermitted."""
    check_holds(desk)
    with desk.writing() as work:
        everyone = store.everyone(work.session)
        roles = granting.written_of(work, [each.grants for each in everyone])
        found = [Account(each, tuple(theirs)) for each, theirs in zip(everyone, roles, strict=True)]
        work.record(AuditAction.ACCOUNTS_SEEN, count=len(found))
    return found


def account(desk: Desk, staff_id: uuid.UUID) -> Account:
    """One account. Raises NotFound, NotPermitted."""
    check_holds(desk)
    with desk.writing() as work:
        found = granting.existing(work, staff_id)
        work.record(AuditAction.ACCOUNTS_SEEN, str(found.id))
        return Account(found, tuple(granting.written(work, found.grants)))


def check_holds(desk: Desk) -> None:
    """Raises NotPermitted unless whoever acts holds accounts; an operator may."""
    match desk.actor:
        case Operator():
            pass
        case Staff():
            desk.actor.check(Action.HOLD_ACCOUNTS, None)
        case _:
            raise NotPermitted(say("role_does_not_let", action=Action.HOLD_ACCOUNTS))


def _other(work: Work, who: str | uuid.UUID) -> Staff:
    """Whose account is changed: not one's own. Raises NotFound, NotPermitted."""
    found = granting.existing(work, who)
    if isinstance(work.actor, Staff) and work.actor.id == found.id:
        raise NotPermitted(say("own_account"))
    return found


def _name(email: str) -> str:
    """A first guess from the address: ana.kowalska@… is Ana Kowalska."""
    return email.strip().partition("@")[0].replace(".", " ").replace("_", " ").title()
