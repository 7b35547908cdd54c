"""When somebody is asked again: by the next case that stands."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState
from surveyapp.domain.instrument.study import Study
from surveyapp.services.cases.state import state_of
from surveyapp.services.work import Work
from surveyapp.store import cases, responses


@dataclass(frozen=True)
class NextTime:
    """From which day somebody is asked again, and whether that has come."""

    on: dt.date
    come: bool


def next_time(work: Work, study: Study, participant_id: uuid.UUID, but: uuid.UUID) -> NextTime | None:
    """When somebody is asked again, by the next case beside one (`but`) that stands and can still be answered; None
    where none does. One that waits for something to happen does not stand yet."""
    for case in sorted(cases.cases_of(work.session, participant_id), key=lambda each: each.opens_at):
        state = state_of(work, case, responses.response_of(work.session, case.id))
        if case.id != but and state in ANSWERABLE | {CaseState.SCHEDULED}:
            on = case.opens_at.astimezone(work.runtime.zone(study)).date()
            return NextTime(on, state is not CaseState.SCHEDULED)
    return None
