"""Days as people and spreadsheets write them."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import re
from collections.abc import Iterable

from surveyapp.domain import normalise


class DayOrder(enum.StrEnum):
    """Which comes first in 03/06/2026."""

    DAY = "day"
    MONTH = "month"


_PARTED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})", re.ASCII)
_WITH_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2}|\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4})[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?Z?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ \-]([a-z]{3,9})\.?,?[ \-](\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")

_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?", re.ASCII)
"""Days since 1899-12-30, as spreadsheets count them: from 1954 to 2091."""


@functools.lru_cache(maxsize=4_096)
def read_day(written: str, order: DayOrder = DayOrder.DAY) -> dt.date | None:
    """A date as 2026-01-31, 31/01/2026, 31.1.26 or 31 January 2026, with or without a time after it; None if it is no
    date. `order`: which comes first where both are numbers."""
    written = normalise.code(written)
    if timed := _WITH_TIME.fullmatch(written):
        written = timed[1]
    try:
        if parted := _PARTED.fullmatch(written):
            first, second = int(parted[1]), int(parted[2])
            day, month = (first, second) if order is DayOrder.DAY else (second, first)
            return dt.date(_year(parted[3]), month, day)
        if named := _NAMED.fullmatch(written.casefold()):
            return dt.date(_year(named[3]), _month(named[2]), int(named[1]))
        if named := _NAMED_FIRST.fullmatch(written.casefold()):
            return dt.date(int(named[3]), _month(named[1]), int(named[2]))
        return dt.datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None


def _year(written: str) -> int:
    return int(written) + (2000 if len(written) == 2 else 0)


_IN_FULL = frozenset(
    {"january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"}
)


def _month(name: str) -> int:
    """Raises ValueError for what is no month's name."""
    if name == "sept" or name in _IN_FULL or name in _MONTHS:
        return _MONTHS.index(name[:3]) + 1
    raise ValueError(name)


def serial_day(written: str) -> dt.date | None:
    """The day that a spreadsheet's count of days means, where a cell holds that."""
    written = normalise.code(written)
    if not _SERIAL.fullmatch(written):
        return None
    return dt.date(1899, 12, 30) + dt.timedelta(days=int(written[:5]))


def orders_in(written: Iterable[str]) -> tuple[set[DayOrder], str]:
    """What a list's dates show of their order: those that some of them can only be in, and the first date that could be
    either (empty: there is none)."""
    certain, either = set[DayOrder](), ""
    for value in written:
        code = normalise.code(value)
        timed = _WITH_TIME.fullmatch(code)
        parted = _PARTED.fullmatch(timed[1] if timed else code)
        if parted is None:
            continue
        first, second = int(parted[1]), int(parted[2])
        if first > 12 >= second:
            certain.add(DayOrder.DAY)
        elif second > 12 >= first:
            certain.add(DayOrder.MONTH)
        elif first != second and not either:
            either = code
    return certain, either
