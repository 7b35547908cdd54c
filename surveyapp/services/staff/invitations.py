"""Links by which staff choose their password: an invitation, or a way back in for whoever forgot it."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import ShiftlineError
from surveyapp.domain.staff import Staff
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.keyring import hash_password, new_token
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.staff import sign_in
from surveyapp.services.staff.passwords import check_new_password
from surveyapp.services.staff.sign_in import Entering, SignInWay
from surveyapp.services.work import Work
from surveyapp.store import staff as staff_store
from surveyapp.store.sign_in import password_links as store

HOURS = 72
"""How long a link waits for its owner."""


class LinkOver(ShiftlineError):
    """The link was used, is too old, was replaced by another, or never was one."""

    def __init__(self) -> None:
        super().__init__("The link no longer works.")


@dataclass(frozen=True)
class OpenedLink:
    """A link that works, and whose it is."""

    id: uuid.UUID
    staff: Staff


def make(work: Work, staff_id: uuid.UUID) -> str:
    """A link for somebody, the only time it can be read; any other of theirs no longer works."""
    token = new_token()
    store.replace(work.session, staff_id, _digest(token), work.now, work.now + dt.timedelta(hours=HOURS))
    return f"{work.runtime.settings.public_url}/staff/join/{token}"


def open_link(runtime: Runtime, token: str) -> OpenedLink:
    """Whose link it is. Opening it changes nothing: programs open the links in a message. Raises LinkOver."""
    with sign_in.unknown(runtime).reading() as work:
        return _working(work, store.by_digest(work.session, _digest(token)))


def opened(runtime: Runtime, link_id: uuid.UUID) -> OpenedLink:
    """A link that was opened before. Raises LinkOver."""
    with sign_in.unknown(runtime).reading() as work:
        return _working(work, store.by_id(work.session, link_id))


def choose_password(runtime: Runtime, link_id: uuid.UUID, new: str) -> Entering:
    """Takes the password that whoever opened a link chose: the link is used, their sessions end. Raises InputRefused,
    LinkOver."""
    with sign_in.unknown(runtime).reading() as work:
        link = _working(work, store.by_id(work.session, link_id))
        before = staff_store.credentials_by_id(work.session, link.staff.id)
    check_new_password(new, link.staff, before.password_hash if before else None, runtime.settings.breached_passwords)
    hashed = hash_password(new)
    with sign_in.unknown(runtime).writing() as work:
        staff_store.credentials_by_id(work.session, link.staff.id, lock=True)
        link = _working(work, store.by_id(work.session, link_id))
        store.set_used(work.session, link_id, work.now)
        staff_store.set_password(work.session, link.staff.id, hashed)
        staff_store.set_failures(work.session, link.staff.id, 0, None)
        sessions.end_all_of_staff(work, link.staff.id, EndedWhy.PASSWORD_CHANGED)
        work.by(link.staff).record(AuditAction.PASSWORD_CHANGED, by=SignInWay.LINK.value)
        found = staff_store.credentials_by_id(work.session, link.staff.id)
        assert found is not None
        return sign_in.enter(work, found, SignInWay.LINK)


def _working(work: Work, link: store.PasswordLink | None) -> OpenedLink:
    staff = staff_store.staff_by_id(work.session, link.staff_id) if link else None
    if link is None or staff is None or not staff.active or not link.works(work.now):
        raise LinkOver
    return OpenedLink(link.id, staff)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
