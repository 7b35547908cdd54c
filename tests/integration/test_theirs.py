"""What is theirs, from their own link: consents changed, what is held taken along, and three ways out."""

from __future__ import annotations

import datetime as dt

import pytest

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import DoorShut, StateRefused
from surveyapp.domain.fieldwork.call_queue import QueuePriority
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.privacy.leaving import ParticipationChange
from surveyapp.domain.staff import Role
from surveyapp.reports.files.calendar import day_in_calendar
from surveyapp.services.fieldwork import call_queue
from surveyapp.services.responses import theirs
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.security import erasures
from tests import factories
from tests.conftest import Clock
from tests.interviewer import create_reachable
from tests.page import Page
from tests.phone import Phone

PIN = "481516"
SENT = {"attended_readiness_sessions": "no", "placed": "no"}


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return create_reachable(runtime, Contact(name="Amara Nowak", phone="07700 900142"))


@pytest.fixture
def phone(runtime: Runtime) -> Phone:
    return Phone(runtime)


def begin(phone: Phone, runtime: Runtime, person: Participant, pin: str = "") -> None:
    phone.open(factories.create_link(runtime, person))
    phone.send({"agree-take_part": "yes", "agree-recontact": "yes"})
    phone.say_whose(pin=pin)
    phone.send(heard_via="family")


def send(phone: Phone, runtime: Runtime, person: Participant) -> None:
    """Begins with a PIN, answers and sends, and gives the PIN: what was sent is open."""
    begin(phone, runtime, person, PIN)
    phone.answer_until(None, SENT)
    phone.send()
    assert phone.path == "/survey/done"
    phone.open("/survey/pin")
    phone.send(pin=PIN)


def now(runtime: Runtime, person: Participant) -> Participant | None:
    with runtime.database.reading() as session:
        return participants.participant(session, person.id, runtime.today(runtime.study(factories.STUDY)))


