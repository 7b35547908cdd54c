"""The variables that a release tells of, and the tables of statuses that protection sees of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surveyapp.analysis.counting import scoring
from surveyapp.analysis.disclosure.inputs import StatusCodes
from surveyapp.analysis.linked.table import ColumnKey
from surveyapp.analysis.releasing.statuses import ReleasedVariable, StatusTables, status_tables
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.measures.measure import Measure
from surveyapp.domain.instrument.routing import Page, parts_of
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.releases import Release
from surveyapp.domain.versions.series import Followed
from surveyapp.services.results.data import (
    PlannedScore,
    ResultData,
    column_of,
    counting,
    is_counted,
    measure_rows,
    planned_scores,
    scores,
)

VariablePlace = tuple[int, str]
"""A touchpoint's number and a variable's key."""


def measured_variables(
    data: ResultData, group: str
) -> tuple[dict[VariablePlace, tuple[Measure, Followed]], set[tuple[VariablePlace, VariablePlace]]]:
    """What measures are made of, each as the first that has it counts it; and of which two the change is told."""
    measured: dict[VariablePlace, tuple[Measure, Followed]] = {}
    pairs: set[tuple[VariablePlace, VariablePlace]] = set()
    for measure in data.study.measures:
        if measure.group != group:
            continue
        rows, followed, steps = measure_rows(data, measure)
        places = [(point.number, each.part.key) for (_, point), each in zip(rows, followed, strict=True)]
        for place, each in zip(places, followed, strict=True):
            measured.setdefault(place, (measure, each))
        pairs |= {(places[step.before_row], places[step.after_row]) for step in steps if step.state != "broken"}
    return measured, pairs


@dataclass(frozen=True, kw_only=True)
class PlannedVariable:
    """A variable at a touchpoint, as a measure counts it where one does; or a score, by its bands."""

    point: Touchpoint
    part: Part
    followed: Followed | None = None
    score: PlannedScore | None = None
    net: str | None = None
    page: Page | None = None

    @property
    def touchpoint(self) -> int:
        return self.point.number

    @property
    def column(self) -> ColumnKey:
        return column_of(self.point, self.part)


def planned_variables(
    data: ResultData, group: str, measured: Mapping[VariablePlace, tuple[Measure, Followed]]
) -> list[PlannedVariable]:
    """Every variable of a group that is counted."""
    found = []
    for point in data.study.touchpoints_of(group):
        for each in data.follow(point):
            if is_counted(each.part):
                measure, counted = measured.get((point.number, each.part.key), (None, each))
                net = measure.net if measure else None
                found.append(PlannedVariable(point=point, part=counted.part, followed=counted, net=net, page=each.page))
        for planned in planned_scores(data, point):
            part = scoring.bands_part(planned.asked.score)
            found.append(PlannedVariable(point=point, part=part, score=planned))
    return found


def tables_of(
    data: ResultData,
    group: str,
    release: Release,
    planned: Sequence[PlannedVariable],
    pairs: set[tuple[VariablePlace, VariablePlace]],
) -> StatusTables:
    """Variables of a group, with what their people answered. One whose stored answers do not fit it is left out."""
    study = data.study
    variables = []
    scored = {
        (each.point.number, score.score.id): score
        for each in planned
        if each.score is not None
        for score in scores(data, each.point)
    }
    for each in planned:
        if each.followed is not None:
            with counting(each.part.key, each.point):
                made = data.vector(each.point, each.followed)
                variables.append(
                    ReleasedVariable(
                        touchpoint=each.touchpoint, part=each.part, vector=made, net=each.net, page=each.page
                    )
                )
        elif (score := scored.get((each.touchpoint, each.part.key))) is not None:
            vector = scoring.banded(score.vector, score.score)
            variables.append(ReleasedVariable(touchpoint=each.touchpoint, part=each.part, vector=vector))
    return status_tables(
        data.table(group),
        variables,
        pairs,
        segments=segments_of(study),
        collecting={number for (name, number) in release.collecting if name == group},
        facts=_facts(study),
    )


def segments_of(study: Study) -> tuple[str, ...]:
    """The attributes that results are split by, without their scope."""
    return tuple(each.partition(".")[2] for each in study.segments)


def _facts(study: Study) -> dict[str, bool]:
    return {
        key: part.question.fact
        for document in study.questionnaires.values()
        for key, part in parts_of(document).items()
    }


def values_of(data: ResultData, group: str) -> dict[str, int]:
    """How many values each segment has."""
    return {name: len(data.slices(group, name)) - 1 for name in segments_of(data.study)}


def segment_codes(data: ResultData, group: str) -> dict[str, StatusCodes]:
    """Everybody's value of each segment."""
    found: dict[str, StatusCodes] = {}
    for name in segments_of(data.study):
        codes = data.split(group, name).groups
        assert codes is not None
        found[name] = codes.astype(np.int16)
    return found
