"""A day for somebody's calendar: iCalendar (RFC 5545), one whole day with a reminder on its morning."""

from __future__ import annotations

import datetime as dt

_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def day_in_calendar(uid: str, on: dt.date, title: str, made_at: dt.datetime) -> str:
    """A calendar with one entry. `uid`: what makes it replace itself when it is taken twice; `made_at`: with a zone."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Shiftline//Next time//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}@shiftline",
        f"DTSTAMP:{made_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{on + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{title.translate(_ESCAPED)}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER;RELATED=START:PT9H",
        f"DESCRIPTION:{title.translate(_ESCAPED)}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _folded(line: str) -> list[str]:
    """A content line in pieces of at most 75 octets, each but the first after a space (RFC 5545, 3.1)."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > 75:
            pieces.append(piece)
            piece = " "
        piece += letter
    return [*pieces, piece]
