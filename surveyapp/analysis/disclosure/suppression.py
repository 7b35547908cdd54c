"""Which further totals must be hidden so that no hidden one can be worked out from what is shown.

A table is a set of cells (counts of people that overlap with nobody else's) and totals over them; a cell shown by
itself is a total of one. Whoever reads the table knows the shown totals, that counts are whole and not negative, and
what is said of a hidden one ("fewer than 5"). A hidden total is safe when another table exists that agrees with all
of that and gives it another value. Such a table is a *witness*: it is found by integer programming, checked in whole
numbers, and proves both that the value does not lie in the row space of the shown totals and that rounding, bounds
and sign do not pin it. Hiding more leaves a witness a witness, so each is looked for once.

Source: Fischetti and Salazar (2001), Solving the cell suppression problem, Management Science 47, 1008-1027; here one
hidden total at a time, and protected against exact disclosure alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Members = frozenset[int]
_Row = tuple[dict[int, float], float, float]  # weights by variable, and the limits of their sum


@dataclass(eq=False, slots=True, kw_only=True)
class Total:
    """A sum of cells, and what a reader knows of it.

    Shown, a reader knows the value. Hidden, that it lies from `low` to `high` (no upper limit when None). `cost` is
    how bad it is to hide it, and `floor` the least it will be known to be if it is hidden to protect others: a smaller
    one would have been hidden on its own account. A total that is not `published` is never printed, but must not be
    worked out either when it is `hidden`.
    """

    members: Members
    value: int
    cost: int
    floor: int
    published: bool = True
    hidden: bool = False
    low: int = 0
    high: int | None = None


@dataclass
class EquationSystem:
    """Cells, totals over them, and what is known anyway: each pair in `known` says first sum >= second sum."""

    cells: Sequence[int]
    known: list[tuple[Members, Members]] = field(default_factory=list)
    totals: dict[Members, Total] = field(default_factory=dict)

    def total(self, members: Iterable[int], cost: int = 0, floor: int = 1, *, published: bool = True) -> Total:
        """The total over these cells: one object for one set of cells, however many names it is printed under.

        Hiding it costs a point for each person in it, one for itself, and `cost`.
        """
        key = frozenset(members)
        if key not in self.totals:
            value = self.value(key)
            self.totals[key] = Total(
                members=key, value=value, cost=cost + value + 1, floor=min(value, floor), published=published
            )
        total = self.totals[key]
        total.published |= published
        return total

    def value(self, members: Members) -> int:
        return sum(self.cells[cell] for cell in members)


@dataclass(frozen=True)
class _Witness:
    """Another table: what it changes, what must be hidden or left unsaid for it to be possible, at what cost."""

    changed: list[Total]
    to_hide: list[Total]
    to_leave_unsaid: list[Total]
    cost: int


def hide_what_gives_away(system: EquationSystem) -> None:
    """Hide totals (`hidden`, `low`) and take back upper limits (`high`) until every hidden total is safe.

    A hidden zero that what is shown implies is shown (it tells nothing new). Should there be no way to keep a total
    safe, everything is hidden.
    """
    safe: set[int] = set()
    waiting = sorted((t for t in system.totals.values() if t.hidden and t.value), key=lambda t: t.value)
    while waiting:
        target = waiting.pop(0)
        if id(target) in safe:
            continue
        witness = _cheapest_witness(system, target)
        if witness is None:
            _hide_everything(system)
            return
        for total in witness.to_hide:
            total.hidden, total.low = True, total.floor
            waiting.append(total)
        for total in witness.to_leave_unsaid:
            total.high = None
        safe.update(id(total) for total in witness.changed)

    for total in system.totals.values():
        if total.hidden and total.value == 0 and _is_certainly_zero(system, total):
            total.hidden = False


def smallest_derivable_group(groups: Sequence[Members], sizes: Sequence[int], below: int) -> list[int]:
    """Indices of groups that, added and subtracted, single out between 1 and `below` - 1 people; [] when none do.

    Formula: whole numbers y_g from -3 to 3 such that sum over g of y_g * (member of g) is 0 or 1 for each cell with
    anyone in it, and the sizes of the cells with a 1 sum to less than `below`; the smallest such sum.
    """
    cells = [cell for cell, size in enumerate(sizes) if size]
    if not groups or not cells:
        return []
    incidence = np.array([[float(cell in group) for group in groups] for cell in cells])
    singled_out = -np.eye(len(cells))
    people = np.array([float(sizes[cell]) for cell in cells])
    zeros = np.zeros(len(groups))
    solution = milp(
        np.concatenate([zeros, people]),
        constraints=[
            LinearConstraint(np.hstack([incidence, singled_out]), 0, 0),
            LinearConstraint(np.concatenate([zeros, people])[None, :], 1, below - 1),
        ],
        integrality=[1] * (len(groups) + len(cells)),
        bounds=Bounds(np.concatenate([zeros - 3, people * 0]), np.concatenate([zeros + 3, people * 0 + 1])),
    )
    if solution.status == 2:
        return []
    if solution.x is None:
        # The solver stopped without knowing: take every group for a part of it.
        return list(range(len(groups)))
    return [int(index) for index in np.flatnonzero(np.rint(solution.x[: len(groups)]))]


def _cheapest_witness(system: EquationSystem, target: Total) -> _Witness | None:
    """The cheapest other table in which `target` is larger or smaller, among those that change little.

    Every total is changed by one person at most if that can be done, as it nearly always can (around a circuit of
    cells); this also makes for the quickest search.
    """
    furthest = 2 * max(2, *(total.floor for total in system.totals.values()))
    for reach in (1, 2, furthest):
        larger = _witness(system, target, reach, larger=True)
        if larger is not None and larger.cost == 0:
            # Nothing is cheaper than to hide nothing more.
            return larger
        found = [each for each in (larger, _witness(system, target, reach, larger=False)) if each is not None]
        if found:
            return min(found, key=lambda witness: witness.cost)
    return None


def _witness(system: EquationSystem, target: Total, reach: int, *, larger: bool) -> _Witness | None:
    """The cheapest table in which `target` is larger (or smaller), and no total differs by more than `reach`.

    Variables: the change d of each cell, and a switch for each total that would have to be hidden, or have its upper
    limit left unsaid, for its change to be possible.
    """
    rows: list[_Row] = []
    costs: list[int] = []
    width = len(system.cells)
    shown_zeros = (t.members for t in system.totals.values() if t.published and not t.hidden and t.value == 0)
    fixed = frozenset().union(*shown_zeros)

    def require(members: Members, low: float, high: float, switch: int | None = None, weight: float = 0.0) -> None:
        coefficients = dict.fromkeys(members - fixed, 1.0)
        if switch is not None:
            coefficients[switch] = weight
        rows.append((coefficients, low, high))

    for total in system.totals.values():
        if total.hidden:
            limit = reach if total.high is None else min(reach, total.high - total.value)
            if limit < reach and len(total.members) > 1:
                require(total.members, -np.inf, limit, width + len(costs), -reach)
                costs.append(total.value + 1)
                limit = reach
            require(total.members, max(total.low - total.value, -reach), limit)
        elif total.published and total.value:
            switch = width + len(costs)
            costs.append(total.cost)
            require(total.members, -np.inf, 0, switch, -reach)
            require(total.members, 0, np.inf, switch, reach)
            if total.floor - total.value > -reach:
                require(total.members, total.floor - total.value, np.inf)
    rows += [(row, -surplus, np.inf) for row, surplus in _known_rows(system)]
    require(target.members, *((1, np.inf) if larger else (-np.inf, -1)))

    # Equal costs are settled by position, so that one table is always protected in one way.
    objective = [float(cost * (len(costs) + 1) + place) for place, cost in enumerate(costs)]
    lowest = [0.0 if cell in fixed else float(-min(value, reach)) for cell, value in enumerate(system.cells)]
    highest = [0.0 if cell in fixed else float(reach) for cell in range(width)]
    changes = _solve(
        rows,
        [0.0] * width + objective,
        lowest + [0.0] * len(costs),
        highest + [1.0] * len(costs),
        # With changes of one person, a switch is as large as a whole change asks for: 0 or 1 without being told.
        whole=width if reach == 1 else width + len(costs),
    )
    return _checked(system, target, changes[:width]) if changes else None


def _checked(system: EquationSystem, target: Total, changes: Sequence[int]) -> _Witness | None:
    """What the changed table asks for, worked out in whole numbers; None when it contradicts what is known."""
    cells = [value + change for value, change in zip(system.cells, changes, strict=True)]
    changed, to_hide, to_leave_unsaid = [], [], []
    for total in system.totals.values():
        value = sum(cells[cell] for cell in total.members)
        if total.hidden:
            if value < total.low or (total.high is not None and value > total.high and len(total.members) == 1):
                return None
            if total.high is not None and value > total.high:
                to_leave_unsaid.append(total)
        elif total.published and value != total.value:
            if total.value == 0 or value < total.floor:
                return None
            to_hide.append(total)
        if value != total.value:
            changed.append(total)
    contradicted = any(sum(cells[c] for c in large) < sum(cells[c] for c in small) for large, small in system.known)
    if min(cells) < 0 or contradicted or target not in changed:
        return None
    cost = sum(total.cost for total in to_hide) + sum(total.value + 1 for total in to_leave_unsaid)
    return _Witness(changed, to_hide, to_leave_unsaid, cost)


def _is_certainly_zero(system: EquationSystem, target: Total) -> bool:
    """True when no table that agrees with all that is shown and said gives `target` anything but zero."""
    rows: list[_Row] = []
    for total in system.totals.values():
        coefficients = dict.fromkeys(total.members, 1.0)
        if total.hidden:
            rows.append((coefficients, total.low, np.inf if total.high is None else total.high))
        elif total.published:
            rows.append((coefficients, total.value, total.value))
    rows += [(row, 0, np.inf) for row, _ in _known_rows(system)]
    rows.append((dict.fromkeys(target.members, 1.0), 1, np.inf))
    width = len(system.cells)
    return _solve(rows, [0.0] * width, [0.0] * width, [np.inf] * width, whole=width) is None


def _known_rows(system: EquationSystem) -> list[tuple[dict[int, float], int]]:
    """Each known inequality as coefficients, with by how much it holds in the true table."""
    rows = []
    for larger, smaller in system.known:
        coefficients = dict.fromkeys(larger, 1.0)
        for cell in smaller:
            coefficients[cell] = coefficients.get(cell, 0.0) - 1.0
        rows.append((coefficients, system.value(larger) - system.value(smaller)))
    return rows


def _solve(
    rows: list[_Row], costs: list[float], lowest: list[float], highest: list[float], *, whole: int
) -> list[int] | None:
    """The cheapest numbers between `lowest` and `highest`, the first `whole` of them whole, within every row's limits.

    None when it is certain that no numbers are, and [] should the solver stop without knowing.
    """
    data = [(i, column, weight) for i, (row, _, _) in enumerate(rows) for column, weight in row.items()]
    at_row, at_column, weights = zip(*data, strict=True)
    matrix = csr_array((weights, (at_row, at_column)), shape=(len(rows), len(costs)))
    limits = LinearConstraint(matrix, [low for _, low, _ in rows], [high for _, _, high in rows])
    must_be_whole = np.arange(len(costs)) < whole
    # Most of these have a whole best solution without being told to, and are found far sooner so.
    for integrality in (np.zeros(len(costs), dtype=int), must_be_whole.astype(int)):
        solution = milp(
            costs,
            constraints=limits,
            integrality=integrality,
            bounds=Bounds(lowest, highest),
            options={"mip_rel_gap": 0.0},
        )
        if solution.status == 2:
            return None
        if solution.x is not None and np.allclose(solution.x[:whole], np.rint(solution.x[:whole]), rtol=0, atol=1e-6):
            return [int(value) for value in np.rint(solution.x)]
    return []


def _hide_everything(system: EquationSystem) -> None:
    for total in system.totals.values():
        total.hidden, total.low, total.high = True, 0, None
