"""What a participant's pages do for somebody who was let in by a link or code: it is stored."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from flask import request, session

from surveyapp.domain.entry.doors import Door, takes_pin
from surveyapp.domain.errors import DoorShut
from surveyapp.domain.fieldwork.cases import ANSWERABLE
from surveyapp.domain.instrument.kinds import Form
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.privacy.held import HeldRecord
from surveyapp.domain.privacy.leaving import ParticipationChange
from surveyapp.domain.sending.own_reminder import OwnTime
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.cases.next_time import NextTime
from surveyapp.services.responses import answering, local_saves, own_messages, pins, sent_codes, survey_session, theirs
from surveyapp.services.responses.answering import MovedMeanwhile
from surveyapp.services.responses.expected_time import ExpectedTime, expected_time
from surveyapp.services.responses.own_messages import ReminderStand
from surveyapp.services.responses.sent_codes import AskedCode, CodeStand
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.responses.theirs import Theirs
from surveyapp.services.security import kept_forms
from surveyapp.services.security.kept_forms import KeptForm
from surveyapp.web.participant import entrance, serving, untouched, views
from surveyapp.web.participant.entrance import KEPT
from surveyapp.web.shared.incoming import save_that_came
from surveyapp.web.shared.language import CHOICE, speak
from surveyapp.web.shared.runtime import runtime


def language_chosen() -> bool:
    """Takes up the language whose button sent the form."""
    return speak(request.form.get(CHOICE, ""))


class StoredAnswers:
    """Keeps what somebody says who was let in by a link or code, on the pages of their handle. `_at_first`: who they
    are, in the language of the page that sent the form."""

    def __init__(self, handle: str) -> None:
        self.handle = handle
        self._at_first = entrance.who(handle)
        self.own_device = entrance.own_device(handle)
        # What a page asks the database for only where it says it.
        asked = {"code_ways": self._code_ways, "code_waits": self._code_waits, "reminders": self._reminders}
        self.told: Mapping[str, Any] = {"own_device": self.own_device, "turns": True, **asked}

    def at_the_door(self) -> Visit:
        return survey_session.visit(runtime(), entrance.who(self.handle), entrance.standing())

    def here(self, place: str) -> Visit:
        """Raises DoorShut where there are questions that the link alone does not open."""
        here = self.at_the_door()
        if place == "privacy":
            return here
        if here.door is not Door.QUESTIONS and not here.submitted and here.state in ANSWERABLE:
            raise DoorShut(here.door)
        return here

    def page(self, here: Visit, page_id: str) -> Page | None:
        return views.open_page(here, page_id)

    def beside(self, here: Visit, page_id: str) -> tuple[Page | None, Page | None]:
        route = here.ready[1]
        return route.before(page_id) if route.page(page_id) else None, here.next_page(page_id)

    def may_check(self, here: Visit) -> bool:
        return here.ready[1].complete

    def asks_first(self, here: Visit) -> bool:
        return self.own_device is None

    def address(self, place: str, here: Visit | None = None, **values: Any) -> str:
        return untouched.address(self.handle, place, **values)

    def expected_time(self, here: Visit) -> ExpectedTime:
        return expected_time(runtime(), here.study, here.touchpoint)

    def language_chosen(self) -> bool:
        return language_chosen()

    def give_consent(self, agreed: Mapping[str, bool]) -> Visit:
        return answering.give_consent(runtime(), self._at_first, agreed)

    def answer(self, page_id: str, form: Form, *, passing: bool) -> Visit:
        (save_id, version), seen = save_that_came(request.form.get("save_id", "")), _seen(form)
        try:
            saved = answering.save_page(
                runtime(),
                self._at_first,
                page_id,
                form,
                save_id,
                found=entrance.standing(),
                seen=seen,
                passing=passing,
                version=version,
            )
        except MovedMeanwhile:
            assert version is not None
            return local_saves.receive_form(
                runtime(), self._at_first, page_id, form, save_id, seen, version=version, passing=passing
            )
        after = saved.visit
        # A page that only tells something stores nothing: whoever passed it has not begun.
        if after.response and after.response.revision:
            entrance.note_began(self.handle)
        if saved.stands:
            raise serving.AnswersContested(saved.stands)
        return after

    def kept(self) -> KeptForm | None:
        if not session.get(KEPT):
            return None
        found = kept_forms.of_session(runtime(), entrance.web_session())
        return next((each for each in found if each.path.partition("?")[0] == request.path), None)

    def asked_again(self, here: Visit) -> NextTime | None:
        return survey_session.asked_again(runtime(), here)

    def submit(self) -> None:
        answering.submit(runtime(), self._at_first)
        entrance.note_sent()

    def choose_pin(self, typed: str) -> None:
        entrance.note_chosen(pins.choose(runtime(), self._at_first, typed))

    def give_pin(self, typed: str) -> None:
        pins.give(runtime(), self._at_first, typed)
        entrance.note_proven()

    def change_pin(self, present: str, new: str) -> None:
        there = entrance.web_session().id
        pins.change(runtime(), self._at_first, there, present, new)
        entrance.note_proven()

    def provable(self, here: Visit) -> bool:
        return takes_pin(here.door, entrance.who(self.handle).by, here.pin)

    def code_leads_on(self) -> bool:
        return bool(self._code_ways())

    def _code_ways(self) -> tuple[SendingWay, ...]:
        """By which ways a code can be sent; looked up by the pages that offer one."""
        return sent_codes.ways(runtime())

    def _code_waits(self) -> bool:
        return sent_codes.waits(runtime(), entrance.web_session().id)

    def _reminders(self, here: Visit) -> ReminderStand:
        return own_messages.reminder_stand(runtime(), self._at_first, here)

    def send_receipt(self, way: SendingWay | None) -> None:
        own_messages.receipt(runtime(), self._at_first, way)

    def remind(self, way: SendingWay | None, when: OwnTime | None) -> None:
        own_messages.remind(runtime(), self._at_first, way, when)

    def drop_reminder(self) -> None:
        own_messages.no_reminder(runtime(), self._at_first)

    def code_stand(self) -> CodeStand:
        return sent_codes.stand(runtime(), entrance.who(self.handle), entrance.web_session().id)

    def ask_for_code(self, way: SendingWay | None) -> AskedCode:
        session_id, address = entrance.web_session().id, request.remote_addr or ""
        return sent_codes.ask(runtime(), entrance.who(self.handle), session_id, way, address)

    def give_code(self, typed: str) -> Visit:
        before = sent_codes.give(runtime(), self._at_first, entrance.web_session().id, typed)
        entrance.note_proven()
        return before

    def theirs(self) -> Theirs:
        return theirs.see(runtime(), entrance.who(self.handle))

    def change_consent(self, said: dict[str, bool]) -> None:
        theirs.consent(runtime(), self._at_first, said)

    def change_part(self, wanted: ParticipationChange) -> None:
        theirs.change(runtime(), self._at_first, wanted)

    def correct(self) -> None:
        theirs.correct(runtime(), self._at_first)

    def take_along(self) -> HeldRecord:
        # Their PIN may have come with the wish.
        return theirs.take_along(runtime(), entrance.who(self.handle))

    def ask_for_a_call(self, at: dt.datetime | None) -> None:
        theirs.ask_for_a_call(runtime(), self._at_first, at)

    def leave_for_good(self) -> None:
        entrance.leave_for_good(self.handle)

    def say_whose(self, own: bool) -> None:
        entrance.say_whose(self.handle, own)
        self.own_device = own


def _seen(form: Form) -> list[uuid.UUID | None] | None:
    """Of each part of the page the save whose answer was on the screen. One that is no id was never seen here."""
    try:
        return [uuid.UUID(each) if each else None for each in form["seen"]] if "seen" in form else None
    except ValueError:
        return [uuid.uuid4() for _each in form["seen"]]
