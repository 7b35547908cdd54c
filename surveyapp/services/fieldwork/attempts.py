"""What came of an attempt to interview somebody: recorded, taken back, or the interview itself handed in."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.entry.doors import Answering
from surveyapp.domain.errors import AlreadySubmitted, InputRefused, StateRefused
from surveyapp.domain.fieldwork.call_wishes import within_call_hours
from surveyapp.domain.fieldwork.cases import (
    NEEDS_TIME,
    UNDO_FOR,
    AccessKind,
    Attempt,
    CaseState,
    Outcome,
    OutcomeDetail,
    disposition_after,
)
from surveyapp.domain.fieldwork.completion import DISPOSITIONS, answered_of
from surveyapp.domain.fieldwork.consequences import CONSEQUENCES, DETAILS, LinksThen, WayOut, note_needed
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import REASONS, LeavingReason, ParticipationChange, open_changes
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.cases import standing
from surveyapp.services.cases.agreed_times import NO_TIME, AgreedTime, agreed_moment
from surveyapp.services.cases.stopping import ENDED_BY_STOPPING
from surveyapp.services.fieldwork.calls import check_nobody_else, over, record_on, tried_meanwhile, visit_to_end
from surveyapp.services.participants import identity, links
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.participants.links import GivenOut
from surveyapp.services.privacy import leaving
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.responses.survey_session import ByInterviewer, Visit, answering_of
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants
from surveyapp.store.calling import attempts as store
from surveyapp.store.calling import referrals, undoing
from surveyapp.store.calling.attempts import RecentAttempt

NOTE_LENGTH = 1000
"""Characters of a note on an attempt."""

CHANGES = {WayOut.WITHDRAWN: ParticipationChange.WITHDRAWN, WayOut.DIED: ParticipationChange.DIED}
"""What is recorded of the person's part in the study."""

RECORDED_BY_HAND = tuple(outcome for outcome in Outcome if outcome is not Outcome.COMPLETED)
"""Outcomes an interviewer chooses. Completed is recorded when the interview is handed in."""


_LEADS_ON = NEEDS_TIME | {Outcome.LINK_SENT}
"""Outcomes that speak of answers to come."""


def recordable(state: CaseState) -> tuple[Outcome, ...]:
    """What an interviewer can record of a call, where the case stands so by its end."""
    ahead = state in ENDED_BY_STOPPING
    return RECORDED_BY_HAND if ahead else tuple(each for each in RECORDED_BY_HAND if each not in _LEADS_ON)


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


@dataclass(frozen=True, kw_only=True)
class SaidOfOutcome:
    """What an outcome needs besides. `detail`: why somebody is not eligible, or what is known of where they moved;
    `language`: the language they speak (a code; None: not known); `confirmed` and `why`: who it was that withdrew, and
    why as far as they said."""

    detail: OutcomeDetail | None = None
    language: str | None = None
    confirmed: Collection[IdentityFact] = ()
    why: LeavingReason | None = None


