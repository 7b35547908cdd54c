"""Results as they may be shown. The chart, its table, its sentence, the export and the report all come from these.

Everything here has passed disclosure control: a count that may not be shown is not in the object at all.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from surveyapp.domain.instrument.kinds import Summary


@dataclass(frozen=True)
class SeriesNote:
    """What is not as it was, where one variable is followed through versions and touchpoints.

    `kind`: *reworded*, *rescaled* (its answers were turned into the new ones), *redefined* (nets, values or the good
    side; a score's making), *rebased* (who is asked), *relimited* (what may be answered or left out), *rearranged*
    (options or moments shown in another order), *extended* (`options` are those added): counted together all the same,
    as the newest says. *left_out*: answers to an earlier wording are not counted. *broken*: what stands
    before and after cannot be compared. *removed*: asked no longer. `reason`: the author's own words. `version`: since
    which.
    """

    kind: Literal[
        "reworded", "rescaled", "redefined", "rebased", "relimited", "rearranged", "extended", "left_out", "broken",
        "removed",
    ]  # fmt: skip
    reason: str | None = None
    version: int | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A count of people and its percentage of the base, rounded half up; or neither, and what may be said instead.

    `percent` is None too where the base is nobody. `fewer_than` is set where “fewer than N” may be said.
    """

    count: int | None
    percent: int | None = None
    fewer_than: int | None = None

    @property
    def shown(self) -> bool:
        return self.count is not None


@dataclass(frozen=True)
class Category:
    """What a cell counts: an option, a net of options (`members`: their codes), or a reason for having no answer."""

    code: str
    label: str
    kind: Literal["option", "net", "missing"]
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slice:
    """Which people: everyone, or those with one value of a segment."""

    label: str
    segment: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class RatingSummary:
    """Mean to one decimal, the most common values (all of them when tied), the range. None: hidden, or nobody."""

    mean: Decimal | None
    most_common: tuple[int, ...] | None
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True)
class QuantitySummary:
    """What numbers, days or times come to. `mean`, of numbers alone, has one decimal more than the question asks for.
    None: hidden, or nobody."""

    mean: Decimal | None
    median: Decimal | dt.date | dt.time | None
    minimum: Decimal | dt.date | dt.time | None
    maximum: Decimal | dt.date | dt.time | None

    @property
    def statistics(self) -> tuple[tuple[str, Decimal | dt.date | dt.time | None], ...]:
        """Each by name, in the order in which they are read."""
        return (("mean", self.mean), ("median", self.median), ("minimum", self.minimum), ("maximum", self.maximum))


@dataclass(frozen=True, kw_only=True)
class Tally:
    """One variable's answers among some people.

    `base`: those asked who gave a substantive answer. `cells` by category code, options and nets alike; `missing` by
    reason, counted beside the base. `withheld`: the whole tally may not be shown (fewer people than the minimum).
    `low_base`: to be read with caution.
    """

    people: Slice
    base: Cell
    cells: dict[str, Cell]
    missing: dict[str, Cell]
    rating: RatingSummary | None = None
    quantity: QuantitySummary | None = None
    withheld: bool = False
    low_base: bool = False

    def cell(self, code: str) -> Cell:
        return self.cells[code]


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """How a variable was answered, by everyone and, where asked for and allowed, by segment.

    `options` are in order, and so are the nets. On a scale with a good side `favourable` is the code of its net and
    `neutral` of its middle option, if it has one. `low` and `high` are what a rating's ends are called.
    `several`: more than one option can be chosen. `refused`: the split asked for would say too much. `uncounted`: what
    is stored does not fit the question, so that nothing can be said; there are no tallies.
    """

    group: str
    touchpoint: int
    variable: str
    moment: str | None
    question: str
    text: str
    statement: str | None
    moment_label: str | None
    summary: Summary
    section: str
    options: tuple[Category, ...]
    nets: tuple[Category, ...]
    tallies: tuple[Tally, ...]
    note: str | None = None
    refused: bool = False
    favourable: str | None = None
    neutral: str | None = None
    low: str | None = None
    high: str | None = None
    data_at: dt.datetime | None = None
    series_notes: tuple[SeriesNote, ...] = ()
    several: bool = False
    uncounted: bool = False

    @property
    def key(self) -> str:
        return f"{self.variable}@{self.moment}" if self.moment else self.variable


