"""What a database says when it cannot work, told apart from what is wrong with a statement: one place that reads error
codes, for both kinds of database, so that every unit of work fails in the same way (`DatabaseUnavailable`)."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InterfaceError, OperationalError

from surveyapp.domain.errors import OF_DATABASE, DatabaseFault, DatabaseUnavailable

OLDEST = 15
"""The oldest PostgreSQL that everything here was tried on."""

_SQLITE: Mapping[int, DatabaseFault] = {
    sqlite3.SQLITE_BUSY: DatabaseFault.BUSY,
    sqlite3.SQLITE_LOCKED: DatabaseFault.BUSY,
    sqlite3.SQLITE_PROTOCOL: DatabaseFault.BUSY,
    sqlite3.SQLITE_PERM: DatabaseFault.READ_ONLY,
    sqlite3.SQLITE_READONLY: DatabaseFault.READ_ONLY,
    sqlite3.SQLITE_FULL: DatabaseFault.FULL,
    sqlite3.SQLITE_IOERR: DatabaseFault.DISK,
    sqlite3.SQLITE_CORRUPT: DatabaseFault.DAMAGED,
    sqlite3.SQLITE_NOTADB: DatabaseFault.DAMAGED,
    sqlite3.SQLITE_CANTOPEN: DatabaseFault.GONE,
}
"""By primary result code: https://sqlite.org/rescode.html"""

_POSTGRESQL: Mapping[str, DatabaseFault] = {
    "08": DatabaseFault.DOWN,  # connection exception
    "25006": DatabaseFault.STANDBY,  # read-only transaction
    "28": DatabaseFault.DOOR,  # invalid authorization
    "28P01": DatabaseFault.PASSWORD,
    "3D000": DatabaseFault.NO_DATABASE,
    "3F000": DatabaseFault.NO_SCHEMA,
    "40": DatabaseFault.BUSY,  # transaction rolled back: deadlock, serialization
    "42501": DatabaseFault.NOT_PERMITTED,
    "42P01": DatabaseFault.NOT_MIGRATED,  # there is no such table
    "53": DatabaseFault.BUSY,  # insufficient resources
    "53100": DatabaseFault.FULL,
    "53200": DatabaseFault.MEMORY,
    "53300": DatabaseFault.CONNECTIONS,
    "55P03": DatabaseFault.BUSY,  # lock not available
    "57014": DatabaseFault.BUSY,  # cancelled
    "57P": DatabaseFault.STARTING,  # shut down, crashed, cannot connect now
    "57P04": DatabaseFault.NO_DATABASE,  # it was dropped
    "57P05": DatabaseFault.DOWN,  # the session had been idle for too long
    "58": DatabaseFault.DISK,  # system error outside PostgreSQL
    "XX001": DatabaseFault.DAMAGED,
    "XX002": DatabaseFault.DAMAGED,
}
"""By SQLSTATE or the beginning of one, the longest counts: Appendix A of PostgreSQL's manual."""

_SAID: tuple[tuple[str, DatabaseFault], ...] = (
    (r"password authentication failed|no password supplied|SASL authentication failed", DatabaseFault.PASSWORD),
    (r'role "[^"]*" (does not exist|is not permitted to log in)|no such user', DatabaseFault.ROLE),
    (r'database "[^"]*" does not exist|no such database', DatabaseFault.NO_DATABASE),
    (r"permission denied for database", DatabaseFault.NOT_PERMITTED),
    (r"too many (connections|clients)|connection slots are reserved|no more connections", DatabaseFault.CONNECTIONS),
    (r"pg_hba\.conf|authentication failed for user|not currently accepting connections", DatabaseFault.DOOR),
    (r"does not support SSL|certificate|SSL error: (?!unexpected eof)", DatabaseFault.TLS),
    (r"the database system is ", DatabaseFault.STARTING),
    (r"session is (not )?read-only|server is (not )?in hot standby mode", DatabaseFault.STANDBY),
    (r"failed to resolve host|could not translate host name", DatabaseFault.UNKNOWN_HOST),
    (
        r"invalid \w+ value|invalid connection option|invalid port|invalid integer value|invalid response to SSL"
        r"|expected authentication request",
        DatabaseFault.ADDRESS,
    ),
)
"""Of who was not let in the driver knows no SQLSTATE: by what the server and libpq say in English, in which both do
unless they were told otherwise. Of several servers all that was said is looked through, and what is most to be mended
counts. PgBouncer's words are among them."""


def fault_of(error: BaseException) -> DatabaseFault | None:
    """What an error of a driver says of its database; None where it says something of the statement."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_ERROR and str(error).startswith("no such table"):
            return DatabaseFault.NOT_MIGRATED
        return _SQLITE.get(code)
    if not hasattr(error, "sqlstate"):
        return None
    state = error.sqlstate
    if state is None:
        return _not_let_in(error)
    return next((_POSTGRESQL[state[:length]] for length in (5, 3, 2) if state[:length] in _POSTGRESQL), None)


def _not_let_in(error: BaseException) -> DatabaseFault | None:
    if getattr(getattr(error, "pgconn", None), "needs_password", False):
        # In whichever language it is said.
        return DatabaseFault.PASSWORD
    return next((fault for said, fault in _SAID if re.search(said, str(error))), None)


def unfit(server: Any) -> DatabaseFault | None:
    """Why a server that lets us in cannot be worked with, by what it said of itself then (`psycopg.ConnectionInfo`)."""
    if server.server_version < OLDEST * 10_000:
        return DatabaseFault.TOO_OLD
    return None if server.parameter_status("server_encoding") == "UTF8" else DatabaseFault.ENCODING


def driver_errors() -> type[Exception]:
    """What a PostgreSQL connection raises, without importing its driver where there is only SQLite."""
    import psycopg

    return psycopg.Error


@contextlib.contextmanager
def asked_of_the_driver(address: str = OF_DATABASE) -> Iterator[None]:
    """What is asked of PostgreSQL's driver itself, past any engine, raises `DatabaseUnavailable`, too."""
    try:
        yield
    except driver_errors() as error:
        fault = fault_of(error) or (None if getattr(error, "sqlstate", None) else DatabaseFault.DOWN)
        if fault is None:
            raise
        raise DatabaseUnavailable(fault, address) from error


def tell_apart(engine: Engine, address: str) -> None:
    """From now on what the engine raises for a database that cannot work is `DatabaseUnavailable`, which says by which
    `address` the database is named."""

    def handle(context: ExceptionContext) -> BaseException | None:
        error = context.original_exception
        if not isinstance(error, Exception):
            # Whoever stops a command (Ctrl-C) or a process breaks a connection off: of its database that says nothing.
            return None
        fault = fault_of(error)
        if fault is None and getattr(error, "sqlstate", None) is None and not isinstance(error, sqlite3.Error):
            # libpq has no code for a server that is not there, or that went away in the middle of something.
            known = isinstance(context.sqlalchemy_exception, OperationalError | InterfaceError)
            fault = DatabaseFault.DOWN if known or context.is_disconnect else None
        return None if fault is None else DatabaseUnavailable(fault, address)

    event.listen(engine, "handle_error", handle, retval=True)
