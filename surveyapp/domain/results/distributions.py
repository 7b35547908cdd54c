"""How a variable was answered at one touchpoint."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.instrument.questionnaire import MomentsLayout
from surveyapp.domain.results.cells import WORKING, Category, Edition, Quantity, Tally
from surveyapp.domain.results.notes import SeriesNote
from surveyapp.domain.results.words import Words

THEMES = "_themes"
"""How the name ends of the variable that has a question's themes."""


@dataclass(frozen=True, kw_only=True)
class CodingBasis:
    """What the themes of a question rest on: the version of its frame, by how many coders (`both`: how many answers two
    coded; a release does not say), and how far the two agree (Krippendorff's alpha over the frame, two decimals; None
    where it cannot be had)."""

    version: int
    coders: int
    both: int | None = None
    alpha: float | None = None


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """How a variable was answered, by everyone and, where asked for, by segment.

    `options` are in order, and so are the nets. On a scale with a good side `favourable` is the code of its net and
    `neutral` of its middle option, if it has one. `low` and `high` are what a rating's ends are called.
    `turned`: worded the other way round, so that the other side of the scale is the good one (a score turns it).
    `several`: more than one option can be chosen. `uncounted`: what is stored does not fit the question, so that
    nothing can be said; there are no tallies. `layout`: of a before or a now, how the two were asked.
    """

    edition: Edition = WORKING
    group: str
    touchpoint: int
    variable: str
    moment: str | None
    question: Words
    text: Words
    statement: Words | None
    moment_label: Words | None
    layout: MomentsLayout | None = None
    summary: Summary
    section: Words
    options: tuple[Category, ...]
    nets: tuple[Category, ...]
    tallies: tuple[Tally, ...]
    note: Words | None = None
    favourable: str | None = None
    turned: bool = False
    neutral: str | None = None
    low: Words | None = None
    high: Words | None = None
    series_notes: tuple[SeriesNote, ...] = ()
    several: bool = False
    uncounted: bool = False
    coding: CodingBasis | None = None
    gained: tuple[tuple[str, int], ...] = ()

    def turned_as(self, turned: Collection[str]) -> Distribution:
        """The same, where scores turn the `turned` variables round; what has no good side has no other either."""
        return dataclasses.replace(self, turned=self.favourable is not None and self.key in turned)

    @property
    def is_themes(self) -> bool:
        """Whether it is the themes that another question's words were coded with."""
        return self.coding is not None and self.variable.endswith(THEMES)

    @property
    def key(self) -> str:
        return f"{self.variable}@{self.moment}" if self.moment else self.variable


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """One true number of the operator's table. `count` is of people; `value` is a statistic of a rating or a quantity;
    `percent` is rounded half up from the count. `publish`: “no” of what is not for publication, “as released” of what
    a release may tell, whole or in part; “not counted” where what is stored does not fit the question."""

    group: str
    touchpoint: int
    segment: str
    variable: str
    timing: str
    statistic: str
    kind: str
    category: str
    count: int | None
    base: int
    value: Quantity | Decimal | None
    percent: int | None
    publish: str