class TestBeforeSending:
    def test_they_stop_and_take_part_again(self, runtime: Runtime, person: Participant, phone: Phone) -> None:
        begin(phone, runtime, person)
        phone.open("/survey/yours/out")
        assert (
            "Either way, nobody contacts you again. Stop Only what you sent stays in the results." in phone.page.words
        )
        phone.send(change="stopped")
        assert "You have stopped. Nobody contacts you any more." in phone.page.words
        stopped = now(runtime, person)
        assert stopped is not None
        assert stopped.stopped_at is not None
        assert factories.actions(runtime, person)[-1] is AuditAction.PARTICIPATION_STOPPED
        phone.open("/survey/yours/out")
        phone.send(change="taken_up")
        assert "You take part again." in phone.page.words
        phone.open("/survey")
        assert phone.question == "heard_via_detail", "where they left off"

    def test_every_question_leads_to_what_is_theirs_once_there_is_something(
        self, runtime: Runtime, person: Participant, phone: Phone
    ) -> None:
        def ways() -> list[str]:
            links = [each.get("href", "") for tag, each in phone.page.elements if tag == "a"]
            return [each.partition(phone.handle)[2] for each in links if each.endswith(("/answers", "/yours/out"))]

        phone.agree(factories.create_link(runtime, person))
        assert '<p class="yours" hidden>' in phone.page.source, "the script shows it once something was answered"
        phone.send(phone.filled({}))
        assert '<p class="yours">' in phone.page.source
        assert ways() == ["/answers", "/yours/out"]
        phone.open(factories.create_link(runtime, person))
        assert "Welcome back." in phone.page.words
        assert ways() == ["/answers", "/yours/out"] * 2, "beside the welcome too: whoever came for that need not look"
        phone.follow("Stop or withdraw")
        assert phone.path == "/survey/yours/out"

    def test_they_withdraw_and_their_link_opens_nothing(
        self, runtime: Runtime, person: Participant, phone: Phone
    ) -> None:
        begin(phone, runtime, person)
        phone.open("/survey/yours/out")
        for chosen in ("", "erased", "died", "nothing"):
            phone.send(change=chosen)
            assert (phone.status, phone.faults) == (422, [("#change", "Choose one of these.")])
        assert "Your answers leave every page, file and count. We can undo it for 30 days." in phone.page.words
        phone.send(change="withdrawn")
        assert "Your answers are withdrawn" in phone.page.words
        assert "your link opens nothing more" in phone.page.words
        assert person.reference in phone.page.words
        withdrawn = now(runtime, person)
        assert withdrawn is not None
        assert withdrawn.withdrawn_at is not None
        assert "Continue" not in phone.open("/survey").words

    def test_with_their_pin_they_take_everything_along_before_they_have_sent_anything(
        self, runtime: Runtime, person: Participant, phone: Phone
    ) -> None:
        begin(phone, runtime, person, PIN)
        phone.open("/survey/answers")
        assert phone.heading == "Your answers so far"
        phone.send({"pin": "000001", "page": "1"})
        assert phone.status == 422
        [(where, said)] = phone.faults
        assert (where, said.startswith("That is not your PIN.")) == ("#pin", True)
        assert factories.actions(runtime, person)[-1] is AuditAction.PIN_REFUSED
        token = phone.page.fields()["csrf_token"]
        taken = phone.client.post(phone.own("/survey/yours/held"), {"csrf_token": token, "pin": PIN, "page": "1"})
        assert "attachment" in taken.headers["Content-Disposition"]
        assert "Amara Nowak" in taken.text
        assert "Your PIN" not in phone.open("/survey/answers").said("label"), "it was given"

    def test_their_pin_stands_before_erasing_and_leads_to_it(
        self, runtime: Runtime, person: Participant, phone: Phone
    ) -> None:
        begin(phone, runtime, person, PIN)
        phone.open("/survey/yours/out")
        phone.follow("Erase everything that you hold of me")
        assert (phone.path, phone.heading) == ("/survey/pin", "Erase everything")
        phone.send(pin="000001")
        assert phone.status == 422
        assert phone.heading == "Erase everything"
        phone.send(pin=PIN)
        assert (phone.path, phone.heading) == ("/survey/yours/erased", "Erase everything?")
        asked = phone.own("/survey/q/heard_via")
        phone.send()
        assert "We hold nothing of you any more" in phone.page.words
        # A page that was open, or the back button, promises nothing else.
        assert phone.open(asked).said("h1") == ["Nothing more is asked of you"]
        assert "is kept" not in phone.page.words.replace("Nothing of what you wrote in them is kept", "")

    def test_who_chose_no_pin_is_asked_for_none(self, runtime: Runtime, person: Participant, phone: Phone) -> None:
        begin(phone, runtime, person)
        phone.open("/survey/answers")
        assert "Your PIN" not in phone.page.said("label")
        assert "you need your PIN" in phone.page.words
        assert len(phone.page.said("dt")) == 1, "what they said is shown all the same"

    def test_a_consent_that_changes_is_done(self, runtime: Runtime, person: Participant, phone: Phone) -> None:
        begin(phone, runtime, person)
        phone.open("/survey/yours")
        assert phone.chosen() == {"agree-recontact": ["yes"], "agree-quote_words": ["no"]}
        phone.send({"agree-recontact": "no", "agree-quote_words": "yes"})
        assert "What you agree to is changed." in phone.page.words
        changed = now(runtime, person)
        assert changed is not None
        assert changed.declined_contact_at is not None
        with runtime.database.reading() as session:
            said = said_of_consent.last_said(session, person.id)
        assert {key: each.given for key, each in said.items()} == {
            "take_part": True,
            "recontact": False,
            "quote_words": True,
        }

    def test_they_are_called_when_they_ask_for_it(
        self, runtime: Runtime, person: Participant, phone: Phone, clock: Clock
    ) -> None:
        begin(phone, runtime, person)
        phone.open("/survey/yours")
        phone.send({"agree-recontact": "no"})
        staff = factories.create_staff(runtime, Role.INTERVIEWER)
        assert call_queue.queue(Desk(runtime, staff)).lines == ()
        token = phone.page.fields()["csrf_token"]
        for wrong, said in (
            ("", "Choose the day and the time at which we should call."),
            ("2026-06-14T10:00", "That time has passed."),
            ("2036-06-14T10:00", "days ahead"),
            ("soon", "Choose the day and the time at which we should call."),
            ("2026-06-16T03:00", "We call from 09:00 to 20:30, at the weekend from 09:00 to 17:00."),
            ("2026-06-20T18:00", "Choose a time within that."),
        ):
            answer = phone.client.post(phone.own("/survey/yours/call"), {"csrf_token": token, "at": wrong})
            assert answer.status_code == 422
            assert said in Page(answer.text).words
        phone.client.post(phone.own("/survey/yours/call"), {"csrf_token": token, "at": "2026-06-15T14:30"})
        assert "We call you on 15 June 2026, 14:30." in phone.open("/survey/yours").words
        assert factories.actions(runtime, person)[-1] is AuditAction.CALL_ASKED_FOR
        clock.forward(hours=3)
        [line] = call_queue.queue(Desk(runtime, staff)).lines
        assert (line.reference, line.priority) == (person.reference, QueuePriority.CALLBACK)

    def test_without_a_pin_nothing_is_taken_along_or_erased(
        self, runtime: Runtime, person: Participant, phone: Phone
    ) -> None:
        begin(phone, runtime, person)
        page = phone.open("/survey/yours/out")
        assert "Erase" not in page.words
        phone.open("/survey/yours/erased")
        assert phone.path == "/survey/yours"
        token = phone.page.fields()["csrf_token"]
        phone.client.post(phone.own("/survey/yours/erased"), {"csrf_token": token})
        assert now(runtime, person) is not None
        phone.client.post(phone.own("/survey/yours/held"), {"csrf_token": token})
        assert AuditAction.RECORD_GIVEN_OUT not in factories.actions(runtime, person)


