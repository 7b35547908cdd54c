"""The bins that numbers, days and times of day are counted in: few, with edges a person would choose.

Bins of a number are derived, not declared: edges are whole multiples of one step, taken from where nine in
ten of the people stand, and the bins at either end are open, so that an extreme answer stretches none of them. What has
been published once is kept (`kept`): a release hands in the edges of the one before.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import accumulate, pairwise
from typing import Any

from surveyapp.analysis.statistics.quantities import Measured

MOST_BINS = 8
MOST_MONTHS = 24
STEPS = (Decimal(1), Decimal(2), Decimal(5))
"""A step is one of these times a power of ten."""

PARTS_OF_DAY = (dt.time(6), dt.time(12), dt.time(18))
"""Where the morning, the afternoon and the evening begin; before the morning it is night."""


@dataclass(frozen=True)
class Bin:
    """Values from `low` to below `high`; None: open at that end."""

    low: Measured | None
    high: Measured | None

    @property
    def code(self) -> str:
        """`20..30`, `..10`, `2025-03-01..2025-04-01`: the same for the same edges, whatever else there is."""
        return "..".join("" if end is None else str(end) for end in (self.low, self.high))


def number_edges(counts: Mapping[Decimal, int], decimals: int = 0, kept: Sequence[Decimal] = ()) -> tuple[Decimal, ...]:
    """Where bins of numbers meet, lowest first, from people by value; at most 7 edges, so 8 bins. Nobody has none.

    With p and q the values that a twentieth and nineteen twentieths of the people do not exceed: the step is the least
    of 1, 2, 5 times a power of ten (and no finer than `decimals` allow) that takes from p to q in at most six
    bins. `kept`: edges that stand already.
    """
    if kept or not sum(counts.values()):
        return tuple(kept)
    ordered = sorted(counts)
    reached = list(accumulate(counts[value] for value in ordered))
    rank = (reached[-1] - 1) // 20
    low, high = (ordered[bisect_right(reached, each)] for each in (rank, reached[-1] - 1 - rank))
    for step in _steps(decimals):
        first, last = _floor(low, step), _floor(high, step)
        if (last - first) / step <= MOST_BINS - 3:
            break
    inner = [first + step * n for n in range(int((last - first) / step) + 2)]
    # Written out: 50 and 5E+1 are one number, and should be one code.
    inner = [Decimal(f"{edge:f}") for edge in inner]
    return tuple(edge for edge in inner if ordered[0] < edge <= ordered[-1])


def bins_of(edges: Sequence[Measured]) -> tuple[Bin, ...]:
    """The bins that edges make, the first and the last open."""
    ends: list[Measured | None] = [None, *edges, None]
    return tuple(Bin(low, high) for low, high in pairwise(ends))


def calendar_bins(days: Iterable[dt.date]) -> tuple[Bin, ...]:
    """A bin a month from that of the first day to that of the last; of more than two years of months, a bin a year."""
    found = sorted(days)
    if not found:
        return ()
    (first, *_), last = found, found[-1]
    months = _months(last) - _months(first) + 1
    length = 1 if months <= MOST_MONTHS else 12
    start = _months(first) // length * length
    return tuple(Bin(_first_of(month), _first_of(month + length)) for month in range(start, _months(last) + 1, length))


def _months(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> dt.date | None:
    """The first day of a month; None beyond the calendar."""
    return dt.date(month // 12, month % 12 + 1, 1) if month // 12 <= dt.MAXYEAR else None


def bins_for(counts: Mapping[Measured, int], decimals: int = 0, kept: Sequence[Decimal] = ()) -> tuple[Bin, ...]:
    """The bins of the values that some people gave, whatever sort they are of; nobody's are none."""
    match next((value for value, people in counts.items() if people), None):
        case None:
            return ()
        case Decimal():
            numbers = {value: people for value, people in counts.items() if isinstance(value, Decimal)}
            return bins_of(number_edges(numbers, decimals, kept))
        case dt.date():
            return calendar_bins(value for value, people in counts.items() if people and isinstance(value, dt.date))
        case _:
            return bins_of(PARTS_OF_DAY)


def last_of(found: Bin, decimals: int = 0) -> Measured | None:
    """The last value that can be given and is in a bin: the day, the minute or the number before its end."""
    match found.high:
        case Decimal() as high:
            return high - Decimal(1).scaleb(-decimals)
        case dt.time() as high:
            return (dt.datetime.combine(dt.date.min, high) + dt.timedelta(days=1, minutes=-1)).time()
        case dt.date() as high:
            return high - dt.timedelta(days=1)
    return dt.date.max if isinstance(found.low, dt.date) else None


def counted(counts: Mapping[Measured, int], bins: Sequence[Bin]) -> tuple[int, ...]:
    """People by bin. Raises ValueError for a value that is in none of them."""
    people = [0] * len(bins)
    # Values and bins of one question are of one sort, which the type of a value alone does not say.
    lows: list[Any] = [each.low for each in bins[1:]]
    for value, number in counts.items():
        index = bisect_right(lows, value)
        if not bins or not _holds(bins[index], value):
            raise ValueError(f"{value} is in no bin.")
        people[index] += number
    return tuple(people)


def _holds(found: Bin, value: Any) -> bool:
    return (found.low is None or found.low <= value) and (found.high is None or value < found.high)


def _steps(decimals: int) -> Iterator[Decimal]:
    exponent = -decimals
    while True:
        yield from (step.scaleb(exponent) for step in STEPS)
        exponent += 1


def _floor(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_FLOOR) * step
