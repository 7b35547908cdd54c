"""Connections and units of work.

A unit of work is one transaction. One that writes says so when it begins: SQLite then takes the write lock at once
(BEGIN IMMEDIATE), because in WAL mode a read that turns into a write fails busy whatever the timeout.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import uuid_utils.compat
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

BUSY_TIMEOUT_MS = 10_000


def new_id() -> uuid.UUID:
    """A UUIDv7: made by the application, ordered by time, never shown (it tells the time)."""
    return uuid_utils.compat.uuid7()


class Seals(Protocol):
    """Seals texts with the key of the person they are of. Lives as long as a unit of work."""

    def expect(self, people: Iterable[uuid.UUID]) -> None:
        """Reads the keys of many people in one go, where each would be looked up by itself."""

    def seal(self, person: uuid.UUID, name: str, text: str) -> bytes:
        """Bound to the person and to what it is called. Raises KeyMissing."""

    def unseal(self, person: uuid.UUID, name: str, sealed: bytes) -> str:
        """Raises KeyMissing."""

    def words_sealed(self, study: str) -> bool:
        """Whether answers in people's own words are sealed in a study."""


def seals_of(session: Session) -> Seals:
    """What a session's rows are sealed with. Raises KeyError for a session of a database that was opened without."""
    seals: Seals = session.info["seals"]
    return seals


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Does something outside the database once the session's work is committed, and not where it is rolled back."""
    event.listen(session, "after_commit", lambda _session: act(), once=True)


class DatabaseDown(Exception):
    """The database cannot be reached."""


class Database:
    """An engine, and the two ways to use it. `seals`: what makes each unit of work's means of opening and sealing what
    people's keys seal; without it rows that are sealed cannot be read."""

    def __init__(self, url: str, seals: Callable[[], Seals] | None = None) -> None:
        self.engine = make_engine(url)
        self._seals = seals

    def _info(self) -> dict[str, Any]:
        return {"seals": self._seals()} if self._seals else {}

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A unit of work that only reads; it is rolled back."""
        with self.engine.connect() as connection, Session(connection, autoflush=False, info=self._info()) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """A unit of work that writes: committed when the block ends, rolled back when it raises."""
        with (
            self.engine.connect().execution_options(writes=True) as connection,
            Session(connection, autoflush=True, expire_on_commit=False, info=self._info()) as session,
            session.begin(),
        ):
            yield session

    def is_ready(self) -> bool:
        """Whether the database has been migrated. Raises DatabaseDown when it does not answer."""
        try:
            with self.engine.connect() as connection:
                return self.engine.dialect.has_table(connection, "answer")
        except OperationalError as error:
            raise DatabaseDown from error

    def dispose(self) -> None:
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL, set up the way every part of the program relies on."""
    if url.startswith("sqlite"):
        # Parameters hold answers and contacts: they stay out of error messages, and so out of logs.
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True)
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED", hide_parameters=True)


def _sqlite_connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
