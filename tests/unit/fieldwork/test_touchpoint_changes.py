"""What pausing, extending and closing a touchpoint make of a case: tables, a line for each state it can be in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from surveyapp.domain.fieldwork import touchpoint_changes as rules
from surveyapp.domain.fieldwork.cases import CaseState, Disposition
from surveyapp.domain.fieldwork.touchpoint_changes import (
    ChangedCase,
    StandingCase,
    TouchpointAct,
    TouchpointChange,
    TouchpointChangeKind,
)
from surveyapp.domain.responses import ResponseState
from tests.fieldwork import NOW, make_case

LONDON = ZoneInfo("Europe/London")
DAY = dt.timedelta(days=1)
MIDNIGHT = dt.datetime(2026, 6, 15, 23, tzinfo=dt.UTC)
"""The end of NOW's day in London."""
STARTED, SENT = ResponseState.STARTED, ResponseState.SUBMITTED


def there(
    opens: int = -20,
    due: int | None = 5,
    closes: int | None = 10,
    response: ResponseState | None = None,
    disposition: Disposition = Disposition.UNKNOWN,
    *,
    paused: int | None = None,
    **more: bool,
) -> StandingCase:
    """A case by days from today's end: `due` and `closes` are last days."""
    case = make_case(
        MIDNIGHT + opens * DAY,
        None if due is None else MIDNIGHT + due * DAY,
        None if closes is None else MIDNIGHT + closes * DAY,
        disposition,
    )
    if paused is not None:
        case = dataclasses.replace(case, paused_at=NOW + paused * DAY)
    return StandingCase(case=case, reference="BF-0001", response=response, **more)


@pytest.mark.parametrize(
    ("before", "state"),
    [
        (there(paused=-1), CaseState.PAUSED),
        (there(due=-3, paused=-1), CaseState.PAUSED),
        (there(due=-3, closes=-1, paused=-5), CaseState.PAUSED),
        (there(due=-3, closes=-6, paused=-1), CaseState.CLOSED),
        (there(opens=3, paused=-1), CaseState.SCHEDULED),
        (there(response=STARTED, paused=-1), CaseState.IN_PROGRESS),
        (there(response=STARTED, closes=-1, paused=-5), CaseState.IN_PROGRESS),
        (there(response=STARTED, closes=-6, paused=-1), CaseState.CLOSED),
        (there(response=SENT, paused=-1), CaseState.SUBMITTED),
        (there(response=SENT, paused=-1, reopened=True), CaseState.IN_PROGRESS),
        (there(disposition=Disposition.REFUSAL, paused=-1), CaseState.REFUSED),
        (there(disposition=Disposition.NOT_ELIGIBLE, paused=-1), CaseState.NOT_ELIGIBLE),
        (there(disposition=Disposition.DECEASED, paused=-1), CaseState.DECEASED),
        (there(withdrawn=True, paused=-1), CaseState.WITHDRAWN),
    ],
)
def test_where_a_case_stands_while_its_touchpoint_is_paused(before: StandingCase, state: CaseState) -> None:
    assert before.state(NOW) is state


@pytest.mark.parametrize(
    ("before", "state", "disposition", "closes_at"),
    [
        (there(), CaseState.CLOSED, Disposition.UNKNOWN, NOW),
        (there(disposition=Disposition.NON_CONTACT), CaseState.CLOSED, Disposition.NON_CONTACT, NOW),
        (there(disposition=Disposition.OTHER), CaseState.CLOSED, Disposition.OTHER, NOW),
        (there(due=-1), CaseState.CLOSED, Disposition.UNKNOWN, NOW),
        (there(due=None, closes=None), CaseState.CLOSED, Disposition.UNKNOWN, NOW),
        (
            there(response=STARTED, disposition=Disposition.PARTIAL),
            CaseState.CLOSED,
            Disposition.PARTIAL,
            NOW,
        ),
        (
            there(response=STARTED, disposition=Disposition.PARTIAL, busy=True),
            CaseState.IN_PROGRESS,
            Disposition.PARTIAL,
            MIDNIGHT,
        ),
        (there(opens=3), CaseState.NOT_ELIGIBLE, Disposition.NOT_ELIGIBLE, MIDNIGHT + 10 * DAY),
        (there(closes=-1), CaseState.CLOSED, Disposition.UNKNOWN, MIDNIGHT - DAY),
        (there(closes=-1, paused=-5), CaseState.CLOSED, Disposition.UNKNOWN, NOW),
        (there(response=SENT), CaseState.SUBMITTED, Disposition.UNKNOWN, MIDNIGHT + 10 * DAY),
        (there(response=SENT, reopened=True), CaseState.IN_PROGRESS, Disposition.UNKNOWN, MIDNIGHT + 10 * DAY),
        (there(disposition=Disposition.REFUSAL), CaseState.REFUSED, Disposition.REFUSAL, MIDNIGHT + 10 * DAY),
        (there(disposition=Disposition.DECEASED), CaseState.DECEASED, Disposition.DECEASED, MIDNIGHT + 10 * DAY),
        (there(withdrawn=True), CaseState.WITHDRAWN, Disposition.UNKNOWN, MIDNIGHT + 10 * DAY),
    ],
)
def test_what_closing_makes_of_a_case(
    before: StandingCase, state: CaseState, disposition: Disposition, closes_at: dt.datetime
) -> None:
    after = dataclasses.replace(rules.closing(before, NOW, LONDON), paused_at=None)
    assert dataclasses.replace(before, case=after).state(NOW) is state
    assert (after.disposition, after.closes_at) == (disposition, closes_at)
    assert after.due_at is None or after.closes_at is None or after.due_at <= after.closes_at or after == before.case


