"""Every number of a study in one table, with its true count, for whoever runs the installation."""

from __future__ import annotations

import logging
from itertools import groupby

import pandas as pd

from surveyapp.analysis.counting.series import joined
from surveyapp.analysis.results_table import movement_rows, uncounted_row, variable_rows
from surveyapp.domain.audit import Operator
from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.instrument.study import Touchpoint
from surveyapp.domain.results import ResultRow
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.results.data import ResultData, banded_scores, is_counted, read_data, shown_variables
from surveyapp.services.work import Desk

log = logging.getLogger(__name__)


def table(desk: Desk, study_id: str) -> list[ResultRow]:
    """Every number of a study with its true count and what an evaluator would see of it. For the operator alone, who
    can read the database. Raises NotFound, NotPermitted."""
    if not isinstance(desk.actor, Operator):
        raise NotPermitted(say("role_does_not_let", action=Action.SEE_RESULTS))
    study, scope = desk.study(study_id), desk.scope(Action.SEE_RESULTS, study_id)
    with desk.reading() as work:
        data = read_data(work, scope, study, {group.id for group in study.groups})
    found: list[ResultRow] = []
    for touchpoint in sorted(study.touchpoints, key=lambda each: each.key):
        found.extend(_touchpoint_rows(data, touchpoint))
    return found


def _touchpoint_rows(data: ResultData, touchpoint: Touchpoint) -> list[ResultRow]:
    frame, thresholds = data.frame(touchpoint), data.study.thresholds
    found: list[ResultRow] = []
    for _page, together in groupby(shown_variables(data, touchpoint), key=lambda each: (each.page.id, each.wording)):
        moments = {}
        for each in together:
            if is_counted(each.part):
                own = joined(frame, each.part.key, each.links)
                try:
                    found.extend(variable_rows(own, each.part, touchpoint, data.people, thresholds))
                except ValueError:
                    log.exception("%s of %s cannot be counted.", each.part.key, touchpoint.questionnaire)
                    found.append(uncounted_row(each.part, touchpoint))
                    continue
                if each.part.type is PartType.CODE:
                    moments[each.part.moment] = (each.part, own)
        if "before" in moments and "now" in moments:
            (before, then), (now, since) = moments["before"], moments["now"]
            both = pd.concat([then, since])
            found.extend(movement_rows(both, before, now, touchpoint, data.people, thresholds))
    for own, part, _title, _notes in banded_scores(data, touchpoint):
        found.extend(variable_rows(own, part, touchpoint, data.people, thresholds))
    return found
