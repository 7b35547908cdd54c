"""Kinds answered in words, and the one that is only read."""

from __future__ import annotations

from surveyapp.domain.instrument.kinds.base import Kind, Part, PartType
from surveyapp.domain.instrument.questionnaire import Question


class Open(Kind):
    """Their own words, as many as they like."""

    name = "open"
    closed = False
    type = PartType.TEXT


class Short(Open):
    """One line."""

    name = "short"


class Information(Kind):
    """Something to read. It has no variable."""

    name = "information"
    closed = False

    def parts(self, question: Question) -> tuple[Part, ...]:
        return ()
