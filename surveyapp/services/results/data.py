"""What one request for results reads, once, and how its variables and measures are followed through the versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from surveyapp.analysis.counting import distributions, scoring
from surveyapp.analysis.counting.series import joined
from surveyapp.analysis.counting.slices import People, Segment
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.kinds import Part, Summary
from surveyapp.domain.instrument.questionnaire import Questionnaire, Score
from surveyapp.domain.instrument.study import Measure, MeasureRow, Study, Touchpoint
from surveyapp.domain.results import SeriesNote, ShiftStep
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.domain.versions.comparability import Link, VersionHistory, VersionId
from surveyapp.domain.versions.series import Followed, beside, follow, notes_of
from surveyapp.services.work import Work
from surveyapp.store import participants, responses
from surveyapp.store import questionnaire_versions as store


@dataclass(frozen=True, kw_only=True)
class ResultData:
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


def is_counted(part: Part) -> bool:
    """Whether results say anything of a variable. How many chose an option says how many were asked for the line of
    text beside it."""
    return part.when is None and part.summary is not Summary.NONE


def read_data(work: Work, scope: Scope, study: Study, groups: set[str]) -> ResultData:
    """The answers of some of a study's groups, as the study now counts them."""
    session = work.session
    frames = {group: _answer_frame(responses.answer_table(session, scope, group)) for group in sorted(groups)}
    known: dict[str, dict[Any, str]] = {
        attribute.name: {} for attribute in study.attributes if attribute.id in study.segments
    }
    for person in participants.participants(session, scope, work.today(study)):
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
        versions[name, version] = work.instrument(study, name, version)
    current = {name: study.newest(name).version for name, _ in study.questionnaires}
    current |= dict(sorted(opened))
    segments = tuple(
        Segment(attribute.name, attribute.values, known[attribute.name])
        for attribute in study.attributes
        if attribute.id in study.segments
    )
    return ResultData(
        study=study,
        frames=frames,
        people=People(segments),
        data_at=responses.newest_submission(session, scope),
        versions=versions,
        current=current,
    )


def _answer_frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """The answers of a group. Of words there is only whether there are any: what they say is not for counting, and an
    interviewer's note on a question that was skipped is no answer."""
    frame = distributions.answer_frame(rows, responses.ANSWER_COLUMNS)
    written = frame["text"].notna() & frame["reason"].isna()
    frame["words"] = written.astype(object).where(written, None)
    return frame.drop(columns=["text", "reference"])


def measure_rows(
    data: ResultData, measure: Measure
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


def shown_variables(data: ResultData, touchpoint: Touchpoint) -> tuple[Followed, ...]:
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
            rows, found, _ = measure_rows(data, measure)
            here = [each for (_, point), each in zip(rows, found, strict=True) if point == touchpoint and each.turned]
            turned.update({each.part.key: each for each in here})
    return tuple(turned.get(each.part.key, each) for each in followed)


def _followed(data: ResultData, touchpoint: Touchpoint, key: str) -> Followed:
    """A variable at a touchpoint. A version that asks it may be in the files and not open yet: nobody answered it."""
    found = next((each for each in data.follow(touchpoint) if each.part.key == key), None)
    if found is not None:
        return found
    newest = data.study.newest(touchpoint.questionnaire).version
    wordings = data.wordings(touchpoint.group)
    return next(each for each in follow(wordings, touchpoint.questionnaire, (), newest) if each.part.key == key)


def banded_scores(
    data: ResultData, touchpoint: Touchpoint
) -> list[tuple[pd.DataFrame, Part, str, tuple[SeriesNote, ...]]]:
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
        links = {
            version: wordings.score_link(score.id, VersionId(name, version), VersionId(name, newest))
            for version in wordings.scoring(name, score.id)
            if version in answered
        }
        notes = notes_of(links)
        if answered - set(links):
            notes = (*notes, SeriesNote("left_out", None, min(links)))
        rows = _carried_items(data, frame, name, score, links, newest)
        scored = scoring.scored(rows, score, data.versions[name, newest])
        found.append((scored, scoring.part_of(score), score.title, notes))
    return found


def _carried_items(
    data: ResultData, frame: pd.DataFrame, name: str, score: Score, links: Mapping[int, Link], newest: int
) -> pd.DataFrame:
    """The answers to a score's items as the newest version would have them, of every version whose score compares."""
    wordings = VersionHistory(data.versions, data.study.comparisons)
    versions = [version for version, link in links.items() if link.comparable]
    rows = [
        joined(frame, key, {each: wordings.along(name, key.partition("@")[0], each, newest) for each in versions})
        for key in score.items
    ]
    return pd.concat(rows).sort_index()
