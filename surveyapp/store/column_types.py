"""Column types: an id, a moment in UTC, a number kept exactly, a member of an enum; and what a server says of columns.

What reads a cell is one function each (`result_processor`), for it runs for every cell of every row: what SQLAlchemy
puts together of a type and what it is based on took longer than SQLite took to find the rows.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Generic, TypeVar, overload

import psycopg
from psycopg import Column
from sqlalchemy import DateTime, Dialect, Numeric, String, TypeDecorator, Uuid


@functools.lru_cache(maxsize=16_384)
def _id_of(digits: str | None) -> uuid.UUID | None:
    """The same few are in row after row, and in what is read next."""
    return None if digits is None else uuid.UUID(digits)


@functools.lru_cache(maxsize=16_384)
def _moment_of(written: str | None) -> dt.datetime | None:
    """What SQLite keeps without a zone. The same ones come with each save of the same answers."""
    return None if written is None else dt.datetime.fromisoformat(written).replace(tzinfo=dt.UTC)


class Id(Uuid[uuid.UUID]):
    """A UUID."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)  # type: ignore[no-any-return, no-untyped-call]  # without types there
        return _id_of


Member = TypeVar("Member", bound=enum.Enum)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment, always in UTC and always aware; SQLite keeps it without its zone, PostgreSQL with."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return _in_utc(value)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        return _moment_of if dialect.name == "sqlite" else _in_utc


def _in_utc(value: dt.datetime | None) -> dt.datetime | None:
    return None if value is None else value.astimezone(dt.UTC)


class ExactNumber(TypeDecorator[Decimal]):
    """A decimal that SQLite keeps as text, where it would otherwise become a float."""

    impl = String(40)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(String(40) if dialect.name == "sqlite" else Numeric(25, 10))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return format(value.normalize(), "f") if value is not None and dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any]:
        def read(value: Any) -> Decimal | None:
            return None if value is None else Decimal(format(Decimal(value).normalize(), "f"))

        return read


class OneOf(TypeDecorator[Member], Generic[Member]):
    """A member of an enum, kept as its value. What a column may hold is the enum's members and nothing else, here and,
    where `known` says so, in the database."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[Member]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Member | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.kind(value).value)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any]:
        return _Members(self.kind).__getitem__


class _Members(dict[str | None, Any]):
    """The members of an enum by their values; of no value none. Raises ValueError for any other."""

    def __init__(self, kind: type[enum.Enum]) -> None:
        super().__init__({str(each.value): each for each in kind} | {None: None})
        self._kind = kind

    def __missing__(self, value: str | None) -> Any:
        return self._kind(value)


class Columns(Sequence[Column]):
    """What a server said of the columns of a result, made once somebody looks. SQLAlchemy asks after every statement
    whether there are any, and of one that it compiled looks at them once: made each time they were a third of what a
    statement of seventy columns costs."""

    def __init__(self, cursor: ServerCursor, count: int) -> None:
        self._cursor, self._count = cursor, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Column: ...

    @overload
    def __getitem__(self, index: slice) -> list[Column]: ...

    def __getitem__(self, index: int | slice) -> Column | list[Column]:
        return self._made[index]

    @functools.cached_property
    def _made(self) -> list[Column]:
        return self._cursor.columns()


class ServerCursor(psycopg.Cursor[Any]):
    """psycopg's cursor, with its columns made once somebody looks at them."""

    @property
    def description(self) -> Any:
        count = self.pgresult.nfields if self.pgresult else 0
        return Columns(self, count) if count else super().description

    def columns(self) -> list[Column]:
        """As psycopg makes them."""
        return super().description or []
