"""A participant at a touchpoint: when they may answer, what became of it, and the attempts to reach them."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.answers import Mode
from surveyapp.domain.entry.doors import Passage
from surveyapp.domain.fieldwork.days import end_of, last_day, start_of
from surveyapp.domain.instrument.study import Touchpoint
from surveyapp.domain.responses import ResponseState


class AccessKind(enum.StrEnum):
    """How somebody is let in: by a link, or by a code that they type."""

    LINK = "link"
    CODE = "code"


class Disposition(enum.Enum):
    """Final disposition of a case, in AAPOR's classes (Standard Definitions). People are named: the unknown is UO. Of
    the class O, *deceased* (2.31) is told from the rest: nothing follows it."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NON_CONTACT = "NC"
    OTHER = "O"
    DECEASED = "O-D"
    UNKNOWN = "UO"
    NOT_ELIGIBLE = "NE"

    @property
    def aapor(self) -> str:
        """The class that rates are reckoned with."""
        return self.value.partition("-")[0]


class Outcome(enum.Enum):
    """What came of one attempt. An outcome is not a disposition: an appointment is never a refusal."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    ANSWERPHONE = "answerphone"
    CALLBACK = "callback"
    APPOINTMENT = "appointment"
    LINK_SENT = "link_sent"
    WRONG_NUMBER = "wrong_number"
    MOVED = "moved"
    LANGUAGE_BARRIER = "language_barrier"
    REFUSED = "refused"
    REFUSED_SOFTLY = "refused_softly"
    NOT_ELIGIBLE = "not_eligible"
    COMPLAINED = "complained"
    WITHDREW = "withdrew"
    DECEASED = "deceased"
    BROKEN_OFF = "broken_off"
    COMPLETED = "completed"


class OutcomeDetail(enum.StrEnum):
    """Why somebody is not eligible; what is known of where somebody moved."""

    OUTSIDE_GROUP = "outside_group"
    NEVER_HAPPENED = "never_happened"
    LISTED_TWICE = "listed_twice"
    OUTSIDE_AREA = "outside_area"
    CONTACT_TAKEN = "contact_taken"
    CONTACT_ASKED_FOR = "contact_asked_for"
    CONTACT_UNKNOWN = "contact_unknown"


NEEDS_TIME = frozenset({Outcome.CALLBACK, Outcome.APPOINTMENT})
"""Outcomes that agree a time for the next attempt."""

REFUSALS = frozenset({Outcome.REFUSED, Outcome.REFUSED_SOFTLY})
"""For good, and for now: “I have no time for this”."""

MAXIMUM_ATTEMPTS = 5
"""Attempts without an agreed time, after which a supervisor decides (fieldwork convention, standards.md)."""

UNDO_FOR = dt.timedelta(hours=1)
"""How long whoever recorded an attempt can take it back, as long as nobody goes on with the person: long enough for
whoever finds the button by ear."""

AROUND_AGREED = dt.timedelta(minutes=30)
"""How far from an agreed time an attempt may be made and still count as made then."""

_AFTER_OUTCOME = {
    Outcome.NO_ANSWER: Disposition.NON_CONTACT,
    Outcome.BUSY: Disposition.NON_CONTACT,
    Outcome.ANSWERPHONE: Disposition.NON_CONTACT,
    Outcome.CALLBACK: Disposition.NON_CONTACT,
    Outcome.APPOINTMENT: Disposition.NON_CONTACT,
    Outcome.LINK_SENT: Disposition.NON_CONTACT,
    Outcome.WRONG_NUMBER: Disposition.UNKNOWN,
    Outcome.MOVED: Disposition.UNKNOWN,
    Outcome.LANGUAGE_BARRIER: Disposition.OTHER,
    Outcome.REFUSED: Disposition.REFUSAL,
    Outcome.REFUSED_SOFTLY: Disposition.REFUSAL,
    Outcome.NOT_ELIGIBLE: Disposition.NOT_ELIGIBLE,
    Outcome.COMPLAINED: Disposition.NON_CONTACT,
    Outcome.DECEASED: Disposition.DECEASED,
    Outcome.BROKEN_OFF: Disposition.PARTIAL,
}

ENDED = frozenset({Disposition.REFUSAL, Disposition.NOT_ELIGIBLE, Disposition.DECEASED})
"""Dispositions with which a case is not answered any more."""

_FINAL = ENDED | {Disposition.COMPLETE}


def disposition_after(current: Disposition, outcome: Outcome) -> Disposition:
    """What a case's disposition becomes when an attempt ends so.

    Complete, refused, not eligible and deceased are final; contact once made is not unmade by a later unanswered call.
    An interview broken off counts as partial until it is taken up again. Withdrawing is said of the person: the case
    stays as it was, so that undoing it brings it back.
    """
    if current in _FINAL or outcome is Outcome.WITHDREW:
        return current
    if outcome is Outcome.COMPLETED:
        return Disposition.COMPLETE
    new = _AFTER_OUTCOME[outcome]
    if new in (Disposition.NON_CONTACT, Disposition.UNKNOWN) and current in (Disposition.PARTIAL, Disposition.OTHER):
        return current
    return new


def disposition_without_refusal(
    current: Disposition, attempts: Sequence[Attempt], response: ResponseState | None
) -> Disposition:
    """What a case is once somebody for whom it had ended takes part again: what their other attempts, in the order
    made, and answers that were begun, made of it. A refusal with which answers were sent is an interview broken off
    (AAPOR 2.12): no word that is given later makes it another."""
    if current is Disposition.REFUSAL and response is ResponseState.SUBMITTED:
        return current
    disposition = Disposition.UNKNOWN if response is None else Disposition.PARTIAL
    for attempt in attempts:
        if attempt.outcome not in (*REFUSALS, Outcome.NOT_ELIGIBLE, Outcome.DECEASED):
            disposition = disposition_after(disposition, attempt.outcome)
    return disposition


class CaseState(enum.Enum):
    """Where a case stands now, for people who run the study."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    PAUSED = "paused"
    OVERDUE = "overdue"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    CLOSED = "closed"
    REFUSED = "refused"
    NOT_ELIGIBLE = "not_eligible"
    DECEASED = "deceased"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One participant at one touchpoint. `due_at` and `closes_at` are the first moments after the last day on which
    answers come in time, and on which they are taken at all; `next_at` is an agreed time to call. `moved_at`: when
    somebody chose this window instead of the study's rule; `paused_at`: since when its touchpoint is paused, if it
    is; `on_their_own_since`: since when the person answers by themselves, in a call of the interviewer
    `on_their_own_of`; `proxy`: who answered for them last, by the study's code."""

    id: uuid.UUID
    participant_id: uuid.UUID
    touchpoint: int
    opens_at: dt.datetime
    due_at: dt.datetime | None
    closes_at: dt.datetime | None
    disposition: Disposition = Disposition.UNKNOWN
    assigned_to: uuid.UUID | None = None
    next_at: dt.datetime | None = None
    moved_at: dt.datetime | None = None
    paused_at: dt.datetime | None = None
    on_their_own_since: dt.datetime | None = None
    on_their_own_of: uuid.UUID | None = None
    proxy: str | None = None

    @property
    def ends_at(self) -> dt.datetime | None:
        """From when no answers are taken any more, as far as is known now; None: nobody can say, or it stays open.
        `closes_at` is what was planned: while its touchpoint is paused no window ends that had not ended before."""
        held = self.paused_at is not None and self.closes_at is not None and self.closes_at > self.paused_at
        return None if held else self.closes_at

    def state(
        self, now: dt.datetime, response: ResponseState | None, withdrawn: bool = False, reopened: bool = False
    ) -> CaseState:
        """The case's state at a time. `response` is how far its response has come; None: not begun. `reopened`: it was
        sent and is open again, until it is sent again or the case closes. While it is paused no window ends, nothing is
        overdue and nothing is begun; what was begun goes on."""
        if withdrawn:
            return CaseState.WITHDRAWN
        closed = self.ends_at is not None and self.ends_at <= now
        if response is ResponseState.SUBMITTED:
            return CaseState.IN_PROGRESS if reopened and not closed else CaseState.SUBMITTED
        if self.disposition is Disposition.REFUSAL:
            return CaseState.REFUSED
        if self.disposition is Disposition.NOT_ELIGIBLE:
            return CaseState.NOT_ELIGIBLE
        if self.disposition is Disposition.DECEASED:
            return CaseState.DECEASED
        if now < self.opens_at:
            return CaseState.SCHEDULED
        if closed:
            return CaseState.CLOSED
        if response is ResponseState.STARTED:
            return CaseState.IN_PROGRESS
        if self.paused_at is not None:
            return CaseState.PAUSED
        return CaseState.OVERDUE if self.due_at is not None and now >= self.due_at else CaseState.OPEN


