"""What is theirs, on pages of their own: what they agreed to, what is held, and the ways out, each done at once."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from flask import abort, make_response, redirect, request
from flask_babel import gettext as _

from surveyapp.domain.entry.doors import PinStanding
from surveyapp.domain.errors import InputRefused, StateRefused
from surveyapp.domain.instrument.consent.purposes import Governs
from surveyapp.domain.privacy.held import HeldRecord
from surveyapp.domain.privacy.leaving import ParticipationChange
from surveyapp.reports.files.calendar import day_in_calendar
from surveyapp.services.cases.next_time import NextTime
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.responses.theirs import Theirs, ways_out
from surveyapp.web.participant import serving, views
from surveyapp.web.participant.getting_in import CHOSEN, Errand
from surveyapp.web.participant.serving import Backend
from surveyapp.web.shared.reply import Reply, record_file
from surveyapp.web.shared.words import worded

ENDS = frozenset({ParticipationChange.WITHDRAWN, ParticipationChange.ERASED})
"""After these their link opens nothing more."""


class Keeper(Backend, Protocol):
    """A backend that keeps what is theirs."""

    def at_the_door(self) -> Visit:
        """Where they are, whatever the link opens."""

    def theirs(self) -> Theirs:
        """Raises DoorShut where the link does not open it."""

    def change_consent(self, said: dict[str, bool]) -> None:
        """Raises DoorShut."""

    def change_part(self, wanted: ParticipationChange) -> None:
        """Raises DoorShut, StateRefused."""

    def correct(self) -> None:
        """Raises DoorShut, StateRefused."""

    def give_pin(self, typed: str) -> None:
        """Raises InputRefused, DoorShut."""

    def change_pin(self, present: str, new: str) -> None:
        """Raises InputRefused, DoorShut."""

    def take_along(self) -> HeldRecord:
        """Raises DoorShut."""

    def ask_for_a_call(self, at: dt.datetime | None) -> None:
        """Raises DoorShut, StateRefused, InputRefused."""

    def leave_for_good(self) -> None:
        """Ends the session in this browser."""

    def asked_again(self, here: Visit) -> NextTime | None:
        """When they are asked again."""


def yours(keeper: Keeper) -> Reply:
    """All of it on one page."""
    return _yours(keeper)


def _yours(keeper: Keeper, told: str = "", fault: str = "", typed: str = "", spent: bool = False) -> str:
    theirs = keeper.theirs()
    optional = [each for each in theirs.visit.study.consent if each.governs is not Governs.TAKE_PART]
    required = theirs.visit.required_consents
    return serving.show(
        keeper,
        "yours",
        theirs.visit,
        theirs=theirs,
        optional=optional,
        agreed_on=max((each.recorded_at for each in required if each.given), default=None),
        again=keeper.asked_again(theirs.visit),
        told=told or _TOLD.get(request.args.get("done", ""), lambda: "")(),
        fault=fault,
        typed=typed,
        spent=spent,
    )


_TOLD = {
    "consent": lambda: _("What you agree to is changed."),
    "pin": lambda: _("Your PIN is another now. On other phones and computers, your pages are closed."),
    "call": lambda: _("We will call you then."),
    ParticipationChange.STOPPED.value: lambda: _("You have stopped. Nobody contacts you any more."),
    ParticipationChange.TAKEN_UP.value: lambda: _("You take part again."),
}


def change_consent(keeper: Keeper) -> Reply:
    """Each purpose that is theirs to refuse, as chosen."""
    said = {
        each.id: request.form[name] == "yes"
        for each in keeper.theirs().visit.study.consent
        if request.form.get(name := f"agree-{each.id}") in ("yes", "no")
    }
    keeper.change_consent(said)
    return redirect(keeper.address("yours", done="consent"))


def correct(keeper: Keeper) -> Reply:
    """Opens what they sent, at the page where they see all of it."""
    try:
        keeper.correct()
    except StateRefused as refused:
        return _yours(keeper, told=worded(refused.sentence)), 409
    return redirect(keeper.address("survey"))


def ask_for_a_call(keeper: Keeper) -> Reply:
    """A time at which they are called."""
    typed = request.form.get("at", "")
    try:
        at = dt.datetime.fromisoformat(typed).replace(tzinfo=None) if typed else None
    except ValueError:
        at = None
    try:
        keeper.ask_for_a_call(at)
    except InputRefused as refused:
        return _yours(keeper, fault=worded(refused.sentence), typed=typed[:30]), 422
    return redirect(keeper.address("yours", done="call"))


def way_out(keeper: Keeper) -> Reply:
    """Each way out, with what it does, and one button."""
    return _way_out(keeper)


def _way_out(keeper: Keeper, fault: str = "") -> str:
    theirs = keeper.theirs()
    return serving.show(
        keeper,
        "way_out",
        theirs.visit,
        theirs=theirs,
        leaving=ways_out(theirs.visit),
        erases=ParticipationChange.ERASED in theirs.changes,
        fault=fault,
    )


def take_way_out(keeper: Keeper) -> Reply:
    """Stops, takes up again or withdraws, as chosen: here, or where the PIN or the code was given."""
    theirs = keeper.theirs()
    wanted = next((each for each in ways_out(theirs.visit).ways if each.value == request.form.get(CHOSEN)), None)
    if wanted is None:
        return _way_out(keeper, fault=_("Choose one of these.")), 422
    keeper.change_part(wanted)
    return _over(keeper, theirs, wanted) if wanted in ENDS else redirect(keeper.address("yours", done=wanted.value))


def erase(keeper: Keeper) -> Reply:
    """What it means that everything is erased, before it is."""
    theirs = keeper.theirs()
    if ParticipationChange.ERASED in theirs.changes and theirs.proven:
        return serving.show(keeper, "erase", theirs.visit)
    return redirect(keeper.address("pin", wanted=Errand.ERASE) if theirs.provable else keeper.address("yours"))


def erased(keeper: Keeper) -> Reply:
    """Erases it."""
    theirs = keeper.theirs()
    keeper.change_part(ParticipationChange.ERASED)
    return _over(keeper, theirs, ParticipationChange.ERASED)


def _over(keeper: Keeper, theirs: Theirs, change: ParticipationChange) -> str:
    undone_for = ways_out(theirs.visit).undone_for
    page = serving.show(keeper, "yours_over", theirs.visit, change=change.value, undone_for=undone_for)
    keeper.leave_for_good()
    return page


def answers(keeper: Keeper) -> Reply:
    """What they said so far or sent, to be seen and taken along."""
    return _answers(keeper)


def _answers(keeper: Keeper, pin_fault: str = "") -> str:
    theirs = keeper.theirs()
    here = theirs.visit
    sections = views.answers_by_section(here, said_only=not here.submitted)
    return serving.show(keeper, "answers", here, theirs=theirs, sections=sections, pin_fault=pin_fault)


def another_pin(keeper: Keeper) -> Reply:
    """Another PIN, in place of the one they have."""
    theirs = keeper.theirs()
    if theirs.visit.pin is not PinStanding.SET:
        return redirect(keeper.address("yours"))
    return serving.show(keeper, "yours_pin", theirs.visit, faults={})


def change_pin(keeper: Keeper) -> Reply:
    theirs = keeper.theirs()
    if theirs.visit.pin is not PinStanding.SET:
        return redirect(keeper.address("yours"))
    try:
        keeper.change_pin(request.form.get("pin", ""), request.form.get("new", ""))
    except InputRefused as refused:
        after = keeper.theirs()
        if after.visit.pin is not PinStanding.SET:
            return _yours(keeper, spent=True), 422
        return serving.show(keeper, "yours_pin", after.visit, faults={refused.field: worded(refused.sentence)}), 422
    return redirect(keeper.address("yours", done="pin"))


def take_along(keeper: Keeper) -> Reply:
    """All that is held of them: as a page that a person reads, or as a file for a machine. Their PIN, where it was not
    given yet, comes with it."""
    if keeper.theirs().provable:
        try:
            keeper.give_pin(request.form.get("pin", ""))
        except InputRefused as refused:
            return _answers(keeper, pin_fault=worded(refused.sentence)), 422
    return record_file(keeper.take_along(), as_json="json" in request.form)


def next_time(keeper: Keeper) -> Reply:
    """The day on which they are asked again, for their calendar; it says nothing of the study."""
    here = keeper.at_the_door()
    again = keeper.asked_again(here) if here.submitted else None
    if again is None or again.come:
        abort(404)
    title = _("A few questions to answer")
    entry = day_in_calendar(f"{here.case.id.hex}-{again.on.isoformat()}", again.on, title, dt.datetime.now(dt.UTC))
    response = make_response(entry)
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = 'attachment; filename="questions.ics"'
    return response


PAGES: tuple[serving.PageRule[Keeper], ...] = (
    ("GET", "/yours", yours),
    ("POST", "/yours", change_consent),
    ("POST", "/yours/call", ask_for_a_call),
    ("POST", "/yours/correct", correct),
    ("GET", "/yours/another-pin", another_pin),
    ("POST", "/yours/another-pin", change_pin),
    ("POST", "/yours/held", take_along),
    ("GET", "/yours/next", next_time),
    ("GET", "/yours/out", way_out),
    ("POST", "/yours/out", take_way_out),
    ("GET", "/yours/erased", erase),
    ("POST", "/yours/erased", erased),
    ("GET", "/answers", answers),
)

_WANTED_BY = {"take_along": Errand.ANSWERS, "take_way_out": Errand.WAY_OUT, "erased": Errand.ERASE}


def errand_of(page: str) -> Errand | None:
    """What somebody came for who was not let in to one of these pages, by its function's name."""
    if page not in {each.__name__ for _method, _path, each in PAGES}:
        return None
    return _WANTED_BY.get(page) or next((each for each in Errand if each.value == page), Errand.YOURS)