@dataclass(frozen=True)
class RowScale:
    """What a row's answers are counted in, options from most to least favourable."""

    options: tuple[Category, ...]
    neutral: str | None
    net: Category


@dataclass(frozen=True, kw_only=True)
class ShiftRow:
    """One moment of a measure among some people. `scale`: where it is not the measure's. `notes`: what is not the same
    among the answers of this row alone."""

    label: str
    detail: str | None
    touchpoint: int
    moment: str | None
    looking_back: bool
    tally: Tally
    net: Cell
    scale: RowScale | None = None
    notes: tuple[SeriesNote, ...] = ()


@dataclass(frozen=True)
class ShiftStep:
    """Whether two rows of a measure can be set against one another: *comparable*; *marked*, with what is not the same;
    or *broken*, and then there is no change between them."""

    before_row: int
    after_row: int
    state: Literal["comparable", "marked", "broken"] = "comparable"
    notes: tuple[SeriesNote, ...] = ()


@dataclass(frozen=True)
class Interval:
    """In percentage points, rounded half up."""

    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class Change:
    """From one row of a measure to a later one, on the people who answered both.

    `kind`: *looking_back* when the before was remembered, *measured* when it was asked at its own touchpoint. `base` is
    the matched base; `lost` answered the before only, `joined` the after only. `before` and `after` count those in the
    favourable net; `gained` are in it only after, `given_up` only before. `points` is the change of the percentages,
    `interval` its 95% interval (Newcombe, paired). p-values are there only where no base is low.
    `withheld`: none of it may be shown.
    """

    people: Slice
    kind: Literal["looking_back", "measured"]
    before_row: int
    after_row: int
    base: int = 0
    lost: int | None = None
    joined: int | None = None
    before: int | None = None
    after: int | None = None
    gained: int | None = None
    given_up: int | None = None
    rose: int | None = None
    same: int | None = None
    fell: int | None = None
    points: int | None = None
    interval: Interval | None = None
    mcnemar_p: float | None = None
    wilcoxon_p: float | None = None
    transitions: tuple[tuple[Cell, ...], ...] | None = None
    withheld: bool = False
    low_base: bool = False


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A measure: rows by moment, and the change between them.

    `rows` holds, for each moment in order, one ShiftRow for each slice of people. `options` run from most to least
    favourable. `steps`: how every two rows compare; where they do not there is no change. `matched`: only people who
    answered at every moment. `matched_base`: how many those are (None: not to be said, or there is one moment only).
    `refused`: the split asked for may not be shown.
    """

    study: str
    measure: str
    theme: str
    title: str
    asked_of: str
    variable: str
    question: str
    note: str | None
    group: str
    options: tuple[Category, ...]
    neutral: str | None
    net: Category
    rows: tuple[tuple[ShiftRow, ...], ...]
    changes: tuple[Change, ...]
    matched: bool
    matched_base: int | None
    segment: str | None
    data_at: dt.datetime | None
    low_base_under: int
    touchpoint_notes: tuple[str, ...] = ()
    refused: bool = False
    steps: tuple[ShiftStep, ...] = ()

    def step(self, before_row: int, after_row: int) -> ShiftStep:
        """How two rows compare."""
        return next(
            (step for step in self.steps if (step.before_row, step.after_row) == (before_row, after_row)),
            ShiftStep(before_row, after_row),
        )

    def scale_of(self, row: int) -> RowScale:
        """What a row's answers, and a change from or to it, are counted in."""
        return self.rows[row][0].scale or RowScale(self.options, self.neutral, self.net)

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


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """One true number of the operator's table. `count` is of people; `value` is a statistic of a rating or a quantity;
    `percent` is rounded half up from the count. `shown` is what an evaluator sees: the number, “fewer than N”, or
    “hidden”."""

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
    value: Decimal | dt.date | dt.time | None
    percent: int | None
    shown: str
