"""What of a table may be shown, so that no number tells about a person.

Two thresholds: a table whose people are fewer than `minimum_base` is not shown; a count from 1 to `minimum_cell` - 1
is hidden. Then further counts are hidden until none of the hidden ones can be worked out (`suppression`). Everything
a reader gets from the same people must be protected in one `CountTable`: the guarantee is over what is in it.

Missing answers: a table counts people with a substantive answer; those without are a column of their own where their
number is shown beside it, or the reader could subtract.
"""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from surveyapp.analysis.disclosure.suppression import (
    EquationSystem,
    Total,
    hide_what_gives_away,
    smallest_derivable_group,
)
from surveyapp.analysis.disclosure.tables import (
    CellGroup,
    CellTotal,
    CountTable,
    HiddenBecause,
    Limits,
    ProtectedCount,
    ProtectedTable,
    TotalName,
    TrueRating,
)
from surveyapp.analysis.statistics.quantities import Measured, TrueQuantity

__all__ = [
    "CellGroup",
    "CellTotal",
    "CountTable",
    "HiddenBecause",
    "Limits",
    "ProtectedCount",
    "ProtectedQuantity",
    "ProtectedSummary",
    "ProtectedTable",
    "filter_allowed",
    "protect",
    "protect_quantity",
    "protect_summary",
]


@dataclass(frozen=True, kw_only=True)
class ProtectedSummary:
    """A rating summary as it may be shown: the parts that are None are hidden, or there are none (a base of zero).

    `base` is a count like any other.
    """

    base: ProtectedCount
    mean: Fraction | None
    most_common: tuple[int, ...] | None
    minimum: int | None
    maximum: int | None


def filter_allowed(base: int, complement_base: int, minimum_base: int) -> bool:
    """Whether people may be split off by a filter: they, and those left over, are nobody or at least `minimum_base`.

    An empty side gives nothing away: then the other side is everyone, and is shown anyway or not at all.
    """
    return not any(1 <= people < minimum_base for people in (base, complement_base))


def protect_summary(summary: TrueRating, thresholds: Limits) -> ProtectedSummary:
    """A rating summary as it may be shown.

    Under the minimum base all of it is hidden. Otherwise the lowest, the highest and the most common value are each
    hidden when fewer people than the minimum cell gave it (for values tied as most common, each of them).
    The mean stays: it rests on everyone. Where the people by value are shown too, they need a `CountTable`.
    """
    if thresholds.small_base(summary.base):
        return ProtectedSummary(
            base=ProtectedCount(None, HiddenBecause.BASE, thresholds.minimum_base),
            mean=None,
            most_common=None,
            minimum=None,
            maximum=None,
        )

    def told(value: int | None) -> int | None:
        return None if value is None or thresholds.small_cell(summary.counts[value]) else value

    common = summary.most_common if all(told(value) is not None for value in summary.most_common) else None
    return ProtectedSummary(
        base=ProtectedCount(summary.base),
        mean=summary.mean,
        most_common=common or None,
        minimum=told(summary.minimum),
        maximum=told(summary.maximum),
    )


@dataclass(frozen=True)
class ProtectedQuantity:
    """What values come to as it may be shown: the parts that are None are hidden, or there are none."""

    mean: Fraction | None
    median: Measured | None
    minimum: Measured | None
    maximum: Measured | None


def protect_quantity(summary: TrueQuantity, counts: Mapping[Measured, int], thresholds: Limits) -> ProtectedQuantity:
    """The mean, median and range of values as they may be shown, by the rules of `protect_summary`.

    Under the minimum base all of it is hidden. The lowest, the highest and the values that the median is made of are
    each somebody's own: told when no fewer people than the minimum cell gave it. The mean stays: it rests on everyone.
    """
    if thresholds.small_base(summary.base):
        return ProtectedQuantity(None, None, None, None)

    def told(value: Measured | None) -> Measured | None:
        return None if value is None or thresholds.small_cell(counts[value]) else value

    middle = all(told(value) is not None for value in summary.middle)
    return ProtectedQuantity(
        summary.mean, summary.median if middle else None, told(summary.minimum), told(summary.maximum)
    )


