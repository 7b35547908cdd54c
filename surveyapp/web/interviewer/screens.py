"""A section as an interviewer's screen: a card a question, and in it an item for each thing to ask.

Worked out before the template: what is chosen, which key chooses it, who answered, what is wrong.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import Control, Form, Part, form_values, missing_field, note_field
from surveyapp.domain.instrument.questionnaire import Question
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.instrument.translation import in_language_of
from surveyapp.domain.responses import RecordedAnswer
from surveyapp.services.fieldwork.calls import OpenCase
from surveyapp.services.fieldwork.interview import SectionStand
from surveyapp.web.interviewer.views import MODES
from surveyapp.web.shared.faults import fault_sentence
from surveyapp.web.shared.fields import EntryBox, TextLine, entry_boxes, typed_in
from surveyapp.web.shared.presenting import presented_to

REASON_KEYS = {Reason.DONT_KNOW: "/", Reason.PREFER_NOT_TO_SAY: "-"}
REASON_LABELS = {Reason.DONT_KNOW: lazy("Don’t know"), Reason.PREFER_NOT_TO_SAY: lazy("Won’t say")}
SKIP = Reason.SKIPPED.value
DIGITS = "1234567890"


@dataclass(frozen=True, kw_only=True)
class ScreenChoice:
    """Something to choose. `key` is what chooses it, `alone` that it cannot go with another, `soft` that it is a reason
    for no answer."""

    value: str
    id: str
    label: str
    key: str
    chosen: bool
    alone: bool = False
    soft: bool = False
    line: TextLine | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """One variable to ask. `box` is how its choices are entered (radio, checkbox), `missing` the name of the field that
    a reason for no answer is sent in; `entry` is what is typed (line, lines, boxes) or nothing; `scale`: its choices
    are numbers between ends. `by` says who answered, where it was not this interviewer."""

    name: str
    id: str
    label: str | None
    box: str
    missing: str
    entry: str | None
    scale: bool
    choices: tuple[ScreenChoice, ...]
    value: str
    boxes: tuple[EntryBox, ...]
    unit: str | None
    input_mode: str | None
    limit: int
    note: str
    answered: bool
    by: str | None
    fault: str | None
    required: bool


@dataclass(frozen=True)
class Card:
    """A question on the screen, with the pages of the route it stands for."""

    question: Question
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
    shown = [presented_to(case.visit, page) for page in stand.pages]
    parts = {part.key: part for page in shown for part in page.parts}
    faulty = {fault.variable: fault for fault in faults if fault.variable in parts}
    sentences = {key: _sentence(fault, parts[key]) for key, fault in faulty.items()}
    writing = _Writing(case, staff_id, posted, faulty, sentences)
    cards: dict[str, tuple[Question, list[str], list[Item]]] = {}
    for page in shown:
        _, pages, items = cards.setdefault(page.question.id, (page.question, [], []))
        pages.append(page.id)
        items += [writing.item(page, part) for part in page.parts if part.when is None]
    listed = tuple(
        (_id(part), _label(part) or part.question.text, sentences[key])
        for key, part in parts.items()
        if key in sentences
    )
    return SectionScreen(
        stand, tuple(Card(question, tuple(pages), tuple(items)) for question, pages, items in cards.values()), listed
    )


class _Writing:
    """Makes items of one screen."""

    def __init__(
        self,
        case: OpenCase,
        staff_id: uuid.UUID,
        posted: Form | None,
        faulty: Mapping[str, AnswerFault],
        sentences: Mapping[str, str],
    ) -> None:
        self.case = case
        self.staff_id = staff_id
        self.faulty = faulty
        self.sentences = sentences
        self.given = case.visit.given or {}
        stored = (form_values(key, each.answer) for key, each in self.given.items())
        self.form: Form = posted if posted is not None else {name: each[name] for each in stored for name in each}

    def item(self, page: Page, part: Part) -> Item:
        given, control = self.given.get(part.key), part.control
        choosing = control in (Control.ONE, Control.ANY, Control.SCALE)
        return Item(
            name=part.key,
            id=_id(part),
            label=_label(part),
            box="checkbox" if control is Control.ANY else "radio",
            missing=missing_field(part.key),
            entry=None if choosing else control.value,
            scale=control is Control.SCALE,
            choices=(*self._options(page, part), *self._reasons(part)),
            value=typed_in(part, self.form),
            boxes=entry_boxes(part, self.form, self.faulty.get(part.key), f"{_id(part)}-entry"),
            unit=next(iter(part.question.units), None),
            input_mode=part.kind.input_mode,
            limit=part.limit,
            note=_note_typed(part, self.form),
            answered=part.key in self.case.visit.ready[1].answers and part.key not in self.sentences,
            by=self._by(given),
            fault=self.sentences.get(part.key),
            required=part.required,
        )

    def _options(self, page: Page, part: Part) -> list[ScreenChoice]:
        made, held = [], self.form.get(part.key, ())
        keys = _keys(part)
        for code in part.codes:
            option = part.question.option(code)
            line = next((each for each in page.parts if each.when == (part.key, code)), None)
            made.append(
                ScreenChoice(
                    value=code,
                    id=f"{_id(part)}-{code}",
                    label=option.label if option else code,
                    key=keys.get(code, ""),
                    chosen=code in held,
                    alone=bool(option and option.exclusive),
                    line=None if line is None else self._line(line),
                )
            )
        return made

    def _line(self, part: Part) -> TextLine:
        value = typed_in(part, self.form)
        return TextLine(
            name=part.key,
            id=_id(part),
            label=part.label,
            value=value,
            limit=part.limit,
            fault=self.sentences.get(part.key),
        )

    def _reasons(self, part: Part) -> list[ScreenChoice]:
        told = self.form.get(missing_field(part.key), ())
        reasons = [
            ScreenChoice(
                value=reason.value,
                id=f"{_id(part)}-missing-{reason.value}",
                label=str(REASON_LABELS[reason]),
                key=REASON_KEYS[reason],
                chosen=reason.value in told,
                alone=True,
                soft=True,
            )
            for reason in part.question.missing
        ]
        if part.required:
            reasons.append(
                ScreenChoice(
                    value=SKIP,
                    id=f"{_id(part)}-skipped",
                    label=_("Skip"),
                    key="S",
                    chosen=SKIP in told,
                    alone=True,
                    soft=True,
                )
            )
        return reasons

    def _by(self, given: RecordedAnswer | None) -> str | None:
        if given is None or given.by == self.staff_id:
            return None
        if given.mode is Mode.SELF:
            return _("answered by participant")
        name = self.case.authors.get(given.by) if given.by else None
        return _("entered by %(name)s, %(mode)s", name=name or _("a colleague"), mode=str(MODES[given.mode]).lower())


def _sentence(fault: AnswerFault, part: Part) -> str:
    """What is wrong, for somebody who may also skip."""
    if fault.code == "required":
        return _("Enter an answer, or skip the question and say why.")
    return fault_sentence(fault, part)


def _note_typed(part: Part, form: Form) -> str:
    """Why it is skipped, as typed or stored."""
    return "".join(form.get(note_field(part.key), ())).strip()


def _keys(part: Part) -> dict[str, str]:
    """The key that chooses each code: its place or, on a scale of numbers, the number itself."""
    if part.control is not Control.SCALE:
        return dict(zip(part.codes, DIGITS, strict=False))
    ten = {"10": "0"} if "0" not in part.codes else {}
    return {code: code for code in part.codes if len(code) == 1} | ten


def _label(part: Part) -> str | None:
    """What tells an item from the others of its question; None where it is the only one."""
    statement = part.statement.text if part.statement else None
    moment = part.moment_label if len(part.question.moments) > 1 else None
    texts = [text for text in (statement, moment) if text]
    return in_language_of(texts[0], " – ".join(texts)) if texts else None


def _id(part: Part) -> str:
    return f"q-{part.field_id}"
