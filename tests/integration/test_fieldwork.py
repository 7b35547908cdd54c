"""Who is to be called, and whose a case is."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from surveyapp.domain.audit import AuditEntry
from surveyapp.domain.errors import HeldByAnother, NotFound, NotHeld
from surveyapp.domain.fieldwork.call_queue import ORDER, QueuePriority
from surveyapp.domain.fieldwork.cases import Disposition, Outcome
from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.cases.agreed_times import AgreedTime
from surveyapp.services.fieldwork import attempts, call_queue, calls
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.interviewer import Interviewer, counted, create_reachable
from tests.page import Client, Page

ANY_TIME = Contact(name="Amara Nowak", phone="07700 900142", language="en")


@pytest.fixture
def interviewer(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


def on_the_clock(written: str) -> dt.datetime:
    """A time as the study's own clock shows it, without a zone."""
    return dt.datetime.fromisoformat(written)


def trail(runtime: Runtime, action: str) -> list[AuditEntry]:
    with runtime.database.reading() as session:
        return [entry for entry in audit.entries(session) if entry.action == action]


class TestTheQueue:
    def test_calls_come_in_the_order_of_what_was_agreed_begun_and_due(self, runtime: Runtime, clock: Clock) -> None:
        staff = factories.create_staff(runtime, Role.INTERVIEWER)
        names = ("appointment", "callback", "begun", "later", "exhausted", "overdue")
        persons = {name: create_reachable(runtime, ANY_TIME) for name in names}
        who = {name: factories.by_interviewer(staff, person) for name, person in persons.items()}
        for _ in range(5):
            attempts.record_attempt(runtime, who["exhausted"], Outcome.NO_ANSWER, uuid.uuid4())
        answering.give_consent(runtime, who["begun"], {"take_part": True, "recontact": True})
        soon, tomorrow = on_the_clock("2026-06-30T14:00"), on_the_clock("2026-07-01T14:00")
        attempts.record_attempt(runtime, who["appointment"], Outcome.APPOINTMENT, uuid.uuid4(), agreed=AgreedTime(soon))
        attempts.record_attempt(runtime, who["callback"], Outcome.CALLBACK, uuid.uuid4(), agreed=AgreedTime(soon))
        attempts.record_attempt(runtime, who["later"], Outcome.CALLBACK, uuid.uuid4(), agreed=AgreedTime(tomorrow))
        clock.now = dt.datetime(2026, 6, 30, 12, 30, tzinfo=dt.UTC)
        fresh = create_reachable(runtime, ANY_TIME)
        found = call_queue.queue(Desk(runtime, staff))
        turns = {line.reference: line.priority for line in found.lines}
        assert turns == {
            persons["appointment"].reference: QueuePriority.APPOINTMENT,
            persons["callback"].reference: QueuePriority.CALLBACK,
            persons["begun"].reference: QueuePriority.BEGUN,
            persons["overdue"].reference: QueuePriority.OVERDUE,
            fresh.reference: QueuePriority.WAITING,
            persons["later"].reference: QueuePriority.LATER,
        }
        assert list(turns.values()) == sorted(turns.values(), key=ORDER.index)
        assert found.counts == dict.fromkeys(turns.values(), 1)
        assert [line.reference for line in found.agreed] == [
            persons[name].reference for name in ("appointment", "callback", "later")
        ]
        # After five attempts a supervisor decides, and until then nobody calls.
        assert [
            line.reference for line in call_queue.find(Desk(runtime, staff), persons["exhausted"].reference).lines
        ] == [persons["exhausted"].reference]

    def test_nobody_who_cannot_answer_is_in_it(self, runtime: Runtime, clock: Clock) -> None:
        staff = factories.create_staff(runtime, Role.INTERVIEWER)
        refused, withdrawn, ineligible, submitted, closed = [create_reachable(runtime) for _ in range(5)]
        attempts.record_attempt(runtime, factories.by_interviewer(staff, refused), Outcome.REFUSED, uuid.uuid4())
        with runtime.database.writing() as session:
            participants.withdraw(session, withdrawn.id, clock())
            case = cases.cases_of(session, ineligible.id)[0]
            cases.set_disposition(session, case, Disposition.NOT_ELIGIBLE)
        assert {line.reference for line in call_queue.queue(Desk(runtime, staff)).lines} == {
            submitted.reference,
            closed.reference,
        }
        clock.forward(days=61)
        assert call_queue.queue(Desk(runtime, staff)).lines == ()

    def test_a_site_interviewer_sees_only_their_sites_people(self, client: Client, runtime: Runtime) -> None:
        mine, theirs = factories.create_site(runtime, "A1"), factories.create_site(runtime, "B1")
        here, there = create_reachable(runtime, site=mine), create_reachable(runtime, site=theirs)
        interviewer = Interviewer(client, runtime, Role.INTERVIEWER, site=mine)
        words = interviewer.client.page("/interviews").words
        assert here.reference in words
        assert there.reference not in words
        assert interviewer.open(there).status_code == 404
        assert interviewer.client.get(f"/interviews/job_rotation/{there.reference}/1").status_code == 404
        assert interviewer.open(here).status_code == 302
        found = interviewer.post("/interviews", {"search": "07700 900142"})
        assert here.reference in found.text
        assert there.reference not in found.text

    @pytest.mark.parametrize(
        "written", ["07700900142", "+44 7700 900 142", "AMARA@example.org", "bf-", "amara@example.org "]
    )
    def test_somebody_is_found_by_reference_phone_or_email(
        self, runtime: Runtime, interviewer: Interviewer, written: str
    ) -> None:
        participant = create_reachable(runtime)
        other = create_reachable(runtime, Contact(phone="07700 900999"), group="employee")
        found = interviewer.post("/interviews", {"search": written}).text
        assert participant.reference in found
        assert other.reference not in found

    def test_nobody_found_says_what_to_do(self, runtime: Runtime, interviewer: Interviewer) -> None:
        create_reachable(runtime)
        page = Page(interviewer.post("/interviews", {"search": "<b>0161</b>"}).text)
        assert "Nobody fits “<b>0161</b>”" in page.words
        assert "/interviews" in page.links()

    def test_filters_narrow_it(self, runtime: Runtime, interviewer: Interviewer) -> None:
        backfill, employee = create_reachable(runtime), create_reachable(runtime, group="employee")
        page = interviewer.client.page("/interviews?group=employee&touchpoint=1").words
        assert employee.reference in page
        assert backfill.reference not in page
        assert "Nobody to be called fits this choice." in interviewer.client.page("/interviews?touchpoint=2").words
        assert interviewer.client.get("/interviews?study=elsewhere").status_code == 403
        assert interviewer.client.get("/interviews?touchpoint=two").status_code == 200

    def test_my_appointments_are_those_i_agreed(
        self, client: Client, runtime: Runtime, interviewer: Interviewer
    ) -> None:
        mine, other = create_reachable(runtime), create_reachable(runtime)
        interviewer.open(mine)
        interviewer.end("appointment", agreed="2026-06-16T10:00")
        colleague = Interviewer(client, runtime)
        colleague.open(other)
        colleague.end("callback", agreed="2026-06-16T10:00")
        words = interviewer.client.page("/interviews?view=appointments").words
        assert mine.reference in words
        assert other.reference not in words

    def test_in_person_lists_those_who_want_to_be_visited(self, runtime: Runtime, interviewer: Interviewer) -> None:
        visited = create_reachable(runtime, Contact(preferred="in_person", times="mornings"))
        phoned = create_reachable(runtime)
        words = interviewer.client.page("/interviews?view=in_person").words
        assert visited.reference in words
        assert phoned.reference not in words
        assert "In person, mornings" in words
        interviewer.open(visited)
        assert "In person, mornings" in interviewer.client.page(interviewer.case).words

    def test_empty_it_says_when_people_come_in(self, interviewer: Interviewer) -> None:
        assert "People come in here when their touchpoint opens." in interviewer.client.page("/interviews").words

    def test_outside_calling_hours_it_says_so(self, runtime: Runtime, interviewer: Interviewer, clock: Clock) -> None:
        assert "outside calling hours" not in interviewer.client.page("/interviews").words
        clock.now = dt.datetime(2026, 6, 15, 19, 31, tzinfo=dt.UTC)
        interviewer.client.sign_in(interviewer.staff.email)  # nobody used the page since the morning
        assert "it is 20:31 there, outside calling hours" in interviewer.client.page("/interviews").words

    def test_it_takes_as_many_statements_however_many_people_and_no_rows_but_a_page(
        self, runtime: Runtime, interviewer: Interviewer
    ) -> None:
        create_reachable(runtime, ANY_TIME, site=None)
        interviewer.open(create_reachable(runtime))
        interviewer.end("no_answer")  # which can be undone for an hour
        interviewer.client.page("/interviews")  # where there is nobody, it is asked each time whose people they are
        with counted(runtime) as few:
            interviewer.client.page("/interviews")
        for _ in range(40):
            create_reachable(runtime, ANY_TIME, site=None)
        interviewer.open(create_reachable(runtime))
        interviewer.end("no_answer")
        with counted(runtime) as many:
            page = interviewer.client.page("/interviews")
        assert len(many) == len(few), many
        assert "Page 1 of 3" in page.words
        with counted(runtime) as service:
            found = call_queue.queue(Desk(runtime, interviewer.staff))
        # Whoever has a case open, the counts, the page (three times off an index, and of everybody where too few are
        # overdue), which of it go behind another case, the times agreed; what its lines show, and how to reach them.
        assert [each.split()[0] for each in service] == ["SELECT"] * 10 + ["INSERT"], service
        assert len(found.lines) == call_queue.PER_PAGE
        assert found.called_now == 41


