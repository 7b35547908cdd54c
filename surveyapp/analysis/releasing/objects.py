"""Result objects of a release, from what protection lets it tell. Everything that is counted is written anew; of the
working object only its words are kept: what a table is of, its options and what is said of its wording."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import product

from surveyapp.analysis.disclosure.told import Depth, OptionGroup, PairTold, RowTold, TableTold, Told
from surveyapp.analysis.releasing.statuses import StatusPlace
from surveyapp.analysis.statistics import intervals, rounding
from surveyapp.analysis.tallying import share_interval
from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import (
    WITHHELD,
    WITHOUT,
    Category,
    Cell,
    Change,
    CodingBasis,
    Distribution,
    Edition,
    Joined,
    NextLook,
    RatingSummary,
    ResponseCounts,
    ResponseTable,
    Shift,
    Slice,
    Tally,
    Verdict,
)

Find = Callable[[int, str, str | None], tuple[TableTold, StatusPlace] | None]
"""Where a variable (touchpoint, key, option of a several-choice one) is told; None: nothing is told of it."""

SlicePlaces = dict[tuple[str, str], tuple[str, int]]
"""For each value of a segment, its place in the tables."""


def released_distribution(
    working: Distribution,
    find: Find,
    places: SlicePlaces,
    edition: Edition,
    rules: Thresholds,
    held: Collection[int] = (),
) -> Distribution:
    """A question of a release. `held`: the touchpoints that are told as an earlier release was made, of which what was
    computed now says something else."""
    computed = working.touchpoint not in held
    tallies = tuple(_tally_of(working, tally, find, places, rules, computed) for tally in working.tallies)
    # How many said an option as “other” may be few.
    return dataclasses.replace(working, edition=edition, tallies=tallies, coding=_coding(working), gained=())


def _coding(working: Distribution | Shift) -> CodingBasis | None:
    """What themes rest on, without how many answers two coders saw: they may be few."""
    return None if working.coding is None else dataclasses.replace(working.coding, both=None)


def _tally_of(
    working: Distribution, tally: Tally, find: Find, places: SlicePlaces, rules: Thresholds, computed: bool
) -> Tally:
    place = slice_place(tally.people, places)
    if working.several:
        rows = [
            (option.code, _row(find, working.touchpoint, working.key, option.code, place)) for option in working.options
        ]
        return _several(tally.people, rows, rules)
    found = find(working.touchpoint, working.key, None)
    if found is None:
        return withheld(tally.people)
    options = working.options if working.summary in (Summary.OPTIONS, Summary.RATING) else ()
    return told_tally(tally, found, place, options, working.nets, rules, computed)


def slice_place(people: Slice, places: SlicePlaces) -> tuple[str, int] | None:
    """Where a slice is in the tables; None: everybody."""
    return places[people.segment, people.value] if people.segment and people.value else None


def _row(find: Find, touchpoint: int, key: str, option: str | None, place: tuple[str, int] | None) -> RowTold | None:
    found = find(touchpoint, key, option)
    return None if found is None else found[0].row(found[1].moment, place)


def looked_at_again(question: Distribution, ahead: Mapping[int, NextLook]) -> Distribution:
    """A question of which what is withheld says when it is looked at again, by touchpoint."""
    again = ahead[question.touchpoint]
    return dataclasses.replace(question, tallies=tuple(_again(tally, again) for tally in question.tallies))


def shift_looked_at_again(shift: Shift, ahead: Mapping[int, NextLook]) -> Shift:
    """The same of a measure."""
    return dataclasses.replace(
        shift,
        rows=tuple(
            tuple(dataclasses.replace(row, tally=_again(row.tally, ahead[row.touchpoint])) for row in together)
            for together in shift.rows
        ),
    )


def _again(tally: Tally, again: NextLook) -> Tally:
    return dataclasses.replace(tally, again=again) if tally.withheld else tally


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
    code = _codes(options, where)
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
        told = _sum_of(row.groups, row.base, {place_of[member] for member in net.members if member in place_of})
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


def _several(people: Slice, rows: Sequence[tuple[str, RowTold | None]], rules: Thresholds) -> Tally:
    """A several-choice question: each of its options is a yes or no of its own, on the same base."""
    told = [(code, row) for code, row in rows if row is not None and row.depth != Depth.WITHHELD]
    if not told:
        return withheld(people)
    first = told[0][1]
    yes = {code: _sum_of(row.groups, row.base, {0}) for code, row in told}
    return Tally(
        people=people,
        base=told_cell(first.base, None),
        cells={code: told_cell(yes[code], row.base.exact, at_least=row.bounded) for code, row in told}
        | {code: WITHHELD for code, row in rows if code not in yes},
        missing={WITHOUT: told_cell(first.without, None)} if first.without.known else {},
        low_base=(first.base.low or 0) < rules.low_base,
        collecting=first.collecting,
    )


def _codes(options: Sequence[Category], where: StatusPlace) -> list[str]:
    """The codes of a table's options, in its own order."""
    codes = [option.code for option in options]
    return codes[::-1] if where.backwards else codes


