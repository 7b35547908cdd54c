"""A variable as a form asks for it, the same for a participant and for an interviewer: options in the order shown,
reasons for no answer, what is held or was posted, what is wrong. Everything that differs by kind comes from the kind.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import gettext as _

from surveyapp.domain.answers import Reason
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import Control, Form, Part, form_values, missing_field
from surveyapp.domain.instrument.questionnaire import Medium, MediumKind
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.responses import RecordedAnswer
from surveyapp.web.shared.faults import fault_sentence


@dataclass(frozen=True, kw_only=True)
class EntryBox:
    """One of several short boxes that an answer is typed in."""

    name: str
    id: str
    label: str
    value: str
    size: int
    input_mode: str
    faulty: bool


@dataclass(frozen=True, kw_only=True)
class FieldOption:
    """Something to choose: an option, a number of a scale or a reason for no answer. `alone`: it cannot go with
    another. `line` is the text that goes with it; `meaning`, of a scale's end, follows the label for those who listen.
    """

    value: str
    id: str
    label: str
    chosen: bool
    alone: bool = False
    line: Field | None = None
    meaning: str | None = None
    picture: Medium | None = None


@dataclass(frozen=True, kw_only=True)
class Field:
    """One variable, filled in. `entry_id` is the id of what is typed in; `value` and `boxes` are what that holds.
    `fault`: what is wrong; empty where a script has yet to say."""

    part: Part
    id: str
    entry_id: str
    options: tuple[FieldOption, ...]
    reasons: tuple[FieldOption, ...]
    value: str
    boxes: tuple[EntryBox, ...]
    fault: str | None

    @property
    def name(self) -> str:
        return self.part.key

    @property
    def missing(self) -> str:
        """The name that a reason for no answer is sent under."""
        return missing_field(self.part.key)

    @property
    def control(self) -> str:
        return self.part.control.value

    @property
    def input(self) -> str:
        """What its options are chosen with: a radio button or a checkbox."""
        return "checkbox" if self.part.control is Control.ANY else "radio"

    @property
    def typed(self) -> bool:
        """Whether it is answered by typing."""
        return self.part.control in (Control.LINE, Control.LINES, Control.BOXES)

    @property
    def moment(self) -> str | None:
        """What time is asked about, where its question asks about more than one."""
        return self.part.moment_label if len(self.part.question.moments) > 1 else None

    @property
    def unit(self) -> str | None:
        return next(iter(self.part.question.units), None)

    @property
    def with_lines(self) -> tuple[Field, ...]:
        """The field and those of the lines that go with its options."""
        return (self, *(option.line for option in self.options if option.line))

    @property
    def faulty_id(self) -> str:
        """The id that a fault's link goes to: the first box at fault or, of a variable without boxes, its own."""
        return next((box.id for box in self.boxes if box.faulty), self.boxes[0].id if self.boxes else self.id)


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What the fields of a page or a screen are filled in with: the answers given or, where they were refused, what was
    `posted`, and its faults. `reasons`: what each reason for no answer is called here. `in_words`: a fault as a
    sentence.

    `blank`: nothing is known yet, and every fault has a place to be said in.

    `frame`: how the id of a field begins where an element around its inputs has it; None: the first of the inputs does.
    """

    given: Mapping[str, RecordedAnswer]
    posted: Form | None
    faults: Sequence[AnswerFault]
    reasons: Mapping[Reason, LazyString]
    in_words: Callable[[AnswerFault, Part], str] = fault_sentence
    frame: str | None = None
    blank: bool = False

    @functools.cached_property
    def form(self) -> Form:
        """Every value by the name of its field."""
        if self.posted is not None:
            return self.posted
        stored = (form_values(key, each.answer) for key, each in self.given.items())
        return {name: values for each in stored for name, values in each.items()}

    @functools.cached_property
    def faulty(self) -> Mapping[str, AnswerFault]:
        return {fault.variable: fault for fault in self.faults}

    def told(self, part: Part) -> set[str]:
        """The reasons for no answer that are ticked: values of `Reason`."""
        return set(self.form.get(missing_field(part.key), ())) & {reason.value for reason in Reason}

    def field(self, page: Page, part: Part) -> Field:
        """A variable of the page as it was presented. The lines that go with its options come with them."""
        fault = self.faulty.get(part.key)
        field_id = f"{self.frame or ''}{part.field_id}"
        entry_id = field_id if self.frame is None else f"{field_id}-entry"
        return Field(
            part=part,
            id=field_id,
            entry_id=entry_id,
            options=tuple(self._options(page, part, field_id)),
            reasons=() if part.when else tuple(self._reasons(part, field_id)),
            value=next((value for raw in self.form.get(part.key, ()) if (value := raw.strip())), ""),
            boxes=tuple(self._boxes(part, entry_id, fault)),
            fault=self.in_words(fault, part) if fault else "" if self.blank else None,
        )

    def _options(self, page: Page, part: Part, field_id: str) -> Iterator[FieldOption]:
        question = part.question
        # Radio buttons cannot be let go again without a script: where an option and a reason were sent together, the
        # reason, a box that can be unticked, is what stays.
        held = () if part.control is not Control.ANY and self.told(part) else self.form.get(part.key, ())
        ends = {str(question.minimum): question.low, str(question.maximum): question.high}
        lines = {each.when: each for each in page.parts if each.when}
        for index, code in enumerate(part.codes):
            option, line = question.option(code), lines.get((part.key, code))
            yield FieldOption(
                value=code,
                id=field_id if self.frame is None and index == 0 else f"{field_id}-{code}",
                label=option.label if option else code,
                chosen=code in held,
                alone=bool(option and option.exclusive),
                line=self.field(page, line) if line else None,
                meaning=None if option else ends.get(code),
                picture=question.medium(f"option.{code}", MediumKind.PICTURE) if question.media else None,
            )

    def _reasons(self, part: Part, field_id: str) -> Iterator[FieldOption]:
        told = self.told(part)
        for reason in part.question.missing:
            yield FieldOption(
                value=reason.value,
                id=f"{field_id}-missing-{reason.value}",
                label=str(self.reasons[reason]),
                chosen=reason.value in told,
                alone=True,
            )

    def _boxes(self, part: Part, entry_id: str, fault: AnswerFault | None) -> Iterator[EntryBox]:
        """Those at fault marked, all where none is named."""
        if part.when:
            return
        values = part.kind.box_values(part, self.form)
        at_fault = part.kind.faulty_boxes.get(fault.code, tuple(values)) if fault else ()
        for box in part.kind.boxes:
            yield EntryBox(
                name=f"{part.key}:{box.name}",
                id=f"{entry_id}-{box.name}",
                label=_(box.label),
                value=values[box.name],
                size=box.size,
                input_mode=box.input_mode,
                faulty=box.name in at_fault,
            )
