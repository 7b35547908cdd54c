"""Tokens of programs: kept as hashes, found by them, counted and ended."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, or_, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.programs.tokens import WITHIN, ProgramToken, TokenScope
from surveyapp.store.database import rows_changed
from surveyapp.store.tables import ProgramTokenRow


@dataclass(frozen=True)
class Calls:
    """How often a token was used since a moment; it counts anew a minute after that."""

    count: int
    since: dt.datetime


def add(session: Session, token: ProgramToken, digest: str) -> None:
    session.add(
        ProgramTokenRow(
            id=token.id,
            staff_id=token.staff_id,
            digest=digest,
            name=token.name,
            scopes=",".join(sorted(token.scopes)),
            purpose=token.purpose,
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            counted_from=None,
            ended_at=token.ended_at,
        )
    )
    session.flush()


def by_digest(session: Session, digest: str) -> ProgramToken | None:
    """One row by its unique hash, however it stands."""
    row = session.scalars(select(ProgramTokenRow).where(ProgramTokenRow.digest == digest)).one_or_none()
    return None if row is None else _token(row)


def exists(session: Session, token_id: uuid.UUID) -> bool:
    """Whether one was made under this key, whosever it is, and whether or not it has ended."""
    return session.get(ProgramTokenRow, token_id) is not None


def of_staff(session: Session, staff_id: uuid.UUID, now: dt.datetime) -> tuple[ProgramToken, ...]:
    """Somebody's tokens that live, the newest first."""
    query = select(ProgramTokenRow).where(ProgramTokenRow.staff_id == staff_id, *_alive(now))
    rows = session.scalars(query.order_by(ProgramTokenRow.created_at.desc(), ProgramTokenRow.id.desc()))
    return tuple(map(_token, rows))


def use(session: Session, token_id: uuid.UUID, now: dt.datetime) -> Calls:
    """Counts a request, in one statement however many come at once; a count begins anew a minute after its first."""
    anew = or_(ProgramTokenRow.counted_from.is_(None), ProgramTokenRow.counted_from <= now - WITHIN)
    row = session.execute(
        update(ProgramTokenRow)
        .where(ProgramTokenRow.id == token_id)
        .values(
            last_used_at=now,
            calls=case((anew, 1), else_=ProgramTokenRow.calls + 1),
            counted_from=case((anew, now), else_=ProgramTokenRow.counted_from),
        )
        .returning(ProgramTokenRow.calls, ProgramTokenRow.counted_from),
        execution_options={"synchronize_session": False},
    ).one()
    return Calls(row.calls, row.counted_from)


def end(session: Session, staff_id: uuid.UUID, at: dt.datetime, token_id: uuid.UUID | None = None) -> int:
    """Ends one of somebody's tokens, or all; returns how many lived until now."""
    which = () if token_id is None else (ProgramTokenRow.id == token_id,)
    return _end(session, at, ProgramTokenRow.staff_id == staff_id, *which)


def end_all(session: Session, at: dt.datetime) -> int:
    """Ends everybody's."""
    return _end(session, at)


def _end(session: Session, at: dt.datetime, *which: ColumnElement[bool]) -> int:
    query = update(ProgramTokenRow).where(*_alive(at), *which).values(ended_at=at)
    return rows_changed(session, query.execution_options(synchronize_session=False))


def _alive(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return ProgramTokenRow.ended_at.is_(None), ProgramTokenRow.expires_at > now


def _token(row: ProgramTokenRow) -> ProgramToken:
    return ProgramToken(
        id=row.id,
        staff_id=row.staff_id,
        name=row.name,
        scopes=frozenset(TokenScope(each) for each in row.scopes.split(",") if each),
        purpose=row.purpose,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        ended_at=row.ended_at,
    )
