"""Sessions in browsers, found by the keyed hash of a token that only the browser has."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.web_sessions import EndedWhy, WebSession
from surveyapp.store.tables import AccessRow, CaseRow, WebSessionRow

_COLUMNS = (
    WebSessionRow.id,
    WebSessionRow.audience,
    WebSessionRow.staff_id,
    WebSessionRow.access_id,
    WebSessionRow.own_device,
    WebSessionRow.user_agent,
    WebSessionRow.created_at,
    WebSessionRow.seen_at,
    WebSessionRow.verified_at,
    WebSessionRow.expires_at,
    WebSessionRow.ended_at,
    WebSessionRow.ended_why,
)
_BY_DIGEST = select(*_COLUMNS)


def add(session: Session, begun: WebSession, digest: str) -> None:
    """Stores a session that begins."""
    values = {column.key: getattr(begun, column.key) for column in _COLUMNS}
    session.execute(insert(WebSessionRow).values(digest=digest, **values))


def by_digest(session: Session, digests: Sequence[str]) -> WebSession | None:
    """The session whose token this is the hash of, over or not. One statement, by a unique index."""
    row = session.execute(_BY_DIGEST.where(WebSessionRow.digest.in_(digests))).one_or_none()
    return None if row is None else WebSession(**row._mapping)


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


def set_verified(session: Session, session_id: uuid.UUID, at: dt.datetime) -> None:
    """Writes down that whoever uses it has just shown who they are."""
    session.execute(update(WebSessionRow).where(WebSessionRow.id == session_id).values(verified_at=at, seen_at=at))


def set_own_device(session: Session, session_id: uuid.UUID, own: bool) -> None:
    """Writes down whether the device is the participant's own."""
    session.execute(update(WebSessionRow).where(WebSessionRow.id == session_id).values(own_device=own))


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


def end_of_access(session: Session, access_id: uuid.UUID, at: dt.datetime, why: EndedWhy) -> int:
    """Ends every session that a link or code let in; returns how many."""
    return _end(session, at, why, WebSessionRow.access_id == access_id)


def end_of_case(session: Session, case_id: uuid.UUID, at: dt.datetime, why: EndedWhy) -> int:
    """Ends every session that any link or code of a case let in; returns how many."""
    accesses = select(AccessRow.id).where(AccessRow.case_id == case_id)
    return _end(session, at, why, WebSessionRow.access_id.in_(accesses))


def end_of_participant(session: Session, participant_id: uuid.UUID, at: dt.datetime, why: EndedWhy) -> int:
    """Ends every session that any link or code of somebody's let in; returns how many."""
    accesses = select(AccessRow.id).join(CaseRow).where(CaseRow.participant_id == participant_id)
    return _end(session, at, why, WebSessionRow.access_id.in_(accesses))


def remove_old(session: Session, before: dt.datetime) -> None:
    """Deletes what was over, one way or the other, before a moment."""
    over = func.coalesce(WebSessionRow.ended_at, WebSessionRow.expires_at) < before
    session.execute(delete(WebSessionRow).where(over))


def _end(session: Session, at: dt.datetime, why: EndedWhy, *which: ColumnElement[bool]) -> int:
    query = update(WebSessionRow).where(WebSessionRow.ended_at.is_(None), *which).values(ended_at=at, ended_why=why)
    found = session.execute(query, execution_options={"synchronize_session": False})
    return found.rowcount  # type: ignore[attr-defined, no-any-return]
