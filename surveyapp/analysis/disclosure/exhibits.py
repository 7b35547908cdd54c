"""What a release shows, each with the ways in which it may be told, finest first; the auditor makes it give way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from surveyapp.analysis.disclosure.inputs import PublishedCount, Selection, SlicePlace, window
from surveyapp.analysis.disclosure.told import WITHHELD, Depth, OptionGroup, Told, WithheldBecause, exactly
from surveyapp.domain.instrument.study import Thresholds


class Yielding(IntEnum):
    """Which kind of exhibit gives way first (results.md §3, the auditor)."""

    CROSS = 0
    SPLIT = 1
    MOVEMENT = 2
    MATCHED = 3
    CHANGE = 4
    EVERYBODY = 5


@dataclass(frozen=True, kw_only=True)
class WayToTell:
    """One way to tell an exhibit: what readers see, and the same as equations over people.

    `counts` are the numbers of an exhibit that is no row (rose, stayed, fell; both, gained, given up, neither; a table
    row by row). `on_exact_rows`: it is true to the reader only while these moments' rows tell their base exactly.
    """

    depth: Depth
    published: tuple[PublishedCount, ...] = ()
    base: Told = WITHHELD
    groups: tuple[OptionGroup, ...] = ()
    counts: tuple[Told, ...] = ()
    bounded: bool = False
    lines: int = 0  # of a table told as counts: how many of its groups are its rows
    on_exact_rows: bool = False

    @property
    def exact(self) -> bool:
        """Whether every number of it is told exactly."""
        return bool(self.published) and all(told.low == told.high for told in self.published)


NOTHING = WayToTell(depth=Depth.WITHHELD)


@dataclass(kw_only=True)
class Exhibit:
    """A row, or one part of what is told of a pair or a crosstab; told as `ways[at]`."""

    name: str
    kind: Yielding
    key: tuple[object, ...]
    base: int
    ways: tuple[WayToTell, ...]
    place: SlicePlace = None
    collecting: bool = False
    because: WithheldBecause | None = None  # set where no way but the last was open from the start
    at: int = field(default=0)

    @property
    def now(self) -> WayToTell:
        return self.ways[self.at]

    @property
    def can_give_way(self) -> bool:
        return self.at < len(self.ways) - 1

    @property
    def why(self) -> WithheldBecause | None:
        """Why it is withheld; None where it is told."""
        return None if self.now.depth != Depth.WITHHELD else self.because or "protects_others"


def count(who: Selection, exact: int) -> PublishedCount:
    return PublishedCount(who, exact, exact)


def ranged(who: Selection, low: int, high: int, *, some: bool = False) -> PublishedCount:
    return PublishedCount(who, max(0, low), high, some)


def exact_groups(place: SlicePlace, column: str, groups: Sequence[tuple[int, ...]], held: Sequence[int]) -> WayToTell:
    """Every group as an exact count, and so the base. The depth is set by the caller."""
    return WayToTell(
        depth=Depth.GROUPS,
        published=tuple(count(part(place, column, g), n) for g, n in zip(groups, held, strict=True)),
        base=exactly(sum(held)),
        groups=tuple(OptionGroup(group, exactly(n)) for group, n in zip(groups, held, strict=True)),
    )


def part(place: SlicePlace, column: str, statuses: Sequence[int]) -> Selection:
    return Selection(place=place, parts=((column, tuple(sorted(statuses))),))


def in_ranges(
    thresholds: Thresholds, place: SlicePlace, column: str, groups: Sequence[tuple[int, ...]], held: Sequence[int]
) -> WayToTell:
    """The base and every group as a range of five of their own: what a collecting touchpoint tells."""
    everyone = tuple(option for group in groups for option in group)
    base = window(thresholds, sum(held))
    windows = [window(thresholds, n) for n in held]
    return WayToTell(
        depth=Depth.RANGE,
        published=(
            ranged(part(place, column, everyone), *base),
            *(ranged(part(place, column, group), *w) for group, w in zip(groups, windows, strict=True)),
        ),
        base=Told(*base),
        groups=tuple(
            OptionGroup(group, Told(w[0], min(w[1], base[1]))) for group, w in zip(groups, windows, strict=True)
        ),
    )


def at_depth(way: WayToTell, depth: Depth) -> WayToTell:
    return replace(way, depth=depth)
