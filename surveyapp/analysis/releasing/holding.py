"""What stays as the release before told it. Where a touchpoint has closed its counts are exact, so that a few people
who changed since (late saves, corrections, withdrawals) could be told from the two: they wait until they are enough."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Mapping

import numpy as np

from surveyapp.analysis.disclosure.inputs import NOT_THERE, StatusCodes
from surveyapp.domain.results import Shift, ShiftRow


def changed_at(
    now: Mapping[str, StatusCodes],
    before: Mapping[str, StatusCodes],
    touchpoints: Mapping[str, int],
    settled: Collection[int],
) -> Counter[tuple[int, str]]:
    """At each of the `settled` touchpoints (closed now and in the release before), how many people have `changed` and
    how many are `there`, which adds up over parts of the people. `now` and `before`: statuses by column, over the same
    people; `touchpoints`: of which each column is."""
    found = Counter[tuple[int, str]]()
    for touchpoint in settled:
        names = [name for name in now if touchpoints[name] == touchpoint]
        if names:
            changed = np.logical_or.reduce([now[name] != before[name] for name in names])
            there = np.logical_or.reduce([now[name] != NOT_THERE for name in names])
            found[touchpoint, "changed"] = int(changed.sum())
            found[touchpoint, "there"] = int(there.sum())
    return found


def held_touchpoints(
    people: Mapping[tuple[int, str], int], settled: Collection[int], enough: Callable[[int], int]
) -> set[int]:
    """Of the `settled` touchpoints those at which somebody has changed (`changed_at`), and fewer people than `enough`
    says of their base."""
    return {each for each in settled if 0 < people[each, "changed"] < enough(people[each, "there"])}


def shift_as_before(new: Shift, old: Shift, held: Collection[int]) -> Shift:
    """A measure with the rows of held touchpoints, and the changes between two of them, as an earlier release has
    them."""
    rows = {_place(row): row for together in old.rows for row in together if row.touchpoint in held}
    resting = [_place(row) in rows for row in new.everyone]
    same_rows = [_place(row) for row in new.everyone] == [_place(row) for row in old.everyone]
    changes = {(change.before_row, change.after_row): change for change in old.changes if same_rows}
    return dataclasses.replace(
        new,
        rows=tuple(tuple(rows.get(_place(row), row) for row in together) for together in new.rows),
        changes=tuple(
            changes.get((change.before_row, change.after_row), change)
            if resting[change.before_row] and resting[change.after_row]
            else change
            for change in new.changes
        ),
    )


def _place(row: ShiftRow) -> tuple[object, ...]:
    return row.touchpoint, row.moment, row.tally.people.segment, row.tally.people.value
