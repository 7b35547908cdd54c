"""Sessions in browsers, found by the keyed hash of a token that only the browser has; and the forms that came in after
their session had ended, kept sealed for whoever filled them in."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.web_sessions import EndedWhy, WebSession
from surveyapp.store.answering.prepared import Prepared
from surveyapp.store.database import rows_changed
from surveyapp.store.participants import Sealed
from surveyapp.store.tables import AccessRow, CaseRow, KeptFormRow, WebSessionRow

_COLUMNS = (
    WebSessionRow.id,
    WebSessionRow.audience,
    WebSessionRow.staff_id,
    WebSessionRow.access_id,
    WebSessionRow.own_device,
    WebSessionRow.began,
    WebSessionRow.user_agent,
    WebSessionRow.created_at,
    WebSessionRow.seen_at,
    WebSessionRow.verified_at,
    WebSessionRow.expires_at,
    WebSessionRow.ended_at,
    WebSessionRow.ended_why,
    WebSessionRow.lent_until,
)


@functools.cache
def _by_digest(digests: int) -> Prepared:
    several: list[Any] = [bindparam(f"digest_{each}") for each in range(digests)]
    return Prepared(select(*_COLUMNS).where(WebSessionRow.digest.in_(several)))


def add(session: Session, begun: WebSession, digest: str) -> None:
    """Stores a session that begins."""
    values = {column.key: getattr(begun, column.key) for column in _COLUMNS}
    session.execute(insert(WebSessionRow).values(digest=digest, **values))


def by_digest(session: Session, digests: Sequence[str]) -> WebSession | None:
    """The session whose token this is the hash of, over or not. One statement, by a unique index."""
    session.flush()
    named = {f"digest_{each}": digest for each, digest in enumerate(digests)}
    row = _by_digest(len(digests)).row(session, named)
    return None if row is None else WebSession(**row._asdict())


def of_staff(session: Session, staff_id: uuid.UUID, now: dt.datetime) -> list[WebSession]:
    """A staff member's sessions that were not ended and are not too old, the last used first. Some may be idle."""
    query = select(*_COLUMNS).where(
        WebSessionRow.staff_id == staff_id, WebSessionRow.ended_at.is_(None), WebSessionRow.expires_at > now
    )
    rows = session.execute(query.order_by(WebSessionRow.seen_at.desc(), WebSessionRow.id))
    return [WebSession(**row._mapping) for row in rows]


def set_seen(session: Session, session_id: uuid.UUID, at: dt.datetime) -> None:
    """Writes down when it was last used. Never earlier than it says already: two pages may be asked for at once."""
    session.execute(
        update(WebSessionRow).where(WebSessionRow.id == session_id, WebSessionRow.seen_at < at).values(seen_at=at)
    )


def set_verified(session: Session, session_id: uuid.UUID, at: dt.datetime, digest: str) -> None:
    """Writes down that whoever uses it has just shown who they are, and by what it is found from now on."""
    values = {"verified_at": at, "seen_at": at, "digest": digest}
    session.execute(update(WebSessionRow).where(WebSessionRow.id == session_id).values(**values))


def lend(session: Session, session_id: uuid.UUID, until: dt.datetime) -> bool:
    """Locks it: the device is in a participant's hands. False where it is already."""
    query = update(WebSessionRow).where(
        WebSessionRow.id == session_id, WebSessionRow.lent_until.is_(None), WebSessionRow.ended_at.is_(None)
    )
    return bool(rows_changed(session, query.values(lent_until=until)))


def take_back(session: Session, session_id: uuid.UUID, at: dt.datetime) -> None:
    """Unlocks it. It was used just now."""
    session.execute(update(WebSessionRow).where(WebSessionRow.id == session_id).values(lent_until=None, seen_at=at))


def set_own_device(session: Session, session_id: uuid.UUID, own: bool) -> None:
    """Writes down whether the device is the participant's own."""
    session.execute(update(WebSessionRow).where(WebSessionRow.id == session_id).values(own_device=own))


def set_began(session: Session, session_id: uuid.UUID) -> None:
    """Writes down that an answer was stored in it."""
    session.execute(update(WebSessionRow).where(WebSessionRow.id == session_id).values(began=True))


def end(session: Session, session_id: uuid.UUID, at: dt.datetime, why: EndedWhy) -> int:
    """Ends one that was not ended; returns whether there was one to end, as 1 or 0."""
    return _end(session, at, why, WebSessionRow.id == session_id)


def end_by_digest(session: Session, digests: Sequence[str], at: dt.datetime, why: EndedWhy) -> int:
    """Ends the one whose token this is the hash of. One that is too old keeps that for its end."""
    return _end(session, at, why, WebSessionRow.digest.in_(digests), WebSessionRow.expires_at > at)


