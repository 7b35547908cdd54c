"""One group's part of a release: counted from the linked table, protected over everything that can still be read of it,
and written as result objects."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from surveyapp.analysis.counting import scoring
from surveyapp.analysis.disclosure.inputs import (
    Cohort,
    CrossedMoments,
    EarlierRelease,
    PublishedCount,
)
from surveyapp.analysis.disclosure.release import protect
from surveyapp.analysis.disclosure.told import WITHHELD, ReleaseTold, TableTold
from surveyapp.analysis.releasing import objects
from surveyapp.analysis.releasing.crossings import released_crosstab
from surveyapp.analysis.releasing.holding import changed_at, held_touchpoints, shift_as_before
from surveyapp.analysis.releasing.statuses import StatusPlace, StatusTables
from surveyapp.domain.instrument.measures.measure import Measure
from surveyapp.domain.releases import Release, ReleasedPage, closed_set, needed
from surveyapp.domain.results import Crosstab, Distribution, Edition, NextLook, ResponseTable, Shift
from surveyapp.domain.staff import Scope
from surveyapp.domain.versions.series import Followed
from surveyapp.services.results import distributions, measures
from surveyapp.services.results.data import (
    ResultData,
    planned_scores,
)
from surveyapp.services.results.releasing import cuts, in_parts
from surveyapp.services.results.releasing.cuts import StatusCut
from surveyapp.services.results.releasing.released import PUBLISHED, PageObjects, read
from surveyapp.services.results.releasing.variables import (
    PlannedVariable,
    VariablePlace,
    measured_variables,
    planned_variables,
    segment_codes,
    segments_of,
    tables_of,
    values_of,
)
from surveyapp.services.results.sides import cross_side
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
    made = _objects(data, group, release, tables, told, measured, held)
    return _draft_of(group, _as_before(data, earlier, held, made), told, now)


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
                people = in_parts.changed_since(known, group, earlier[-1].number, last, settled, now)
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
    made = _objects(data, group, release, tables, told, measured, held)
    return _draft_of(group, _as_before(data, earlier, held, made), told, None)


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


def _ahead(data: ResultData, group: str, release: Release) -> dict[int, NextLook]:
    """When what this release withholds of each touchpoint is looked at again."""
    zone = data.desk.runtime.zone(data.study)
    found = {}
    for point in data.study.touchpoints_of(group):
        until = release.collecting.get(point.key)
        day = None if until is None else until.astimezone(zone).date()
        found[point.number] = NextLook(number=release.number + 1, after=day)
    return found


def _as_before(
    data: ResultData, earlier: Sequence[Release], held: Collection[int], made: dict[str, PageObjects]
) -> dict[str, PageObjects]:
    """The pages, with what rests on touchpoints that are held taken from the release before, where it has it."""
    if not held:
        return made
    with data.desk.reading() as work:
        bodies = store.some_pages(work.session, earlier[-1].id, list(made))
    for key, body in bodies.items():
        new, old = made[key], read(key, body)
        if isinstance(new, Shift) and isinstance(old, Shift):
            made[key] = shift_as_before(new, old, held)
        elif isinstance(new, tuple) and isinstance(old, tuple):
            questions = [each for each in new if isinstance(each, Distribution)]
            if questions and questions[0].touchpoint in held:
                before = [each for each in old if isinstance(each, Distribution)]
                made[key] = tuple(dataclasses.replace(each, edition=questions[0].edition) for each in before)
        elif isinstance(new, Crosstab) and isinstance(old, Crosstab) and new.down.touchpoint in held:
            made[key] = dataclasses.replace(old, edition=new.edition)
    return made


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


def _objects(
    data: ResultData,
    group: str,
    release: Release,
    tables: StatusTables,
    told: ReleaseTold,
    measured: Mapping[VariablePlace, tuple[Measure, Followed]],
    held: Collection[int],
) -> dict[str, PageObjects]:
    edition = Edition("release", release.answers_at, release.number)
    ahead = _ahead(data, group, release)

    def find(touchpoint: int, key: str, option: str | None) -> tuple[TableTold, StatusPlace] | None:
        place = tables.places.get((touchpoint, key, option))
        return None if place is None else (told.tables[place.table], place)

    places: objects.SlicePlaces = {}
    for name in segments_of(data.study):
        slices = [each for each in data.slices(group, name) if each.segment]
        places |= {(name, each.value or ""): (name, number) for number, each in enumerate(slices)}
    made: dict[str, PageObjects] = {}
    for page in closed_set(data.study):
        if page.group == group and page.kind == "people":
            made[page.key] = _people(data, group, told, places, edition)
        elif page.group == group and page.kind == "crosstab":
            crossed = _crosstab(data, page, tables, told, edition, measured, ahead)
            if crossed is not None:
                made[page.key] = crossed
        elif page.group == group:
            turned = {key: each for (number, key), (_, each) in measured.items() if number == page.touchpoint}
            made[page.key] = _page(data, page, find, places, edition, turned, held, ahead)
    return made


def _crosstab(
    data: ResultData,
    page: ReleasedPage,
    tables: StatusTables,
    told: ReleaseTold,
    edition: Edition,
    measured: Mapping[VariablePlace, tuple[Measure, Followed]],
    ahead: Mapping[int, NextLook],
) -> Crosstab | None:
    """A declared crosstab at a touchpoint; None where one of the two is not counted there."""
    assert page.pair is not None
    assert page.touchpoint is not None
    point = data.study.touchpoint(page.group, page.touchpoint)
    found = tables.crossed(page.touchpoint, *page.pair)
    if point is None or found is None:
        return None
    parts = {each.part.key: each.part for each in data.follow(point)}
    parts |= {key: each.part for (number, key), (_, each) in measured.items() if number == point.number}
    parts |= {each.asked.score.id: scoring.bands_part(each.asked.score) for each in planned_scores(data, point)}
    one, two = page.pair
    return released_crosstab(
        (cross_side(parts[one], point.number), cross_side(parts[two], point.number)),
        (tables.places[point.number, one, None], tables.places[point.number, two, None]),
        next(each for each in told.crosses if each.crossed == found),
        data.study.thresholds,
        study=data.study.id,
        group=page.group,
        edition=edition,
        again=ahead[point.number],
    )


def _people(
    data: ResultData, group: str, told: ReleaseTold, places: objects.SlicePlaces, edition: Edition
) -> tuple[ResponseTable, ...]:
    """How many answered each touchpoint as far as it may be told beside every variable's base; how many there are of
    whom is not: what a release told of that is in no later audit."""
    with data.desk.reading() as work:
        on = work.today(data.study)
    found = []
    for point in data.study.touchpoints_of(group):
        for name in (None, *segments_of(data.study)):
            slices = [each for each in data.slices(group, name) if (each.segment is None) == (name is None)]
            rows = [
                (each, told.handed_in.get((str(point.number), objects.slice_place(each, places)), WITHHELD))
                for each in slices
            ]
            attribute = data.study.segment(name) if name else None
            found.append(
                objects.released_response(
                    rows,
                    data.study.thresholds,
                    edition=edition,
                    group=group,
                    touchpoint=point.number,
                    by=attribute.id if attribute else "",
                    label=attribute.label if attribute else "",
                    on=on,
                )
            )
    return tuple(found)


def _page(
    data: ResultData,
    page: ReleasedPage,
    find: objects.Find,
    places: objects.SlicePlaces,
    edition: Edition,
    turned: Mapping[str, Followed],
    held: Collection[int],
    ahead: Mapping[int, NextLook],
) -> PageObjects:
    thresholds = data.study.thresholds
    if page.kind == "measure":
        measure = data.study.measure(page.measure or "")
        assert measure is not None
        working = measures.counted_shift(data, measure, matched=False, segment=page.segment)
        shift = objects.released_shift(working, find, places, edition, thresholds, held)
        return objects.shift_looked_at_again(shift, ahead)
    point = data.study.touchpoint(page.group, page.touchpoint or 0)
    assert point is not None
    return tuple(
        objects.looked_at_again(objects.released_distribution(each, find, places, edition, thresholds, held), ahead)
        for each in distributions.counted_questions(data, point, page.segment, turned)
    )
