"""When people may be called, and whose turn it is (fieldwork conventions, standards.md)."""

from __future__ import annotations

import datetime as dt
import enum

from surveyapp.domain.fieldwork.cases import MAXIMUM_ATTEMPTS, CaseState, Outcome

WEEKDAY_HOURS = (dt.time(9), dt.time(20, 30))
WEEKEND_HOURS = (dt.time(9), dt.time(17))
"""From when until when people are called, on the participant's own clock."""

SOON = dt.timedelta(hours=1)
"""How long before an agreed time a call comes to the head of the queue."""


def within_call_hours(local: dt.datetime) -> bool:
    """Whether people are called at a local time."""
    begin, end = WEEKEND_HOURS if local.weekday() >= 5 else WEEKDAY_HOURS
    return begin <= local.time() <= end


class QueuePriority(enum.Enum):
    """Why somebody is in the queue, in the order in which they are called."""

    APPOINTMENT = "appointment"
    CALLBACK = "callback"
    BEGUN = "begun"
    OVERDUE = "overdue"
    WAITING = "waiting"
    LATER = "later"
    SUPERVISOR = "supervisor"


def priority_of(
    state: CaseState, next_at: dt.datetime | None, agreed: Outcome | None, calls: int, now: dt.datetime
) -> QueuePriority:
    """Where a case stands in the queue.

    `next_at` is an agreed time, `agreed` the outcome that agreed it, `calls` the attempts that count against
    `MAXIMUM_ATTEMPTS`. An agreed time is kept whatever the number of attempts; once they are used up and none is
    agreed, a supervisor decides.
    """
    if next_at is not None:
        if next_at > now + SOON:
            return QueuePriority.LATER
        return QueuePriority.APPOINTMENT if agreed is Outcome.APPOINTMENT else QueuePriority.CALLBACK
    if calls >= MAXIMUM_ATTEMPTS:
        return QueuePriority.SUPERVISOR
    if state is CaseState.IN_PROGRESS:
        return QueuePriority.BEGUN
    return QueuePriority.OVERDUE if state is CaseState.OVERDUE else QueuePriority.WAITING
