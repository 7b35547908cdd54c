"""Where a study stands: what its supervisors and managers see, counted, of nobody in particular but whom something has
to be done about.

The page, its files and the month to take along are all made of these.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.fieldwork.standing import Standing
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.progress.aapor import FinalDispositions

MOST_CALLS = 6
"""Attempts that are told apart: so many or more are one."""

STUCK_AFTER = dt.timedelta(days=3)
"""After how long without a save answers that were begun and not sent are looked at."""

MOST_NAMED = 12
"""Cases of a kind that are named on the page; the rest are counted."""


@dataclass(frozen=True, kw_only=True)
class CaseKind:
    """What a page of standing tells apart of a case, and no more. `fate`: of one that could be asked, one of `FATES`;
    `declined`: of one that was refused, whether its person does not want to be asked again; `mode`: of one that was
    answered, how it was sent; `calls`: of one answered by phone, the attempts that count, `MOST_CALLS` at most."""

    standing: Standing
    fate: str | None = None
    declined: bool = False
    mode: Mode | None = None
    calls: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseTally:
    """How many cases are alike, as the database counts them. `segments`: the values of what is known of people, in the
    order they were asked for."""

    group: str
    touchpoint: int
    kind: CaseKind
    site: uuid.UUID | None
    segments: tuple[str | None, ...]
    people: int


FATES = ("complete", "partial", "refused", "not_reached", "other", "unknown", "open")
"""What can become of a case that could be asked. *Unknown*: it closed, and nothing is known; *open*: it may still be
answered."""


def fate_of(standing: Standing, disposition: Disposition) -> str:
    """What became of a case that could be asked: one of `FATES`. An interview that was broken off, sent or not, counts
    with refusals (AAPOR 2.12), as does a case that closed half-answered."""
    if standing is Standing.OPEN:
        return "open"
    if standing is Standing.ANSWERED:
        sent = {Disposition.PARTIAL: "partial", Disposition.REFUSAL: "refused"}
        return sent.get(disposition, "complete")
    if standing is Standing.REFUSED:
        return "refused"
    return {
        Disposition.PARTIAL: "refused",
        Disposition.REFUSAL: "refused",
        Disposition.NON_CONTACT: "not_reached",
        Disposition.OTHER: "other",
        Disposition.DECEASED: "other",
    }.get(disposition, "unknown")


@dataclass(frozen=True, kw_only=True)
class FateCounts:
    """What became of some cases at one touchpoint. The first seven are those who could be asked; `answered`: whose
    answers came in, of whom some broke off and count as refused; `declined`: of the refused, those who had said that
    they do not want to be asked again."""

    complete: int = 0
    partial: int = 0
    refused: int = 0
    not_reached: int = 0
    other: int = 0
    unknown: int = 0
    open: int = 0
    not_open: int = 0
    not_eligible: int = 0
    withdrawn: int = 0
    answered: int = 0
    declined: int = 0
    modes: Mapping[Mode, int] = field(default_factory=dict)

    @property
    def could_be_asked(self) -> int:
        return sum(getattr(self, name) for name in FATES)

    @property
    def listed(self) -> int:
        """Everybody who has a case there."""
        return self.could_be_asked + self.not_open + self.not_eligible + self.withdrawn

    @property
    def final(self) -> FinalDispositions:
        """In AAPOR's classes. Open cases count as not answered, so a rate can still grow."""
        return FinalDispositions(
            i=self.complete,
            p=self.partial,
            r=self.refused,
            nc=self.not_reached,
            o=self.other,
            uo=self.unknown + self.open,
            ne=self.not_eligible,
        )


@dataclass(frozen=True, kw_only=True)
class StandingRow:
    """Some people at one touchpoint. `value`: what they have in common by what the rows are told apart by (None: not
    known), called `label`; `target`: how many answers were set out for, of all of them."""

    touchpoint: Touchpoint
    value: str | None
    label: str
    counts: FateCounts
    target: int | None = None

    @property
    def short_of(self) -> int | None:
        """How many answers are wanting; 0 where it is reached, None where there is no target."""
        return None if self.target is None else max(0, self.target - self.counts.answered)


@dataclass(frozen=True, kw_only=True)
class DropOut:
    """Who of a group is left at each of its touchpoints: `listed` and answered at the first, then how many may be asked
    at each later one and answered it."""

    group: str
    steps: tuple[DropOutStep, ...]


