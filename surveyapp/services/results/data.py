"""What one request for results is made from, and how its variables and measures are followed through the versions."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from surveyapp.analysis.counting import scoring
from surveyapp.analysis.counting.alike import ScoreAsked, Together, score_vector
from surveyapp.analysis.counting.vectors import Vector, vector
from surveyapp.analysis.linked.partitions import Outline
from surveyapp.analysis.linked.table import AttributeColumn, ColumnKey, Flags, LinkedTable
from surveyapp.analysis.split import Split, by_attribute, everybody
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.kinds import Part, Summary
from surveyapp.domain.instrument.measures.measure import Measure, MeasureRow
from surveyapp.domain.instrument.questionnaire import Questionnaire, Score
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Attribute, Study, Touchpoint
from surveyapp.domain.open_answers.themes import (
    UNCODED,
    ThemedVariable,
    line_variable,
    theme_variable,
    themed,
    themed_comparisons,
)
from surveyapp.domain.releases import TouchpointKey, collecting
from surveyapp.domain.results import CodingBasis, Edition, SeriesNote, ShiftStep, Slice
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.domain.versions.comparability import VersionHistory, VersionId
from surveyapp.domain.versions.series import Followed, beside, follow, notes_of
from surveyapp.services.open_answers.themes import coding_basis, theme_words
from surveyapp.services.results.current import Tables, tables, up_to_date
from surveyapp.services.results.keeping import fingerprint, kept
from surveyapp.services.work import Desk
from surveyapp.store import questionnaire_versions as store
from surveyapp.store import releases
from surveyapp.store.open_answers import coding as theme_store
from surveyapp.store.results import ResultState

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ResultData:
    """What a request for results is made from: a state of the answers, the linked tables of it, every version there is
    of each questionnaire and which one (`current`) new responses begin on. `collecting`: the touchpoints that still do,
    where that hides anything. `alike`: by group, the people looked at where they are counted by what they have in
    common (`together`), instead of one by one."""

    desk: Desk
    scope: Scope
    study: Study
    state: ResultState
    tables: Tables
    opened: tuple[tuple[str, int], ...]
    collecting: frozenset[TouchpointKey] = frozenset()
    alike: Mapping[str, LinkedTable] = field(default_factory=dict)
    _read: dict[str, Any] = field(default_factory=dict)

    @property
    def edition(self) -> Edition:
        return Edition("working", self.state.answers_at)

    def kept(self, key: str, kind: Any, make: Callable[[], T], worth: Callable[[T], bool] = lambda _made: True) -> T:
        """What was made for this state under a key before, by whatever process, or is made now."""
        printed = fingerprint(self.study, self.opened, self.desk.language)
        open_points = ",".join(f"{group}.{number}" for group, number in sorted(self.collecting))
        return kept(self.desk, self.scope, self.state.name, f"{printed}|{open_points}|{key}", kind, make, worth)

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What is made once a request, under a key."""
        if key not in self._read:
            self._read[key] = make()
        found: T = self._read[key]
        return found

    @property
    def versions(self) -> dict[tuple[str, int], Questionnaire]:
        """Every version: what was opened is what was answered; the files have those in between that never were."""

        def made() -> dict[tuple[str, int], Questionnaire]:
            with self.desk.reading() as work:
                opened = {each: work.instrument(self.study, *each) for each in self.opened}
            return {**self.study.questionnaires, **opened}

        return self.once("versions", made)

    @property
    def current(self) -> dict[str, int]:
        newest = {name: self.study.newest(name).version for name, _ in self.study.questionnaires}
        return newest | dict(sorted(self.opened))

    def table(self, group: str) -> LinkedTable:
        return self.alike[group] if group in self.alike else self.tables[group]

    def outline(self, group: str) -> Outline:
        """What is known of a group's table without counting."""
        return self.tables.outline(group)

    def together(self, group: str, asked: Sequence[Together]) -> list[ResultData]:
        """For each of what is asked the same data, in which the group's people are those alike in it: everything that
        is counted of them comes out as it does of all, one by one. People at sites that may not be looked at are
        left out."""
        sites = None if self.scope.sites is None else frozenset(site.hex for site in self.scope.sites)
        asked = [dataclasses.replace(each, sites=sites) for each in asked]
        return [
            dataclasses.replace(self, alike={**self.alike, group: found}) for found in self.tables.alike(group, asked)
        ]

    def by(self, *segments: str | None) -> tuple[str, ...]:
        """The attributes that segments are. Raises NotFound for what is not one."""
        return tuple(self.segment(name).id for name in segments if name is not None)

    def looked_at(self, group: str) -> Flags | None:
        """Of a group's people, those at the sites that may be looked at; None: all of them."""
        if self.scope.sites is None or group in self.alike:
            return None
        table, sites = self.table(group), {site.hex for site in self.scope.sites}
        allowed = [place for place, site in enumerate(table.sites) if site in sites]
        return np.isin(table.site, allowed)

    def split(self, group: str, segment: str | None, looked_at: Flags | None = None) -> Split:
        """Everyone, and the values of a segment if one is asked for. Raises NotFound for what is not one."""
        seen = self.looked_at(group)
        if looked_at is not None:
            seen = looked_at if seen is None else seen & looked_at
        if segment is None:
            return everybody(seen)
        attribute = self.segment(segment)
        return by_attribute(attribute.name, self.table(group).attribute(attribute.id), attribute.values, seen)

    def slices(self, group: str, segment: str | None) -> tuple[Slice, ...]:
        """What `split` splits into."""
        if segment is None:
            return everybody().slices
        attribute = self.segment(segment)
        nobody = AttributeColumn(np.zeros(0, np.int16), self.outline(group).attributes[attribute.id])
        return by_attribute(attribute.name, nobody, attribute.values).slices

    def segment(self, name: str) -> Attribute:
        """Raises NotFound for what is not a declared segment."""
        found = self.study.segment(name)
        if found is None:
            raise NotFound(say("no_segment", segment=name))
        return found

    def rules(self, touchpoint: Touchpoint) -> Rules:
        return Rules(self.study.thresholds, touchpoint.key in self.collecting)

    def wordings(self, group: str) -> VersionHistory:
        """Every version, with the themes of a group's words as questions."""

        def made() -> VersionHistory:
            order = dict.fromkeys(touchpoint.questionnaire for touchpoint in self.study.touchpoints_of(group))
            frames = self.themes(group)
            words = theme_words(self.desk.language)
            versions = {
                each: themed(document, frames, words) if each[0] in order else document
                for each, document in self.versions.items()
            }
            comparisons = themed_comparisons(self.study.comparisons, frames)
            return VersionHistory(versions, comparisons, tuple(order))

        return self.once(f"wordings {group}", made)

    def themes(self, group: str) -> Mapping[str, ThemedVariable]:
        """The variables of a group that are answered in words and of which something was coded, with their frames: a
        change of one makes a new state."""

        def made() -> Mapping[str, ThemedVariable]:
            with self.desk.reading() as work:
                there = theme_store.frames(work.session, self.study.id, group)
            if not there:
                return {}
            counted = self.outline(group).chosen
            own = {variable: counted.get(theme_variable(variable), frozenset()) for _, variable in there}
            return {
                variable: ThemedVariable(variable=variable, frame=frame, counted=own[variable])
                for (_, variable), frame in there.items()
                if own[variable] != {UNCODED}
            }

        return self.once(f"themes {group}", made)

    def basis(self, group: str, part: Part) -> CodingBasis | None:
        """What a variable rests on that is made of themes, or that “other” was coded back to."""
        if not self.themes(group):
            return None

        def made() -> Mapping[str, CodingBasis]:
            with self.desk.reading() as work:
                return coding_basis(work, self.scope, group)

        found = self.once(f"basis {group}", made)
        own = {theme_variable(variable): basis for variable, basis in found.items()}
        lines = (line_variable(part, option.code) for option in part.question.options if option.specify)
        return own.get(part.key) or next((found[line] for line in lines if line is not None and line in found), None)

    def follow(self, touchpoint: Touchpoint) -> tuple[Followed, ...]:
        """Every variable of a touchpoint, in whatever versions it was answered."""

        def made() -> tuple[Followed, ...]:
            answered = self.outline(touchpoint.group).answered_versions(touchpoint.number)
            name = touchpoint.questionnaire
            return follow(self.wordings(touchpoint.group), name, answered, self.current[name])

        return self.once(f"followed {touchpoint.key}", made)

    def vector(self, touchpoint: Touchpoint, followed: Followed) -> Vector:
        """A variable's answers. Raises ValueError where they do not fit it."""
        return vector(self.table(touchpoint.group), touchpoint.number, followed.part, followed.links)


