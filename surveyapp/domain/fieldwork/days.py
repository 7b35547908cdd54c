"""Days where a study is, and the moments at which they begin and end.

Whatever lasts *until* a day lasts to that day's end. What is stored is the first moment after it, in UTC; what people
read is the day before that moment.
"""

from __future__ import annotations

import datetime as dt


def start_of(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The first moment of a day in a zone, in UTC: midnight, or where the clocks skip it, the moment they do."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def end_of(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The first moment after a day in a zone, in UTC."""
    return start_of(day + dt.timedelta(days=1), zone)


def last_day(end: dt.datetime, zone: dt.tzinfo) -> dt.date:
    """The last day of what ends just before a moment: the one function that says it."""
    return (end - dt.datetime.resolution).astimezone(zone).date()
