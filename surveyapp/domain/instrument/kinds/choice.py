"""Kinds answered by choosing: one option, any options, one option a statement, yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from surveyapp.domain.answers import Answer, Codes
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.kinds.base import ALWAYS, MOMENTS, Control, Kind, Part, PartType, Summary, variable_key
from surveyapp.domain.instrument.questionnaire import Question


class Choice(Kind):
    """One option."""

    name = "choice"
    described = N_("one answer")
    control = Control.ONE
    summary = Summary.OPTIONS
    needs_options = True
    accepts = ALWAYS | MOMENTS | {"scale", "options", "missing", "required", "order", "fact"}

    def _at(self, question: Question, moment: str | None, moment_label: str | None) -> list[Part]:
        main = self._part(question, question.id, question.text, moment, moment_label)
        return [main, *specify_parts(question, main)]

    def read(self, part: Part, values: list[str]) -> Answer | AnswerFault:
        if len(values) > 1:
            return AnswerFault(part.key, "more_than_one")
        if part.question.option(values[0]) is None:
            return AnswerFault(part.key, "not_an_option")
        return Codes((values[0],))


class YesNo(Choice):
    """Yes or no: a choice whose options are written once, for all."""

    name = "yes_no"
    described = N_("yes or no")
    needs_options = False
    standard: ClassVar[Mapping[str, str]] = {"yes": "Yes", "no": "No"}
    accepts = ALWAYS | MOMENTS | {"options", "missing", "required", "fact"}


class Multiple(Kind):
    """Any options; an exclusive one stands alone."""

    name = "multiple"
    described = N_("any number of answers")
    control = Control.ANY
    summary = Summary.OPTIONS
    type = PartType.CODES
    needs_options = True
    accepts = ALWAYS | {"scale", "options", "minimum", "maximum", "missing", "required", "order"}
    asks = (N_("Choose at least one answer."), N_("Choose at least one answer, or %(out)s."))

    def _at(self, question: Question, moment: str | None, moment_label: str | None) -> list[Part]:
        main = self._part(question, question.id, question.text, moment, moment_label)
        return [main, *specify_parts(question, main)]

    def read(self, part: Part, values: list[str]) -> Answer | AnswerFault:
        chosen = [option for option in part.question.options if option.code in values]
        if len(chosen) != len(set(values)):
            return AnswerFault(part.key, "not_an_option")
        alone = next((option for option in chosen if option.exclusive), None)
        if alone is not None and len(chosen) > 1:
            return AnswerFault(part.key, "exclusive", alone.label)
        if part.question.minimum and len(chosen) < part.question.minimum and alone is None:
            return AnswerFault(part.key, "too_few", str(part.question.minimum))
        if part.question.maximum and len(chosen) > part.question.maximum:
            return AnswerFault(part.key, "too_many", str(part.question.maximum))
        return Codes(tuple(option.code for option in chosen))


class Statements(Choice):
    """A grid: one option for each statement. Each statement is a variable, and a page on a phone."""

    name = "statements"
    described = N_("one answer for each statement")
    needs_statements = True
    accepts = ALWAYS | MOMENTS | {"scale", "options", "statements", "missing", "required", "order"}

    def _at(self, question: Question, moment: str | None, moment_label: str | None) -> list[Part]:
        return [
            self._part(question, statement.id, statement.text, moment, moment_label, statement)
            for statement in question.statements
        ]


def specify_parts(question: Question, main: Part) -> list[Part]:
    """The lines of text that go with options such as *something else*."""
    parts = []
    for option in question.options:
        if option.specify:
            name = f"{question.id}_{option.code}_text"
            parts.append(
                Part(
                    key=variable_key(name, main.moment),
                    name=name,
                    moment=main.moment,
                    type=PartType.TEXT,
                    label=option.specify,
                    question=question,
                    moment_label=main.moment_label,
                    when=(main.key, option.code),
                )
            )
    return parts
