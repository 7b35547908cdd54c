"""Which options are counted as one: a grouping for all moments of a variable, and its two sides (results.md §3).

Ordered options are cut between neighbours; nominal ones join the smallest. A count passes when it is 0 or at least the
minimum cell. Nothing here is random and nothing depends on how the counts came about: it is a function of the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surveyapp.analysis.counting.patterns import PeopleCounts
from surveyapp.analysis.disclosure.inputs import OptionsKind, StatusTable
from surveyapp.domain.instrument.study import Thresholds

OptionSet = tuple[int, ...]
Sides = tuple[OptionSet, OptionSet]


@dataclass(frozen=True)
class OptionGrouping:
    """`groups` cover all options once (an ordered variable's in order). `sides`: the net and the rest, or the best cut.

    `joined` says whether any two options are counted as one.
    """

    groups: tuple[OptionSet, ...]
    sides: Sides
    kind: OptionsKind
    border: bool  # the sides are a declared net at one end of an ordered scale: groups do not cross it

    @property
    def joined(self) -> bool:
        return any(len(group) > 1 for group in self.groups)


def find_grouping(table: StatusTable, rows: PeopleCounts, thresholds: Thresholds) -> OptionGrouping:
    """The grouping of a variable from its rows over everybody: true counts, (moments, options).

    Rows of at least `low_base` people decide (all of the minimum base, where there is none): a small row is told more
    coarsely by itself rather than making all the others coarse.
    """
    count = len(table.options)
    bases = rows.sum(axis=1)
    deciding = rows[bases >= max(thresholds.low_base, thresholds.minimum_base)]
    if not len(deciding):
        deciding = rows[bases >= thresholds.minimum_base]
    each = tuple((option,) for option in range(count))
    sides = find_sides(table, deciding if len(deciding) else rows)
    border = table.kind == "ordered" and bool(table.favourable) and _one_border(table.favourable, count)
    cell = thresholds.minimum_cell
    if cell <= 1 or not len(deciding) or count < 2:
        groups: tuple[OptionSet, ...] | None = each
    elif table.kind == "nominal":
        groups = nominal_groups(deciding, cell)
    else:
        groups = (bordered_groups(deciding, sides, cell) if border else None) or cut(deciding, range(count), cell)
    return OptionGrouping(groups or (tuple(range(count)),), sides, table.kind, border)


def find_sides(table: StatusTable, rows: PeopleCounts) -> Sides:
    """The two-way view: the net against the rest; else the cut of a scale that leaves the most on its smaller side over
    the rows; else the most common option against the others."""
    count = len(table.options)
    if 0 < len(table.favourable) < count:
        net = tuple(sorted(table.favourable))
        return net, tuple(option for option in range(count) if option not in net)
    if count < 2:
        return tuple(range(count)), ()
    if table.kind == "nominal":
        top = int(np.argmax(rows.sum(axis=0))) if len(rows) else 0
        return (top,), tuple(option for option in range(count) if option != top)
    sums = np.cumsum(rows, axis=1)[:, :-1]
    smaller = np.minimum(sums, rows.sum(axis=1, keepdims=True) - sums)
    worst, total = (
        (smaller.min(axis=0), smaller.sum(axis=0)) if len(rows) else (np.zeros(count - 1), np.zeros(count - 1))
    )
    best = max(range(count - 1), key=lambda place: (worst[place], total[place], -abs(2 * place + 2 - count)))
    return tuple(range(best + 1, count)), tuple(range(best + 1))


def nominal_groups(rows: PeopleCounts, cell: int) -> tuple[OptionSet, ...] | None:
    """The smallest options joined into one, as few as will do; None where not even all but the largest will.

    A row that its dominant option all but fills is told by a bound of its own, so it does not decide.
    """
    rest = rows.sum(axis=1) - rows.max(axis=1)
    deciding = rows[(rest == 0) | (rest >= cell)]
    order = sorted(range(rows.shape[1]), key=lambda option: (rows[:, option].sum(), -option))
    for joined in range(rows.shape[1]):
        if joined == 1:
            continue
        kept, other = sorted(order[joined:]), tuple(sorted(order[:joined]))
        groups = (*((option,) for option in kept), *((other,) if other else ()))
        if _passes(deciding, groups, cell):
            return groups
    return None


def bordered_groups(rows: PeopleCounts, sides: Sides, cell: int) -> tuple[OptionSet, ...] | None:
    """Groups on either side of the favourable border. A row whose side is small is bounded at the border: that side is
    one there, and with the group beside it at least 2 x cell - 1 (results.md §3)."""
    totals = [rows[:, list(side)].sum(axis=1) for side in sides]
    small = [(total > 0) & (total < cell) for total in totals]
    groups: list[OptionSet] = []
    for mine, other in ((0, 1), (1, 0)):
        side = sides[mine]
        at_end = min(side) > min(sides[other])  # the border is where this side begins, else where it ends
        needed = np.where(small[other], 2 * cell - 1 - totals[other], 0)
        found = cut(rows[~small[mine]], side, cell, beside=needed[~small[mine]], begins=at_end)
        if found is None:
            return None
        groups += found
    return tuple(sorted(groups))


def cut(
    rows: PeopleCounts, options: Sequence[int], cell: int, *, beside: PeopleCounts | None = None, begins: bool = True
) -> tuple[OptionSet, ...] | None:
    """The neighbours joined that leave the most groups with anybody in them, then the most even; None where none will.

    `beside`: how many the group at the border must hold at least, by row; `begins` says at which end the border is.
    Dynamic programming over the cuts: O(options squared).
    """
    count = len(options)
    sums = np.concatenate([np.zeros((len(rows), 1), np.int64), np.cumsum(rows[:, list(options)], axis=1)], axis=1)
    total = sums.sum(axis=0)
    best: list[tuple[tuple[int, int, int], int] | None] = [((0, 0, 0), 0), *[None] * count]
    for end in range(1, count + 1):
        for start in range(end):
            before = best[start]
            held = sums[:, end] - sums[:, start]
            if before is None or bool(((held > 0) & (held < cell)).any()):
                continue
            if beside is not None and (start == 0 if begins else end == count) and bool((held < beside).any()):
                continue
            people = int(total[end] - total[start])
            groups, unevenness, blocks = before[0]
            score = (groups + (people > 0), unevenness - people * people, blocks + 1)
            known = best[end]
            if known is None or score > known[0]:
                best[end] = (score, start)
    if best[count] is None:
        return None
    found: list[OptionSet] = []
    end = count
    while end:
        step = best[end]
        assert step is not None
        found.append(tuple(options[step[1] : end]))
        end = step[1]
    return tuple(reversed(found))


def _passes(rows: PeopleCounts, groups: Sequence[OptionSet], cell: int) -> bool:
    return all(not bool(((held > 0) & (held < cell)).any()) for held in (rows[:, list(g)].sum(axis=1) for g in groups))


def _one_border(favourable: Sequence[int], count: int) -> bool:
    """Whether the favourable options are one end of the scale."""
    net = sorted(favourable)
    return len(net) < count and net in (list(range(len(net))), list(range(count - len(net), count)))
