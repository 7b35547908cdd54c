"""The accounts of staff, as the operator makes and mends them on the command line. None of it is open to the web."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveyapp.domain.errors import InputRefused, NotFound
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Grant, Role, Staff
from surveyapp.services.keyring import hash_password
from surveyapp.services.participants.contacts import email_address
from surveyapp.services.runtime import Runtime
from surveyapp.services.staff.passwords import ONE_TIME_FOR, new_one_time_password
from surveyapp.store import audit, participants
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
    """A line of the list of users. `roles` reads `manager in job_rotation (site SM)`."""

    staff: Staff
    roles: tuple[str, ...]


def add_user(
    runtime: Runtime,
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
    if site is not None and study is None and len(runtime.studies) > 1:
        raise InputRefused(say("site_without_study"), "site")
    studies = [runtime.study(study).id] if study is not None else sorted(runtime.studies)
    now = runtime.clock()
    with runtime.database.writing() as session:
        grants = [_grant(runtime, session, role, each, site) for each in studies for role in roles]
        found = store.credentials(session, email)
        if found is None:
            password = new_one_time_password()
            made = store.add_staff(
                session, email.strip(), name or _name(email), hash_password(password), grants, now, now + ONE_TIME_FOR
            )
            audit.record(session, now, None, "staff_added", subject=made.email, roles=_written(session, made.grants))
            return Added(made, password, made.grants)
        granted = store.add_grants(session, found.staff.id, grants)
        if granted:
            store.end_sessions(session, found.staff.id)
            audit.record(
                session, now, None, "roles_granted", subject=found.staff.email, roles=_written(session, granted)
            )
        return Added(found.staff, None, granted)


def new_password(runtime: Runtime, email: str) -> str:
    """A new one-time password, returned the only time it can be read. Ends their sessions. Raises NotFound."""
    password = new_one_time_password()
    hashed, now = hash_password(password), runtime.clock()
    with runtime.database.writing() as session:
        found = _existing(session, email)
        store.set_password(session, found.id, hashed, now + ONE_TIME_FOR)
        store.set_failures(session, found.id, 0, None)
        audit.record(session, now, None, "password_reset", subject=found.email)
    return password


def reset_second_factor(runtime: Runtime, email: str) -> None:
    """Takes away the second factor, which is set up anew at the next sign-in. Ends their sessions. Raises NotFound."""
    with runtime.database.writing() as session:
        found = _existing(session, email)
        store.set_totp(session, found.id, None)
        store.end_sessions(session, found.id)
        audit.record(session, runtime.clock(), None, "second_factor_reset", subject=found.email)


def set_active(runtime: Runtime, email: str, active: bool) -> None:
    """Lets somebody sign in, or no longer. What they did stays on record. Raises NotFound."""
    with runtime.database.writing() as session:
        found = _existing(session, email)
        store.set_active(session, found.id, active)
        store.end_sessions(session, found.id)
        audit.record(
            session, runtime.clock(), None, "staff_activated" if active else "staff_deactivated", subject=found.email
        )


def users(runtime: Runtime) -> list[Account]:
    """Everybody who has an account, by e-mail address."""
    with runtime.database.reading() as session:
        return [Account(each, tuple(_written(session, each.grants))) for each in store.everyone(session)]


def _existing(session: Session, email: str) -> Staff:
    found = store.credentials(session, email)
    if found is None:
        raise NotFound(say("no_account", email=email))
    return found.staff


def _grant(runtime: Runtime, session: Session, role: Role, study: str, site: str | None) -> Grant:
    if site is None:
        return Grant(role, study)
    known = {
        each.reference: each.id for each in participants.sites(session, study, runtime.today(runtime.study(study)))
    }
    if site not in known:
        listed = ", ".join(known) or "it has none yet"
        raise NotFound(say("no_site", site=site, study=study, sites=listed))
    return Grant(role, study, known[site])


def _written(session: Session, grants: Sequence[Grant]) -> list[str]:
    sites = participants.site_references(session, [grant.site_id for grant in grants if grant.site_id])
    return [
        f"{grant.role.value} in {grant.study}" + (f" (site {sites[grant.site_id]})" if grant.site_id else "")
        for grant in grants
    ]


def _name(email: str) -> str:
    """A first guess from the address: ana.kowalska@… is Ana Kowalska."""
    return email.strip().partition("@")[0].replace(".", " ").replace("_", " ").title()
