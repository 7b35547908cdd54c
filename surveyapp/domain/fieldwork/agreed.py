"""When to call back, as it is said on the phone: `Tuesday after 5`, `in two weeks`, `jutro rano`."""

from __future__ import annotations

import datetime as dt
import re

from surveyapp.domain.fieldwork.agreed_words import in_english
from surveyapp.domain.fieldwork.call_wishes import WEEKDAY_HOURS, WEEKEND_HOURS

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "half an": 0.5,
}  # fmt: skip

PARTS = {"morning": dt.time(10), "noon": dt.time(12), "lunchtime": dt.time(12), "midday": dt.time(12),
         "afternoon": dt.time(14), "evening": dt.time(18), "tonight": dt.time(19)}  # fmt: skip
"""When in a part of the day."""

LATEST_EVENING = 8
"""Hours from one to this, with nothing said, are of the afternoon: nobody is called at five in the morning."""

_NUMBER = r"(half an|\d{1,3}|" + "|".join(name for name in NUMBERS if name != "half an") + ")"
_AFTER = re.compile(
    rf"\b(?:in|after)\s+{_NUMBER}\s+(minute|hour|day|week|month)s?\b"
    rf"|\b{_NUMBER}\s+(minute|hour|day|week|month)s?\s+(?:from now|after|later)\b"
)
_DAY = re.compile(r"\b(?:(next|this|on)\s+)?(" + "|".join(DAYS) + r"|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b")
_TIME = re.compile(
    r"\b(?:at|after|from|around|about|by|between|before)?\s*(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|o'?clock)?"
    r"(?:\s*(?:-|to|and)\s*\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm)?)?(?![\d/.-])"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"\b(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?("
    + "|".join(_MONTHS)
    + r")[a-z]*\b|\b(\d{4})-(\d{2})-(\d{2})\b"
)


def moments_of(written: dt.datetime, zone: dt.tzinfo) -> tuple[dt.datetime, ...]:
    """A time as written on a local clock, as moments in UTC, earliest first: two in the hour that comes twice when the
    clocks go back, none in the one that they go over."""
    moments = {written.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1)}
    plain = written.replace(fold=0)
    return tuple(sorted(each for each in moments if each.astimezone(zone).replace(tzinfo=None, fold=0) == plain))


def agreed_in_words(written: str, now: dt.datetime) -> dt.datetime | None:
    """The time that is meant, on the same clock as `now` (no zone), said in English, Polish, Punjabi or Urdu; None
    where it is not understood.

    A day with no time is at the same time of day as it is now, or the nearest at which people are called. A time that
    has passed today is tomorrow's; a weekday is the next one, today's only with a time still to come. `next Tuesday` is
    the first that comes, as is `Tuesday`.
    """
    text = in_english(" ".join(written.replace("’", "'").split()).rstrip("?.!؟ "))
    if not text:
        return None
    if found := _AFTER.search(text):
        moved = _moved(now, found[1] or found[3], found[2] or found[4])
        rest = text[: found.start()] + text[found.end() :]
        time, rest = _time(rest)
        if moved is None or not _only_fillers(rest):
            return None
        if time is not None:
            return dt.datetime.combine(moved.date(), time)
        return moved if (found[2] or found[4]) in ("minute", "hour") else _within_hours(moved)
    day, rest, sure = _day(text, now.date())
    time, rest = _time(rest)
    if not _only_fillers(rest) or (day is None and time is None):
        return None
    if time is None:
        time = now.time().replace(second=0, microsecond=0)
        if day == now.date():
            return None
        return _within_hours(dt.datetime.combine(day or now.date(), time))
    agreed = dt.datetime.combine(day or now.date(), time)
    if agreed <= now and not sure:
        agreed += dt.timedelta(days=1 if day is None else 7)
    return agreed


def _within_hours(local: dt.datetime) -> dt.datetime:
    """The nearest time of the same day at which people are called: nobody said at which."""
    begin, end = WEEKEND_HOURS if local.weekday() >= 5 else WEEKDAY_HOURS
    return dt.datetime.combine(local.date(), min(max(local.time(), begin), end))


def _moved(now: dt.datetime, written: str, unit: str) -> dt.datetime | None:
    number = NUMBERS.get(written) or float(written)
    now = now.replace(second=0, microsecond=0)
    match unit:
        case "minute":
            return now + dt.timedelta(minutes=number)
        case "hour":
            return now + dt.timedelta(hours=number)
        case "day" | "week" if number == int(number):
            return now + dt.timedelta(days=number * (7 if unit == "week" else 1))
        case "month" if number == int(number) and number <= 12:
            month = now.month - 1 + int(number)
            first = now.replace(year=now.year + month // 12, month=month % 12 + 1, day=1)
            following = (first + dt.timedelta(days=32)).replace(day=1)
            return first.replace(day=min(now.day, (following - dt.timedelta(days=1)).day))
    return None


def _day(text: str, today: dt.date) -> tuple[dt.date | None, str, bool]:
    """The day, the rest of the text, and whether the day is meant whatever time it is."""
    for words, days in (("the day after tomorrow", 2), ("day after tomorrow", 2), ("tomorrow", 1), ("today", 0)):
        if words in text:
            return today + dt.timedelta(days=days), text.replace(words, "", 1), True
    if "tonight" in text:
        return today, text, True
    if found := _DATE.search(text):
        rest = text[: found.start()] + text[found.end() :]
        try:
            if found[3]:
                return dt.date(int(found[3]), int(found[4]), int(found[5])), rest, True
            day = dt.date(today.year, _MONTHS.index(found[2]) + 1, int(found[1]))
            return (day if day >= today else day.replace(year=today.year + 1)), rest, True
        except ValueError:
            return None, "?", False
    if found := _DAY.search(text):
        number = next(index for index, name in enumerate(DAYS) if name.startswith(found[2][:3]))
        rest = text[: found.start()] + text[found.end() :]
        ahead = (number - today.weekday()) % 7
        if ahead == 0 and found[1] == "next":
            ahead = 7
        return today + dt.timedelta(days=ahead), rest, False
    return None, text, False


def _time(text: str) -> tuple[dt.time | None, str]:
    for words, time in PARTS.items():
        if re.search(rf"\b{words}\b", text):
            part = re.sub(rf"\b{words}\b", "", text)
            exact, rest = _clock(part, afternoon=time.hour >= 12)
            return exact or time, rest
    return _clock(text)


def _clock(text: str, afternoon: bool | None = None) -> tuple[dt.time | None, str]:
    found = _TIME.search(text)
    if not found:
        return None, text
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
    if half == "p" or (half != "a" and (afternoon or (afternoon is None and 1 <= hour <= LATEST_EVENING))):
        hour = hour + 12 if hour < 12 else hour
    elif half == "a" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59:
        return None, "?"
    return dt.time(hour, minute), text[: found.start()] + text[found.end() :]


def _only_fillers(text: str) -> bool:
    """Whether nothing is left that could mean something else."""
    words = re.findall(r"[\w']+|\?", text)
    return all(
        word in {"at", "on", "in", "the", "after", "from", "around", "about", "please", "by", "this", "next", "work"}
        for word in words
    )