def end_of_staff(
    session: Session, staff_id: uuid.UUID, at: dt.datetime, why: EndedWhy, but: uuid.UUID | None = None
) -> int:
    """Ends every session of a staff member, one perhaps left out; returns how many."""
    others = () if but is None else (WebSessionRow.id != but,)
    return _end(session, at, why, WebSessionRow.staff_id == staff_id, *others)


def end_of_case(session: Session, case_id: uuid.UUID, at: dt.datetime, why: EndedWhy) -> int:
    """Ends every session that any link or code of a case let in; returns how many."""
    accesses = select(AccessRow.id).where(AccessRow.case_id == case_id)
    return _end(session, at, why, WebSessionRow.access_id.in_(accesses))


def end_of_participant(
    session: Session, participant_id: uuid.UUID, at: dt.datetime, why: EndedWhy, but: uuid.UUID | None = None
) -> int:
    """Ends every session that any link or code of somebody's let in, one perhaps left out; returns how many."""
    accesses = select(AccessRow.id).join(CaseRow).where(CaseRow.participant_id == participant_id)
    others = () if but is None else (WebSessionRow.id != but,)
    return _end(session, at, why, WebSessionRow.access_id.in_(accesses), *others)


def end_all(session: Session, at: dt.datetime, why: EndedWhy) -> int:
    """Ends everybody's."""
    return _end(session, at, why)


def remove_old(session: Session, before: dt.datetime) -> None:
    """Deletes what was over, one way or the other, before a moment."""
    over = func.coalesce(WebSessionRow.ended_at, WebSessionRow.expires_at) < before
    session.execute(delete(WebSessionRow).where(over))


def _end(session: Session, at: dt.datetime, why: EndedWhy, *which: ColumnElement[bool]) -> int:
    query = update(WebSessionRow).where(WebSessionRow.ended_at.is_(None), *which).values(ended_at=at, ended_why=why)
    return rows_changed(session, query.execution_options(synchronize_session=False))


# What was typed when one ended


@dataclass(frozen=True, kw_only=True)
class SealedForm:
    """A kept form, as it lies in the database. One of `staff_id` and `access_id` says whose it is."""

    id: uuid.UUID
    staff_id: uuid.UUID | None
    access_id: uuid.UUID | None
    path: str
    sealed: Sealed
    kept_at: dt.datetime


def keep_form(session: Session, kept: SealedForm) -> list[uuid.UUID]:
    """Keeps a form, in place of one that the same person sent to the same address before: which went."""
    gone = _remove_forms(session, _owned_by(kept.staff_id or kept.access_id), KeptFormRow.path == kept.path)
    session.execute(
        insert(KeptFormRow).values(
            id=kept.id,
            staff_id=kept.staff_id,
            access_id=kept.access_id,
            path=kept.path,
            key_id=kept.sealed.key_id,
            ciphertext=kept.sealed.ciphertext,
            kept_at=kept.kept_at,
        )
    )
    return gone


def forms_of(session: Session, owner: uuid.UUID, since: dt.datetime) -> list[SealedForm]:
    """What is kept for a staff member or an access, and not older than that, oldest first."""
    return _forms(session, _owned_by(owner), KeptFormRow.kept_at > since)


def forms_of_staff(session: Session) -> list[SealedForm]:
    """What is kept for any member of staff, oldest first."""
    return _forms(session, KeptFormRow.staff_id.is_not(None))


def forms(session: Session) -> list[uuid.UUID]:
    """All that are kept."""
    return list(session.scalars(select(KeptFormRow.id)))


def _forms(session: Session, *which: ColumnElement[bool]) -> list[SealedForm]:
    query = select(*KeptFormRow.__table__.columns).where(*which).order_by(KeptFormRow.id)
    return [
        SealedForm(
            id=row.id,
            staff_id=row.staff_id,
            access_id=row.access_id,
            path=row.path,
            sealed=Sealed(row.key_id, row.ciphertext),
            kept_at=row.kept_at,
        )
        for row in session.execute(query)
    ]


def count_forms(session: Session, owner: uuid.UUID) -> int:
    return session.scalar(select(func.count()).select_from(KeptFormRow).where(_owned_by(owner))) or 0


def remove_form(session: Session, owner: uuid.UUID, kept_id: uuid.UUID) -> list[uuid.UUID]:
    """Lets go of one, if it is theirs: that which went."""
    return _remove_forms(session, _owned_by(owner), KeptFormRow.id == kept_id)


def remove_old_forms(session: Session, before: dt.datetime) -> list[uuid.UUID]:
    """Lets go of everybody's that were kept before a moment: which went."""
    return _remove_forms(session, KeptFormRow.kept_at <= before)


def _remove_forms(session: Session, *which: ColumnElement[bool]) -> list[uuid.UUID]:
    return list(session.scalars(delete(KeptFormRow).where(*which).returning(KeptFormRow.id)))


def _owned_by(owner: uuid.UUID | None) -> ColumnElement[bool]:
    return (KeptFormRow.staff_id == owner) | (KeptFormRow.access_id == owner)
