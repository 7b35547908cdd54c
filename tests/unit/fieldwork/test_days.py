"""Days where a study is: the last one named lasts to its end, whatever the clocks do."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.fieldwork.cases import LINK_DAYS_AFTER_CLOSING, Case, Window, access_expiry, window
from surveyapp.domain.fieldwork.days import end_of, last_day, start_of
from surveyapp.domain.instrument.study import Anchor, Touchpoint
from surveyapp.settings import ROOT
from tests.fieldwork import make_case

LONDON, SANTIAGO, KIRITIMATI = ZoneInfo("Europe/London"), ZoneInfo("America/Santiago"), ZoneInfo("Pacific/Kiritimati")


def utc(written: str) -> dt.datetime:
    return dt.datetime.fromisoformat(written).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("day", "zone", "starts", "ends"),
    [
        ("2026-06-15", LONDON, "2026-06-14 23:00", "2026-06-15 23:00"),
        ("2026-12-24", LONDON, "2026-12-24 00:00", "2026-12-25 00:00"),
        ("2026-03-29", LONDON, "2026-03-29 00:00", "2026-03-29 23:00"),  # 23 hours: the clocks go forward
        ("2026-10-25", LONDON, "2026-10-24 23:00", "2026-10-26 00:00"),  # 25 hours: they go back
        ("2026-09-06", SANTIAGO, "2026-09-06 04:00", "2026-09-07 03:00"),  # its midnight never comes
        ("2026-04-04", SANTIAGO, "2026-04-04 03:00", "2026-04-05 04:00"),  # its last hour comes twice
        ("2026-06-15", KIRITIMATI, "2026-06-14 10:00", "2026-06-15 10:00"),
    ],
)
def test_a_day_is_as_long_as_it_is_there(day: str, zone: ZoneInfo, starts: str, ends: str) -> None:
    on = dt.date.fromisoformat(day)
    assert (start_of(on, zone), end_of(on, zone)) == (utc(starts), utc(ends))


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)),
    st.timezone_keys().filter(lambda key: "/" in key).map(ZoneInfo),
)
def test_the_last_day_of_a_days_end_is_that_day(day: dt.date, zone: ZoneInfo) -> None:
    if start_of(day, zone).astimezone(zone).date() != day:
        return  # Samoa skipped the 30th of December 2011: a day that was not has no end.
    assert last_day(end_of(day, zone), zone) == day
    assert start_of(day, zone) < end_of(day, zone)


@pytest.mark.parametrize(
    ("days", "due", "closes", "expected"),
    [
        (0, 14, 60, ("2026-06-14 23:00", "2026-06-29 23:00", "2026-08-14 23:00")),
        (30, 0, 0, ("2026-07-14 23:00", "2026-07-15 23:00", "2026-07-15 23:00")),
        (0, None, None, ("2026-06-14 23:00", None, None)),
        (0, 7, None, ("2026-06-14 23:00", "2026-06-22 23:00", None)),
        (0, 132, 133, ("2026-06-14 23:00", "2026-10-26 00:00", "2026-10-27 00:00")),
    ],
)
def test_a_window_is_whole_days(
    days: int, due: int | None, closes: int | None, expected: tuple[str | None, ...]
) -> None:
    touchpoint = Touchpoint(
        group="g",
        number=1,
        title="T",
        questionnaire="q",
        opens=Anchor(type="enrolled", days=days),
        due_days=due,
        closes_days=closes,
    )
    opens_at, due_at, closes_at = (each and utc(each) for each in expected)
    assert opens_at is not None
    assert window(touchpoint, dt.date(2026, 6, 15), LONDON) == Window(opens_at, due_at, closes_at)


@pytest.mark.parametrize(
    ("closes", "expires"),
    [
        ("2026-08-14 23:00", "2026-11-13 00:00"),  # 14 August, and 90 days: to the end of 12 November, in winter
        ("2026-01-11 00:00", "2026-04-10 23:00"),
    ],
)
def test_a_link_works_to_the_end_of_a_day(closes: str, expires: str) -> None:
    made = access_expiry(make_case(closes_at=utc(closes)), LONDON)
    assert made == utc(expires)
    assert last_day(made, LONDON) - last_day(utc(closes), LONDON) == dt.timedelta(days=LINK_DAYS_AFTER_CLOSING)


def test_a_link_to_a_case_that_never_closes_does_not_end() -> None:
    never: Case = make_case(closes_at=None)
    assert access_expiry(never, LONDON) is None


def test_every_page_says_the_last_day_of_what_ends() -> None:
    """A moment at which something ends is never shown as the day it falls on."""
    ends = ("due_at", "closes_at", "expires_at")
    shown = [
        f"{path.name}: {line.strip()[:80]}"
        for path in (ROOT / "surveyapp" / "web").rglob("*.html")
        for line in path.read_text(encoding="utf-8").splitlines()
        for piece in line.split("local_date")[:-1]
        if piece.rstrip(" |").endswith(ends)
    ]
    assert shown == []