ANSWERABLE = frozenset({CaseState.OPEN, CaseState.OVERDUE, CaseState.IN_PROGRESS})
"""States in which answers are taken."""

OVER = frozenset(
    {CaseState.SUBMITTED, CaseState.REFUSED, CaseState.NOT_ELIGIBLE, CaseState.DECEASED, CaseState.WITHDRAWN}
)
"""States of cases of which nothing more is asked, whatever days they have."""

OPENS = ANSWERABLE | {CaseState.SCHEDULED, CaseState.PAUSED, CaseState.SUBMITTED}
"""States in which a link or code opens something: questions, a date to come back, or a receipt."""


@dataclass(frozen=True)
class Window:
    """When a case can be answered: from `opens_at` until just before `closes_at`, and in time until just before
    `due_at`."""

    opens_at: dt.datetime
    due_at: dt.datetime | None
    closes_at: dt.datetime | None


@functools.lru_cache(maxsize=4096)
def window(touchpoint: Touchpoint, anchored_on: dt.date, zone: dt.tzinfo) -> Window:
    """The window of a case whose anchor fell on a day: whole days where the study is, the due and the last one to
    their ends."""
    opens_on = anchored_on + dt.timedelta(days=touchpoint.opens.days)

    def end(days: int | None) -> dt.datetime | None:
        return None if days is None else end_of(opens_on + dt.timedelta(days=days), zone)

    return Window(start_of(opens_on, zone), end(touchpoint.due_days), end(touchpoint.closes_days))


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try to reach a participant."""

    id: uuid.UUID
    case_id: uuid.UUID
    staff_id: uuid.UUID | None
    staff_name: str | None
    at: dt.datetime
    outcome: Outcome
    mode: Mode
    note: str | None = None
    next_at: dt.datetime | None = None
    detail: OutcomeDetail | None = None


@dataclass(frozen=True)
class Lease:
    """Who holds a case open, and until when: at that moment it has lapsed."""

    case_id: uuid.UUID
    staff_id: uuid.UUID
    staff_name: str
    until: dt.datetime

    def live(self, now: dt.datetime) -> bool:
        return now < self.until


@dataclass(frozen=True, kw_only=True)
class Access:
    """A link or code that opens a case. Only its keyed hash is stored. `expires_at` is the first moment at which it no
    longer works, by the window that its case was planned to have (`ends_at`: as that counts now); `claim`: it is passed
    on or on paper, and whoever opens it first claims it with a PIN."""

    id: uuid.UUID
    case_id: uuid.UUID
    kind: AccessKind
    issued_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    claim: bool = False

    @property
    def passage(self) -> Passage:
        return Passage.PASSED_ON if self.claim else Passage.DIRECT

    def ends_at(self, case: Case) -> dt.datetime | None:
        """When it runs out, as far as is known now; None: nobody can say, or never. What outlasts the window of its
        case does so by some days, and they begin once that ends: not while it is paused."""
        if self.expires_at is None or case.closes_at is None or case.ends_at is not None:
            return self.expires_at
        return None if self.expires_at > case.closes_at else self.expires_at

    def works(self, now: dt.datetime, case: Case) -> bool:
        """Whether it was neither ended nor has run out."""
        return self.revoked_at is None and not self.expired(now, case)

    def expired(self, now: dt.datetime, case: Case) -> bool:
        ends = self.ends_at(case)
        return ends is not None and now >= ends


LINK_DAYS_AFTER_CLOSING = 90
"""How many days a link goes on opening receipt and choices after the last day of its case."""


def access_expiry(case: Case, zone: dt.tzinfo) -> dt.datetime | None:
    """When the links and codes of a case end, by the window it is planned to have, as `closes_at` is meant; None where
    it does not close."""
    if case.closes_at is None:
        return None
    return end_of(last_day(case.closes_at, zone) + dt.timedelta(days=LINK_DAYS_AFTER_CLOSING), zone)


def calls_without_appointment(attempts: Sequence[Attempt]) -> int:
    """How many attempts count against `MAXIMUM_ATTEMPTS`: one made at a time agreed before it does not."""
    count, agreed = 0, list[dt.datetime]()
    for attempt in sorted(attempts, key=lambda each: each.at):
        count += not any(abs(attempt.at - at) <= AROUND_AGREED for at in agreed)
        if attempt.next_at is not None:
            agreed.append(attempt.next_at)
    return count
