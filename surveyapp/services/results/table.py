"""Every number of a study in one table, with its true count, for whoever runs the installation."""

from __future__ import annotations

from surveyapp.analysis.counting import scoring
from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.results_table import movement_rows, score_rows, uncounted_row, variable_rows
from surveyapp.analysis.split import Split
from surveyapp.domain.audit import Operator
from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.study import Touchpoint
from surveyapp.domain.results import ResultRow
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.services.results.data import ResultData, counting, is_counted, read_data, scores
from surveyapp.services.work import Desk


def table(desk: Desk, study_id: str) -> list[ResultRow]:
    """Every number of a study with its true count, marked where it is not for publication. For the operator
    alone, who can read the database. Raises NotFound, NotPermitted, NotReady."""
    if not isinstance(desk.actor, Operator):
        raise NotPermitted(say("role_does_not_let", action=Action.SEE_RESULTS))
    data = read_data(desk, study_id)
    found: list[ResultRow] = []
    for touchpoint in sorted(data.study.touchpoints, key=lambda each: each.key):
        found.extend(_touchpoint_rows(data, touchpoint))
    return found


def _touchpoint_rows(data: ResultData, touchpoint: Touchpoint) -> list[ResultRow]:
    rules = data.rules(touchpoint)
    splits = _splits(data, touchpoint)
    found: list[ResultRow] = []
    moments: dict[tuple[str, VersionId], dict[str | None, tuple[Part, Vector]]] = {}
    for each in (each for each in data.follow(touchpoint) if is_counted(each.part)):
        rows = [uncounted_row(each.part, touchpoint)]
        asked = moments.setdefault((each.part.name, each.wording), {})
        with counting(each.part.key, touchpoint):
            vector = data.vector(touchpoint, each)
            rows = [row for split in splits for row in variable_rows(each.part, vector, touchpoint, split, rules)]
            if each.part.type is PartType.CODE:
                asked[each.part.moment] = (each.part, vector)
        found.extend(rows)
        if {"before", "now"} <= set(asked):  # asked together or apart, the before is the before
            (before, then), (_, since) = asked["before"], asked["now"]
            for split in splits:
                found.extend(movement_rows(before, (then, since), touchpoint, split, rules))
    for scored in scores(data, touchpoint):
        part, bands = scoring.bands_part(scored.score), scoring.banded(scored.vector, scored.score)
        for split in splits:
            if scored.score.bands:
                found.extend(variable_rows(part, bands, touchpoint, split, rules))
            found.extend(score_rows(scored.score.id, scored.vector, touchpoint, split, rules))
    return found


def _splits(data: ResultData, touchpoint: Touchpoint) -> list[Split]:
    """Everyone, then by each segment."""
    found = [data.split(touchpoint.group, None)]
    for attribute in data.study.attributes:
        if attribute.id in data.study.segments:
            found.append(data.split(touchpoint.group, attribute.name))
    return found