@functools.lru_cache(maxsize=1024)
def protect(table: CountTable, thresholds: Limits, *, say_limits: bool = True) -> ProtectedTable:
    """The table with every count hidden that the thresholds ask for, and as few others as keep those hidden.

    Rules, in order: (1) fewer people than the minimum base in all: everything is hidden. (2) A row or row group with
    a base under the minimum is hidden whole, and further ones until no group under the minimum can be formed by
    adding and subtracting those shown. (3) A count from 1 to one less than the minimum cell is hidden; where several
    options can be chosen, not choosing one is counted too. (4) Further counts are hidden, those of fewest people
    first, until every hidden count could still have another value for a reader who knows all that is shown, these
    rules, and what is said of the hidden counts. A zero is shown: it tells of nobody. So is a zero in a hidden row
    that the totals give away in any case.

    `fewer_than` is given only where saying it does not undo the hiding. With `say_limits` False it is given for no
    count (of a table hidden whole it still is), so that a reader cannot tell the small ones from those hidden for
    their sake; fewer counts need hiding, and the choice of them tells less.

    Limit: the guarantee is against working a count out from what is shown and said. Someone who can run these rules
    over every possible table may still see from *which* others were hidden that a value is not among the possible
    ones. That is rarer without limits said.

    The same counts are protected once a process: what to hide takes seconds where many small ones lean on one another.
    """
    return _Protection(table, thresholds, say_limits).result()


