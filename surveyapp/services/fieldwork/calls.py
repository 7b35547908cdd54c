"""Who is to be called, opening a case, and what came of each attempt."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.answers import Mode
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.entry.doors import Answering
from surveyapp.domain.errors import InputRefused, NotFound, NotPermitted, StateRefused
from surveyapp.domain.fieldwork.agreed import agreed_in_words, moments_of
from surveyapp.domain.fieldwork.call_queue import QueuePriority, priority_of, within_call_hours
from surveyapp.domain.fieldwork.cases import (
    ANSWERABLE,
    NEEDS_TIME,
    UNDO_FOR,
    AccessKind,
    Attempt,
    CaseState,
    Lease,
    Outcome,
    calls_without_appointment,
    disposition_after,
)
from surveyapp.domain.fieldwork.completion import DISPOSITIONS, answered_of
from surveyapp.domain.instrument.study import Group, Study, Touchpoint
from surveyapp.domain.participants import Contact, Event
from surveyapp.domain.responses import ResponseSummary
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope, Staff
from surveyapp.services.cases import leases
from surveyapp.services.cases.state import state_of
from surveyapp.services.participants import contacts, links, roster
from surveyapp.services.participants.links import GivenOut
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.responses.survey_session import ByInterviewer, Visit, answering_of
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, responses
from surveyapp.store.calling import attempts
from surveyapp.store.calling.attempts import RecentAttempt

NOTE_LENGTH = 1000
"""Characters of a note on an attempt."""

FURTHEST = dt.timedelta(days=180)
"""How far ahead a call can be agreed; anything later is a slip of the pen."""

RECORDED_BY_HAND = tuple(outcome for outcome in Outcome if outcome is not Outcome.COMPLETED)
"""Outcomes an interviewer chooses. Completed is recorded when the interview is handed in."""


@dataclass(frozen=True, kw_only=True)
class QueueLine:
    """A case in the queue. `lease` is a live hold, `calls` the attempts that count against the five, `preferred` and
    `times` how and when the participant likes to be reached: they neither name anyone nor reach them."""

    study: Study
    group: Group
    touchpoint: Touchpoint
    reference: str
    site: str | None
    state: CaseState
    priority: QueuePriority
    due_at: dt.datetime | None
    next_at: dt.datetime | None
    calls: int
    attempts: tuple[Attempt, ...]
    preferred: str
    times: str
    lease: Lease | None
    assigned_to: uuid.UUID | None

    @property
    def last_attempt(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def in_person(self) -> bool:
        """Whether they want to be visited, or a visit is agreed."""
        last = self.last_attempt
        agreed = self.next_at is not None and last is not None and last.mode is Mode.IN_PERSON
        return agreed or "person" in self.preferred.casefold()

    def agreed_by(self, staff: Staff) -> bool:
        """Whether there is an agreed time that this staff member is to keep: they agreed it, or the case is theirs."""
        last = self.last_attempt
        return self.next_at is not None and (self.assigned_to == staff.id or bool(last and last.staff_id == staff.id))


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """A case somebody has open: the person and how to reach them, what is known, the attempts, the answers so far.

    `anew`: the hold was taken just now. `authors`: names of staff by key, of all who entered something.
    """

    visit: Visit
    lease: Lease
    contact: Contact
    events: tuple[Event, ...]
    summaries: tuple[ResponseSummary, ...]
    attempts: tuple[Attempt, ...]
    authors: Mapping[uuid.UUID, str]
    within_hours: bool
    anew: bool = False

    @property
    def phone(self) -> str | None:
        """The phone number as a phone dials it."""
        return contacts.phone_number(self.contact.phone)

    @property
    def calls(self) -> int:
        return calls_without_appointment(self.attempts)


@dataclass(frozen=True, kw_only=True)
class RecordedAttempt:
    """An attempt as recorded. `outside_hours`: the time agreed is one at which people are not called. `given`: the link
    made for the participant, the only time it can be read (None when the form was sent twice); `answered`: whether
    there are answers already, which a link alone does not open."""

    outcome: Outcome
    next_at: dt.datetime | None
    outside_hours: bool = False
    given: GivenOut | None = None
    answered: bool = False


def queue(desk: Desk, study: str | None = None, search: str = "") -> list[QueueLine]:
    """Who is to be called, in the order of `QueuePriority` and of the clock, in one study or all of the interviewer's.

    `search`: as `participants.search` reads it, and notes it. Withdrawn people and cases that take no answers
    are never in it. Three queries a study. Raises NotPermitted.
    """
    studies = desk.studies(Action.INTERVIEW)
    if not studies:
        raise NotPermitted(say("role_does_not_let", action=Action.INTERVIEW))
    wanted = [study] if study else studies
    found = {each: set(roster.find(desk, Action.INTERVIEW, each, search)) for each in wanted if search}
    lines: list[QueueLine] = []
    counts: dict[str, int] = {}
    with desk.reading() as work:
        for study_id in wanted:
            scope = desk.scope(Action.INTERVIEW, study_id)
            there = _lines(work, scope, work.study(study_id), found.get(study_id))
            counts[study_id] = len(there)
            lines += there
    # A search has its entry already.
    for study_id, count in counts.items() if not search else ():
        desk.note(AuditAction.QUEUE_SEEN, study=study_id, count=count)
    return sorted(lines, key=_order)


def _lines(work: Work, scope: Scope, study: Study, only: Collection[str] | None) -> list[QueueLine]:
    now = work.now
    lines = []
    waiting = cases.waiting(work.session, scope, now, ("preferred", "times"))
    work.seals.expect(each.case.participant_id for each in waiting if each.sealed)
    for each in waiting:
        if only is not None and each.reference not in only:
            continue
        state = state_of(work, each.case, each.response_state, reopened=each.reopened)
        group, touchpoint = study.group(each.group), study.touchpoint(each.group, each.case.touchpoint)
        if state not in ANSWERABLE or group is None or touchpoint is None:
            continue
        calls = calls_without_appointment(each.attempts)
        last = each.attempts[-1].outcome if each.attempts else None
        wishes = {
            name: contacts.opened(work, each.case.participant_id, name, sealed) for name, sealed in each.sealed.items()
        }
        lines.append(
            QueueLine(
                study=study,
                group=group,
                touchpoint=touchpoint,
                reference=each.reference,
                site=each.site,
                state=state,
                priority=priority_of(state, each.case.next_at, last, calls, now),
                due_at=each.case.due_at,
                next_at=each.case.next_at,
                calls=calls,
                attempts=each.attempts,
                preferred=wishes.get("preferred", ""),
                times=wishes.get("times", ""),
                lease=leases.live(each.lease, now),
                assigned_to=each.case.assigned_to,
            )
        )
    return lines


def _order(line: QueueLine) -> tuple[int, dt.datetime, dt.datetime, str, int]:
    last, never = line.last_attempt, dt.datetime.min.replace(tzinfo=dt.UTC)
    # Of those with no agreed time, whoever was not tried for longest comes first: attempts spread over the days.
    moment = line.next_at or (last.at if last else never)
    due = line.due_at or dt.datetime.max.replace(tzinfo=dt.UTC)
    return list(QueuePriority).index(line.priority), moment, due, line.reference, line.touchpoint.number


def open_case(runtime: Runtime, who: ByInterviewer, take_over: bool = False) -> OpenCase:
    """Takes the hold on a case and shows it; taken afresh, the sight of the contact enters the audit trail.

    Raises NotPermitted, NotFound, HeldByAnother while a colleague has it open (a supervisor may `take_over`), and
    StateRefused when it takes no answers.
    """
    who.staff.check(Action.SEE_CONTACTS, who.study)
    if take_over:
        who.staff.check(Action.TAKE_OVER, who.study)
    with Desk(runtime, who.actor).writing() as work:
        visit = _callable_visit(work, who)
        cases.locked_case(work.session, visit.case.id)
        taken = leases.take(work, visit.case.id, take_over)
        if taken.ended is not None:
            held_by = taken.ended.staff_id.hex
            _record_on(work, who, AuditAction.CASE_TAKEN_OVER, held_by=held_by)
        if taken.afresh:
            _record_on(work, who, AuditAction.CONTACT_SEEN)
        work.session.flush()
        return _opened(work, visit, taken.lease, taken.afresh)


def _record_on(work: Work, who: ByInterviewer, action: AuditAction, **detail: Any) -> None:
    work.record(action, who.reference, study=who.study, touchpoint=who.touchpoint, **detail)


def opened_case(runtime: Runtime, who: ByInterviewer) -> OpenCase:
    """A case that the interviewer has open. Raises NotHeld, HeldByAnother, NotPermitted, NotFound, StateRefused."""
    who.staff.check(Action.SEE_CONTACTS, who.study)
    with Desk(runtime, who.actor).reading() as work:
        visit = _callable_visit(work, who)
        return _opened(work, visit, leases.held(work, visit.case.id))


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


def closed_case(runtime: Runtime, who: ByInterviewer) -> Visit:
    """A case from outside, without its contact. Raises NotPermitted, NotFound, StateRefused."""
    with Desk(runtime, who.actor).writing() as work:
        visit = _callable_visit(work, who)
        _record_on(work, who, AuditAction.CASE_SEEN)
        return visit


def release(runtime: Runtime, who: ByInterviewer) -> None:
    """Ends the interviewer's own hold, so that a colleague can open the case at once. Raises NotPermitted, NotFound."""
    with Desk(runtime, who.actor).writing() as work:
        visit = survey_session.visit_in(work, who)
        cases.release_lease(work.session, visit.case.id, who.staff.id)


