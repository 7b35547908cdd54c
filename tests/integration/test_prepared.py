"""Statements that are compiled once and done at the driver: what is bound and read, and what goes wrong, is as
SQLAlchemy has it."""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import (
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Time,
    bindparam,
    delete,
    event,
    func,
    insert,
    literal_column,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.store.answering.prepared import Prepared, padded
from surveyapp.store.column_types import ExactNumber, Id, OneOf, UtcDateTime
from surveyapp.store.database import Database, new_id

pytestmark = pytest.mark.both_databases


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


tables = MetaData()
numbers = Table("numbers", tables, Column("number", Integer, primary_key=True))
cells = Table(
    "cells",
    tables,
    Column("id", Id(), primary_key=True),
    Column("at", UtcDateTime()),
    Column("exact", ExactNumber()),
    Column("colour", OneOf(Colour)),
    Column("day", Date()),
    Column("time", Time()),
    Column("words", String()),
    Column("sealed", LargeBinary()),
)
ROW = {
    "id": new_id(),
    "at": dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC),
    "exact": Decimal("0.1"),
    "colour": Colour.BLUE,
    "day": dt.date(2026, 6, 15),
    "time": dt.time(10, 30),
    "words": "100% of :what_it %(is)s?",
    "sealed": b"\x00\xff",
}
EMPTY = dict.fromkeys(ROW) | {"id": new_id()}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url, any_revision=True)
    tables.create_all(found.engine)
    yield found
    tables.drop_all(found.engine)
    found.dispose()


def read(session: Session) -> list[dict[str, object]]:
    """All cells, as SQLAlchemy reads them."""
    return [dict(row._mapping) for row in session.execute(select(cells).order_by(cells.c.id))]


@pytest.mark.parametrize("rows", [[ROW], [EMPTY], [ROW, EMPTY]], ids=["one", "of nothing", "many"])
def test_what_is_bound_and_read_is_as_with_sqlalchemy(database: Database, rows: list[dict[str, object]]) -> None:
    adds, finds = Prepared(insert(cells)), Prepared(select(cells).where(cells.c.id == bindparam("of")))
    with database.writing() as session:
        assert adds.change(session, rows) == len(rows)
        assert read(session) == sorted(rows, key=lambda row: row["id"])
    with database.reading() as session:
        for each in rows:
            found = finds.row(session, {"of": each["id"]})
            assert found is not None
            assert found._asdict() == each
        assert finds.row(session, {"of": new_id()}) is None
        assert finds.rows(session, {"of": new_id()}) == []


def test_a_row_is_read_by_place_and_by_the_names_of_the_first_of_several_statements(database: Database) -> None:
    of, also = cells.alias(), numbers.alias()
    both = union_all(
        select(of.c.words, literal_column("1").label("kind")).where(of.c.id == bindparam("of")),
        select(null(), also.c.number).where(also.c.number > bindparam("above")),
    )
    with database.writing() as session:
        Prepared(insert(cells)).change(session, ROW)
        Prepared(insert(numbers)).change(session, [{"number": 3}, {"number": 7}])
        found = Prepared(both).rows(session, {"of": ROW["id"], "above": 5})
    assert sorted(found, key=lambda row: row.kind) == [(ROW["words"], 1), (None, 7)]


def test_it_says_how_many_rows_it_changed(database: Database) -> None:
    grows = Prepared(update(numbers).where(numbers.c.number > bindparam("above")).values(number=numbers.c.number + 100))
    goes = Prepared(delete(numbers).where(numbers.c.number == bindparam("of")))
    with database.writing() as session:
        Prepared(insert(numbers)).change(session, [{"number": each} for each in (1, 2, 3)])
        assert grows.change(session, {"above": 1}) == 2
        assert grows.change(session, {"above": 500}) == 0
        assert goes.change(session, [{"of": 1}, {"of": 102}]) == 2
        assert list(session.execute(select(numbers.c.number)).scalars()) == [103]


