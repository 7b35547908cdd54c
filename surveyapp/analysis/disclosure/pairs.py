"""The ways to tell two moments of a variable on the people who answered at both, and a crosstab (results.md §3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surveyapp.analysis.counting.patterns import PeopleCounts
from surveyapp.analysis.disclosure.audit.patterns import SHIFT, StatusPatterns
from surveyapp.analysis.disclosure.exhibits import NOTHING, Exhibit, WayToTell, Yielding, count, ranged
from surveyapp.analysis.disclosure.grouping import OptionGrouping, OptionSet
from surveyapp.analysis.disclosure.inputs import CrossedMoments, Selection, StatusTable, window
from surveyapp.analysis.disclosure.told import Depth, OptionGroup, Told, exactly
from surveyapp.domain.instrument.study import Thresholds

DIRECTIONS = (1, 0, -1)


def pair_exhibits(
    table: StatusTable, grouping: OptionGrouping, pair: tuple[int, int], people: StatusPatterns, rules: Thresholds
) -> list[Exhibit]:
    """The parts of a pair that may be told apart from each other: base, before, after, direction, net, movement."""
    before, after = (table.moments[moment] for moment in pair)
    true = people.pairs(before.column, after.column, len(table.options))
    facts = _Pair(table=table, grouping=grouping, before=before.column, after=after.column, true=true, rules=rules)
    collecting = (before.collecting or after.collecting) and rules.minimum_cell > 1
    enough = facts.matched >= rules.minimum_base
    parts: list[tuple[str, Yielding, list[WayToTell]]] = [
        ("base", Yielding.MATCHED, facts.bases(collecting)),
        ("before", Yielding.MATCHED, facts.matched_rows(0, collecting)),
        ("after", Yielding.MATCHED, facts.matched_rows(1, collecting)),
        ("direction", Yielding.CHANGE, facts.direction(collecting)),
        ("net", Yielding.CHANGE, facts.net(collecting)),
        ("movement", Yielding.MOVEMENT, [] if collecting else facts.movement()),
    ]
    return [
        Exhibit(
            name=f"{table.key} {before.column} to {after.column}: {name}",
            kind=kind,
            key=("pair", table.key, pair, name),
            base=facts.matched,
            ways=(*(ways if enough else ()), NOTHING),
            collecting=collecting,
            because=None if enough else "under_minimum",
        )
        for name, kind, ways in parts
    ]


@dataclass(frozen=True, kw_only=True)
class _Pair:
    table: StatusTable
    grouping: OptionGrouping
    before: str
    after: str
    true: PeopleCounts  # (status + SHIFT before, after)
    rules: Thresholds

    @property
    def cells(self) -> PeopleCounts:
        return self.true[SHIFT:, SHIFT:]

    @property
    def matched(self) -> int:
        return int(self.cells.sum())

    def left(self, side: int) -> PeopleCounts:
        """By option: those who answered at this moment alone."""
        one, other = self.true[SHIFT:, :SHIFT], self.true[:SHIFT, SHIFT:]
        return np.asarray(one.sum(axis=1) if side == 0 else other.sum(axis=0), np.int64)

    def of(self, first: Sequence[int], second: Sequence[int]) -> Selection:
        return Selection(parts=((self.before, tuple(sorted(first))), (self.after, tuple(sorted(second)))))

    @property
    def options(self) -> OptionSet:
        return tuple(range(len(self.table.options)))

    def large(self, counts: Sequence[int]) -> bool:
        return all(n == 0 or n >= self.rules.minimum_cell for n in counts)

    def left_large(self, side: int, groups: Sequence[OptionSet]) -> bool:
        """Nobody was left behind, or of each group that anybody was in enough were: a zero would be told too."""
        left, cell = self.left(side), self.rules.minimum_cell
        here = left + (self.cells.sum(axis=1) if side == 0 else self.cells.sum(axis=0))
        if cell <= 1 or not left.sum():
            return True
        return all(left[list(g)].sum() >= cell or not here[list(g)].sum() for g in groups)

    def bases(self, collecting: bool) -> list[WayToTell]:
        who, held = self.of(self.options, self.options), self.matched
        alone = int(self.left(0).sum()), int(self.left(1).sum())
        ways = []
        if not collecting and self.large(alone):
            ways.append(WayToTell(depth=Depth.OPTIONS, published=(count(who, held),), base=exactly(held)))
        most = self.rules.minimum_cell - 1
        if not collecting:
            # A range from those of one moment alone: the row it comes from is told exactly, so a reader knows of them.
            for left in alone:
                if 0 < left <= most and held + left - most >= 0:
                    told = Told(held + left - most, held + left)
                    ways.append(
                        WayToTell(
                            depth=Depth.RANGE,
                            published=(ranged(who, held + left - most, held + left - 1),),
                            base=told,
                            on_exact_rows=True,
                        )
                    )
                    break
        low, high = window(self.rules, held)
        ways.append(WayToTell(depth=Depth.RANGE, published=(ranged(who, low, high),), base=Told(low, high)))
        return ways

    def matched_rows(self, side: int, collecting: bool) -> list[WayToTell]:
        """A matched row at the two-way view: exact where the matched and those of this moment alone pass, else
        a range."""
        groups = [group for group in self.grouping.sides if group]
        by_option = self.cells.sum(axis=1 - side)
        held = [int(by_option[list(group)].sum()) for group in groups]
        whos = [self.of(g, self.options) if side == 0 else self.of(self.options, g) for g in groups]
        ways = []
        if not collecting and self.large(held) and self.left_large(side, groups):
            ways.append(
                WayToTell(
                    depth=Depth.TWO_WAY,
                    published=tuple(count(who, n) for who, n in zip(whos, held, strict=True)),
                    base=exactly(self.matched),
                    groups=tuple(OptionGroup(group, exactly(n)) for group, n in zip(groups, held, strict=True)),
                )
            )
        windows = [window(self.rules, n) for n in held]
        ways.append(
            WayToTell(
                depth=Depth.RANGE,
                published=tuple(ranged(who, *w) for who, w in zip(whos, windows, strict=True)),
                groups=tuple(OptionGroup(group, Told(*w)) for group, w in zip(groups, windows, strict=True)),
            )
        )
        return ways

    def counted(self, whos: Sequence[Selection], held: Sequence[int], collecting: bool) -> list[WayToTell]:
        """Several counts: all exact where each passes, else each in a range of five."""
        ways = []
        if not collecting and self.large(held):
            ways.append(
                WayToTell(
                    depth=Depth.OPTIONS,
                    published=tuple(count(who, n) for who, n in zip(whos, held, strict=True)),
                    counts=tuple(exactly(n) for n in held),
                )
            )
        windows = [window(self.rules, n) for n in held]
        ways.append(
            WayToTell(
                depth=Depth.RANGE,
                published=tuple(ranged(who, *w) for who, w in zip(whos, windows, strict=True)),
                counts=tuple(Told(*w) for w in windows),
            )
        )
        return ways

    def direction(self, collecting: bool) -> list[WayToTell]:
        """Rose, stayed, fell; of ordered options alone."""
        if self.table.kind != "ordered":
            return []
        step = np.sign(np.subtract.outer(np.array(self.options), np.array(self.options))).T
        held = [int(self.cells[step == direction].sum()) for direction in DIRECTIONS]
        return self.counted([Selection(moved=(self.before, self.after, d)) for d in DIRECTIONS], held, collecting)

    def net(self, collecting: bool) -> list[WayToTell]:
        """Both, gained, given up and neither of the first side."""
        one, two = self.grouping.sides
        if not one or not two:
            return []
        corners = ((one, one), (two, one), (one, two), (two, two))
        held = [int(self.cells[np.ix_(a, b)].sum()) for a, b in corners]
        return self.counted([self.of(a, b) for a, b in corners], held, collecting)

    def movement(self) -> list[WayToTell]:
        """From every group to every group, only where all its cells and both matched rows pass."""
        each = tuple((option,) for option in self.options)
        ways = []
        for groups in dict.fromkeys((each, self.grouping.groups)):
            if groups == each and self.grouping.joined:
                continue
            held = [int(self.cells[np.ix_(a, b)].sum()) for a in groups for b in groups]
            if self.large(held) and self.left_large(0, groups) and self.left_large(1, groups):
                whos = [self.of(a, b) for a in groups for b in groups]
                ways.append(
                    WayToTell(
                        depth=Depth.GROUPS if self.grouping.joined else Depth.OPTIONS,
                        published=tuple(count(who, n) for who, n in zip(whos, held, strict=True)),
                        base=exactly(self.matched),
                        groups=tuple(OptionGroup(group, Told()) for group in groups),
                        counts=tuple(exactly(n) for n in held),
                    )
                )
        return ways


def cross_exhibit(
    crossed: CrossedMoments,
    tables: tuple[StatusTable, StatusTable],
    groupings: tuple[OptionGrouping, OptionGrouping],
    people: StatusPatterns,
    rules: Thresholds,
) -> Exhibit:
    """A crosstab: groups by groups or two ways by two ways, exact where every cell passes, else ranges of five."""
    one, two = tables[0].moments[crossed.first[1]], tables[1].moments[crossed.second[1]]
    width = max(len(table.options) for table in tables)
    true = people.pairs(one.column, two.column, width)[SHIFT:, SHIFT:]
    base, cell = int(true.sum()), rules.minimum_cell
    collecting = (one.collecting or two.collecting) and cell > 1
    ways: list[WayToTell] = []
    views = [
        (Depth.GROUPS, groupings[0].groups, groupings[1].groups),
        (Depth.TWO_WAY, groupings[0].sides, groupings[1].sides),
    ]
    if cell <= 1:
        one_by_one = [tuple((option,) for option in range(len(table.options))) for table in tables]
        views = [(Depth.OPTIONS, one_by_one[0], one_by_one[1])]
    enough = base >= rules.minimum_base
    for exact in (True, False) if cell > 1 else (True,):
        for depth, first, second in views:
            rows, columns = [g for g in first if g], [g for g in second if g]
            held = [int(true[np.ix_(a, b)].sum()) for a in rows for b in columns]
            whos = [
                Selection(parts=((one.column, tuple(sorted(a))), (two.column, tuple(sorted(b)))))
                for a in rows
                for b in columns
            ]
            # A row or column of a crosstab is a split: a group that holds all of it would tell each of them.
            table = np.array(held, np.int64).reshape(len(rows), len(columns))
            alone = cell > 1 and any(
                (line.max() == line.sum() > 0) and len(line) > 1 and exact for line in (*table, *table.T)
            )
            if not enough or alone or (exact and (collecting or not all(n == 0 or n >= cell for n in held))):
                continue
            tolds = [exactly(n) if exact else Told(*window(rules, n)) for n in held]
            ways.append(
                WayToTell(
                    depth=depth if exact else Depth.RANGE,
                    published=tuple(ranged(who, t.low or 0, t.high or 0) for who, t in zip(whos, tolds, strict=True)),
                    base=exactly(base) if exact else Told(),
                    groups=(*(OptionGroup(g, Told()) for g in rows), *(OptionGroup(g, Told()) for g in columns)),
                    counts=tuple(tolds),
                    lines=len(rows),
                )
            )
    return Exhibit(
        name=f"crosstab {crossed.key}",
        kind=Yielding.CROSS,
        key=("cross", crossed),
        base=base,
        ways=(*ways, NOTHING),
        collecting=collecting,
        because=None if enough else "under_minimum",
    )