def _callable_visit(work: Work, who: ByInterviewer, lock: bool = False) -> Visit:
    """The visit. Raises NotFound for somebody who withdrew, StateRefused when no answers are taken."""
    visit = survey_session.visit_in(work, who, lock)
    if visit.participant.withdrawn_at is not None:
        raise NotFound(say("no_case", reference=who.reference, touchpoint=who.touchpoint))
    if visit.state not in ANSWERABLE:
        raise StateRefused(say("nobody_to_call", reference=who.reference, touchpoint=who.touchpoint, state=visit.state))
    return visit


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
        anew=anew,
    )


@dataclass(frozen=True)
class AgreedTime:
    """A time for the next attempt, on the study's own clock (no zone): as a day and time, or in words. `later`: which
    of two it is where the clocks go back over it; None: nobody said."""

    at: dt.datetime | None = None
    in_words: str = ""
    later: bool | None = None


def record_attempt(
    runtime: Runtime,
    who: ByInterviewer,
    outcome: Outcome,
    attempt_id: uuid.UUID,
    note: str = "",
    agreed: AgreedTime = AgreedTime(),
) -> RecordedAttempt:
    """Records what came of an attempt, which ends the hold on the case.

    `agreed` is the time agreed for the next one: needed for a call back or an appointment, ignored otherwise. The same
    `attempt_id` again records nothing new. A link is made when it is what came of it. Raises InputRefused (field
    `agreed`, `in_words`, `which` or `note`), HeldByAnother, StateRefused, NotPermitted, NotFound.
    """
    if outcome not in RECORDED_BY_HAND:
        raise InputRefused(say("completed_by_itself"), "outcome")
    note = _note(note)
    with Desk(runtime, who.actor).writing() as work:
        study = survey_session.visit_in(work, who).study
        if cases.has_attempt(work.session, attempt_id):
            return RecordedAttempt(outcome=outcome, next_at=None)
        visit = _callable_visit(work, who, lock=True)
        next_at = _agreed_moment(work, study, agreed) if outcome in NEEDS_TIME else None
        staff = who.staff
        attempt = Attempt(
            id=attempt_id,
            case_id=visit.case.id,
            staff_id=staff.id,
            staff_name=staff.name,
            at=work.now,
            outcome=outcome,
            mode=who.mode,
            note=note or None,
            next_at=next_at,
        )
        _record(work, who, visit, attempt)
        given = None
        if outcome is Outcome.LINK_SENT:
            staff.check(Action.GIVE_ACCESS, who.study)
            given = links.issue(work, visit.participant, visit.case, AccessKind.LINK)
            _record_on(work, who, AuditAction.LINK_GIVEN_OUT)
        outside = next_at is not None and not within_call_hours(next_at.astimezone(runtime.zone(study)))
        answered = answering_of(visit.response) is not Answering.NONE
        return RecordedAttempt(outcome=outcome, next_at=next_at, outside_hours=outside, given=given, answered=answered)


