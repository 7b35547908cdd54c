"""Statements that never change: compiled once a kind of database, and then done at its driver.

SQLAlchemy makes them, with the types of what is bound and read, begins and ends what they are done in, and says what an
error of the driver means. What it goes through around each execution (a context, a result, their options) is as much
code again as all the rest of a save.
"""

from __future__ import annotations

import functools
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.orm import Session

from surveyapp.store.connecting.driver import as_taken, done

Process = Callable[[Any], Any]


class Prepared:
    """A statement, of which nothing but what is bound to its names changes."""

    def __init__(self, query: Executable) -> None:
        self.query = query
        self._made: dict[str, _Made] = {}

    def rows(self, session: Session, named: Mapping[str, Any]) -> list[Any]:
        """What it finds with what is bound to its names: tuples, with a column's name for each place."""
        connection = session.connection()
        made = self._for(connection.dialect, named)
        return made.read(_done(connection, made.sql, made.bound(named), fetched=True))

    def row(self, session: Session, named: Mapping[str, Any]) -> Any | None:
        """The one row that it finds, or none."""
        found = self.rows(session, named)
        assert len(found) < 2, "more than one row"
        return found[0] if found else None

    def change(self, session: Session, named: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> int:
        """Changes what it is of, once or for each of many; how many rows that was."""
        connection = session.connection()
        if isinstance(named, Mapping):
            made = self._for(connection.dialect, named)
            return int(_done(connection, made.sql, made.bound(named)))
        made = self._for(connection.dialect, named[0])
        if len(named) == 1:
            return int(_done(connection, made.sql, made.bound(named[0])))
        return int(_done(connection, made.sql, [made.bound(each) for each in named], many=True))

    def _for(self, dialect: Dialect, named: Mapping[str, Any]) -> _Made:
        """What it is for a kind of database, and for these names, which are always the same."""
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = _Made(self.query, dialect, named)
        return made


class _Made:
    """A statement as a kind of database takes it."""

    def __init__(self, query: Any, dialect: Dialect, named: Mapping[str, Any]) -> None:
        compiled = query.compile(dialect=dialect, column_keys=list(named))
        assert not compiled.literal_execute_params | compiled.post_compile_params, "a list that is bound as one"
        assert not [*compiled.insert_prefetch, *compiled.update_prefetch], "a default that a row is to have said"
        self.names = frozenset(named)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        order = list(compiled.positiontup if compiled.positional else binds)
        self.sql = str(compiled) if compiled.positional else as_taken(str(compiled), order)
        self._binds: list[tuple[str, Process | None]] = [
            (name, _process(binds[name].type.dialect_impl(dialect).bind_processor(dialect))) for name in order
        ]
        self._own = {name: bind.effective_value for bind, name in compiled.bind_names.items() if not bind.required}
        columns = list(getattr(query, "selected_columns", ()))
        processes = [_process(column.type.dialect_impl(dialect).result_processor(dialect, None)) for column in columns]
        self._reads = [(place, process) for place, process in enumerate(processes) if process]
        row: Any = namedtuple  # of names that are found out here
        self._row = functools.partial(tuple.__new__, row("Row", [column.key for column in columns], rename=True))

    def bound(self, named: Mapping[str, Any]) -> list[Any]:
        """What is handed to the driver, by place."""
        if len(named) != len(self.names):
            raise ValueError(f"{sorted(self.names ^ named.keys())} bound where it was not before, or no longer")
        given = {**self._own, **named}
        return [
            value if (value := given[name]) is None or process is None else process(value)
            for name, process in self._binds
        ]

    def read(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """Rows as they are read."""
        rows = []
        for each in found:
            cells = list(each)
            for place, process in self._reads:
                value = cells[place]
                if value is not None:
                    cells[place] = process(value)
            rows.append(self._row(cells))
        return rows


def _process(process: Process | None) -> Process | None:
    """What makes of a value what a driver takes, or the other way; of none it makes none."""
    assert process is None or process(None) is None
    return process


def _done(connection: Connection, sql: str, given: Any, *, many: bool = False, fetched: bool = False) -> Any:
    """In a transaction, unless each statement is one."""
    if not connection.in_transaction() and not connection.get_execution_options().get("alone"):
        connection.begin()
    return done(connection, sql, given, many=many, fetched=fetched)


def padded(ids: list[Any]) -> list[Any]:
    """As many ids as the next power of two, the last of them more than once: so few statements look for any number of
    them, and each is compiled once."""
    many = 1
    while many < len(ids):
        many *= 2
    return [*ids, *ids[-1:] * (many - len(ids))]