class TestOnAnotherPhone:
    @pytest.mark.parametrize("sent", [False, True])
    @pytest.mark.parametrize(("wanted", "leads_to"), [("answers", "/survey/answers"), ("way_out", "/survey/yours/out")])
    def test_the_pin_leads_at_once_to_what_they_came_for(
        self, runtime: Runtime, person: Participant, phone: Phone, sent: bool, wanted: str, leads_to: str
    ) -> None:
        if sent:
            send(phone, runtime, person)
        else:
            begin(phone, runtime, person, PIN)
        other = Phone(runtime)
        other.open(factories.create_link(runtime, person))
        if sent:
            # Whoever comes back by their link came for something.
            assert other.page.source.index("Stop or withdraw") < other.page.source.index("Your reference")
            other.follow({"answers": "See what you sent", "way_out": "Stop or withdraw"}[wanted])
            assert other.path == "/survey/pin"
        other.send({"pin": "999071", "wanted": wanted})
        assert other.status == 422
        other.send(pin=PIN)
        assert other.path == leads_to, "the wrong one did not lose what for"

    def test_the_way_out_is_chosen_beside_the_pin_and_done_with_it(
        self, runtime: Runtime, person: Participant, phone: Phone
    ) -> None:
        send(phone, runtime, person)
        other = Phone(runtime)
        other.open(factories.create_link(runtime, person))
        other.follow("Stop or withdraw")
        other.send(pin="999071", change="stopped")
        assert (other.status, other.chosen()["change"]) == (422, ["stopped"])
        there = now(runtime, person)
        assert there is not None
        assert there.stopped_at is None, "not with a wrong PIN"
        other.send(pin=PIN)
        assert "You have stopped. Nobody contacts you any more." in other.page.words

    def test_the_pin_alone_goes_on_with_the_questions(
        self, runtime: Runtime, person: Participant, phone: Phone
    ) -> None:
        begin(phone, runtime, person, PIN)
        other = Phone(runtime)
        other.open(factories.create_link(runtime, person))
        other.prove(PIN)
        assert other.question == "heard_via_detail"

    def test_what_they_said_stays_theirs_once_the_time_for_answering_is_over(
        self, runtime: Runtime, person: Participant, phone: Phone, clock: Clock
    ) -> None:
        begin(phone, runtime, person, PIN)
        link = factories.create_link(runtime, person)
        clock.forward(days=70)
        other = Phone(runtime)
        other.open(link)
        assert other.heading == "The time for this is over"
        other.follow("Stop or withdraw")
        other.send(pin=PIN)
        assert other.path == "/survey/yours/out"


NOTHING = "There is nothing of yours here yet."


class TestWithNothingStored:
    @pytest.mark.parametrize("page", ["/survey/yours", "/survey/answers", "/survey/yours/out", "/survey/yours/erased"])
    @pytest.mark.parametrize("until", ["/survey/consent", "/survey/begin", "/survey/q/heard_via"])
    def test_it_is_said_where_they_are(
        self, runtime: Runtime, person: Participant, phone: Phone, page: str, until: str
    ) -> None:
        phone.open(factories.create_link(runtime, person))
        if until != "/survey/consent":
            phone.send({"agree-take_part": "yes"})
        if until.startswith("/survey/q/"):
            phone.say_whose()
        assert NOTHING not in phone.page.words
        phone.open(page)
        assert phone.path == until
        assert NOTHING in phone.page.words


