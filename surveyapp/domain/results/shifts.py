"""How the same people changed: a variable at two or more moments."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.instrument.questionnaire import MomentsLayout
from surveyapp.domain.results.cells import WITHHELD, WORKING, Category, Cell, Edition, Slice, Tally
from surveyapp.domain.results.distributions import THEMES, CodingBasis
from surveyapp.domain.results.notes import SeriesNote
from surveyapp.domain.results.words import Words


@dataclass(frozen=True)
class RowScale:
    """What a row's answers are counted in, options from most to least favourable."""

    options: tuple[Category, ...]
    neutral: str | None
    net: Category | None


@dataclass(frozen=True, kw_only=True)
class ShiftRow:
    """One moment among some people. `asked`: the wording asked at it. `scale`: where it is not the shift's. `notes`:
    what is not the same among the answers of this row alone. `interval`: of the favourable share (Wilson), where it
    is told exactly. `uncounted`: what is stored does not fit the question, so that nobody is counted. `layout`: of a
    remembered before, whether it was asked together with the now or apart from it."""

    label: Words
    detail: Words | None
    touchpoint: int
    moment: str | None
    looking_back: bool
    tally: Tally
    net: Cell
    asked: Words = ""
    scale: RowScale | None = None
    notes: tuple[SeriesNote, ...] = ()
    interval: Interval | None = None
    uncounted: bool = False
    layout: MomentsLayout | None = None


@dataclass(frozen=True)
class ShiftStep:
    """Whether two rows can be set against one another: *comparable*; *marked*, with what is not the same; or *broken*,
    and then there is no change between them."""

    before_row: int
    after_row: int
    state: Literal["comparable", "marked", "broken"] = "comparable"
    notes: tuple[SeriesNote, ...] = ()