def _sum_of(groups: Sequence[OptionGroup], base: Told, members: set[int]) -> Told:
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
    """A count as far as it is told. `at_least`: of the two beside a bound, the larger is so many or more."""
    if told.exact is not None:
        return Cell(told.exact, rounding.percent(told.exact, base) if base else None)
    if told.low is None:
        return WITHHELD
    if told.low <= 1 and told.high is not None:
        return Cell(None, high=told.high)
    if at_least or told.high is None:
        return Cell(None, rounding.percent(told.low, base) if base else None, low=told.low)
    return Cell(None, low=told.low, high=told.high)


def released_response(
    rows: Iterable[tuple[Slice, Told]],
    rules: Thresholds,
    *,
    edition: Edition,
    group: str,
    touchpoint: int,
    by: str,
    label: str,
    on: dt.date,
) -> ResponseTable:
    """How many answered a touchpoint, and nothing of the others."""
    return ResponseTable(
        edition=edition,
        group=group,
        touchpoint=touchpoint,
        by=by,
        label=label,
        on=on,
        rows=tuple(
            ResponseCounts(
                people=people,
                answered=told_cell(told, None),
                low_base=told.known and (told.low or 0) < rules.low_base,
                cases=WITHHELD,
                could_be_asked=WITHHELD,
                open=WITHHELD,
                closed=WITHHELD,
                refused=WITHHELD,
                not_open=WITHHELD,
                not_eligible=WITHHELD,
                withdrawn=WITHHELD,
                easy=WITHHELD,
            )
            for people, told in rows
        ),
    )


def released_shift(
    working: Shift,
    find: Find,
    places: SlicePlaces,
    edition: Edition,
    rules: Thresholds,
    held: Collection[int] = (),
) -> Shift:
    """A measure of a release: its rows over everybody and by segment, and the changes of everybody. `held` as in
    `released_distribution`."""
    rows = []
    for together in working.rows:
        scale = together[0].scale
        options, net = (scale.options, scale.net) if scale else (working.options, working.net)
        made = []
        for row in together:
            found = find(row.touchpoint, _key(working, row.moment), None)
            place = slice_place(row.tally.people, places)
            nets = ((net,) if net else ()) if scale else working.nets
            tally = withheld(row.tally.people)
            if found is not None:
                tally = told_tally(row.tally, found, place, options, nets, rules, row.touchpoint not in held)
            cell = tally.cell(net.code) if net else Cell(None)
            # Of the counts that are told, never of those behind them.
            made.append(dataclasses.replace(row, tally=tally, net=cell, interval=share_interval(tally, net)))
        rows.append(tuple(made))
    changes = tuple(
        _change(working, change, find, rules, held) for change in working.changes if change.people.segment is None
    )
    return dataclasses.replace(
        working,
        edition=edition,
        rows=tuple(rows),
        changes=changes,
        matched=False,
        matched_base=None,
        coding=_coding(working),
    )


def _key(shift: Shift, moment: str | None) -> str:
    return f"{shift.variable}@{moment}" if moment else shift.variable