class _Protection:
    def __init__(self, table: CountTable, thresholds: Limits, say_limits: bool) -> None:
        self.table, self.thresholds, self.say_limits = table, thresholds, say_limits
        width, everyone = len(table.columns), frozenset(range(len(table.rows)))
        chosen = [count for row in table.counts for count in row]
        self.slices: dict[TotalName, frozenset[int]] = {}
        if table.rows_published:
            self.slices |= {name: frozenset([index]) for index, name in enumerate(table.rows)}
        at = {name: index for index, name in enumerate(table.rows)}
        self.slices |= {group.name: frozenset(at[name] for name in group.members) for group in table.row_groups}
        self.slices[None] = everyone
        self.columns: dict[TotalName, list[int]] = {name: [index] for index, name in enumerate(table.columns)}
        if table.bases is None:
            column_at = {name: index for index, name in enumerate(table.columns)}
            self.columns |= {g.name: [column_at[name] for name in g.members] for g in table.column_groups}
            self.system = EquationSystem(chosen)
        else:
            not_chosen = [base - n for base, row in zip(table.bases, table.counts, strict=True) for n in row]
            self.system = EquationSystem(chosen + not_chosen, known=list(self._known_of_options(width)))
        self.reasons: dict[int, HiddenBecause] = {}

    def result(self) -> ProtectedTable:
        totals = {(row, column): self._total(row, column) for row in self.slices for column in (*self.columns, None)}
        sums = {group.name: self._sum(group) for group in self.table.cell_groups}
        if not self.thresholds.hide_nothing:
            if self.thresholds.small_base(sum(self.table.row_bases)):
                self._hide(self.system.totals.values(), HiddenBecause.BASE)
                totals[None, None].high = self.thresholds.minimum_base - 1
            else:
                hidden_slices = self._hide_slices(totals)
                self._hide_small_cells(totals, sums, hidden_slices)
                if any(total.hidden for total in self.system.totals.values()):
                    hide_what_gives_away(self.system)
        return ProtectedTable(
            {key: self._outcome(total) for key, total in totals.items()},
            {name: self._outcome(total) for name, total in sums.items()},
        )

    def _total(self, row: TotalName, column: TotalName) -> Total:
        """Nets cost more to hide than options, all people more than some, and bases most."""
        people = sum(self.table.row_bases) + 1
        cost = 2 * people if row is None else people if row not in self.table.rows else 0
        if column is None:
            is_base = self.table.rows_are_bases or row is None
            cost = cost + 3 * people if self.table.totals_read else 1
            return self.system.total(self._members(row, None), cost, self._floor(is_base=is_base))
        if column not in self.table.columns:
            cost += people
        return self.system.total(self._members(row, column), cost, self._floor())

    def _floor(self, *, is_base: bool = False) -> int:
        """The least that a count hidden for another's sake is known to be: it is not small, and looks hidden so."""
        if not self.say_limits:
            return 1
        return max(1, self.thresholds.minimum_cell, self.thresholds.minimum_base if is_base else 1)

    def _sum(self, group: CellGroup) -> Total:
        table = self.table
        members = [table.rows.index(r) * len(table.columns) + table.columns.index(c) for r, c in group.cells]
        return self.system.total(members, sum(table.row_bases) + 1, self._floor())

    def _members(self, row: TotalName, column: TotalName) -> list[int]:
        width, rows = len(self.table.columns), self.slices[row]
        if column is not None:
            return [index * width + place for index in rows for place in self.columns[column]]
        if self.table.bases is None:
            return [index * width + place for index in rows for place in range(width)]
        # A base is those who chose the first option and those who did not; `known` says it is so for each option.
        return [index * width for index in rows] + self._not_chosen(row, 0)

    def _not_chosen(self, row: TotalName, place: int) -> list[int]:
        width = len(self.table.columns)
        return [(len(self.table.rows) + index) * width + place for index in self.slices[row]]

    def _known_of_options(self, width: int) -> Iterable[tuple[frozenset[int], frozenset[int]]]:
        """What holds of options whatever the counts: one base for all; a net is no less than each of its options,
        and no more than all of them together."""
        height = len(self.table.rows)
        for row in range(height):
            base = [frozenset([row * width + c, (height + row) * width + c]) for c in range(width)]
            for other in base[1:]:
                yield base[0], other
                yield other, base[0]
            for group in self.table.column_groups:
                net = frozenset([row * width + self.table.columns.index(group.name)])
                options = [row * width + self.table.columns.index(name) for name in group.members]
                yield frozenset(options), net
                yield from ((net, frozenset([option])) for option in options)

    def _hide_slices(self, totals: Mapping[tuple[TotalName, TotalName], Total]) -> set[TotalName]:
        """Rule 2: which rows and row groups are hidden whole."""
        if not self.table.rows_are_bases or self.thresholds.minimum_base <= 1:
            return set()
        bases = self.table.row_bases
        people = {name: frozenset(row for row in rows if bases[row]) for name, rows in self.slices.items()}
        size = {name: sum(bases[row] for row in rows) for name, rows in people.items()}
        small = {name for name in people if self.thresholds.small_base(size[name])}
        others: set[TotalName] = set()
        while True:
            shown = {rows: name for name, rows in people.items() if rows and name not in small | others}
            found = smallest_derivable_group(list(shown), bases, self.thresholds.minimum_base)
            parts = sorted((list(shown)[index] for index in found), key=lambda rows: size[shown[rows]])
            if not parts:
                break
            others |= {name for name, rows in people.items() if rows == parts[0]}

        for name in small | others:
            self._hide((totals[name, column] for column in (*self.columns, None)), HiddenBecause.COMPLEMENTARY)
            # No upper limit is told even of the small ones: beside rows hidden for their sake, it would say which is
            # which, and with the total often how many.
            totals[name, None].low = 1
        for name in small:
            self._hide((totals[name, column] for column in (*self.columns, None)), HiddenBecause.BASE)
        return small | others

    def _hide_small_cells(
        self,
        totals: Mapping[tuple[TotalName, TotalName], Total],
        sums: Mapping[str, Total],
        hidden_slices: set[TotalName],
    ) -> None:
        """Rule 3."""
        visible = [total for (row, _), total in totals.items() if row not in hidden_slices]
        for total in (*visible, *sums.values()):
            if self.thresholds.small_cell(total.value) and not total.hidden:
                self._hide([total], HiddenBecause.PRIMARY)
                total.low, total.high = 1, self.thresholds.minimum_cell - 1 if self.say_limits else None
        if self.table.bases is not None:
            for row in self.slices.keys() - hidden_slices:
                for place in range(len(self.table.columns)):
                    total = self.system.total(self._not_chosen(row, place), published=False)
                    total.hidden |= self.thresholds.small_cell(total.value)

    def _hide(self, totals: Iterable[Total], reason: HiddenBecause) -> None:
        for total in totals:
            total.hidden = True
            self.reasons[id(total)] = reason

    def _outcome(self, total: Total) -> ProtectedCount:
        if not total.hidden:
            return ProtectedCount(total.value)
        reason = self.reasons.get(id(total), HiddenBecause.COMPLEMENTARY)
        return ProtectedCount(None, reason, None if total.high is None else total.high + 1)
