"""The accounts of staff, as the operator makes and mends them on the command line. None of it is open to the web."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, StateRefused
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Grant, Role, Staff
from surveyapp.domain.web_sessions import EndedWhy, WebSession
from surveyapp.services.keyring import hash_password
from surveyapp.services.participants.contacts import email_address
from surveyapp.services.security import sessions
from surveyapp.services.staff.passwords import ONE_TIME_FOR, new_one_time_password
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store import staff as store


@dataclass(frozen=True)
class Added:
    """What adding a user did. `password` is the one-time password of a new account, the only time it can be read; None
    where the account was there before. `granted` are the roles they did not have yet."""

    staff: Staff
    password: str | None
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
    """Gives somebody roles in a study (in every study without one), over one site's participants or all; makes their
    account if there is none. New roles end their sessions, so that a role that sees personal data is not entered
    without a second factor. Raises InputRefused, NotFound."""
    if email_address(email) is None:
        raise InputRefused(say("address_unusable", email=email), "email")
    if site is not None and Role.VIEWER in roles:
        raise InputRefused(say("viewer_of_site"), "site")
    if site is not None and study is None and len(desk.runtime.studies) > 1:
        raise InputRefused(say("site_without_study"), "site")
    studies = [desk.runtime.study(study).id] if study is not None else sorted(desk.runtime.studies)
    with desk.writing() as work:
        session = work.session
        grants = [_grant(work, role, each, site) for each in studies for role in roles]
        found = store.credentials(session, email)
        if found is None:
            password = new_one_time_password()
            hashed, until = hash_password(password), work.now + ONE_TIME_FOR
            made = store.add_staff(session, email.strip(), name or _name(email), hashed, grants, work.now, until)
            work.record(AuditAction.STAFF_ADDED, made.email, roles=_written(work, made.grants))
            return Added(made, password, made.grants)
        granted = store.add_grants(session, found.staff.id, grants)
        if granted:
            sessions.end_all_of_staff(work, found.staff.id, EndedWhy.ROLES_CHANGED)
            work.record(AuditAction.ROLES_GRANTED, found.staff.email, roles=_written(work, granted))
        return Added(found.staff, None, granted)


def grant(
    desk: Desk,
    email: str,
    study: str,
    role: Role,
    site: str | None = None,
    *,
    true_counts: bool = True,
    purpose: str | None = None,
) -> Grant | None:
    """Gives somebody who has an account a role in a study, over one site's participants or all; an evaluator with or
    without true counts, also where they had it the other way. Returns what they now have, None where they had just
    that. Ends their sessions. `purpose` is kept in the audit trail. Raises InputRefused, NotFound."""
    if role is Role.VIEWER and site is not None:
        raise InputRefused(say("viewer_of_site"), "site")
    if role is not Role.EVALUATOR and not true_counts:
        raise InputRefused(say("counts_of_evaluators"), "true_counts")
    desk.runtime.study(study)
    with desk.writing() as work:
        found = _existing(work, email)
        given = dataclasses.replace(_grant(work, role, study, site), true_counts=true_counts)
        if given in found.grants:
            return None
        if not store.add_grants(work.session, found.id, [given]):
            store.set_true_counts(work.session, found.id, given)
        sessions.end_all_of_staff(work, found.id, EndedWhy.ROLES_CHANGED)
        why = {"purpose": purpose} if purpose else {}
        work.record(AuditAction.ROLES_GRANTED, found.email, roles=_written(work, [given]), **why)
        return given


def revoke(desk: Desk, email: str, study: str, role: Role | None = None) -> tuple[str, ...]:
    """Takes somebody's role in a study away, over every site they had it for; without one, all their roles in it. Ends
    their sessions. Returns what was taken, as the list of users has it. Raises NotFound, and StateRefused for the last
    manager who can sign in."""
    desk.runtime.study(study)
    with desk.writing() as work:
        found = _existing(work, email)
        taken = [each for each in found.grants if each.study == study and role in (None, each.role)]
        if not taken:
            listed = ", ".join(_written(work, found.grants)) or "none"
            raise NotFound(say("role_not_held", email=found.email, study=study, roles=listed))
        if any(_manages(each) for each in taken) and not _another_manager(work, found, study):
            raise StateRefused(say("last_manager", email=found.email, study=study))
        written = tuple(_written(work, taken))
        store.remove_grants(work.session, found.id, taken)
        sessions.end_all_of_staff(work, found.id, EndedWhy.ROLES_CHANGED)
        work.record(AuditAction.ROLES_REVOKED, found.email, roles=list(written))
        return written


def _manages(grant: Grant) -> bool:
    """Whether it is over a whole study."""
    return grant.role is Role.MANAGER and grant.site_id is None


def _another_manager(work: Work, but: Staff, study: str) -> bool:
    """Whether somebody else who can sign in manages the whole study."""
    others = (each for each in store.everyone(work.session) if each.active and each.id != but.id)
    return any(_manages(grant) and grant.study == study for each in others for grant in each.grants)


def new_password(desk: Desk, email: str) -> str:
    """A new one-time password, returned the only time it can be read. Ends their sessions. Raises NotFound."""
    password = new_one_time_password()
    hashed = hash_password(password)
    with desk.writing() as work:
        found = _existing(work, email)
        store.set_password(work.session, found.id, hashed, work.now + ONE_TIME_FOR)
        sessions.end_all_of_staff(work, found.id, EndedWhy.PASSWORD_CHANGED)
        store.set_failures(work.session, found.id, 0, None)
        work.record(AuditAction.PASSWORD_RESET, found.email)
    return password


def reset_second_factor(desk: Desk, email: str) -> None:
    """Takes away the second factor, which is set up anew at the next sign-in. Ends their sessions. Raises NotFound."""
    with desk.writing() as work:
        found = _existing(work, email)
        store.set_totp(work.session, found.id, None)
        sessions.end_all_of_staff(work, found.id, EndedWhy.SECOND_FACTOR_CHANGED)
        work.record(AuditAction.SECOND_FACTOR_RESET, found.email)


def set_active(desk: Desk, email: str, active: bool) -> None:
    """Lets somebody sign in, or no longer. What they did stays on record. Raises NotFound."""
    with desk.writing() as work:
        found = _existing(work, email)
        store.set_active(work.session, found.id, active)
        if not active:
            sessions.end_all_of_staff(work, found.id, EndedWhy.DEACTIVATED)
        work.record(AuditAction.STAFF_ACTIVATED if active else AuditAction.STAFF_DEACTIVATED, found.email)


def sessions_of(desk: Desk, email: str) -> list[WebSession]:
    """Where somebody is signed in, the last used first. Raises NotFound."""
    with desk.reading() as work:
        return sessions.of_staff(work, _existing(work, email).id)


def end_sessions(desk: Desk, email: str) -> int:
    """Signs somebody out everywhere; returns how many sessions ended. Raises NotFound."""
    with desk.writing() as work:
        found = _existing(work, email)
        count = sessions.end_all_of_staff(work, found.id, EndedWhy.ENDED_BY_ADMINISTRATOR)
        work.record(AuditAction.SESSIONS_ENDED, found.email, count=count)
        return count


def users(desk: Desk) -> list[Account]:
    """Everybody who has an account, by e-mail address."""
    with desk.reading() as work:
        return [Account(each, tuple(_written(work, each.grants))) for each in store.everyone(work.session)]


def _existing(work: Work, email: str) -> Staff:
    found = store.credentials(work.session, email)
    if found is None:
        raise NotFound(say("no_account", email=email))
    return found.staff


def _grant(work: Work, role: Role, study: str, site: str | None) -> Grant:
    if site is None:
        return Grant(role, study)
    today = work.today(work.runtime.study(study))
    known = {each.reference: each.id for each in participants.sites(work.session, study, today)}
    if site not in known:
        listed = ", ".join(known) or "it has none yet"
        raise NotFound(say("no_site", site=site, study=study, sites=listed))
    return Grant(role, study, known[site])


def _written(work: Work, grants: Sequence[Grant]) -> list[str]:
    sites = participants.site_references(work.session, [grant.site_id for grant in grants if grant.site_id])
    return [
        f"{grant.role.value} in {grant.study}"
        + (f" (site {sites[grant.site_id]})" if grant.site_id else "")
        + (" (releases only)" if grant.role is Role.EVALUATOR and not grant.true_counts else "")
        for grant in grants
    ]


def _name(email: str) -> str:
    """A first guess from the address: ana.kowalska@… is Ana Kowalska."""
    return email.strip().partition("@")[0].replace(".", " ").replace("_", " ").title()