def record_attempt(
    runtime: Runtime,
    who: ByInterviewer,
    outcome: Outcome,
    attempt_id: uuid.UUID,
    note: str = "",
    agreed: AgreedTime = NO_TIME,
    said: SaidOfOutcome = SaidOfOutcome(),
    seen: int | None = None,
) -> RecordedAttempt:
    """Records what came of an attempt and all that follows from it (`CONSEQUENCES`), which ends the hold on the case.
    What became of the case meanwhile keeps nobody from it who had it open last; what is final of it stays.

    `agreed` is the time agreed for the next one: needed for a call back or an appointment, ignored otherwise. The same
    `attempt_id` again records nothing new. A link is made when it is what came of it. `seen`: how many attempts whoever
    says so knew of. Raises InputRefused (field `agreed`, `in_words`, `which`, `note`, `detail`, `language`, `facts` or
    `why`), TriedMeanwhile where there are more by now, CallOver of an outcome that leads on (`recordable`) or of
    somebody who withdrew, HeldByAnother, StateRefused, NotPermitted, NotFound.
    """
    if outcome not in RECORDED_BY_HAND:
        raise InputRefused(say("completed_by_itself"), "outcome")
    note = _note(note)
    with Desk(runtime, who.actor).writing() as work:
        here = survey_session.visit_in(work, who)
        study = here.study
        if cases.has_attempt(work.session, attempt_id):
            return RecordedAttempt(outcome=outcome, next_at=None)
        _check_said(outcome, note, said)
        if CONSEQUENCES[outcome].leaving is not None:
            _lock_all(work, here.participant.id)
        visit = visit_to_end(work, who, lock=True)
        if outcome not in recordable(visit.state):
            raise over(visit, who)
        if seen is not None and store.count(work.session, visit.case.id) > seen:
            raise tried_meanwhile(work, visit)
        next_at = agreed_moment(work, study, agreed, visit.case.ends_at) if outcome in NEEDS_TIME else None
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
            detail=said.detail if outcome in DETAILS else None,
        )
        before = undoing.standing(work.session, visit.participant.id)
        _follow(work, visit, attempt, said)
        _record(work, who, visit, attempt, before)
        given = None
        if outcome is Outcome.LINK_SENT:
            staff.check_of(Action.GIVE_ACCESS, visit.participant)
            given = links.issue(work, visit.participant, visit.case, AccessKind.LINK)
            record_on(work, who, AuditAction.LINK_GIVEN_OUT)
        undoing.keep_after(work.session, attempt_id, visit.participant.id)
        outside = next_at is not None and not within_call_hours(next_at.astimezone(runtime.zone(study)))
        answered = answering_of(visit.response) is not Answering.NONE
        return RecordedAttempt(outcome=outcome, next_at=next_at, outside_hours=outside, given=given, answered=answered)


def undoable(desk: Desk) -> RecentAttempt | None:
    """What this interviewer recorded within the last minute, if it can be taken back; never a finished interview."""
    with desk.reading() as work:
        return _undoable(work)


def _undoable(work: Work) -> RecentAttempt | None:
    found = store.newest_by(work.session, work.staff.id, work.now - UNDO_FOR)
    return found if found and found.outcome is not Outcome.COMPLETED else None


def undo(runtime: Runtime, who: ByInterviewer, attempt_id: uuid.UUID) -> None:
    """Takes back an attempt: it is gone, the case stands as it did before and is the interviewer's again, a link that
    came of it has ended, and the trail has both. Raises StateRefused after a minute, or once anything of the person,
    their cases or their answers is not as the attempt left it; HeldByAnother; NotPermitted; NotFound."""
    with Desk(runtime, who.actor).writing() as work:
        person_id = survey_session.visit_in(work, who).participant.id
        _lock_all(work, person_id)
        visit = survey_session.visit_in(work, who, lock=True)
        found = _undoable(work)
        mine = found is not None and found.id == attempt_id and found.case_id == visit.case.id
        if not mine or _went_on(work, attempt_id, person_id):
            raise StateRefused(say("too_late_to_undo", reference=who.reference))
        assert found is not None
        check_nobody_else(work, visit)
        follows = CONSEQUENCES[found.outcome]
        undoing.undo(
            work.session,
            attempt_id,
            links=follows.links is LinksThen.ONE_MORE,
            accesses_ended=follows.links is LinksThen.ENDED,
        )
        back, gone = work.person(person_id), visit.participant
        assert back is not None
        if follows.leaving is not None and _ways_out(back) != _ways_out(gone):
            leaving.note_undone(work, gone, CHANGES[follows.leaving])
        standing.work_out(work, visit.study, visit.case.id)
        record_on(work, who, AuditAction.ATTEMPT_UNDONE, outcome=found.outcome.value, mode=found.mode.value)


def _lock_all(work: Work, participant_id: uuid.UUID) -> None:
    """Locks a person's cases in one order, before one of them by itself: two who change several wait for each other
    only so."""
    for each in cases.cases_of(work.session, participant_id):
        cases.lock_one(work.session, each.id)


def _ways_out(person: Participant) -> tuple[dt.datetime | None, ...]:
    return person.withdrawn_at, person.deceased_at


def _went_on(work: Work, attempt_id: uuid.UUID, participant_id: uuid.UUID) -> bool:
    decided = referrals.is_decided(work.session, attempt_id)
    return decided or undoing.went_on(work.session, attempt_id, participant_id)


