"""When people may be called, and whose turn it is: each rule at the moment it turns and beside it."""

from __future__ import annotations

import datetime as dt

import pytest

from surveyapp.domain.fieldwork.call_queue import QueuePriority, priority_of, within_call_hours
from surveyapp.domain.fieldwork.cases import CaseState, Outcome
from tests.fieldwork import NOW, SHORTLY

FRIDAY, SATURDAY, SUNDAY, MONDAY = (dt.date(2026, 6, day) for day in (12, 13, 14, 15))


@pytest.mark.parametrize(
    ("day", "time", "called"),
    [
        *((day, "08:59:59.999999", False) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)),
        *((day, "09:00", True) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)),
        *((day, "17:00", True) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)),
        (SATURDAY, "17:00:00.000001", False),
        (SUNDAY, "17:00:00.000001", False),
        (FRIDAY, "17:00:00.000001", True),
        (MONDAY, "20:30", True),
        (FRIDAY, "20:30", True),
        (MONDAY, "20:30:00.000001", False),
        (SATURDAY, "20:00", False),
        (MONDAY, "00:00", False),
    ],
)
def test_people_are_called_between_two_times(day: dt.date, time: str, called: bool) -> None:
    assert within_call_hours(dt.datetime.combine(day, dt.time.fromisoformat(time))) is called


FEW, ALL = 4, 5
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "next_at", "agreed", "calls", "priority"),
    [
        (CaseState.OPEN, None, None, 0, QueuePriority.WAITING),
        (CaseState.OPEN, None, Outcome.NO_ANSWER, FEW, QueuePriority.WAITING),
        (CaseState.OVERDUE, None, None, 0, QueuePriority.OVERDUE),
        (CaseState.OVERDUE, None, None, FEW, QueuePriority.OVERDUE),
        (CaseState.IN_PROGRESS, None, None, FEW, QueuePriority.BEGUN),
        (CaseState.OPEN, None, None, ALL, QueuePriority.SUPERVISOR),
        (CaseState.OVERDUE, None, None, ALL + 1, QueuePriority.SUPERVISOR),
        (CaseState.IN_PROGRESS, None, None, ALL, QueuePriority.SUPERVISOR),
        (CaseState.OPEN, NOW + HOUR, Outcome.APPOINTMENT, ALL, QueuePriority.APPOINTMENT),
        (CaseState.OPEN, NOW + HOUR, Outcome.CALLBACK, ALL, QueuePriority.CALLBACK),
        (CaseState.OPEN, NOW - HOUR, Outcome.APPOINTMENT, 0, QueuePriority.APPOINTMENT),
        (CaseState.IN_PROGRESS, NOW, Outcome.CALLBACK, 0, QueuePriority.CALLBACK),
        (CaseState.OPEN, NOW, None, 0, QueuePriority.CALLBACK),
        (CaseState.OVERDUE, NOW + HOUR + SHORTLY, Outcome.APPOINTMENT, ALL, QueuePriority.LATER),
        (CaseState.OPEN, NOW + HOUR + SHORTLY, Outcome.CALLBACK, 0, QueuePriority.LATER),
    ],
)
def test_whose_turn_it_is(
    state: CaseState, next_at: dt.datetime | None, agreed: Outcome | None, calls: int, priority: QueuePriority
) -> None:
    assert priority_of(state, next_at, agreed, calls, NOW) is priority


def test_agreed_times_are_called_first_and_what_nobody_calls_now_comes_last() -> None:
    assert [each.name for each in QueuePriority] == [
        "APPOINTMENT",
        "CALLBACK",
        "BEGUN",
        "OVERDUE",
        "WAITING",
        "LATER",
        "SUPERVISOR",
    ]
