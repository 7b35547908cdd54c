"""A code to a contact on record: asked for on the page, sent by the worker, given in the browser that asked."""

from __future__ import annotations

import dataclasses
import re

import pytest
from sqlalchemy import select

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.entry.pins import TRIES as PIN_TRIES
from surveyapp.domain.entry.sent_codes import TRIES
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services import worker
from surveyapp.services.privacy import erasing, leaving
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import calendar, deciding, outbox
from surveyapp.services.sending.ways.carrier import CarrierOutcome
from surveyapp.store.sending import recipients
from surveyapp.store.tables import MessageRow, SentCodeRow
from tests import factories
from tests.conftest import Clock
from tests.phone import SHORTEST, Phone
from tests.sending import (
    STUDY,
    Told,
    asked_for,
    at_ten,
    beat,
    begun,
    by,
    reachable,
    rows,
    switch_on,
    with_mail,
)

PIN = "481516"
EVERYWHERE_THE_SAME = "6 digits, sent if we have your number or address."


@pytest.fixture
def runtime(runtime: Runtime) -> Runtime:
    return with_mail(runtime)


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return reachable(runtime)


def elsewhere(runtime: Runtime, person: Participant) -> Phone:
    """Another browser, in which the link alone opens nothing of theirs."""
    phone = Phone(runtime)
    phone.open(factories.create_link(runtime, person))
    assert phone.path in ("/survey/pin", "/survey/code", "/survey/done")
    return phone


def ask(phone: Phone) -> None:
    phone.open("/survey/code")
    phone.send(way="email", to="/survey/code")


@pytest.mark.both_databases
def test_on_another_device_a_code_takes_the_place_of_a_pin(runtime: Runtime, person: Participant) -> None:
    begun(runtime, person)
    phone = elsewhere(runtime, person)
    assert (phone.path, phone.heading) == ("/survey/code", "You have begun already")
    phone.send(way="email")
    assert (phone.path, phone.heading) == ("/survey/code", "Write the code")
    assert EVERYWHERE_THE_SAME in phone.page.words
    [message] = asked_for(runtime)
    assert (message.to, message.subject) == ("person1@example.org", "Your code")
    assert re.match(r"\d{3} \d{3} is your code", message.text)
    assert asked_for(runtime) == [], "once"
    digits = message.code.replace(" ", "")
    with runtime.database.reading() as session:
        stored = " ".join(
            str(tuple(row)) for table in (SentCodeRow, MessageRow) for row in session.execute(select(table.__table__))
        )
    assert digits not in stored
    assert "example.org" not in stored
    phone.send(code=f" {digits[:3]}-{digits[3:]} ", to="/survey/code/given")
    phone.say_whose()
    assert phone.question == "heard_via_detail", "where they left off"
    assert AuditAction.SENT_CODE_GIVEN in factories.actions(runtime, person)
    # Once: another browser that saw the message gets nowhere with it.
    other = elsewhere(runtime, person)
    ask(other)
    other.send(code=digits, to="/survey/code/given")
    assert other.faults == [("#code", "That is not the code that was sent last. Tries left: 4.")]


def test_after_sending_it_opens_what_was_sent_and_what_is_theirs(runtime: Runtime, person: Participant) -> None:
    first = begun(runtime, person)
    first.answer_until(None, SHORTEST)
    first.send()
    assert first.path == "/survey/done"
    phone = elsewhere(runtime, person)
    phone.follow("See what you sent")
    phone.send(way="email")
    [message] = asked_for(runtime)
    phone.send(code=message.code, to="/survey/code/given")
    assert (phone.path, phone.heading) == ("/survey/answers", "What you sent")
    phone.open("/survey/yours/out")
    assert "Erase everything that you hold of me" in phone.page.said("a")


def test_where_they_began_without_a_pin_it_lets_them_take_everything_along(
    runtime: Runtime, person: Participant
) -> None:
    phone = begun(runtime, person)
    phone.open("/survey/answers")
    phone.send(way="email")
    [message] = asked_for(runtime)
    phone.send(code=message.code)
    assert phone.path == "/survey/answers"
    assert "Download it to read" in phone.page.said("button")


def test_the_way_out_is_chosen_beside_the_code_and_done_with_it(runtime: Runtime, person: Participant) -> None:
    begun(runtime, person)
    phone = elsewhere(runtime, person)
    phone.open("/survey/yours/out")
    assert (phone.path, phone.heading) == ("/survey/code", "Stop or withdraw")
    phone.send(way="email")
    [message] = asked_for(runtime)
    phone.send(code="000000", change="withdrawn")
    assert phone.faults == [("#code", "That is not the code that was sent last. Tries left: 4.")]
    assert phone.chosen()["change"] == ["withdrawn"], "they need not choose again"
    phone.send(code=message.code)
    assert phone.heading == "Your answers are withdrawn"
    assert factories.actions(runtime, person)[-1] is AuditAction.PARTICIPATION_WITHDRAWN


