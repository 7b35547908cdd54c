"""What somebody has sent to themselves: a receipt of what they sent, a reminder of what they have not."""

from __future__ import annotations

import pytest

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import LeavingReason
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.staff import Role
from surveyapp.services.cases import stopping
from surveyapp.services.participants import links
from surveyapp.services.responses import own_messages
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import outbox
from tests import factories
from tests.conftest import Clock
from tests.page import Client
from tests.phone import Phone
from tests.sending import STUDY, Told, asked_for, beat, begun, by, reachable, rows, switch_on, with_mail

PLACED = {"attended_readiness_sessions": "no", "placed": "no"}


@pytest.fixture
def runtime(runtime: Runtime) -> Runtime:
    return with_mail(runtime)


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return reachable(runtime)


def sent(runtime: Runtime, person: Participant) -> Phone:
    phone = begun(runtime, person)
    phone.answer_until(None, PLACED)
    phone.send()
    assert phone.path == "/survey/done"
    return phone


class TestReceipt:
    def test_it_goes_once_and_names_nothing(self, runtime: Runtime, person: Participant) -> None:
        phone = sent(runtime, person)
        for _ in range(2):
            phone.send(way="email", to="/survey/done/receipt")
            assert "a receipt is on its way to it" in phone.page.words
            phone.open("/survey/done")
        assert AuditAction.OWN_MESSAGE_ASKED in factories.actions(runtime, person)
        [message] = asked_for(runtime)
        assert (message.to, message.subject) == ("person1@example.org", "Your receipt")
        first, _, rest = message.text.partition("\n\n")
        assert first == f"Thank you. Your answers were sent on 15 June 2026, 11:30. Your reference: {person.reference}."
        assert "again around" in rest
        assert "Job Rotation" not in first + message.subject + message.short

    def test_nothing_is_sent_before_there_is_something(self, runtime: Runtime, person: Participant) -> None:
        phone = begun(runtime, person)
        phone.send(way="email", to="/survey/done/receipt")
        assert asked_for(runtime) == []

    def test_a_way_by_which_nothing_goes_is_said(self, runtime: Runtime, person: Participant) -> None:
        phone = sent(runtime, person)
        phone.send(way="pigeon", to="/survey/done/receipt")
        assert phone.faults == [("#way", "Nothing can be sent that way now. Choose another, or ask us.")]


