"""Opening answers that were sent again, so that they can be corrected.

What was sent goes on counting until it is sent again; when it was first sent stays, so that no later case moves.
Answers that a device sent once they could no longer be taken are found filled in then.
"""

from __future__ import annotations

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import Case
from surveyapp.domain.responses import CorrectionReason, Response, ResponseState
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.cases.state import can_be_opened
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, responses
from surveyapp.store.answering import writing
from surveyapp.store.privacy import reopening


def check(desk: Desk, study_id: str, reference: str, touchpoint: int) -> int:
    """How many answers that came too late would come with it. Raises NotPermitted, NotFound or StateRefused where
    `reopen` would."""
    scope = desk.scope(Action.CORRECT_ANSWERS, study_id)
    with desk.reading() as work:
        case = cases.case_in_scope(work.session, scope, reference, touchpoint)
        return len(reopening.late_variables(work.session, _openable(work, case, reference, touchpoint)))


def reopen(desk: Desk, study_id: str, reference: str, touchpoint: int, why: CorrectionReason | None) -> None:
    """Opens what somebody sent: their link opens the questions, until they send them again or the case closes. Open
    already, nothing changes. Raises NotPermitted, NotFound, InputRefused (`why`), and StateRefused where nothing was
    sent, the case has closed, or they have stopped or withdrawn."""
    scope = desk.scope(Action.CORRECT_ANSWERS, study_id)
    with desk.writing() as work:
        found = cases.case_in_scope(work.session, scope, reference, touchpoint)
        case = None if found is None else cases.locked_case(work.session, found.id)
        response = _openable(work, case, reference, touchpoint)
        if why is None:
            raise InputRefused(say("why_missing"), "why")
        if response.reopened_at is not None:
            return
        writing.point(work.session, response.id, reopening.late_variables(work.session, response))
        reopening.reopen(work.session, response, why, work.staff_id, work.now)
        work.record(AuditAction.RESPONSE_REOPENED, reference, study=study_id, touchpoint=touchpoint, why=why.value)


def _openable(work: Work, case: Case | None, reference: str, touchpoint: int) -> Response:
    if case is None:
        raise NotFound(say("no_case", reference=reference, touchpoint=touchpoint))
    response = responses.response_of(work.session, case.id)
    if response is None or response.state is not ResponseState.SUBMITTED:
        raise StateRefused(say("not_sent_yet", reference=reference, touchpoint=touchpoint))
    person = work.person(case.participant_id)
    assert person is not None
    gone = person.withdrawn_at is not None or person.stopped_at is not None
    if gone or not can_be_opened(work, case, response):
        raise StateRefused(say("no_longer_opened", reference=reference, touchpoint=touchpoint))
    return response
