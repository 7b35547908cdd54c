"""Results: for evaluators as they may be shown, and the operator's table with the true counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from surveyapp.analysis import distributions, shifts
from surveyapp.analysis.results_table import movement_rows, variable_rows
from surveyapp.analysis.slices import People, Segment
from surveyapp.domain.errors import NotFound
from surveyapp.domain.kinds import PartType
from surveyapp.domain.questionnaire import Questionnaire
from surveyapp.domain.results import Distribution, ResultRow, Shift
from surveyapp.domain.route import pages_of
from surveyapp.domain.staff import Action, Scope, Staff, scope_of
from surveyapp.domain.study import Measure, Study, Touchpoint
from surveyapp.services.runtime import Runtime
from surveyapp.store import instruments as store
from surveyapp.store import people, responses

COUNTED = (PartType.CODE, PartType.CODES, PartType.NUMBER)
"""What results count. Words are read elsewhere, by those who may."""


@dataclass(frozen=True)
class _Data:
    """What one request reads, once: each group's answers, and the people's segment values."""

    study: Study
    frames: dict[str, pd.DataFrame]
    people: People
    data_at: dt.datetime | None
    instruments: dict[str, Questionnaire]

    def frame(self, group: str, touchpoint: int) -> pd.DataFrame:
        frame = self.frames[group]
        return frame[frame["touchpoint"] == touchpoint]

    def check_segment(self, segment: str | None) -> None:
        """Raises NotFound for what is not a declared segment."""
        if segment is not None and self.study.segment(segment) is None:
            raise NotFound(f"“{segment}” is not a segment of this study.")


def overview(runtime: Runtime, staff: Staff, study_id: str) -> tuple[Shift, ...]:
    """Every measure of a study, for everyone, in the study's order. Raises NotFound, NotPermitted."""
    study = runtime.study(study_id)
    scope = scope_of(staff, Action.SEE_RESULTS, study_id, runtime.origin)
    with runtime.database.reading() as session:
        data = _read(runtime, session, scope, study, {measure.group for measure in study.measures})
    return tuple(_shift(data, measure, matched=False, segment=None) for measure in study.measures)


def shift(
    runtime: Runtime, staff: Staff, study_id: str, measure_id: str, *, matched: bool = False, segment: str | None = None
) -> Shift:
    """One measure; on request of those alone who answered every time, and split by a segment. Raises NotFound,
    NotPermitted. A split that would say too much comes back unsplit, with `refused`."""
    data, measure = _read_measure(runtime, staff, study_id, measure_id)
    return _shift(data, measure, matched=matched, segment=segment)


def shift_beside(
    runtime: Runtime, staff: Staff, study_id: str, measure_id: str, *, matched: bool = False, segment: str | None = None
) -> tuple[Shift, Shift | None]:
    """The measure as `shift` gives it and, unsplit, of the others: everyone where it is of those who answered every
    time, and the reverse; None where the two are not told apart. From one reading of the data."""
    data, measure = _read_measure(runtime, staff, study_id, measure_id)
    asked = _shift(data, measure, matched=matched, segment=segment)
    if asked.matched_base is None:
        return asked, None
    return asked, _shift(data, measure, matched=not asked.matched, segment=None)


def questions(
    runtime: Runtime, staff: Staff, study_id: str, group: str, touchpoint: int, *, segment: str | None = None
) -> tuple[Distribution, ...]:
    """Every closed question of a group's touchpoint, in the order asked. Raises NotFound, NotPermitted."""
    study = runtime.study(study_id)
    scope = scope_of(staff, Action.SEE_RESULTS, study_id, runtime.origin)
    asked = study.touchpoint(group, touchpoint)
    if asked is None:
        raise NotFound(f"There is no touchpoint {touchpoint} of “{group}” in this study.")
    with runtime.database.reading() as session:
        data = _read(runtime, session, scope, study, {group})
    data.check_segment(segment)
    frame = data.frame(group, touchpoint)
    return tuple(
        distributions.distribution(
            frame,
            part,
            group=group,
            touchpoint=asked,
            section=page.section.title,
            people=data.people,
            segment=segment,
            thresholds=study.thresholds,
            data_at=data.data_at,
        )
        for page in pages_of(data.instruments[asked.questionnaire])
        for part in page.parts
        if part.type in COUNTED
    )