def test_a_code_without_a_choice_leads_to_where_one_is_made(runtime: Runtime, person: Participant) -> None:
    begun(runtime, person)
    phone = elsewhere(runtime, person)
    phone.open("/survey/yours/out")
    phone.send(way="email")
    [message] = asked_for(runtime)
    phone.send(code=message.code)
    assert (phone.path, phone.faults) == ("/survey/yours/out", [("#change", "Choose one of these.")])
    other = elsewhere(runtime, person)
    ask(other)
    [message] = asked_for(runtime)
    other.send({"code": message.code, "wanted": "way_out"}, to="/survey/code/given")
    assert (other.path, other.faults) == ("/survey/yours/out", []), "by its button nothing was asked yet"


def test_whoever_asked_for_a_code_finds_where_to_write_it_from_the_pin(runtime: Runtime, person: Participant) -> None:
    begun(runtime, person, PIN)
    phone = elsewhere(runtime, person)
    assert "Write the code that was sent" not in phone.page.words
    phone.send(way="email", to="/survey/code")
    assert phone.heading == "Write the code"
    phone.follow("Back")
    phone.follow("Write the code that was sent")
    assert phone.heading == "Write the code"


@pytest.mark.parametrize("place", ["/survey/answers", "/survey/yours/out", "/survey/yours"])
def test_with_neither_pin_nor_code_it_is_said_that_it_does_not_open_here(
    runtime: Runtime, person: Participant, clock: Clock, place: str
) -> None:
    first = begun(runtime, person)
    first.answer_until(None, SHORTEST)
    first.send()
    clock.forward(minutes=16)
    phone = elsewhere(runtime, person)
    assert "What you sent does not open here without a PIN." in phone.page.words
    phone.open(place)
    assert phone.path == "/survey/done"
    assert "What you came for needs a PIN or a code" in phone.page.words


def test_the_page_never_says_whether_there_is_such_a_contact(runtime: Runtime, clock: Clock) -> None:
    known, unknown = reachable(runtime), reachable(runtime, 2, address="2 High Street, Coventry")
    seen = []
    for person in (known, unknown):
        begun(runtime, person)
        phone = elsewhere(runtime, person)
        said = []
        ask(phone)
        asked_for(runtime)
        said.append((phone.status, phone.page.words))
        for _ in range(TRIES):
            phone.send(code="000000", to="/survey/code/given")
            said.append((phone.status, phone.faults))
        for _ in range(3):
            ask(phone)
            said.append((phone.status, phone.faults))
        asked_for(runtime)
        clock.forward(minutes=10)
        beat(runtime)
        phone.send(code="000000", to="/survey/code/given")
        said.append((phone.status, phone.faults))
        seen.append(said)
    assert seen[0] == seen[1]
    assert seen[0][TRIES][1] == [("#code", "That code is over. Have another one sent.")]
    assert "Several codes were asked for already." in str(seen[0][TRIES + 3])
    assert [(each.state, each.why) for each in rows(runtime, unknown)] == [(MessageState.STOPPED, WhyNot.NO_WAY)] * 3
    assert calendar.calendar(factories.operator(runtime), STUDY).decide == ()


@pytest.mark.parametrize("typed", ["", "48291", "4829133", "code", "４８２９１"])
def test_what_is_no_code_counts_as_no_try(runtime: Runtime, person: Participant, typed: str) -> None:
    begun(runtime, person)
    phone = elsewhere(runtime, person)
    ask(phone)
    phone.send(code=typed, to="/survey/code/given")
    assert (phone.status, phone.faults) == (422, [("#code", "Write the 6 digits of the code, and nothing else.")])
    with runtime.database.reading() as session:
        assert session.scalars(select(SentCodeRow.tries)).all() == [0]


def test_it_ends_after_ten_minutes_and_with_the_next_one(runtime: Runtime, person: Participant, clock: Clock) -> None:
    begun(runtime, person)
    phone = elsewhere(runtime, person)
    ask(phone)
    [first] = asked_for(runtime)
    clock.forward(minutes=9)
    ask(phone)
    [second] = asked_for(runtime)
    phone.send(code=first.code, to="/survey/code/given")
    assert phone.faults == [("#code", "That is not the code that was sent last. Tries left: 4.")]
    clock.forward(minutes=10)
    phone.send(code=second.code, to="/survey/code/given")
    assert phone.faults == [("#code", "That code is over. Have another one sent.")]
    # One that could not leave in time does not leave.
    clock.forward(hours=1)
    beat(runtime)
    ask(phone)
    clock.forward(minutes=11)
    assert asked_for(runtime) == []


