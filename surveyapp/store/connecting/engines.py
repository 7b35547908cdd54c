"""Engines, and what each of their connections is set up with and given up for.

A database file is never made by being asked for: only migrating makes one. A file that was moved or deleted while it
was open could still be written, by a name nobody would find it under: a connection is not used further once its file is
not the one at its place, and nothing is committed to it. Where the file is gone and what was written beside it is not,
nothing is opened: SQLite would delete that.
"""

from __future__ import annotations

import functools
import os
import select
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, InvalidatePoolError

from surveyapp.domain.errors import OF_DATABASE, DatabaseFault, DatabaseUnavailable
from surveyapp.store.column_types import ServerCursor
from surveyapp.store.connecting.beside import left_behind
from surveyapp.store.connecting.driver import done
from surveyapp.store.connecting.unavailable import tell_apart, unfit
from surveyapp.watching import meters, statements

BUSY_TIMEOUT_MS = 10_000
"""How long is waited for a lock that another transaction holds."""

FIRST_REST_S, LONGEST_REST_S = 0.0002, 0.005
"""How long whoever waits to write in a file rests before asking again: a fifth longer each time."""

CONNECT_TIMEOUT_S = 5

RESTS_S = 60
"""For so long a connection on which nothing was said is taken to be there still: whoever lets go of one in silence (a
proxy, a firewall) lets it rest for minutes."""


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; None for a database on a server."""
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def make_engine(url: str, *, may_create: bool = False, address: str = OF_DATABASE) -> Engine:
    """An engine for SQLite or PostgreSQL, set up the way every part of the program relies on. `may_create`: a file
    that is not there is made. `address`: what names it, for whoever is told that it cannot work. Raises
    DatabaseUnavailable for an address that leads nowhere."""
    path = file_of(url)
    # Parameters hold answers and contacts: they stay out of error messages, and so out of logs.
    if path is not None:
        file = f"file:{quote(str(path))}?mode={'rwc' if may_create else 'rw'}"

        def connect() -> sqlite3.Connection:
            if left_behind(path) is not None:
                raise DatabaseUnavailable(DatabaseFault.LEFT_BEHIND, address)
            try:
                # The pool hands a connection from thread to thread.
                return sqlite3.connect(file, uri=True, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CANTOPEN and _is_shut(path):
                    raise DatabaseUnavailable(DatabaseFault.READ_ONLY, address) from error
                raise

        engine = create_engine(url, creator=connect, hide_parameters=True)
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begin)
        _keep_to_the_file(engine, path, address)
    else:
        options = {
            "connect_timeout": CONNECT_TIMEOUT_S,
            "cursor_factory": ServerCursor,
            # A server whose machine is gone says nothing: whoever waits for it would wait for ever.
            "tcp_user_timeout": 15_000,
            "options": f"-c lock_timeout={0 if may_create else BUSY_TIMEOUT_MS}",
        }
        try:
            engine = create_engine(url, isolation_level="READ COMMITTED", hide_parameters=True, connect_args=options)
        except ArgumentError:
            # Said without what it was about: that may hold a password.
            raise DatabaseUnavailable(DatabaseFault.ADDRESS, address) from None
        event.listen(engine, "connect", functools.partial(_refuse_unfit, address))
        _keep_to_the_living(engine)
    tell_apart(engine, address)
    return engine


def _is_shut(path: Path) -> bool:
    """Whether a file that cannot be opened is there, or may be, in a folder that this user cannot look into: then it is
    not lost."""
    try:
        return path.is_file()
    except PermissionError:
        return True


def time_statements(engine: Engine) -> None:
    """Notes how long each statement takes."""

    def begins(connection: Connection, *_statement: Any) -> None:
        connection.info["began"] = time.perf_counter()

    def ends(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.note(statement, time.perf_counter() - connection.info["began"])

    event.listen(engine, "before_cursor_execute", begins)
    event.listen(engine, "after_cursor_execute", ends)


def _refuse_unfit(address: str, connection: Any, _record: Any) -> None:
    if (fault := unfit(connection.info)) is not None:
        connection.close()
        raise DatabaseUnavailable(fault, address)


def _keep_to_the_file(engine: Engine, path: Path, address: str) -> None:
    """Gives up a connection whose file is no longer the one at its place, and commits nothing to it."""

    def at_its_place() -> tuple[int, int] | None:
        try:
            found = os.stat(path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def connected(_connection: Any, record: Any) -> None:
        record.info["file"] = at_its_place()

    def checked_out(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] is None or record.info["file"] != at_its_place():
            raise DisconnectionError

    def committing(connection: Connection) -> None:
        if connection.connection.info["file"] != at_its_place():
            raise DatabaseUnavailable(DatabaseFault.GONE, address)

    event.listen(engine, "connect", connected)
    event.listen(engine, "checkout", checked_out)
    event.listen(engine, "commit", committing)


def _keep_to_the_living(engine: Engine) -> None:
    """Gives up a connection whose server is gone, and all that were made before, before anything is asked of it. A
    server that stops, or is killed, says so, or its machine does: then there is something to be read where nothing was
    asked for. Only where somebody in between could have let go of a connection in silence is the server itself asked.
    """

    def checked_in(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    def checked_out(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get("rests_since")
        if since is None or (time.monotonic() - since < RESTS_S and _is_silent(connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", checked_in)
    event.listen(engine, "checkout", checked_out)


def _is_silent(connection: Any) -> bool:
    """Whether there is nothing to be read of a connection of which nothing was asked."""
    if connection.closed:
        return False
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)


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
    options = connection.get_execution_options()
    if options.get("alone"):
        return
    if not options.get("writes"):
        # It takes no lock and so cannot fail: nothing of what SQLAlchemy does around a statement is needed.
        connection.connection.cursor().execute("BEGIN")
        return
    began = time.perf_counter()
    try:
        done(connection, "BEGIN IMMEDIATE", how=_in_turn)
    finally:
        meters.database_wait.labels("write").observe(time.perf_counter() - began)


def _in_turn(cursor: sqlite3.Cursor, begins: str) -> None:
    """Takes the right to write as soon as whoever has it is done. SQLite has those who wait for it sleep for 1, 2, 5,
    10 ms and longer, where a save holds it for less than one, disk included."""
    ends, rests = time.monotonic() + BUSY_TIMEOUT_MS / 1000, FIRST_REST_S
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                cursor.execute(begins)
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= ends:
                    raise
            time.sleep(rests)
            rests = min(rests * 1.2, LONGEST_REST_S)
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
