"""Releases: numbered, frozen cuts of a study's results. When one is due, who has to be new for it, and which
touchpoints still collect."""

from __future__ import annotations

import calendar
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from surveyapp.domain.fieldwork.days import end_of
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import ReleaseRule, Study, Thresholds, Touchpoint
from surveyapp.domain.participants import Origin

SETTLING = dt.timedelta(hours=72)
"""How long after the last possible answer a touchpoint goes on counting as one that collects."""

USUAL_NEW, SHARE_OF_BASE = 20, 10
"""New or changed people a release needs where a study does not say: so many, or the base divided by so much if more."""

TouchpointKey = tuple[str, int]


@dataclass(frozen=True)
class CasesSoFar:
    """What is known of a touchpoint's cases. `open_ended`: somebody may answer for ever. `last_end`: the last moment at
    which one of them can be, or could have been, answered: its closing, or its handing in. None: there are none."""

    open_ended: bool = False
    last_end: dt.datetime | None = None


@dataclass(frozen=True)
class CollectingFacts:
    """What decides whether touchpoints collect: their cases, and the last day on which somebody enrolled, by group."""

    cases: Mapping[TouchpointKey, CasesSoFar] = field(default_factory=dict)
    enrolled: Mapping[str, dt.date] = field(default_factory=dict)


def collects_until(study: Study, touchpoint: Touchpoint, facts: CollectingFacts, zone: dt.tzinfo) -> dt.datetime | None:
    """The moment from which a touchpoint no longer collects, as far as is known now: 72 hours after the last case ends,
    people no longer enrol and the touchpoint it waits for no longer collects. None: nobody can say yet."""
    so_far = facts.cases.get(touchpoint.key, CasesSoFar())
    ends = [_enrolment_ends(study, touchpoint.group, facts, zone)]
    if so_far.last_end is not None:
        ends.append(so_far.last_end)
    waits_for = study.touchpoint(*touchpoint.opens.touchpoint) if touchpoint.opens.touchpoint else None
    before = collects_until(study, waits_for, facts, zone) if waits_for else dt.datetime.min.replace(tzinfo=dt.UTC)
    if so_far.open_ended or before is None or ends[0] is None:
        return None
    return max(before, max(end for end in ends if end is not None) + SETTLING)


def _enrolment_ends(study: Study, group: str, facts: CollectingFacts, zone: dt.tzinfo) -> dt.datetime | None:
    """When nobody of a group enrols any more; None while nobody has and no day is set."""
    rule = study.enrolment
    if rule.until is not None:
        return end_of(rule.until, zone)
    last = facts.enrolled.get(group)
    return None if last is None else end_of(last + dt.timedelta(days=rule.quiet_days), zone)


def collecting(
    study: Study, facts: CollectingFacts, now: dt.datetime, zone: dt.tzinfo
) -> dict[TouchpointKey, dt.datetime | None]:
    """The touchpoints that collect at a moment, in the study's order, each with when it stops as far as is known."""
    until = {touchpoint.key: collects_until(study, touchpoint, facts, zone) for touchpoint in study.touchpoints}
    return {key: end for key, end in until.items() if end is None or now < end}