def test_one_that_is_not_taken_is_tried_again_within_its_life(
    runtime: Runtime, person: Participant, clock: Clock
) -> None:
    begun(runtime, person)
    phone = elsewhere(runtime, person)
    ask(phone)
    down = Told([CarrierOutcome.DOWN])
    asked_for(runtime, down)
    assert asked_for(runtime) == []
    clock.forward(minutes=2)
    [message] = asked_for(runtime)
    phone.send(code=down.handed[0].code, to="/survey/code/given")
    assert phone.status == 422
    phone.send(code=message.code, to="/survey/code/given")
    assert phone.status == 200


def test_a_pin_that_was_tried_ten_times_goes_and_another_is_chosen(runtime: Runtime, person: Participant) -> None:
    begun(runtime, person, PIN)
    phone = elsewhere(runtime, person)
    for _ in range(PIN_TRIES):
        phone.send(pin="902817")
    assert "A wrong PIN was given ten times" in phone.page.words
    ask(phone)
    [message] = asked_for(runtime)
    phone.send(code=message.code, to="/survey/code/given")
    assert phone.path == "/survey/begin"
    phone.say_whose(pin="314926")
    assert phone.question == "heard_via_detail"
    third = elsewhere(runtime, person)
    third.prove("314926")
    assert third.question == "heard_via_detail"


def test_a_way_that_ended_carries_no_code_and_whoever_left_gets_none(runtime: Runtime, person: Participant) -> None:
    begun(runtime, person)
    phone = elsewhere(runtime, person)
    ask(phone)
    with factories.operator(runtime).writing() as work:
        deciding.end_way(work, person.id, SendingWay.EMAIL, WhyNot.OPTED_OUT)
    assert asked_for(runtime) == []
    with factories.operator(runtime).writing() as work:
        recipients.open_channel(work.session, person.id, [SendingWay.EMAIL])
    ask(phone)
    with factories.operator(runtime).writing() as work:
        leaving.make(work, person, ParticipationChange.WITHDRAWN, LeavingReason.NOT_SAID)
    assert asked_for(runtime) == []
    assert "Send an e-mail" not in phone.open("/survey").words


def test_erased_while_it_is_on_its_way_nothing_is_left_of_it(runtime: Runtime, person: Participant) -> None:
    begun(runtime, person)
    ask(elsewhere(runtime, person))
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, person)
    assert asked_for(runtime) == []
    with runtime.database.reading() as session:
        assert session.scalars(select(SentCodeRow.id)).all() == []


def test_without_a_worker_or_a_carrier_no_code_is_offered(runtime: Runtime, person: Participant, clock: Clock) -> None:
    begun(runtime, person)
    clock.forward(minutes=16)
    phone = elsewhere(runtime, person)
    assert "code sent" not in phone.page.words
    phone.open("/survey/code")
    assert "No code can be sent at the moment." in phone.page.words
    beat(runtime)
    phone.open("/survey/code")
    phone.send(way="text", to="/survey/code")
    assert phone.faults == [("#way", "A code cannot be sent that way now. Choose another, or ask us.")]


def test_it_goes_before_what_the_study_sends_and_where_the_study_sends_nothing(
    runtime: Runtime, person: Participant, clock: Clock
) -> None:
    clock.forward(seconds=at_ten(clock.now).total_seconds())
    beat(runtime)
    reachable(runtime, 2)
    begun(runtime, person)
    phone = elsewhere(runtime, person)
    switch_on(runtime)
    ask(phone)
    carrier = Told()
    outbox.send(factories.operator(runtime), [STUDY], by(carrier))
    assert [bool(each.code) for each in carrier.handed] == [True, False, False]


def test_the_worker_sees_it_within_seconds(
    runtime: Runtime, person: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(runtime, person)
    carrier = Told()
    monkeypatch.setattr(worker, "carriers", lambda settings: by(carrier))
    assert worker.look_for_asked(factories.operator(runtime)) == {}
    ask(elsewhere(runtime, person))
    assert worker.look_for_asked(factories.operator(runtime)) == {MessageState.SENT: 1}
    assert len(carrier.handed) == 1


def test_in_the_demonstration_the_page_shows_the_code(runtime: Runtime) -> None:
    demo_runtime = dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, demo=True))
    person = reachable(demo_runtime)
    begun(demo_runtime, person)
    phone = elsewhere(demo_runtime, person)
    ask(phone)
    found = re.search(r"The code is (\d{3} \d{3})\.", phone.page.words)
    assert found is not None
    phone.send(code=found[1], to="/survey/code/given")
    assert phone.path == "/survey/begin"
