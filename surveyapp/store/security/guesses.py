"""Wrong guesses, counted in the database so that every process counts together, and the alarms they raise."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from surveyapp.domain.security.guesses import ALARM_WITHIN, FORGOTTEN_AFTER, GuessCount, GuessKind
from surveyapp.store.database import new_id, rows_changed
from surveyapp.store.tables import AlarmRow, GuessRow

EVERYBODY = "everybody"
"""Whose guesses are all of them."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """So many wrong guesses, by everybody together, that somebody is to be told: `wrong` since `since`, and still
    counting for a day. `read_at`: when one of the staff said that they know."""

    id: uuid.UUID
    since: dt.datetime
    raised_at: dt.datetime
    wrong: int
    read_at: dt.datetime | None


def add(session: Session, kind: GuessKind, whose: str, now: dt.datetime) -> GuessCount:
    """Counts a wrong guess; a count that was not added to for a day begins anew."""
    return _add(session, kind, whose, now, GuessRow.last_at, FORGOTTEN_AFTER)


def add_to_all(session: Session, now: dt.datetime) -> GuessCount:
    """Counts a wrong guess of anybody at anything; the count begins anew a day after its first."""
    return _add(session, GuessKind.ANY, EVERYBODY, now, GuessRow.first_at, ALARM_WITHIN)


def _add(
    session: Session,
    kind: GuessKind,
    whose: str,
    now: dt.datetime,
    counted_from: InstrumentedAttribute[dt.datetime],
    span: dt.timedelta,
) -> GuessCount:
    """One statement, however many processes count at once."""
    make: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    anew: ColumnElement[bool] = counted_from <= now - span
    added = make(GuessRow).values(kind=kind, whose=whose, wrong=1, first_at=now, last_at=now)
    counted = added.on_conflict_do_update(
        index_elements=[GuessRow.kind, GuessRow.whose],
        set_={
            "wrong": case((anew, 1), else_=GuessRow.wrong + 1),
            "first_at": case((anew, added.excluded.first_at), else_=GuessRow.first_at),
            "last_at": added.excluded.last_at,
        },
    )
    row = session.execute(counted.returning(GuessRow.wrong, GuessRow.first_at, GuessRow.last_at)).one()
    if row.wrong == 1:
        session.execute(delete(GuessRow).where(GuessRow.last_at < now - 2 * FORGOTTEN_AFTER))
    return GuessCount(row.wrong, row.first_at, row.last_at)


def count(session: Session, kind: GuessKind, whose: str) -> GuessCount | None:
    """What was counted of somebody's guesses. One row by its key."""
    query = select(GuessRow.wrong, GuessRow.first_at, GuessRow.last_at)
    row = session.execute(query.where(GuessRow.kind == kind, GuessRow.whose == whose)).one_or_none()
    return None if row is None else GuessCount(*row)


def forget(session: Session, kind: GuessKind, whose: str) -> None:
    """Begins somebody's count anew: they are who they say."""
    session.execute(delete(GuessRow).where(GuessRow.kind == kind, GuessRow.whose == whose))


def raise_alarm(session: Session, counted: GuessCount, now: dt.datetime) -> None:
    """Stores that somebody is to be told."""
    session.execute(
        insert(AlarmRow).values(id=new_id(), since=counted.first_at, raised_at=now, wrong=counted.wrong, read_at=None)
    )


def keep_up(session: Session, counted: GuessCount) -> None:
    """Writes down in the alarm that the guesses went on."""
    session.execute(update(AlarmRow).where(AlarmRow.since == counted.first_at).values(wrong=counted.wrong))


_ALARM = (AlarmRow.id, AlarmRow.since, AlarmRow.raised_at, AlarmRow.wrong, AlarmRow.read_at)


def alarms(session: Session, since: dt.datetime) -> list[Alarm]:
    """Raised since a moment, the newest first."""
    query = select(*_ALARM).where(AlarmRow.raised_at > since).order_by(AlarmRow.raised_at.desc())
    return [Alarm(**row._mapping) for row in session.execute(query)]


def unread(session: Session) -> int:
    """How many alarms nobody has said of that they know."""
    return session.scalar(select(func.count()).select_from(AlarmRow).where(AlarmRow.read_at.is_(None))) or 0


def mark_read(session: Session, at: dt.datetime) -> int:
    """Somebody knows of every alarm that there is; returns of how many nobody did."""
    return rows_changed(session, update(AlarmRow).where(AlarmRow.read_at.is_(None)).values(read_at=at))
