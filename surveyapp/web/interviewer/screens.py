"""A section as an interviewer's screen: a card a question, and in it an item for each thing to ask.

Worked out before the template: what is chosen, which key chooses it, who answered, what is wrong.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.i18n import in_language_of
from surveyapp.domain.instrument.kinds import Control, Form, Part, note_field
from surveyapp.domain.instrument.piping import as_written
from surveyapp.domain.instrument.questionnaire import Question, Questionnaire
from surveyapp.domain.instrument.routing import Page, pages_of
from surveyapp.domain.responses import RecordedAnswer
from surveyapp.services.fieldwork.calls import OpenCase
from surveyapp.services.fieldwork.interview import SectionStand
from surveyapp.web.interviewer.views import MODES
from surveyapp.web.shared.faults import fault_sentence
from surveyapp.web.shared.fields import Field, FieldOption, Filling
from surveyapp.web.shared.presenting import presented_to

REASON_KEYS = {Reason.DONT_KNOW: "/", Reason.PREFER_NOT_TO_SAY: "-"}
REASON_LABELS = {Reason.DONT_KNOW: lazy("Don’t know"), Reason.PREFER_NOT_TO_SAY: lazy("Won’t say")}
SKIP, SKIP_KEY = Reason.SKIPPED.value, "S"
DIGITS = "1234567890"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One variable to ask: its field and, around it, what only an interviewer has.

    `page_id`: the page that it stands for, or is part of. `keys`: what chooses an option or a reason, by its id. `skip`
    is there where an answer is required, with a `note` why. `by` says who answered, where it was not this interviewer.
    """

    field: Field
    page_id: str
    keys: Mapping[str, str]
    skip: FieldOption | None
    note: str
    answered: bool
    by: str | None

    @property
    def label(self) -> str | None:
        """What tells it from the others of its question; None where it is the only one."""
        statement = self.field.part.statement
        texts = [text for text in (statement.text if statement else None, self.field.moment) if text]
        return in_language_of(texts[0], " – ".join(texts)) if texts else None

    @property
    def reasons(self) -> tuple[FieldOption, ...]:
        """The reasons for no answer, and the skip."""
        return (*self.field.reasons, self.skip) if self.skip else self.field.reasons


@dataclass(frozen=True)
class Card:
    """A question on the screen of a section, with the pages of the route it stands for."""

    question: Question
    section: str
    pages: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def id(self) -> str:
        return self.question.id

    @property
    def answered(self) -> bool:
        return bool(self.items) and all(item.answered for item in self.items)


@dataclass(frozen=True)
class SectionScreen:
    """A section's cards, in order, and its faults as (id of the field, what it asks, sentence)."""

    stand: SectionStand
    cards: tuple[Card, ...]
    faults: tuple[tuple[str, str, str], ...]

    @property
    def pages(self) -> set[str]:
        return {page for card in self.cards for page in card.pages}

    @property
    def items(self) -> Iterable[Item]:
        return (item for card in self.cards for item in card.items)


def section_screen(
    case: OpenCase,
    stand: SectionStand,
    staff_id: uuid.UUID,
    posted: Form | None = None,
    faults: Sequence[AnswerFault] = (),
) -> SectionScreen:
    """The screen filled in with what was last answered or, where something was refused, with what was posted."""
    given, answers = case.visit.given or {}, case.visit.ready[1].answers
    filling = _filling(given=given, posted=posted, faults=faults)
    made = _cards(
        (presented_to(case.visit, each) for each in stand.pages),
        filling,
        answered=lambda field: field.part.key in answers and field.fault is None,
        by=lambda key: said_by(case, staff_id, given.get(key)),
    )
    listed = tuple(
        (each.id, item.label or card.question.text, each.fault)
        for card in made
        for item in card.items
        for each in item.field.with_lines
        if each.fault is not None
    )
    return SectionScreen(stand, made, listed)


def blank_cards(questionnaire: Questionnaire) -> tuple[Card, ...]:
    """Every card for anybody: options and quotations as written, nothing filled in, a place for each fault."""
    filling = _filling(given={}, posted=None, faults=(), blank=True)
    pages = map(as_written, pages_of(questionnaire))
    return _cards(pages, filling, answered=lambda _field: False, by=lambda _key: None)


_filling = functools.partial(
    Filling, reasons=REASON_LABELS, in_words=lambda fault, part: fault_in_words(fault, part), frame="q-"
)


def _cards(
    pages: Iterable[Page],
    filling: Filling,
    answered: Callable[[Field], bool],
    by: Callable[[str], str | None],
) -> tuple[Card, ...]:
    cards: dict[tuple[str, str], tuple[Question, list[str], list[Item]]] = {}
    for page in pages:
        # Moments that are asked apart are in two sections.
        _question, shown, items = cards.setdefault((page.section.id, page.question.id), (page.question, [], []))
        shown.append(page.id)
        for field in (filling.field(page, part) for part in page.parts if part.when is None):
            items.append(_item(page.id, filling, field, answered(field), by(field.part.key)))
    return tuple(
        Card(question, section, tuple(shown), tuple(items)) for (section, _), (question, shown, items) in cards.items()
    )


def _item(page_id: str, filling: Filling, field: Field, answered: bool, by: str | None) -> Item:
    part, skip = field.part, None
    if part.required:
        chosen = SKIP in filling.told(part)
        skip = FieldOption(value=SKIP, id=f"{field.id}-skipped", label=_("Skip"), chosen=chosen, alone=True)
    return Item(
        field=field,
        page_id=page_id,
        keys=_keys(field, skip),
        skip=skip,
        note="".join(filling.form.get(note_field(part.key), ())).strip(),
        answered=answered,
        by=by,
    )


def _keys(field: Field, skip: FieldOption | None) -> dict[str, str]:
    """An option's place or, on a scale of numbers, the number itself; for reasons, the same keys everywhere."""
    values = [option.value for option in field.options]
    if field.part.control is Control.SCALE:
        ten = {"10": "0"} if "0" not in values else {}
        numbers = {value: value for value in values if len(value) == 1} | ten
        keys = {option.id: numbers[option.value] for option in field.options if option.value in numbers}
    else:
        keys = {option.id: digit for option, digit in zip(field.options, DIGITS, strict=False)}
    keys |= {reason.id: REASON_KEYS[Reason(reason.value)] for reason in field.reasons}
    return keys | {skip.id: SKIP_KEY} if skip else keys


def said_by(case: OpenCase, staff_id: uuid.UUID, given: RecordedAnswer | None) -> str | None:
    """Who answered, where it was not this interviewer."""
    if given is None or given.by == staff_id:
        return None
    if given.mode is Mode.SELF:
        return _("answered by participant")
    name = case.authors.get(given.by) if given.by else None
    return _("entered by %(name)s, %(mode)s", name=name or _("a colleague"), mode=str(MODES[given.mode]).lower())


def fault_in_words(fault: AnswerFault, part: Part) -> str:
    """What is wrong, for somebody who may also skip."""
    if fault.code == "required":
        return _("Enter an answer, or skip the question and say why.")
    return fault_sentence(fault, part)