def table(runtime: Runtime, study_id: str) -> list[ResultRow]:
    """Every number of a study with its true count and what an evaluator would see of it. For the operator's command
    line, which asks for no role: whoever runs it can read the database."""
    study = runtime.study(study_id)
    with runtime.database.reading() as session:
        data = _read(runtime, session, Scope(study_id, runtime.origin), study, {group.id for group in study.groups})
    found: list[ResultRow] = []
    for touchpoint in sorted(study.touchpoints, key=lambda each: each.key):
        found.extend(_touchpoint_rows(data, touchpoint))
    return found


def _read_measure(runtime: Runtime, staff: Staff, study_id: str, measure_id: str) -> tuple[_Data, Measure]:
    study = runtime.study(study_id)
    scope = scope_of(staff, Action.SEE_RESULTS, study_id, runtime.origin)
    measure = study.measure(measure_id)
    if measure is None:
        raise NotFound(f"There is no measure “{measure_id}” in this study.")
    with runtime.database.reading() as session:
        return _read(runtime, session, scope, study, {measure.group}), measure


def _touchpoint_rows(data: _Data, touchpoint: Touchpoint) -> list[ResultRow]:
    frame = data.frame(touchpoint.group, touchpoint.number)
    found: list[ResultRow] = []
    pages = pages_of(data.instruments[touchpoint.questionnaire])
    for page in pages:
        for part in page.parts:
            if part.type in COUNTED:
                found.extend(variable_rows(frame, part, touchpoint, data.people, data.study.thresholds))
        moments = {part.moment: part for part in page.parts if part.type is PartType.CODE}
        if "before" in moments and "now" in moments:
            found.extend(
                movement_rows(frame, moments["before"], moments["now"], touchpoint, data.people, data.study.thresholds)
            )
    return found


def _read(runtime: Runtime, session: Session, scope: Scope, study: Study, groups: set[str]) -> _Data:
    frames = {
        group: distributions.answer_frame(responses.answer_table(session, scope, group), responses.ANSWER_COLUMNS).drop(
            columns=["text", "reference"]
        )
        for group in sorted(groups)
    }
    known: dict[str, dict[Any, str]] = {
        attribute.name: {} for attribute in study.attributes if attribute.id in study.segments
    }
    for person in people.participants(session, scope, runtime.today(study)):
        for attribute in study.attributes:
            held = (
                person.attributes
                if attribute.scope == "participant"
                else (person.site.attributes if person.site else {})
            )
            if attribute.name in known and attribute.name in held:
                known[attribute.name][person.id] = held[attribute.name]
    instruments = {}
    for touchpoint in study.touchpoints:
        version = store.open_version(session, study.id, touchpoint.questionnaire)
        instruments[touchpoint.questionnaire] = (
            runtime.instrument(session, study.id, touchpoint.questionnaire, version)
            if version
            else study.newest(touchpoint.questionnaire)
        )
    segments = tuple(
        Segment(attribute.name, attribute.values, known[attribute.name])
        for attribute in study.attributes
        if attribute.id in study.segments
    )
    return _Data(study, frames, People(segments), responses.newest_submission(session, scope), instruments)


def _shift(data: _Data, measure: Measure, *, matched: bool, segment: str | None) -> Shift:
    data.check_segment(segment)
    asked = []
    for row in measure.rows:
        touchpoint = data.study.touchpoint(measure.group, row.touchpoint)
        assert touchpoint is not None
        key = f"{measure.variable}@{row.moment}" if row.moment else measure.variable
        part = next(
            part
            for page in pages_of(data.instruments[touchpoint.questionnaire])
            for part in page.parts
            if part.key == key
        )
        asked.append(shifts.Asked(row, part, data.frame(measure.group, row.touchpoint)))
    return shifts.shift(data.study, measure, asked, data.people, segment, matched=matched, data_at=data.data_at)
