"""Results: for evaluators as they may be shown, and the operator's table with the true counts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from surveyapp.analysis import shifts
from surveyapp.analysis.counting import distributions, scoring
from surveyapp.analysis.counting.series import joined
from surveyapp.analysis.counting.slices import People, Segment
from surveyapp.analysis.results_table import movement_rows, uncounted_row, variable_rows
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.kinds import Part, PartType, Summary
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Measure, MeasureRow, Study, Touchpoint
from surveyapp.domain.results import Distribution, ResultRow, SeriesNote, Shift, ShiftStep
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope, Staff, scope_of
from surveyapp.domain.versions.comparability import VersionHistory
from surveyapp.domain.versions.series import Followed, beside, follow
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants, responses
from surveyapp.store import questionnaire_versions as store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Data:
    """What one request reads, once: each group's answers, the people's segment values, every version there is of each
    questionnaire and which one (`current`) new responses begin on."""

    study: Study
    frames: dict[str, pd.DataFrame]
    people: People
    data_at: dt.datetime | None
    versions: dict[tuple[str, int], Questionnaire]
    current: dict[str, int]
    _followed: dict[tuple[str, int], tuple[Followed, ...]] = field(default_factory=dict)

    def frame(self, touchpoint: Touchpoint) -> pd.DataFrame:
        frame = self.frames[touchpoint.group]
        return frame[frame["touchpoint"] == touchpoint.number]

    def wordings(self, group: str) -> VersionHistory:
        order = dict.fromkeys(touchpoint.questionnaire for touchpoint in self.study.touchpoints_of(group))
        return VersionHistory(self.versions, self.study.comparisons, tuple(order))

    def follow(self, touchpoint: Touchpoint) -> tuple[Followed, ...]:
        """Every variable of a touchpoint, in whatever versions it was answered."""
        if touchpoint.key not in self._followed:
            answered = {int(version) for version in self.frame(touchpoint)["version"].unique()}
            name = touchpoint.questionnaire
            self._followed[touchpoint.key] = follow(self.wordings(touchpoint.group), name, answered, self.current[name])
        return self._followed[touchpoint.key]

    def check_segment(self, segment: str | None) -> None:
        """Raises NotFound for what is not a declared segment."""
        if segment is not None and self.study.segment(segment) is None:
            raise NotFound(say("no_segment", segment=segment))


def overview(runtime: Runtime, staff: Staff, study_id: str, *, language: str | None = None) -> tuple[Shift, ...]:
    """Every measure of a study, for everyone, in the study's order. Raises NotFound, NotPermitted.

    `language`, here and below: the reader's, in which everything the study says in the result is, where it is
    translated; None: as its author wrote it.
    """
    study = runtime.study_for_staff(study_id, language)
    scope = scope_of(staff, Action.SEE_RESULTS, study_id, runtime.origin)
    with runtime.database.reading() as session:
        data = _read(runtime, session, scope, study, {measure.group for measure in study.measures}, language)
    return tuple(_shift(data, measure, matched=False, segment=None) for measure in study.measures)


def shift(
    runtime: Runtime,
    staff: Staff,
    study_id: str,
    measure_id: str,
    *,
    matched: bool = False,
    segment: str | None = None,
    language: str | None = None,
) -> Shift:
    """One measure; on request of those alone who answered every time, and split by a segment. Raises NotFound,
    NotPermitted. A split that would say too much comes back unsplit, with `refused`."""
    data, measure = _read_measure(runtime, staff, study_id, measure_id, language)
    return _shift(data, measure, matched=matched, segment=segment)


def shift_beside(
    runtime: Runtime,
    staff: Staff,
    study_id: str,
    measure_id: str,
    *,
    matched: bool = False,
    segment: str | None = None,
    language: str | None = None,
) -> tuple[Shift, Shift | None]:
    """The measure as `shift` gives it and, unsplit, of the others: everyone where it is of those who answered every
    time, and the reverse; None where the two are not told apart. From one reading of the data."""
    data, measure = _read_measure(runtime, staff, study_id, measure_id, language)
    asked = _shift(data, measure, matched=matched, segment=segment)
    if asked.matched_base is None:
        return asked, None
    return asked, _shift(data, measure, matched=not asked.matched, segment=None)


def questions(
    runtime: Runtime,
    staff: Staff,
    study_id: str,
    group: str,
    touchpoint: int,
    *,
    segment: str | None = None,
    language: str | None = None,
) -> tuple[Distribution, ...]:
    """Every question of a group's touchpoint, in the order asked; of words, how many wrote some. One whose stored
    answers do not fit it comes back `uncounted`. Raises NotFound, NotPermitted."""
    study = runtime.study_for_staff(study_id, language)
    scope = scope_of(staff, Action.SEE_RESULTS, study_id, runtime.origin)
    asked = study.touchpoint(group, touchpoint)
    if asked is None:
        raise NotFound(say("no_touchpoint", touchpoint=touchpoint, group=group))
    with runtime.database.reading() as session:
        data = _read(runtime, session, scope, study, {group}, language)
    data.check_segment(segment)
    frame = data.frame(asked)
    counted = [
        (joined(frame, each.part.key, each.links), each.part, each.section, (*each.notes, *each.turned))
        for each in _shown(data, asked)
        if _counts(each.part)
    ]
    return tuple(
        _distribution(data, own, part, asked, section, segment, notes)
        for own, part, section, notes in (*counted, *_scores(data, asked))
    )


def _counts(part: Part) -> bool:
    """Whether results say anything of a variable. How many chose an option says how many were asked for the line of
    text beside it."""
    return part.when is None and part.summary is not Summary.NONE


def _distribution(
    data: _Data,
    frame: pd.DataFrame,
    part: Part,
    touchpoint: Touchpoint,
    section: str,
    segment: str | None,
    notes: Sequence[SeriesNote],
) -> Distribution:
    """One variable's; a fault in what is stored of it costs it alone, and not the page."""
    make = functools.partial(
        distributions.distribution,
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


def _read_measure(
    runtime: Runtime, staff: Staff, study_id: str, measure_id: str, language: str | None
) -> tuple[_Data, Measure]:
    study = runtime.study_for_staff(study_id, language)
    scope = scope_of(staff, Action.SEE_RESULTS, study_id, runtime.origin)
    measure = study.measure(measure_id)
    if measure is None:
        raise NotFound(say("no_measure", measure=measure_id))
    with runtime.database.reading() as session:
        return _read(runtime, session, scope, study, {measure.group}, language), measure


def _touchpoint_rows(data: _Data, touchpoint: Touchpoint) -> list[ResultRow]:
    frame, thresholds = data.frame(touchpoint), data.study.thresholds
    found: list[ResultRow] = []
    for _page, together in groupby(_shown(data, touchpoint), key=lambda each: (each.page.id, each.wording)):
        moments = {}
        for each in together:
            if _counts(each.part):
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
    for own, part, _title, _notes in _scores(data, touchpoint):
        found.extend(variable_rows(own, part, touchpoint, data.people, thresholds))
    return found


def _scores(data: _Data, touchpoint: Touchpoint) -> list[tuple[pd.DataFrame, Part, str, tuple[SeriesNote, ...]]]:
    """Every score with bands, as the newest version that was answered has it: its rows, its bands as a variable, its
    title, and a note where an earlier version's score means something else and is left out."""
    frame, name = data.frame(touchpoint), touchpoint.questionnaire
    answered = {int(version) for version in frame["version"].unique()}
    newest = max(answered, default=data.current[name])
    wordings = data.wordings(touchpoint.group)
    found: list[tuple[pd.DataFrame, Part, str, tuple[SeriesNote, ...]]] = []
    for score in data.versions[name, newest].scores:
        if not score.bands:
            continue
        same = {
            version: data.versions[name, version]
            for version in answered
            if wordings.same_score(name, score, version, newest)
        }
        notes = (SeriesNote("left_out", None, newest),) if answered - set(same) else ()
        found.append((scoring.scored(frame, score, same), scoring.part_of(score), score.title, notes))
    return found


def _read(
    runtime: Runtime, session: Session, scope: Scope, study: Study, groups: set[str], language: str | None = None
) -> _Data:
    frames = {group: _answer_frame(responses.answer_table(session, scope, group)) for group in sorted(groups)}
    known: dict[str, dict[Any, str]] = {
        attribute.name: {} for attribute in study.attributes if attribute.id in study.segments
    }
    for person in participants.participants(session, scope, runtime.today(study)):
        for attribute in study.attributes:
            held = (
                person.attributes
                if attribute.scope == "participant"
                else (person.site.attributes if person.site else {})
            )
            if attribute.name in known and attribute.name in held:
                known[attribute.name][person.id] = held[attribute.name]
    opened = [(name, version) for name, version, _, _ in store.versions(session, study.id)]
    # What was opened is what was answered; the files have the versions in between that never were.
    versions = {**study.questionnaires}
    for name, version in opened:
        versions[name, version] = runtime.instrument_for_staff(session, study, name, version, language)
    current = {name: study.newest(name).version for name, _ in study.questionnaires}
    current |= dict(sorted(opened))
    segments = tuple(
        Segment(attribute.name, attribute.values, known[attribute.name])
        for attribute in study.attributes
        if attribute.id in study.segments
    )
    return _Data(study, frames, People(segments), responses.newest_submission(session, scope), versions, current)


def _answer_frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """The answers of a group. Of words there is only whether there are any: what they say is not for counting, and an
    interviewer's note on a question that was skipped is no answer."""
    frame = distributions.answer_frame(rows, responses.ANSWER_COLUMNS)
    written = frame["text"].notna() & frame["reason"].isna()
    frame["words"] = written.astype(object).where(written, None)
    return frame.drop(columns=["text", "reference"])


def _shift(data: _Data, measure: Measure, *, matched: bool, segment: str | None) -> Shift:
    data.check_segment(segment)
    rows, turned, steps = _rows(data, measure)
    asked = [
        shifts.AskedRow(row, each.part, joined(data.frame(touchpoint), each.part.key, each.links), each.notes)
        for (row, touchpoint), each in zip(rows, turned, strict=True)
    ]
    return shifts.shift(
        data.study, measure, asked, data.people, segment, matched=matched, data_at=data.data_at, steps=steps
    )


def _rows(
    data: _Data, measure: Measure
) -> tuple[list[tuple[MeasureRow, Touchpoint]], tuple[Followed, ...], tuple[ShiftStep, ...]]:
    """A measure's rows with their touchpoints, what each is counted in, and the step between every two."""
    rows, found = [], []
    for row in measure.rows:
        touchpoint = data.study.touchpoint(measure.group, row.touchpoint)
        assert touchpoint is not None
        rows.append((row, touchpoint))
        found.append(
            _followed(data, touchpoint, f"{measure.variable}@{row.moment}" if row.moment else measure.variable)
        )
    return rows, *beside(data.wordings(measure.group), found)


def _shown(data: _Data, touchpoint: Touchpoint) -> tuple[Followed, ...]:
    """Every variable of a touchpoint as its own page counts it.

    Where small counts are hidden, what a measure counts on a later scale is counted on that scale here too: the same
    people on two scales, protected apart, could be worked out from one another.
    """
    followed = data.follow(touchpoint)
    if data.study.thresholds.minimum_cell <= 1:
        return followed
    turned: dict[str, Followed] = {}
    for measure in data.study.measures:
        if measure.group == touchpoint.group:
            rows, found, _ = _rows(data, measure)
            here = [each for (_, point), each in zip(rows, found, strict=True) if point == touchpoint and each.turned]
            turned.update({each.part.key: each for each in here})
    return tuple(turned.get(each.part.key, each) for each in followed)


def _followed(data: _Data, touchpoint: Touchpoint, key: str) -> Followed:
    """A variable at a touchpoint. A version that asks it may be in the files and not open yet: nobody answered it."""
    found = next((each for each in data.follow(touchpoint) if each.part.key == key), None)
    if found is not None:
        return found
    newest = data.study.newest(touchpoint.questionnaire).version
    wordings = data.wordings(touchpoint.group)
    return next(each for each in follow(wordings, touchpoint.questionnaire, (), newest) if each.part.key == key)
