"""When somebody can be reminded who asks for it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.sending.own_reminder import SOON, OwnTime, own_times
from surveyapp.domain.sending.rules import MessageRules

LONDON = ZoneInfo("Europe/London")
ALL, WORKDAYS = frozenset(range(7)), frozenset(range(5))


def rules(begins: str = "09:00", ends: str = "19:00", days: frozenset[int] = ALL) -> MessageRules:
    hours = dt.time.fromisoformat(begins), dt.time.fromisoformat(ends)
    return MessageRules(begins=hours[0], ends=hours[1], days=days, at_most=3, steps=())


def at(written: str) -> dt.datetime:
    return dt.datetime.fromisoformat(written).replace(tzinfo=LONDON).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("now", "hours", "closes", "times"),
    [
        # A Monday morning.
        ("2026-06-15T11:30", rules(), None, ["06-15T18:00", "06-16T10:00", "06-20T10:00"]),
        # The evening has come: half an hour is too soon, and after the hours there is none.
        ("2026-06-15T17:45", rules(), None, ["06-16T10:00", "06-20T10:00"]),
        ("2026-06-15T22:00", rules(), None, ["06-16T10:00", "06-20T10:00"]),
        # Hours that end before the evening, or begin after the morning.
        ("2026-06-15T11:30", rules("10:30", "17:00"), None, ["06-15T16:30", "06-16T10:30", "06-20T10:30"]),
        # On Friday tomorrow is the weekend, and is offered once; on Saturday the next weekend is a week away.
        ("2026-06-19T11:30", rules(), None, ["06-19T18:00", "06-20T10:00"]),
        ("2026-06-20T11:30", rules(), None, ["06-20T18:00", "06-21T10:00", "06-27T10:00"]),
        # A study that does not send at weekends, one that closes tomorrow, one without messages.
        ("2026-06-15T11:30", rules(days=WORKDAYS), None, ["06-15T18:00", "06-16T10:00"]),
        ("2026-06-19T11:30", rules(days=WORKDAYS), None, ["06-19T18:00"]),
        ("2026-06-15T11:30", rules(), "2026-06-16T00:00", ["06-15T18:00"]),
        ("2026-06-15T11:30", None, None, ["06-15T18:00", "06-16T10:00", "06-20T10:00"]),
        # Where the clocks go back it is ten on the clock all the same.
        ("2026-10-24T11:30", rules(), None, ["10-24T18:00", "10-25T10:00", "10-31T10:00"]),
    ],
)
def test_what_can_be_chosen(now: str, hours: MessageRules | None, closes: str | None, times: list[str]) -> None:
    found = own_times(hours, at(now), LONDON, at(closes) if closes else None)
    assert [f"{each.astimezone(LONDON):%m-%dT%H:%M}" for each in found.values()] == times


MOMENTS = st.integers(0, 366 * 24 * 60).map(lambda each: at("2026-01-01T00:00") + dt.timedelta(minutes=each))


@given(MOMENTS, st.times(), st.times(), st.frozensets(st.integers(0, 6), min_size=1))
def test_always_within_the_hours_and_to_come(
    now: dt.datetime, begins: dt.time, ends: dt.time, days: frozenset[int]
) -> None:
    begins, ends = sorted((begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)))
    if begins == ends:
        return
    found = own_times(MessageRules(begins=begins, ends=ends, days=days, at_most=3, steps=()), now, LONDON, None)
    assert len(set(found.values())) == len(found)
    assert list(found) == [each for each in OwnTime if each in found]
    for each in found.values():
        local = each.astimezone(LONDON)
        assert each >= now + SOON
        assert local.weekday() in days
        # An hour that the clocks skip is taken to begin when they have.
        assert begins <= local.time() < ends or local.date() == dt.date(2026, 3, 29)