def column_of(touchpoint: Touchpoint, part: Part) -> ColumnKey:
    """Where the linked table has a variable."""
    return touchpoint.number, part.type, part.key


def is_counted(part: Part) -> bool:
    """Whether results say anything of a variable. How many chose an option says how many were asked for the line of
    text beside it."""
    return part.when is None and part.summary is not Summary.NONE


def read_data(desk: Desk, study_id: str, action: Action = Action.SEE_RESULTS) -> ResultData:
    """A study's answers as they now are. Raises NotFound, NotPermitted, NotReady."""
    study, scope = desk.study(study_id), desk.scope(action, study_id)
    state = up_to_date(desk, study)
    with desk.reading() as work:
        opened = tuple((name, version) for name, version, _, _ in store.versions(work.session, study.id))
    data = ResultData(
        desk=desk, scope=scope, study=study, state=state, tables=tables(desk, study, state), opened=opened
    )
    return dataclasses.replace(data, collecting=frozenset(_collecting(data))) if hides(study) else data


def keep_drawn(
    desk: Desk, study_id: str, key: str, kind: type[T], make: Callable[[], T], worth: Callable[[T], bool]
) -> T:
    """What the working view draws of a study as its answers are: as it was kept, or as `make` draws it now. Raises
    NotFound, NotPermitted, NotReady."""
    return read_data(desk, study_id).kept(key, kind, make, worth)


def hides(study: Study) -> bool:
    """Whether a study's thresholds hide any count."""
    return study.thresholds.minimum_cell > 1


