"""Figures that are set beside what a study counts: targets, response, other people’s."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a programme set out to reach, and how far it had come on a day: a loaded figure with its source, never
    counted from participants. `by`: the attribute that `parts` tells the actual figure by, by value."""

    id: str
    label: str
    target: int
    as_at: dt.date
    source: str
    actual: int | None = None
    by: str | None = None
    parts: Mapping[str, int] = field(default_factory=dict)
    note: str | None = None

    @property
    def percent(self) -> int | None:
        """How much of the target was reached, in whole percent, half up."""
        return None if self.actual is None else (200 * self.actual + self.target) // (2 * self.target)


@dataclass(frozen=True, kw_only=True)
class ResponseLine:
    """A line of the study's table of response, such as a report prints: who was asked, by which `method`. Counted where
    it names a `group`: of all who are `listed` at its touchpoint or of those who could be asked, `where` an attribute
    has a value. Or loaded: of a `population` so many were `achieved`, by a `source`."""

    id: str
    label: str
    method: str
    group: str | None = None
    touchpoint: int = 1
    of: Literal["listed", "could_be_asked"] = "could_be_asked"
    where: tuple[str, str] | None = None
    population: int = 0
    achieved: int = 0
    source: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class ComparatorPlace:
    """What of a study a comparator stands beside: a `variable` of a group, or an `attribute` (of everybody's, where no
    group is named); with `options`, those of its options, nets or values."""

    group: str | None = None
    variable: str | None = None
    attribute: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Comparator:
    """A published figure of other people that is set beside a study's own, with where it comes from. `people`: whose
    figure it is; `value`, or from `value` `to` another, in `unit`; `definition`: what it counts, where that is not
    quite the same."""

    id: str
    label: str
    people: str
    value: Decimal
    unit: str
    date: str
    source: str
    beside: tuple[ComparatorPlace, ...]
    to: Decimal | None = None
    definition: str | None = None

    @property
    def is_share(self) -> bool:
        """Whether it can be drawn on the scale of percentages."""
        return self.unit == "%"
