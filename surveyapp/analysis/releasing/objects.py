"""Result objects of a release, from what protection lets it tell. Everything that is counted is written anew; of the
working object only its words are kept: what a table is of, its options and what is said of its wording."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping

from surveyapp.analysis.disclosure.told import RowTold, TableTold, Told
from surveyapp.analysis.releasing.changes import told_change
from surveyapp.analysis.releasing.statuses import StatusPlace
from surveyapp.analysis.releasing.tallies import of_several, told_cell, told_tally, withheld
from surveyapp.analysis.tallying import share_interval
from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import (
    WITHHELD,
    Cell,
    Change,
    CodingBasis,
    Distribution,
    Edition,
    NextLook,
    ResponseCounts,
    ResponseTable,
    Shift,
    Slice,
    Tally,
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
        return of_several(tally.people, rows, rules)
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
