"""What an answer can be. Every variable of every response has one of these, or nothing yet (not reached)."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal


class Reason(enum.Enum):
    """Why there is no substantive answer. These are stored; *not reached* and its like are derived on reading."""

    SKIPPED = "skipped"
    DONT_KNOW = "dont_know"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"
    NOT_ASKED = "not_asked"


class Mode(enum.Enum):
    """How an answer came; *proxy*: from somebody who answers for the person, whatever the way."""

    SELF = "self"
    PHONE = "phone"
    IN_PERSON = "in_person"
    VIDEO = "video"
    PROXY = "proxy"


@dataclass(frozen=True)
class Codes:
    """The options chosen: one for a choice, any number but none for a multiple (in the order of the question)."""

    codes: tuple[str, ...]


@dataclass(frozen=True)
class Number:
    """A rating or a number, exact."""

    value: Decimal


@dataclass(frozen=True)
class Day:
    """A calendar day."""

    value: dt.date


@dataclass(frozen=True)
class TimeOfDay:
    """A time of day, to the minute, by whatever clock the person goes by."""

    value: dt.time


@dataclass(frozen=True)
class Text:
    """Somebody's own words."""

    text: str


@dataclass(frozen=True)
class Missing:
    """No substantive answer, and why. `note` is an interviewer's reason for skipping."""

    reason: Reason
    note: str | None = None


Answer = Codes | Number | Day | TimeOfDay | Text | Missing
Answers = Mapping[str, Answer]
"""Answers by variable key (`work_satisfaction@before`)."""


def is_substantive(answer: Answer | None) -> bool:
    """True for an answer that says something, the only kind a base counts."""
    return answer is not None and not isinstance(answer, Missing)


LEFT_EMPTY = Missing(Reason.SKIPPED)
"""What a form says of a question that need not be answered and was left empty by whoever went on."""


def said_in_passing(answers: Answers, given: Collection[str]) -> dict[str, Answer]:
    """What somebody said by a form that they sent for something else than to go on: in another language, back, later.
    What is empty there and was before (`given`: what has an answer) was not passed over: it says nothing. What was
    emptied does."""
    return {key: answer for key, answer in answers.items() if answer != LEFT_EMPTY or key in given}


def to_json(answer: Answer) -> object:
    """The answer as plain JSON, the form in which saves are hashed and the demo cohort is written."""
    match answer:
        case Codes(codes):
            return list(codes)
        case Number(value):
            return str(value)
        case Day(value):
            return value.isoformat()
        case TimeOfDay(value):
            return value.isoformat("minutes")
        case Text(text):
            return text
        case Missing(reason, note):
            return {"missing": reason.value} | ({"note": note} if note else {})
