"""Opening a case that is to be called, the hold on it, and letting go of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import CallOver, HeldByAnother, NotFound, ShiftlineError, StateRefused, TriedMeanwhile
from surveyapp.domain.fieldwork.call_queue import hold_on
from surveyapp.domain.fieldwork.call_stand import CallHold
from surveyapp.domain.fieldwork.call_wishes import within_call_hours
from surveyapp.domain.fieldwork.cases import (
    ANSWERABLE,
    Attempt,
    Lease,
)
from surveyapp.domain.fieldwork.consequences import DECIDES, ReferralKind
from surveyapp.domain.participants import Contact, Event, Participant
from surveyapp.domain.responses import ResponseSummary
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.cases import leases
from surveyapp.services.cases.call_wishes import languages_of
from surveyapp.services.cases.stopping import ENDED_BY_STOPPING
from surveyapp.services.participants import contacts
from surveyapp.services.responses import survey_session
from surveyapp.services.responses.survey_session import ByInterviewer, Visit
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, responses
from surveyapp.store.calling import attempts, held, referrals, stands

STILL_THEIRS = dt.timedelta(hours=12)
"""How long after a hold ended whoever had it can say what came of their call, of a case that takes no answers now."""


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """A case somebody has open: the person and how to reach them, what is known, the attempts, the answers so far.

    `not_called`: why nobody calls them, although answers are taken; `blocked`: what somebody else has to see to before
    they are called again. `anew`: the hold was taken just now. `authors`:
    names of staff by key, of all who entered something.
    """

    visit: Visit
    lease: Lease
    contact: Contact
    events: tuple[Event, ...]
    summaries: tuple[ResponseSummary, ...]
    attempts: tuple[Attempt, ...]
    authors: Mapping[uuid.UUID, str]
    within_hours: bool
    not_called: CallHold | None
    blocked: frozenset[ReferralKind] = frozenset()
    anew: bool = False

    @property
    def over(self) -> bool:
        """Whether no answers are taken any more: what came of the call is still to be said."""
        return self.visit.state not in ANSWERABLE

    @property
    def ended(self) -> bool:
        """Whether none will be, either: it is not merely paused, or put off."""
        return self.visit.state not in ENDED_BY_STOPPING

    @property
    def phone(self) -> str | None:
        """The phone number as a phone dials it."""
        return contacts.phone_number(self.contact.phone)

    def language(self, offered: Sequence[str]) -> str:
        """Which of the languages a study is offered in to talk in: what they asked for, or what is on record of them;
        the first where it is neither."""
        asked = self.visit.participant.language_asked
        spoken = asked.split(",") if asked else languages_of(self.contact.language)
        return next((each for each in spoken if each in offered), offered[0])


@dataclass(frozen=True)
class SeenInQueue:
    """What somebody saw of a case who opens it: when it had been tried last, None where it had not."""

    tried_at: dt.datetime | None


def open_case(
    runtime: Runtime, who: ByInterviewer, take_over: bool = False, seen: SeenInQueue | None = None
) -> OpenCase:
    """Takes the hold on a case and shows it; taken afresh, the sight of the contact enters the audit trail.

    Raises NotPermitted, NotFound, HeldByAnother while a colleague has it open (a supervisor may `take_over`),
    TriedMeanwhile when somebody has tried them since it was `seen`, and StateRefused when it takes no answers.
    """
    with Desk(runtime, who.actor).writing() as work:
        visit = callable_visit(work, who)
        who.staff.check_of(Action.SEE_CONTACTS, visit.participant)
        if take_over:
            who.staff.check_of(Action.TAKE_OVER, visit.participant)
        check_not_shut(work, visit.participant)
        held.lock_person(work.session, visit.participant.id)
        check_nobody_else(work, visit, take_over)
        if seen is not None and stands.last_tried(work.session, visit.case.id)[0] not in (None, seen.tried_at):
            raise tried_meanwhile(work, visit)
        taken = leases.take(work, visit.case.id, take_over)
        if taken.ended is not None:
            held_by = taken.ended.staff_id.hex
            record_on(work, who, AuditAction.CASE_TAKEN_OVER, held_by=held_by)
        if taken.afresh:
            record_on(work, who, AuditAction.CONTACT_SEEN)
        work.session.flush()
        return _opened(work, visit, taken.lease, taken.afresh)


def is_shut(work: Work, person: Participant) -> bool:
    """Whether a complaint shuts somebody's cases to the staff member, who does not decide it."""
    complained = ReferralKind.COMPLAINT in referrals.kinds_blocking(work.session, person.id)
    return complained and not work.staff.may_of(DECIDES[ReferralKind.COMPLAINT], person)


