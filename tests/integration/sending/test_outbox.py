"""The outbox: each message once, whatever happens to whoever sends, and nothing in it that reaches anybody."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from surveyapp.domain.errors import KeyMissing, StateRefused
from surveyapp.domain.privacy.leaving import LeavingReason
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.cases import stopping
from surveyapp.services.participants import links
from surveyapp.services.privacy import erasing
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import calendar, deciding, outbox
from surveyapp.services.sending.deciding import MessageDecision
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage, Receipt
from surveyapp.store import cases
from surveyapp.store.entry import accesses
from surveyapp.store.sending import outbox as store
from surveyapp.store.tables import MessageRow
from tests import factories
from tests.conftest import Clock
from tests.sending import STUDY, Told, at_ten, by, reachable, rows, switch_on

pytestmark = pytest.mark.both_databases

SENT, PLANNED, UNCERTAIN = MessageState.SENT, MessageState.PLANNED, MessageState.UNCERTAIN


@pytest.fixture(autouse=True)
def at_a_sending_hour(runtime: Runtime, clock: Clock) -> None:
    clock.now += at_ten(clock.now)


def send(runtime: Runtime, carrier: Told) -> dict[MessageState, int]:
    return dict(outbox.send(factories.operator(runtime), [STUDY], by(carrier)))


def test_nothing_goes_out_before_it_is_switched_on(runtime: Runtime) -> None:
    carrier, person = Told(), reachable(runtime)
    assert send(runtime, carrier) == {}
    assert (carrier.handed, rows(runtime, person)) == ([], [])
    switch_on(runtime)
    assert send(runtime, carrier) == {SENT: 1}
    calendar.switch(factories.operator(runtime), STUDY, False)
    reachable(runtime, 2)
    assert send(runtime, carrier) == {}


def test_a_message_is_sent_once_with_a_link_that_opens(runtime: Runtime) -> None:
    carrier, person = Told(), reachable(runtime)
    switch_on(runtime)
    assert [send(runtime, carrier), send(runtime, carrier)] == [{SENT: 1}, {}]
    [message] = carrier.handed
    assert message.to == "person1@example.org"
    assert "Amara Nowak" in message.text
    assert message.link in message.text
    assert links.open_link(runtime, message.link)
    [row] = rows(runtime, person)
    assert (row.step, row.way, row.state, row.via, row.tries) == ("invite", SendingWay.EMAIL, SENT, "told", 1)


@pytest.mark.parametrize("which", [0, 1])
def test_somebody_whose_key_is_not_there_keeps_nobody_else_waiting(runtime: Runtime, which: int) -> None:
    carrier = Told()
    first, second = reachable(runtime), reachable(runtime, 2)
    switch_on(runtime)
    lost = (first, second)[which]
    runtime.person_keys.forget([lost.id], runtime.clock())
    with pytest.raises(KeyMissing):
        send(runtime, carrier)
    there = {each.id: [row.state for row in rows(runtime, each)] for each in (first, second)}
    assert there.pop(lost.id) == [PLANNED]
    assert list(there.values()) == [[SENT]]
    with pytest.raises(KeyMissing):
        send(runtime, carrier)
    assert len(carrier.handed) == 1


def test_no_address_no_words_and_no_token_lie_in_the_outbox(runtime: Runtime) -> None:
    carrier = Told()
    reachable(runtime)
    switch_on(runtime)
    send(runtime, carrier)
    [message] = carrier.handed
    token = message.link.rpartition("/")[2]
    with runtime.database.reading() as session:
        [row] = session.execute(select(MessageRow.__table__)).all()
    said = " ".join(map(str, row))
    assert not any(each in said for each in (token, "example.org", "Amara", "Hello", message.subject))


def test_reminders_go_by_another_way_and_only_to_those_who_have_not_answered(runtime: Runtime, clock: Clock) -> None:
    carrier = Told()
    person = reachable(runtime, email="a@example.org", phone="07700 900142")
    switch_on(runtime)
    send(runtime, carrier)
    clock.forward(days=3)
    assert send(runtime, carrier) == {SENT: 1}
    assert carrier.handed[-1].to == "+447700900142"
    with factories.operator(runtime).writing() as work:
        stopping.stop(work, person, LeavingReason.NOT_SAID)
    clock.forward(days=4)
    assert send(runtime, carrier) == {}
    assert [(each.step, each.way.value) for each in rows(runtime, person)] == [
        ("invite", "email"),
        ("remind_3", "text"),
    ]


def test_a_reminder_planned_while_the_answer_is_being_sent_is_not_handed_over(runtime: Runtime, clock: Clock) -> None:
    """They are planned together, and before the second is handed over its person stops: under the lock of the case it
    is seen."""
    people = [reachable(runtime, number) for number in range(2)]
    switch_on(runtime)

    def the_other_stops(message: OutgoingMessage) -> None:
        other = people[message.to == "person0@example.org"]
        with factories.operator(runtime).writing() as work:
            stopping.stop(work, other, LeavingReason.NOT_SAID)

    carrier = Told(before=the_other_stops)
    assert send(runtime, carrier) == {SENT: 1, MessageState.STOPPED: 1}
    assert len(carrier.handed) == 1
    assert sorted(len(rows(runtime, each)) for each in people) == [0, 1]


class Killed(BaseException):
    """The process ends here."""


def test_killed_between_handing_over_and_recording_it_is_uncertain_and_never_sent_again(
    runtime: Runtime, clock: Clock
) -> None:
    def die(message: OutgoingMessage) -> None:
        raise Killed

    people = [reachable(runtime, number) for number in range(5)]
    switch_on(runtime)
    carrier = Told()
    for _ in people:
        with pytest.raises(Killed):
            outbox.send(factories.operator(runtime), [STUDY], by(Told(before=die)))
    assert send(runtime, carrier) == {}
    assert carrier.handed == []
    assert [[each.state for each in rows(runtime, person)] for person in people] == [[UNCERTAIN]] * 5
    listed = calendar.calendar(factories.operator(runtime), STUDY).decide
    assert {each.reference for each in listed} == {each.reference for each in people}


@pytest.mark.parametrize(
    ("decision", "state", "sent_again"),
    [
        (MessageDecision.ARRIVED, SENT, 0),
        (MessageDecision.AGAIN, SENT, 1),
        (MessageDecision.LEFT, MessageState.STOPPED, 0),
    ],
)
def test_a_person_decides_of_what_is_uncertain_once(
    runtime: Runtime, decision: MessageDecision, state: MessageState, sent_again: int
) -> None:
    person, desk = reachable(runtime), factories.operator(runtime)
    switch_on(runtime)
    assert send(runtime, Told([CarrierOutcome.UNCERTAIN])) == {UNCERTAIN: 1}
    [row] = rows(runtime, person)
    deciding.decide(desk, STUDY, row.id, decision)
    with pytest.raises(StateRefused, match="decided"):
        deciding.decide(desk, STUDY, row.id, decision)
    carrier = Told()
    send(runtime, carrier)
    assert len(carrier.handed) == sent_again
    assert [each.state for each in rows(runtime, person)] == [state]


def test_a_carrier_that_knows_says_what_became_of_it(runtime: Runtime) -> None:
    person = reachable(runtime)
    switch_on(runtime)
    send(runtime, Told([CarrierOutcome.UNCERTAIN]))
    [row] = rows(runtime, person)
    carrier = Told(known={row.id.hex: Receipt(CarrierOutcome.SENT, "theirs")})
    send(runtime, carrier)
    assert carrier.handed == []
    assert [(each.state, each.sender_reference) for each in rows(runtime, person)] == [(SENT, "theirs")]


def test_what_is_not_taken_waits_and_goes_later_with_one_link_alone(runtime: Runtime, clock: Clock) -> None:
    person = reachable(runtime)
    switch_on(runtime)
    down = Told([CarrierOutcome.DOWN])
    assert send(runtime, down) == {PLANNED: 1}
    carrier = Told()
    assert send(runtime, carrier) == {}
    clock.forward(hours=1)
    assert send(runtime, carrier) == {SENT: 1}
    [row] = rows(runtime, person)
    assert row.tries == 2
    with runtime.database.reading() as session:
        assert len(accesses.accesses_of(session, row.case_id)) == 1


def test_a_server_that_is_down_is_not_asked_for_each(runtime: Runtime) -> None:
    for number in range(5):
        reachable(runtime, number)
    switch_on(runtime)
    carrier = Told([CarrierOutcome.DOWN] * 5)
    assert send(runtime, carrier) == {PLANNED: 1}
    assert len(carrier.handed) == 1


def test_half_refused_half_sent(runtime: Runtime) -> None:
    people = [reachable(runtime, number) for number in range(6)]
    switch_on(runtime)
    carrier = Told([CarrierOutcome.SENT, CarrierOutcome.NO_SUCH_ADDRESS, CarrierOutcome.REFUSED] * 2)
    assert send(runtime, carrier) == {SENT: 2, MessageState.BOUNCED: 2, MessageState.FAILED: 2}
    assert send(runtime, Told()) == {}
    assert sum(row.state is SENT for each in people for row in rows(runtime, each)) == 2


def test_an_address_where_nobody_is_ends_that_way_until_it_is_corrected(runtime: Runtime, clock: Clock) -> None:
    from surveyapp.domain.participants import Contact
    from surveyapp.services.participants import contacts

    person = reachable(runtime, email="gone@example.org", phone="07700 900142")
    switch_on(runtime)
    send(runtime, Told([CarrierOutcome.NO_SUCH_ADDRESS]))
    clock.forward(days=3)
    carrier = Told()
    send(runtime, carrier)
    assert [each.to for each in carrier.handed] == ["+447700900142"]
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, Contact(email="here@example.org"))
    clock.forward(days=4)
    send(runtime, carrier)
    assert [each.to for each in carrier.handed] == ["+447700900142", "here@example.org"]


def test_two_who_send_are_one(runtime: Runtime) -> None:
    people = [reachable(runtime, number) for number in range(3)]
    switch_on(runtime)
    refused: list[str] = []

    def another(message: OutgoingMessage) -> None:
        with pytest.raises(StateRefused) as found:
            outbox.send(factories.operator(runtime), [STUDY], by(Told(name="second")))
        refused.append(str(found.value))

    carrier = Told(before=another)
    assert send(runtime, carrier) == {SENT: 3}
    assert len(refused) == len(people)


def test_a_row_that_somebody_else_took_up_is_not_handed_over(runtime: Runtime) -> None:
    """Even without the lock: a row moves on only from the state in which it was seen."""
    person = reachable(runtime)
    switch_on(runtime)
    desk = factories.operator(runtime)
    with desk.writing() as work:
        outbox.plan_due(work, factories.everyone(runtime), runtime.study(STUDY))
    [row] = rows(runtime, person)
    first, second = Told(), Told()
    outbox.hand_over(desk, row, first)
    outbox.hand_over(desk, row, second)
    assert (len(first.handed), second.handed) == (1, [])


def test_a_letter_is_claimed_by_whoever_opens_it_and_has_a_code(runtime: Runtime) -> None:
    person = reachable(runtime, address="Flat 1, 2 High Street, Coventry, CV1 1AA")
    switch_on(runtime)
    carrier = Told()
    send(runtime, carrier)
    [message] = carrier.handed
    assert message.address == ("Amara Nowak", "Flat 1", "2 High Street", "Coventry", "CV1 1AA")
    assert message.code
    with runtime.database.reading() as session:
        case = next(each for each in cases.cases_of(session, person.id) if each.touchpoint == 1)
        assert all(each.claim for each in accesses.accesses_of(session, case.id))


def test_a_message_that_would_name_where_somebody_works_is_not_sent(runtime: Runtime) -> None:
    from surveyapp.domain.participants import Contact
    from surveyapp.services.participants import contacts

    site = factories.create_site(runtime, "JR", "sme")
    with factories.operator(runtime).writing() as work:
        from sqlalchemy import update

        from surveyapp.store.tables import SiteRow

        work.session.execute(update(SiteRow).where(SiteRow.id == site.id).values(name="Job Rotation"))
    person = factories.create_participant(runtime, site=site)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, Contact(email="a@example.org"))
    switch_on(runtime)
    carrier = Told()
    assert send(runtime, carrier) == {MessageState.FAILED: 1}
    assert carrier.handed == []
    assert [each.why for each in rows(runtime, person)] == [WhyNot.NAMES_SITE]


def test_a_bounce_for_somebody_erased_is_nothing(runtime: Runtime) -> None:
    person, desk = reachable(runtime), factories.operator(runtime)
    switch_on(runtime)
    send(runtime, Told())
    [row] = rows(runtime, person)
    with desk.writing() as work:
        erasing.erase(work, person)
    with desk.writing() as work:
        assert row.sender_reference is not None
        assert deciding.bounced(work, row.sender_reference) is False
        assert deciding.end_way(work, person.id, SendingWay.EMAIL, WhyNot.BOUNCED) is False
        assert store.message(work.session, row.id) is None


def test_they_get_it_in_the_language_they_speak(runtime: Runtime) -> None:
    reachable(runtime, email="a@example.org", language="Polish")
    switch_on(runtime)
    carrier = Told()
    send(runtime, carrier)
    [message] = carrier.handed
    assert message.language == "pl"
    assert message.subject.startswith("Job Rotation: prosimy")


def test_the_calendar_says_what_goes_before_it_goes(runtime: Runtime) -> None:
    reachable(runtime, 1)
    reachable(runtime, 2, phone="07700 900142", language="Polish")
    factories.create_participant(runtime)
    found = calendar.calendar(factories.operator(runtime), STUDY)
    assert found.sends is False
    assert [(each.step, each.way.value, each.language, each.people) for each in found.lines] == [
        ("invite", "email", "en", 1),
        ("invite", "text", "pl", 1),
        ("remind_3", "email", "en", 1),
        ("remind_3", "text", "pl", 1),
        ("remind_7", "email", "en", 1),
        ("remind_7", "text", "pl", 1),
    ]
    assert found.not_sent["invite", WhyNot.NO_WAY] == 1
    assert found.not_sent["thank", WhyNot.NOT_ANSWERED] == 3
    carrier = Told()
    switch_on(runtime)
    send(runtime, carrier)
    assert len(carrier.handed) == found.on(found.lines[0].day)


def test_what_was_sent_is_in_all_that_is_held_of_them(runtime: Runtime) -> None:
    from surveyapp.reports.files import held_record
    from surveyapp.reports.text.phrasing import ENGLISH
    from surveyapp.services.privacy import subject_access

    person = reachable(runtime)
    switch_on(runtime)
    send(runtime, Told())
    with factories.operator(runtime).writing() as work:
        record = subject_access.record_of(work, person, None)
    assert [(each.way, each.state) for each in record.touchpoints[0].messages] == [(SendingWay.EMAIL, SENT)]
    assert "E-mail, Went out" in held_record.as_page(record, ENGLISH)
