"""One group's part of a release: counted from the linked table and protected over everything that can still be read of
it (and then `written` as result objects)."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from surveyapp.analysis.disclosure.inputs import (
    Cohort,
    CrossedMoments,
    EarlierRelease,
    PublishedCount,
)
from surveyapp.analysis.disclosure.release import protect
from surveyapp.analysis.disclosure.told import ReleaseTold
from surveyapp.analysis.releasing.holding import changed_at, held_touchpoints
from surveyapp.analysis.releasing.statuses import StatusTables
from surveyapp.domain.instrument.measures.measure import Measure
from surveyapp.domain.releases import Release, closed_set, needed
from surveyapp.domain.staff import Scope
from surveyapp.domain.versions.series import Followed
from surveyapp.services.results.data import ResultData
from surveyapp.services.results.releasing import cuts, in_parts, written
from surveyapp.services.results.releasing.cuts import StatusCut
from surveyapp.services.results.releasing.released import PUBLISHED, PageObjects
from surveyapp.services.results.releasing.variables import (
    PlannedVariable,
    VariablePlace,
    measured_variables,
    planned_variables,
    segment_codes,
    tables_of,
    values_of,
)
from surveyapp.store import participants
from surveyapp.store import releases as store

_PUBLISHED = TypeAdapter(dict[str, tuple[PublishedCount, ...]])


def published_key(group: str) -> str:
    """Under which a release keeps what it told of a group, as later ones are audited against it."""
    return f"{PUBLISHED}{group}"


@dataclass(frozen=True, kw_only=True)
class GroupDraft:
    """A group's part of a release: its pages by key, what it told, what gave way, and its people's statuses; None where
    they were counted in parts, nobody by themselves. `passed`: no small count can be worked out."""

    group: str
    objects: Mapping[str, PageObjects]
    published: bytes
    log: tuple[Mapping[str, object], ...]
    passed: bool
    cut: StatusCut | None


def group_draft(data: ResultData, group: str, release: Release, earlier: Sequence[Release]) -> GroupDraft:
    """`earlier`: every release that can be read, oldest first."""
    study = data.study
    measured, pairs = measured_variables(data, group)
    variables = planned_variables(data, group, measured)
    if data.tables.in_parts(group) is not None:
        return _of_parts(data, group, release, earlier, variables, measured, pairs)
    tables = tables_of(data, group, release, variables, pairs)
    now = _cut(data, group, tables)
    before = [_earlier(data, group, each, now, tables) for each in earlier]
    everybody = list(dict.fromkeys([*now.people, *(person for cut in before for person in cut.people)]))
    now = now.aligned(everybody, list(tables.columns))
    before = [cut.aligned(everybody, list(tables.columns)) for cut in before]
    settled = _settled(data, group, release, earlier)
    held = set[int]()
    if settled and study.thresholds.minimum_cell > 1:
        enough = functools.partial(needed, study.releases)
        people = changed_at(now.columns, before[-1].columns, tables.touchpoints, settled)
        held = held_touchpoints(people, settled, enough)
    if held:
        kept = {name: column for name, column in before[-1].columns.items() if tables.touchpoints[name] in held}
        now = dataclasses.replace(now, columns={**now.columns, **kept})
    cohort = Cohort(columns=now.columns, segments=now.segments, values=values_of(data, group))
    told = protect(
        cohort,
        tables.tables,
        study.thresholds,
        crosses=_crosses(data, group, tables),
        earlier=[
            EarlierRelease(
                number=each.number,
                published=_published(data, group, each),
                columns=cut.columns,
                segments=cut.segments,
            )
            for each, cut in zip(earlier, before, strict=True)
        ],
    )
    made = written.result_objects(data, group, release, tables, told, measured, held)
    return _draft_of(group, written.as_before(data, earlier, held, made), told, now)


def _of_parts(
    data: ResultData,
    group: str,
    release: Release,
    earlier: Sequence[Release],
    variables: Sequence[PlannedVariable],
    measured: Mapping[VariablePlace, tuple[Measure, Followed]],
    pairs: set[tuple[VariablePlace, VariablePlace]],
) -> GroupDraft:
    """The same of people who are counted in parts: what protects it looks at those alike in a variable at all its
    moments, or in those that are put across one another, now and in each release before."""
    thresholds = data.study.thresholds
    kept = {each.number: cut for each in earlier if (cut := _kept(data, group, each)) is not None}
    with in_parts.told_by_release(data, group, earlier, kept) as known:
        held = set[int]()
        if (settled := _settled(data, group, release, earlier)) and thresholds.minimum_cell > 1:
            enough = functools.partial(needed, data.study.releases)
            if (last := kept.get(earlier[-1].number)) is None:
                held = in_parts.held(known, group, earlier, settled, enough)
            else:
                now = functools.partial(tables_of, group=group, release=release, planned=variables, pairs=pairs)
                people = in_parts.changed_since(known, group, earlier[-1].number, last, settled, variables, now)
                held = held_touchpoints(people, settled, enough)
        names = list(dict.fromkeys(each.part.name for each in variables))
        looked_at = [{name} for name in names] + _crossed(data, group, variables)
        several = [[each for each in variables if each.part.name in own] for own in looked_at]
        found = in_parts.pieces(known, group, release, earlier, kept, several, pairs, held)
    tables = StatusTables()
    for own_tables, _ in found[: len(names)]:
        tables.add(own_tables)
    pieces = tuple(piece for _, piece in found if piece.columns)
    segments = pieces[0].segments if pieces else {}
    cohort = Cohort(columns=tables.columns, segments=segments, values=values_of(data, group), pieces=pieces)
    told = protect(
        cohort,
        tables.tables,
        thresholds,
        crosses=_crosses(data, group, tables),
        earlier=[
            EarlierRelease(
                number=each.number,
                published=_published(data, group, each),
                columns={name: codes for piece in pieces for name, codes in piece.before[each.number].items()},
                segments={},
            )
            for each in earlier
        ],
    )
    made = written.result_objects(data, group, release, tables, told, measured, held)
    return _draft_of(group, written.as_before(data, earlier, held, made), told, None)


def _settled(data: ResultData, group: str, release: Release, earlier: Sequence[Release]) -> set[int]:
    """The touchpoints that are closed now and were in the release before."""
    return {
        point.number
        for point in data.study.touchpoints_of(group)
        if earlier and not release.interim(point.key) and not earlier[-1].interim(point.key)
    }


def _crosses(data: ResultData, group: str, tables: StatusTables) -> list[CrossedMoments]:
    """The crosstabs that the study declares, of those whose two variables are counted."""
    return [
        crossed
        for page in closed_set(data.study)
        if page.kind == "crosstab" and page.group == group and page.pair and page.touchpoint is not None
        if (crossed := tables.crossed(page.touchpoint, *page.pair)) is not None
    ]


def _crossed(data: ResultData, group: str, variables: Sequence[PlannedVariable]) -> list[set[str]]:
    """The variables, by name, that are put across one another, each with all that it is told beside."""
    names = {(each.touchpoint, each.part.key): each.part.name for each in variables}
    found: list[set[str]] = []
    for page in closed_set(data.study):
        if page.kind != "crosstab" or page.group != group or page.pair is None or page.touchpoint is None:
            continue
        own = {names[page.touchpoint, key] for key in page.pair if (page.touchpoint, key) in names}
        touching = [one for one in found if one & own]
        found = [one for one in found if not one & own] + [own.union(*touching)]
    return found


def _draft_of(group: str, made: Mapping[str, PageObjects], told: ReleaseTold, cut: StatusCut | None) -> GroupDraft:
    return GroupDraft(
        group=group,
        objects=made,
        published=_PUBLISHED.dump_json(
            {key: table.published for key, table in told.tables.items()} | {"crosstabs": told.cross_published}
        ),
        log=tuple(
            {"group": group, **dataclasses.asdict(line)}
            for line in (*(line for table in told.tables.values() for line in table.log), *told.cross_log)
        ),
        passed=told.passed,
        cut=cut,
    )


def _cut(data: ResultData, group: str, tables: StatusTables) -> StatusCut:
    people = tuple(bytes(person) for person in data.table(group).people.tolist())
    return StatusCut(people=people, columns=tables.columns, segments=segment_codes(data, group))


def _earlier(data: ResultData, group: str, release: Release, now: StatusCut, tables: StatusTables) -> StatusCut:
    """What people's statuses were in an earlier release."""
    if (found := _kept(data, group, release)) is not None:
        return found
    with data.desk.reading() as work:
        submitted = store.submissions(work.session, Scope(data.study.id, data.desk.runtime.origin), group)
    return cuts.rebuilt(
        now,
        tables.touchpoints,
        {(person.bytes, number): at for (person, number), at in submitted.items()},
        release.cut_at,
    )


def _kept(data: ResultData, group: str, release: Release) -> StatusCut | None:
    """What was kept of the statuses in an earlier release of those who are still there; None where nothing was."""
    runtime = data.desk.runtime
    if (found := cuts.kept(runtime, release, group)) is None:
        return None
    with data.desk.reading() as work:
        ids = participants.ids(work.session, Scope(data.study.id, runtime.origin), group)
        there = {each.bytes for each in ids}
    return cuts.without_erased(runtime, release, group, found, there)


def _published(data: ResultData, group: str, release: Release) -> Mapping[str, tuple[PublishedCount, ...]]:
    with data.desk.reading() as work:
        body = store.page(work.session, release.id, published_key(group))
    return _PUBLISHED.validate_json(body) if body is not None else {}
