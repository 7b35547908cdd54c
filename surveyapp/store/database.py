"""Units of work, and the connections they are done over (`connecting.engines`).

A unit of work is one transaction. One that writes says so when it begins: SQLite then takes the write lock at once
(BEGIN IMMEDIATE), because in WAL mode a read that turns into a write fails busy whatever the timeout.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

import uuid_utils
import uuid_utils.compat
from sqlalchemy import Connection, CursorResult, Table, UpdateBase, event, insert, text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

from surveyapp.domain.errors import OF_DATABASE, DatabaseFault, DatabaseUnavailable
from surveyapp.store import migrating
from surveyapp.store.connecting import unsettled
from surveyapp.store.connecting.engines import make_engine, time_statements
from surveyapp.watching import meters

# A server's processes are forked off one that has made ids already: without this they would go on alike.
os.register_at_fork(after_in_child=uuid_utils.reseed_rng)


def new_id() -> uuid.UUID:
    """A UUIDv7: made by the application, ordered by time, never shown (it tells the time)."""
    return uuid_utils.compat.uuid7()


class Seals(Protocol):
    """Seals texts with the key of the person they are of. Lives as long as a unit of work."""

    def bind(self, session: Session) -> None:
        """Tells whose unit of work this is."""

    def check(self) -> None:
        """Raises DatabaseUnavailable where what was sealed in it may not be opened any more, once it is committed."""

    def expect(self, people: Iterable[uuid.UUID]) -> None:
        """Reads the keys of many people in one go, where each would be looked up by itself."""

    def seal(self, person: uuid.UUID, name: str, text: str) -> bytes:
        """Bound to the person and to what it is called. Raises KeyMissing."""

    def unseal(self, person: uuid.UUID, name: str, sealed: bytes) -> str:
        """Raises KeyMissing."""

    def unsealed(self, person: uuid.UUID, name: str, sealed: bytes) -> str | None:
        """The same; None where it cannot be opened."""

    def opens_with(self, person: uuid.UUID, others: Sequence[uuid.UUID], name: str, sealed: bytes) -> bool:
        """Whether it opens while these others, and no more, are merged into a person."""

    def fingerprint(self, person: uuid.UUID, said: str) -> str:
        """A keyed hash of what a person said: the same words have the same. Raises KeyMissing."""

    def fingerprints(self, person: uuid.UUID, said: str) -> set[str]:
        """The hashes that stand for it, of whoever was merged into them too. Raises KeyMissing."""

    def words_sealed(self, study: str) -> bool:
        """Whether answers in people's own words are sealed in a study."""


def seals_of(session: Session) -> Seals:
    """What a session's rows are sealed with. Raises KeyError for a session of a database that was opened without."""
    seals: Seals = session.info["seals"]
    return seals


