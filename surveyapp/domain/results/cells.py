"""How many people, as far as it is told, and what is counted of whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import PlainSerializer, PlainValidator

from surveyapp.domain.results.words import Words


@dataclass(frozen=True)
class Edition:
    """Which figures these are: the *working* view, true and current, or a *release*, a numbered cut that was protected.
    `at`: answers handed in until then are in it; None: there is none yet."""

    kind: Literal["working", "release"] = "working"
    at: dt.datetime | None = None
    number: int | None = None


WORKING = Edition()
"""The working view of a study that nobody has answered."""


@dataclass(frozen=True)
class NextLook:
    """When what a release withholds is looked at again: in the release of that `number`, and not before `after`, the
    last day on which its touchpoint collects; None where it has closed, or nobody can say yet."""

    number: int
    after: dt.date | None = None


@dataclass(frozen=True)
class Cell:
    """How many people: `count`, exactly; or what is told instead, `low` and `high` together (5 to 9), `low` alone (52
    or more), `high` alone (fewer than 5, `high` 4); or nothing, and then it is withheld.

    `percent` of the base, rounded half up, is of `count` and of nothing else (0025): of a bound there is none, whatever
    a release that was made before says; None too where the base is nobody. `private`: true, and more than the study's
    thresholds would let out; for the working view.
    """

    count: int | None
    percent: int | None = None
    _: KW_ONLY
    low: int | None = None
    high: int | None = None
    private: bool = False

    def __post_init__(self) -> None:
        if self.count is None and self.percent is not None:
            object.__setattr__(self, "percent", None)

    @property
    def shown(self) -> bool:
        """Whether it is told exactly."""
        return self.count is not None

    @property
    def told(self) -> bool:
        """Whether anything is told of it."""
        return self.shown or self.low is not None or self.high is not None

    @property
    def least(self) -> int | None:
        """The least it can be: 0 where only a most is told, None where nothing is."""
        if self.count is not None:
            return self.count
        return self.low if self.low is not None else 0 if self.high is not None else None

    @property
    def most(self) -> int | None:
        """The most it can be; None where there is no telling."""
        return self.count if self.count is not None else self.high


WITHHELD = Cell(None)


@dataclass(frozen=True)
class Category:
    """What a cell counts: an option, a net of options (`members`: their codes), or a reason for having no answer."""

    code: str
    label: Words
    kind: Literal["option", "net", "missing"]
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Joined:
    """Options that are counted as one: their codes, in order, and how many chose any."""

    members: tuple[str, ...]
    cell: Cell


@dataclass(frozen=True)
class Slice:
    """Which people: everyone, or those with one value of a segment."""

    label: Words
    segment: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class RatingSummary:
    """Mean to one decimal, the most common values (all of them when tied), the range. None: not told, or nobody.
    `private`: the names of those that are not for publication."""

    mean: Decimal | None
    most_common: tuple[int, ...] | None
    minimum: int | None
    maximum: int | None
    _: KW_ONLY
    private: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScoreSummary:
    """The mean of a score, with one decimal, and its range. None: not told, or nobody. `private` as of a rating."""

    mean: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None
    _: KW_ONLY
    private: tuple[str, ...] = ()


def quantity_written(value: Decimal | dt.date | dt.time) -> list[str]:
    """A number, a time or a day as JSON has it, with what it is of: of 9 and 9:00 both would be text."""
    match value:
        case Decimal():
            return ["number", str(value)]
        case dt.time():
            return ["time", value.isoformat()]
        case dt.date():
            return ["day", value.isoformat()]


def quantity_read(written: object) -> Decimal | dt.date | dt.time:
    """`quantity_written`, or one itself. Raises ValueError for what is neither."""
    if isinstance(written, Decimal | dt.date | dt.time):
        return written
    match written:
        case ["number", str(text)]:
            return Decimal(text)
        case ["time", str(text)]:
            return dt.time.fromisoformat(text)
        case ["day", str(text)]:
            return dt.date.fromisoformat(text)
    raise ValueError("Neither a number, nor a day, nor a time.")


Quantity = Annotated[Decimal | dt.date | dt.time, PlainSerializer(quantity_written), PlainValidator(quantity_read)]
"""A number, a day, a time of day. Kept with what it is, for they look alike in JSON."""


@dataclass(frozen=True)
class QuantityBin:
    """How many gave a value from `low` to `high`, both in it; None: open at that end."""

    low: Quantity | None
    high: Quantity | None
    cell: Cell


@dataclass(frozen=True, kw_only=True)
class QuantitySummary:
    """What numbers, days or times come to. `mean`, of numbers alone, has one decimal more than the question asks for.
    None: not told, or nobody. `bins`: people by value, from the lowest, the same bins for all people looked at.
    `private` as of a rating."""

    mean: Decimal | None = None
    median: Quantity | None = None
    lower_quartile: Quantity | None = None
    upper_quartile: Quantity | None = None
    minimum: Quantity | None = None
    maximum: Quantity | None = None
    bins: tuple[QuantityBin, ...] = ()
    private: tuple[str, ...] = ()

    @property
    def statistics(self) -> tuple[tuple[str, Quantity | None], ...]:
        """Each by name, in the order in which they are read."""
        return (
            ("mean", self.mean),
            ("median", self.median),
            ("lower_quartile", self.lower_quartile),
            ("upper_quartile", self.upper_quartile),
            ("minimum", self.minimum),
            ("maximum", self.maximum),
        )


@dataclass(frozen=True)
class Offered:
    """Of an option of several that a later version added: to how many of those who answered it was offered (`base`),
    and how many of them chose it, with the percentage of these."""

    base: Cell
    chosen: Cell

    @property
    def private(self) -> bool:
        """Whether one of the two, which are said together, is not for publication."""
        return self.base.private or self.chosen.private


@dataclass(frozen=True, kw_only=True)
class Tally:
    """One variable's answers among some people.

    `base`: those asked who gave a substantive answer. `cells` by category code, options and nets alike; an option that
    is counted together with others is in `joined` instead. `missing` by reason, counted beside the base (a release has
    one figure, `WITHOUT`). `withheld`: nothing of it is told, and of a release `again` says when it is looked at
    again. `low_base`: to be read with caution. `collecting`: more
    may still answer. `unreleased`: of people of whom no release tells anything. `offered`: by code, of options that not
    everybody in the base was offered; a release, which does not say who began on which version, has none.
    """

    people: Slice
    base: Cell
    cells: dict[str, Cell]
    missing: dict[str, Cell]
    joined: tuple[Joined, ...] = ()
    rating: RatingSummary | None = None
    quantity: QuantitySummary | None = None
    score: ScoreSummary | None = None
    withheld: bool = False
    low_base: bool = False
    collecting: bool = False
    unreleased: bool = False
    again: NextLook | None = None
    offered: dict[str, Offered] = field(default_factory=dict)

    def cell(self, code: str) -> Cell:
        """A category's own cell; withheld where it is counted with others, or not at all."""
        return self.cells.get(code, WITHHELD)

    def parts(self, codes: Iterable[str]) -> Iterator[Joined]:
        """What is told of these options, in their order: each by itself, or once together with those it is joined
        to."""
        of = {code: joined for joined in self.joined for code in joined.members}
        told: set[tuple[str, ...]] = set()
        for code in codes:
            part = of.get(code) or Joined((code,), self.cell(code))
            if part.members not in told:
                told.add(part.members)
                yield part

    @property
    def private(self) -> bool:
        """Whether any number of it is not for publication."""
        every: tuple[Cell | Offered, ...] = (
            self.base,
            *self.cells.values(),
            *self.missing.values(),
            *self.offered.values(),
        )
        summaries = (self.rating, self.quantity, self.score)
        return any(each.private for each in every) or any(each.private for each in summaries if each)


WITHOUT = "without"
"""Those who were not asked or gave no answer, as one figure."""
