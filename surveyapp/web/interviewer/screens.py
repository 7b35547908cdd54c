"""A section as an interviewer's screen: a card a question, and in it an item for each thing to ask.

Worked out before the template: what is chosen, which key chooses it, who answered, what is wrong.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.answers import Missing, Mode, Reason
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import Form, Part, PartType, field_value
from surveyapp.domain.instrument.kinds.base import MISSING_PREFIX, OPEN_LENGTH, SHORT_LENGTH
from surveyapp.domain.instrument.questionnaire import Question
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.instrument.translation import in_language_of
from surveyapp.domain.responses import RecordedAnswer
from surveyapp.services.fieldwork.calls import OpenCase
from surveyapp.services.fieldwork.interview import SectionStand
from surveyapp.web.interviewer.views import MODES
from surveyapp.web.shared.faults import fault_sentence
from surveyapp.web.shared.fields import PIECES, TextLine
from surveyapp.web.shared.presenting import presented_to

REASON_KEYS = {Reason.DONT_KNOW: "/", Reason.PREFER_NOT_TO_SAY: "-"}
REASON_LABELS = {Reason.DONT_KNOW: lazy("Don’t know"), Reason.PREFER_NOT_TO_SAY: lazy("Won’t say")}
SKIP = f"{MISSING_PREFIX}{Reason.SKIPPED.value}"
DIGITS = "1234567890"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Item:
    """One variable to ask. `box` is how its choices are entered (radio, checkbox), `entry` what is typed (line, lines,
    number, date) or nothing; `by` says who answered, where it was not this interviewer."""

    name: str
    id: str
    label: str | None
    box: str
    entry: str | None
    choices: tuple[ScreenChoice, ...]
    value: str
    pieces: Mapping[str, str]
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
    sentences = {fault.variable: _sentence(fault, parts[fault.variable]) for fault in faults if fault.variable in parts}
    writing = _Writing(case, staff_id, posted, sentences)
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

    def __init__(self, case: OpenCase, staff_id: uuid.UUID, posted: Form | None, sentences: Mapping[str, str]) -> None:
        self.case = case
        self.staff_id = staff_id
        self.posted = posted
        self.sentences = sentences
        self.given = case.visit.given or {}

    def values(self, part: Part) -> list[str]:
        if self.posted is not None:
            return [value.strip() for value in self.posted.get(part.key, ())]
        given = self.given.get(part.key)
        return field_value(given.answer) if given else []

    def item(self, page: Page, part: Part) -> Item:
        held, question, given = self.values(part), part.question, self.given.get(part.key)
        box = "radio" if part.type is PartType.CODE or question.kind == "rating" else "checkbox"
        options = self._numbers(part, held) if question.kind == "rating" else self._options(page, part, held)
        typed = next((value for value in held if not value.startswith(MISSING_PREFIX)), "")
        return Item(
            name=part.key,
            id=_id(part),
            label=_label(part),
            box=box,
            entry=None if options else _entry(part),
            choices=(*options, *self._reasons(part, held)),
            value=typed,
            pieces=self._pieces(part, typed),
            limit=question.max_length or (SHORT_LENGTH if question.kind == "short" else OPEN_LENGTH),
            note=self._note(part, given),
            answered=part.key in self.case.visit.ready[1].answers and part.key not in self.sentences,
            by=self._by(given),
            fault=self.sentences.get(part.key),
            required=part.required,
        )

    def _options(self, page: Page, part: Part, held: Sequence[str]) -> list[ScreenChoice]:
        made = []
        for index, option in enumerate(part.question.options):
            line = next((each for each in page.parts if each.when == (part.key, option.code)), None)
            made.append(
                ScreenChoice(
                    option.code,
                    f"{_id(part)}-{option.code}",
                    option.label,
                    DIGITS[index] if index < len(DIGITS) else "",
                    option.code in held,
                    option.exclusive,
                    line=None if line is None else self._line(line),
                )
            )
        return made

    def _line(self, part: Part) -> TextLine:
        typed = next((value for value in self.values(part) if not value.startswith(MISSING_PREFIX)), "")
        return TextLine(part.key, _id(part), part.label, typed, SHORT_LENGTH, self.sentences.get(part.key))

    def _numbers(self, part: Part, held: Sequence[str]) -> list[ScreenChoice]:
        low, high = part.question.minimum or 0, part.question.maximum or 0
        keys = {number: str(number) for number in range(10)} | ({10: "0"} if low > 0 else {})
        return [
            ScreenChoice(str(number), f"{_id(part)}-{number}", str(number), keys.get(number, ""), str(number) in held)
            for number in range(low, high + 1)
        ]

    def _reasons(self, part: Part, held: Sequence[str]) -> list[ScreenChoice]:
        reasons = [
            ScreenChoice(
                value := f"{MISSING_PREFIX}{reason.value}",
                f"{_id(part)}-{reason.value}",
                str(REASON_LABELS[reason]),
                REASON_KEYS[reason],
                value in held,
                alone=True,
                soft=True,
            )
            for reason in part.question.missing
        ]
        if part.required:
            reasons.append(
                ScreenChoice(SKIP, f"{_id(part)}-skipped", _("Skip"), "S", SKIP in held, alone=True, soft=True)
            )
        return reasons

    def _pieces(self, part: Part, value: str) -> Mapping[str, str]:
        if part.type is not PartType.DATE:
            return {}
        if self.posted is not None:
            return {piece: "".join(self.posted.get(f"{part.key}:{piece}", ())).strip() for piece in PIECES}
        year, _first, rest = value.partition("-")
        month, _second, day = rest.partition("-")
        return {"day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}

    def _note(self, part: Part, given: RecordedAnswer | None) -> str:
        if self.posted is not None:
            return "".join(self.posted.get(f"{part.key}:note", ())).strip()
        return given.answer.note or "" if given and isinstance(given.answer, Missing) else ""

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


def _entry(part: Part) -> str:
    kinds = {PartType.NUMBER: "number", PartType.DATE: "date"}
    return kinds.get(part.type) or ("line" if part.question.kind == "short" else "lines")


def _label(part: Part) -> str | None:
    """What tells an item from the others of its question; None where it is the only one."""
    statement = part.statement.text if part.statement else None
    moment = part.moment_label if len(part.question.moments) > 1 else None
    texts = [text for text in (statement, moment) if text]
    return in_language_of(texts[0], " – ".join(texts)) if texts else None


def _id(part: Part) -> str:
    return f"q-{part.field_id}"