def insert_many(session: Session, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Stores rows of a table, and makes no objects of them: of 50,000 people these are hundreds of thousands."""
    session.flush()
    if rows:
        session.connection().execute(insert(table_of(table)), rows)


def table_of(row: type[DeclarativeBase]) -> Table:
    """The table of a row's class, for statements over many rows that no object is made of."""
    table = row.__table__
    assert isinstance(table, Table)
    return table


def rows_changed(session: Session, statement: UpdateBase) -> int:
    """Carries out an UPDATE or a DELETE; how many rows it was of."""
    done = session.execute(statement)
    assert isinstance(done, CursorResult), "of what reads the driver counts nothing"
    return done.rowcount


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Does something outside the database once the session's work is committed, and not where it is rolled back."""
    acts: list[Callable[[], None]] = session.info.setdefault("after_commit", [])
    acts.append(act)


def before_commit(session: Session, act: Callable[[], None]) -> None:
    """Does something outside the database as the last thing before the session's work is committed, while whatever it
    locked is locked still."""
    acts: list[Callable[[], None]] = session.info.setdefault("before_commit", [])
    acts.append(act)


@contextlib.contextmanager
def undone(session: Session) -> Iterator[None]:
    """Work that is looked at while the block lasts and then taken back, with what it would have had done around the
    commit."""
    acts: list[list[Callable[[], None]]] = [
        session.info.setdefault(f"{when}_commit", []) for when in ("before", "after")
    ]
    before = [len(each) for each in acts]
    session.flush()
    point = session.connection().begin_nested()
    try:
        yield
    finally:
        for each, many in zip(acts, before, strict=True):
            del each[many:]
        session.expunge_all()
        point.rollback()


class _Unit(Session):
    """A session inside a transaction that somebody else begins and ends: to hand out its connection is all it does for
    whoever brings statements of their own, which is most of what answering does."""

    def __init__(self, connection: Connection, **options: Any) -> None:
        super().__init__(connection, **options)
        if "seals" in self.info:
            seals_of(self).bind(self)

    def connection(self, *_arguments: Any, **_options: Any) -> Connection:
        assert isinstance(self.bind, Connection)
        return self.bind

    def close(self) -> None:
        # Whatever is in it began a transaction of its own: most have nothing to let go of.
        if self.in_transaction():
            super().close()


class _Kept(threading.local):
    """Of a thread: whether its units of work share a connection (`Database.keeping`), and which, while none has it."""

    wanted = False
    connection: Connection | None = None


class Database:
    """An engine, and the two ways to use it. All of it raises DatabaseUnavailable.

    What is used is of the revision this program knows, but for `any_revision`: each new connection looks. It looks,
    too, whether a backup was put back that is not settled, which only whoever is `settling` it may use. `seals`:
    what makes each unit of work's means of opening and sealing with people's keys; without it rows that are sealed
    cannot be read. `timed`: how long each statement takes is noted (`watching.statements`). `address`: what names this
    database, for whoever is told that it cannot work.
    """

    def __init__(
        self,
        url: str,
        seals: Callable[[], Seals] | None = None,
        *,
        any_revision: bool = False,
        settling: bool = False,
        timed: bool = False,
        address: str = OF_DATABASE,
    ) -> None:
        self._settling = settling
        self._seals, self._address = seals, address
        self._kept = _Kept()
        self.engine = make_engine(url, address=address)
        if timed:
            time_statements(self.engine)
        if not any_revision:
            event.listen(self.engine, "connect", self._newly_connected)

    @contextlib.contextmanager
    def keeping(self) -> Iterator[None]:
        """The units of work that this thread opens in the block, one after the other, are done over one connection,
        which is looked at once. One within another has its own."""
        kept = self._kept
        if kept.wanted:
            yield
            return
        kept.wanted = True
        try:
            yield
        finally:
            kept.wanted = False
            connection, kept.connection = kept.connection, None
            if connection is not None:
                self._give_back(connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A unit of work that only reads; what it writes all the same is refused, or rolled back."""
        with (
            self._connection() as connection,
            _Unit(connection, autoflush=False, info=self._info()) as session,
            # Within the session, which would roll back.
            contextlib.nullcontext() if self._is_file else _read_only(connection),
        ):
            yield session

    @contextlib.contextmanager
    def glancing(self) -> Iterator[Session]:
        """A unit of work that only reads, a statement or two of which each sees what stands when it comes: where many
        ways there and back to a server are what is waited for, opening and ending a transaction are two of them. What
        it must not do is write: nothing takes it back."""
        with (
            self._connection(alone=True) as connection,
            _Unit(connection, autoflush=False, info=self._info()) as session,
        ):
            yield session

    @contextlib.contextmanager
    def writing(self, *, at_once: bool = False) -> Iterator[Session]:
        """A unit of work that writes: committed when the block ends, rolled back when it raises. `at_once`: it is a
        single statement, which on a server is a transaction by itself."""
        with self._connection(writes=True, alone=at_once and not self._is_file) as connection:
            with (
                connection.begin(),
                _Unit(connection, autoflush=True, expire_on_commit=False, info=self._info()) as session,
            ):
                yield session
                session.flush()
                if "seals" in session.info:
                    seals_of(session).check()
                for act in session.info.get("before_commit", ()):
                    act()
            for act in session.info.get("after_commit", ()):
                act()

    def _info(self) -> dict[str, Any]:
        return {"seals": self._seals()} if self._seals else {}

    def check_revision(self) -> None:
        """Looks again whether its tables are the ones this program works on. Where they are not any more, migrated
        under a server that was not stopped, it is used no further. Raises DatabaseUnavailable."""
        with self._connection() as connection:
            settling = connection.exec_driver_sql(unsettled.IS_THERE[self.engine.dialect.name]).scalar()
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        try:
            self._check_settled(settling)
            self._check_found(found)
        except DatabaseUnavailable:
            # Whoever connects from now on is told so.
            self.dispose()
            raise

    def check_whole(self) -> None:
        """Looks through a database file for damage, in time that grows with it; a server sees to that itself. Raises
        DatabaseUnavailable."""
        if self._is_file:
            with self._connection() as connection:
                if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
                    raise DatabaseUnavailable(DatabaseFault.DAMAGED, self._address)

    def dispose(self) -> None:
        self.engine.dispose()

    @property
    def _is_file(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def _connection(self, *, writes: bool = False, alone: bool = False) -> Iterator[Connection]:
        """`writes`: what is begun on it takes the right to write; `alone`: nothing is begun, each statement is a
        transaction by itself."""
        kept = self._kept
        connection, kept.connection = kept.connection, None
        if connection is None:
            connection = self._connected()
        try:
            self._set_up(connection, writes, alone)
            yield connection
            if kept.wanted and kept.connection is None and not connection.invalidated:
                if not alone:
                    connection.rollback()
                kept.connection = connection
        finally:
            if kept.connection is not connection:
                self._give_back(connection)

    def _set_up(self, connection: Connection, writes: bool, alone: bool) -> None:
        """For a unit of work that begins."""
        options = connection.get_execution_options()
        before = options.get("writes", False), options.get("alone", False)
        if before != (writes, alone):
            # Of statements that each were alone nothing is open but in SQLAlchemy's books.
            connection.rollback()
            connection.execution_options(writes=writes, alone=alone)
            if before[1] != alone and not self._is_file:
                # Known to the driver alone: nothing is sent for it.
                connection.connection.driver_connection.autocommit = alone  # type: ignore[union-attr]  # a driver’s, while it is open

    def _give_back(self, connection: Connection) -> None:
        try:
            if not connection.invalidated:
                self._set_up(connection, False, False)
        finally:
            connection.close()

    def _connected(self) -> Connection:
        began = time.perf_counter()
        try:
            return self.engine.connect()
        except PoolTimeout as error:
            raise DatabaseUnavailable(DatabaseFault.BUSY, self._address) from error
        finally:
            meters.database_wait.labels("connection").observe(time.perf_counter() - began)

    def _newly_connected(self, connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        try:
            cursor.execute(unsettled.IS_THERE[self.engine.dialect.name])
            self._check_settled(cursor.fetchone()[0])
            cursor.execute("SELECT version_num FROM alembic_version")
            self._check_found([row[0] for row in cursor.fetchall()])
            cursor.close()
            connection.rollback()
        except BaseException:
            # Nobody else will: the pool has not taken it in yet.
            connection.close()
            raise

    def _check_settled(self, unsettled: int | None) -> None:
        if unsettled and not self._settling:
            raise DatabaseUnavailable(DatabaseFault.UNSETTLED, self._address)

    def _check_found(self, revisions: Sequence[str]) -> None:
        if (fault := migrating.amiss(revisions)) is not None:
            raise DatabaseUnavailable(fault, self._address)


@contextlib.contextmanager
def _read_only(connection: Connection) -> Iterator[None]:
    """Until the block ends PostgreSQL's driver begins transactions READ ONLY. Known to it alone: nothing is sent. There
    is nothing to take back, and what is left open ends with COMMIT, however the block ended: whoever rolls back has the
    server forget what it prepared for this connection."""
    driver: Any = connection.connection.driver_connection
    driver.read_only = True
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.commit()
            driver.read_only = None
