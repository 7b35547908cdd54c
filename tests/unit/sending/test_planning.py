"""Which messages somebody gets, when and by which way, or why not: the rules as tables."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.sending.planning import (
    MessageState,
    PastMessage,
    PlannedMessage,
    Recipient,
    WhyNot,
    due,
    next_moment,
    planned,
)
from surveyapp.domain.sending.rules import MessageRules, MessageStep, SendingWay, StepKind

LONDON = ZoneInfo("Europe/London")
E, T, L = SendingWay.EMAIL, SendingWay.TEXT, SendingWay.LETTER


def at(written: str, zone: ZoneInfo = LONDON) -> dt.datetime:
    return dt.datetime.fromisoformat(written).replace(tzinfo=zone).astimezone(dt.UTC)


RULES = MessageRules(
    begins=dt.time(9),
    ends=dt.time(19),
    days=frozenset(range(5)),
    at_most=3,
    steps=(
        MessageStep(id="invite", kind=StepKind.INVITE, after_days=0, by=(E, T, L)),
        MessageStep(id="remind_3", kind=StepKind.REMIND, after_days=3, by=(T, E, L), another=True),
        MessageStep(id="remind_7", kind=StepKind.REMIND, after_days=7, by=(L, E, T), another=True),
        MessageStep(id="thank", kind=StepKind.THANK, after_days=1, by=(E, T)),
    ),
)
OPENS = at("2026-11-02 00:00")
"""A Monday."""


def person(**more: object) -> Recipient:
    usual = {"group": "people", "opens_at": OPENS, "closes_at": at("2026-12-01 00:00"), "reached_by": (E, T)}
    return Recipient(**(usual | more))  # type: ignore[arg-type]


def said(found: PlannedMessage) -> str:
    if found.why is not None:
        return found.why.value
    assert found.at is not None
    return f"{found.way} {found.at.astimezone(LONDON):%a %d %H:%M}"


def plan(someone: Recipient, now: str = "2026-11-01 12:00") -> list[str]:
    return [said(each) for each in planned(RULES, someone, at(now), LONDON)]


def sent(step: str, way: SendingWay, when: str, state: MessageState = MessageState.SENT) -> PastMessage:
    return PastMessage(step, way, state, at(when))


INVITED = sent("invite", E, "2026-11-02 09:00")

TABLE: dict[str, tuple[Recipient, str, list[str]]] = {
    "before anything": (
        person(),
        "2026-11-01 12:00",
        ["email Mon 02 09:00", "text Thu 05 09:00", "email Mon 09 09:00", "not_answered"],
    ),
    "one way alone": (
        person(reached_by=(L,)),
        "2026-11-01 12:00",
        ["letter Mon 02 09:00", "letter Thu 05 09:00", "letter Mon 09 09:00", "not_answered"],
    ),
    "the way they prefer": (
        person(preferred=T),
        "2026-11-01 12:00",
        ["text Mon 02 09:00", "email Thu 05 09:00", "text Mon 09 09:00", "not_answered"],
    ),
    "they prefer letters": (
        person(reached_by=(T, L, E), preferred=L),
        "2026-11-01 12:00",
        ["letter Mon 02 09:00", "text Thu 05 09:00", "letter Mon 09 09:00", "not_answered"],
    ),
    "they prefer what is not on record": (
        person(reached_by=(L, E), preferred=T),
        "2026-11-01 12:00",
        ["email Mon 02 09:00", "letter Thu 05 09:00", "email Mon 09 09:00", "not_answered"],
    ),
    "every way, and another than the last: the one they prefer of the others": (
        person(reached_by=(E, T, L), preferred=E),
        "2026-11-01 12:00",
        ["email Mon 02 09:00", "text Thu 05 09:00", "email Mon 09 09:00", "not_answered"],
    ),
    "no way": (
        person(reached_by=()),
        "2026-11-01 12:00",
        ["no_way", "not_sent_before", "not_sent_before", "not_answered"],
    ),
    "invited": (
        person(history=(INVITED,)),
        "2026-11-03 12:00",
        ["done", "text Thu 05 09:00", "email Mon 09 09:00", "not_answered"],
    ),
    "answered": (
        person(history=(INVITED,), answered_at=at("2026-11-03 20:00")),
        "2026-11-03 21:00",
        ["done", "answered", "answered", "email Wed 04 09:00"],
    ),
    "stopped": (
        person(history=(INVITED,), barred=WhyNot.STOPPED),
        "2026-11-03 21:00",
        ["done", "stopped", "stopped", "stopped"],
    ),
    "answered, then stopped": (
        person(history=(INVITED,), barred=WhyNot.STOPPED, answered_at=at("2026-11-03 20:00")),
        "2026-11-03 21:00",
        ["done", "answered", "answered", "stopped"],
    ),
    "paused": (person(barred=WhyNot.PAUSED), "2026-11-03 21:00", ["paused", "paused", "paused", "not_answered"]),
    "bounced, another way": (
        person(history=(sent("invite", E, "2026-11-02 09:00", MessageState.BOUNCED),), ended=((E, WhyNot.BOUNCED),)),
        "2026-11-03 12:00",
        ["done", "text Thu 05 09:00", "text Mon 09 09:00", "not_answered"],
    ),
    "their number is somebody else's": (
        person(history=(INVITED,), ended=((T, WhyNot.WRONG_NUMBER),)),
        "2026-11-03 12:00",
        ["done", "email Thu 05 09:00", "email Mon 09 09:00", "not_answered"],
    ),
    "they complained": (
        person(history=(INVITED,), barred=WhyNot.COMPLAINED),
        "2026-11-03 12:00",
        ["done", "complained", "complained", "complained"],
    ),
    "invited for an earlier window": (
        person(history=(sent("invite", E, "2026-10-01 09:00"), sent("remind_3", T, "2026-10-05 09:00"))),
        "2026-11-01 12:00",
        ["email Mon 02 09:00", "text Thu 05 09:00", "email Mon 09 09:00", "not_answered"],
    ),
    "let be in an earlier window": (
        person(history=(sent("invite", E, "2026-10-01 09:00", MessageState.STOPPED),)),
        "2026-11-01 12:00",
        ["email Mon 02 09:00", "text Thu 05 09:00", "email Mon 09 09:00", "not_answered"],
    ),
    "thanked before the window was moved": (
        person(history=(sent("thank", E, "2026-10-01 09:00"),), answered_at=at("2026-11-03 20:00")),
        "2026-11-03 21:00",
        ["answered", "answered", "answered", "done"],
    ),
    "being handed over as the window is moved": (
        person(history=(sent("invite", E, "2026-11-01 09:00", MessageState.HANDING_OVER),)),
        "2026-11-03 12:00",
        ["done", "text Thu 05 09:00", "email Mon 09 09:00", "not_answered"],
    ),
    "opted out of every way": (
        person(history=(INVITED,), ended=((E, WhyNot.OPTED_OUT), (T, WhyNot.OPTED_OUT))),
        "2026-11-03 12:00",
        ["done", "opted_out", "opted_out", "not_answered"],
    ),
    "uncertain counts as sent": (
        person(history=(sent("invite", E, "2026-11-02 09:00", MessageState.UNCERTAIN),)),
        "2026-11-03 12:00",
        ["done", "text Thu 05 09:00", "email Mon 09 09:00", "not_answered"],
    ),
    "found in handing over": (
        person(history=(sent("invite", E, "2026-11-02 09:00", MessageState.HANDING_OVER),)),
        "2026-11-09 12:00",
        ["done", "text Mon 09 12:00", "email Fri 13 09:00", "not_answered"],
    ),
    "the invitation failed": (
        person(history=(sent("invite", E, "2026-11-02 09:00", MessageState.FAILED),)),
        "2026-11-05 12:00",
        ["done", "not_sent_before", "not_sent_before", "not_answered"],
    ),
    "late: the days between stay": (
        person(),
        "2026-11-12 12:00",
        ["email Thu 12 12:00", "text Mon 16 09:00", "email Fri 20 09:00", "not_answered"],
    ),
    "it closes first": (
        person(closes_at=at("2026-11-06 00:00")),
        "2026-11-01 12:00",
        ["email Mon 02 09:00", "text Thu 05 09:00", "too_late", "not_answered"],
    ),
    "it closes as a step would be sent": (
        person(closes_at=at("2026-11-05 09:00")),
        "2026-11-01 12:00",
        ["email Mon 02 09:00", "too_late", "too_late", "not_answered"],
    ),
    "two that left together: the days count from the later step": (
        person(history=(sent("invite", E, "2026-11-05 09:00"), sent("remind_3", T, "2026-11-05 09:00"))),
        "2026-11-05 12:00",
        ["done", "done", "email Mon 09 09:00", "not_answered"],
    ),
    "steps that the rules have no more count": (
        person(history=(INVITED, sent("early", T, "2026-11-02 10:00"), sent("second", E, "2026-11-03 09:00"))),
        "2026-11-03 12:00",
        ["done", "enough", "enough", "not_answered"],
    ),
    "at night": (
        person(),
        "2026-11-03 22:00",
        ["email Wed 04 09:00", "text Mon 09 09:00", "email Fri 13 09:00", "not_answered"],
    ),
    "at the last minute": (
        person(),
        "2026-11-03 18:59",
        ["email Tue 03 18:59", "text Fri 06 09:00", "email Tue 10 09:00", "not_answered"],
    ),
    "a row that waits keeps its way": (
        person(reached_by=(E, T), history=(sent("invite", T, "2026-11-02 09:00", MessageState.PLANNED),)),
        "2026-11-02 10:00",
        ["text Mon 02 10:00", "email Thu 05 09:00", "text Mon 09 09:00", "not_answered"],
    ),
}


@pytest.mark.parametrize("case", sorted(TABLE))
def test_what_becomes_of_each_step(case: str) -> None:
    someone, now, wanted = TABLE[case]
    assert plan(someone, now) == wanted


def test_nobody_gets_more_than_the_study_says() -> None:
    few = MessageRules(begins=dt.time(9), ends=dt.time(19), days=frozenset(range(7)), at_most=1, steps=RULES.steps)
    found = planned(few, person(history=(INVITED,)), at("2026-11-03 12:00"), LONDON)
    assert [each.why for each in found] == [WhyNot.DONE, WhyNot.ENOUGH, WhyNot.ENOUGH, WhyNot.NOT_ANSWERED]


def test_a_step_of_another_group_is_nobodys() -> None:
    step = MessageStep(id="invite", kind=StepKind.INVITE, after_days=0, by=(E,), groups=("others",))
    rules = MessageRules(begins=dt.time(9), ends=dt.time(19), days=frozenset(range(7)), at_most=1, steps=(step,))
    assert planned(rules, person(), at("2026-11-03 12:00"), LONDON) == ()


@pytest.mark.parametrize(
    ("begins", "earliest", "wanted"),
    [
        # The clocks go forward at 01:00 on 29 March 2026, and back at 02:00 on 25 October.
        ("01:30", "2026-03-29T00:00+00:00", "2026-03-29T01:30+00:00"),
        ("01:30", "2026-10-25T00:00+01:00", "2026-10-25T00:30+00:00"),
        ("01:30", "2026-10-25T01:10+00:00", "2026-10-25T01:30+00:00"),
        ("09:00", "2026-10-25T08:59+00:00", "2026-10-25T09:00+00:00"),
        ("09:00", "2026-10-24T19:00+01:00", "2026-10-25T09:00+00:00"),
    ],
)
def test_clocks_that_change_move_no_message_out_of_its_hours(begins: str, earliest: str, wanted: str) -> None:
    rules = MessageRules(
        begins=dt.time.fromisoformat(begins), ends=dt.time(19), days=frozenset(range(7)), at_most=1, steps=()
    )
    found = next_moment(rules, dt.datetime.fromisoformat(earliest).astimezone(dt.UTC), LONDON)
    assert found == dt.datetime.fromisoformat(wanted)


@given(
    st.integers(0, 3 * 366 * 24 * 60),
    st.sampled_from(["Europe/London", "Asia/Kolkata", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 22),
)
def test_whatever_the_zone_it_is_within_hours_and_never_before(
    minutes: int, zone: str, days: frozenset[int], begins: int
) -> None:
    rules = MessageRules(begins=dt.time(begins), ends=dt.time(23), days=days, at_most=1, steps=())
    earliest = dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    found = next_moment(rules, earliest, ZoneInfo(zone))
    local = found.astimezone(ZoneInfo(zone))
    assert found >= earliest
    assert local.weekday() in days
    assert (
        dt.time(begins) <= local.time() < dt.time(23)
        or local.utcoffset() != (local - dt.timedelta(hours=3)).utcoffset()
    )
    assert found - earliest < dt.timedelta(days=9)


@given(
    st.lists(st.sampled_from(["invite", "remind_3", "remind_7"]), unique=True),
    st.sampled_from(list(MessageState)),
    st.integers(0, 40 * 24),
)
def test_nothing_of_which_there_is_a_row_is_due_again(steps: list[str], state: MessageState, hours: int) -> None:
    history = tuple(sent(step, E, "2026-11-02 09:00", state) for step in steps)
    now = OPENS + dt.timedelta(hours=hours)
    found = due(planned(RULES, person(history=history), now, LONDON), now)
    assert len(found) <= 1
    if state is not MessageState.PLANNED:
        assert not {each.step.id for each in found} & set(steps)


@pytest.mark.parametrize("reached_by", list(itertools.permutations((E, T, L))))
@pytest.mark.parametrize("by", list(itertools.permutations((E, T, L))))
@pytest.mark.parametrize("preferred", [None, E, T, L])
def test_the_first_way_is_that_of_the_study_but_for_who_prefers_another(
    by: tuple[SendingWay, ...], reached_by: tuple[SendingWay, ...], preferred: SendingWay | None
) -> None:
    step = MessageStep(id="invite", kind=StepKind.INVITE, after_days=0, by=by)
    rules = dataclasses.replace(RULES, steps=(step,))
    [found] = planned(rules, person(reached_by=reached_by, preferred=preferred), OPENS, LONDON)
    assert found.way is (preferred or by[0])
