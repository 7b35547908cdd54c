"""What a database says when it cannot work, told apart from what is wrong with a statement: one place that reads error
codes, for both kinds of database, so that every unit of work fails in the same way (`DatabaseUnavailable`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InterfaceError, OperationalError

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable

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
    "28": DatabaseFault.DOWN,  # invalid authorization
    "57P": DatabaseFault.DOWN,  # shut down, crashed, cannot connect now
    "53": DatabaseFault.BUSY,  # insufficient resources: memory, connections
    "53100": DatabaseFault.FULL,  # disk full
    "25006": DatabaseFault.READ_ONLY,  # read-only transaction
    "55P03": DatabaseFault.BUSY,  # lock not available
    "57014": DatabaseFault.BUSY,  # cancelled
    "40": DatabaseFault.BUSY,  # transaction rolled back: deadlock, serialization
    "58": DatabaseFault.DISK,  # system error outside PostgreSQL
    "XX001": DatabaseFault.DAMAGED,
    "XX002": DatabaseFault.DAMAGED,
    "3D000": DatabaseFault.GONE,  # there is no such database
    "42P01": DatabaseFault.NOT_MIGRATED,  # there is no such table
}
"""By SQLSTATE or the beginning of one, the longest counts: Appendix A of PostgreSQL's manual."""


def fault_of(error: BaseException) -> DatabaseFault | None:
    """What an error of a driver says of its database; None where it says something of the statement."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_ERROR and str(error).startswith("no such table"):
            return DatabaseFault.NOT_MIGRATED
        return _SQLITE.get(code)
    state = getattr(error, "sqlstate", None)
    if state is None:
        return None
    return next((_POSTGRESQL[state[:length]] for length in (5, 3, 2) if state[:length] in _POSTGRESQL), None)


def tell_apart(engine: Engine) -> None:
    """From now on what the engine raises for a database that cannot work is `DatabaseUnavailable`."""
    event.listen(engine, "handle_error", _handle, retval=True)


def _handle(context: ExceptionContext) -> BaseException | None:
    error = context.original_exception
    fault = fault_of(error)
    if fault is None and getattr(error, "sqlstate", None) is None and not isinstance(error, sqlite3.Error):
        # libpq has no code for a server that is not there, or that went away in the middle of something.
        known = isinstance(context.sqlalchemy_exception, OperationalError | InterfaceError)
        fault = DatabaseFault.DOWN if known or context.is_disconnect else None
    return None if fault is None else DatabaseUnavailable(fault)
