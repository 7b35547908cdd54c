"""What the pages of open answers show: questions by group, choices of what is read, and what stands beside words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.instrument.study import Group, Study, Touchpoint
from surveyapp.domain.open_answers.marking import SpanKind
from surveyapp.services.open_answers.questions import AnswerBand, OpenQuestion
from surveyapp.services.open_answers.reading import BesideAnswer, QuestionCount, ReadingQuery, ReadPage
from surveyapp.web.evaluator.choosing import LinkChoice
from surveyapp.web.shared.answers import said
from surveyapp.web.shared.language import listed

GONE: dict[SpanKind, LazyString] = {
    SpanKind.NAME: lazy("name removed"),
    SpanKind.SITE: lazy("organisation removed"),
    SpanKind.PHONE: lazy("phone number removed"),
    SpanKind.EMAIL: lazy("e-mail address removed"),
    SpanKind.POSTCODE: lazy("postcode removed"),
    SpanKind.NUMBER: lazy("number removed"),
    SpanKind.OTHER: lazy("removed"),
}
"""What stands in the place of redacted words."""

FOUND: dict[SpanKind, LazyString] = {
    SpanKind.NAME: lazy("a name?"),
    SpanKind.SITE: lazy("an organisation?"),
    SpanKind.PHONE: lazy("a phone number?"),
    SpanKind.EMAIL: lazy("an e-mail address?"),
    SpanKind.POSTCODE: lazy("a postcode?"),
    SpanKind.NUMBER: lazy("a number?"),
    SpanKind.OTHER: lazy("to redact?"),
}
"""What found words may be."""


@dataclass(frozen=True)
class AnswerFaultView:
    """What could not be done with an answer: which, what was asked for, and why not."""

    token: str
    act: str
    said: str


@dataclass(frozen=True)
class QuestionsView:
    """The questions of a group at a touchpoint."""

    group: Group
    touchpoint: Touchpoint
    questions: tuple[QuestionCount, ...]


@dataclass(frozen=True, kw_only=True)
class AnswersView:
    """What is chosen on a page of answers, and what can be. `quoted_by`: the attributes, by name, whose value may stand
    beside a quotation."""

    title: str
    crumb: str
    bands: tuple[LinkChoice, ...] = ()
    segments: tuple[LinkChoice, ...] = ()
    state: dict[str, Any]
    gone: dict[SpanKind, LazyString]
    may_be: dict[SpanKind, LazyString]
    quoted_by: tuple[tuple[str, str], ...] = ()


def by_group(study: Study, found: Sequence[QuestionCount]) -> list[QuestionsView]:
    views = []
    for group in study.groups:
        for touchpoint in study.touchpoints_of(group.id):
            theirs = tuple(each for each in found if each.question.touchpoint.key == touchpoint.key)
            if theirs:
                views.append(QuestionsView(group, touchpoint, theirs))
    return views


def page(study: Study, found: ReadPage, asked: ReadingQuery) -> AnswersView:
    if found.question is None:
        return AnswersView(
            title=_("Answers with “%(words)s”", words=asked.search.strip()),
            crumb="",
            state={},
            gone=GONE,
            may_be=FOUND,
        )
    question = found.question
    state = {"only": "=".join(asked.only) if asked.only and not found.too_few else None, "band": asked.band}
    return AnswersView(
        title=question.title,
        crumb=question_crumb(study, question),
        bands=_bands(study, question, state),
        segments=_segments(study, found, question, state),
        state=state,
        gone=GONE,
        may_be=FOUND,
        quoted_by=tuple({each.attribute.name: each.attribute.label for each in found.segments}.items()),
    )


def question_crumb(study: Study, question: OpenQuestion) -> str:
    """Where a question is asked: of whom, when, in which part."""
    group = study.group(question.group)
    return listed([group.title if group else question.group, question.touchpoint.title, question.section])


def hundredths(value: float) -> Decimal:
    """A coefficient to two decimals."""
    return Decimal(value).quantize(Decimal("0.01"))


def address(study: Study, question: OpenQuestion, **state: Any) -> str:
    return url_for(
        "reader.question", study_id=study.id, group=question.group, touchpoint=question.touchpoint.number,
        variable=question.variable, **state,
    )  # fmt: skip


def _bands(study: Study, question: OpenQuestion, state: dict[str, Any]) -> tuple[LinkChoice, ...]:
    if not question.bands:
        return ()
    return (
        LinkChoice(_("Everyone"), address(study, question, **state | {"band": None}), state["band"] is None),
        *(
            LinkChoice(
                band_words(each), address(study, question, **state | {"band": each.id}), state["band"] == each.id
            )
            for each in question.bands
        ),
    )


def band_words(band: AnswerBand) -> str:
    if band.id == "rose":
        return _("It rose")
    if band.id == "fell":
        return _("It fell")
    return band.label


def _segments(study: Study, found: ReadPage, question: OpenQuestion, state: dict[str, Any]) -> tuple[LinkChoice, ...]:
    if not found.segments:
        return ()
    each_of = [
        (each.attribute.values.get(each.value, each.value), f"{each.attribute.name}={each.value}")
        for each in found.segments
    ]
    return (
        LinkChoice(_("Everyone"), address(study, question, **state | {"only": None}), state["only"] is None),
        *(
            LinkChoice(label, address(study, question, **state | {"only": only}), state["only"] == only)
            for label, only in each_of
        ),
    )


def said_beside(beside: BesideAnswer) -> tuple[str, ...]:
    """Template global: what was ticked, in words."""
    return said(beside.part, beside.answer) if beside.part is not None else ()