class TestTheHold:
    @pytest.mark.parametrize("tried_before", [False, True])
    def test_a_queue_that_was_read_before_a_colleagues_attempt_opens_nobody_again(
        self, runtime: Runtime, client: Client, interviewer: Interviewer, clock: Clock, tried_before: bool
    ) -> None:
        person = create_reachable(runtime, ANY_TIME)
        if tried_before:
            interviewer.open(person)
            interviewer.end("no_answer")
            clock.forward(days=2)
            interviewer.client.sign_in(interviewer.staff.email)
        colleague = Interviewer(client, runtime)
        seen = colleague.client.page("/interviews").fields()["seen"]
        assert seen == (["2026-06-15T10:30:00+00:00"] if tried_before else [""])
        clock.forward(minutes=1)
        interviewer.open(person)
        interviewer.end("no_answer")
        colleague.case = interviewer.case
        for stale in (seen[0], "yesterday"):
            refused = colleague.post(f"{colleague.case}/open", {"seen": stale})
            assert refused.status_code == 409
            at = "11:31"
            assert f"{interviewer.staff.name} tried them at {at}, after you saw the queue." in Page(refused.text).words
        assert colleague.post(f"{colleague.case}/open").status_code == 302

    def test_a_colleague_is_refused_told_who_and_until_when(
        self, client: Client, runtime: Runtime, interviewer: Interviewer
    ) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        colleague = Interviewer(client, runtime)
        refused = colleague.open(participant)
        assert refused.status_code == 409
        page = Page(refused.text)
        assert f"{interviewer.staff.name} has this case open" in page.words
        assert "until 12:00" in page.words
        assert "Take it over" not in page.words
        assert "07700" not in page.words
        later = colleague.client.page("/interviews?view=later").words
        assert f"{interviewer.staff.name} has it until 12:00" in later
        assert colleague.open(participant, take_over="yes").status_code == 403

    def test_it_lapses_when_nothing_is_saved_and_each_save_renews_it(self, runtime: Runtime, clock: Clock) -> None:
        participant = create_reachable(runtime)
        first, second = (factories.create_staff(runtime, Role.INTERVIEWER) for _ in range(2))
        one, two = factories.by_interviewer(first, participant), factories.by_interviewer(second, participant)
        calls.open_case(runtime, one)
        clock.forward(minutes=29)
        answering.give_consent(runtime, one, {"take_part": True})
        clock.forward(minutes=29)
        with pytest.raises(HeldByAnother) as refused:
            calls.open_case(runtime, two)
        assert (refused.value.name, refused.value.until) == (first.name, clock() + dt.timedelta(minutes=1))
        clock.forward(minutes=1)
        with pytest.raises(NotHeld):
            calls.opened_case(runtime, one)
        assert calls.open_case(runtime, two).lease.staff_id == second.id
        with pytest.raises(HeldByAnother):
            answering.save_section(runtime, one, "start", {"heard_via": ["online"]}, uuid.uuid4(), finish=False)

    def test_a_lapsed_hold_shows_the_way_to_open_again(
        self, runtime: Runtime, interviewer: Interviewer, clock: Clock
    ) -> None:
        interviewer.open(create_reachable(runtime))
        interviewer.start()
        clock.forward(minutes=16)
        interviewer.client.page("/interviews")  # keeps them signed in, and renews no hold
        clock.forward(minutes=15)
        sent_on = interviewer.client.get(f"{interviewer.case}/sections/start{interviewer.talk}")
        assert sent_on.location == f"{interviewer.case}{interviewer.talk}"
        page = interviewer.client.page(sent_on.location)
        assert "You do not have this case open" in page.words
        assert "07700" not in page.words
        saved = interviewer.autosave("heard_via", {"heard_via": "online"})
        assert (saved.json or {})["hold"]["until"] == "12:31"

    def test_a_supervisor_takes_over_and_the_interviewer_is_told(
        self, client: Client, runtime: Runtime, interviewer: Interviewer
    ) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        interviewer.start()
        supervisor = Interviewer(client, runtime, Role.SUPERVISOR)
        refused = supervisor.open(participant)
        assert refused.status_code == 409
        assert "Take it over" in refused.text
        assert supervisor.open(participant, take_over="yes").status_code == 302
        told = interviewer.autosave("heard_via", {"heard_via": "online"})
        assert told.status_code == 409
        assert (told.json or {})["why"] == "elses"
        assert supervisor.staff.name in (told.json or {})["sentence"]
        assert interviewer.answer_late("start", {"heard_via": "online"}).status_code == 409
        taken = trail(runtime, "case_taken_over")
        assert [(entry.staff_id, entry.subject) for entry in taken] == [(supervisor.staff.id, participant.reference)]

    def test_closing_without_a_call_lets_a_colleague_in(
        self, client: Client, runtime: Runtime, interviewer: Interviewer
    ) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        assert interviewer.post(f"{interviewer.case}/release").location == "/interviews"
        assert Interviewer(client, runtime).open(participant).status_code == 302

    def test_each_opening_is_one_sight_of_the_contact_in_the_trail(
        self, runtime: Runtime, interviewer: Interviewer, clock: Clock
    ) -> None:
        participant = create_reachable(runtime)
        interviewer.client.page("/interviews")
        assert trail(runtime, "contact_seen") == []
        interviewer.open(participant)
        interviewer.open(participant)
        assert "07700 900142" in interviewer.client.page(interviewer.case).words
        assert len(trail(runtime, "contact_seen")) == 1
        clock.forward(minutes=16)
        interviewer.client.page("/interviews")  # keeps them signed in, and renews no hold
        clock.forward(minutes=15)
        interviewer.open(participant)
        entries = trail(runtime, "contact_seen")
        assert [(entry.staff_id, entry.subject, entry.study) for entry in entries] == [
            (interviewer.staff.id, participant.reference, "job_rotation")
        ] * 2
        assert not any("900142" in str(entry) or "Amara" in str(entry) for entry in entries)


