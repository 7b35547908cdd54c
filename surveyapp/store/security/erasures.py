"""Taking somebody out of every table, and the list of whom that was done to.

What belongs to a person is found by following foreign keys from their row, so that a table that is added later is not
forgotten here.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, Table, delete, or_, select
from sqlalchemy.orm import Session

from surveyapp.domain.participants import Origin
from surveyapp.store.cases import lock
from surveyapp.store.tables import Base, CaseRow, ErasureRow, MergeRow, ParticipantRow

WITHOUT_FOREIGN_KEY = frozenset({"erasure"})
"""Tables that name people by key without a foreign key, and keep them when they are erased."""


def erase(session: Session, person: uuid.UUID, at: dt.datetime) -> tuple[str, Origin] | None:
    """Deletes all there is of a person and lists them as erased: the study and origin they were in; None where nobody
    is there, and then they are listed all the same if they were not yet."""
    # Nobody adds to what is being deleted.
    lock(session, CaseRow.participant_id == person)
    row = session.execute(
        select(ParticipantRow.study, ParticipantRow.origin).where(ParticipantRow.id == person)
    ).one_or_none()
    session.flush()
    session.expunge_all()
    for table in reversed(Base.metadata.sorted_tables):
        if (theirs := belonging_to(table, person)) is not None:
            session.execute(delete(table).where(theirs))
    if session.get(ErasureRow, person) is None:
        session.add(ErasureRow(participant_id=person, study=row.study if row else None, at=at))
    return None if row is None else (row.study, row.origin)


def belonging_to(table: Table, people: uuid.UUID | Sequence[uuid.UUID]) -> ColumnElement[bool] | None:
    """Which rows of a table belong to a person, or to any of several, by way of whatever they refer to; None: no row of
    it ever does."""
    return _belonging(table, [people] if isinstance(people, uuid.UUID) else people, frozenset())


def _belonging(table: Table, people: Sequence[uuid.UUID], passed: frozenset[str]) -> ColumnElement[bool] | None:
    if table.name == ParticipantRow.__tablename__:
        return table.c.id.in_(people)
    if table.name in WITHOUT_FOREIGN_KEY:
        return None
    ways: list[Any] = []
    if "participant_id" in table.c and not table.c.participant_id.foreign_keys:
        ways.append(table.c.participant_id.in_(people))
    for key in table.foreign_keys:
        target = key.column.table
        if target.name in passed or target is table:
            continue
        theirs = _belonging(target, people, passed | {table.name})
        if theirs is not None:
            ways.append(key.parent.in_(select(key.column).where(theirs)))
    return or_(*ways) if ways else None


def listed(session: Session) -> dict[uuid.UUID, dt.datetime]:
    """Whom the database lists as erased, and since when."""
    rows = session.execute(select(ErasureRow.participant_id, ErasureRow.at))
    return {row.participant_id: row.at for row in rows}


def is_listed(session: Session, person: uuid.UUID) -> bool:
    """Whether the database lists somebody as erased, and nothing of them came back."""
    return session.get(ErasureRow, person) is not None and session.get(ParticipantRow, person) is None


def still_there(session: Session, people: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Those of these people of whom there is a row."""
    found: list[uuid.UUID] = []
    wanted = sorted(people)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        found += session.scalars(select(ParticipantRow.id).where(ParticipantRow.id.in_(some)))
    return found


def known(session: Session) -> set[uuid.UUID]:
    """Everybody who is there, by themselves or merged into somebody who is."""
    return {*session.scalars(select(ParticipantRow.id)), *session.scalars(select(MergeRow.folded_id))}


def scrub(engine: Engine) -> bool:
    """Makes the database let go of what was deleted. SQLite has written over it (`secure_delete`) and empties its log;
    PostgreSQL gives dead rows free. Whether that is done: somebody who still reads can keep SQLite's log."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            return not driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in Base.metadata.sorted_tables:
            if belonging_to(table, uuid.UUID(int=0)) is not None:
                alone.exec_driver_sql(f'VACUUM "{table.name}"')
        return True
