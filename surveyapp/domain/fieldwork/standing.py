"""Where the cases of a study stand, counted: who could be asked, who answered, and who did not."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import Case, CaseState


class Standing(enum.Enum):
    """What response has come of a case. Every case has one, so that they add up."""

    ANSWERED = "answered"
    OPEN = "open"
    CLOSED = "closed"
    REFUSED = "refused"
    NOT_OPEN = "not_open"
    NOT_ELIGIBLE = "not_eligible"
    WITHDRAWN = "withdrawn"


STANDING: Mapping[CaseState, Standing] = {
    CaseState.SUBMITTED: Standing.ANSWERED,
    CaseState.OPEN: Standing.OPEN,
    CaseState.PAUSED: Standing.OPEN,
    CaseState.OVERDUE: Standing.OPEN,
    CaseState.IN_PROGRESS: Standing.OPEN,
    CaseState.CLOSED: Standing.CLOSED,
    CaseState.REFUSED: Standing.REFUSED,
    CaseState.SCHEDULED: Standing.NOT_OPEN,
    CaseState.NOT_ELIGIBLE: Standing.NOT_ELIGIBLE,
    CaseState.DECEASED: Standing.CLOSED,
    CaseState.WITHDRAWN: Standing.WITHDRAWN,
}


def standing_of(case: Case, state: CaseState, now: dt.datetime) -> Standing:
    """What response has come of a case in a state. A refusal counts from the day on which the touchpoint opens: of
    somebody who stopped, or died, before it, nobody could have asked yet."""
    early = state in (CaseState.REFUSED, CaseState.DECEASED) and now < case.opens_at
    return Standing.NOT_OPEN if early else STANDING[state]


COULD_BE_ASKED = (Standing.ANSWERED, Standing.OPEN, Standing.CLOSED, Standing.REFUSED)
"""Those whose touchpoint has opened for them and who are eligible for it and still in the study."""


@dataclass(frozen=True, kw_only=True)
class CaseCount:
    """How many cases are alike. `before`: whether their people answered the touchpoint before this one; `mode`: how
    those who answered handed it in, `easy` whether in easy words; `site` and `attributes`: what is known of the
    people."""

    touchpoint: int
    standing: Standing
    people: int
    before: bool = False
    mode: Mode | None = None
    easy: bool = False
    site: uuid.UUID | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AnswerCount:
    """How many people gave one answer at a touchpoint, by where their case at a later one stands (None: they have none
    yet). `code` is None for whoever gave no substantive answer."""

    version: int
    code: str | None
    standing: Standing | None
    people: int