class TestTheCase:
    def test_it_shows_how_to_call_and_what_is_known(self, runtime: Runtime, interviewer: Interviewer) -> None:
        participant = create_reachable(runtime, site=factories.create_site(runtime, "SM"))
        with runtime.database.writing() as session:
            participants.add_event(
                session, participant.id, participants.Event("placement_start", dt.date(2026, 6, 1), "test")
            )
        interviewer.open(participant)
        page = interviewer.client.page(interviewer.case)
        assert "tel:+447700900142" in page.links()
        for words in (
            "Call 07700 900142",
            "Amara Nowak",
            "Phone, after 16:00",
            "English",
            "Employer SM, Small or medium employer",
            "Placement started1 Jun",
        ):
            assert words in page.words

    def test_without_a_phone_number_it_says_so(self, runtime: Runtime, interviewer: Interviewer) -> None:
        interviewer.open(factories.create_participant(runtime))
        assert "No phone number is known." in interviewer.client.page(interviewer.case).words

    def test_withdrawn_people_are_not_there(self, runtime: Runtime, interviewer: Interviewer) -> None:
        participant = create_reachable(runtime)
        with runtime.database.writing() as session:
            participants.withdraw(session, participant.id, runtime.clock())
        assert interviewer.open(participant).status_code == 404
        assert interviewer.client.get(interviewer.case).status_code == 404
        with pytest.raises(NotFound):
            attempts.record_attempt(
                runtime, factories.by_interviewer(interviewer.staff, participant), Outcome.NO_ANSWER, uuid.uuid4()
            )


