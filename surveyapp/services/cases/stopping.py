"""Somebody is contacted no more, or again: what becomes of their cases, and what is noted of it."""

from __future__ import annotations

import dataclasses

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState, Disposition, disposition_without_refusal
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import LeavingReason, Participation, ParticipationChange
from surveyapp.domain.responses import ResponseState
from surveyapp.services.cases.state import state_of
from surveyapp.services.work import Work
from surveyapp.store import cases, participants, responses
from surveyapp.store.privacy import participation, reopening

ENDED_BY_STOPPING = ANSWERABLE | {CaseState.SCHEDULED, CaseState.PAUSED}
"""States of a case that stopping ends: it could be answered now, or later."""

_AUDITED = {
    ParticipationChange.STOPPED: AuditAction.PARTICIPATION_STOPPED,
    ParticipationChange.TAKEN_UP: AuditAction.PARTICIPATION_TAKEN_UP,
    ParticipationChange.WITHDRAWN: AuditAction.PARTICIPATION_WITHDRAWN,
    ParticipationChange.WITHDRAWAL_UNDONE: AuditAction.WITHDRAWAL_UNDONE,
    ParticipationChange.DIED: AuditAction.DEATH_RECORDED,
    ParticipationChange.DEATH_UNDONE: AuditAction.DEATH_UNDONE,
}


def stop(work: Work, participant: Participant, why: LeavingReason) -> None:
    """Nobody contacts them any more; what was sent stays."""
    end_cases(work, participant, Disposition.REFUSAL)
    participants.set_stopped(work.session, participant.id, work.now)
    note(work, participant, ParticipationChange.STOPPED, why)


def end_cases(work: Work, participant: Participant, ended_as: Disposition) -> None:
    """Ends whatever could still be answered, and every hold on it; what was sent stays."""
    for case in cases.cases_of(work.session, participant.id):
        cases.locked_case(work.session, case.id)
        cases.set_next(work.session, case.id, None)
        response = responses.response_of(work.session, case.id)
        sent = response is not None and response.state is ResponseState.SUBMITTED
        if not sent and state_of(work, case, response) in ENDED_BY_STOPPING:
            cases.set_disposition(work.session, case, ended_as)
    cases.end_leases(work.session, participant.id, work.now)
    reopening.close_all(work.session, participant.id)


def take_up(work: Work, participant: Participant, why: LeavingReason) -> None:
    """They got in touch, which no refusal outlasts: what can still be answered is what its attempts made of it. What
    closed meanwhile was refused, and stays so."""
    for case in cases.cases_of(work.session, participant.id):
        response = responses.response_of(work.session, case.id)
        attempts = cases.attempts_of(work.session, case.id)
        before = disposition_without_refusal(case.disposition, attempts, response.state if response else None)
        asked = dataclasses.replace(case, disposition=before)
        if case.disposition is Disposition.REFUSAL and state_of(work, asked, response) in ENDED_BY_STOPPING:
            cases.set_disposition(work.session, case, before)
    participants.set_stopped(work.session, participant.id, None)
    note(work, participant, ParticipationChange.TAKEN_UP, why)


def note(work: Work, participant: Participant, change: ParticipationChange, why: LeavingReason) -> None:
    """Keeps how somebody left or came back, and puts it into the audit trail."""
    made = Participation(change=change, why=why, at=work.now, by_staff=work.staff_id)
    participation.add(work.session, participant.id, made)
    work.record(_AUDITED[change], participant.reference, study=participant.study, why=why.value)