@dataclass(frozen=True)
class Interval:
    """A 95% interval in percentage points, rounded half up to whole ones; an end that would round to nothing, and is
    not nothing, keeps its first digit, so that the side of zero it is on is always seen."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, kw_only=True)
class MeanChange:
    """The mean of after less before over the same people, with its 95% interval where there is one (t, paired), whose
    ends are rounded as those of an `Interval`; and the mean `before` and `after`, of the same people. `private`: not
    for publication."""

    mean: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    before: Decimal | None = None
    after: Decimal | None = None
    private: bool = False


TestName = Literal["sign", "wilcoxon", "mcnemar", "stuart_maxwell"]


@dataclass(frozen=True, kw_only=True)
class ChangeTest:
    """A test of no change: two-sided `p` over the `n` people who bear on it; `zeros` of them did not move. `private`:
    not for publication."""

    name: TestName
    p: float
    n: int
    zeros: int = 0
    private: bool = False


@dataclass(frozen=True)
class ReliableChange:
    """People whose change is larger than the scale's own unreliability explains, and those between. `source`: of the
    reliability."""

    improved: Cell
    same: Cell
    worse: Cell
    source: str


Verdict = Literal["rose", "fell", "no_change", "unclear"]
"""What may be said of a change: *rose* or *fell* only where the 95% interval of the paired difference excludes zero;
*no_change* where nobody moved, or the whole interval rounds to nothing; *unclear*: too few to tell."""


@dataclass(frozen=True)
class MissingCase:
    """How many would be favourable after, and what would be said, if all whose second answer is missing had done the
    same."""

    count: int
    verdict: Verdict | None


@dataclass(frozen=True, kw_only=True)
class MissingBounds:
    """What those whose second answer is `missing`, for whatever reason, could have made of a change, of the `base` who
    answered before: if they had all `stayed` as they were, all `fallen`, all `risen`. `private`: not for publication.
    """

    missing: int
    base: int
    stayed: MissingCase
    fallen: MissingCase
    risen: MissingCase
    private: bool = False


ChangeKind = Literal["looking_back", "measured", "yardstick"]


def kind_between(before: str | None, after: str | None) -> ChangeKind:
    """What a change from one moment to another is of. What is remembered later of what was recorded earlier shows the
    shift of the yardstick, not of what is measured."""
    if before == "before":
        return "looking_back"
    return "yardstick" if after == "before" else "measured"


@dataclass(frozen=True, kw_only=True)
class Change:
    """From one row to a later one, on the people who answered both.

    `kind`: *looking_back* when the before was remembered, *measured* when it was asked at its own touchpoint,
    *yardstick* from what was recorded then to what is remembered of it: no change in time, but in how people measure.
    `base` is the matched base; `first_alone` answered the before only, for whatever reason: who may still
    answer is among them; `second_alone` the after only. `before` and `after` count
    those in the favourable net; `gained` are in it only after, `given_up` only before. `points` is the change of the
    percentages, `interval` its 95% interval (Newcombe, paired). `tests` are empty where the base is low. `verdict` is
    None where nothing is said. `withheld`: none of it is told.
    """

    people: Slice
    kind: ChangeKind
    before_row: int
    after_row: int
    base: Cell = WITHHELD
    first_alone: Cell = WITHHELD
    second_alone: Cell = WITHHELD
    before: Cell = WITHHELD
    after: Cell = WITHHELD
    gained: Cell = WITHHELD
    given_up: Cell = WITHHELD
    rose: Cell = WITHHELD
    same: Cell = WITHHELD
    fell: Cell = WITHHELD
    verdict: Verdict | None = None
    points: int | None = None
    interval: Interval | None = None
    mean: MeanChange | None = None
    tests: tuple[ChangeTest, ...] = ()
    reliable: ReliableChange | None = None
    bounds: MissingBounds | None = None
    transitions: tuple[tuple[Cell, ...], ...] | None = None
    withheld: bool = False
    low_base: bool = False

    @property
    def net_private(self) -> bool:
        """Whether what is computed from who is in the net (points, their interval) is not for publication."""
        return any(cell.private for cell in (self.base, self.before, self.after, self.gained, self.given_up))

    @property
    def moves_private(self) -> bool:
        """Whether who rose, stayed and fell is not, any of it."""
        return any(cell.private for cell in (self.base, self.rose, self.same, self.fell))

    @property
    def private(self) -> bool:
        """Whether any number that is said of it is not."""
        alone = self.first_alone.private or self.second_alone.private
        computed = (self.mean, self.bounds, *self.tests)
        return self.net_private or self.moves_private or alone or any(each.private for each in computed if each)

    def test(self, name: str) -> ChangeTest | None:
        return next((test for test in self.tests if test.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A variable at several moments, whether a declared measure or not: rows by moment, and the change between them.

    `rows` holds, for each moment in order, one ShiftRow for each slice of people. `options` run from most to least
    favourable where there is a good side, and then `net` is it; from least to most where it is worded the other way
    round (`turned`). `steps`: how every two rows compare; where they do not
    there is no change. `matched`: only people who answered at every moment. `matched_base`: how many those are (None:
    not told, or there is one moment only). `coding`: what themes, or “other” coded back, rest on.
    """

    edition: Edition = WORKING
    study: str
    measure: str
    declared: bool = True
    theme: str
    title: Words
    asked_of: Words
    variable: str
    question: Words
    note: Words | None
    group: str
    summary: Summary = Summary.OPTIONS
    options: tuple[Category, ...]
    nets: tuple[Category, ...] = ()
    neutral: str | None
    net: Category | None
    low: Words | None = None
    high: Words | None = None
    rows: tuple[tuple[ShiftRow, ...], ...]
    changes: tuple[Change, ...]
    matched: bool
    matched_base: Cell | None
    segment: str | None
    low_base_under: int
    touchpoint_notes: tuple[Words, ...] = ()
    steps: tuple[ShiftStep, ...] = ()
    coding: CodingBasis | None = None
    turned: bool = False

    @property
    def is_themes(self) -> bool:
        """Whether it is the themes that another question's words were coded with."""
        return self.coding is not None and self.variable.endswith(THEMES)

    def step(self, before_row: int, after_row: int) -> ShiftStep:
        """How two rows compare."""
        return next(
            (step for step in self.steps if (step.before_row, step.after_row) == (before_row, after_row)),
            ShiftStep(before_row, after_row),
        )

    def scale_of(self, row: int) -> RowScale:
        """What a row's answers, and a change from or to it, are counted in."""
        return self.rows[row][0].scale or RowScale(self.options, self.neutral, self.net)

    def kind_of(self, step: ShiftStep) -> ChangeKind:
        return kind_between(self.rows[step.before_row][0].moment, self.rows[step.after_row][0].moment)

    @property
    def scored(self) -> bool:
        """Whether it is a score: who left an item out may have answered, and has none."""
        return any(row.tally.score is not None for row in self.everyone)

    @property
    def looking_back(self) -> bool:
        return any(row.looking_back for together in self.rows for row in together)

    @property
    def low_base(self) -> bool:
        return any(row.tally.low_base for together in self.rows for row in together)

    @property
    def everyone(self) -> tuple[ShiftRow, ...]:
        """The rows of everyone, one a moment."""
        return tuple(together[0] for together in self.rows)
