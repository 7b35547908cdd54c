"""Where a study stands now, for whoever leads its fieldwork: one result object behind the page and its files."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveyapp.domain.answers import Mode
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound
from surveyapp.domain.fieldwork.days import start_of
from surveyapp.domain.fieldwork.standing import Standing
from surveyapp.domain.instrument.study import Attribute, Study, Touchpoint
from surveyapp.domain.participants import Site
from surveyapp.domain.progress.standing import (
    STUCK_AFTER,
    CallHour,
    CaseTally,
    DropOut,
    DropOutStep,
    FateCounts,
    InterviewerMonth,
    ResponseTableLine,
    StandingRow,
    StudyStanding,
    ToSee,
)
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.progress import kept_counts
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store.progress import attempts, cases, waiting
from surveyapp.store.progress.attempts import HalfHour

SITE = "site"
"""What rows are told apart by that are of one site each."""

HOURS_OF = dt.timedelta(days=28)
"""Over how long it is counted when calls are answered."""

PARTS: tuple[tuple[bool, int, int], ...] = (
    (False, 0, 12),
    (False, 12, 15),
    (False, 15, 17),
    (False, 17, 24),
    (True, 0, 24),
)
"""The parts of a week that calls are counted by: whether it is a weekend, and from which hour to which."""

ValueOf = Callable[[CaseTally], str | None]


def standing(desk: Desk, study_id: str, by: str = "") -> StudyStanding:
    """Where a study stands, everybody together or told apart `by` site or by a segment's short name. Who is named in
    it enters the audit trail. Raises NotFound, NotPermitted."""
    scope = desk.scope(Action.SEE_STANDING, study_id)
    with desk.reading() as work:
        found = as_it_stands(work, scope, by)
    named = {
        each.reference
        for some in (found.to_see.used_up, found.to_see.softly, found.to_see.overdue, found.to_see.stuck)
        for each in some.some
    } | {each.reference for each in found.to_see.held.some}
    desk.note(AuditAction.PARTICIPANTS_SEEN, study=study_id, page="where the study stands", count=len(named))
    return found


def response_table(desk: Desk, study_id: str) -> tuple[ResponseTableLine, ...]:
    """The study's table of response, as its file declares it: lines that are counted, and lines that were loaded.
    Raises NotFound, NotPermitted."""
    scope = desk.scope(Action.SEE_STANDING, study_id)
    with desk.reading() as work:
        study = work.study(study_id)
        counted = _Tallied.read(work, study, scope, [each.where[0] for each in study.response if each.where])
    lines = []
    for each in study.response:
        population, achieved = each.population, each.achieved
        if each.group is not None:
            touchpoint = study.touchpoint(each.group, each.touchpoint)
            assert touchpoint is not None
            some = [tally for tally in counted.at(touchpoint) if each.where is None or counted.has(tally, *each.where)]
            fates = fates_of(some)
            population = fates.listed - fates.withdrawn if each.of == "listed" else fates.could_be_asked
            achieved = fates.answered
        lines.append(
            ResponseTableLine(
                label=each.label,
                method=each.method,
                population=population,
                achieved=achieved,
                source=each.source,
                note=each.note,
            )
        )
    return tuple(lines)


def fates_of(tallies: Iterable[CaseTally]) -> FateCounts:
    """What became of these cases."""
    found: Counter[str] = Counter()
    modes: Counter[Mode] = Counter()
    apart = {Standing.NOT_OPEN: "not_open", Standing.NOT_ELIGIBLE: "not_eligible", Standing.WITHDRAWN: "withdrawn"}
    for each in tallies:
        kind = each.kind
        found[kind.fate or apart[kind.standing]] += each.people
        if kind.declined:
            found["declined"] += each.people
        if kind.standing is Standing.ANSWERED:
            found["answered"] += each.people
            if kind.mode is not None:
                modes[kind.mode] += each.people
    return FateCounts(**found, modes=dict(modes))


@dataclass(frozen=True, kw_only=True)
class _Tallied:
    """A study's cases as they were counted, and what their sites are."""

    study: Study
    segments: tuple[Attribute, ...]
    sites: Mapping[uuid.UUID, Site]
    tallies: Sequence[CaseTally]
    at_time: dt.datetime

    @classmethod
    def read(cls, work: Work, study: Study, scope: Scope, by: Iterable[str] = ()) -> _Tallied:
        """Counts them, told apart by these: attributes, by their ids, and `site`. What takes long may be as it was a
        little before."""
        by = frozenset(by)
        own = tuple(each for each in study.participant_attributes if each.id in by)
        sites = any(each == SITE or each.startswith("site.") for each in by)
        there = participants.sites(work.session, study.id, work.today(study)) if sites else ()
        names = tuple(each.name for each in own)

        def count(session: Session, now: dt.datetime) -> list[CaseTally]:
            return cases.tallies(session, scope, now, segments=names, sites=sites)

        kept = kept_counts.counted(work, (scope, names, sites), count)
        return cls(
            study=study,
            segments=own,
            sites={each.id: each for each in there if scope.sites is None or each.id in scope.sites},
            tallies=kept.tallies,
            at_time=kept.at,
        )

    def at(self, touchpoint: Touchpoint) -> list[CaseTally]:
        return [each for each in self.tallies if (each.group, each.touchpoint) == touchpoint.key]

    def site_of(self, tally: CaseTally) -> Site | None:
        return None if tally.site is None else self.sites.get(tally.site)

    def value(self, tally: CaseTally, attribute: str) -> str | None:
        """What is known of its people, or of their site."""
        scope, _, name = attribute.partition(".")
        if scope == "site":
            site = self.site_of(tally)
            return site.attributes.get(name) if site else None
        return next(
            (said for each, said in zip(self.segments, tally.segments, strict=True) if each.id == attribute), None
        )

    def has(self, tally: CaseTally, attribute: str, value: str) -> bool:
        return self.value(tally, attribute) == value

    def told_apart(self, by: str) -> tuple[Mapping[str, str], ValueOf]:
        """The values of `by` with their labels, and which one a case has. Raises NotFound."""
        if by == SITE:
            names = {each.reference: each.name for each in self.sites.values()}

            def of_site(tally: CaseTally) -> str | None:
                site = self.site_of(tally)
                return site.reference if site else None

            return names, of_site
        attribute = self.study.segment(by)
        if attribute is None:
            raise NotFound(say("no_segment", segment=by))

        def of_segment(tally: CaseTally) -> str | None:
            value = self.value(tally, attribute.id)
            return value if value in attribute.values else None

        return attribute.values, of_segment