def hand_in(runtime: Runtime, who: ByInterviewer, attempt_id: uuid.UUID, note: str = "") -> Visit:
    """Hands in the interview, records the attempt as completed with the closing note, and ends the hold. The case is
    complete, partial or broken off by the study's rule. Twice is the same as once. Raises InputRefused (`note`),
    Unfinished, HeldByAnother, StateRefused, NotPermitted, NotFound; and AlreadySubmitted, the hold having ended, where
    they were sent otherwise meanwhile and there is a note, which then stands nowhere."""
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
            cases.set_disposition(work.session, visit.case, DISPOSITIONS[came_to])
        else:
            cases.release_lease(work.session, visit.case.id, who.staff.id)
        nowhere = bool(note) and not anew and not cases.has_attempt(work.session, attempt_id)
    if nowhere:
        raise AlreadySubmitted("These answers were sent meanwhile, and the note was not kept.")
    return visit


def to_ask_for(runtime: Runtime, who: ByInterviewer) -> Mapping[IdentityFact, str | dt.date]:
    """What somebody who withdraws on the phone can be asked for, to be compared with what they say. A sight of a
    contact, noted as one. Raises NotPermitted, NotFound, StateRefused."""
    with Desk(runtime, who.actor).writing() as work:
        visit = visit_to_end(work, who)
        who.staff.check_of(Action.SEE_CONTACTS, visit.participant)
        record_on(work, who, AuditAction.CONTACT_SEEN)
        return identity.facts(work, visit.participant, rights=True)


def _check_said(outcome: Outcome, note: str, said: SaidOfOutcome) -> None:
    if outcome in DETAILS and said.detail not in DETAILS[outcome]:
        raise InputRefused(say("detail_missing"), "detail")
    if note_needed(outcome, said.detail) and not note:
        raise InputRefused(say("complaint_missing" if outcome is Outcome.COMPLAINED else "contact_missing"), "note")
    if outcome is Outcome.WITHDREW and said.why not in REASONS[ParticipationChange.WITHDRAWN]:
        raise InputRefused(say("why_missing"), "why")


def _follow(work: Work, visit: Visit, attempt: Attempt, said: SaidOfOutcome) -> None:
    """Does what follows for the person, and not for this case alone."""
    person, follows = visit.participant, CONSEQUENCES[attempt.outcome]
    if attempt.outcome is Outcome.LANGUAGE_BARRIER:
        participants.set_language_asked(work.session, person.id, said.language)
        participants.set_not_called_by(work.session, person.id, attempt.staff_id)
    change = CHANGES[follows.leaving] if follows.leaving is not None else None
    # What was recorded of them meanwhile otherwise stands.
    if change not in open_changes(person.stopped_at, person.withdrawn_at, person.deceased_at):
        return
    if change is ParticipationChange.WITHDRAWN:
        assert said.why is not None
        identity.confirm(work, person, said.confirmed, rights=True)
        leaving.make(work, person, change, said.why)
    else:
        leaving.make(work, person, change, REASONS[change][0])


def _note(written: str) -> str:
    note = written.strip().replace("\r\n", "\n")
    if len(note) > NOTE_LENGTH:
        raise InputRefused(say("note_too_long", limit=NOTE_LENGTH), "note")
    return note


def _record(
    work: Work, who: ByInterviewer, visit: Visit, attempt: Attempt, before: Mapping[str, Any] | None = None
) -> None:
    """Stores an attempt and what follows from it for the case, and lets go of the case."""
    cases.add_attempt(work.session, attempt, before)
    work.session.flush()
    kind = CONSEQUENCES[attempt.outcome].referral
    if kind is not None:
        referrals.add(work.session, attempt.id, visit.participant.id, kind, attempt.at)
    if visit.state is not CaseState.SUBMITTED:
        cases.set_disposition(work.session, visit.case, disposition_after(visit.case.disposition, attempt.outcome))
    cases.set_next(work.session, visit.case.id, attempt.next_at)
    cases.set_on_their_own(work.session, visit.case.id, None, None)
    cases.release_lease(work.session, visit.case.id, who.staff.id)
    standing.work_out(work, visit.study, visit.case.id)
    detail = {"detail": attempt.detail.value} if attempt.detail else {}
    record_on(work, who, AuditAction.ATTEMPT_RECORDED, outcome=attempt.outcome.value, mode=attempt.mode.value, **detail)