def check_not_shut(work: Work, person: Participant) -> None:
    """Raises StateRefused where a complaint shuts their cases (`is_shut`)."""
    if is_shut(work, person):
        raise StateRefused(say("complaint_open", reference=person.reference))


def tried_meanwhile(work: Work, visit: Visit) -> TriedMeanwhile:
    """That somebody has tried them, and who."""
    at, name = stands.last_tried(work.session, visit.case.id)
    assert at is not None
    return TriedMeanwhile(name, at)


def may_take_over(runtime: Runtime, who: ByInterviewer) -> bool:
    """Whether they may take this person's case from whoever has it open. Raises NotPermitted, NotFound."""
    with Desk(runtime, who.actor).reading() as work:
        return who.staff.may_of(Action.TAKE_OVER, survey_session.visit_in(work, who).participant)


def check_nobody_else(work: Work, visit: Visit, take_over: bool = False) -> None:
    """Somebody is called by one at a time, whichever of their touchpoints it is. Raises HeldByAnother, unless it is
    taken over."""
    other = held.elsewhere(work.session, visit.participant.id, visit.case.id, work.staff.id, work.now)
    if other is None:
        return
    if not take_over:
        raise HeldByAnother(other.staff_name, other.until)
    cases.release_lease(work.session, other.case_id, other.staff_id)


def record_on(work: Work, who: ByInterviewer, action: AuditAction, **detail: Any) -> None:
    work.record(action, who.reference, study=who.study, touchpoint=who.touchpoint, **detail)


def opened_case(runtime: Runtime, who: ByInterviewer) -> OpenCase:
    """A case that the interviewer has open. Raises NotHeld, HeldByAnother, NotPermitted, NotFound, StateRefused."""
    with Desk(runtime, who.actor).reading() as work:
        visit = callable_visit(work, who)
        who.staff.check_of(Action.SEE_CONTACTS, visit.participant)
        return _opened(work, visit, leases.held(work, visit.case.id))


def case_to_end(runtime: Runtime, who: ByInterviewer) -> OpenCase:
    """`opened_case`, whatever became of the case since the interviewer opened it: their call is to be ended."""
    with Desk(runtime, who.actor).reading() as work:
        visit = visit_to_end(work, who)
        who.staff.check_of(Action.SEE_CONTACTS, visit.participant)
        last = cases.lease_of(work.session, visit.case.id)
        if visit.state in ANSWERABLE or last is None:
            last = leases.held(work, visit.case.id)
        return _opened(work, visit, last)


@dataclass(frozen=True)
class Hold:
    """The interviewer's own hold on a case, if it is live, and how many attempts were recorded for the case."""

    lease: Lease | None
    attempts: int


def hold_of(runtime: Runtime, who: ByInterviewer, case_id: uuid.UUID) -> Hold:
    """How the hold on a case stands that was just saved in."""
    with Desk(runtime, who.actor).reading() as work:
        lease = leases.live(cases.lease_of(work.session, case_id), work.now)
        mine = lease if lease and lease.staff_id == who.staff.id else None
        return Hold(mine, attempts.count(work.session, case_id))


@dataclass(frozen=True)
class ClosedCase:
    """A case from outside, without its contact. `blocked`: as of an open one; `shut`: it cannot be opened either."""

    visit: Visit
    blocked: frozenset[ReferralKind]
    shut: bool


def closed_case(runtime: Runtime, who: ByInterviewer) -> ClosedCase:
    """A case from outside. Raises NotPermitted, NotFound, StateRefused."""
    with Desk(runtime, who.actor).writing() as work:
        visit = callable_visit(work, who)
        record_on(work, who, AuditAction.CASE_SEEN)
        person = visit.participant
        blocked = frozenset(referrals.kinds_blocking(work.session, person.id))
        return ClosedCase(visit, blocked, is_shut(work, person))


