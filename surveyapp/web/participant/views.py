"""What a participant's page shows, worked out before the template: fields with what is chosen, faults, the way back."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from surveyapp.domain.answers import Reason, is_substantive
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import KINDS, Form, Part, PartType, field_value
from surveyapp.domain.instrument.kinds.base import MISSING_PREFIX, OPEN_LENGTH, SHORT_LENGTH
from surveyapp.domain.instrument.questionnaire import Option
from surveyapp.domain.instrument.routing import Page, Route
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import in_language_of
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.shared.answers import REASONS, said
from surveyapp.web.shared.faults import fault_sentence
from surveyapp.web.shared.fields import PIECES, TextLine
from surveyapp.web.shared.presenting import presented_to

LONG = 160
"""Characters from which an answer is folded on the check page."""

WIDEST_ROW = 6
"""Numbers of a scale that fit beside each other at 320 px, each 44 px wide."""

_REASON_VALUES = frozenset(f"{MISSING_PREFIX}{reason.value}" for reason in Reason)


@dataclass(frozen=True)
class PageChoice:
    """Something to choose. `alone`: it cannot go with another. `meaning` follows the label for those who listen."""

    value: str
    id: str
    label: str
    chosen: bool
    alone: bool = False
    line: TextLine | None = None
    meaning: str | None = None


@dataclass(frozen=True)
class PageField:
    """One variable on a page. `label` is set where there are several; `values` is what text inputs hold."""

    name: str
    id: str
    label: str | None
    input: str
    choices: tuple[PageChoice, ...]
    reasons: tuple[PageChoice, ...]
    value: str
    pieces: Mapping[str, str]
    limit: int
    fault: str | None
    hint: bool

    @property
    def described_by(self) -> str:
        """Ids of the hint and the fault, as far as there are any."""
        return " ".join(([] if not self.hint else ["the-hint"]) + ([f"{self.id}-fault"] if self.fault else []))


@dataclass(frozen=True)
class QuestionPage:
    """A question as a page. `heading` is what is asked; `lead` stands over it (the grid a statement belongs to).
    `answered` of `likely` pages are behind it."""

    page: Page
    heading: str
    lead: str | None
    fields: tuple[PageField, ...]
    faults: tuple[tuple[str, str], ...]
    columns: int
    answered: int
    likely: int

    @property
    def title(self) -> str:
        return f"{self.lead} {self.heading}" if self.lead else self.heading

    @property
    def template(self) -> str:
        return f"participant/kinds/{self.page.question.kind}.html"


def question_page(
    visit: Visit, page: Page, posted: Form | None = None, faults: Sequence[AnswerFault] = ()
) -> QuestionPage:
    """The page filled in with what was last answered or, when it was refused, with what was posted."""
    page = presented_to(visit, page)
    given = visit.given or {}
    values: dict[str, list[str]] = {}
    for part in page.parts:
        old = field_value(each.answer) if (each := given.get(part.key)) else []
        values[part.key] = [value.strip() for value in posted.get(part.key, ())] if posted is not None else old
    sentences = {
        fault.variable: fault_sentence(fault, part)
        for fault in faults
        for part in page.parts
        if part.key == fault.variable
    }
    question = page.question
    mains = [part for part in page.parts if part.when is None]
    fields = tuple(_field(part, page, values, posted or {}, sentences, several=len(mains) > 1) for part in mains)
    information = not KINDS[question.kind].parts(question)
    heading = page.statement.text if page.statement else page.section.title if information else question.text
    listed = tuple((_target(part), sentences[part.key]) for part in page.parts if part.key in sentences)
    lead = question.text if page.statement else None
    answered, likely = visit.ready[1].progress
    return QuestionPage(page, heading, lead, fields, listed, _columns(fields), answered, max(likely, 1))


def _field(
    part: Part,
    page: Page,
    values: Mapping[str, list[str]],
    posted: Form,
    sentences: Mapping[str, str],
    *,
    several: bool,
) -> PageField:
    held = values[part.key]
    options = [
        _option(part, page, option, index, values, sentences) for index, option in enumerate(part.question.options)
    ]
    one_of = bool(options or part.question.kind == "rating") and part.type is not PartType.CODES
    if part.question.kind == "rating":
        options = _numbers(part, held)
    reasons = tuple(
        PageChoice(
            f"{MISSING_PREFIX}{reason.value}",
            f"{part.field_id}-missing-{reason.value}",
            str(REASONS[reason]),
            f"{MISSING_PREFIX}{reason.value}" in held,
            alone=True,
        )
        for reason in part.question.missing
    )
    text = _typed(held)
    return PageField(
        name=part.key,
        id=part.field_id,
        label=part.moment_label if several else None,
        # Radios cannot be let go again without a script: beside something to type, a reason is a box to tick.
        input="radio" if one_of else "checkbox",
        choices=tuple(options),
        reasons=reasons,
        value=text,
        pieces=_pieces(part, text, posted),
        limit=part.question.max_length or OPEN_LENGTH,
        fault=sentences.get(part.key),
        hint=bool(part.question.hint) and not several,
    )


def _option(
    part: Part, page: Page, option: Option, index: int, values: Mapping[str, list[str]], sentences: Mapping[str, str]
) -> PageChoice:
    line = None
    text = next((each for each in page.parts if each.when == (part.key, option.code)), None)
    if text is not None:
        line = TextLine(
            text.key, text.field_id, text.label, _typed(values[text.key]), SHORT_LENGTH, sentences.get(text.key)
        )
    return PageChoice(
        option.code,
        part.field_id if index == 0 else f"{part.field_id}-{option.code}",
        option.label,
        option.code in values[part.key],
        option.exclusive,
        line,
    )


def _typed(held: Sequence[str]) -> str:
    """What a text input holds: the value that is no reason for having none."""
    return next((value for value in held if value not in _REASON_VALUES), "")


def _numbers(part: Part, held: Sequence[str]) -> list[PageChoice]:
    question = part.question
    low, high = question.minimum or 0, question.maximum or 0
    ends = {low: question.low, high: question.high}
    return [
        PageChoice(
            str(number),
            part.field_id if number == low else f"{part.field_id}-{number}",
            str(number),
            str(number) in held,
            meaning=ends.get(number),
        )
        for number in range(low, high + 1)
    ]


def _pieces(part: Part, value: str, posted: Form) -> Mapping[str, str]:
    """Day, month and year of a date, as typed or as stored."""
    if part.type is not PartType.DATE:
        return {}
    typed = {piece: "".join(posted.get(f"{part.key}:{piece}", ())).strip() for piece in PIECES}
    year, _first, rest = value.partition("-")
    month, _second, day = rest.partition("-")
    stored = {"day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}
    return typed if any(typed.values()) else stored


def _target(part: Part) -> str:
    """The id that a fault's link goes to: the first control of the field."""
    return f"{part.field_id}-day" if part.type is PartType.DATE else part.field_id


