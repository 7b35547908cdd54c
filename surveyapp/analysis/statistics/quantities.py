"""What numbers of any size, days and times of day come to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Measured = Decimal | dt.date | dt.time
"""What can be put in order: a number, a day, a time of day."""


@dataclass(frozen=True, kw_only=True)
class TrueQuantity:
    """What values come to. `mean` is exact, and None for days and times; `middle` are the one or two values that the
    median is made of. With a base of zero there is none of it."""

    base: int
    mean: Fraction | None = None
    middle: tuple[Measured, ...] = ()
    minimum: Measured | None = None
    maximum: Measured | None = None

    @property
    def median(self) -> Measured | None:
        """The middle value; of an even number of people, half-way between the two in the middle (of days and times,
        rounded down to the day and the minute)."""
        return _half_way(self.middle[0], self.middle[-1]) if self.middle else None


def quantity(counts: Mapping[Measured, int]) -> TrueQuantity:
    """The mean (numbers alone: sum / base, exact), median and range of people counted by value, lowest first."""
    base = sum(counts.values())
    if not base:
        return TrueQuantity(base=0)
    ordered = [value for value, people in counts.items() for _ in range(people)]
    middle = (ordered[(base - 1) // 2], ordered[base // 2])
    numbers = [Fraction(value) * people for value, people in counts.items() if isinstance(value, Decimal)]
    return TrueQuantity(
        base=base,
        mean=sum(numbers, Fraction(0)) / base if numbers else None,
        middle=tuple(dict.fromkeys(middle)),
        minimum=ordered[0],
        maximum=ordered[-1],
    )


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
