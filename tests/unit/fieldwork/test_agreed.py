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


PIECES = [
    "tomorrow", "today", "tonight", "Tuesday", "next", "this", "on", "at", "after", "5", "17:30", "3 December",
    "in two weeks", "in an hour", "morning", "evening", "the", "pm", "jutro", "po", "za", "rano", "کل", "شام",
    "کو", "5 بجے", "ਕੱਲ੍ਹ", "5 ਵਜੇ", ",",
]  # fmt: skip
"""What is said of times, to be put together at random."""

UNKNOWN = ["or", "not", "work", "before", "pracą", "کام", "ਕੰਮ"]
"""What is not taken for nothing, wherever it stands."""

MORNING = dt.datetime.fromisoformat("2026-11-26 09:17")
"""The same Thursday."""

SAID: dict[str, dict[str, str | None]] = {
    "a part of the day bounds what its hour can be": {
        "tonight at 12": None, "this evening at 12": None, "tomorrow evening at 12": None,
        "tomorrow evening at 2": None, "tonight at 4": None, "tonight at 8": "2026-11-26 20:00",
        "tonight at 20:15": "2026-11-26 20:15", "tomorrow evening at 7": "2026-11-27 19:00",
        "tomorrow evening at 7 am": None, "tomorrow morning at 12": None,
        "tomorrow morning at 8": "2026-11-27 08:00", "tomorrow morning at 3 pm": None,
        "tomorrow morning at 14": None, "tomorrow afternoon at 10": None, "tomorrow afternoon at 9": None,
        "tomorrow afternoon at 12": "2026-11-27 12:00", "tomorrow afternoon at 5": "2026-11-27 17:00",
        "tomorrow at noon at 5": None, "tomorrow 12 noon": "2026-11-27 12:00",
        "tomorrow lunchtime at 1": "2026-11-27 13:00", "tomorrow tonight": None, "Tuesday tonight": None,
        "tomorrow morning or afternoon": None, "at 5 in the afternoon": "2026-11-26 17:00",
        "jutro wieczorem o 12": None, "jutro rano o 12": None,
        "jutro o 5 po południu": "2026-11-27 17:00", "dziś wieczorem o 19": "2026-11-26 19:00",
        "dziś o 12 w nocy": None, "آج رات 12 بجے": None, "آج رات 2 بجے": None,
        "آج رات کو 8 بجے": "2026-11-26 20:00", "کل دوپہر 2 بجے": "2026-11-27 14:00",
        "کل دوپہر کے بعد": "2026-11-27 14:00", "ਅੱਜ ਰਾਤ 12 ਵਜੇ": None,
        "ਕੱਲ੍ਹ ਦੁਪਹਿਰ 2 ਵਜੇ": "2026-11-27 14:00", "ਕੱਲ੍ਹ ਸ਼ਾਮ ਨੂੰ 6 ਵਜੇ": "2026-11-27 18:00",
    },
    "something that is no time is left": {
        "tomorrow after work": None, "after work": None, "Tuesday after 5 after work": None,
        "tomorrow after": None, "after Tuesday": None, "Tuesday at": None, "tomorrow after lunch": None,
        "after the weekend": None, "tomorrow evening after work": None, "jutro po pracy": None,
        "po pracy": None, "po wtorku": None, "jutro po": None, "کل کام کے بعد": None, "پیر کے بعد": None,
        "ਕੱਲ੍ਹ ਕੰਮ ਤੋਂ ਬਾਅਦ": None, "ਸੋਮਵਾਰ ਤੋਂ ਬਾਅਦ": None,
    },
    "until when is not when": {
        "before 5": None, "tomorrow before noon": None, "by 5": None, "not before 5": None,
        "until 5": None, "jutro przed 17": None, "do 17": None, "5 بجے سے پہلے": None,
        "5 ਵਜੇ ਤੋਂ ਪਹਿਲਾਂ": None,
    },
    "a day of a month": {
        "3.12.": None, "3.12": None, "on 3.12.": None, "3.12. at 5": None, "3.12.2026": None,
        "3/12": None, "3.12 rano": None, "03-12": None, "the 3rd": None, "on the 3": None, "on 3": None,
        "dnia 3": None, "trzeciego": None, "3 XII": None, "3 تاریخ": None, "3 کو": None,
        "3 تاریخ کو": None, "3 ਤਾਰੀਖ": None, "3 ਨੂੰ": None, "Tuesday 5.10": None,
        "w pt. o 9.10": "2026-11-27 09:10", "Tuesday at 5.10": "2026-12-01 17:10",
        "5.10 pm": "2026-11-26 17:10", "5.45": "2026-11-26 17:45", "9.10 بجے": "2026-11-27 09:10",
        "3 December": "2026-12-03 09:17", "3 decades": None, "3, 4 December": None, "3 4 December": None,
        "5 - 6 December": None, "5 and 6 December": None, "at 3, 4 December": "2026-12-04 15:00",
        "4 December, 3": "2026-12-04 15:00", "3 pm, 4 Dec.": "2026-12-04 15:00",
        "Tuesday 3 December": None, "29 February": None, "3 grudnia o 8 rano": "2026-12-03 08:00",
        "3 دسمبر کو": "2026-12-03 09:17", "3 ਦਸੰਬਰ ਨੂੰ": "2026-12-03 09:17",
    },
    "the clock": {
        "tomorrow 08:00": "2026-11-27 08:00", "2026-12-24 08:30": "2026-12-24 08:30",
        "tomorrow 8:00": "2026-11-27 20:00", "tomorrow at 12": "2026-11-27 12:00",
        "tomorrow 12:30": "2026-11-27 12:30", "tomorrow 12 am": None, "tomorrow 15 am": None,
        "tomorrow 17 pm": "2026-11-27 17:00", "tomorrow 0 pm": None, "3 p.m.": "2026-11-26 15:00",
        "tomorrow at midnight": None, "quarter to 5": None, "half past 5": None, "5 past 3": None,
        "10 to 5": None, "10 po 5": None, "wpół do szóstej": None, "za 10 piąta": None,
        "kwadrans po piątej": None, "ساڑھے پانچ بجے": None, "پونے پانچ بجے": None, "ਸਾਢੇ ਪੰਜ ਵਜੇ": None,
        "17:30:15": None, "1730": None, "5 or 6": None, "5,30": None, "about 5ish": None,
    },
    "a span of hours begins when it begins": {
        "between 5 and 6": "2026-11-26 17:00", "5-6": "2026-11-26 17:00", "5–6 pm": "2026-11-26 17:00",
        "11-1 pm": "2026-11-26 11:00", "from 9 to 5": "2026-11-27 09:00", "10-2": "2026-11-26 10:00",
        "4 to 6": "2026-11-26 16:00", "3-12": None, "5-6 am": "2026-11-27 05:00",
        "5 o'clock to 6 o'clock": "2026-11-26 17:00", "jutro od 17 do 18": "2026-11-27 17:00",
        "jutro między 10 a 12": "2026-11-27 10:00", "5-6-7": None,
    },
    "a span of time": {
        "in 2 hours at 5": None, "in an hour, evening": None, "in 5": None, "za 2 godz": None,
        "in 30 min": None, "in 20 min": None, "1,5 hours later": None, "1.5 hours later": None,
        "in 2-3 weeks": None, "2 or 3 weeks from now": None, "in an hour and a half": None,
        "in 1 hour 20 minutes": None, "a week on Tuesday": None, "in two weeks on Tuesday": None,
        "in a week this evening": None, "tomorrow in two hours": None, "next week": None,
        "w przyszłym tygodniu": None, "w środę za tydzień": None, "po 5 godzinach": None,
        "اگلے ہفتے": None, "in two weeks after 5": "2026-12-10 17:00",
    },
    "today is today": {
        "this afternoon": "2026-11-26 14:00", "this morning": "2026-11-26 10:00",
        "this morning at 8": "2026-11-26 08:00", "today at 9": "2026-11-26 09:00",
        "morning at 8": "2026-11-27 08:00", "next morning": None, "this Tuesday": "2026-12-01 09:17",
        "Tuesday this evening": None, "اس شام": "2026-11-26 18:00", "ਇਸ ਸ਼ਾਮ": "2026-11-26 18:00",
        "next 5": None, "tomorrow afternoon at 4, please": "2026-11-27 16:00",
        "on Tuesday in the morning": "2026-12-01 10:00", "last Tuesday": None, "every Tuesday": None,
        "Tuesday, Wednesday": None,
    },
}  # fmt: skip
"""What people say on the phone by what could be misunderstood of it, and what that is at `MORNING`."""


@pytest.mark.parametrize("kind", SAID)
def test_what_could_be_misunderstood_is_understood_or_refused(kind: str) -> None:
    found = {written: agreed_in_words(written, MORNING) for written in SAID[kind]}
    meant = {written: dt.datetime.fromisoformat(at) if at else None for written, at in SAID[kind].items()}
    assert found == meant


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5),
    st.sampled_from(["or", "not", "work", "před", "کام", "ਕੰਮ"]),
)
def test_with_a_word_that_nobody_knows_nothing_is_understood(pieces: list[str], unknown: str) -> None:
    assert agreed_in_words(" ".join([*pieces, unknown]), MORNING) is None
    assert agreed_in_words(" ".join([unknown, *pieces]), MORNING) is None


def test_a_time_in_more_words_than_anybody_needs_is_none() -> None:
    assert agreed_in_words(f"tomorrow at{' ' * 150}5pm", NOW) is not None
    assert agreed_in_words(f"tomorrow at{' ' * 200}5pm", NOW) is None
