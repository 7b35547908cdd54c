"""Cases, attempts and links as plain objects, for tests that need no database."""

from __future__ import annotations

import datetime as dt
import uuid

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import Attempt, Case, Disposition, Outcome

NOW = dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC)
SHORTLY = dt.timedelta(microseconds=1)
NOBODY = uuid.UUID(int=0)


def make_case(
    opens_at: dt.datetime = NOW,
    due_at: dt.datetime | None = None,
    closes_at: dt.datetime | None = None,
    disposition: Disposition = Disposition.UNKNOWN,
) -> Case:
    return Case(
        id=NOBODY,
        participant_id=NOBODY,
        touchpoint=1,
        opens_at=opens_at,
        due_at=due_at,
        closes_at=closes_at,
        disposition=disposition,
    )


def make_attempt(at: dt.datetime, next_at: dt.datetime | None = None) -> Attempt:
    return Attempt(
        id=uuid.uuid4(),
        case_id=NOBODY,
        staff_id=None,
        staff_name=None,
        at=at,
        outcome=Outcome.NO_ANSWER if next_at is None else Outcome.CALLBACK,
        mode=Mode.PHONE,
        next_at=next_at,
    )
