"""The ways to tell a row: a moment of a variable over everybody or over one value of a segment (results.md §3)."""

from __future__ import annotations

from collections.abc import Sequence

from surveyapp.analysis.counting.patterns import PeopleCounts
from surveyapp.analysis.disclosure.exhibits import (
    NOTHING,
    Exhibit,
    WayToTell,
    Yielding,
    at_depth,
    count,
    exact_groups,
    in_ranges,
    part,
    ranged,
)
from surveyapp.analysis.disclosure.grouping import OptionGrouping, OptionSet
from surveyapp.analysis.disclosure.inputs import SlicePlace, StatusTable, window
from surveyapp.analysis.disclosure.told import Depth, OptionGroup, Told, exactly
from surveyapp.domain.instrument.study import Thresholds


def row_exhibit(
    table: StatusTable, grouping: OptionGrouping, moment: int, place: SlicePlace, held: Sequence[int], rules: Thresholds
) -> Exhibit:
    """A row with the ways that pass for it alone, finest first; `held` are its true counts by option."""
    base, this = sum(held), table.moments[moment]
    row = _Row(this.column, place, tuple(int(n) for n in held), rules)
    ways: list[WayToTell] = []
    enough = base >= rules.minimum_base
    if enough and rules.minimum_cell <= 1:
        # No count is hidden; a split that has to hide a table under the minimum base beside it gives ranges.
        ways = [row.exact(tuple((option,) for option in range(len(held))), Depth.OPTIONS)]
        ways += row.collecting(grouping)[1:] if place is not None else []
    elif enough and this.collecting:
        ways = row.collecting(grouping)
    elif enough:
        ways = row.closed(grouping)
    return Exhibit(
        name=f"{table.key} {this.column} {'everybody' if place is None else f'{place[0]}={place[1]}'}",
        kind=Yielding.EVERYBODY if place is None else Yielding.SPLIT,
        key=("row", table.key, moment, place),
        base=base,
        ways=(*ways, NOTHING),
        place=place,
        collecting=this.collecting and rules.minimum_cell > 1,
        because=None if enough else "under_minimum",
    )


class _Row:
    def __init__(self, column: str, place: SlicePlace, held: tuple[int, ...], rules: Thresholds) -> None:
        self.column, self.place, self.held, self.rules = column, place, held, rules
        self.base = sum(held)
        self.cell = rules.minimum_cell

    def of(self, options: OptionSet) -> int:
        return sum(self.held[option] for option in options)

    def exact(self, groups: Sequence[OptionSet], depth: Depth) -> WayToTell:
        return at_depth(exact_groups(self.place, self.column, groups, [self.of(group) for group in groups]), depth)

    def collecting(self, grouping: OptionGrouping) -> list[WayToTell]:
        """While its touchpoint collects every count is a range of five, of options, of groups, of two sides."""
        each = tuple((option,) for option in range(len(self.held)))
        everyone = (tuple(range(len(self.held))),)
        views = dict.fromkeys((each, grouping.groups, tuple(side for side in grouping.sides if side), everyone))
        return [in_ranges(self.rules, self.place, self.column, g, [self.of(x) for x in g]) for g in views]

    def closed(self, grouping: OptionGrouping) -> list[WayToTell]:
        ways: list[WayToTell] = []
        finest = Depth.GROUPS if grouping.joined else Depth.OPTIONS
        if self._passes(grouping.groups):
            ways.append(self.exact(grouping.groups, finest))
        elif bounded := self._bounded_at_border(grouping):
            ways.append(at_depth(bounded, finest))
        sides = tuple(side for side in grouping.sides if side)
        if len(sides) == 2:
            if self._passes(sides):
                if set(sides) != set(grouping.groups):
                    ways.append(self.exact(sides, Depth.TWO_WAY))
            elif bounded := self._bounded(*self._by_size(sides)):
                ways.append(at_depth(bounded, Depth.TWO_WAY))
            if grouping.kind == "nominal" and len(self.held) > 2 and (dominant := self._bounded(*self._dominant())):
                ways.append(at_depth(dominant, Depth.TWO_WAY))
            ways.append(self._window(*self._by_size(sides)))
            ways.append(in_ranges(self.rules, self.place, self.column, sides, [self.of(side) for side in sides]))
        everyone = tuple(range(len(self.held)))
        ways.append(in_ranges(self.rules, self.place, self.column, (everyone,), (self.base,)))
        return list(dict.fromkeys(ways))

    def _passes(self, groups: Sequence[OptionSet]) -> bool:
        """Each group is 0 or at least the minimum cell; in a split nobody holds it all (a side that holds everybody
        is bounded)."""
        held = [self.of(group) for group in groups]
        if self.place is not None and len(held) > 1 and max(held) == self.base:
            return False
        return all(n == 0 or n >= self.cell for n in held)

    def _by_size(self, sides: Sequence[OptionSet]) -> tuple[OptionSet, OptionSet]:
        first, second = sides
        return (first, second) if self.of(first) <= self.of(second) else (second, first)

    def _dominant(self) -> tuple[OptionSet, OptionSet]:
        top = max(range(len(self.held)), key=lambda option: self.held[option])
        return tuple(option for option in range(len(self.held)) if option != top), (top,)

    def _may_bound(self, side: OptionSet, beside: OptionSet) -> bool:
        """A bound hides a small side (in a split also an empty one) where with its neighbour it is large enough."""
        held = self.of(side)
        least = 1 if self.place is None else 0
        return least <= held < self.cell and held + self.of(beside) >= 2 * self.cell - 1

    def _bounded(self, side: OptionSet, rest: OptionSet) -> WayToTell | None:
        """Two groups: the whole exact, "fewer than 5" of it on one side."""
        return self._bounded_groups(side, rest, ()) if self._may_bound(side, rest) else None

    def _bounded_at_border(self, grouping: OptionGrouping) -> WayToTell | None:
        """The small side as one, its neighbour at the border, and the other groups exact."""
        if not grouping.border:
            return None
        side, other = self._by_size(grouping.sides)
        across = [group for group in grouping.groups if set(group) <= set(other)]
        beside = across[0] if min(other) > min(side) else across[-1]
        far = [group for group in across if group != beside]
        if (
            not far
            or not self._may_bound(side, beside)
            or not all(self.of(g) == 0 or self.of(g) >= self.cell for g in far)
        ):
            return None
        return self._bounded_groups(side, beside, far)

    def _bounded_groups(self, side: OptionSet, beside: OptionSet, far: Sequence[OptionSet]) -> WayToTell:
        together, most = self.of(side) + self.of(beside), self.cell - 1
        shown = [OptionGroup(side, Told(0, most)), OptionGroup(beside, Told(together - most, together))]
        shown += [OptionGroup(group, exactly(self.of(group))) for group in far]
        return WayToTell(
            depth=Depth.TWO_WAY,
            published=(
                count(part(self.place, self.column, side + beside), together),
                # Over everybody nobody at all would have been told, so a reader knows that there is somebody.
                ranged(part(self.place, self.column, side), 0, most, some=self.place is None),
                *(count(part(self.place, self.column, group), self.of(group)) for group in far),
            ),
            base=exactly(self.base),
            groups=tuple(sorted(shown, key=lambda group: group.members)),
            bounded=True,
        )

    def _window(self, side: OptionSet, rest: OptionSet) -> WayToTell:
        """The base exact, and the smaller side in a range of five."""
        low, high = window(self.rules, self.of(side))
        high = min(high, self.base)
        shown = (OptionGroup(side, Told(low, high)), OptionGroup(rest, Told(self.base - high, self.base - low)))
        return WayToTell(
            depth=Depth.RANGE,
            published=(
                count(part(self.place, self.column, tuple(range(len(self.held)))), self.base),
                ranged(part(self.place, self.column, side), low, high),
            ),
            base=exactly(self.base),
            groups=tuple(sorted(shown, key=lambda group: group.members)),
        )


