"""When somebody can be reminded who asks for it: tonight, tomorrow morning, at the weekend; within the hours at which
the study sends. Pure functions of a moment and a place."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping

from surveyapp.domain.sending.rules import MessageRules


class OwnTime(enum.StrEnum):
    """A time as people say it."""

    TONIGHT = "tonight"
    TOMORROW = "tomorrow"
    WEEKEND = "weekend"


AT_MOST = 10
"""Reminders that somebody can ask for at a touchpoint."""

EVENING, MORNING = dt.time(18), dt.time(10)
"""When a reminder for tonight and for a morning comes, where the study sends then."""

BEGINS, ENDS = dt.time(9), dt.time(19)
"""Hours of a study that says nothing of messages."""

SOON = dt.timedelta(minutes=30)
"""Nobody is reminded of what they put off so short a time before."""

_SATURDAY = 5


def own_times(
    rules: MessageRules | None, now: dt.datetime, zone: dt.tzinfo, closes_at: dt.datetime | None
) -> Mapping[OwnTime, dt.datetime]:
    """The times that can be chosen at a moment, in UTC and in order, none twice: those on a day on which the study
    sends, within its hours, and before what is asked closes."""
    begins, ends = (rules.begins, rules.ends) if rules else (BEGINS, ENDS)
    days = rules.days if rules else frozenset(range(7))
    today = now.astimezone(zone).date()
    saturday = today + dt.timedelta(days=(_SATURDAY - today.weekday()) % 7 or 7)
    wanted = {
        OwnTime.TONIGHT: (today, EVENING),
        OwnTime.TOMORROW: (today + dt.timedelta(days=1), MORNING),
        OwnTime.WEEKEND: (saturday, MORNING),
    }
    found: dict[OwnTime, dt.datetime] = {}
    for which, (day, hour) in wanted.items():
        at = dt.datetime.combine(day, _within(hour, begins, ends), zone).astimezone(dt.UTC)
        if day.weekday() in days and at >= now + SOON and (closes_at is None or at < closes_at):
            found.setdefault(which, at)
    return {which: at for which, at in found.items() if list(found.values()).index(at) == list(found).index(which)}


def _within(hour: dt.time, begins: dt.time, ends: dt.time) -> dt.time:
    """An hour or, where the study does not send then, its first or its last half hour."""
    if hour < begins:
        return begins
    if hour < ends:
        return hour
    last = max(ends.hour * 60 + ends.minute - 30, 0)
    return max(dt.time(*divmod(last, 60)), begins)
