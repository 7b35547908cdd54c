"""The statements that a request has a database do, and how long each took. Never with what is bound to them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

SHOWN, LONGEST = 10, 2000
"""How many statements are told of, and in how many characters each."""

_noted: ContextVar[list[DoneStatement] | None] = ContextVar("statements", default=None)


@dataclass(frozen=True, slots=True)
class DoneStatement:
    """A statement that was done, when it was over (`time.perf_counter`), and how many seconds it took."""

    sql: str
    ended: float
    seconds: float


@dataclass(frozen=True)
class StatementTime:
    """A statement, how often it was done and how many milliseconds it took in all."""

    sql: str
    times: int
    ms: float


class Noted:
    """What was noted in a block."""

    def __init__(self) -> None:
        self.done: list[DoneStatement] = []

    @property
    def count(self) -> int:
        return len(self.done)

    def slowest(self) -> Sequence[StatementTime]:
        """Those that took longest in all, the slowest first."""
        by_sql: dict[str, list[float]] = {}
        for each in self.done:
            by_sql.setdefault(each.sql, []).append(each.seconds)
        found = [StatementTime(shortened(sql), len(took), round(sum(took) * 1000, 1)) for sql, took in by_sql.items()]
        return sorted(found, key=lambda each: -each.ms)[:SHOWN]


def shortened(sql: str) -> str:
    """A statement on one line, no longer than one is told."""
    return " ".join(sql.split())[:LONGEST]


@contextlib.contextmanager
def noting() -> Iterator[Noted]:
    """Notes what is done in this block."""
    noted = Noted()
    before = _noted.set(noted.done)
    try:
        yield noted
    finally:
        _noted.reset(before)


def note(sql: str, seconds: float) -> None:
    """Says that a statement was done just now."""
    if (noted := _noted.get()) is not None:
        noted.append(DoneStatement(sql, time.perf_counter(), seconds))