def guard_complements(
    splits: Sequence[Exhibit], everybody: Exhibit, grouping: OptionGrouping, counts: PeopleCounts, rules: Thresholds
) -> list[Exhibit]:
    """Everybody less the shown rows of one segment leaves no small cell, and no table under the minimum base.

    `splits` are the rows of one moment by one segment, `counts` the true counts, (values + 1, options), the last row of
    those whose value is not known. While something is left, the row with the least base gives way; those that did are
    given back. A zero that only subtraction tells counts as small, unless nobody at all chose it.
    """
    gave: list[Exhibit] = []
    while left_over(splits, everybody, grouping, counts, rules):
        able = [row for row in splits if row.can_give_way and row.base]
        if not able:
            break
        row = min(able, key=lambda each: (each.base, each.name))
        row.at += 1
        gave.append(row)
    return gave


def not_told(splits: Sequence[Exhibit], options: OptionSet) -> tuple[int, ...]:
    """The indexes of the rows that do not tell exactly how many chose one of these options."""
    return tuple(index for index, row in enumerate(splits) if shows_exactly(row.now, options) is None)


def subtracted(splits: Sequence[Exhibit], everybody: Exhibit, grouping: OptionGrouping) -> list[tuple[int, ...]]:
    """Of which rows together something is told by subtraction, each set once: everybody's row tells it exactly, and
    these do not."""
    whole = tuple(range(sum(len(group) for group in grouping.groups)))
    each = [(option,) for option in whole]
    sets = [whole, *grouping.sides, *grouping.groups, *each]
    told = [options for options in dict.fromkeys(sets) if options and shows_exactly(everybody.now, options) is not None]
    return list(dict.fromkeys(not_told(splits, options) for options in told))


def left_over(
    splits: Sequence[Exhibit], everybody: Exhibit, grouping: OptionGrouping, counts: PeopleCounts, rules: Thresholds
) -> bool:
    if everybody.now.base.exact is None:
        return False
    hidden = [*(index for index, row in enumerate(splits) if row.now.base.exact is None), len(splits)]
    rest = counts[hidden].sum(axis=0)
    left = int(rest.sum())
    if left == 0:
        return False
    if left < rules.minimum_base:
        return True
    if rules.minimum_cell <= 1:
        return False
    shown = [row.now for row in splits if row.now.base.exact is not None]
    for options in {*grouping.groups, *grouping.sides}:
        whole = shows_exactly(everybody.now, options)
        if not whole or any(shows_exactly(way, options) is None for way in shown):
            continue
        if int(rest[list(options)].sum()) < rules.minimum_cell:
            return True
    return False


def shows_exactly(way: WayToTell, options: OptionSet) -> int | None:
    """The count of a set of options, where what is told gives it exactly."""
    left, total = set(options), 0
    for group in way.groups:
        if not left & set(group.members):
            continue
        if group.told.exact is None or not left.issuperset(group.members):
            return None
        total += group.told.exact
        left -= set(group.members)
    return None if left else total