def _change(shift: Shift, change: Change, find: Find, rules: Thresholds, held: Collection[int]) -> Change:
    before, after = (shift.rows[number][0] for number in (change.before_row, change.after_row))
    bare = Change(people=change.people, kind=change.kind, before_row=change.before_row, after_row=change.after_row)
    one = find(before.touchpoint, _key(shift, before.moment), None)
    two = find(after.touchpoint, _key(shift, after.moment), None)
    if one is None or two is None or one[0].key != two[0].key:
        return dataclasses.replace(bare, withheld=True)
    table, where = two
    try:
        pair = table.pair(one[1].moment, where.moment)
    except KeyError:
        return dataclasses.replace(bare, withheld=True)
    computed = not {before.touchpoint, after.touchpoint} & set(held)
    return told_change(change, bare, pair, where, shift.options, shift.net, rules, computed)


def told_change(
    working: Change,
    bare: Change,
    pair: PairTold,
    where: StatusPlace,
    options: Sequence[Category],
    net: Category | None,
    rules: Thresholds,
    computed: bool = True,
) -> Change:
    """A change as it is told. What is computed from counts is kept where every one of those counts is told; else the
    verdict is what holds for whatever the counts may be."""
    base = pair.base.exact
    if not any(each.known for each in (pair.base, pair.rose, pair.gained)) and not pair.before:
        return dataclasses.replace(bare, withheld=True)
    made = dataclasses.replace(
        bare,
        base=told_cell(pair.base, None),
        lost=told_cell(pair.lost, None),
        joined=told_cell(pair.joined, None),
        same=told_cell(pair.stayed, base),
        low_base=(pair.base.low or 0) < rules.low_base,
    )
    if working.rose.told:
        made = dataclasses.replace(made, rose=told_cell(pair.rose, base), fell=told_cell(pair.fell, base))
    codes = _codes(options, where)
    members = {codes.index(code) for code in net.members} if net else set()
    if net and set(pair.sides[0]) == members:
        before, after = (_sum_of(groups, pair.base, members) for groups in (pair.before, pair.after))
        made = dataclasses.replace(
            made,
            before=told_cell(before, base),
            after=told_cell(after, base),
            gained=told_cell(pair.gained, base),
            given_up=told_cell(pair.given_up, base),
        )
        if computed and "net_interval" in pair.statistics:
            made = dataclasses.replace(made, points=working.points, interval=working.interval, verdict=working.verdict)
        else:
            made = dataclasses.replace(made, verdict=worst_case(pair))
    if not computed:
        return made
    tests = tuple(test for test in working.tests if test.name in pair.statistics)
    if "mean_change" in pair.statistics:
        made = dataclasses.replace(made, mean=working.mean)
        if net is None:
            made = dataclasses.replace(made, verdict=working.verdict)
    if "reliable_change" in pair.statistics:
        made = dataclasses.replace(made, reliable=working.reliable)
    each = tuple(len(group) == 1 for group in pair.movement_groups)
    if each and all(each) and working.transitions is not None:
        made = dataclasses.replace(made, transitions=working.transitions)
    return dataclasses.replace(made, tests=tests)


MOST_TRIED = 2_000
"""So many counts that ranges may hide are tried, one by one: five wide, they are 625 at most."""


@functools.lru_cache(maxsize=4096)
def worst_case(pair: PairTold) -> Verdict | None:
    """What Newcombe's interval says whatever the counts are that the ranges hide, each tried: too few to tell where
    they say different things, or are too many. None where nothing is told."""
    counts = (pair.both, pair.given_up, pair.gained, pair.neither)
    hidden = [range(told.low, told.high + 1) for told in counts if told.low is not None and told.high is not None]
    if len(hidden) < len(counts):
        return None
    if math.prod(map(len, hidden)) > MOST_TRIED:
        return "unclear"
    said: Verdict | None = None
    for each in product(*hidden):
        found = intervals.newcombe_paired(*each)
        verdict: Verdict = "unclear"
        if found is not None:
            verdict = "rose" if found.low > 0 else "fell" if found.high < 0 else "unclear"
        if verdict == "unclear" or said not in (None, verdict):
            return "unclear"
        said = verdict
    return said
