"""When to call back, as it is said on the phone: `Tuesday after 5`, `in two weeks`, `jutro rano`.

Each piece that is understood is taken out of the text; a time is one only where nothing is left that could mean
something else. Better nothing than another time than was meant: then it is asked for.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from surveyapp.domain.fieldwork.agreed_words import in_english
from surveyapp.domain.fieldwork.call_wishes import WEEKDAY_HOURS, WEEKEND_HOURS

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "half an": 0.5,
}  # fmt: skip

PARTS = {
    "morning": (10, 1, 11), "noon": (12, 12, 12), "lunchtime": (12, 11, 14), "midday": (12, 11, 15),
    "afternoon": (14, 12, 18), "evening": (18, 16, 23), "tonight": (19, 17, 23),
}  # fmt: skip
"""Parts of the day: the hour that is meant where none is said, and the first and last that can be said of it."""

LATEST_EVENING = 8
"""Hours from one to this, with nothing said, are of the afternoon: nobody is called at five in the morning."""

LONGEST_IN_WORDS = 200
"""Characters: nobody says a time in more."""

LATEST_END = 22
"""The hour by which `between five and six` is over."""

_ALONE = r"(?<![\d.,:/–—-])"
"""Before a number: it is no piece of another."""

_NUMBER = r"(half an|\d{1,3}|" + "|".join(name for name in NUMBERS if name != "half an") + ")"
_AFTER = re.compile(
    rf"\b(?:in|after)\s+{_NUMBER}\s+(minute|hour|day|week|month)s?\b"
    rf"|{_ALONE}\b{_NUMBER}\s+(minute|hour|day|week|month)s?\s+(?:from now|after|later)\b"
)
_NEAR = re.compile(r"\b(?:(the )?day after tomorrow|(tomorrow)|today)\b(?: ko\b)?")
_DAY = re.compile(
    r"\b(?:on\s+)?(?:(next|this)\s+)?(" + "|".join(DAYS) + r"|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b\.?(?: ko\b)?"
)
_PART = re.compile(rf"\b(?:(this) |(?:(?:in|at|from|around|about) )*(?:the )?)({'|'.join(PARTS)})\b(?: ko\b)?")
_HALF = r"([ap]\.?m\b\.?|o'?clock)?"
_CLOCK = re.compile(
    rf"((?:\b(?:at|after|from|around|about|between) )*){_ALONE}\b(\d{{1,2}})(?:([:.h])(\d{{2}}))?\s*{_HALF}"
    rf"(?:\s*(-|–|—|to|and)\s*(\d{{1,2}})(?:[:.](\d{{2}}))?\s*{_HALF})?(?!\s*[-–—]|[\d/.:])( after\b)?(\s*,?\s*\|)?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    rf"\b(?:on\s+)?(?:the\s+)?{_ALONE}\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?"
    r"|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?(?: ko\b)?"
    r"|\b(?:on\s+)?(\d{4})-(\d{2})-(\d{2})\b"
)
_DATE_IS_HERE = " | "
_NOT_UNDERSTOOD = "?"
"""Left of a text in which something cannot be."""


@dataclass(frozen=True)
class _Clock:
    """A time as it is written: `minute` with what stands before it, `half` of the day where it is said."""

    hour: int
    minute: int
    half: str
    written: str

    def readings(self) -> list[int]:
        """The minutes of the day that it may mean, earliest first."""
        if self.hour > 23 or self.minute > 59 or (self.half and self.hour == 0):
            return []
        twelve = self.hour % 12 if self.hour <= 12 else None
        if self.half == "a":
            # The night from which day, nobody can tell.
            hours = [self.hour] if self.hour < 12 else []
        elif self.half == "p":
            hours = [self.hour if twelve is None else twelve + 12]
        elif twelve is None or self.written.startswith("0"):
            hours = [self.hour]
        else:
            hours = [twelve, twelve + 12]
        return [60 * hour + self.minute for hour in hours]


def moments_of(written: dt.datetime, zone: dt.tzinfo) -> tuple[dt.datetime, ...]:
    """A time as written on a local clock, as moments in UTC, earliest first: two in the hour that comes twice when the
    clocks go back, none in the one that they go over."""
    moments = {written.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1)}
    plain = written.replace(fold=0)
    return tuple(sorted(each for each in moments if each.astimezone(zone).replace(tzinfo=None, fold=0) == plain))


def agreed_in_words(written: str, now: dt.datetime) -> dt.datetime | None:
    """The time that is meant, on the same clock as `now` (no zone), said in English, Polish, Punjabi or Urdu; None
    where it is not understood, or could be another: `tonight at 12`, `3.12.`, `tomorrow after work`, `before 5`.

    A day with no time is at the same time of day as it is now, or the nearest at which people are called. A time that
    has passed today is tomorrow's; a weekday is the next one, today's only with a time still to come. `next Tuesday` is
    the first that comes, as is `Tuesday`. What is said of today stays today's, though it has passed.
    """
    if len(written) > LONGEST_IN_WORDS:
        return None
    text = in_english(" ".join(written.replace("’", "'").split()).rstrip("?.!؟ "))
    if found := _AFTER.search(text):
        return _after(found, text, now)
    day, rest, sure = _day(text, now.date())
    time, rest, today = _time(rest)
    if _left(rest) or (day is None and time is None) or (today and day not in (None, now.date())):
        return None
    if today:
        day, sure = now.date(), True
    if time is None:
        return None if day == now.date() else _within_hours(dt.datetime.combine(day or now.date(), _minute(now).time()))
    agreed = dt.datetime.combine(day or now.date(), time)
    if agreed <= now and not sure:
        agreed += dt.timedelta(days=1 if day is None else 7)
    return agreed


def _after(found: re.Match[str], text: str, now: dt.datetime) -> dt.datetime | None:
    """A span from now, of days also with a time."""
    unit = found[2] or found[4]
    moved = _moved(now, found[1] or found[3], unit)
    time, rest, today = _time(_without(text, found))
    if moved is None or today or _left(rest):
        return None
    if unit in ("minute", "hour"):
        return moved if time is None else None
    return _within_hours(moved) if time is None else dt.datetime.combine(moved.date(), time)


def _minute(now: dt.datetime) -> dt.datetime:
    return now.replace(second=0, microsecond=0)


def _without(text: str, found: re.Match[str], instead: str = " ") -> str:
    return text[: found.start()] + instead + text[found.end() :]


def _within_hours(local: dt.datetime) -> dt.datetime:
    """The nearest time of the same day at which people are called: nobody said at which."""
    begin, end = WEEKEND_HOURS if local.weekday() >= 5 else WEEKDAY_HOURS
    return dt.datetime.combine(local.date(), min(max(local.time(), begin), end))


def _moved(now: dt.datetime, written: str, unit: str) -> dt.datetime | None:
    number = NUMBERS.get(written) or float(written)
    now = _minute(now)
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
    if found := _NEAR.search(text):
        days = 1 if found[2] else 0 if "today" in found[0] else 2
        return today + dt.timedelta(days=days), _without(text, found), True
    if found := _DATE.search(text):
        day = _date(found, today)
        return day, _NOT_UNDERSTOOD if day is None else _without(text, found, _DATE_IS_HERE), True
    if found := _DAY.search(text):
        number = next(index for index, name in enumerate(DAYS) if name.startswith(found[2][:3]))
        ahead = (number - today.weekday()) % 7
        if ahead == 0 and found[1] == "next":
            ahead = 7
        return today + dt.timedelta(days=ahead), _without(text, found), False
    return None, text, False


def _date(found: re.Match[str], today: dt.date) -> dt.date | None:
    """A date as `_DATE` finds it, of the next such day where it has no year."""
    try:
        if found[3]:
            return dt.date(int(found[3]), int(found[4]), int(found[5]))
        month = _MONTHS.index(found[2][:3]) + 1
        this_year = today.replace(day=1, month=month).replace(day=int(found[1]))
        return this_year if this_year >= today else this_year.replace(year=today.year + 1)
    except ValueError:
        return None


def _time(text: str) -> tuple[dt.time | None, str, bool]:
    """The time, the rest of the text, and whether it is said to be today's."""
    found = _PART.search(text)
    if found is None:
        return *_clock(text), False
    usual, first, last = PARTS[found[2]]
    exact, rest = _clock(_without(text, found), range(60 * first, 60 * (last + 1)))
    return exact or dt.time(usual), rest, found[2] == "tonight" or bool(found[1])


