"""What protects a release sees of people who are counted in parts: those alike in some variables, now and in each
release before. None of those has kept what people's statuses were (`cuts`): they are worked out, as there, from the
answers of now and from when they were handed in."""

from __future__ import annotations

import bisect
import contextlib
import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy as np

from surveyapp.analysis.counting.alike import Together
from surveyapp.analysis.disclosure.inputs import NOT_THERE, Cohort, StatusCodes
from surveyapp.analysis.linked.table import NO_RESPONSE, NOT_KNOWN, AttributeColumn, Flags, LinkedTable
from surveyapp.analysis.releasing.statuses import StatusTables
from surveyapp.domain.releases import Release
from surveyapp.domain.staff import Scope
from surveyapp.services.results.data import ResultData
from surveyapp.services.results.releasing.variables import (
    PlannedVariable,
    VariablePlace,
    segment_codes,
    segments_of,
    tables_of,
    values_of,
)
from surveyapp.store import releases as store


def _attribute(touchpoint: int) -> str:
    """Under which it is known of people by which release they had handed in a touchpoint: its place among the earlier
    ones, oldest first. No attribute of a study has a blank in its name."""
    return f"handed in {touchpoint}"


@contextlib.contextmanager
def told_by_release(data: ResultData, group: str, earlier: Sequence[Release]) -> Iterator[ResultData]:
    """For a while, the same data in which it is known of a group's people which of the earlier releases they are in."""
    if not earlier:
        yield data
        return
    with data.desk.reading() as work:
        found = store.submissions(work.session, Scope(data.study.id, data.desk.runtime.origin), group)
    handed_in = {(person.bytes, touchpoint): at for (person, touchpoint), at in found.items()}
    ends = [each.cut_at for each in earlier]
    values = tuple(str(each.number) for each in earlier)

    def place_of(at: dt.datetime | None) -> int:
        """The first release that has what was handed in then; `NOT_KNOWN` where none has."""
        place = NOT_KNOWN if at is None else bisect.bisect_left(ends, at)
        return NOT_KNOWN if place == len(ends) else place

    def known(part: LinkedTable) -> Mapping[str, AttributeColumn]:
        people = [bytes(person) for person in part.people.tolist()]
        made = {}
        for touchpoint in part.versions:
            when = [handed_in.get((person, touchpoint)) for person in people]
            places = [
                next((place for place, end in enumerate(ends) if at is not None and at <= end), -1) for at in when
            ]
            made[_attribute(touchpoint)] = AttributeColumn(np.array(places, dtype=np.int16), values)
        return made

    with data.tables.knowing(group, known) as tables:
        yield dataclasses.replace(data, tables=tables)


def _by_then(table: LinkedTable, touchpoint: int, place: int) -> Flags:
    """Who had handed in a touchpoint by the earlier release at a place."""
    first = table.attribute(_attribute(touchpoint)).codes
    found: Flags = (first >= 0) & (first <= place)
    return found


def held(
    data: ResultData, group: str, earlier: Sequence[Release], settled: Collection[int], enough: Callable[[int], int]
) -> set[int]:
    """As `held_touchpoints` has it: whoever has changed since the last release came since."""
    there = sorted(set(settled) & set(data.outline(group).answered))
    asked = [Together(touchpoints=(touchpoint,), attributes=(_attribute(touchpoint),)) for touchpoint in there]
    found = set()
    for touchpoint, alike in zip(there, data.together(group, asked), strict=True):
        table = alike.table(group)
        answered = table.version(touchpoint) != NO_RESPONSE
        changed = answered & ~_by_then(table, touchpoint, len(earlier) - 1)
        if 0 < table.how_many(changed) < enough(table.how_many(answered)):
            found.add(touchpoint)
    return found


def pieces(
    data: ResultData,
    group: str,
    release: Release,
    earlier: Sequence[Release],
    several: Sequence[Sequence[PlannedVariable]],
    pairs: set[tuple[VariablePlace, VariablePlace]],
    held: Collection[int],
) -> list[tuple[StatusTables, Cohort]]:
    """For each of several sets of variables their tables, and the people who are alike in them. At touchpoints that are
    `held` people's statuses are those of the release before."""
    by = data.by(*segments_of(data.study))
    asked = []
    for own in several:
        points = dict.fromkeys(each.touchpoint for each in own) if earlier else ()
        asked.append(
            Together(
                columns=tuple(dict.fromkeys(each.column for each in own if each.score is None)),
                scores=tuple(each.score.asked for each in own if each.score is not None),
                attributes=(*by, *map(_attribute, points)),
            )
        )
    values = values_of(data, group)
    found = []
    for own, alike in zip(several, data.together(group, asked), strict=True):
        tables, table = tables_of(alike, group, release, own, pairs), alike.table(group)
        before: dict[int, dict[str, StatusCodes]] = {}
        for place, each in enumerate(earlier):
            before[each.number] = {
                name: np.where(_by_then(table, tables.touchpoints[name], place), codes, NOT_THERE).astype(np.int16)
                for name, codes in tables.columns.items()
            }
        for name in tables.columns:
            if tables.touchpoints[name] in held:
                tables.columns[name] = before[earlier[-1].number][name]
        piece = Cohort(
            columns=tables.columns,
            segments=segment_codes(alike, group),
            values=values,
            people=table.stands_for,
            before=before,
        )
        found.append((tables, piece))
    return found
