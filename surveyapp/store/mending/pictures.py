"""All there is of somebody taken out of the tables, and put back.

What belongs to them is found by following foreign keys, as an erasure does, so that a table that is added later is
neither lost nor left behind.
"""

from __future__ import annotations

import base64
import datetime as dt
import enum
import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, delete, insert, or_, select
from sqlalchemy.orm import Session

from surveyapp.store.answering import sent
from surveyapp.store.column_types import OneOf
from surveyapp.store.security.erasures import belonging_to
from surveyapp.store.tables import Base, CaseRow, ParticipantRow, RelationshipRow

NOT_PICTURED = frozenset({"result_change", "lease", "spot_arrival", "sent_code"})
"""Tables whose rows are worth nothing later."""

NOT_THEIRS = frozenset({"spot_day"})
"""Tables that name people and belong to staff."""


def take_out(session: Session, person: uuid.UUID) -> dict[str, Any]:
    """Takes all that belongs to somebody out of the tables; what it was, as JSON can keep it."""
    session.flush()
    session.expire_all()
    found: dict[str, Any] = {}
    tables = [(table, belonging_to(table, person)) for table in Base.metadata.sorted_tables]
    for table, theirs in tables:
        if theirs is not None and table.name not in NOT_PICTURED | NOT_THEIRS:
            rows = session.connection().execute(select(table).where(theirs)).all()
            if rows:
                found[table.name] = [{name: _packed(value) for name, value in row._mapping.items()} for row in rows]
    for table, theirs in reversed(tables):
        if theirs is not None and table.name not in NOT_THEIRS:
            session.execute(delete(table).where(theirs))
    session.expunge_all()
    return found


def put_back(session: Session, picture: Mapping[str, Any], between: Callable[[], None]) -> None:
    """Puts somebody back as they were taken out: themselves, `between` what went over from them, then all the rest."""
    done = False
    for table in Base.metadata.sorted_tables:
        rows = [
            {name: _unpacked(table, name, value) for name, value in row.items()} for row in picture.get(table.name, ())
        ]
        if table.name == RelationshipRow.__tablename__:
            rows = [row for row in rows if _can_be_related(session, row)]
        if rows:
            session.connection().execute(insert(table), rows)
        if table.name == ParticipantRow.__tablename__ and not done:
            between()
            done = True
    # One that was taken out before it was kept does not say how its answers were sent.
    sent.note(session, [uuid.UUID(row["id"][1]) for row in picture.get(CaseRow.__tablename__, ())])


def parted(picture: Mapping[str, Any], cases: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of a picture belongs to these cases, and the rest."""
    these: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    keys = {("case", "id", each) for each in cases}
    for table in Base.metadata.sorted_tables:
        for row in picture.get(table.name, ()):
            named = {(table.name, column.name, row[column.name][1]) for column in table.primary_key}
            refers = {
                (key.column.table.name, key.column.name, row[key.parent.name][1])
                for key in table.foreign_keys
                if key.column.table is not table
            }
            theirs = bool((named | refers) & keys)
            if theirs and len(table.primary_key) == 1:
                keys |= named
            (these if theirs else rest).setdefault(table.name, []).append(row)
    return these, rest


def of_another(session: Session, person: uuid.UUID, other: uuid.UUID, reference: str) -> dict[str, Any]:
    """A picture of nothing but that somebody is there, in the study and the group of another."""
    row = session.connection().execute(select(ParticipantRow.__table__).where(ParticipantRow.id == other)).one()
    values = {**row._mapping, "id": person, "reference": reference, "attributes": {}}
    return {ParticipantRow.__tablename__: [{name: _packed(value) for name, value in values.items()}]}


def _can_be_related(session: Session, row: Mapping[str, Any]) -> bool:
    """Whether both are there, and neither is somebody else's meanwhile."""
    ids = (row["first_id"], row["second_id"])
    if len(list(session.scalars(select(ParticipantRow.id).where(ParticipantRow.id.in_(ids))))) < len(ids):
        return False
    taken = or_(RelationshipRow.first_id == ids[0], RelationshipRow.second_id == ids[1])
    there = select(RelationshipRow.relationship).where(RelationshipRow.relationship == row["relationship"], taken)
    return session.execute(there).first() is None


def _packed(value: Any) -> list[Any]:
    """A cell as JSON keeps it, with what kind of value it is."""
    match value:
        case uuid.UUID():
            return ["id", value.hex]
        case enum.Enum():
            return ["member", value.value]
        case dt.datetime():
            return ["moment", value.isoformat()]
        case dt.date():
            return ["day", value.isoformat()]
        case dt.time():
            return ["time", value.isoformat()]
        case Decimal():
            return ["number", str(value)]
        case bytes():
            return ["bytes", base64.b64encode(value).decode()]
    return ["as is", value]


def _unpacked(table: Table, name: str, packed: Sequence[Any]) -> Any:
    kind, value = packed
    match kind:
        case "id":
            return uuid.UUID(value)
        case "member":
            column = table.c[name].type
            assert isinstance(column, OneOf)
            return column.kind(value)
        case "moment":
            return dt.datetime.fromisoformat(value)
        case "day":
            return dt.date.fromisoformat(value)
        case "time":
            return dt.time.fromisoformat(value)
        case "number":
            return Decimal(value)
        case "bytes":
            return base64.b64decode(value)
    return value


def as_text(picture: Mapping[str, Any]) -> str:
    return json.dumps(picture, ensure_ascii=False)


def give(session: Session, picture: Mapping[str, Any], cases: Mapping[str, uuid.UUID]) -> None:
    """Says of cases in a picture whose they are when it is put back."""
    for row in picture.get(CaseRow.__tablename__, ()):
        if row["id"][1] in cases:
            row["participant_id"] = _packed(cases[row["id"][1]])
