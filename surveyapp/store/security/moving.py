"""All rows of a database copied into another one, of either kind, and compared there.

Rows go in the order of their keys, so many to a transaction: whatever stops it, each table there holds the first rows
of the one here, and the same again goes on after them. Until all of it was compared the one there is marked, so that
nothing else is done with it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, delete, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from surveyapp.domain.errors import OF_DATABASE, DatabaseFault, DatabaseUnavailable, ShiftlineError
from surveyapp.store import migrating
from surveyapp.store.connecting.unavailable import asked_of_the_driver, driver_errors
from surveyapp.store.database import Database
from surveyapp.store.tables import Base

_INTEGRITY = "23"
"""How the codes of errors begin that say a row cannot stand beside those there are."""

TO = "--to"
"""What the database to copy to is named by."""

BATCH = 5_000
"""Rows of a transaction."""

TABLES: Sequence[Table] = tuple(Base.metadata.sorted_tables)
"""Whatever others point at comes before them."""

OF_THE_MOMENT = frozenset({"heartbeat", "worker_task"})
"""Tables that hold nothing but when something was last looked at or done: whoever only looks whether the database takes
a write changes them. They are copied anew each time, and not compared."""


class MoveRefused(ShiftlineError):
    """One database cannot be copied into the other. What was there before is there still."""


@dataclass(frozen=True)
class TableTotal:
    """How many rows a table has, and what they come to in whatever order they lie: the sum of the BLAKE2b of each, as
    this program reads it, modulo 2^128."""

    rows: int
    total: int


@contextlib.contextmanager
def standing_still(database: Database) -> Iterator[Connection]:
    """A connection that sees one state of a database for as long as the block lasts."""
    engine: Engine = database.engine
    if engine.dialect.name != "sqlite":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection


def begin(source: Connection, target: Database) -> None:
    """Marks a database as unfinished that holds nothing, or the beginning of the copy. Raises MoveRefused where
    something else is there, DatabaseUnavailable for tables of another program; then it is not marked."""
    with target.engine.connect() as connection:
        revisions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        if revisions == [f"{migrating.UNFINISHED}{migrating.head()}"]:
            return
        fault = migrating.amiss(revisions)
        if fault is DatabaseFault.UNFINISHED:
            raise MoveRefused(
                "The copy in the database to copy to was begun by another Shiftline than this one. Empty that "
                "database, and copy again."
            )
        if fault is not None:
            raise DatabaseUnavailable(fault, TO)
        for table in TABLES:
            if table.name not in OF_THE_MOMENT:
                _check_begun(source, connection, table, count(connection, table))
    _mark(target, migrating.UNFINISHED)


def end(target: Database) -> None:
    """Lets a database be used whose copy was compared."""
    _mark(target, "")


def _mark(target: Database, before: str) -> None:
    with target.engine.execution_options(writes=True).begin() as connection:
        migrating.mark(connection, before)


def has_tables(engine: Engine) -> bool:
    return bool(inspect(engine).get_table_names())


def count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def copy(source: Connection, target: Database, table: Table, tell: Callable[[int], None]) -> int:
    """Copies what is lacking of a table, and tells of each batch how many rows it has then. How many there were before.
    Raises MoveRefused where something else is there."""
    done = there = _begun(source, target, table)
    for rows in _batches(source, table, there):
        try:
            with target.engine.execution_options(writes=True).begin() as connection:
                _put(connection, table, rows)
        except IntegrityError as error:
            raise MoveRefused(_SOMETHING_ELSE.format(table.name)) from error
        done += len(rows)
        tell(done)
    return there


def _begun(source: Connection, target: Database, table: Table) -> int:
    """How many of a table's rows are there already. Raises MoveRefused."""
    if table.name in OF_THE_MOMENT:
        with target.engine.execution_options(writes=True).begin() as connection:
            connection.execute(delete(table))
        return 0
    with target.engine.connect() as connection:
        there = count(connection, table)
        _check_begun(source, connection, table, there)
    return there


def _put(connection: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
    """Adds rows; to PostgreSQL by COPY, at a third of what as many INSERTs take of the processor. Raises
    MoveRefused where one of them is there already, DatabaseUnavailable; IntegrityError elsewhere than there."""
    dialect = connection.dialect
    if dialect.name != "postgresql":
        connection.execute(insert(table), [dict(row._mapping) for row in rows])
        return
    written = [column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is for column in table.columns]
    quoted = dialect.identifier_preparer
    names = ", ".join(quoted.format_column(column) for column in table.columns)
    driver: Any = connection.connection
    try:
        with (
            asked_of_the_driver(TO),
            driver.cursor() as cursor,
            cursor.copy(f"COPY {quoted.format_table(table)} ({names}) FROM STDIN") as copying,
        ):
            for row in rows:
                copying.write_row([write(value) for write, value in zip(written, row, strict=True)])
    except driver_errors() as error:
        if str(getattr(error, "sqlstate", "")).startswith(_INTEGRITY):
            raise MoveRefused(_SOMETHING_ELSE.format(table.name)) from error
        raise


def _as_it_is(value: Any) -> Any:
    return value


_SOMETHING_ELSE = (
    "What is in the table {} of the database to copy to does not come from the one to copy from, or was changed since. "
    "Give it an empty database."
)


def _check_begun(source: Connection, target: Connection, table: Table, there: int) -> None:
    """What is there must be the first rows of what is here: the last of them is looked at."""
    if there == 0:
        return
    last = source.execute(_in_order(table).offset(there - 1).limit(1)).first()
    if last is not None:
        key = [column == last._mapping[column.key] for column in table.primary_key]
        found = target.execute(select(table).where(*key)).first()
        if found is not None and _printed(found) == _printed(last):
            return
    raise MoveRefused(_SOMETHING_ELSE.format(table.name))


def _in_order(table: Table) -> Any:
    return select(table).order_by(*table.primary_key)


def _batches(source: Connection, table: Table, after: int) -> Iterator[Sequence[Row[Any]]]:
    query = _in_order(table).offset(after)
    yield from source.execution_options(stream_results=True, yield_per=BATCH).execute(query).partitions()


def totals(url: str, address: str = OF_DATABASE) -> dict[str, TableTotal]:
    """What is in every table of a database that is compared, which is named by `address` and may be unfinished. Raises
    DatabaseUnavailable."""
    database = Database(url, any_revision=True, address=address)
    try:
        with standing_still(database) as connection:
            return {table.name: total(connection, table) for table in TABLES if table.name not in OF_THE_MOMENT}
    finally:
        database.dispose()


def total(connection: Connection, table: Table) -> TableTotal:
    """What is in a table."""
    rows = found = 0
    for batch in connection.execution_options(stream_results=True, yield_per=BATCH).execute(select(table)).partitions():
        for row in batch:
            found += int.from_bytes(hashlib.blake2b(_printed(row), digest_size=16).digest(), "big")
        rows += len(batch)
    return TableTotal(rows, found % 2**128)


def _printed(row: Row[Any]) -> bytes:
    return "\x1f".join(map(_value, row)).encode()


def _value(value: object) -> str:
    """A value in one way, whichever kind of database it lay in."""
    match value:
        case None:
            return "-"
        case str():
            return f"s{len(value)}:{value}"
        case uuid.UUID():
            return value.hex
        case enum.Enum():
            return f"m{value.value}"
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat()
        case dt.date() | dt.time():
            return value.isoformat()
        case Decimal():
            return format(value.normalize(), "f")
        case bytes():
            return value.hex()
        case dict() | list():
            return json.dumps(value, sort_keys=True)
    return repr(value)
