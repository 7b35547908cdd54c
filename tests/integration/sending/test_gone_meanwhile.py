"""Somebody, or a whole study, is gone while a message is on its way: nobody else's waits for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.sending.planning import MessageState
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Role
from surveyapp.services import gauges
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import erasing, merging
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import calendar, outbox
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage
from surveyapp.services.work import Desk
from surveyapp.store import cases
from surveyapp.store.sending import outbox as store
from surveyapp.store.sending.outbox import NewMessage
from tests import factories
from tests.conftest import Clock
from tests.sending import STUDY, Told, at_ten, by, reachable, rows, switch_on, with_mail

pytestmark = pytest.mark.both_databases

OTHER = "mentoring"


@pytest.fixture(autouse=True)
def at_a_sending_hour(runtime: Runtime, clock: Clock) -> None:
    clock.now += at_ten(clock.now)


def send(runtime: Runtime, carrier: Told) -> None:
    outbox.send(factories.operator(runtime), sorted(runtime.studies), by(carrier))


def erased(runtime: Runtime, person: Participant) -> None:
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, person)


def merged(runtime: Runtime, person: Participant) -> None:
    manager = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    merging.merge(manager, STUDY, factories.create_participant(runtime).reference, person.reference)


@pytest.mark.parametrize("outcome", CarrierOutcome)
@pytest.mark.parametrize("goes", [erased, merged])
def test_whatever_comes_of_the_message_of_somebody_who_is_gone_meanwhile_the_others_go(
    runtime: Runtime, outcome: CarrierOutcome, goes: Callable[[Runtime, Participant], None]
) -> None:
    people = [reachable(runtime, number) for number in range(3)]
    switch_on(runtime)

    def gone(_message: OutgoingMessage) -> None:
        if not carrier.handed:
            goes(runtime, people[0])

    carrier = Told([outcome], before=gone)
    send(runtime, carrier)
    if outcome is CarrierOutcome.DOWN:  # so it would be with the next
        send(runtime, carrier)
    assert {each.to for each in carrier.handed} == {f"person{number}@example.org" for number in range(3)}
    assert [rows(runtime, each)[0].state for each in people[1:]] == [MessageState.SENT] * 2


def waiting_in(runtime: Runtime, study: str, **asked: str) -> Participant:
    """Somebody of a study for whom a message is due that was planned before."""
    group = runtime.study(study).groups[0].id
    person = factories.create_participant(runtime, group=group, study_id=study)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, Contact(name="Ann Bee", email="ann@example.org"))
        case = cases.cases_of(work.session, person.id)[0]
        made = NewMessage(
            case_id=case.id, step="reminder", way=SendingWay.EMAIL, language="en", due_at=work.now, **asked
        )
        store.add(work.session, [made], work.now)
    return person


def test_a_study_without_a_folder_keeps_no_other_from_sending(runtime: Runtime, clock: Clock) -> None:
    waiting_in(runtime, OTHER, request="once")
    switch_on(runtime)
    reachable(runtime)
    studies = {name: study for name, study in runtime.studies.items() if name != OTHER}
    left = dataclasses.replace(runtime, studies=studies)
    clock.forward(minutes=5)
    carrier = Told()
    send(left, carrier)
    assert [each.to for each in carrier.handed] == ["person1@example.org"]


def test_what_a_study_planned_that_sends_no_more_is_not_told_as_late(runtime: Runtime, clock: Clock) -> None:
    """What is told as late somebody can do something about; and what people asked for goes though the study does not
    send."""
    made = with_mail(runtime)
    waiting_in(made, OTHER)
    desk = factories.operator(made)
    switch_on(made)
    calendar.switch(desk, OTHER, False)
    clock.forward(days=9)

    def late() -> tuple[bool, float]:
        [age] = [each.value for each in gauges.look(made) if each.name == "shiftline_message_oldest_due_seconds"]
        return any("has been due for" in each.what for each in doctor.look(made)), age

    assert late() == (False, 0)
    waiting_in(made, OTHER, request="once")
    clock.forward(days=1)
    told, age = late()
    assert (told, age) == (True, 86400)
