"""A time of day, in figures as people type them: 7:30, 0730, 07.30, 7.30pm."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import ClassVar

from surveyapp.domain.answers import Answer, TimeOfDay
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.kinds.base import ALWAYS, Control, Kind, Part, PartType, Summary

_TYPED = re.compile(
    r"(?:(?P<hour>[0-9]{1,2})(?:(?:\s?[:.h]\s?|\s)(?P<minute>[0-9]{2})(?::00)?)?|(?P<four>[0-9]{3,4}))"
    r"(?:\s?(?P<half>[ap])\.?\s?m\.?)?",
    re.ASCII,
)
_SIGNS = str.maketrans({"\u06d4": ".", "\u0964": ".", "\u066b": ".", "\u2236": ":", "\ua789": ":"})


def time_of(typed: str) -> dt.time | None:
    """The time that was typed in figures, in the shape of `normalise.code`; None where it is none."""
    found = _TYPED.fullmatch(typed.translate(_SIGNS).casefold().rstrip(" ."))
    if found is None:
        return None
    four = found["four"]
    hour, minute = (int(four[:-2]), int(four[-2:])) if four else (int(found["hour"]), int(found["minute"] or 0))
    if found["half"] == "a":
        hour = hour % 12 if hour <= 12 else 24
    elif found["half"] == "p":
        hour = hour % 12 + 12 if 1 <= hour <= 12 else hour or 24
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


class TimeKind(Kind):
    """A time of day, to the minute."""

    name = "time"
    described = N_("a time of day")
    control = Control.LINE
    summary = Summary.TIME
    type = PartType.TIME
    quotable = True
    input_mode = "text"
    accepts = ALWAYS | {"missing", "required", "earliest", "latest", "fact"}
    asks = (N_("Write a time, such as 7:30."), N_("Write a time, such as 7:30, or choose %(out)s."))
    sentences: ClassVar[Mapping[str, str]] = {
        "not_a_time": N_("Write the time in figures, such as 7:30 or 7:30pm."),
        "too_early": N_("The time must be %(limit)s or later."),
        "too_late": N_("The time must be %(limit)s or earlier."),
    }

    def limit_fault(self, written: str) -> str | None:
        if re.fullmatch("[0-2][0-9]:[0-5][0-9]", written, re.ASCII) and time_of(written):
            return None
        return f"“{written}” is not a time. Write it as 07:30, in quotation marks."

    def read(self, part: Part, values: list[str]) -> Answer | AnswerFault:
        if len(values) > 1:
            return AnswerFault(part.key, "more_than_one")
        found, question = time_of(values[0]), part.question
        if found is None:
            return AnswerFault(part.key, "not_a_time")
        if question.earliest and found < (time_of(question.earliest) or found):
            return AnswerFault(part.key, "too_early", question.earliest)
        if question.latest and found > (time_of(question.latest) or found):
            return AnswerFault(part.key, "too_late", question.latest)
        return TimeOfDay(found)