@dataclass(frozen=True, kw_only=True)
class DropOutStep:
    """At one touchpoint: how many could be asked, how many of them had said no to it, who answered, who may still."""

    touchpoint: int
    could_be_asked: int
    declined: int
    answered: int
    open: int


@dataclass(frozen=True, kw_only=True)
class InterviewerMonth:
    """What one interviewer did since the month began. `minutes`: the median of how long their interviews took; None
    where none ended in one sitting."""

    name: str
    attempts: int
    interviews: int
    refused: int
    minutes: int | None


@dataclass(frozen=True, kw_only=True)
class CallHour:
    """Calls of one part of the week: how many were made and how many were answered. `begins` and `ends`: hours."""

    weekend: bool
    begins: int
    ends: int
    made: int
    reached: int

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.reached, self.made) if self.made else None


@dataclass(frozen=True, kw_only=True)
class NamedCase:
    """A case that something has to be done about. `at`: since when, or until when; `by`: who has to do with it."""

    reference: str
    group: str
    touchpoint: int
    at: dt.datetime
    by: str | None = None


@dataclass(frozen=True, kw_only=True)
class SomeCases:
    """How many cases there are of a kind, and some, those that have waited longest first."""

    count: int
    some: tuple[NamedCase, ...] = ()

    @property
    def oldest(self) -> dt.datetime | None:
        return self.some[0].at if self.some else None


@dataclass(frozen=True, kw_only=True)
class ToSee:
    """What somebody has to see to. `used_up`: all attempts are, and a supervisor decides; `softly`: refused softly and
    could be asked once more; `referred`: what came of calls, by kind; `overdue`: times agreed that have passed;
    `stuck`: begun, not sent, and nothing for days; `held`: open with somebody now."""

    used_up: SomeCases
    softly: SomeCases
    referred: Mapping[ReferralKind, int]
    overdue: SomeCases
    stuck: SomeCases
    held: SomeCases


@dataclass(frozen=True, kw_only=True)
class StudyStanding:
    """Where a study stands at a moment; its cases as they were `counted_at` a little before, where that takes long, and
    `anew`: whether they are being counted anew just now.
    `by`: what the rows are told apart by beside the touchpoint (empty: nothing, `site`, or a segment's short name);
    `some_sites`: it is counted of some sites alone; `calls_taken`: by touchpoint, how many interviews by phone took so
    many attempts; `hours_since`: from when calls are counted."""

    study: Study
    at: dt.datetime
    counted_at: dt.datetime
    anew: bool
    by: str
    some_sites: bool
    rows: tuple[StandingRow, ...]
    whole: tuple[StandingRow, ...]
    drop_out: tuple[DropOut, ...]
    to_see: ToSee
    interviewers: tuple[InterviewerMonth, ...]
    month: dt.date
    calls_taken: Mapping[tuple[str, int], Mapping[int, int]]
    hours: tuple[CallHour, ...]
    hours_since: dt.date

    @property
    def anybody(self) -> bool:
        return any(row.counts.listed for row in self.whole)


@dataclass(frozen=True, kw_only=True)
class PeriodCounts:
    """What happened between two moments: people who joined, cases that opened, answers sent (by touchpoint), attempts,
    interviews, refusals, and people who stopped or withdrew."""

    joined: int
    opened: int
    answered: Mapping[tuple[str, int], int]
    attempts: int
    interviews: int
    refused: int
    left: int

    @property
    def sent(self) -> int:
        return sum(self.answered.values())


@dataclass(frozen=True, kw_only=True)
class StudyMonth:
    """A month of a study to take along, beside the month before: where it stands, and what happened. `ended`: whether
    the month is over."""

    standing: StudyStanding
    first: dt.date
    ended: bool
    this: PeriodCounts
    before: PeriodCounts
    answered_by_end: Mapping[tuple[str, int], int]
    answered_by_start: Mapping[tuple[str, int], int]


@dataclass(frozen=True, kw_only=True)
class ResponseTableLine:
    """A line of a study's table of response: who, how they were asked, of how many, how many answered. `source`: of a
    line that was loaded; those counted here have none."""

    label: str
    method: str
    population: int
    achieved: int
    source: str | None = None
    note: str | None = None

    @property
    def percent(self) -> int | None:
        """Half up, in whole percent."""
        return (200 * self.achieved + self.population) // (2 * self.population) if self.population else None