def as_it_stands(work: Work, scope: Scope, by: str = "") -> StudyStanding:
    """Where a study stands, of whom is in scope; whoever opened the work has asked who may see it. Raises NotFound."""
    study, session, now = work.study(scope.study), work.session, work.now
    zone = work.runtime.zone(study)
    today = work.today(study)
    told_apart = study.segment(by)
    counted = _Tallied.read(work, study, scope, [by] if by == SITE else [told_apart.id] if told_apart else [])
    whole = tuple(_row(study, each, counted.at(each), None, "", scope) for each in study.touchpoints)
    rows = whole
    if by:
        values, key = counted.told_apart(by)
        rows = tuple(_told_apart(study, counted, values, key, scope))
    month = today.replace(day=1)
    since = start_of(today - HOURS_OF, zone)
    return StudyStanding(
        study=study,
        at=now,
        counted_at=counted.at_time,
        anew=now >= counted.at_time + kept_counts.ANEW_AFTER,
        by=by,
        some_sites=scope.sites is not None,
        rows=rows,
        whole=whole,
        drop_out=tuple(_drop_out(study, each.id, whole) for each in study.groups),
        to_see=ToSee(
            used_up=waiting.used_up(session, scope, now),
            softly=waiting.softly(session, scope, now) if study.soft_refusals_again else waiting.nobody(),
            referred=waiting.referred(session, scope),
            overdue=waiting.overdue(session, scope, now),
            stuck=waiting.stuck(session, scope, now, now - STUCK_AFTER),
            held=waiting.held(session, scope, now),
        ),
        interviewers=tuple(_interviewers(work, scope, start_of(month, zone))),
        month=month,
        calls_taken=_calls_taken(counted.tallies),
        hours=call_hours(attempts.by_half_hour(session, scope, since, now), zone),
        hours_since=today - HOURS_OF,
    )