def test_it_is_done_in_the_unit_of_work_and_undone_with_it(database: Database) -> None:
    adds, finds = Prepared(insert(numbers)), Prepared(select(numbers))
    with contextlib.suppress(ZeroDivisionError), database.writing() as session:
        adds.change(session, {"number": 1})
        raise ZeroDivisionError
    for begins in (database.reading, database.glancing, database.writing):
        with begins() as session:
            assert finds.rows(session, {}) == []
    with database.writing() as session:
        adds.change(session, {"number": 1})
    with database.glancing() as session:
        assert finds.rows(session, {}) == [(1,)]
        assert not session.connection().in_transaction(), "each statement sees what stands when it comes"


def test_what_only_reads_sees_what_stood_when_it_began(database: Database) -> None:
    """On a server each statement sees what stands when it comes (READ COMMITTED)."""
    adds, finds = Prepared(insert(numbers)), Prepared(select(numbers))
    with database.reading() as session:
        assert finds.rows(session, {}) == []
        with database.writing() as other:
            adds.change(other, {"number": 1})
        assert len(finds.rows(session, {})) == (0 if database.engine.dialect.name == "sqlite" else 1)


def test_other_names_than_before_are_refused(database: Database) -> None:
    adds = Prepared(insert(cells))
    with database.writing() as session:
        adds.change(session, ROW)
        with pytest.raises(ValueError, match="words"):
            adds.change(session, {name: each for name, each in EMPTY.items() if name != "words"})
        with pytest.raises(ValueError, match="more"):
            adds.change(session, EMPTY | {"more": 1})


def test_a_list_bound_as_one_is_refused(database: Database) -> None:
    finds = Prepared(select(numbers).where(numbers.c.number.in_(bindparam("of", expanding=True))))
    with database.glancing() as session, pytest.raises(AssertionError):
        finds.rows(session, {"of": [1, 2]})


def test_whoever_listens_to_the_engine_hears_of_it(database: Database) -> None:
    heard: list[str] = []
    for name in ("before_cursor_execute", "after_cursor_execute"):
        event.listen(database.engine, name, lambda _connection, _cursor, sql, *_more: heard.append(sql))
    with database.glancing() as session:
        Prepared(select(numbers)).rows(session, {})
    assert len(heard) == 2
    assert all("FROM numbers" in each for each in heard)


def test_what_is_wrong_with_a_statement_and_with_a_database_is_told_apart(database: Database) -> None:
    adds, finds = Prepared(insert(numbers)), Prepared(select(numbers))
    with pytest.raises(IntegrityError), database.writing() as session:
        adds.change(session, [{"number": 1}, {"number": 1}])
    with database.glancing() as session:
        assert finds.rows(session, {}) == [], "and what came of it is undone"
    numbers.drop(database.engine)
    with pytest.raises(DatabaseUnavailable) as told, database.glancing() as session:
        finds.rows(session, {})
    assert told.value.fault is DatabaseFault.NOT_MIGRATED


def test_a_connection_that_was_lost_is_not_used_again(postgresql_url: str) -> None:
    database, other = (Database(postgresql_url, any_revision=True) for _ in range(2))
    finds = Prepared(select(func.pg_backend_pid()))
    with database.glancing() as session:
        (process,) = finds.row(session, {}) or ()
        with other.reading() as beside:
            beside.execute(select(func.pg_terminate_backend(process, 5_000)))
        with pytest.raises(DatabaseUnavailable):
            finds.rows(session, {})
    with database.glancing() as session:
        assert finds.row(session, {}) != (process,)
    database.dispose()
    other.dispose()


@pytest.mark.parametrize(
    ("ids", "whole"),
    [([], []), ([1], [1]), ([1, 2], [1, 2]), ([1, 2, 3], [1, 2, 3, 3]), ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 5, 5, 5])],
)
def test_few_numbers_of_ids_are_asked_for(ids: list[int], whole: list[int]) -> None:
    assert padded(ids) == whole
