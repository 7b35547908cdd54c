"""The small counts that nobody may work out: families of cells, of which each pattern of people is in at most one.

A family is a table that a reader could wish for: a row by options, by groups, by sides; movements; those of one moment
alone; whoever is new or changed since an earlier release; each over everybody, over each value of a segment and over
those whose value is not known. A secret is a cell of a family with a true count of 1 to the minimum cell less one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from surveyapp.analysis.counting.patterns import PeopleCounts, tally
from surveyapp.analysis.disclosure.audit.patterns import SHIFT, PatternFlags, StatusPatterns
from surveyapp.analysis.disclosure.grouping import OptionGrouping
from surveyapp.analysis.disclosure.inputs import NO_ANSWER, NOT_ASKED, CrossedMoments, StatusTable
from surveyapp.domain.instrument.study import Thresholds

CellIds = npt.NDArray[np.int64]
GroupLookup = npt.NDArray[np.int64]
NO_CELL = -1


@dataclass(frozen=True, kw_only=True)
class CellFamily:
    """`cells` gives the cell of each pattern, or -1; there are `width` of them."""

    name: str
    width: int
    cells: Callable[[StatusPatterns], CellIds]
    values: int = 0  # of the segment that it is by
    sides: bool = False  # by segment, a side of nobody is a secret too: it says what each of them answered

    def secret(self, counts: PeopleCounts, rules: Thresholds) -> PatternFlags:
        """Which cells nobody may work out, of the true counts."""
        flags = (counts > 0) & (counts < rules.minimum_cell)
        if self.sides and self.values:
            each = counts.reshape(self.values + 1, -1)[:, :-1]  # the last cell is of those without an answer
            empty = (each == 0) & (each.sum(axis=1, keepdims=True) >= rules.minimum_base) & (each.sum(axis=0) > 0)
            empty[-1] = False
            flags.reshape(self.values + 1, -1)[:, :-1] |= empty
        return flags

    def counts(self, people: StatusPatterns) -> PeopleCounts:
        ids = self.cells(people)
        return tally(np.where(ids < 0, self.width, ids), self.width + 1, people.people)[: self.width]

    def by(self, segment: str, values: int) -> CellFamily:
        """The same within each value of a segment, those whose value is not known last."""
        inner = self.cells

        def cells(people: StatusPatterns) -> CellIds:
            where = people.place(segment).astype(np.int64)
            ids = inner(people)
            return np.where(ids < 0, NO_CELL, np.where(where < 0, values, where) * self.width + ids)

        return replace(
            self, name=f"{self.name} by {segment}", width=self.width * (values + 1), cells=cells, values=values
        )

    def within(self, name: str, chosen: Callable[[StatusPatterns], PatternFlags]) -> CellFamily:
        inner = self.cells
        return replace(
            self, name=f"{self.name} of {name}", cells=lambda people: np.where(chosen(people), inner(people), NO_CELL)
        )


def lookups(table: StatusTable, grouping: OptionGrouping) -> dict[str, tuple[GroupLookup, int]]:
    """By level: the group of each status + SHIFT (-1: no answer), and how many groups."""
    count = len(table.options)
    each = tuple((option,) for option in range(count))
    found: dict[str, tuple[GroupLookup, int]] = {}
    for level, groups in (
        ("options", each),
        ("groups", grouping.groups),
        ("sides", tuple(side for side in grouping.sides if side)),
        ("base", (tuple(range(count)),)),
    ):
        lookup = np.full(count + SHIFT, NO_CELL, np.int64)
        for index, group in enumerate(groups):
            lookup[np.array(group, np.intp) + SHIFT] = index
        if not any(np.array_equal(lookup, known) for known, _ in found.values()):
            found[level] = (lookup, len(groups))
    return found


def families(
    table: StatusTable, grouping: OptionGrouping, values: dict[str, int], releases: Sequence[int] = ()
) -> Iterator[CellFamily]:
    """Every family of a variable, each over everybody and by each of its segments."""
    for family in _everywhere(table, grouping, releases):
        yield family
        for segment in table.segments:
            yield family.by(segment, values[segment])


def row_families(
    table: StatusTable, grouping: OptionGrouping, column: str, release: int | None = None
) -> Iterator[CellFamily]:
    """A row by each level, and those without an answer: not asked, asked in vain, and both together."""
    name = column if release is None else f"{column} in release {release}"
    for level, (lookup, width) in lookups(table, grouping).items():
        both = lookup.copy()
        both[[NO_ANSWER + SHIFT, NOT_ASKED + SHIFT]] = width
        # Two options are their own sides.
        sides = level == "sides" or (level == "options" and len(table.options) == 2)
        yield CellFamily(
            name=f"{name} {level}", width=width + 1, cells=_one(column, both, release), sides=sides and release is None
        )
    lookup = np.full(len(table.options) + SHIFT, NO_CELL, np.int64)
    lookup[NO_ANSWER + SHIFT], lookup[NOT_ASKED + SHIFT] = 0, 1
    yield CellFamily(name=f"{name} without an answer", width=2, cells=_one(column, lookup, release))


def cross_families(
    crossed: CrossedMoments, tables: tuple[StatusTable, StatusTable], groupings: tuple[OptionGrouping, OptionGrouping]
) -> Iterator[CellFamily]:
    """The cells of a crosstab by options, by groups and by sides."""
    one, two = tables[0].moments[crossed.first[1]].column, tables[1].moments[crossed.second[1]].column
    firsts, seconds = lookups(tables[0], groupings[0]), lookups(tables[1], groupings[1])
    for level, (lookup, width) in firsts.items():
        for other, (second, second_width) in seconds.items():
            yield CellFamily(
                name=f"{crossed.key} {level} by {other}",
                width=width * second_width,
                cells=_two(one, two, lookup, second, second_width),
            )


def _everywhere(table: StatusTable, grouping: OptionGrouping, releases: Sequence[int]) -> Iterator[CellFamily]:
    for moment in table.moments:
        yield from row_families(table, grouping, moment.column)
        for release in releases:
            yield from row_families(table, grouping, moment.column, release)
            yield from _since(table, grouping, moment.column, release)
    for first, second in table.pairs:
        before, after = table.moments[first].column, table.moments[second].column
        name = f"{before} to {after}"
        for level, (lookup, width) in lookups(table, grouping).items():
            nowhere = np.where(lookup < 0, 0, NO_CELL)
            anywhere = np.where(lookup < 0, NO_CELL, 0)
            yield CellFamily(
                name=f"{name} moved by {level}", width=width * width, cells=_two(before, after, lookup, lookup, width)
            )
            yield CellFamily(
                name=f"{name} first alone by {level}", width=width, cells=_two(before, after, lookup, nowhere, 1)
            )
            yield CellFamily(
                name=f"{name} second alone by {level}", width=width, cells=_two(before, after, nowhere, lookup, width)
            )
            yield CellFamily(
                name=f"{name} matched before by {level}", width=width, cells=_two(before, after, lookup, anywhere, 1)
            )
            yield CellFamily(
                name=f"{name} matched after by {level}", width=width, cells=_two(before, after, anywhere, lookup, width)
            )
        if table.kind == "ordered":
            yield CellFamily(name=f"{name} fell, stayed, rose", width=3, cells=_direction(before, after))


def _since(table: StatusTable, grouping: OptionGrouping, column: str, release: int) -> Iterator[CellFamily]:
    """Those whose answer is another than in an earlier release (new, changed, gone): from and to each group."""
    for level, (lookup, width) in lookups(table, grouping).items():
        groups = np.where(lookup < 0, width, lookup)

        def cells(people: StatusPatterns, groups: GroupLookup = groups, width: int = width) -> CellIds:
            then, now = groups[people.status(column, release) + SHIFT], groups[people.status(column) + SHIFT]
            return np.where(then == now, NO_CELL, then * (width + 1) + now)

        def coming(people: StatusPatterns, groups: GroupLookup = groups, width: int = width) -> CellIds:
            then, now = groups[people.status(column, release) + SHIFT], groups[people.status(column) + SHIFT]
            return np.where(then == now, NO_CELL, now)

        def going(people: StatusPatterns, groups: GroupLookup = groups, width: int = width) -> CellIds:
            then, now = groups[people.status(column, release) + SHIFT], groups[people.status(column) + SHIFT]
            return np.where(then == now, NO_CELL, then)

        name = f"{column} since release {release}"
        yield CellFamily(name=f"{name} by {level}", width=(width + 1) ** 2, cells=cells)
        yield CellFamily(name=f"{name} came to {level}", width=width + 1, cells=coming)
        yield CellFamily(name=f"{name} left {level}", width=width + 1, cells=going)


def _one(column: str, lookup: GroupLookup, release: int | None) -> Callable[[StatusPatterns], CellIds]:
    return lambda people: lookup[people.status(column, release) + SHIFT]


def _two(
    before: str, after: str, first: GroupLookup, second: GroupLookup, width: int
) -> Callable[[StatusPatterns], CellIds]:
    def cells(people: StatusPatterns) -> CellIds:
        one, two = first[people.status(before) + SHIFT], second[people.status(after) + SHIFT]
        return np.where((one < 0) | (two < 0), NO_CELL, one * width + two)

    return cells


def _direction(before: str, after: str) -> Callable[[StatusPatterns], CellIds]:
    def cells(people: StatusPatterns) -> CellIds:
        one, two = people.status(before).astype(np.int64), people.status(after).astype(np.int64)
        return np.where((one < 0) | (two < 0), NO_CELL, np.sign(two - one) + 1)

    return cells