def undoable(desk: Desk) -> RecentAttempt | None:
    """What this interviewer recorded within the last minute, if it can be taken back; never a finished interview."""
    with desk.reading() as work:
        return _undoable(work)


def _undoable(work: Work) -> RecentAttempt | None:
    found = attempts.newest_by(work.session, work.staff.id, work.now - UNDO_FOR)
    return found if found and found.outcome is not Outcome.COMPLETED else None


def undo(runtime: Runtime, who: ByInterviewer, attempt_id: uuid.UUID) -> None:
    """Takes back an attempt: it is gone, the case stands as it did before and is the interviewer's again, a link that
    came of it has ended, and the trail has both. Raises StateRefused after a minute, or once somebody went on with the
    case; HeldByAnother; NotPermitted; NotFound."""
    with Desk(runtime, who.actor).writing() as work:
        visit = survey_session.visit_in(work, who, lock=True)
        found = _undoable(work)
        if found is None or found.id != attempt_id or found.case_id != visit.case.id:
            raise StateRefused(say("too_late_to_undo", reference=who.reference))
        attempts.undo(work.session, attempt_id)
        _record_on(work, who, AuditAction.ATTEMPT_UNDONE, outcome=found.outcome.value, mode=found.mode.value)


def hand_in(runtime: Runtime, who: ByInterviewer, attempt_id: uuid.UUID, note: str = "") -> Visit:
    """Hands in the interview, records the attempt as completed with the closing note, and ends the hold. The case is
    complete, partial or broken off by the study's rule. Twice is the same as once. Raises InputRefused (`note`),
    Unfinished, HeldByAnother, StateRefused, NotPermitted, NotFound."""
    note = _note(note)
    with Desk(runtime, who.actor).writing() as work:
        visit, anew = answering.submit_in(work, who)
        if anew:
            staff = who.staff
            attempt = Attempt(
                id=attempt_id,
                case_id=visit.case.id,
                staff_id=staff.id,
                staff_name=staff.name,
                at=work.now,
                outcome=Outcome.COMPLETED,
                mode=who.mode,
                note=note or None,
            )
            _record(work, who, visit, attempt)
            came_to = answered_of(visit.ready[1]).completion(visit.study.completion)
            cases.set_disposition(work.session, visit.case.id, DISPOSITIONS[came_to])
        else:
            cases.release_lease(work.session, visit.case.id, who.staff.id)
        return visit


