"""What is done at a database's driver itself: heard of, and failing, as whatever else is done over its connection."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection


def done(connection: Connection, sql: str, given: Any = (), *, many: bool = False, fetched: bool = False) -> Any:
    """The rows of a statement, or how many it changed; `many`: it is done once for each of what is `given`. What is
    open on the connection, and what is not, stays so. Raises what SQLAlchemy does for an error of the driver's."""
    cursor = connection.connection.cursor()
    try:
        for begins in connection.dispatch.before_cursor_execute:
            begins(connection, cursor, sql, given, None, many)
        if many:
            cursor.executemany(sql, given)
        else:
            cursor.execute(sql, given)
        found = cursor.fetchall() if fetched else cursor.rowcount
        for ends in connection.dispatch.after_cursor_execute:
            ends(connection, cursor, sql, given, None, many)
        cursor.close()
    except BaseException as error:
        # Not said to be for others to call, and the one place where a lost connection is given up and errors get their
        # names: once more here, they would be told apart in two ways.
        connection._handle_dbapi_exception(error, sql, given, cursor, None)
        raise
    return found
