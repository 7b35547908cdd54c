"""Codes that were sent to whoever asked; of each, only a keyed hash."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.entry.sent_codes import SentCode
from surveyapp.store.database import rows_changed
from surveyapp.store.tables import AccessRow, CaseRow, SentCodeRow, WebSessionRow


def add(session: Session, code: SentCode, asked_from: str) -> None:
    session.execute(
        insert(SentCodeRow).values(
            id=code.id,
            session_id=code.session_id,
            asked_at=code.asked_at,
            asked_from=asked_from,
            digest=code.digest,
            tries=code.tries,
            used_at=code.used_at,
        )
    )


def code(session: Session, id: uuid.UUID) -> SentCode | None:
    return _code(session.execute(select(SentCodeRow.__table__).where(SentCodeRow.id == id)).one_or_none())


def last_of_session(session: Session, session_id: uuid.UUID) -> SentCode | None:
    """The code that was asked for last in a browser."""
    query = select(SentCodeRow.__table__).where(SentCodeRow.session_id == session_id)
    newest = query.order_by(SentCodeRow.asked_at.desc(), SentCodeRow.id.desc()).limit(1)
    return _code(session.execute(newest).one_or_none())


def _code(row: Any) -> SentCode | None:
    if row is None:
        return None
    return SentCode(
        id=row.id,
        session_id=row.session_id,
        asked_at=row.asked_at,
        digest=row.digest,
        tries=row.tries,
        used_at=row.used_at,
    )


def of_person_since(session: Session, participant_id: uuid.UUID, since: dt.datetime) -> int:
    """How many codes were asked for with anybody's links of one person."""
    query = (
        select(func.count())
        .select_from(SentCodeRow)
        .join(WebSessionRow, WebSessionRow.id == SentCodeRow.session_id)
        .join(AccessRow, AccessRow.id == WebSessionRow.access_id)
        .join(CaseRow, CaseRow.id == AccessRow.case_id)
    )
    return session.scalar(query.where(CaseRow.participant_id == participant_id, SentCodeRow.asked_at > since)) or 0


def from_address_since(session: Session, asked_from: str, since: dt.datetime) -> int:
    """How many codes were asked for from one address."""
    query = select(func.count()).select_from(SentCodeRow)
    return session.scalar(query.where(SentCodeRow.asked_from == asked_from, SentCodeRow.asked_at > since)) or 0


def keep(session: Session, id: uuid.UUID, digest: str) -> None:
    """Keeps what a code that is being sent is known by."""
    session.execute(update(SentCodeRow).where(SentCodeRow.id == id).values(digest=digest))


def take_try(session: Session, id: uuid.UUID, most: int) -> bool:
    """Counts a try before it is looked at: so many at once are no more tries. False where there is none left."""
    query = update(SentCodeRow).where(SentCodeRow.id == id, SentCodeRow.tries < most, SentCodeRow.used_at.is_(None))
    return bool(rows_changed(session, query.values(tries=SentCodeRow.tries + 1)))


def use(session: Session, id: uuid.UUID, at: dt.datetime) -> None:
    """It was the right one, and lets in once."""
    session.execute(update(SentCodeRow).where(SentCodeRow.id == id).values(used_at=at))


def remove_old(session: Session, before: dt.datetime) -> None:
    session.execute(delete(SentCodeRow).where(SentCodeRow.asked_at < before))