def _clock(text: str, within: range | None = None) -> tuple[dt.time | None, str]:
    """A time of the clock and the rest of the text. `within`: the minutes of the day that it can be in."""
    found = _CLOCK.search(text)
    if not found:
        return None, text
    begins = _Clock(int(found[2]), int(found[4] or 0), (found[5] or "")[:1], found[2])
    ends = _Clock(int(found[7]), int(found[8] or 0), (found[9] or "")[:1], found[7]) if found[7] else None
    meant = None if _is_something_else(found) else _meant(begins, ends, within)
    if meant is None:
        return None, _NOT_UNDERSTOOD
    return dt.time(*divmod(meant, 60)), _without(text, found, _DATE_IS_HERE if found[11] else " ")


def _is_something_else(found: re.Match[str]) -> bool:
    """Whether what looks like a time is a day (`3.12`, `3, 4 December`) or how long it is to the hour (`10 to 5`)."""
    before, hour, mark, minute, half, to = found[1], int(found[2]), found[3], found[4], found[5], found[6]
    if before or half:
        return False
    if mark:
        return mark == "." and 1 <= int(minute) <= 12
    padded = to != "to" and "0" in (found[2][0], (found[7] or " ")[0])
    return padded or bool(found[11]) or (to == "to" and hour in (5, 10, 20, 25))


def _meant(begins: _Clock, ends: _Clock | None, within: range | None) -> int | None:
    """The minute of the day that a time means, alone or as the beginning of a span."""
    meant = [each for each in begins.readings() if within is None or each in within]
    if ends is not None and ends.half in ("a", "p") and not begins.half:
        meant = [each for each in meant if ends.readings() and each < ends.readings()[0]][-1:]
    if len(meant) > 1:
        meant = meant[1:] if 1 <= begins.hour <= LATEST_EVENING or begins.hour == 12 else meant[:1]
    if not meant or (ends is not None and not any(meant[0] < each <= 60 * LATEST_END for each in ends.readings())):
        return None
    return meant[0]


def _left(text: str) -> bool:
    """Whether anything is left that could mean something else."""
    return any(word != "please" for word in re.findall(r"[\w']+|\?", text))