class TestReminder:
    def ask(self, phone: Phone, when: str = "tonight") -> None:
        phone.open("/survey/later")
        phone.send(when=when, way="email", to="/survey/later/reminder")

    def test_it_comes_when_they_said_with_a_link(self, runtime: Runtime, person: Participant, clock: Clock) -> None:
        phone = begun(runtime, person)
        self.ask(phone)
        assert "A reminder goes on Monday 15 June, 18:00" in phone.page.words
        assert asked_for(runtime) == []
        clock.forward(hours=7)
        [message] = asked_for(runtime)
        assert message.subject == "Your reminder"
        assert message.text.startswith("You asked us to remind you: your questions are still open.\n\n")
        assert links.open_link(runtime, message.link)
        assert asked_for(runtime) == []

    @pytest.mark.both_databases
    def test_planned_while_the_answer_is_being_sent_it_does_not_go(
        self, runtime: Runtime, person: Participant, clock: Clock
    ) -> None:
        phone = begun(runtime, person)
        self.ask(phone)
        phone.open("/survey/q/heard_via_detail")
        phone.answer_until(None, PLACED)
        clock.forward(hours=7)
        phone.send()
        assert phone.path == "/survey/done"
        assert asked_for(runtime) == []
        assert [(each.state, each.why) for each in rows(runtime, person)] == [(MessageState.STOPPED, WhyNot.ANSWERED)]

    def test_another_takes_its_place_and_none_takes_it_back(
        self, runtime: Runtime, person: Participant, clock: Clock
    ) -> None:
        phone = begun(runtime, person)
        self.ask(phone)
        phone.send(when="tomorrow", way="email", to="/survey/later/reminder")
        assert "A reminder goes on Tuesday 16 June, 10:00" in phone.page.words
        assert len(rows(runtime, person)) == 1
        phone.send(to="/survey/later/no-reminder")
        assert "When should we remind you?" in phone.page.words
        assert rows(runtime, person) == []
        assert factories.actions(runtime, person)[-1] is AuditAction.OWN_REMINDER_DROPPED

    def test_what_is_missing_is_said(self, runtime: Runtime, person: Participant) -> None:
        phone = begun(runtime, person)
        for when in ("", "never"):
            self.ask(phone, when)
            assert (phone.status, phone.faults) == (422, [("#when", "Choose when we should remind you.")])

    def test_enough_is_enough(
        self, runtime: Runtime, person: Participant, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(own_messages, "AT_MOST", 1)
        phone = begun(runtime, person)
        self.ask(phone)
        clock.forward(hours=8)
        beat(runtime)
        assert len(asked_for(runtime)) == 1
        self.ask(phone, "tomorrow")
        assert phone.faults == [("#when", "You asked for several reminders. Put the next one into your own calendar.")]

    def test_whoever_stopped_is_not_reminded(self, runtime: Runtime, person: Participant, clock: Clock) -> None:
        self.ask(begun(runtime, person))
        with factories.operator(runtime).writing() as work:
            stopping.stop(work, person, LeavingReason.NOT_SAID)
        clock.forward(hours=7)
        assert asked_for(runtime) == []


def test_what_was_asked_for_stands_on_the_persons_page_and_not_in_what_the_study_sends(
    runtime: Runtime, person: Participant, client: Client
) -> None:
    TestReminder().ask(begun(runtime, person))
    switch_on(runtime)
    outbox.send(factories.operator(runtime), [STUDY], by(Told()))
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    page = client.page(f"/manage/{STUDY}/participants/{person.reference}/messages")
    assert "Reminder asked for by themselves" in page.words
    assert "asked for by themselves" not in client.page(f"/manage/{STUDY}/messages").words


def test_whoever_was_last_asked_in_easy_words_gets_them_in_what_they_ask_for(
    runtime: Runtime, person: Participant
) -> None:
    phone = begun(runtime, person)
    phone.open("/survey?lang=en-simple")
    phone.send(phone.filled({}))
    elsewhere = Phone(runtime)
    elsewhere.open(factories.create_link(runtime, person))
    elsewhere.send(way="email")
    [code] = asked_for(runtime)
    assert code.text.startswith(f"{code.code} is your code. It works for 10 minutes.\n\nDid you not ask for a code?")
    assert [each.language for each in rows(runtime, person)] == ["en-simple"]
    phone.open("/survey?lang=en")
    phone.send(phone.filled({}))
    elsewhere.send(way="email", to="/survey/code")
    [usual] = asked_for(runtime)
    assert usual.text.startswith(f"{usual.code} is your code, for ten minutes."), "who went back to these gets these"
    phone.open("/survey?lang=en-simple")
    phone.answer_until(None, PLACED)
    phone.send()
    phone.send(way="email", to="/survey/done/receipt")
    [receipt] = asked_for(runtime)
    assert receipt.text.startswith("Thank you. We have your answers. You sent them on 15 June 2026, 11:30.")


def test_digits_keep_their_order_among_words_from_right_to_left(runtime: Runtime, person: Participant) -> None:
    begun(runtime, person)
    phone = Phone(runtime)
    phone.open(f"{factories.create_link(runtime, person)}?lang=ur")
    phone.open("/survey/code?lang=ur")
    phone.send(way="email")
    [message] = asked_for(runtime)
    assert message.text.startswith(f"{message.code.replace(' ', '')} آپ کا کوڈ")
    assert "\u20660808 157 0142\u2069" in message.text