def test_whoever_answers_late_in_the_evening_has_two_hours_at_least() -> None:
    late = dt.datetime(2026, 6, 15, 22, 30, tzinfo=dt.UTC)
    busy = there(response=STARTED, busy=True)
    assert rules.closing(busy, late, LONDON).closes_at == MIDNIGHT + DAY


@pytest.mark.parametrize(
    ("before", "moves"),
    [
        (there(), True),
        (there(opens=3), True),
        (there(due=-1), True),
        (there(response=STARTED), True),
        (there(closes=-1, paused=-5), True),
        (there(response=SENT, reopened=True), True),
        (there(closes=-1), False),
        (there(response=SENT), False),
        (there(disposition=Disposition.REFUSAL), False),
        (there(disposition=Disposition.NOT_ELIGIBLE), False),
        (there(disposition=Disposition.DECEASED), False),
        (there(withdrawn=True), False),
    ],
)
def test_which_windows_last_longer_when_a_touchpoint_is_extended(before: StandingCase, moves: bool) -> None:
    after = rules.extending(before, 7, NOW, LONDON)
    assert before.case.closes_at is not None
    assert after.closes_at == before.case.closes_at + 7 * DAY * moves


def test_a_day_more_ends_with_its_day_when_the_clocks_change() -> None:
    case = make_case(NOW, closes_at=dt.datetime(2026, 10, 24, 23, tzinfo=dt.UTC))
    assert rules.with_days(case, 1, LONDON).closes_at == dt.datetime(2026, 10, 26, tzinfo=dt.UTC)
    assert rules.with_days(case, 1, LONDON).due_at is None


@pytest.mark.parametrize(
    ("now", "closes", "disposition"),
    [
        (there(closes=0, disposition=Disposition.NON_CONTACT), 10, Disposition.UNKNOWN),
        (there(closes=4, disposition=Disposition.NON_CONTACT), 4, Disposition.UNKNOWN),
        (there(closes=0, disposition=Disposition.COMPLETE, response=SENT), 10, Disposition.COMPLETE),
        (there(closes=0, disposition=Disposition.REFUSAL), 10, Disposition.REFUSAL),
    ],
)
def test_taking_back_leaves_alone_what_changed_since(now: StandingCase, closes: int, disposition: Disposition) -> None:
    changed = ChangedCase(there().case, there(closes=0, disposition=Disposition.NON_CONTACT).case)
    back = rules.taking_back(changed, now)
    assert (back.closes_at, back.disposition) == (MIDNIGHT + closes * DAY, disposition)


def test_taking_days_back_cuts_nobody_off_who_is_answering() -> None:
    changed = ChangedCase(there(closes=-1).case, there(closes=7).case)
    busy = there(closes=7, response=STARTED, busy=True)
    assert rules.taking_back(changed, busy) == busy.case
    assert rules.taking_back(changed, there(closes=7, response=STARTED)).closes_at == MIDNIGHT - DAY


PAUSED, EXTENDED, CLOSED = TouchpointChangeKind


def made(*kinds: tuple[TouchpointChangeKind, bool]) -> list[TouchpointChange]:
    return [
        TouchpointChange(
            id=uuid.UUID(int=number),
            study="s",
            group="g",
            touchpoint=1,
            kind=kind,
            days=7 * (kind is EXTENDED),
            made_at=NOW + number * DAY,
            by_staff=None,
            ended_at=None if holds else NOW,
        )
        for number, (kind, holds) in enumerate(kinds)
    ]


PAUSE, RESUME, EXTEND, CLOSE, UNDO = TouchpointAct


@pytest.mark.parametrize(
    ("changes", "extended", "acts"),
    [
        (made(), 0, (PAUSE, EXTEND, CLOSE)),
        (made((PAUSED, True)), 0, (RESUME, EXTEND, CLOSE)),
        (made((PAUSED, False)), 0, (PAUSE, EXTEND, CLOSE)),
        (made((EXTENDED, True), (EXTENDED, True)), 14, (PAUSE, EXTEND, CLOSE, UNDO)),
        (made((EXTENDED, True), (EXTENDED, False)), 7, (PAUSE, EXTEND, CLOSE, UNDO)),
        (made((EXTENDED, True), (PAUSED, True)), 7, (RESUME, EXTEND, CLOSE, UNDO)),
        (made((EXTENDED, True), (CLOSED, True)), 7, (UNDO,)),
        (made((CLOSED, False)), 0, (PAUSE, EXTEND, CLOSE)),
    ],
)
def test_what_can_be_done_to_a_touchpoint(
    changes: list[TouchpointChange], extended: int, acts: tuple[TouchpointAct, ...]
) -> None:
    for several in (changes, changes[::-1]):
        standing = rules.standing_now(several)
        assert (standing.extended, standing.acts) == (extended, acts)
        if standing.undoable is not None:
            held = [each for each in changes if each.ended_at is None and each.kind is not PAUSED]
            assert standing.undoable == held[-1]
