"""How a case stands for whoever calls: worked out from all that was tried and decided, and from nothing else, so that
it can be stored, sorted by, and worked out anew when something is taken back."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.call_wishes import EVENING, NOON, minute_of
from surveyapp.domain.fieldwork.cases import (
    MAXIMUM_ATTEMPTS,
    NEEDS_TIME,
    Attempt,
    Outcome,
    calls_without_appointment,
)
from surveyapp.domain.fieldwork.days import end_of

SOFT_REFUSAL_RESTS = dt.timedelta(days=14)
"""After how long somebody who refused softly may be asked once more, by another interviewer, where the study allows."""

BUSY_RESTS = dt.timedelta(minutes=30)

MOST_MORE = 10
"""Attempts that a supervisor allows at once, at most."""


class CallHold(enum.StrEnum):
    """Why nobody is called although answers are taken: a supervisor is to decide; it was decided that nobody calls any
    more; they do not want to be contacted again. What is to be put right or decided of the person is a referral
    (`consequences.py`)."""

    SUPERVISOR = "supervisor"
    STOPPED = "stopped"
    NOT_AGAIN = "not_again"


class DecisionKind(enum.StrEnum):
    """What was decided of calling: so many attempts more; none; they got in touch after they
    had refused; they are asked once more after refusing softly; the case is anybody's again."""

    MORE = "more"
    STOP = "stop"
    IN_TOUCH = "in_touch"
    TRIED_AGAIN = "tried_again"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, kw_only=True)
class CallDecision:
    """Something decided of calling somebody. `more`: how many attempts, of `MORE`."""

    id: uuid.UUID
    case_id: uuid.UUID
    staff_id: uuid.UUID | None
    at: dt.datetime
    kind: DecisionKind
    more: int = 0


MORNING_BIT, AFTERNOON_BIT, EVENING_BIT = 1, 2, 4
ANY_PART = MORNING_BIT | AFTERNOON_BIT | EVENING_BIT

NOT_REACHED = frozenset({Outcome.NO_ANSWER, Outcome.BUSY, Outcome.ANSWERPHONE})
REACHED = frozenset({*NEEDS_TIME, Outcome.LINK_SENT, Outcome.BROKEN_OFF, Outcome.COMPLETED})
"""Outcomes after which the same interviewer goes on with somebody."""

ANOTHER_NEXT = frozenset({Outcome.LANGUAGE_BARRIER, Outcome.REFUSED_SOFTLY})
"""Outcomes after which it has to be another interviewer."""


def part_of(local: dt.datetime) -> int:
    """The part of the day that a local time is in, as a bit."""
    minute = minute_of(local)
    return MORNING_BIT if minute < NOON else AFTERNOON_BIT if minute < EVENING else EVENING_BIT


@dataclass(frozen=True, kw_only=True)
class CallStand:
    """How a case stands for whoever calls.

    `calls`: attempts that count; `allowed`: how many there may be before a supervisor decides; `tried_at`,
    `tried_outcome`, `tried_mode`, `tried_by`: of the last one; `keeper`: whose the person is; `not_by`: who is not to
    call them; `rest_until`: until when they are let be; `parts_left`: bits of the parts of the day in which they were
    tried least; `again_at`: from when somebody who refused softly may be asked once more.
    """

    calls: int = 0
    allowed: int = MAXIMUM_ATTEMPTS
    tried_at: dt.datetime | None = None
    tried_outcome: Outcome | None = None
    tried_mode: Mode | None = None
    tried_by: uuid.UUID | None = None
    keeper: uuid.UUID | None = None
    not_by: uuid.UUID | None = None
    rest_until: dt.datetime | None = None
    parts_left: int = ANY_PART
    again_at: dt.datetime | None = None
    held_back: CallHold | None = None


def call_stand(
    attempts: Sequence[Attempt],
    decisions: Sequence[CallDecision],
    zone: dt.tzinfo,
    declined_at: dt.datetime | None = None,
) -> CallStand:
    """How a case stands after these, in the order of the clock. What was decided while somebody talked holds, unless
    the person then agreed a time: what they said last counts. So it is with `declined_at`, when they said that they do
    not want to be contacted again."""
    allowed, stopped, softly = MAXIMUM_ATTEMPTS, False, 0
    silent = declined_at
    keeper: uuid.UUID | None = None
    not_by: uuid.UUID | None = None
    rest_until: dt.datetime | None = None
    again_at: dt.datetime | None = None
    parts = Counter[int]({MORNING_BIT: 0, AFTERNOON_BIT: 0, EVENING_BIT: 0})
    made: list[Attempt] = []
    # Of one moment, the attempt comes before what was decided of it.
    together: list[Attempt | CallDecision] = [*attempts, *decisions]
    for each in sorted(together, key=lambda one: (one.at, isinstance(one, CallDecision), one.id)):
        if isinstance(each, CallDecision):
            match each.kind:
                case DecisionKind.MORE:
                    allowed, stopped, rest_until = calls_without_appointment(made) + each.more, False, None
                case DecisionKind.STOP:
                    stopped = True
                case DecisionKind.IN_TOUCH:
                    allowed = max(allowed, calls_without_appointment(made) + 1)
                    stopped, not_by, again_at, rest_until = False, None, None, None
                    silent = None if declined_at is not None and each.at >= declined_at else silent
                case DecisionKind.TRIED_AGAIN:
                    again_at, rest_until = None, None
                case DecisionKind.HANDED_OVER:
                    keeper = None
            continue
        made.append(each)
        outcome, rest_until = each.outcome, None
        if outcome in NEEDS_TIME:
            stopped = False
            silent = None if declined_at is not None and each.at >= declined_at else silent
        if outcome in REACHED:
            keeper = each.staff_id
        if outcome in ANOTHER_NEXT:
            keeper, not_by = None, each.staff_id
        if outcome in NOT_REACHED:
            parts[part_of(each.at.astimezone(zone))] += 1
        if outcome is Outcome.REFUSED_SOFTLY:
            softly += 1
            again_at = each.at + SOFT_REFUSAL_RESTS if softly == 1 else None
        elif outcome is Outcome.REFUSED:
            again_at = None
        if outcome is Outcome.BUSY:
            rest_until = each.at + BUSY_RESTS
        elif outcome in NOT_REACHED or outcome in (Outcome.LINK_SENT, Outcome.BROKEN_OFF):
            rest_until = end_of(each.at.astimezone(zone).date(), zone)
    calls, last = calls_without_appointment(made), made[-1] if made else None
    fewest = min(parts.values())
    return CallStand(
        calls=calls,
        allowed=allowed,
        tried_at=last.at if last else None,
        tried_outcome=last.outcome if last else None,
        tried_mode=last.mode if last else None,
        tried_by=last.staff_id if last else None,
        keeper=keeper,
        not_by=not_by,
        rest_until=rest_until,
        parts_left=sum(bit for bit, count in parts.items() if count == fewest),
        again_at=again_at,
        held_back=_hold(stopped, silent is not None, calls >= allowed),
    )


def _hold(stopped: bool, silent: bool, used_up: bool) -> CallHold | None:
    if stopped:
        return CallHold.STOPPED
    if silent:
        return CallHold.NOT_AGAIN
    return CallHold.SUPERVISOR if used_up else None
