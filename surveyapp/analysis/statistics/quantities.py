"""What numbers of any size, days and times of day come to."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

Measured = Decimal | dt.date | dt.time
"""What can be put in order: a number, a day, a time of day."""


@dataclass(frozen=True, kw_only=True)
class TrueQuantity:
    """What values come to. `mean` is exact, and None for days and times; `middle`, `lower` and `upper` are the one or
    two values that the median and the quartiles are made of. With a base of zero there is none of it."""

    base: int
    mean: Fraction | None = None
    lower: tuple[Measured, ...] = ()
    middle: tuple[Measured, ...] = ()
    upper: tuple[Measured, ...] = ()
    minimum: Measured | None = None
    maximum: Measured | None = None

    @property
    def median(self) -> Measured | None:
        """The middle value; of an even number of people, half-way between the two in the middle (of days and times,
        rounded down to the day and the minute)."""
        return _between(self.middle)

    @property
    def lower_quartile(self) -> Measured | None:
        return _between(self.lower)

    @property
    def upper_quartile(self) -> Measured | None:
        return _between(self.upper)


def quantity(counts: Mapping[Measured, int]) -> TrueQuantity:
    """The mean (numbers alone: sum / base, exact), median, quartiles and range of people counted by value, lowest
    first."""
    base = sum(counts.values())
    if not base:
        return TrueQuantity(base=0)
    ordered, reached = list(counts), list(accumulate(counts.values()))
    numbers = [Fraction(value) * people for value, people in counts.items() if isinstance(value, Decimal)]
    return TrueQuantity(
        base=base,
        mean=sum(numbers, Fraction(0)) / base if numbers else None,
        lower=_quantile(ordered, reached, Fraction(1, 4)),
        middle=_quantile(ordered, reached, Fraction(1, 2)),
        upper=_quantile(ordered, reached, Fraction(3, 4)),
        minimum=ordered[bisect_left(reached, 1)],
        maximum=ordered[bisect_left(reached, base)],
    )


def _quantile(ordered: Sequence[Measured], reached: Sequence[int], share: Fraction) -> tuple[Measured, ...]:
    """The value that `share` of the people do not exceed, or the two that it lies between.

    With n people and k = share * n: the next person after k, or where k is whole the k-th and the next. The median is
    one of them. Source: definition 2 of Hyndman and Fan (1996), American Statistician 50, 361-365; R's
    `quantile(type = 2)`.
    """
    k = share * reached[-1]
    ranks = (int(k), int(k) + 1) if k.denominator == 1 else (int(k) + 1,)
    return tuple(dict.fromkeys(ordered[bisect_left(reached, rank)] for rank in ranks))


def _between(values: Sequence[Measured]) -> Measured | None:
    return _half_way(values[0], values[-1]) if values else None


def _half_way(low: Measured, high: Measured) -> Measured:
    match low, high:
        case Decimal(), Decimal():
            return (low + high) / 2
        case dt.time(), dt.time():
            minutes = (low.hour * 60 + low.minute + high.hour * 60 + high.minute) // 2
            return dt.time(*divmod(minutes, 60))
        case dt.date(), dt.date():
            return low + (high - low) // 2
        case _:
            raise TypeError(f"{low} and {high} are not of one sort.")