def _row(
    study: Study, touchpoint: Touchpoint, tallies: Iterable[CaseTally], value: str | None, label: str, scope: Scope
) -> StandingRow:
    counts = fates_of(tallies)
    whole = value is None and scope.sites is None
    target = touchpoint.target.of(counts.could_be_asked, whole=whole) if touchpoint.target else None
    return StandingRow(touchpoint=touchpoint, value=value, label=label, counts=counts, target=target)


def _told_apart(
    study: Study, counted: _Tallied, values: Mapping[str, str], key: ValueOf, scope: Scope
) -> Iterable[StandingRow]:
    """A row a value and touchpoint, where there is anybody; last those of whom the value is not known."""
    for touchpoint in study.touchpoints:
        by_value: dict[str | None, list[CaseTally]] = {}
        for each in counted.at(touchpoint):
            by_value.setdefault(key(each), []).append(each)
        for value, label in [*values.items(), (None, "")]:
            if value in by_value:
                # Those of whom it is not known are a part too, of which a number says nothing.
                row = _row(study, touchpoint, by_value[value], value or "", label, scope)
                yield (
                    row
                    if value is not None
                    else StandingRow(touchpoint=touchpoint, value=None, label="", counts=row.counts, target=row.target)
                )


def _drop_out(study: Study, group: str, whole: Sequence[StandingRow]) -> DropOut:
    own = sorted((row for row in whole if row.touchpoint.group == group), key=lambda row: row.touchpoint.number)
    return DropOut(
        group=group,
        steps=tuple(
            DropOutStep(
                touchpoint=row.touchpoint.number,
                could_be_asked=row.counts.could_be_asked,
                declined=row.counts.declined,
                answered=row.counts.answered,
                open=row.counts.open,
            )
            for row in own
        ),
    )


def _interviewers(work: Work, scope: Scope, since: dt.datetime) -> Iterable[InterviewerMonth]:
    minutes = attempts.minutes(work.session, scope, since, work.now)
    for each in attempts.by_interviewer(work.session, scope, since, work.now):
        yield InterviewerMonth(
            name=each.name,
            attempts=each.attempts,
            interviews=each.interviews,
            refused=each.refused,
            minutes=median_of(minutes.get(each.staff_id, {})),
        )


def median_of(counts: Mapping[int, int]) -> int | None:
    """The median of values that are counted: the lower of the two in the middle."""
    left = (sum(counts.values()) + 1) // 2
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            return value
    return None


def _calls_taken(tallies: Iterable[CaseTally]) -> dict[tuple[str, int], dict[int, int]]:
    found: dict[tuple[str, int], Counter[int]] = {}
    for each in tallies:
        if each.kind.calls:
            found.setdefault((each.group, each.touchpoint), Counter())[each.kind.calls] += each.people
    return {key: dict(sorted(counts.items())) for key, counts in found.items()}


def call_hours(counts: Iterable[HalfHour], zone: dt.tzinfo) -> tuple[CallHour, ...]:
    """Calls by the part of the week where the study is."""
    made: Counter[tuple[bool, int, int]] = Counter()
    reached: Counter[tuple[bool, int, int]] = Counter()
    for each in counts:
        local = each.at.astimezone(zone)
        weekend = local.weekday() >= 5
        part = next(part for part in PARTS if part[0] == weekend and part[1] <= local.hour < part[2])
        made[part] += each.made
        reached[part] += each.reached
    return tuple(
        CallHour(weekend=part[0], begins=part[1], ends=part[2], made=made[part], reached=reached[part])
        for part in PARTS
        if made[part]
    )
