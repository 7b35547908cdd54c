"""What is done at a database's driver itself: heard of, and failing, as whatever else is done over its connection."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import Connection


def as_taken(sql: str, names: list[str]) -> str:
    """A statement of which values are bound by name (`%(name)s`), as PostgreSQL itself takes it (`$1`)."""
    places = {name: f"${number}" for number, name in enumerate(names, 1)}
    return re.sub(r"%%|%\((\w+)\)s", lambda found: places[found[1]] if found[1] else "%", sql)


def done(
    connection: Connection,
    sql: str,
    given: Any = (),
    *,
    many: bool = False,
    fetched: bool = False,
    how: Callable[[Any, str], object] | None = None,
) -> Any:
    """The rows of a statement, in which values are bound by place, as the database itself takes it; or how many it
    changed. `many`: it is done once for each of what is `given`; `how`: with a cursor, otherwise than at once. What is
    open on the connection, and what is not, stays so. Raises what SQLAlchemy does for an error of the driver's."""
    driven = connection.connection
    if connection.dialect.name == "sqlite":
        cursor: Any = driven.cursor()
    else:
        # psycopg's own would look for what is bound in each statement anew: it remembers none of more than 4096
        # characters or 50 values, as those are that store an answer.
        cursor = psycopg.RawCursor(driven.driver_connection)  # type: ignore[arg-type]  # a driver’s, while it is open
    try:
        for begins in connection.dispatch.before_cursor_execute:
            begins(connection, cursor, sql, given, None, many)
        if how is not None:
            how(cursor, sql)
        elif many:
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
