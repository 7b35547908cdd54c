"""How somebody asked to be called: when, in which language, by whom. Read from what their contact record says in words;
what cannot be read narrows nothing, and is shown as it stands."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

WEEKDAY_HOURS = (dt.time(9), dt.time(20, 30))
WEEKEND_HOURS = (dt.time(9), dt.time(17))
"""From when until when people are called who did not say, on the participant's own clock."""

NOON, EVENING, NIGHT = 12 * 60, 17 * 60, 20 * 60 + 30
"""Minutes of the day."""

WEEKDAYS, WEEKENDS = 1, 2
"""Bits of the days on which somebody can be called."""

IN_WRITING = frozenset({"email", "text"})
"""Ways to be reached, as a contact record has them, of whoever wants to be written to first."""

LATEST_AFTERNOON = 7
"""Hours up to this, with nothing said, are of the afternoon: nobody asks to be called at five in the morning."""

_TIME = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?"
_BETWEEN = re.compile(rf"(?:between |from )?{_TIME}\s*(?:to|and|until|till|-|–)\s*{_TIME}")
_AFTER = re.compile(rf"(?:after|from|not before) {_TIME}(?: on(?:wards)?)?")
_BEFORE = re.compile(rf"(?:before|until|till|by|not after) {_TIME}")
_PARTS = {
    re.compile(r"(?:in the )?mornings?"): (9 * 60, NOON),
    re.compile(r"(?:around |at )?(?:noon|midday|lunch ?time)"): (NOON, 14 * 60),
    re.compile(r"(?:in the )?afternoons?"): (NOON, EVENING),
    re.compile(r"(?:in the )?evenings?"): (EVENING, NIGHT),
}
_DAYS = {
    re.compile(r"(?:on |at )?week ?days?(?: only)?"): WEEKDAYS,
    re.compile(r"(?:on |at )?(?:the )?week-? ?ends?(?: only)?"): WEEKENDS,
}


@dataclass(frozen=True, kw_only=True)
class CallWishes:
    """What somebody asked for. `way`: how they like to be reached, as their contact record has it; `languages`: codes
    of those they speak; `interviewer`: `woman` or `man`; `begins`, `ends`: minutes of their day between which they can
    be called, both or neither; `days`: bits of the days on which, None: any."""

    way: str = ""
    languages: tuple[str, ...] = ()
    interviewer: str = ""
    begins: int | None = None
    ends: int | None = None
    days: int | None = None

    @property
    def in_writing(self) -> bool:
        return self.way in IN_WRITING

    def suits(self, local: dt.datetime) -> bool:
        """Whether they can be called at a time on their own clock: when they asked to be, or where they did not say,
        within the hours in which people are called."""
        if self.days is not None and not self.days & day_bit(local):
            return False
        if self.begins is None or self.ends is None:
            return within_call_hours(local)
        return self.begins <= minute_of(local) < self.ends


NO_WISHES = CallWishes()


def within_call_hours(local: dt.datetime) -> bool:
    """Whether people are called at a local time."""
    begin, end = WEEKEND_HOURS if local.weekday() >= 5 else WEEKDAY_HOURS
    return begin <= local.time() <= end


def minute_of(local: dt.datetime) -> int:
    return local.hour * 60 + local.minute


def day_bit(local: dt.datetime) -> int:
    return WEEKENDS if local.weekday() >= 5 else WEEKDAYS


def times_in_words(written: str) -> tuple[int | None, int | None, int | None]:
    """`begins`, `ends` and `days` of times as they are written: `after 16:00`, `10 to 2`, `evenings`, `weekends`. All
    None where something of it is not understood."""
    text = " ".join(written.casefold().replace("o'clock", "").replace("’", "'").split()).rstrip(".")
    begins, ends, days = None, None, None
    for pattern, bit in _DAYS.items():
        if found := pattern.search(text):
            days, text = (days or 0) | bit, text[: found.start()] + text[found.end() :]
    if found := _BETWEEN.search(text):
        begins, ends = _minutes(found, 1), _minutes(found, 4)
        if found[3] is None and found[6] == "pm" and begins is not None and ends is not None and begins + NOON < ends:
            begins += NOON if begins < NOON else 0
    elif found := _AFTER.search(text):
        begins = _minutes(found, 1)
        ends = max(NIGHT, begins + 60) if begins is not None else None
    elif found := _BEFORE.search(text):
        ends = _minutes(found, 1, early=True)
        begins = min(9 * 60, ends - 60) if ends is not None else None
    else:
        for pattern, (first, last) in _PARTS.items():
            if found := pattern.search(text):
                begins, ends = first, last
                break
    rest = text[: found.start()] + text[found.end() :] if found else text
    understood = not re.sub(r"[\s,;&]|\band\b|\bonly\b|\bplease\b|\bbest\b", "", rest)
    if not understood or (found and (begins is None or ends is None or begins >= ends)):
        return None, None, None
    return begins, ends, days


def _minutes(found: re.Match[str], group: int, early: bool = False) -> int | None:
    hours, minutes, half = int(found[group]), int(found[group + 1] or 0), found[group + 2]
    if half == "pm" and hours < 12:
        hours += 12
    elif half == "am" and hours == 12:
        hours = 0
    elif half is None and 1 <= hours <= LATEST_AFTERNOON and not (early and hours == LATEST_AFTERNOON):
        hours += 12
    return hours * 60 + minutes if hours <= 23 and minutes <= 59 else None
