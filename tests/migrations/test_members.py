"""What a migrated database lets in is what the code can say: every member of every enum, and nothing else."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Integer,
    LargeBinary,
    String,
    Time,
    Uuid,
    insert,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

from surveyapp.store.column_types import ExactNumber, OneOf, UtcDateTime
from surveyapp.store.database import Database
from surveyapp.store.tables import Base

COLUMNS = [
    column for table in Base.metadata.sorted_tables for column in table.columns if isinstance(column.type, OneOf)
]

FILLINGS: dict[type, object] = {
    String: "x",
    Integer: 1,
    Boolean: True,
    LargeBinary: b"x",
    Uuid: uuid.UUID(int=1),
    Date: dt.date(2026, 6, 15),
    Time: dt.time(7, 30),
    UtcDateTime: dt.datetime(2026, 6, 15, tzinfo=dt.UTC),
    ExactNumber: Decimal(1),
    JSON: {},
}


def filling(column: Column[Any]) -> object:
    """Something that fits a column."""
    if isinstance(column.type, OneOf):
        return next(iter(column.type.kind))
    return next(value for kind, value in FILLINGS.items() if isinstance(column.type, kind))


def without_foreign_keys(database: Database) -> str:
    """What lets a row stand alone for one transaction, as a database says it."""
    sqlite = database.engine.dialect.name == "sqlite"
    return "PRAGMA foreign_keys = OFF" if sqlite else "SET session_replication_role = replica"


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_every_member_can_be_stored(database_url: str, column: Column[Any]) -> None:
    database = Database(database_url)
    table, members = column.table, list(column.type.kind)  # type: ignore[attr-defined]
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(without_foreign_keys(database))
        stored = []
        connection.execute(text("SAVEPOINT empty"))
        for member in members:
            row = {each.name: filling(each) for each in table.columns} | {column.name: member}
            connection.execute(insert(table).values(row))  # type: ignore[arg-type]
            stored.append(connection.execute(select(column)).scalar_one())
            # Taken back, not deleted: some tables are insert only.
            connection.execute(text("ROLLBACK TO SAVEPOINT empty"))
        connection.rollback()
    database.dispose()
    assert stored == members


@pytest.mark.parametrize(
    "column",
    [
        column
        for column in COLUMNS
        for constraint in column.table.constraints  # type: ignore[attr-defined]
        if isinstance(constraint, CheckConstraint) and str(constraint.name).endswith(f"_{column.name}_known")
    ],
    ids=str,
)
def test_nothing_else_can(database_url: str, column: Column[Any]) -> None:
    database = Database(database_url)
    plain = column.table.to_metadata(type(Base.metadata)())  # type: ignore[attr-defined]
    plain.columns[column.name].type = String()
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(without_foreign_keys(database))
        row = {each.name: filling(each) for each in column.table.columns} | {column.name: "unheard_of"}
        with pytest.raises(IntegrityError, match="known"):
            connection.execute(insert(plain).values(row))
    database.dispose()


def test_there_are_such_columns() -> None:
    """The walk finds what it walks."""
    assert len(COLUMNS) >= 11
