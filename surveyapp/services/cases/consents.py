"""What somebody consents to, recorded, and done: who does not want to be contacted again is asked at no other
touchpoint, and called by nobody."""

from __future__ import annotations

from collections.abc import Collection

from surveyapp.domain.answers import Mode
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.fieldwork.cases import REFUSALS, Case, Disposition, disposition_without_refusal
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import ConsentGiven, Participant
from surveyapp.domain.responses import ResponseState
from surveyapp.services.cases import standing
from surveyapp.services.cases.state import state_of
from surveyapp.services.cases.stopping import ENDED_BY_STOPPING
from surveyapp.services.work import Work
from surveyapp.store import cases, participants, responses
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.calling import stands


def record(work: Work, study: Study, person: Participant, said: Collection[ConsentGiven], mode: Mode) -> None:
    """Keeps what somebody said of purposes now, each with its entry in the audit trail. What follows from it is done
    by `follow`, once whatever they said it before has begun."""
    for each in said:
        said_of_consent.add(work.session, person.id, each, mode, work.staff_id)
        work.record(
            AuditAction.CONSENT_GIVEN if each.given else AuditAction.CONSENT_DECLINED,
            person.reference,
            study=study.id,
            purpose=each.purpose,
            version=each.version,
            mode=mode.value,
        )


def follow(work: Work, study: Study, person: Participant) -> None:
    """Does what follows from a person's consents as they now stand. Doing it again changes nothing.

    Who does not want to be contacted again finishes what they have begun, or the first that is theirs, by themselves
    or when they asked to be called; their other cases become refusals that nobody queues, and so do those to come. Who
    wants to again has back what closed for that alone."""
    work.session.flush()
    now = participants.participant(work.session, person.id, work.today(study))
    declined = study.declined_contact_at(said_of_consent.last_said(work.session, person.id))
    if now is None or declined == (before := now.declined_contact_at):
        return
    participants.set_declined_contact(work.session, person.id, declined)
    if (declined is None or before is None) and now.stopped_at is None:
        theirs = cases.cases_of(work.session, person.id)
        kept = _still_theirs(work, theirs) if declined is not None else None
        for case in theirs:
            cases.locked_case(work.session, case.id)
            if declined is None:
                _give_back(work, case)
            elif case is not kept:
                _refuse(work, case)
            standing.work_out(work, study, case.id)


def _still_theirs(work: Work, theirs: list[Case]) -> Case | None:
    """What somebody may finish who is not to be contacted again: what they have begun, or, of somebody who never sent
    anything, the first that they are asked."""
    found = {case.touchpoint: responses.response_of(work.session, case.id) for case in theirs}
    open_now = [case for case in theirs if state_of(work, case, found[case.touchpoint]) in ENDED_BY_STOPPING]
    begun = [(response.started_at, case) for case in open_now if (response := found[case.touchpoint]) is not None]
    if begun:
        return max(begun, key=lambda each: each[0])[1]
    sent = any(each is not None and each.state is ResponseState.SUBMITTED for each in found.values())
    return None if sent or not open_now else min(open_now, key=lambda case: case.touchpoint)


def _refuse(work: Work, case: Case) -> None:
    response = responses.response_of(work.session, case.id)
    sent = response is not None and response.state is ResponseState.SUBMITTED
    if not sent and state_of(work, case, response) in ENDED_BY_STOPPING:
        cases.set_next(work.session, case.id, None)
        cases.set_disposition(work.session, case, Disposition.REFUSAL)


def _give_back(work: Work, case: Case) -> None:
    """A refusal that no attempt came to is one for the consent alone."""
    tried = stands.tried(work.session, case.id)
    if case.disposition is Disposition.REFUSAL and not any(each.outcome in REFUSALS for each in tried):
        response = responses.response_of(work.session, case.id)
        before = disposition_without_refusal(case.disposition, tried, response.state if response else None)
        cases.set_disposition(work.session, case, before)
