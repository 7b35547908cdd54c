"""What a participant's page shows, worked out before the template: fields with what is chosen, faults, the way back."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from surveyapp.domain.answers import is_substantive
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import Control, Form, Part, PartType, form_values, missing_field
from surveyapp.domain.instrument.routing import Page, Route
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import in_language_of
from surveyapp.domain.normalise import is_blank
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.shared.answers import REASONS, said
from surveyapp.web.shared.faults import fault_sentence
from surveyapp.web.shared.fields import EntryBox, TextLine, entry_boxes, first_faulty, typed_in
from surveyapp.web.shared.presenting import presented_to

LONG = 160
"""Characters from which an answer is folded on the check page."""

WIDEST_ROW = 6
"""Numbers of a scale that fit beside each other at 320 px, each 44 px wide."""


@dataclass(frozen=True, kw_only=True)
class PageChoice:
    """Something to choose. `alone`: it cannot go with another. `meaning` follows the label for those who listen."""

    value: str
    id: str
    label: str
    chosen: bool
    alone: bool = False
    line: TextLine | None = None
    meaning: str | None = None


@dataclass(frozen=True, kw_only=True)
class PageField:
    """One variable on a page. `label` is set where there are several; `missing` names the field of a reason for no
    answer; `value` and `boxes` are what text inputs hold; `unit` stands beside one."""

    name: str
    id: str
    label: str | None
    input: str
    choices: tuple[PageChoice, ...]
    missing: str
    reasons: tuple[PageChoice, ...]
    value: str
    boxes: tuple[EntryBox, ...]
    unit: str | None
    input_mode: str | None
    limit: int
    fault: str | None
    hint: bool

    @property
    def described_by(self) -> str:
        """Ids of the hint and the fault, as far as there are any."""
        return " ".join(([] if not self.hint else ["the-hint"]) + ([f"{self.id}-fault"] if self.fault else []))


@dataclass(frozen=True, kw_only=True)
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
    form: Form = posted if posted is not None else {}
    if posted is None:
        form = {name: values for key, each in given.items() for name, values in form_values(key, each.answer).items()}
    faulty = {fault.variable: fault for fault in faults}
    sentences = {part.key: fault_sentence(faulty[part.key], part) for part in page.parts if part.key in faulty}
    question = page.question
    mains = [part for part in page.parts if part.when is None]
    fields = tuple(_field(part, page, form, faulty, sentences, several=len(mains) > 1) for part in mains)
    heading = page.statement.text if page.statement else question.text if page.parts else page.section.title
    boxes = {field.name: field.boxes for field in fields}
    listed = tuple(
        (first_faulty(boxes.get(part.key, ()), part.field_id), sentences[part.key])
        for part in page.parts
        if part.key in sentences
    )
    lead = question.text if page.statement else None
    answered, likely = visit.ready[1].progress
    return QuestionPage(
        page=page,
        heading=heading,
        lead=lead,
        fields=fields,
        faults=listed,
        columns=_columns(fields),
        answered=answered,
        likely=max(likely, 1),
    )


def _field(
    part: Part,
    page: Page,
    form: Form,
    faulty: Mapping[str, AnswerFault],
    sentences: Mapping[str, str],
    *,
    several: bool,
) -> PageField:
    one_of = part.control in (Control.ONE, Control.SCALE)
    told = set(form.get(missing_field(part.key), ()))
    reasons = tuple(
        PageChoice(
            value=reason.value,
            id=f"{part.field_id}-missing-{reason.value}",
            label=str(REASONS[reason]),
            chosen=reason.value in told,
            alone=True,
        )
        for reason in part.question.missing
    )
    # Radio buttons cannot be let go again without a script: where an option and a reason were sent together, the
    # reason, a box that can be unticked, is what stays.
    held = () if one_of and any(reason.chosen for reason in reasons) else form.get(part.key, ())
    return PageField(
        name=part.key,
        id=part.field_id,
        label=part.moment_label if several else None,
        input="radio" if one_of else "checkbox",
        choices=tuple(_choices(part, page, form, held, sentences)),
        missing=missing_field(part.key),
        reasons=reasons,
        value=typed_in(part, form),
        boxes=entry_boxes(part, form, faulty.get(part.key), part.field_id),
        unit=next(iter(part.question.units), None),
        input_mode=part.kind.input_mode,
        limit=part.limit,
        fault=sentences.get(part.key),
        hint=bool(part.question.hint) and not several,
    )


def _choices(
    part: Part, page: Page, form: Form, held: Sequence[str], sentences: Mapping[str, str]
) -> Iterator[PageChoice]:
    question = part.question
    ends = {str(question.minimum): question.low, str(question.maximum): question.high}
    for index, code in enumerate(part.codes):
        option = question.option(code)
        line = next((each for each in page.parts if each.when == (part.key, code)), None)
        yield PageChoice(
            value=code,
            id=part.field_id if index == 0 else f"{part.field_id}-{code}",
            label=option.label if option else code,
            chosen=code in held,
            alone=bool(option and option.exclusive),
            line=None if line is None else _line(line, form, sentences),
            meaning=None if option else ends.get(code),
        )


def _line(part: Part, form: Form, sentences: Mapping[str, str]) -> TextLine:
    return TextLine(
        name=part.key,
        id=part.field_id,
        label=part.label,
        value=typed_in(part, form),
        limit=part.limit,
        fault=sentences.get(part.key),
    )


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


@dataclass(frozen=True, kw_only=True)
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
                page_id=page.id,
                question=text,
                lead=lead,
                first=page.question.id not in led,
                said=tuple(_said(page, part, route) for part in page.parts if part.when is None),
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
    names = {part.key for part in page.parts}
    return any(
        not is_blank(value) for name, values in posted.items() if name.split(":")[0] in names for value in values
    )
