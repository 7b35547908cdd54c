"""Questions as evaluators may be shown them: how many gave which answer."""

from __future__ import annotations

from surveyapp.analysis.counting import distributions as counting
from surveyapp.analysis.counting.series import joined
from surveyapp.domain.errors import NotFound
from surveyapp.domain.results import Distribution
from surveyapp.domain.staff import Action
from surveyapp.services.results.data import COUNTED, banded_scores, read_data, shown_variables
from surveyapp.services.work import Desk


def questions(
    desk: Desk, study_id: str, group: str, touchpoint: int, *, segment: str | None = None
) -> tuple[Distribution, ...]:
    """Every closed question of a group's touchpoint, in the order asked. Raises NotFound, NotPermitted."""
    study, scope = desk.study(study_id), desk.scope(Action.SEE_RESULTS, study_id)
    asked = study.touchpoint(group, touchpoint)
    if asked is None:
        raise NotFound(f"There is no touchpoint {touchpoint} of “{group}” in this study.")
    with desk.reading() as work:
        data = read_data(work, scope, study, {group})
    data.check_segment(segment)
    frame = data.frame(asked)
    counted = [
        (joined(frame, each.part.key, each.links), each.part, each.section, (*each.notes, *each.turned))
        for each in shown_variables(data, asked)
        if each.part.type in COUNTED
    ]
    return tuple(
        counting.distribution(
            own,
            part,
            group=group,
            touchpoint=asked,
            section=section,
            people=data.people,
            segment=segment,
            thresholds=study.thresholds,
            data_at=data.data_at,
            notes=tuple(dict.fromkeys(notes)),
        )
        for own, part, section, notes in (*counted, *banded_scores(data, asked))
    )