def needed(rule: ReleaseRule, base: int) -> int:
    """How many people must be new or changed for a release, of `base` who have answered at all."""
    if rule.live:
        return 1
    return rule.minimum_new if rule.minimum_new is not None else max(USUAL_NEW, -(-base // SHARE_OF_BASE))


def due_on(rule: ReleaseRule, last: dt.date | None) -> dt.date | None:
    """The first day on which a release is due after one cut on `last` (None: there was none). None: never by itself."""
    if rule.live:
        return dt.date.min
    if rule.every == "manual":
        return None
    if last is None:
        return dt.date.min
    if rule.every == "week":
        return last + dt.timedelta(days=7)
    year, month = (last.year, last.month + 1) if last.month < 12 else (last.year + 1, 1)
    return dt.date(year, month, min(last.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True, kw_only=True)
class ReleasedPage:
    """One page of the closed set, which a release holds and nothing besides: a *measure*, the *questions* of a
    touchpoint, or a *crosstab* of two variables at one; of everybody, the first two also beside the values of one
    segment; and the *people* of a group: how many answered each touchpoint, by every segment."""

    kind: Literal["measure", "questions", "crosstab", "people"]
    group: str
    measure: str | None = None
    touchpoint: int | None = None
    segment: str | None = None
    pair: tuple[str, str] | None = None

    @property
    def key(self) -> str:
        """What its result objects are stored under."""
        place = (self.measure,) if self.measure else (self.group, self.touchpoint)
        return " ".join(str(name) for name in (self.kind, *place, self.segment, *(self.pair or ())) if name is not None)


def closed_set(study: Study) -> tuple[ReleasedPage, ...]:
    """Every page of a release: each measure and every touchpoint's questions over everybody and by each segment alone,
    then the crosstabs, pair by pair at each touchpoint that asks both, and how many answered, group by group. Pages,
    files, auditor and tests share it."""
    names: list[str | None] = [None, *(each.partition(".")[2] for each in study.segments)]
    found = [
        ReleasedPage(kind="measure", group=measure.group, measure=measure.id, segment=name)
        for measure in study.measures
        for name in names
    ]
    found += [
        ReleasedPage(kind="questions", group=point.group, touchpoint=point.number, segment=name)
        for point in study.touchpoints
        for name in names
    ]
    found += [
        ReleasedPage(kind="crosstab", group=point.group, touchpoint=point.number, pair=pair)
        for pair in study.crosstabs
        for point in study.touchpoints
        if set(pair) <= set(parts_of(study.newest(point.questionnaire)))
    ]
    found += [ReleasedPage(kind="people", group=group.id) for group in study.groups]
    return tuple(found)


@dataclass(frozen=True)
class ReleaseTerms:
    """What decides which tables a release holds and how they are protected. Where it is another than that of the
    release before, what the two say together is said before one is made."""

    measures: tuple[str, ...]
    segments: tuple[str, ...]
    crosstabs: tuple[tuple[str, str], ...]
    thresholds: Thresholds

    @classmethod
    def of(cls, study: Study) -> ReleaseTerms:
        measures = tuple(measure.id for measure in study.measures)
        return cls(measures, study.segments, study.crosstabs, study.thresholds)

    def changes_since(self, before: ReleaseTerms) -> tuple[str, ...]:
        """Which of its parts are another than in an earlier release: names of fields."""
        names = ("measures", "segments", "crosstabs", "thresholds")
        return tuple(name for name in names if getattr(self, name) != getattr(before, name))


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release as it is listed. `answers_at`: the time of the newest answer in it. `people`: how many had answered;
    `new_or_changed`: how many of them since the release before, or left: for readers where it `tells_people`.
    `collecting`: the touchpoints that did at the cut, with when they stop as far as was known. `versions`: the versions
    answered, by questionnaire. `made_by`: whose hand, None for the command line's."""

    id: uuid.UUID
    study: str
    origin: Origin
    number: int
    cut_at: dt.datetime
    answers_at: dt.datetime
    made_by: str | None
    people: int
    new_or_changed: int
    terms: ReleaseTerms
    versions: Mapping[str, Sequence[int]]
    collecting: Mapping[TouchpointKey, dt.datetime | None]

    @property
    def exact_while_collecting(self) -> bool:
        """Whether it hides no count, and so gives no ranges."""
        return self.terms.thresholds.minimum_cell <= 1

    @property
    def tells_people(self) -> bool:
        """Whether it tells how many people are in it, and how many of them are new or changed: where it withholds
        nothing. Everybody less a group that is told is the other, and less everybody of the release before, who came.
        """
        return self.exact_while_collecting and self.terms.thresholds.minimum_base <= 1

    def interim(self, *touchpoints: TouchpointKey) -> bool:
        """Whether what rests on these touchpoints may still change: any of them collected at the cut."""
        return any(key in self.collecting for key in touchpoints)
