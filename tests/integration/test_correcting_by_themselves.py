"""Correcting what was sent, by whoever sent it and within the study's time; and a PIN that is chosen after sending."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from surveyapp.domain.audit import AuditAction, ByLink
from surveyapp.domain.entry.doors import Familiarity
from surveyapp.domain.errors import DoorShut, StateRefused
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import CORRECTED_BY_STAFF, CorrectionReason, Response
from surveyapp.domain.staff import Role
from surveyapp.services.participants import links
from surveyapp.services.privacy import correcting
from surveyapp.services.responses import theirs
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, responses
from surveyapp.store.privacy import reopening
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.integration.test_theirs import PIN, begin, send
from tests.phone import SHORTEST, Phone

DAYS = 14


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime)


@pytest.fixture
def phone(runtime: Runtime) -> Phone:
    return Phone(runtime)


def response_of(runtime: Runtime, person: Participant) -> Response:
    with runtime.database.reading() as session:
        (case,) = (each for each in cases.cases_of(session, person.id) if each.touchpoint == 1)
        found = responses.response_of(session, case.id)
    assert found is not None
    return found


def sent_without_pin(runtime: Runtime, phone: Phone, person: Participant, own: str = "yes") -> None:
    phone.open(factories.create_link(runtime, person))
    phone.send({"agree-take_part": "yes", "agree-recontact": "yes"})
    phone.say_whose(own=own)
    phone.send(heard_via="family")
    phone.answer_until(None, SHORTEST)
    told = "you can still correct them for a while, with your PIN." in phone.page.words
    assert told is (own == "yes"), "who can choose a PIN later is told, and nobody else"
    phone.send()
    assert phone.path == "/survey/done"


def proven(runtime: Runtime, person: Participant) -> ByLink:
    link = factories.create_link(runtime, person)
    return ByLink(access_id=links.open_link(runtime, link.rsplit("/", 1)[1]), by=Familiarity.PROVEN)


def test_it_is_corrected_and_sent_again(runtime: Runtime, clock: Clock, person: Participant, phone: Phone) -> None:
    """A new save; when it was first sent stays; until it is sent again, what was sent counts."""
    send(phone, runtime, person)
    first = response_of(runtime, person)
    clock.forward(days=2)
    phone.open(factories.create_link(runtime, person))
    phone.open("/survey/pin")
    phone.send(pin=PIN)
    phone.open("/survey/yours")
    assert "You can do this until 29 June 2026." in phone.page.words
    phone.send(to="/survey/yours/correct")
    assert response_of(runtime, person).reopened_at == clock.now
    phone.open("/survey/q/heard_via")
    phone.send(heard_via="online")
    phone.answer_until(None, {})
    phone.send()
    assert phone.path == "/survey/done"
    after = response_of(runtime, person)
    assert (after.submitted_at, after.sent_again_at, after.reopened_at) == (first.submitted_at, clock.now, None)
    assert after.revision > first.revision
    with runtime.database.reading() as session:
        (opened,) = reopening.of(session, after.id)
        trail = list(audit.about(session, factories.STUDY, person.reference))
    assert (opened.why, opened.by_staff) == (CorrectionReason.BY_THEMSELVES, None)
    assert [each.detail["why"] for each in trail if each.action is AuditAction.RESPONSE_REOPENED] == ["by_themselves"]


def test_the_receipt_says_until_when(runtime: Runtime, clock: Clock, person: Participant, phone: Phone) -> None:
    send(phone, runtime, person)
    phone.open("/survey/done")
    assert "You can correct what you sent until 29 June 2026." in phone.page.words
    elsewhere = Phone(runtime)
    elsewhere.open(factories.create_link(runtime, person))
    assert "until 29 June 2026, after your PIN." in elsewhere.page.words
    clock.forward(days=DAYS + 1)
    phone.open("/survey/done")
    assert "correct what you sent" not in phone.page.words


def test_not_a_moment_longer_than_the_study_says(runtime: Runtime, clock: Clock, person: Participant) -> None:
    """To the end of the last day where the study is."""
    send(Phone(runtime), runtime, person)
    clock.now = dt.datetime(2026, 6, 29, 22, 59, 59, tzinfo=dt.UTC)
    assert theirs.see(runtime, proven(runtime, person)).visit.correctable_until is not None
    clock.forward(seconds=1)
    with pytest.raises(StateRefused, match="can no longer be corrected here"):
        theirs.correct(runtime, proven(runtime, person))
    assert response_of(runtime, person).reopened_at is None


def test_a_study_that_says_nothing_leaves_it_to_staff(runtime: Runtime, person: Participant) -> None:
    study = dataclasses.replace(runtime.study(factories.STUDY), corrections_days=None)
    other = dataclasses.replace(runtime, studies={study.id: study})
    phone = Phone(other)
    send(phone, other, person)
    phone.open("/survey/done")
    assert "If you want an answer to be changed, ask us" in phone.page.words
    with pytest.raises(StateRefused):
        theirs.correct(other, proven(other, person))


def test_not_without_their_pin(runtime: Runtime, person: Participant) -> None:
    send(Phone(runtime), runtime, person)
    for by in (Familiarity.STRANGE, Familiarity.BEGAN, Familiarity.STAYED):
        with pytest.raises(DoorShut):
            theirs.correct(runtime, dataclasses.replace(proven(runtime, person), by=by))


def test_what_staff_opened_stays_as_they_opened_it(runtime: Runtime, person: Participant) -> None:
    send(Phone(runtime), runtime, person)
    desk = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    correcting.reopen(desk, factories.STUDY, person.reference, 1, CorrectionReason.SLIP)
    opened = response_of(runtime, person)
    theirs.correct(runtime, proven(runtime, person))
    assert response_of(runtime, person) == opened
    with runtime.database.reading() as session:
        assert [each.why for each in reopening.of(session, opened.id)] == [CorrectionReason.SLIP]
    assert CorrectionReason.BY_THEMSELVES not in CORRECTED_BY_STAFF


def test_a_pin_is_chosen_where_they_answered(runtime: Runtime, person: Participant, phone: Phone) -> None:
    sent_without_pin(runtime, phone, person)
    assert "Choose a PIN to see what you sent" in phone.page.words
    # What they came for is kept, too, where a PIN is chosen first.
    phone.follow("Stop or withdraw")
    assert phone.path == "/survey/pin"
    assert phone.query == "wanted=way_out"
    phone.open("/survey/pin")
    phone.send(pin="111111")
    assert phone.status == 422
    phone.send(pin=PIN)
    assert phone.path == "/survey/answers"
    elsewhere = Phone(runtime)
    elsewhere.open(factories.create_link(runtime, person))
    elsewhere.open("/survey/pin")
    elsewhere.send(pin=PIN)
    assert elsewhere.path == "/survey/answers"


def test_nor_anywhere_else(runtime: Runtime, person: Participant, phone: Phone) -> None:
    """Not by the link alone, not on a device that others use too, and not once that session is over."""
    sent_without_pin(runtime, phone, person)
    elsewhere = Phone(runtime)
    elsewhere.open(factories.create_link(runtime, person))
    elsewhere.open("/survey/pin")
    assert elsewhere.path == "/survey/done"
    assert "Choose a PIN" not in elsewhere.page.words
    phone.open("/survey/leave")
    phone.open(factories.create_link(runtime, person))
    assert "Choose a PIN" not in phone.page.words
    shared, other = Phone(runtime), factories.create_participant(runtime)
    sent_without_pin(runtime, shared, other, own="no")
    assert "Choose a PIN" not in shared.page.words


def test_begin_is_as_it_was(runtime: Runtime, person: Participant, phone: Phone) -> None:
    """Whoever stays where they began goes on with their questions."""
    begin(phone, runtime, person)
    phone.open("/survey/yours")
    assert phone.status == 200
