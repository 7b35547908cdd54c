"""What protects a release sees of people who are counted in parts: those alike in some variables, now and in each
release before. Where that has kept what people's statuses were (`cuts`), it is known of each by what they were; else
they are worked out, as there, from the answers of now and from when they were handed in."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy as np

from surveyapp.analysis.counting.alike import Together
from surveyapp.analysis.disclosure.inputs import NOT_THERE, Cohort, StatusCodes
from surveyapp.analysis.linked import partitions
from surveyapp.analysis.linked.table import NO_RESPONSE, NOT_KNOWN, AttributeColumn, Flags, LinkedTable
from surveyapp.analysis.releasing.holding import changed_at
from surveyapp.analysis.releasing.statuses import StatusTables, variable_of
from surveyapp.domain.releases import Release
from surveyapp.domain.staff import Scope
from surveyapp.services.results.data import ResultData
from surveyapp.services.results.releasing.cuts import StatusCut
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


def _then(release: int, column: str) -> str:
    """Under which it is known of people what their status was in a release that has kept it."""
    return f"in {release} {column}"


def _where_then(release: int, segment: str) -> str:
    """Under which it is known of people in which value of a segment they were."""
    return f"at {release} {segment}"


@contextlib.contextmanager
def told_by_release(
    data: ResultData, group: str, earlier: Sequence[Release], kept: Mapping[int, StatusCut]
) -> Iterator[ResultData]:
    """For a while, the same data in which it is known of a group's people which of the earlier releases they are in,
    and what they were in those that have `kept` it, by their number. Whoever is in one of these and no longer in the
    table is there as somebody who answered nothing."""
    if not earlier:
        yield data
        return
    with data.desk.reading() as work:
        found = store.submissions(work.session, Scope(data.study.id, data.desk.runtime.origin), group)
    handed_in = {(person.bytes, touchpoint): at for (person, touchpoint), at in found.items()}
    ends = [each.cut_at for each in earlier]
    values = tuple(str(each.number) for each in earlier)

    def known(part: LinkedTable) -> LinkedTable:
        people = [bytes(person) for person in part.people.tolist()]
        made = dict(part.attributes)
        for touchpoint in part.versions:
            when = [handed_in.get((person, touchpoint)) for person in people]
            places = [
                next((place for place, end in enumerate(ends) if at is not None and at <= end), -1) for at in when
            ]
            made[_attribute(touchpoint)] = AttributeColumn(np.array(places, dtype=np.int16), values)
        for number, cut in kept.items():
            own = cut.aligned(people, list(cut.columns))
            was = {_then(number, name): codes for name, codes in own.columns.items()}
            was |= {_where_then(number, name): codes for name, codes in own.segments.items()}
            made |= {name: AttributeColumn(np.asarray(codes, dtype=np.int16), ()) for name, codes in was.items()}
        return dataclasses.replace(part, attributes=made)

    def all_known(parts: Iterator[LinkedTable]) -> Iterator[LinkedTable]:
        gone = {person for cut in kept.values() for person in cut.people}
        for part in parts:
            gone.difference_update(bytes(person) for person in part.people.tolist())
            yield known(part)
        if gone:
            yield known(_without_answers(part, sorted(gone)))

    with data.tables.knowing(group, all_known) as tables:
        yield dataclasses.replace(data, tables=tables)


def _without_answers(like: LinkedTable, people: Sequence[bytes]) -> LinkedTable:
    """People of whom nothing is known, in a part like another."""
    nothing = np.full(len(people), NOT_KNOWN, dtype=np.int16)
    return dataclasses.replace(
        like,
        people=np.array(people, dtype=like.people.dtype),
        site=np.full(len(people), NOT_KNOWN, dtype=like.site.dtype),
        attributes={name: AttributeColumn(nothing, each.values) for name, each in like.attributes.items()},
        versions={
            touchpoint: np.full(len(people), NO_RESPONSE, dtype=each.dtype)
            for touchpoint, each in like.versions.items()
        },
        columns={},
    )


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


def changed_since(
    data: ResultData,
    group: str,
    last: int,
    cut: StatusCut,
    settled: Collection[int],
    planned: Sequence[PlannedVariable],
    tables: Callable[[ResultData], StatusTables],
) -> Counter[tuple[int, str]]:
    """`changed_at` since the last release, which has kept what people were in it (`cut`), of one part after another.
    `tables`: of data, what everybody's statuses in all variables that are `planned` are now."""
    read = _together(planned).read
    was = [_then(last, name) for name in cut.columns]
    found = Counter[tuple[int, str]]()
    parts = data.tables.in_parts(group)
    assert parts is not None
    for path in partitions.paths(*parts):
        part = partitions.read(path, read, was)
        now = tables(dataclasses.replace(data, alike={**data.alike, group: part}))
        found += changed_at(now.columns, _kept_statuses(part, last, cut, now), now.touchpoints, settled)
    return found


def _kept_statuses(table: LinkedTable, number: int, cut: StatusCut, now: StatusTables) -> dict[str, StatusCodes]:
    """What people were in a release that has kept it, by the columns of now: what was not asked nobody answered."""
    return {
        name: table.attribute(_then(number, name)).codes.astype(np.int16)
        if name in cut.columns
        else np.full(len(table), NOT_THERE, dtype=np.int16)
        for name in now.columns
    }


def _together(own: Sequence[PlannedVariable], attributes: tuple[str, ...] = ()) -> Together:
    return Together(
        columns=tuple(dict.fromkeys(each.column for each in own if each.score is None)),
        scores=tuple(each.score.asked for each in own if each.score is not None),
        attributes=attributes,
    )


def pieces(
    data: ResultData,
    group: str,
    release: Release,
    earlier: Sequence[Release],
    kept: Mapping[int, StatusCut],
    several: Sequence[Sequence[PlannedVariable]],
    pairs: set[tuple[VariablePlace, VariablePlace]],
    held: Collection[int],
) -> list[tuple[StatusTables, Cohort]]:
    """For each of several sets of variables their tables, and the people who are alike in them. At touchpoints that are
    `held` people's statuses are those of the release before."""
    by = data.by(*segments_of(data.study))
    where = [_where_then(number, name) for number, cut in kept.items() for name in cut.segments]
    asked = []
    for own in several:
        points = dict.fromkeys(each.touchpoint for each in own) if len(kept) < len(earlier) else ()
        names = {each.part.name for each in own}
        then = [
            _then(number, name) for number, cut in kept.items() for name in cut.columns if variable_of(name) in names
        ]
        asked.append(_together(own, (*by, *map(_attribute, points), *then, *where)))
    values = values_of(data, group)
    found = []
    # What people were in each release that has kept it is as much again for each: it is read of one set at a time.
    counted = (data.together(group, [each])[0] for each in asked) if kept else data.together(group, asked)
    for own, alike in zip(several, counted, strict=True):
        tables, table = tables_of(alike, group, release, own, pairs), alike.table(group)
        before: dict[int, dict[str, StatusCodes]] = {}
        for place, each in enumerate(earlier):
            if (cut := kept.get(each.number)) is not None:
                before[each.number] = _kept_statuses(table, each.number, cut, tables)
                continue
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
            segments_before={
                number: {name: table.attribute(_where_then(number, name)).codes for name in cut.segments}
                for number, cut in kept.items()
            },
        )
        found.append((tables, piece))
    return found
