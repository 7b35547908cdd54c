"""What a participant's page and an interviewer's screen both hold."""

from __future__ import annotations

from dataclasses import dataclass

PIECES = ("day", "month", "year")
"""A day is typed in three, in this order."""


@dataclass(frozen=True)
class TextLine:
    """A line of text that goes with an option."""

    name: str
    id: str
    label: str
    value: str
    limit: int
    fault: str | None