def _columns(fields: Sequence[PageField]) -> int:
    """In how many columns a scale stands on a narrow screen, rows as even as can be (ten numbers: five and five)."""
    count = max((len(field.choices) for field in fields), default=1)
    return math.ceil(count / max(1, math.ceil(count / WIDEST_ROW)))


def open_page(visit: Visit, page_id: str) -> Page | None:
    """The page, if this person may be on it now."""
    return visit.route.page(page_id) if visit.consented and visit.route is not None else None


def consent_missing(study: Study, agreed: Mapping[str, bool]) -> list[tuple[str, str]]:
    """What was not ticked and must be, to take part: (id of the box, sentence)."""
    return [
        (f"agree-{purpose.id}", _("To take part, tick “%(text)s”", text=purpose.text))
        for purpose in study.required_purposes
        if not agreed.get(purpose.id)
    ]


def agreed_in(names: Iterable[str]) -> dict[str, bool]:
    """The purposes that were ticked, of the names of a form's fields."""
    return {name.removeprefix("agree-"): True for name in names if name.startswith("agree-")}


def resume_at(route: Route) -> Page | None:
    """Where to go on: the first page to answer, or what is to be read just before it."""
    page = route.frontier
    while page is not None and (before := route.before(page.id)) is not None and not before.parts:
        page = before
    return page


@dataclass(frozen=True)
class Said:
    """An answer on the check page: under which moment, in which words; `own`: the person's, in whatever language."""

    moment: str | None
    words: tuple[str, ...]
    quiet: bool
    own: bool

    @property
    def long(self) -> bool:
        return any(len(word) > LONG for word in self.words)


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question with its answers on the check page. `first`: of the statements under its lead, the first shown."""

    page_id: str
    question: str
    lead: str | None
    first: bool
    said: tuple[Said, ...]


def answers_by_section(visit: Visit) -> list[tuple[str, list[AnsweredQuestion]]]:
    """Everything on the route, under its section's title, in the order asked."""
    _questionnaire, route, _response = visit.ready
    sections: dict[str, tuple[str, list[AnsweredQuestion]]] = {}
    led: set[str] = set()
    for page in (presented_to(visit, each) for each in route.pages):
        if page.parts:
            text = page.statement.text if page.statement else page.question.text
            lead = page.question.text if page.statement else None
            line = AnsweredQuestion(
                page.id,
                text,
                lead,
                page.question.id not in led,
                tuple(_said(page, part, route) for part in page.parts if part.when is None),
            )
            led.add(page.question.id)
            sections.setdefault(page.section.id, (page.section.title, []))[1].append(line)
    return list(sections.values())


def _said(page: Page, part: Part, route: Route) -> Said:
    answer = route.answers.get(part.key)
    words = list(said(part, answer))
    for text in page.parts:
        written = route.answers.get(text.key)
        if text.when and text.when[0] == part.key and is_substantive(written):
            option = part.question.option(text.when[1])
            place = words.index(option.label) if option and option.label in words else -1
            words[place] = in_language_of(
                words[place], _("%(option)s: %(text)s", option=words[place], text=said(text, written)[0])
            )
    several = len(part.question.moments) > 1
    quiet = not is_substantive(answer)
    return Said(part.moment_label if several else None, tuple(words), quiet, part.type is PartType.TEXT and not quiet)


def asked_again_on(visit: Visit, zone: dt.tzinfo) -> dt.date | None:
    """The day the next touchpoint opens, where it follows from having submitted this one."""
    if visit.response is None or visit.response.submitted_at is None:
        return None
    on = visit.response.submitted_at.astimezone(zone).date()
    return min(
        (
            on + dt.timedelta(days=each.opens.days)
            for each in visit.study.touchpoints_of(visit.participant.group)
            if each.opens.type == "submitted" and each.opens.touchpoint == visit.touchpoint.key
        ),
        default=None,
    )


def only_unanswered(faults: Sequence[AnswerFault]) -> bool:
    """Whether all that is wrong is that something was left empty: nothing typed would be lost by going elsewhere."""
    return all(fault.code == "required" for fault in faults)


def anything_posted(page: Page, posted: Form) -> bool:
    """Whether the form holds anything at all for this page."""
    return any(value.strip() for part in page.parts for value in posted.get(part.key, ()))