def release(runtime: Runtime, who: ByInterviewer) -> bool:
    """Ends the interviewer's own hold, so that a colleague can open the case at once; whether anybody can. Raises
    NotPermitted, NotFound."""
    with Desk(runtime, who.actor).writing() as work:
        visit = survey_session.visit_in(work, who)
        cases.release_lease(work.session, visit.case.id, who.staff.id)
        return visit.state in ANSWERABLE


def callable_visit(work: Work, who: ByInterviewer, lock: bool = False) -> Visit:
    """The visit. Raises NotFound for somebody who withdrew, StateRefused when no answers are taken, and CallOver of
    either to whoever had the case open last."""
    visit, mine = _visit(work, who, lock)
    if not _is_called(visit):
        raise over(visit, who) if mine else _nobody_to_call(visit, who)
    return visit


def visit_to_end(work: Work, who: ByInterviewer, lock: bool = False) -> Visit:
    """The visit of a call that is to end, whatever became of the case since for whoever had it open last: what came of
    the call is to be kept. Raises as `callable_visit` does."""
    visit, mine = _visit(work, who, lock)
    if not _is_called(visit) and not mine:
        raise _nobody_to_call(visit, who)
    if visit.participant.withdrawn_at is not None:
        raise over(visit, who)
    return visit


def call_over(runtime: Runtime, who: ByInterviewer) -> CallOver | None:
    """That a case takes no answers any more, where the interviewer is in the middle of its call."""
    try:
        with Desk(runtime, who.actor).reading() as work:
            callable_visit(work, who)
    except CallOver as over:
        return over
    except ShiftlineError:
        return None
    return None


def over(visit: Visit, who: ByInterviewer) -> CallOver:
    """That no answers are taken of a case any more, to whoever was in the middle of it."""
    return CallOver(_nobody_to_call(visit, who).sentence, gone=visit.participant.withdrawn_at is not None)


def _is_called(visit: Visit) -> bool:
    return visit.participant.withdrawn_at is None and visit.state in ANSWERABLE


def _visit(work: Work, who: ByInterviewer, lock: bool) -> tuple[Visit, bool]:
    """The visit and, where nobody is to be called, whether the interviewer was in the middle of it: known before a lock
    makes it theirs."""
    visit = survey_session.visit_in(work, who)
    if lock:
        cases.lock_one(work.session, visit.case.id)
    elif _is_called(visit):
        return visit, True
    last = cases.lease_of(work.session, visit.case.id)
    mine = last is not None and last.staff_id == who.staff.id and work.now < last.until + STILL_THEIRS
    return survey_session.visit_in(work, who, lock=True) if lock else visit, mine


def _nobody_to_call(visit: Visit, who: ByInterviewer) -> NotFound | StateRefused:
    if visit.participant.withdrawn_at is not None:
        return NotFound(say("no_case", reference=who.reference, touchpoint=who.touchpoint))
    return StateRefused(say("nobody_to_call", reference=who.reference, touchpoint=who.touchpoint, state=visit.state))


def _opened(work: Work, visit: Visit, lease: Lease, anew: bool = False) -> OpenCase:
    summaries = responses.summaries(work.session, visit.participant.id)
    return OpenCase(
        visit=visit,
        lease=lease,
        contact=contacts.read(work, visit.participant.id),
        events=tuple(participants.events(work.session, visit.participant.id)),
        summaries=tuple(summary for summary in summaries if summary.touchpoint < visit.case.touchpoint),
        attempts=tuple(cases.attempts_of(work.session, visit.case.id)),
        authors={staff_id: name for summary in summaries for staff_id, name in summary.by},
        within_hours=within_call_hours(work.now.astimezone(work.runtime.zone(visit.study))),
        not_called=hold_on(*stands.of_case(work.session, visit.case.id)),
        blocked=frozenset(referrals.kinds_blocking(work.session, visit.participant.id)),
        anew=anew,
    )
