"""When people may be called, and whose turn it is: each rule at the moment it turns and beside it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.call_queue import (
    CALLED_NOW,
    Caller,
    QueuePriority,
    Waiting,
    of_person,
    order_of,
    priority_of,
)
from surveyapp.domain.fieldwork.call_stand import (
    AFTERNOON_BIT,
    ANY_PART,
    EVENING_BIT,
    MORNING_BIT,
    CallDecision,
    CallHold,
    CallStand,
    DecisionKind,
    call_stand,
    part_of,
)
from surveyapp.domain.fieldwork.call_wishes import CallWishes, times_in_words, within_call_hours
from surveyapp.domain.fieldwork.cases import Attempt, Outcome
from tests.fieldwork import NOBODY, NOW, SHORTLY

FRIDAY, SATURDAY, SUNDAY, MONDAY = (dt.date(2026, 6, day) for day in (12, 13, 14, 15))
LONDON = ZoneInfo("Europe/London")
ME, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


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


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("", (None, None, None)),
        ("after 16:00", (960, 1230, None)),
        ("After 5", (1020, 1230, None)),
        ("after 5pm on weekdays", (1020, 1230, 1)),
        ("before 9:00", (480, 540, None)),
        ("until 7", (360, 420, None)),
        ("10:00 to 14:00", (600, 840, None)),
        ("10 - 2", (600, 840, None)),
        ("between 1 and 3 pm", (780, 900, None)),
        ("mornings", (540, 720, None)),
        ("evenings, weekends", (1020, 1230, 2)),
        ("weekends only", (None, None, 2)),
        ("weekdays and weekends", (None, None, 3)),
        ("not when the baby sleeps", (None, None, None)),
        ("14:00 to 10:00", (None, None, None)),
        ("after 25:00", (None, None, None)),
        ("after work", (None, None, None)),
        ("mornings but not Tuesdays", (None, None, None)),
    ],
)
def test_best_times_are_read_or_narrow_nothing(written: str, understood: tuple[int | None, ...]) -> None:
    assert times_in_words(written) == understood


@pytest.mark.parametrize(
    ("wishes", "local", "suits"),
    [
        (CallWishes(), "2026-06-15T09:00", True),
        (CallWishes(), "2026-06-15T08:59", False),
        (CallWishes(begins=1020, ends=1230), "2026-06-15T16:59", False),
        (CallWishes(begins=1020, ends=1230), "2026-06-15T17:00", True),
        (CallWishes(begins=1020, ends=1230), "2026-06-15T20:29", True),
        (CallWishes(begins=1020, ends=1230), "2026-06-15T20:30", False),
        # What somebody asked for goes before the convention.
        (CallWishes(begins=480, ends=540), "2026-06-15T08:30", True),
        (CallWishes(begins=1020, ends=1230), "2026-06-13T18:00", True),
        (CallWishes(days=2), "2026-06-15T10:00", False),
        (CallWishes(days=2), "2026-06-13T10:00", True),
        (CallWishes(days=2), "2026-06-13T18:00", False),
        (CallWishes(days=1, begins=1020, ends=1230), "2026-06-13T18:00", False),
    ],
)
def test_when_somebody_can_be_called(wishes: CallWishes, local: str, suits: bool) -> None:
    assert wishes.suits(dt.datetime.fromisoformat(local)) is suits


# At NOW it is Monday, 11:30 in London.
CALLER = Caller(staff_id=ME, now=NOW, local=NOW.astimezone(LONDON))


def waiting(**changes: Any) -> Waiting:
    standing = {name: changes.pop(name) for name in list(changes) if name in CallStand.__dataclass_fields__}
    wished = {name: changes.pop(name) for name in list(changes) if name in CallWishes.__dataclass_fields__}
    made = Waiting(
        reference="BF-0001",
        touchpoint=1,
        begun=False,
        due_at=None,
        next_at=None,
        stand=CallStand(**standing),
        wishes=CallWishes(**wished),
    )
    return dataclasses.replace(made, **changes)


P = QueuePriority


@pytest.mark.parametrize(
    ("case", "priority"),
    [
        (waiting(), P.WAITING),
        (waiting(called_from=NOW), P.WAITING),
        (waiting(called_from=NOW + DAY), P.NOT_YET),
        (waiting(called_from=NOW + DAY, begun=True, due_at=NOW), P.NOT_YET),
        (waiting(called_from=NOW + DAY, next_at=NOW), P.CALLBACK),
        (waiting(calls=4), P.WAITING),
        (waiting(due_at=NOW + SHORTLY), P.WAITING),
        (waiting(due_at=NOW), P.OVERDUE),
        (waiting(due_at=NOW, begun=True), P.BEGUN),
        (waiting(held_back=CallHold.SUPERVISOR), None),
        (waiting(held_back=CallHold.STOPPED, next_at=NOW), None),
        (waiting(held_back=CallHold.SUPERVISOR, next_at=NOW), P.CALLBACK),
        (waiting(next_at=NOW + HOUR, tried_outcome=Outcome.APPOINTMENT), P.APPOINTMENT),
        (waiting(next_at=NOW - DAY, tried_outcome=Outcome.APPOINTMENT), P.APPOINTMENT),
        (waiting(next_at=NOW + HOUR, tried_outcome=Outcome.CALLBACK), P.CALLBACK),
        (waiting(next_at=NOW + HOUR + SHORTLY, tried_outcome=Outcome.APPOINTMENT), P.LATER),
        # An agreed time goes before hours, before letting be, and before writing.
        (waiting(next_at=NOW, begins=1020, ends=1230, rest_until=NOW + DAY, way="email"), P.CALLBACK),
        (waiting(rest_until=NOW), P.WAITING),
        (waiting(rest_until=NOW + SHORTLY), P.RESTING),
        (waiting(begins=690, ends=691), P.WAITING),
        (waiting(begins=691, ends=700), P.OTHER_HOURS),
        (waiting(begins=600, ends=690), P.OTHER_HOURS),
        (waiting(way="email"), P.IN_WRITING),
        (waiting(way="text"), P.IN_WRITING),
        (waiting(way="email", due_at=NOW), P.OVERDUE),
        (waiting(way="email", begun=True), P.BEGUN),
        (waiting(not_by=ME, next_at=NOW), P.ANOTHER),
        (waiting(not_by=OTHER), P.WAITING),
        (waiting(not_called_by=ME), P.ANOTHER),
        (waiting(not_called_by=OTHER), P.WAITING),
        (waiting(held_by=ME, not_by=ME), P.OPEN),
        (waiting(held_by=OTHER, next_at=NOW), P.TALKING),
    ],
)
def test_whose_turn_it_is(case: Waiting, priority: QueuePriority | None) -> None:
    assert priority_of(case, CALLER) is priority


@pytest.mark.parametrize(
    ("asked", "speaks", "gender", "other"),
    [
        (("pl",), (), "", False),
        (("pl",), ("en",), "", True),
        (("pl", "en"), ("en",), "", False),
        ((), ("en",), "", False),
        ("woman", (), "", False),
        ("woman", (), "woman", False),
        ("woman", (), "man", True),
    ],
)
def test_language_and_gender_are_matched_where_asked(
    asked: Any, speaks: tuple[str, ...], gender: str, other: bool
) -> None:
    case = waiting(interviewer=asked) if isinstance(asked, str) else waiting(languages=asked)
    caller = dataclasses.replace(CALLER, speaks=speaks, gender=gender)
    assert (priority_of(case, caller) is P.ANOTHER) is other


def test_the_order_in_words() -> None:
    assert [each.name for each in QueuePriority] == [
        *("OPEN", "APPOINTMENT", "CALLBACK", "BEGUN", "OVERDUE", "WAITING"),
        *("LATER", "RESTING", "OTHER_HOURS", "IN_WRITING", "NOT_YET", "ANOTHER", "TALKING"),
    ]
    assert {each.name for each in CALLED_NOW} == {"OPEN", "APPOINTMENT", "CALLBACK", "BEGUN", "OVERDUE", "WAITING"}
    best_first = [
        waiting(next_at=NOW - HOUR, keeper=ME),
        waiting(next_at=NOW, keeper=ME),
        waiting(next_at=NOW - DAY),
        waiting(next_at=NOW - DAY, keeper=OTHER),
        waiting(keeper=ME, tried_at=NOW - HOUR),
        waiting(due_at=NOW + DAY),
        waiting(due_at=NOW + 2 * DAY),
        waiting(),
        waiting(reference="BF-0002"),
        waiting(tried_at=NOW - 2 * DAY),
        waiting(tried_at=NOW - DAY),
        # Tried in the morning already, and it is morning.
        waiting(tried_at=NOW - 9 * DAY, parts_left=AFTERNOON_BIT | EVENING_BIT),
        waiting(keeper=OTHER),
    ]
    turned = best_first[::-1]
    assert sorted(turned, key=lambda each: order_of(each, CALLER)) == best_first


def test_somebody_is_called_once_for_all_of_their_touchpoints() -> None:
    first, second = waiting(rest_until=NOW + DAY), waiting(touchpoint=2, due_at=NOW)
    assert of_person([second, first]) is first
    agreed = waiting(touchpoint=2, next_at=NOW + DAY)
    assert of_person([first, agreed]) is agreed
    assert of_person([waiting(held_back=CallHold.STOPPED), second]) is second
    assert of_person([waiting(held_back=CallHold.STOPPED)]) is None


def tried(at: dt.datetime, outcome: Outcome, by: uuid.UUID = ME, next_at: dt.datetime | None = None) -> Attempt:
    return Attempt(
        id=uuid.uuid4(),
        case_id=NOBODY,
        staff_id=by,
        staff_name=None,
        at=at,
        outcome=outcome,
        mode=Mode.PHONE,
        next_at=next_at,
    )


def decision(at: dt.datetime, kind: DecisionKind, more: int = 0) -> CallDecision:
    return CallDecision(id=uuid.uuid4(), case_id=NOBODY, staff_id=OTHER, at=at, kind=kind, more=more)


def five(begin: dt.datetime = NOW) -> list[Attempt]:
    return [tried(begin + number * DAY, Outcome.NO_ANSWER) for number in range(5)]


LATE = NOW + 9 * DAY
K = DecisionKind


@pytest.mark.parametrize(
    ("attempts", "decisions", "held"),
    [
        (five()[:4], [], None),
        (five(), [], CallHold.SUPERVISOR),
        (five(), [decision(LATE, K.MORE, 1)], None),
        ([*five(), tried(LATE + DAY, Outcome.BUSY)], [decision(LATE, K.MORE, 1)], CallHold.SUPERVISOR),
        ([*five(), tried(LATE + DAY, Outcome.BUSY)], [decision(LATE, K.MORE, 2)], None),
        (five(), [decision(LATE, K.STOP)], CallHold.STOPPED),
        (five(), [decision(LATE, K.STOP), decision(LATE + DAY, K.MORE, 1)], None),
        # Decided while an interviewer talked: it holds, unless a time is agreed after it.
        ([*five(), tried(LATE + HOUR, Outcome.NO_ANSWER)], [decision(LATE, K.STOP)], CallHold.STOPPED),
        (
            [*five(), tried(LATE + HOUR, Outcome.CALLBACK, next_at=LATE + DAY)],
            [decision(LATE, K.STOP)],
            CallHold.SUPERVISOR,
        ),
        ([*five(), tried(LATE, Outcome.CALLBACK, next_at=LATE + DAY)], [decision(LATE, K.STOP)], CallHold.STOPPED),
        ([tried(NOW, Outcome.WRONG_NUMBER)], [], None),
        # They got in touch: one attempt more than there were, and no fewer than were allowed already.
        (five(), [decision(LATE, K.IN_TOUCH)], None),
        ([*five(), tried(LATE + DAY, Outcome.BUSY)], [decision(LATE, K.IN_TOUCH)], CallHold.SUPERVISOR),
        (
            [*five(), tried(LATE + DAY, Outcome.BUSY)],
            [decision(LATE, K.MORE, 2), decision(LATE + HOUR, K.IN_TOUCH)],
            None,
        ),
    ],
)
def test_when_nobody_calls(attempts: list[Attempt], decisions: list[CallDecision], held: CallHold | None) -> None:
    assert call_stand(attempts, decisions, LONDON).held_back is held
    # It matters when things happened, not in which order they are told.
    assert call_stand(attempts[::-1], decisions[::-1], LONDON) == call_stand(attempts, decisions, LONDON)


@pytest.mark.parametrize(
    ("outcomes", "again", "not_by"),
    [
        ([(Outcome.REFUSED, ME)], None, None),
        ([(Outcome.REFUSED_SOFTLY, ME)], NOW + 14 * DAY, ME),
        ([(Outcome.REFUSED_SOFTLY, ME), (Outcome.REFUSED_SOFTLY, OTHER)], None, OTHER),
        ([(Outcome.REFUSED_SOFTLY, ME), (Outcome.REFUSED, OTHER)], None, ME),
        ([(Outcome.LANGUAGE_BARRIER, ME)], None, ME),
    ],
)
def test_a_soft_refusal_may_be_tried_once_more(
    outcomes: list[tuple[Outcome, uuid.UUID]], again: dt.datetime | None, not_by: uuid.UUID | None
) -> None:
    attempts = [tried(NOW + number * 20 * DAY, outcome, by) for number, (outcome, by) in enumerate(outcomes)]
    stand = call_stand(attempts, [], LONDON)
    assert (stand.again_at, stand.not_by) == (again, not_by)
    # Whoever gets in touch can be talked to by anybody, and is called again.
    back = call_stand(attempts, [decision(NOW + 90 * DAY, K.IN_TOUCH)], LONDON)
    assert (back.again_at, back.not_by, back.held_back) == (None, None, None)


def test_the_same_interviewer_is_kept_and_can_hand_over() -> None:
    agreed = [tried(NOW, Outcome.NO_ANSWER, OTHER), tried(NOW + DAY, Outcome.APPOINTMENT, ME, NOW + 2 * DAY)]
    assert call_stand(agreed[:1], [], LONDON).keeper is None
    assert call_stand(agreed, [], LONDON).keeper == ME
    assert call_stand([*agreed, tried(NOW + 2 * DAY, Outcome.BUSY, OTHER)], [], LONDON).keeper == ME
    assert call_stand(agreed, [decision(NOW + DAY, K.HANDED_OVER)], LONDON).keeper is None
    for another_next in (Outcome.REFUSED_SOFTLY, Outcome.LANGUAGE_BARRIER):
        assert call_stand([*agreed, tried(NOW + 2 * DAY, another_next)], [], LONDON).keeper is None


@pytest.mark.parametrize(
    ("outcome", "at", "until"),
    [
        (Outcome.NO_ANSWER, "2026-06-15T10:00+01:00", "2026-06-16T00:00+01:00"),
        (Outcome.ANSWERPHONE, "2026-06-15T23:59:59+01:00", "2026-06-16T00:00+01:00"),
        (Outcome.BUSY, "2026-06-15T10:00+01:00", "2026-06-15T10:30+01:00"),
        # Once more at 01:30 on the night on which the clocks go back: the day has 25 hours.
        (Outcome.NO_ANSWER, "2026-10-25T01:30+01:00", "2026-10-26T00:00+00:00"),
        (Outcome.BUSY, "2026-10-25T01:30+01:00", "2026-10-25T01:00+00:00"),
        (Outcome.BUSY, "2026-10-25T01:30+00:00", "2026-10-25T02:00+00:00"),
        (Outcome.LINK_SENT, "2026-06-15T10:00+01:00", "2026-06-16T00:00+01:00"),
        (Outcome.BROKEN_OFF, "2026-06-15T10:00+01:00", "2026-06-16T00:00+01:00"),
        (Outcome.CALLBACK, "2026-06-15T10:00+01:00", None),
        (Outcome.REFUSED, "2026-06-15T10:00+01:00", None),
    ],
)
def test_until_when_somebody_is_let_be(outcome: Outcome, at: str, until: str | None) -> None:
    stand = call_stand([tried(dt.datetime.fromisoformat(at), outcome)], [], LONDON)
    assert stand.rest_until == (dt.datetime.fromisoformat(until) if until else None)


def test_a_call_back_at_half_past_one_on_the_night_the_clocks_go_back_is_due_at_its_own_moment() -> None:
    first, second = (dt.datetime(2026, 10, 25, 1, 30, fold=fold, tzinfo=LONDON).astimezone(dt.UTC) for fold in (0, 1))
    assert second - first == HOUR
    for agreed in (first, second):
        for now, due in ((agreed - HOUR - SHORTLY, False), (agreed - HOUR, True), (agreed, True)):
            caller = Caller(staff_id=ME, now=now, local=now.astimezone(LONDON))
            priority = priority_of(waiting(next_at=agreed, tried_outcome=Outcome.CALLBACK), caller)
            assert priority is (P.CALLBACK if due else P.LATER)


@pytest.mark.parametrize(
    ("times", "left"),
    [
        ([], ANY_PART),
        (["10:00"], AFTERNOON_BIT | EVENING_BIT),
        (["10:00", "14:00"], EVENING_BIT),
        (["10:00", "14:00", "18:00"], ANY_PART),
        (["10:00", "10:30", "14:00", "18:00"], AFTERNOON_BIT | EVENING_BIT),
    ],
)
def test_attempts_are_spread_over_the_day(times: list[str], left: int) -> None:
    made = [
        tried(dt.datetime.fromisoformat(f"2026-06-{10 + number}T{time}+01:00"), Outcome.NO_ANSWER)
        for number, time in enumerate(times)
    ]
    assert call_stand(made, [], LONDON).parts_left == left


@pytest.mark.parametrize(
    ("time", "part"),
    [
        *(("00:00", MORNING_BIT), ("11:59", MORNING_BIT), ("12:00", AFTERNOON_BIT), ("16:59", AFTERNOON_BIT)),
        *(("17:00", EVENING_BIT), ("23:59", EVENING_BIT)),
    ],
)
def test_the_parts_of_the_day(time: str, part: int) -> None:
    assert part_of(dt.datetime.fromisoformat(f"2026-06-15T{time}")) == part
