"""What stands between a link and the questions: a PIN, and whose device it is; and what was sent, for whoever gave the
PIN."""

from __future__ import annotations

from typing import Protocol

from flask import redirect, request

from surveyapp.domain.entry.doors import CHOOSES_PIN, TAKES_PIN, Door, PinStanding
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.cases import ANSWERABLE
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.participant import pages, views
from surveyapp.web.participant.pages import Backend
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.words import worded

AFTER_SENDING = frozenset({Door.THANKS_PIN, Door.THANKS_CHOOSE})
"""Where a PIN, given or chosen, opens what was sent."""


class Doorkeeper(Backend, Protocol):
    """A backend that lets people in."""

    own_device: bool | None

    def at_the_door(self) -> Visit:
        """Where they are, whatever the link opens."""

    def choose_pin(self, typed: str) -> None:
        """Raises InputRefused, DoorShut."""

    def give_pin(self, typed: str) -> None:
        """Raises InputRefused, DoorShut."""

    def say_whose(self, own: bool) -> None:
        """Keeps whose device it is."""


def pin(door: Doorkeeper) -> Reply:
    """What the link opens instead of the questions."""
    here = door.at_the_door()
    return _at_pin(door, here)


def give_pin(door: Doorkeeper) -> Reply:
    here = door.at_the_door()
    if door.language_chosen() or _asks_for_none(here):
        return _at_pin(door, door.at_the_door())
    typed = request.form.get("pin", "")
    try:
        if here.door in CHOOSES_PIN:
            door.choose_pin(typed)
        else:
            door.give_pin(typed)
    except InputRefused as refused:
        after = door.at_the_door()
        if _asks_for_none(after):
            return _at_pin(door, after)
        return pages.show(door, "pin", after, fault=worded(refused.sentence)), 422
    return redirect(door.address("answers" if here.submitted else "survey"))


def _at_pin(door: Doorkeeper, here: Visit) -> Reply:
    if here.submitted and here.door not in AFTER_SENDING:
        return redirect(door.address("done"))
    if not here.submitted and (here.state not in ANSWERABLE or here.door is Door.QUESTIONS):
        return redirect(door.address("survey"))
    return pages.show(door, "pin", here, fault=None)


def _asks_for_none(here: Visit) -> bool:
    over = here.submitted or here.state in ANSWERABLE
    return not over or here.door not in (*TAKES_PIN, *CHOOSES_PIN)


def begin(door: Doorkeeper) -> Reply:
    """Before the first question on a device: whose it is, and a PIN to come back with."""
    here = door.here("begin")
    if here.submitted or here.state not in ANSWERABLE or not here.consented:
        return redirect(door.address("survey"))
    return _begin(door, here, door.own_device)


def begun(door: Doorkeeper) -> Reply:
    own = {"yes": True, "no": False}.get(request.form.get("own", ""))
    chosen = door.language_chosen()
    here = door.here("begin")
    if here.submitted or here.state not in ANSWERABLE or not here.consented:
        return redirect(door.address("survey"))
    if chosen:
        return _begin(door, here, own)
    typed = request.form.get("pin", "").strip()
    if typed and here.pin is PinStanding.NONE:
        try:
            door.choose_pin(typed)
        except InputRefused as refused:
            return _begin(door, here, own, worded(refused.sentence)), 422
    # Unsaid is not theirs.
    door.say_whose(own is True)
    return redirect(pages.place(door, here, note="back"))


def _begin(door: Doorkeeper, here: Visit, own: bool | None, fault: str | None = None) -> str:
    return pages.show(door, "begin", here, own=own, offered=here.pin is PinStanding.NONE, fault=fault)


def answers(door: Doorkeeper) -> Reply:
    """What was sent, after the PIN."""
    here = door.here("answers")
    if here.door is not Door.RECEIPT or not here.submitted:
        return redirect(door.address("pin" if here.submitted and here.door in AFTER_SENDING else "survey"))
    return pages.show(door, "answers", here, sections=views.answers_by_section(here))


PAGES: tuple[pages.PageRule[Doorkeeper], ...] = (
    ("GET", "/pin", pin),
    ("POST", "/pin", give_pin),
    ("GET", "/begin", begin),
    ("POST", "/begin", begun),
    ("GET", "/answers", answers),
)
