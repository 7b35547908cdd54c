"""What a release tells of a variable: every number as far as it is told, and why the rest is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from surveyapp.analysis.disclosure.inputs import CrossedMoments, PublishedCount, SlicePlace

WithheldBecause = Literal["under_minimum", "protects_others"]
RowStatistic = Literal["mean", "range", "most_common", "quartile_groups"]
PairStatistic = Literal[
    "net_interval", "mcnemar", "sign", "wilcoxon", "stuart_maxwell", "mean_change", "reliable_change"
]


class Depth(IntEnum):
    """How finely a row is told (results.md §3, levels), finest first."""

    OPTIONS = 0
    GROUPS = 1
    TWO_WAY = 2
    RANGE = 3
    WITHHELD = 4


@dataclass(frozen=True)
class Told:
    """A count as far as it is told: exact where both ends are one number; nothing where both are None.

    (0, 4) is "fewer than 5"; a low end near the base is "52 or more".
    """

    low: int | None = None
    high: int | None = None

    @property
    def exact(self) -> int | None:
        return self.low if self.low == self.high else None

    @property
    def known(self) -> bool:
        return self.low is not None


WITHHELD = Told()


def exactly(count: int) -> Told:
    return Told(count, count)


@dataclass(frozen=True)
class OptionGroup:
    """Options that are counted as one (their indexes), and how many people."""

    members: tuple[int, ...]
    told: Told


@dataclass(frozen=True, kw_only=True)
class RowTold:
    """One moment of a variable over everybody or over one value of a segment.

    `groups` cover every option once, in order; none where the row is withheld. `handed_in`, `without` and `asked` are
    of everybody's rows alone. `bounded`: a side is told as fewer than so many beside an exact whole. `collecting`: its
    touchpoint collects, so every count is a range.
    """

    moment: int
    place: SlicePlace
    depth: Depth
    base: Told
    groups: tuple[OptionGroup, ...] = ()
    bounded: bool = False
    collecting: bool = False
    because: WithheldBecause | None = None
    handed_in: Told = WITHHELD
    without: Told = WITHHELD
    asked: Told = WITHHELD
    statistics: frozenset[RowStatistic] = frozenset()
    true_base: int = field(default=0, repr=False)  # for the budget; never stored, never shown


@dataclass(frozen=True, kw_only=True)
class PairTold:
    """Two moments of a variable, on the people who answered at both.

    `before` and `after` are the matched rows at the two-way view; `both`, `gained`, `given_up`, `neither` count people
    by the first of its two sides (the favourable one, where there is one), `sides`. `movement[i][j]` counts people from
    group i to group j of `movement_groups`.
    """

    before_moment: int
    after_moment: int
    base: Told = WITHHELD
    first_alone: Told = WITHHELD
    second_alone: Told = WITHHELD
    before: tuple[OptionGroup, ...] = ()
    after: tuple[OptionGroup, ...] = ()
    rose: Told = WITHHELD
    stayed: Told = WITHHELD
    fell: Told = WITHHELD
    sides: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    both: Told = WITHHELD
    gained: Told = WITHHELD
    given_up: Told = WITHHELD
    neither: Told = WITHHELD
    movement_groups: tuple[tuple[int, ...], ...] = ()
    movement: tuple[tuple[int, ...], ...] = ()
    because: WithheldBecause | None = None
    collecting: bool = False
    statistics: frozenset[PairStatistic] = frozenset()
    true_base: int = field(default=0, repr=False)  # for the budget; never stored, never shown


@dataclass(frozen=True, kw_only=True)
class CrossTold:
    """A crosstab: `counts[i][j]` people in group i of the first and group j of the second; empty where withheld."""

    crossed: CrossedMoments
    depth: Depth
    first_groups: tuple[tuple[int, ...], ...] = ()
    second_groups: tuple[tuple[int, ...], ...] = ()
    counts: tuple[tuple[Told, ...], ...] = ()
    because: WithheldBecause | None = None


@dataclass(frozen=True, kw_only=True)
class GaveWay:
    """One line of the log, for those granted true counts: what gave way, to what, because of which number."""

    exhibit: str
    to: str
    because: str
    kept: bool = True  # False where the last attempt gave it back


@dataclass(frozen=True, kw_only=True)
class TableTold:
    """All that a release tells of one variable. `published` is to be kept with the release: later ones are audited
    against it. `pinned` names the small counts that can still be worked out (from earlier releases): a release where
    any is left is not published."""

    key: str
    groups: tuple[tuple[int, ...], ...]
    sides: tuple[tuple[int, ...], tuple[int, ...]]
    rows: tuple[RowTold, ...]
    pairs: tuple[PairTold, ...]
    published: tuple[PublishedCount, ...]
    log: tuple[GaveWay, ...] = ()
    pinned: tuple[str, ...] = ()

    def row(self, moment: int, place: SlicePlace = None) -> RowTold:
        """The row of a moment over everybody or over a segment's value. KeyError where the table has none."""
        for each in self.rows:
            if (each.moment, each.place) == (moment, place):
                return each
        raise KeyError((moment, place))

    def pair(self, before: int, after: int) -> PairTold:
        """What is told of two moments. KeyError where the table does not publish them."""
        for each in self.pairs:
            if (each.before_moment, each.after_moment) == (before, after):
                return each
        raise KeyError((before, after))


@dataclass(frozen=True, kw_only=True)
class ReleaseTold:
    """A release: its tables by key, its crosstabs, how many handed in each touchpoint by slice, and of which slices it
    may be told how many people there are (what is not in `population` is not to be told beside the tables)."""

    tables: Mapping[str, TableTold]
    crosses: tuple[CrossTold, ...]
    handed_in: Mapping[tuple[str, SlicePlace], Told]
    population: Mapping[SlicePlace, int] = field(default_factory=dict)
    cross_published: tuple[PublishedCount, ...] = ()
    cross_log: tuple[GaveWay, ...] = ()
    cross_pinned: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no small count can be worked out. A release that has not passed is not published."""
        return not self.cross_pinned and not any(table.pinned for table in self.tables.values())
