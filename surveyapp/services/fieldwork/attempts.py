"""What came of an attempt to interview somebody: recorded, taken back, or the interview itself handed in."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.entry.doors import Answering
from surveyapp.domain.errors import InputRefused, StateRefused
from surveyapp.domain.fieldwork.agreed import agreed_in_words, moments_of
from surveyapp.domain.fieldwork.call_wishes import within_call_hours
from surveyapp.domain.fieldwork.cases import (
    NEEDS_TIME,
    UNDO_FOR,
    AccessKind,
    Attempt,
    Outcome,
    disposition_after,
)
from surveyapp.domain.fieldwork.completion import DISPOSITIONS, answered_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.cases import standing
from surveyapp.services.fieldwork.calls import callable_visit, record_on
from surveyapp.services.participants import links
from surveyapp.services.participants.links import GivenOut
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.responses.survey_session import ByInterviewer, Visit, answering_of
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases
from surveyapp.store.calling import attempts as store
from surveyapp.store.calling.attempts import RecentAttempt

NOTE_LENGTH = 1000
"""Characters of a note on an attempt."""

FURTHEST = dt.timedelta(days=180)
"""How far ahead a call can be agreed; anything later is a slip of the pen."""

RECORDED_BY_HAND = tuple(outcome for outcome in Outcome if outcome is not Outcome.COMPLETED)
"""Outcomes an interviewer chooses. Completed is recorded when the interview is handed in."""


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
        visit = callable_visit(work, who, lock=True)
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
            record_on(work, who, AuditAction.LINK_GIVEN_OUT)
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
    came of it has ended, and the trail has both. Raises StateRefused after a minute, or once somebody went on with the
    case; HeldByAnother; NotPermitted; NotFound."""
    with Desk(runtime, who.actor).writing() as work:
        visit = survey_session.visit_in(work, who, lock=True)
        found = _undoable(work)
        if found is None or found.id != attempt_id or found.case_id != visit.case.id:
            raise StateRefused(say("too_late_to_undo", reference=who.reference))
        store.undo(work.session, attempt_id)
        standing.work_out(work, visit.study, visit.case.id)
        record_on(work, who, AuditAction.ATTEMPT_UNDONE, outcome=found.outcome.value, mode=found.mode.value)


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
    standing.work_out(work, visit.study, visit.case.id)
    record_on(work, who, AuditAction.ATTEMPT_RECORDED, outcome=attempt.outcome.value, mode=attempt.mode.value)


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