def _note(written: str) -> str:
    note = written.strip().replace("\r\n", "\n")
    if len(note) > NOTE_LENGTH:
        raise InputRefused(say("note_too_long", limit=NOTE_LENGTH), "note")
    return note


def _record(work: Work, who: ByInterviewer, visit: Visit, attempt: Attempt) -> None:
    """Stores an attempt and what follows from it for the case, and lets go of the case."""
    cases.add_attempt(work.session, attempt)
    cases.set_disposition(work.session, visit.case.id, disposition_after(visit.case.disposition, attempt.outcome))
    cases.set_next(work.session, visit.case.id, attempt.next_at)
    cases.release_lease(work.session, visit.case.id, who.staff.id)
    _record_on(work, who, AuditAction.ATTEMPT_RECORDED, outcome=attempt.outcome.value, mode=attempt.mode.value)


def _agreed_moment(work: Work, study: Study, said: AgreedTime) -> dt.datetime:
    zone, now = work.runtime.zone(study), work.now
    agreed = said.at
    if said.in_words.strip():
        agreed = agreed_in_words(said.in_words, now.astimezone(zone).replace(tzinfo=None))
        if agreed is None:
            raise InputRefused(say("agreed_words"), "in_words")
    if agreed is None:
        raise InputRefused(say("agreed_missing"), "agreed")
    away = agreed - now.astimezone(zone).replace(tzinfo=None)
    # The first and last days of the calendar have no moment in every zone, and nobody means them.
    near = abs(away) < 2 * FURTHEST
    moments = moments_of(agreed, zone) if near else ()
    if near and not moments:
        raise InputRefused(say("agreed_not_there"), "agreed")
    if len(moments) > 1 and said.later is None and moments[1] > now:
        raise InputRefused(say("agreed_twice"), "which")
    moment = (moments[-1] if said.later else moments[0]) if moments else None
    if moment is None or moment <= now or moment > now + FURTHEST:
        if away > dt.timedelta(0):
            raise InputRefused(say("agreed_too_far", days=FURTHEST.days), "agreed")
        raise InputRefused(say("agreed_past"), "agreed")
    return moment