class TestOnceSent:
    def test_they_take_all_of_it_along(self, runtime: Runtime, person: Participant, phone: Phone) -> None:
        send(phone, runtime, person)
        page = phone.open("/survey/answers")
        form = {"csrf_token": page.fields()["csrf_token"]}
        to_read = phone.client.post(phone.own("/survey/yours/held"), {**form, "page": "1"})
        assert "Amara Nowak" in to_read.text
        assert to_read.headers["Content-Disposition"] == f'attachment; filename="{person.reference}.html"'
        for_a_machine = phone.client.post(phone.own("/survey/yours/held"), {**form, "json": "1"})
        assert for_a_machine.json is not None
        assert for_a_machine.json["reference"] == person.reference
        assert factories.actions(runtime, person).count(AuditAction.RECORD_GIVEN_OUT) == 2

    def test_they_erase_all_of_it(self, runtime: Runtime, person: Participant, phone: Phone) -> None:
        send(phone, runtime, person)
        phone.open("/survey/yours/erased")
        assert "It cannot be undone" in phone.page.words
        phone.send()
        assert "It is erased" in phone.page.words
        assert now(runtime, person) is None
        with runtime.database.reading() as session:
            assert erasures.is_listed(session, person.id)
        assert phone.open("/survey").words != ""

    def test_a_link_alone_opens_none_of_it(self, runtime: Runtime, person: Participant, phone: Phone) -> None:
        send(phone, runtime, person)
        stranger = Phone(runtime)
        stranger.open(factories.create_link(runtime, person))
        for page in ("/survey/yours", "/survey/yours/out", "/survey/yours/erased", "/survey/answers"):
            stranger.open(page)
            assert stranger.path == "/survey/pin"
        form = {**stranger.page.fields(), "change": "withdrawn"}
        for page in ("/survey/yours/out", "/survey/yours/erased", "/survey/yours/held"):
            assert "/pin?wanted=" in stranger.client.post(stranger.own(page), form).headers["Location"]
        still = now(runtime, person)
        assert still is not None
        assert still.withdrawn_at is None

    def test_the_next_time_goes_into_their_calendar(
        self, runtime: Runtime, person: Participant, phone: Phone, clock: Clock
    ) -> None:
        send(phone, runtime, person)
        assert "Put it in your calendar" in phone.open("/survey/done").words
        entry = phone.client.get(phone.own("/survey/yours/next"))
        assert entry.mimetype == "text/calendar"
        on = clock.now.date() + dt.timedelta(days=30)
        assert f"DTSTART;VALUE=DATE:{on:%Y%m%d}" in entry.text
        assert "Job Rotation" not in entry.text
        clock.forward(days=31)
        phone.open(factories.create_link(runtime, person))
        assert phone.client.get(phone.own("/survey/yours/next")).status_code == 404

    def test_what_is_not_theirs_to_do_is_not_there(self, runtime: Runtime, person: Participant, phone: Phone) -> None:
        send(phone, runtime, person)
        for change in ("died", "withdrawal_undone", "withdrawn", "nothing"):
            assert phone.client.get(phone.own(f"/survey/yours/{change}")).status_code == 404


@pytest.mark.both_databases
def test_each_way_out_by_themselves(runtime: Runtime, person: Participant) -> None:
    who = factories.by_link(runtime, person)
    theirs.change(runtime, who, ParticipationChange.STOPPED)
    theirs.change(runtime, who, ParticipationChange.STOPPED)
    assert factories.actions(runtime, person).count(AuditAction.PARTICIPATION_STOPPED) == 1
    with runtime.database.reading() as session:
        assert {each.disposition for each in cases.cases_of(session, person.id)} == {Disposition.REFUSAL}
    with pytest.raises(StateRefused):
        theirs.change(runtime, who, ParticipationChange.DIED)
    theirs.change(runtime, who, ParticipationChange.TAKEN_UP)
    theirs.change(runtime, who, ParticipationChange.WITHDRAWN)
    with pytest.raises((DoorShut, StateRefused)):
        theirs.change(runtime, who, ParticipationChange.STOPPED)
    theirs.change(runtime, who, ParticipationChange.ERASED)
    assert now(runtime, person) is None


def test_a_calendar_folds_what_is_long_and_escapes_what_means_something() -> None:
    made = day_in_calendar("a", dt.date(2026, 3, 1), "سوالات، " * 20 + "a, b; c\\d", dt.datetime.now(dt.UTC))
    assert all(len(line.encode()) <= 75 for line in made.split("\r\n"))
    assert "a\\, b\\; c\\\\d" in made.replace("\r\n ", "")
    assert made.endswith("END:VCALENDAR\r\n")
