"""Questions as evaluators may be shown them: how many gave which answer."""

from __future__ import annotations

import dataclasses
import functools
import logging
from collections.abc import Sequence

import pandas as pd

from surveyapp.analysis.counting import distributions as counting
from surveyapp.analysis.counting.series import joined
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.study import Touchpoint
from surveyapp.domain.results import Distribution, SeriesNote
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.results.data import ResultData, banded_scores, is_counted, read_data, shown_variables
from surveyapp.services.work import Desk

log = logging.getLogger(__name__)


def questions(
    desk: Desk, study_id: str, group: str, touchpoint: int, *, segment: str | None = None
) -> tuple[Distribution, ...]:
    """Every question of a group's touchpoint, in the order asked; of words, how many wrote some. One whose stored
    answers do not fit it comes back `uncounted`. Raises NotFound, NotPermitted."""
    study, scope = desk.study(study_id), desk.scope(Action.SEE_RESULTS, study_id)
    asked = study.touchpoint(group, touchpoint)
    if asked is None:
        raise NotFound(say("no_touchpoint", touchpoint=touchpoint, group=group))
    with desk.reading() as work:
        data = read_data(work, scope, study, {group})
    data.check_segment(segment)
    frame = data.frame(asked)
    counted = [
        (joined(frame, each.part.key, each.links), each.part, each.section, (*each.notes, *each.turned))
        for each in shown_variables(data, asked)
        if is_counted(each.part)
    ]
    return tuple(
        _distribution(data, own, part, asked, section, segment, notes)
        for own, part, section, notes in (*counted, *banded_scores(data, asked))
    )


def _distribution(
    data: ResultData,
    frame: pd.DataFrame,
    part: Part,
    touchpoint: Touchpoint,
    section: str,
    segment: str | None,
    notes: Sequence[SeriesNote],
) -> Distribution:
    """One variable's; a fault in what is stored of it costs it alone, and not the page."""
    make = functools.partial(
        counting.distribution,
        part=part,
        group=touchpoint.group,
        touchpoint=touchpoint,
        section=section,
        people=data.people,
        thresholds=data.study.thresholds,
        data_at=data.data_at,
        notes=tuple(dict.fromkeys(notes)),
    )
    try:
        return make(frame, segment=segment)
    except ValueError:
        log.exception("%s of %s cannot be counted.", part.key, touchpoint.questionnaire)
        empty = make(frame.iloc[:0], segment=None)
        return dataclasses.replace(empty, tallies=(), uncounted=True)
