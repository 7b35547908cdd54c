"""Measures as evaluators see them: how the people of a study changed."""

from __future__ import annotations

import dataclasses

from surveyapp.analysis import shifts
from surveyapp.analysis.counting.alike import Together
from surveyapp.analysis.counting.vectors import Vector, nobody
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.measures.measure import Measure, MeasureRow
from surveyapp.domain.instrument.study import Touchpoint
from surveyapp.domain.results import Shift
from surveyapp.domain.sentences import say
from surveyapp.domain.versions.series import Followed
from surveyapp.services.results.data import ResultData, column_of, counting, measure_rows, read_data
from surveyapp.services.work import Desk


def overview(desk: Desk, study_id: str) -> tuple[Shift, ...]:
    """Every measure of a study, for everyone, in the study's order. Raises NotFound, NotPermitted, NotReady."""
    data = read_data(desk, study_id)
    return data.kept(
        "overview",
        tuple[Shift, ...],
        lambda: tuple(counted_shift(data, measure, matched=False, segment=None) for measure in data.study.measures),
    )


def shift(desk: Desk, study_id: str, measure_id: str, *, matched: bool = False, segment: str | None = None) -> Shift:
    """One measure; on request of those alone who answered every time, and split by a segment. Raises NotFound,
    NotPermitted, NotReady."""
    data, measure = _read_measure(desk, study_id, measure_id)
    return _kept_shift(data, measure, matched=matched, segment=segment)


def shift_beside(
    desk: Desk, study_id: str, measure_id: str, *, matched: bool = False, segment: str | None = None
) -> tuple[Shift, Shift | None]:
    """The measure as `shift` gives it and, unsplit, of the others: everyone where it is of those who answered every
    time, and the reverse; None where the two are not told apart."""
    data, measure = _read_measure(desk, study_id, measure_id)
    asked = _kept_shift(data, measure, matched=matched, segment=segment)
    if asked.matched_base is None:
        return asked, None
    return asked, _kept_shift(data, measure, matched=not asked.matched, segment=None)


def _read_measure(desk: Desk, study_id: str, measure_id: str) -> tuple[ResultData, Measure]:
    data = read_data(desk, study_id)
    measure = data.study.measure(measure_id)
    if measure is None:
        raise NotFound(say("no_measure", measure=measure_id))
    return data, measure


def _kept_shift(data: ResultData, measure: Measure, *, matched: bool, segment: str | None) -> Shift:
    if segment is not None:
        data.segment(segment)
    key = f"measure {measure.id} {matched} {segment}"
    return data.kept(key, Shift, lambda: counted_shift(data, measure, matched=matched, segment=segment))


def counted_shift(data: ResultData, measure: Measure, *, matched: bool, segment: str | None) -> Shift:
    """`shift`, counted."""
    rows, turned, steps = measure_rows(data, measure)
    columns = [column_of(touchpoint, each.part) for (_, touchpoint), each in zip(rows, turned, strict=True)]
    (data,) = data.together(measure.group, [Together(columns=tuple(columns), attributes=data.by(segment))])
    asked = [asked_row(data, row, touchpoint, each) for (row, touchpoint), each in zip(rows, turned, strict=True)]
    everyone = data.split(measure.group, None)
    both = shifts.answered_at_all(asked)
    seen = both if everyone.everyone is None else both & (everyone.everyone >= 0)
    base = data.table(measure.group).how_many(seen)
    may_match = len(asked) > 1 and base > 0
    matched = matched and may_match
    made = shifts.shift(
        data.study,
        measure,
        asked,
        data.split(measure.group, segment, both if matched else None),
        edition=data.edition,
        matched=matched,
        matched_base=base if may_match else None,
        segment=segment,
        steps=steps,
    )
    return dataclasses.replace(made, coding=data.basis(measure.group, turned[-1].part))


def asked_row(data: ResultData, row: MeasureRow, touchpoint: Touchpoint, each: Followed) -> shifts.AskedRow:
    """A row with everybody's answers; where what is stored does not fit, with nobody's."""
    counted: Vector | None = None
    with counting(each.part.key, touchpoint):
        counted = data.vector(touchpoint, each)
    return shifts.AskedRow(
        row=row,
        part=each.part,
        vector=counted or nobody(data.table(touchpoint.group), each.part),
        rules=data.rules(touchpoint),
        notes=each.notes,
        uncounted=counted is None,
    )