def test_of_two_who_open_a_case_at_the_same_moment_one_gets_it(runtime: Runtime) -> None:
    participant = create_reachable(runtime)
    staff = [factories.create_staff(runtime, Role.INTERVIEWER) for _ in range(4)]
    together = threading.Barrier(len(staff))

    def open_it(member: Staff) -> bool:
        together.wait()
        try:
            calls.open_case(runtime, factories.by_interviewer(member, participant))
        except HeldByAnother:
            return False
        return True

    with ThreadPoolExecutor(len(staff)) as pool:
        assert sorted(pool.map(open_it, staff)) == [False, False, False, True]
    assert len(trail(runtime, "contact_seen")) == 1


def test_after_five_calls_nobody_calls_until_a_supervisor_decided(runtime: Runtime, interviewer: Interviewer) -> None:
    participant = create_reachable(runtime)
    for _ in range(5):
        interviewer.open(participant)
        interviewer.end("no_answer")
        runtime.clock.forward(minutes=1)  # type: ignore[attr-defined]
    interviewer.client.page("/interviews")  # what was recorded is said once
    interviewer.client.sign_in(interviewer.staff.email)
    runtime.clock.forward(minutes=2)  # type: ignore[attr-defined]
    assert "Nobody is to be called." in interviewer.client.page("/interviews").words
    found = interviewer.post("/interviews", {"search": participant.reference}).text
    assert "A supervisor decides whether to go on." in Page(found).words
    # Whoever rings back is talked to all the same, and a time they agree is kept.
    interviewer.open(participant)
    assert "All attempts are used up." in interviewer.client.page(interviewer.case).words
    interviewer.end("callback", agreed="2026-06-15T12:00")
    page = interviewer.client.page("/interviews").words
    assert "Asked to be called on Monday 15 June, 12:00" in page
    assert "6, more than 5" in page
    runtime.clock.forward(minutes=35)  # type: ignore[attr-defined]
    interviewer.client.sign_in(interviewer.staff.email)  # nobody used the page for 35 minutes
    interviewer.open(participant)
    interviewer.end("no_answer")
    assert "People come in here" in interviewer.client.page("/interviews").words