def _collecting(data: ResultData) -> tuple[TouchpointKey, ...]:
    """The touchpoints that still collect, as of the day: asked once for each state of the answers."""
    study, runtime = data.study, data.desk.runtime
    with data.desk.reading() as work:
        today = work.today(study)

    def made() -> tuple[TouchpointKey, ...]:
        with data.desk.reading() as work:
            facts = releases.collecting_facts(work.session, Scope(study.id, runtime.origin))
            return tuple(collecting(study, facts, work.now, runtime.zone(study)))

    return data.kept(f"collecting {today}", tuple[TouchpointKey, ...], made)


def measure_rows(
    data: ResultData, measure: Measure
) -> tuple[list[tuple[MeasureRow, Touchpoint]], tuple[Followed, ...], tuple[ShiftStep, ...]]:
    """A measure's rows with their touchpoints, what each is counted in, and the step between every two."""
    rows, found = [], []
    for row in measure.rows:
        touchpoint = data.study.touchpoint(measure.group, row.touchpoint)
        assert touchpoint is not None
        rows.append((row, touchpoint))
        key = f"{measure.variable}@{row.moment}" if row.moment else measure.variable
        found.append(_followed(data, touchpoint, key))
    return rows, *beside(data.wordings(measure.group), found)


def _followed(data: ResultData, touchpoint: Touchpoint, key: str) -> Followed:
    """A variable at a touchpoint. A version that asks it may be in the files and not open yet: nobody answered it."""
    found = next((each for each in data.follow(touchpoint) if each.part.key == key), None)
    if found is not None:
        return found
    newest = data.study.newest(touchpoint.questionnaire).version
    wordings = data.wordings(touchpoint.group)
    return next(each for each in follow(wordings, touchpoint.questionnaire, (), newest) if each.part.key == key)


@dataclass(frozen=True)
class CountedScore:
    """A score as the newest version that was answered has it, everybody's, and what is said of earlier versions: that
    their answers are scored with it though something changed, or are left out."""

    score: Score
    vector: Vector
    notes: tuple[SeriesNote, ...]


@dataclass(frozen=True)
class PlannedScore:
    """A score as it is asked for, and what is said of earlier versions."""

    asked: ScoreAsked
    notes: tuple[SeriesNote, ...]


def scores(data: ResultData, touchpoint: Touchpoint) -> list[CountedScore]:
    """Every score of a touchpoint whose items can be counted; where people are counted by what they have in common, of
    those scores that they have."""
    table = data.table(touchpoint.group)
    found: list[CountedScore] = []
    for planned in planned_scores(data, touchpoint):
        asked = planned.asked
        if table.stands_for is not None and asked.key not in table.scores:
            continue
        with counting(asked.score.id, touchpoint):
            if table.stands_for is None:
                made = scoring.scored(table, touchpoint.number, asked.score, asked.parts, asked.links)
            else:
                made = score_vector(table, asked)
            found.append(CountedScore(asked.score, made, planned.notes))
    return found


def counted_scores(data: ResultData, touchpoint: Touchpoint) -> list[CountedScore]:
    """`scores`, of whoever is alike in them."""
    planned = tuple(each.asked for each in planned_scores(data, touchpoint))
    if not planned:
        return []
    found = data.together(touchpoint.group, [Together(scores=(each,)) for each in planned])
    return [score for each in found for score in scores(each, touchpoint)]


def planned_scores(data: ResultData, touchpoint: Touchpoint) -> tuple[PlannedScore, ...]:
    """The scores of a touchpoint, as the newest version that was answered has them."""
    return data.once(f"scores {touchpoint.key}", lambda: tuple(_planned_scores(data, touchpoint)))


def _planned_scores(data: ResultData, touchpoint: Touchpoint) -> Iterator[PlannedScore]:
    name = touchpoint.questionnaire
    answered = data.outline(touchpoint.group).answered_versions(touchpoint.number)
    newest = max(answered, default=data.current[name])
    wordings = data.wordings(touchpoint.group)
    for score in data.versions[name, newest].scores:
        links = {
            version: wordings.score_link(score.id, VersionId(name, version), VersionId(name, newest))
            for version in wordings.scoring(name, score.id)
            if version in answered
        }
        notes = notes_of(links)
        if answered - set(links):
            notes = (*notes, SeriesNote("left_out", None, min(links, default=newest)))
        same = [version for version, link in links.items() if link.comparable]
        items = {
            key: {version: wordings.along(name, key.partition("@")[0], version, newest) for version in same}
            for key in score.items
        }
        whole = parts_of(data.versions[name, newest])
        parts = {key: whole[key] for key in score.items}
        yield PlannedScore(ScoreAsked(touchpoint=touchpoint.number, score=score, parts=parts, links=items), notes)


@contextlib.contextmanager
def counting(key: str, touchpoint: Touchpoint) -> Any:
    """Around the counting of one variable: a fault in what is stored of it costs it alone."""
    try:
        yield
    except ValueError:
        log.exception("%s of %s cannot be counted.", key, touchpoint.questionnaire)
