"""What a participant's page and an interviewer's screen both hold."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import Form, Part


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
class TextLine:
    """A line of text that goes with an option."""

    name: str
    id: str
    label: str
    value: str
    limit: int
    fault: str | None


def entry_boxes(part: Part, form: Form, fault: AnswerFault | None, prefix: str) -> tuple[EntryBox, ...]:
    """The boxes of a variable that is typed in several, filled in; those at fault marked, all where none is named."""
    values = part.kind.box_values(part, form)
    at_fault = part.kind.faulty_boxes.get(fault.code, tuple(values)) if fault else ()
    return tuple(
        EntryBox(
            name=f"{part.key}:{box.name}",
            id=f"{prefix}-{box.name}",
            label=_(box.label),
            value=values[box.name],
            size=box.size,
            input_mode=box.input_mode,
            faulty=box.name in at_fault,
        )
        for box in part.kind.boxes
    )


def first_faulty(boxes: tuple[EntryBox, ...], otherwise: str) -> str:
    """The id that a fault's link goes to: the first box at fault or, of a variable without boxes, its own."""
    return next((box.id for box in boxes if box.faulty), boxes[0].id if boxes else otherwise)


def typed_in(part: Part, form: Form) -> str:
    """What a text input holds."""
    return next((value for raw in form.get(part.key, ()) if (value := raw.strip())), "")
