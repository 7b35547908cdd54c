"""What stands between a link and the questions, or what is theirs: a PIN, and whose device it is."""

from __future__ import annotations

import enum
from typing import Any, Protocol

from flask import redirect, request

from surveyapp.domain.entry.doors import CHOOSES_PIN, READS_ANSWERS, TAKES_PIN, Door, PinStanding
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.responses.theirs import ways_out
from surveyapp.web.participant import pages, serving
from surveyapp.web.participant.serving import Backend
from surveyapp.web.shared.reply import Reply, with_query
from surveyapp.web.shared.words import worded

WANTED = "wanted"
"""In an address, or of the button that sends a PIN or a code: what somebody came for, if not for the questions."""


CHOSEN = "change"
"""Of a form: the way out that was chosen in it."""


class Errand(enum.StrEnum):
    """What somebody came for besides the questions, which a PIN or a code leads to at once: the page of it."""

    ANSWERS = "answers"
    WAY_OUT = "way_out"
    ERASE = "erase"
    YOURS = "yours"


def errand() -> Errand | None:
    """What whoever sent this came for, as far as they said."""
    asked = request.form.get(WANTED) or request.args.get(WANTED)
    return next((each for each in Errand if each.value == asked), None)


def came_to_leave(here: Visit) -> dict[str, Any]:
    """What a page that takes a PIN or a code is told: how they leave, if they came for that, and what of it they had
    chosen. They choose it there, and it is done as they are let in."""
    leaves = errand() is Errand.WAY_OUT and serving.has_begun(here)
    return {"leaving": ways_out(here) if leaves else None, "chosen": request.form.get(CHOSEN) or serving.filled_in()}


def let_in_to(backend: Backend, here: Visit, wanted: Errand | None, otherwise: str) -> Reply:
    """On to what they came for, once a PIN or a code was right. A page that knew of the way out, by its address, had
    them choose it: that is sent on."""
    if request.args.get(WANTED) == Errand.WAY_OUT and serving.has_begun(here):
        return redirect(backend.address("take_way_out"), code=307)
    return redirect(backend.address(wanted or otherwise))


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

    def provable(self, here: Visit) -> bool:
        """Whether their PIN can be given now, and would open more."""

    def code_leads_on(self) -> bool:
        """Whether a code can be sent, for whoever has no PIN to give."""


def pin(door: Doorkeeper) -> Reply:
    """What the link opens instead of the questions."""
    here = door.at_the_door()
    return _at_pin(door, here)


def give_pin(door: Doorkeeper) -> Reply:
    here = door.at_the_door()
    if door.language_chosen():
        return serving.again(door.address("pin", wanted=errand()), request.form.get(CHOSEN))
    if not _takes_one(door, here):
        return _at_pin(door, door.at_the_door())
    typed = request.form.get("pin", "")
    try:
        if here.door in CHOOSES_PIN:
            door.choose_pin(typed)
        else:
            door.give_pin(typed)
    except InputRefused as refused:
        after = door.at_the_door()
        if not _takes_one(door, after):
            return _at_pin(door, after)
        return _pin(door, after, worded(refused.sentence)), 422
    otherwise = "answers" if here.submitted else "survey"
    if here.door in CHOOSES_PIN:
        return redirect(door.address(errand() or otherwise))
    return let_in_to(door, here, errand(), otherwise)


def _pin(door: Doorkeeper, here: Visit, fault: str | None = None) -> str:
    leaves = came_to_leave(here) if here.door in TAKES_PIN else {}
    return serving.show(door, "pin", here, fault=fault, wanted=errand(), **leaves)


def _at_pin(door: Doorkeeper, here: Visit) -> Reply:
    wanted = errand()
    if _takes_one(door, here):
        return _pin(door, here)
    asks = here.door is Door.ASK and _is_asked(here)
    if asks or (wanted and here.door is Door.THANKS and here.submitted):
        if door.code_leads_on():
            return redirect(door.address("code", wanted=wanted))
        return _pin(door, here) if asks else redirect(door.address("done", note="shut"))
    if wanted and here.door in READS_ANSWERS and serving.has_begun(here):
        return redirect(door.address(wanted))
    place = pages.place(door, here)
    return redirect(place if wanted is None or serving.has_begun(here) else with_query(place, {"note": "nothing"}))


def _takes_one(door: Doorkeeper, here: Visit) -> bool:
    """Whether a PIN is given or chosen here: what stands in the way, or what they came for needs it."""
    if here.door in (*TAKES_PIN, *CHOOSES_PIN):
        return _is_asked(here)
    return errand() is Errand.ERASE and door.provable(here)


def _is_asked(here: Visit) -> bool:
    """Whether anything is behind the door: the questions, or what was said in them, which stays theirs once the time
    for answering is over."""
    theirs_still = errand() is not None and here.state is not CaseState.WITHDRAWN
    return here.submitted or here.state in ANSWERABLE or theirs_still


def begin(door: Doorkeeper) -> Reply:
    """Before the first question on a device: whose it is, and a PIN to come back with."""
    here = door.here("begin")
    if here.submitted or here.state not in ANSWERABLE or not here.consented:
        return redirect(door.address("survey"))
    filled = serving.filled_in()
    return _begin(door, here, door.own_device if filled is None else filled["own"])


def begun(door: Doorkeeper) -> Reply:
    own = {"yes": True, "no": False}.get(request.form.get("own", ""))
    chosen = door.language_chosen()
    here = door.here("begin")
    if here.submitted or here.state not in ANSWERABLE or not here.consented:
        return redirect(door.address("survey"))
    if chosen:
        return serving.again(door.address("begin"), {"own": own})
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
    return serving.show(door, "begin", here, own=own, offered=here.pin is PinStanding.NONE, fault=fault)


PAGES: tuple[serving.PageRule[Doorkeeper], ...] = (
    ("GET", "/pin", pin),
    ("POST", "/pin", give_pin),
    ("GET", "/begin", begin),
    ("POST", "/begin", begun),
)
