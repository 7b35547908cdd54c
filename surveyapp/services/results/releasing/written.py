"""One group's part of a release as result objects: what protection lets it tell, in the place of what was counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from surveyapp.analysis.counting import scoring
from surveyapp.analysis.disclosure.told import WITHHELD, ReleaseTold, TableTold
from surveyapp.analysis.releasing import objects
from surveyapp.analysis.releasing.crossings import released_crosstab
from surveyapp.analysis.releasing.holding import shift_as_before
from surveyapp.analysis.releasing.statuses import StatusPlace, StatusTables
from surveyapp.domain.instrument.measures.measure import Measure
from surveyapp.domain.releases import Release, ReleasedPage, closed_set
from surveyapp.domain.results import Crosstab, Distribution, Edition, NextLook, ResponseTable, Shift
from surveyapp.domain.versions.series import Followed
from surveyapp.services.results import distributions, measures
from surveyapp.services.results.data import ResultData, planned_scores
from surveyapp.services.results.releasing.released import PageObjects, read
from surveyapp.services.results.releasing.variables import VariablePlace, segments_of
from surveyapp.services.results.sides import cross_side
from surveyapp.store import releases as store


def result_objects(
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


def as_before(
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


def _ahead(data: ResultData, group: str, release: Release) -> dict[int, NextLook]:
    """When what this release withholds of each touchpoint is looked at again."""
    zone = data.desk.runtime.zone(data.study)
    found = {}
    for point in data.study.touchpoints_of(group):
        until = release.collecting.get(point.key)
        day = None if until is None else until.astimezone(zone).date()
        found[point.number] = NextLook(number=release.number + 1, after=day)
    return found


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
