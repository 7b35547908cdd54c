"""Kinds answered in words, and the one that is only read."""

from __future__ import annotations

from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.kinds.base import ALWAYS, SHORT_LENGTH, Control, Kind, Part, PartType, Summary
from surveyapp.domain.instrument.questionnaire import Question


class Open(Kind):
    """Their own words, as many as they like."""

    name = "open"
    described = N_("own words")
    control = Control.LINES
    summary = Summary.WORDS
    type = PartType.TEXT
    closed = False
    accepts = ALWAYS | {"required", "max_length"}
    asks = (N_("Write your answer."), N_("Write your answer, or choose %(out)s."))


class Short(Open):
    """One line."""

    name = "short"
    described = N_("one line")
    control = Control.LINE
    accepts = ALWAYS | {"required", "max_length", "pattern", "fact"}
    quotable = True
    most_characters = SHORT_LENGTH


class Information(Kind):
    """Something to read. It has no variable."""

    name = "information"
    described = N_("to read")
    control = Control.NOTHING
    summary = Summary.NONE
    closed = False
    accepts = ALWAYS

    def parts(self, question: Question) -> tuple[Part, ...]:
        return ()
