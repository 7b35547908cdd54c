"""The statements that a request has a database do, and how long each took. Never with what is bound to them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

SHOWN, LONGEST = 10, 2000
"""How many statements are told of, and in how many characters each."""

_noted: ContextVar[dict[str, list[float]] | None] = ContextVar("statements", default=None)


@dataclass(frozen=True)
class StatementTime:
    """A statement, how often it was done and how many milliseconds it took in all."""

    sql: str
    times: int
    ms: float


class Noted:
    """What was noted in a block."""

    def __init__(self) -> None:
        self.by_sql: dict[str, list[float]] = {}

    @property
    def count(self) -> int:
        return sum(map(len, self.by_sql.values()))

    def slowest(self) -> Sequence[StatementTime]:
        """Those that took longest in all, the slowest first."""
        found = [
            StatementTime(" ".join(sql.split())[:LONGEST], len(took), round(sum(took) * 1000, 1))
            for sql, took in self.by_sql.items()
        ]
        return sorted(found, key=lambda each: -each.ms)[:SHOWN]


@contextlib.contextmanager
def noting() -> Iterator[Noted]:
    """Notes what is done in this block."""
    noted = Noted()
    before = _noted.set(noted.by_sql)
    try:
        yield noted
    finally:
        _noted.reset(before)


def note(sql: str, seconds: float) -> None:
    """Says that a statement was done."""
    if (noted := _noted.get()) is not None:
        noted.setdefault(sql, []).append(seconds)
