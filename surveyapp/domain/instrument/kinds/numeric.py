"""Kinds answered with a quantity: a rating, a number, a day."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from surveyapp.domain.answers import Answer, Day, Number
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds.base import Form, Kind, Part, PartType

_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?", re.ASCII)


class NumberKind(Kind):
    """A number within limits, with so many decimals at most."""

    name = "number"
    type = PartType.NUMBER

    def read(self, part: Part, values: list[str]) -> Answer | AnswerFault:
        if len(values) > 1:
            return AnswerFault(part.key, "more_than_one")
        if not _NUMBER.fullmatch(written := values[0].replace(",", ".").replace(" ", "")):
            return AnswerFault(part.key, "not_a_number")
        question, value = part.question, Decimal(written)
        if value != round(value, question.decimals):
            code, limit = ("too_many_decimals", str(question.decimals)) if question.decimals else ("not_whole", None)
            return AnswerFault(part.key, code, limit)
        if question.minimum is not None and value < question.minimum:
            return AnswerFault(part.key, "too_small", str(question.minimum))
        if question.maximum is not None and value > question.maximum:
            return AnswerFault(part.key, "too_large", str(question.maximum))
        return Number(value)


class Rating(NumberKind):
    """A whole number on a scale with named ends."""

    name = "rating"
    takes_moments = True


class DateKind(Kind):
    """A day: three fields (`key:day`, `key:month`, `key:year`), or one ISO date under the key itself."""

    name = "date"
    type = PartType.DATE

    def field_values(self, part: Part, form: Form) -> list[str]:
        posted = super().field_values(part, form)
        pieces = ["".join(form.get(f"{part.key}:{piece}", ())).strip() for piece in ("year", "month", "day")]
        return posted + (["-".join(pieces)] if any(pieces) else [])

    def read(self, part: Part, values: list[str]) -> Answer | AnswerFault:
        if len(values) > 1:
            return AnswerFault(part.key, "more_than_one")
        pieces = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", values[0], re.ASCII)
        try:
            day = dt.date(*map(int, pieces.groups())) if pieces else None
        except ValueError:
            day = None
        if day is None:
            return AnswerFault(part.key, "not_a_date")
        question = part.question
        if question.earliest and day < dt.date.fromisoformat(question.earliest):
            return AnswerFault(part.key, "too_early", question.earliest)
        if question.latest and day > dt.date.fromisoformat(question.latest):
            return AnswerFault(part.key, "too_late", question.latest)
        return Day(day)
