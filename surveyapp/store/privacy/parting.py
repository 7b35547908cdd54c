"""Parting answers from whose they were: what stays is under keys drawn by lot, and no moment in it is nearer than a
month.

The audit trail keeps what was done under references, to the microsecond, and never changes; copies of the database keep
keys. Neither is to lead to answers that are nobody's any more.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Date, Table, and_, delete, func, not_, select, update
from sqlalchemy.orm import Session

from surveyapp.store.answering.sent import counting
from surveyapp.store.column_types import UtcDateTime
from surveyapp.store.database import table_of
from surveyapp.store.tables import (
    AnswerHistoryRow,
    CaseRow,
    CodedAnswerRow,
    ConsentRow,
    KnownSaveRow,
    NewestAnswerRow,
    ParticipantRow,
    ReopeningRow,
    ResponseRow,
    SaveRow,
)

_KEYED = tuple(map(table_of, (ParticipantRow, CaseRow, ResponseRow, SaveRow, ConsentRow, ReopeningRow)))
"""What stays and has a key of its own, each after what it belongs to."""

NewKeys = dict[uuid.UUID, uuid.UUID]
"""The new key of each old one."""


def part(session: Session, person: uuid.UUID, reference: str, zone: ZoneInfo) -> uuid.UUID:
    """Copies all that is left of somebody to new keys and another reference, each moment to the first of its month, and
    takes the old rows away; returns whose it is now. `zone`: by which months are reckoned."""
    session.flush()
    _let_go_of_what_nobody_reads(session, person)
    keys: dict[Table, NewKeys] = {}
    for table in _KEYED:
        keys[table] = _copy(session, table, person, reference, keys, zone)
    for table in _KEYED:
        for column in _leading_to(table):
            if column.table not in keys:
                for old, new in keys[table].items():
                    session.execute(update(column.table).where(column == old).values({column.name: new}))
    _coarsen(session, table_of(CodedAnswerRow), keys[table_of(ResponseRow)].values(), zone)
    for table in reversed(_KEYED):
        session.execute(delete(table).where(table.c.id.in_(list(keys[table]))))
    session.expire_all()
    return keys[table_of(ParticipantRow)][person]


def _let_go_of_what_nobody_reads(session: Session, person: uuid.UUID) -> None:
    """What a save that comes again is known by, what was said of a purpose before it was said otherwise, and a
    correction that was opened and never sent: with months for moments it could not be told from one that was."""
    mine = (
        select(ResponseRow.id).join(CaseRow, CaseRow.id == ResponseRow.case_id).where(CaseRow.participant_id == person)
    )
    session.execute(delete(KnownSaveRow).where(KnownSaveRow.response_id.in_(mine)))
    for response in session.scalars(mine.where(ResponseRow.reopened_at.is_not(None))).all():
        _let_go_of_a_correction(session, response)
    query = select(ConsentRow.id, ConsentRow.purpose).where(ConsentRow.participant_id == person)
    said = session.execute(query.order_by(ConsentRow.recorded_at, ConsentRow.id)).all()
    last = {row.purpose: row.id for row in said}.values()
    session.execute(delete(ConsentRow).where(ConsentRow.participant_id == person, ConsentRow.id.not_in(list(last))))


def _let_go_of_a_correction(session: Session, response: uuid.UUID) -> None:
    """Takes away what was entered since a response was opened again that was not sent again."""
    unsent = and_(SaveRow.response_id == response, SaveRow.late.is_(False), not_(counting(SaveRow)))
    query = select(SaveRow.id).join(ResponseRow, ResponseRow.id == SaveRow.response_id).where(unsent)
    saves = session.scalars(query).all()
    sent_at = select(func.coalesce(ResponseRow.sent_again_at, ResponseRow.submitted_at)).where(
        ResponseRow.id == response
    )
    session.execute(
        delete(ReopeningRow).where(ReopeningRow.response_id == response, ReopeningRow.at > sent_at.scalar_subquery())
    )
    for table in (NewestAnswerRow, AnswerHistoryRow):
        session.execute(delete(table).where(table.save_id.in_(saves)))
    session.execute(delete(SaveRow).where(SaveRow.id.in_(saves)))
    session.execute(update(ResponseRow).where(ResponseRow.id == response).values(reopened_at=None))


def _copy(
    session: Session, table: Table, person: uuid.UUID, reference: str, keys: dict[Table, NewKeys], zone: ZoneInfo
) -> NewKeys:
    """Copies the rows of a table that belong to what was copied before."""
    if table is table_of(ParticipantRow):
        belongs = table.c.id == person
    else:
        (owner,) = (column for column in table.c for key in column.foreign_keys if key.column.table in keys)
        (key,) = owner.foreign_keys
        belongs = owner.in_(list(keys[key.column.table]))
    rows = session.execute(select(table).where(belongs)).mappings().all()
    renamed = {row["id"]: uuid.uuid4() for row in rows}
    copies = []
    for row in rows:
        copied = {name: _coarse(table.c[name], value, zone) for name, value in row.items()}
        for column in table.c:
            for key in column.foreign_keys:
                if key.column.table in keys:
                    copied[column.name] = keys[key.column.table][row[column.name]]
        copies.append(copied | _in_place(table, reference) | {"id": renamed[row["id"]]})
    if copies:
        session.execute(table.insert(), copies)
    return renamed


def _in_place(table: Table, reference: str) -> dict[str, Any]:
    """What stands in the place of what says whose a row is."""
    if table is table_of(ParticipantRow):
        return {"reference": reference}
    if table is table_of(SaveRow):  # what a device called it, when it said that was, and what it held
        return {"client_id": uuid.uuid4(), "client_at": None, "payload_hash": ""}
    return {}


def _leading_to(table: Table) -> list[Column[Any]]:
    return [
        column
        for other in table.metadata.tables.values()
        for column in other.c
        if any(key.column.table is table for key in column.foreign_keys)
    ]


def _coarsen(session: Session, table: Table, responses: Any, zone: ZoneInfo) -> None:
    """Brings the moments of rows that belong to responses to the first of their months."""
    for column in table.c:
        if isinstance(column.type, UtcDateTime):
            query = select(column).where(table.c.response_id.in_(list(responses))).distinct()
            for at in session.scalars(query).all():
                session.execute(
                    update(table)
                    .where(table.c.response_id.in_(list(responses)), column == at)
                    .values({column.name: _month_of(at, zone)})
                )


def _coarse(column: Column[Any], value: Any, zone: ZoneInfo) -> Any:
    if value is None or not isinstance(column.type, UtcDateTime | Date):
        return value
    return value.replace(day=1) if isinstance(column.type, Date) else _month_of(value, zone)


def _month_of(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The moment at which the month began that it is in."""
    local = at.astimezone(zone)
    return dt.datetime(local.year, local.month, 1, tzinfo=zone).astimezone(dt.UTC)
