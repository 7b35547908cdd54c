"""Counts of a release, from what protection lets it tell: a row, its options and its nets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from surveyapp.analysis.disclosure.told import Depth, OptionGroup, RowTold, TableTold, Told
from surveyapp.analysis.releasing.statuses import StatusPlace
from surveyapp.analysis.statistics import rounding
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import WITHHELD, WITHOUT, Category, Cell, Joined, RatingSummary, Slice, Tally


def withheld(people: Slice) -> Tally:
    """Of these people nothing is told."""
    return Tally(people=people, base=WITHHELD, cells={}, missing={}, withheld=True)


def told_tally(
    working: Tally,
    found: tuple[TableTold, StatusPlace],
    place: tuple[str, int] | None,
    options: Sequence[Category],
    nets: Sequence[Category],
    rules: Thresholds,
    computed: bool = True,
) -> Tally:
    """One row as it is told. A net is told where the groups that are shown come to it. `computed`: what is computed
    from the answers is of those that are counted."""
    table, where = found
    row = table.row(where.moment, place)
    if row.depth == Depth.WITHHELD:
        return withheld(working.people)
    base = row.base.exact
    code = codes_of(options, where)
    cells: dict[str, Cell] = {}
    joined = []
    for group in row.groups if options else ():
        members = tuple(code[member] for member in group.members)
        members = tuple(option.code for option in options if option.code in members)
        cell = told_cell(group.told, base, at_least=row.bounded)
        if len(members) == 1:
            cells[members[0]] = cell
        else:
            joined.append(Joined(members, cell))
    place_of = {name: index for index, name in enumerate(code)}
    for net in nets:
        told = sum_of(row.groups, row.base, {place_of[member] for member in net.members if member in place_of})
        cells[net.code] = told_cell(told, base, at_least=row.bounded)
    rating = working.rating if computed else None
    if rating is not None:
        rating = RatingSummary(
            mean=rating.mean if "mean" in row.statistics else None,
            most_common=rating.most_common if "most_common" in row.statistics else None,
            minimum=rating.minimum if "range" in row.statistics else None,
            maximum=rating.maximum if "range" in row.statistics else None,
        )
    return Tally(
        people=working.people,
        base=told_cell(row.base, None),
        cells=cells,
        missing={WITHOUT: told_cell(row.without, None)} if row.without.known else {},
        joined=tuple(joined),
        rating=rating,
        low_base=(row.base.low or 0) < rules.low_base,
        collecting=row.collecting,
    )


def of_several(people: Slice, rows: Sequence[tuple[str, RowTold | None]], rules: Thresholds) -> Tally:
    """A several-choice question: each of its options is a yes or no of its own, on the same base."""
    told = [(code, row) for code, row in rows if row is not None and row.depth != Depth.WITHHELD]
    if not told:
        return withheld(people)
    first = told[0][1]
    yes = {code: sum_of(row.groups, row.base, {0}) for code, row in told}
    return Tally(
        people=people,
        base=told_cell(first.base, None),
        cells={code: told_cell(yes[code], row.base.exact, at_least=row.bounded) for code, row in told}
        | {code: WITHHELD for code, row in rows if code not in yes},
        missing={WITHOUT: told_cell(first.without, None)} if first.without.known else {},
        low_base=(first.base.low or 0) < rules.low_base,
        collecting=first.collecting,
    )


def codes_of(options: Sequence[Category], where: StatusPlace) -> list[str]:
    """The codes of a table's options, in its own order."""
    codes = [option.code for option in options]
    return codes[::-1] if where.backwards else codes


def sum_of(groups: Sequence[OptionGroup], base: Told, members: set[int]) -> Told:
    """How many gave any of these options, where the groups that are told come to just them: of ranges their sum, and
    no more than the base leaves beside the others."""
    inside = [group for group in groups if set(group.members) <= members]
    if {member for group in inside for member in group.members} != members:
        return Told()
    found = _added(inside)
    others = _added(group for group in groups if group not in inside)
    if found.low is None or found.high is None:
        return found
    low, high = found.low, found.high
    if base.high is not None:
        high = min(high, base.high - (others.low or 0))
    if base.low is not None and others.high is not None:
        low = max(low, base.low - others.high)
    return Told(low, high)


def _added(groups: Iterable[OptionGroup]) -> Told:
    low = high = 0
    for group in groups:
        if group.told.low is None or group.told.high is None:
            return Told()
        low, high = low + group.told.low, high + group.told.high
    return Told(low, high)


def told_cell(told: Told, base: int | None, *, at_least: bool = False) -> Cell:
    """A count as far as it is told, with its percentage of a base if that is exactly. `at_least`: of the two beside
    a bound, the larger is so many or more."""
    if told.exact is not None:
        return Cell(told.exact, rounding.percent(told.exact, base) if base else None)
    if told.low is None:
        return WITHHELD
    if told.low <= 1 and told.high is not None:
        return Cell(None, high=told.high)
    if at_least or told.high is None:
        return Cell(None, low=told.low)
    return Cell(None, low=told.low, high=told.high)
