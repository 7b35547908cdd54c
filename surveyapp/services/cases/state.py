"""Where a case stands now: the domain's one rule (`Case.state`), asked in one place."""

from __future__ import annotations

import datetime as dt

from surveyapp.domain.fieldwork.cases import ANSWERABLE, Access, Case, CaseState
from surveyapp.domain.responses import Response, ResponseState
from surveyapp.services.work import Work
from surveyapp.store import cases

OUTSIDE_ITS_WINDOW = frozenset({CaseState.SCHEDULED, CaseState.CLOSED})


def state_of(
    work: Work,
    case: Case,
    response: Response | ResponseState | None,
    *,
    withdrawn: bool = False,
    reopened: bool = False,
) -> CaseState:
    """The case's state, for whoever runs the study. `reopened`: of a response of which only the state is given."""
    if isinstance(response, Response):
        return case.state(work.now, response.state, withdrawn, response.reopened_at is not None)
    return case.state(work.now, response, withdrawn, reopened)


def can_be_opened(work: Work, case: Case, response: Response | None) -> bool:
    """Whether answers were sent and the case has not closed since, so that they can be opened again."""
    return response is not None and response.state is ResponseState.SUBMITTED and could_be_opened(work, case)


def could_be_opened(work: Work, case: Case) -> bool:
    """Whether its answers, once they are sent, can be opened again."""
    return case.state(work.now, ResponseState.SUBMITTED, reopened=True) in ANSWERABLE


def runs_out_at(work: Work, access: Access) -> dt.datetime | None:
    """`Access.ends_at`: its case is looked at only where it would be over by itself."""
    if access.expires_at is None or work.now < access.expires_at:
        return access.expires_at
    case = cases.case(work.session, access.case_id)
    return access.ends_at(case) if case else access.expires_at


def state_for_answering(
    work: Work, case: Case, response: Response | ResponseState | None, *, withdrawn: bool = False
) -> CaseState:
    """The case's state, for whoever answers it: a demonstration takes answers outside the window, too."""
    state = state_of(work, case, response, withdrawn=withdrawn)
    if work.runtime.settings.demo and state in OUTSIDE_ITS_WINDOW:
        return CaseState.OPEN if response is None else CaseState.IN_PROGRESS
    return state
