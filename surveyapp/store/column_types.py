"""Column types: a moment in UTC, a number kept exactly, a member of an enum."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Any, Generic, TypeVar

from sqlalchemy import DateTime, Dialect, Numeric, String, TypeDecorator

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
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class ExactNumber(TypeDecorator[Decimal]):
    """A decimal that SQLite keeps as text, where it would otherwise become a float."""

    impl = String(40)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(String(40) if dialect.name == "sqlite" else Numeric(25, 10))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return format(value.normalize(), "f") if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(format(Decimal(value).normalize(), "f"))


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

    def process_result_value(self, value: str | None, dialect: Dialect) -> Member | None:
        return None if value is None else self.kind(value)
