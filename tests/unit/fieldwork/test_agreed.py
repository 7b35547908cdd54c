"""A time to call back, in the words that it is said in."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.fieldwork.agreed import agreed_in_words, moments_of

NOW = dt.datetime.fromisoformat("2026-11-26 14:05:33")
"""A Thursday."""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Tuesday after 5", "2026-12-01 17:00"),
        ("on Tuesday at 10", "2026-12-01 10:00"),
        ("tues 17:30", "2026-12-01 17:30"),
        ("next Thursday at 3pm", "2026-12-03 15:00"),
        ("Thursday at 3", "2026-11-26 15:00"),
        ("Thursday at 1 pm", "2026-12-03 13:00"),
        ("Friday morning", "2026-11-27 10:00"),
        ("Saturday afternoon", "2026-11-28 14:00"),
        ("Saturday afternoon at 4", "2026-11-28 16:00"),
        ("Monday between 5 and 6", "2026-11-30 17:00"),
        ("Wed 9.30", "2026-12-02 09:30"),
        ("in two weeks", "2026-12-10 14:05"),
        ("in 2 weeks at 11", "2026-12-10 11:00"),
        ("in a week, evening", "2026-12-03 18:00"),
        ("two weeks from now", "2026-12-10 14:05"),
        ("in 3 days", "2026-11-29 14:05"),
        ("in half an hour", "2026-11-26 14:35"),
        ("in an hour", "2026-11-26 15:05"),
        ("in 90 minutes", "2026-11-26 15:35"),
        ("in three months", "2027-02-26 14:05"),
        ("tomorrow", "2026-11-27 14:05"),
        ("tomorrow at noon", "2026-11-27 12:00"),
        ("tomorrow morning", "2026-11-27 10:00"),
        ("the day after tomorrow after 6", "2026-11-28 18:00"),
        ("today at 6", "2026-11-26 18:00"),
        ("tonight", "2026-11-26 19:00"),
        ("after 5", "2026-11-26 17:00"),
        ("at 1", "2026-11-27 13:00"),
        ("3 December at 10:15", "2026-12-03 10:15"),
        ("the 3rd of January after 4", "2027-01-03 16:00"),
        ("2026-12-24 9:00", "2026-12-24 09:00"),
        ("Sunday 1:30 am", "2026-11-29 01:30"),
    ],
)
def test_what_is_said_is_understood(written: str, meant: str) -> None:
    assert agreed_in_words(written, NOW) == dt.datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "written",
    ["", "soon", "later", "when I am back", "Tuesday or Wednesday", "not Tuesday", "today", "at 25", "31 November",
     "in some days", "Tuesday 17:75", "in half an week"],
)  # fmt: skip
def test_what_is_not_understood_is_nothing(written: str) -> None:
    assert agreed_in_words(written, NOW) is None


def test_the_last_day_of_a_month_stays_in_the_next() -> None:
    there = dt.datetime.fromisoformat
    assert agreed_in_words("in a month", there("2027-01-31 10:00")) == there("2027-02-28 10:00")


@pytest.mark.parametrize(
    ("written", "moments"),
    [
        ("2026-10-25 00:59", ["2026-10-24 23:59"]),
        ("2026-10-25 01:30", ["2026-10-25 00:30", "2026-10-25 01:30"]),
        ("2026-10-25 02:00", ["2026-10-25 02:00"]),
        ("2026-03-29 01:30", []),
        ("2026-03-29 02:00", ["2026-03-29 01:00"]),
    ],
)
def test_the_night_the_clocks_change_has_an_hour_twice_or_not_at_all(written: str, moments: list[str]) -> None:
    found = moments_of(dt.datetime.fromisoformat(written), ZoneInfo("Europe/London"))
    assert [each.strftime("%Y-%m-%d %H:%M") for each in found] == moments


@given(st.text(max_size=40))
def test_whatever_is_written_it_is_a_time_or_nothing(written: str) -> None:
    agreed = agreed_in_words(written, NOW)
    assert agreed is None or agreed.tzinfo is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("we wtorek po 17", "2026-12-01 17:00"),
        ("w srode po 17-tej", "2026-12-02 17:00"),
        ("za dwa tygodnie", "2026-12-10 14:05"),
        ("za tydzień wieczorem", "2026-12-03 18:00"),
        ("za pół godziny", "2026-11-26 14:35"),
        ("jutro rano", "2026-11-27 10:00"),
        ("pojutrze po południu", "2026-11-28 14:00"),
        ("o siedemnastej", "2026-11-26 17:00"),
        ("w pt. o 17:30", "2026-11-27 17:30"),
        ("między 17 a 18 w środę", "2026-12-02 17:00"),
        ("12 grudnia o 10", "2026-12-12 10:00"),
        ("منگل کو 5 بجے کے بعد", "2026-12-01 17:00"),
        ("بدھ کو پانچ بجے", "2026-12-02 17:00"),
        ("دو ہفتے بعد", "2026-12-10 14:05"),
        ("دو ہفتوں میں", "2026-12-10 14:05"),
        ("آدھے گھنٹے بعد", "2026-11-26 14:35"),
        ("کل صبح", "2026-11-27 10:00"),
        ("پرسوں شام ۶ بجے", "2026-11-28 18:00"),
        ("۵ دسمبر کو ۳ بجے", "2026-12-05 15:00"),
        ("ਮੰਗਲਵਾਰ ਨੂੰ 5 ਵਜੇ ਤੋਂ ਬਾਅਦ", "2026-12-01 17:00"),
        ("ਦੋ ਹਫ਼ਤਿਆਂ ਵਿੱਚ", "2026-12-10 14:05"),
        ("ਅੱਧੇ ਘੰਟੇ ਬਾਅਦ", "2026-11-26 14:35"),
        ("ਕੱਲ੍ਹ ਸਵੇਰੇ", "2026-11-27 10:00"),
        ("ਸ਼ੁੱਕਰਵਾਰ ਨੂੰ ਦਸ ਵਜੇ", "2026-11-27 10:00"),
        ("੧੨ ਦਸੰਬਰ ਨੂੰ ੪ ਵਜੇ", "2026-12-12 16:00"),
        ("jak wrócę", None),
        ("w przyszłości", None),
        ("جب میں واپس آؤں", None),
        ("ਜਦੋਂ ਮੈਂ ਵਾਪਸ ਆਵਾਂ", None),
    ],
)
def test_it_is_understood_in_every_language_of_the_pages(written: str, meant: str | None) -> None:
    assert agreed_in_words(written, NOW) == (dt.datetime.fromisoformat(meant) if meant else None)


@pytest.mark.parametrize(
    ("now", "written", "meant"),
    [
        ("2026-11-28 18:30", "in two weeks", "2026-12-12 17:00"),
        ("2026-11-28 08:30", "in 10 days", "2026-12-08 09:00"),
        ("2026-11-26 21:00", "Tuesday", "2026-12-01 20:30"),
        ("2026-11-26 20:30", "Tuesday", "2026-12-01 20:30"),
        ("2026-11-26 21:00", "Tuesday at 9 pm", "2026-12-01 21:00"),
        ("2026-11-26 20:00", "in an hour", "2026-11-26 21:00"),
    ],
)
def test_a_time_that_nobody_said_is_one_at_which_people_are_called(now: str, written: str, meant: str) -> None:
    """One that was said stays, and the page remarks on it."""
    assert agreed_in_words(written, dt.datetime.fromisoformat(now)) == dt.datetime.fromisoformat(meant)
