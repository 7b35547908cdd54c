"""What was changed after it was sent, and never sent again: whatever shows what was sent shows that, and one answer of
each question counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from surveyapp.domain.answers import Codes
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import ParticipationChange
from surveyapp.domain.responses import CorrectionReason
from surveyapp.domain.staff import Role
from surveyapp.reports.files import held_record
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.privacy import correcting
from surveyapp.services.responses import theirs
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases
from tests import factories
from tests.conftest import Clock
from tests.device import Device
from tests.integration.test_correcting_by_themselves import proven
from tests.integration.test_theirs import PIN, begin, send
from tests.phone import Phone

pytestmark = pytest.mark.both_databases

SENT, CHANGED = "From family", "Online"
NOT_SENT = "After these answers were sent, some were changed, but not sent again. What was sent counts."
Opening = Callable[[Runtime, Participant], None]
Ending = Callable[[Runtime, Clock, Participant], None]


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime)


@pytest.fixture
def phone(runtime: Runtime, clock: Clock, person: Participant) -> Phone:
    phone = Phone(runtime)
    send(phone, runtime, person)
    clock.forward(minutes=5)
    return phone


def closes(_runtime: Runtime, clock: Clock, _person: Participant) -> None:
    clock.forward(days=70)


def they_stop(runtime: Runtime, _clock: Clock, person: Participant) -> None:
    theirs.change(runtime, proven(runtime, person), ParticipationChange.STOPPED)


def by_themselves(runtime: Runtime, person: Participant) -> None:
    theirs.correct(runtime, proven(runtime, person))


def by_staff(runtime: Runtime, person: Participant) -> None:
    desk = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    correcting.reopen(desk, factories.STUDY, person.reference, 1, CorrectionReason.SLIP)


def held(runtime: Runtime, person: Participant) -> list[tuple[Any, ...]]:
    record = theirs.take_along(runtime, proven(runtime, person))
    given = [each for each in record.touchpoints[0].answers if each.variable == "heard_via"]
    page = held_record.as_page(record, ENGLISH)
    assert page.count("it does not count") == sum(not each.counts for each in record.touchpoints[0].answers)
    return [(each.said[0], each.late, each.counts) for each in given]


def what_is_shown(runtime: Runtime, person: Participant) -> Phone:
    """The answers, after their PIN."""
    phone = Phone(runtime)
    phone.open(factories.create_link(runtime, person))
    phone.open("/survey/pin")
    phone.send(pin=PIN)
    phone.open("/survey/answers")
    return phone


@pytest.mark.parametrize("opens", [by_themselves, by_staff])
@pytest.mark.parametrize("ends", [closes, they_stop])
def test_a_correction_that_was_not_sent(
    runtime: Runtime, clock: Clock, person: Participant, phone: Phone, opens: Opening, ends: Ending
) -> None:
    """While it is open, it is what they see, and what was sent counts; once it is over, what was sent is all there is
    to see, and they are told."""
    opens(runtime, person)
    phone.open("/survey/q/heard_via")
    phone.send(heard_via="online")
    assert held(runtime, person) == [(SENT, False, True), (CHANGED, False, False)]
    open_still = what_is_shown(runtime, person).page
    assert "Your answers so far" in open_still.words
    assert (CHANGED in open_still.words, NOT_SENT in open_still.words) == (True, False)
    ends(runtime, clock, person)
    shown = what_is_shown(runtime, person)
    assert "What you sent" in shown.page.words
    assert (SENT in shown.page.words, CHANGED in shown.page.words) == (True, False)
    assert NOT_SENT in shown.page.words
    assert NOT_SENT in shown.open("/survey/done").words
    assert factories.stored(runtime, person)[0]["heard_via"] == Codes(("family",))
    assert held(runtime, person) == [(SENT, False, True), (CHANGED, False, False)]


def test_whoever_may_not_read_them_is_told_nothing_of_it(
    runtime: Runtime, clock: Clock, person: Participant, phone: Phone
) -> None:
    by_themselves(runtime, person)
    phone.open("/survey/q/heard_via")
    phone.send(heard_via="online")
    closes(runtime, clock, person)
    stranger = Phone(runtime)
    stranger.open(factories.create_link(runtime, person))
    assert "Your answers were sent" in stranger.page.words
    assert NOT_SENT not in stranger.page.words


def test_opened_and_left_as_it_was(runtime: Runtime, clock: Clock, person: Participant, phone: Phone) -> None:
    by_themselves(runtime, person)
    closes(runtime, clock, person)
    assert NOT_SENT not in what_is_shown(runtime, person).page.words
    assert held(runtime, person) == [(SENT, False, True)]


def test_a_correction_that_was_sent(runtime: Runtime, person: Participant, phone: Phone) -> None:
    by_themselves(runtime, person)
    phone.open("/survey/q/heard_via")
    phone.send(heard_via="online")
    phone.answer_until(None, {})
    phone.send()
    assert phone.path == "/survey/done"
    assert NOT_SENT not in phone.page.words
    shown = what_is_shown(runtime, person).page
    assert (SENT in shown.words, CHANGED in shown.words, NOT_SENT in shown.words) == (False, True, False)
    assert held(runtime, person) == [(SENT, False, False), (CHANGED, False, True)]


def test_an_answer_that_came_too_late(runtime: Runtime, person: Participant, phone: Phone) -> None:
    """It counts no more than it is shown, and what it came after counts still."""
    told = Device(phone, runtime).save("heard_via", {"heard_via": "online"})
    assert told["became"] == "kept_as_correction"
    assert held(runtime, person) == [(SENT, False, True), (CHANGED, True, False)]
    shown = what_is_shown(runtime, person).page
    assert (SENT in shown.words, CHANGED in shown.words, NOT_SENT in shown.words) == (True, False, False)


def test_of_every_question_that_was_asked_one_answer_counts(
    runtime: Runtime, person: Participant, phone: Phone
) -> None:
    by_themselves(runtime, person)
    phone.open("/survey/q/heard_via")
    phone.send(heard_via="online")
    record = theirs.take_along(runtime, proven(runtime, person))
    counting = [each.variable for each in record.touchpoints[0].answers if each.counts]
    assert sorted(counting) == sorted(set(counting))
    current = factories.stored(runtime, person)[0]
    assert set(counting) == set(current)


@pytest.mark.parametrize(("days", "told"), [(0, True), (13, True), (15, False)])
def test_before_they_send_they_are_told_what_then_holds(
    runtime: Runtime, clock: Clock, person: Participant, phone: Phone, days: int, told: bool
) -> None:
    """That they can correct them for a while is said where, once they are sent, they can."""
    by_themselves(runtime, person)
    clock.forward(days=days)
    phone = Phone(runtime)
    phone.open(factories.create_link(runtime, person))
    phone.prove(PIN)
    phone.open("/survey/check")
    assert ("you can still correct them for a while" in phone.page.words) is told
    assert ("Once they are sent, you cannot change them here." in phone.page.words) is not told
    phone.open("/survey/yours")
    assert "Correct what you sent" not in phone.page.words, "it is open already"
    phone.open("/survey/check")
    phone.send()
    assert phone.path == "/survey/done"
    assert ("You can correct what you sent until" in phone.page.words) is told


def they_refuse(runtime: Runtime, _clock: Clock, person: Participant) -> None:
    with runtime.database.writing() as session:
        cases.set_disposition(session, cases.cases_of(session, person.id)[0], Disposition.REFUSAL)


def they_withdraw(runtime: Runtime, _clock: Clock, person: Participant) -> None:
    theirs.change(runtime, proven(runtime, person), ParticipationChange.WITHDRAWN)


@pytest.mark.parametrize(
    ("ends", "why"),
    [
        (closes, "the time for them was over."),
        (they_stop, "you had stopped before."),
        (they_refuse, "these questions were no longer open to you."),
    ],
)
def test_whoever_answers_too_late_is_told_why(
    runtime: Runtime, clock: Clock, person: Participant, ends: Ending, why: str
) -> None:
    """As it was: nobody who stopped is told that their answers had been sent."""
    phone = Phone(runtime)
    begin(phone, runtime, person, PIN)
    device = Device(phone, runtime)
    device.stand()
    ends(runtime, clock, person)
    if ends is closes:
        phone.open(factories.create_link(runtime, person))  # their session has ended, too
    else:
        assert device.save("heard_via", {"heard_via": "online"})["became"] == "kept_as_correction"
    phone.open("/survey?note=late")
    assert f"What you answered here last is not among your answers: {why} It is kept for" in phone.page.words


def test_what_was_sent_had_been_sent(phone: Phone) -> None:
    phone.open("/survey?note=late")
    assert phone.path == "/survey/done"
    assert "is not among your answers: they had been sent already. It is kept" in phone.page.words


def test_of_whoever_withdrew_nothing_is_kept(runtime: Runtime, clock: Clock, person: Participant, phone: Phone) -> None:
    they_withdraw(runtime, clock, person)
    assert "It is kept" not in phone.open("/survey?note=late").words
