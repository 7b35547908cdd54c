"""Measures as evaluators may be shown them: how the people of a study changed."""

from __future__ import annotations

from surveyapp.analysis import shifts
from surveyapp.analysis.counting.series import joined
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.study import Measure
from surveyapp.domain.results import Shift
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.results.data import ResultData, measure_rows, read_data
from surveyapp.services.work import Desk


def overview(desk: Desk, study_id: str) -> tuple[Shift, ...]:
    """Every measure of a study, for everyone, in the study's order. Raises NotFound, NotPermitted."""
    study, scope = desk.study(study_id), desk.scope(Action.SEE_RESULTS, study_id)
    with desk.reading() as work:
        data = read_data(work, scope, study, {measure.group for measure in study.measures})
    return tuple(_shift(data, measure, matched=False, segment=None) for measure in study.measures)


def shift(desk: Desk, study_id: str, measure_id: str, *, matched: bool = False, segment: str | None = None) -> Shift:
    """One measure; on request of those alone who answered every time, and split by a segment. Raises NotFound,
    NotPermitted. A split that would say too much comes back unsplit, with `refused`."""
    data, measure = _read_measure(desk, study_id, measure_id)
    return _shift(data, measure, matched=matched, segment=segment)


def shift_beside(
    desk: Desk, study_id: str, measure_id: str, *, matched: bool = False, segment: str | None = None
) -> tuple[Shift, Shift | None]:
    """The measure as `shift` gives it and, unsplit, of the others: everyone where it is of those who answered every
    time, and the reverse; None where the two are not told apart. From one reading of the data."""
    data, measure = _read_measure(desk, study_id, measure_id)
    asked = _shift(data, measure, matched=matched, segment=segment)
    if asked.matched_base is None:
        return asked, None
    return asked, _shift(data, measure, matched=not asked.matched, segment=None)


def _read_measure(desk: Desk, study_id: str, measure_id: str) -> tuple[ResultData, Measure]:
    study, scope = desk.study(study_id), desk.scope(Action.SEE_RESULTS, study_id)
    measure = study.measure(measure_id)
    if measure is None:
        raise NotFound(say("no_measure", measure=measure_id))
    with desk.reading() as work:
        return read_data(work, scope, study, {measure.group}), measure


def _shift(data: ResultData, measure: Measure, *, matched: bool, segment: str | None) -> Shift:
    data.check_segment(segment)
    rows, turned, steps = measure_rows(data, measure)
    asked = [
        shifts.AskedRow(row, each.part, joined(data.frame(touchpoint), each.part.key, each.links), each.notes)
        for (row, touchpoint), each in zip(rows, turned, strict=True)
    ]
    return shifts.shift(
        data.study, measure, asked, data.people, segment, matched=matched, data_at=data.data_at, steps=steps
    )
