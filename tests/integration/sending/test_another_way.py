"""How somebody is reached changes while a message waits: it goes by the way that the plan says, or waits for it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping

import pytest

from surveyapp.domain.errors import StateRefused
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.sending.planning import MessageState, WhyNot, planned
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import calendar, facts, outbox, taking
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage
from surveyapp.store.sending import recipients
from tests import factories
from tests.conftest import Clock
from tests.sending import STUDY, Told, at_ten, reachable, rows, switch_on

pytestmark = pytest.mark.both_databases

REACHED = {
    SendingWay.EMAIL: {"email": "amara@example.org"},
    SendingWay.TEXT: {"phone": "07700 900142"},
    SendingWay.LETTER: {"address": "1 High Street; Leeds; LS1 1AA"},
}
WRITTEN = {SendingWay.EMAIL: "amara@example.org", SendingWay.TEXT: "+447700900142", SendingWay.LETTER: ""}
CHANGES = list(itertools.permutations(SendingWay, 2))
SENT, PLANNED = MessageState.SENT, MessageState.PLANNED


@pytest.fixture(autouse=True)
def at_a_sending_hour(runtime: Runtime, clock: Clock) -> None:
    clock.now += at_ten(clock.now)


def another(runtime: Runtime, person: Participant, **said: str) -> None:
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, Contact(name="Amara Nowak", **said))


def send(runtime: Runtime, carriers: Mapping[SendingWay, Told]) -> None:
    outbox.send(factories.operator(runtime), [STUDY], carriers)


def each_its_own(*ways: SendingWay) -> dict[SendingWay, Told]:
    return {way: Told() for way in ways or SendingWay}


def got(carriers: Mapping[SendingWay, Told]) -> dict[SendingWay, list[str]]:
    return {way: [each.to for each in carrier.handed] for way, carrier in carriers.items() if carrier.handed}


def take(runtime: Runtime, way: SendingWay) -> list[OutgoingMessage]:
    desk = factories.operator(runtime)
    return taking.take(desk, STUDY, way, lambda found: [each.message for each in found])


def promised(runtime: Runtime) -> dict[SendingWay, int]:
    """By which ways the calendar says that the invitation goes."""
    found = calendar.calendar(factories.operator(runtime), STUDY)
    return {each.way: each.people for each in found.lines if each.step == "invite"}


def stand(runtime: Runtime, person: Participant) -> list[tuple[SendingWay, MessageState]]:
    return [(each.way, each.state) for each in rows(runtime, person)]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_what_was_not_taken_goes_by_the_way_there_is_now(
    runtime: Runtime, clock: Clock, before: SendingWay, after: SendingWay
) -> None:
    person = reachable(runtime, **REACHED[before])
    switch_on(runtime)
    send(runtime, {before: Told([CarrierOutcome.NOT_TAKEN])})
    assert stand(runtime, person) == [(before, PLANNED)]
    another(runtime, person, **REACHED[after])
    assert promised(runtime) == {after: 1}
    # The other carrier has refused nothing: it is not rested for.
    carriers = each_its_own()
    send(runtime, carriers)
    assert got(carriers) == {after: [WRITTEN[after]]}
    assert stand(runtime, person) == [(after, SENT)]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_what_nobody_carried_is_carried_once_somebody_can(
    runtime: Runtime, before: SendingWay, after: SendingWay
) -> None:
    person = reachable(runtime, **REACHED[before])
    switch_on(runtime)
    send(runtime, {})
    another(runtime, person, **REACHED[after])
    carriers = each_its_own(after)
    send(runtime, carriers)
    assert got(carriers) == {after: [WRITTEN[after]]}
    assert stand(runtime, person) == [(after, SENT)]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_file_of_a_way_holds_only_whom_it_reaches(runtime: Runtime, before: SendingWay, after: SendingWay) -> None:
    person = reachable(runtime, **REACHED[before])
    switch_on(runtime)
    send(runtime, {})
    another(runtime, person, **REACHED[after])
    assert calendar.calendar(factories.operator(runtime), STUDY).by_hand == {after: 1}
    with pytest.raises(StateRefused, match="Nothing"):
        take(runtime, before)
    [message] = take(runtime, after)
    assert (message.to, bool(message.address)) == (WRITTEN[after], after is SendingWay.LETTER)
    assert stand(runtime, person) == [(after, SENT)]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_way_that_changes_within_the_round_waits_for_the_next(
    runtime: Runtime, before: SendingWay, after: SendingWay
) -> None:
    person = reachable(runtime, **REACHED[before])
    switch_on(runtime)
    desk = factories.operator(runtime)
    with desk.writing() as work:
        outbox.plan_due(work, factories.everyone(runtime), runtime.study(STUDY))
    [row] = rows(runtime, person)
    another(runtime, person, **REACHED[after])
    carrier = Told()
    assert outbox.hand_over(desk, row, carrier) == (PLANNED, None)
    assert (carrier.handed, stand(runtime, person)) == ([], [(after, PLANNED)])
    carriers = each_its_own()
    send(runtime, carriers)
    assert got(carriers) == {after: [WRITTEN[after]]}


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_nobody_there_ends_the_way_by_which_it_went(runtime: Runtime, before: SendingWay, after: SendingWay) -> None:
    person = reachable(runtime, **REACHED[before])
    switch_on(runtime)
    send(runtime, {before: Told([CarrierOutcome.NOT_TAKEN])})
    another(runtime, person, **REACHED[after])
    send(runtime, {way: Told([CarrierOutcome.NO_SUCH_ADDRESS]) for way in SendingWay})
    with runtime.database.reading() as session:
        ended = [(way, why) for way, why, _ in recipients.ended_ways(session, person.id)]
    assert ended == [(after, WhyNot.BOUNCED)]


@pytest.mark.parametrize("before", SendingWay)
def test_of_what_reaches_nobody_any_more_no_row_waits(runtime: Runtime, before: SendingWay) -> None:
    person = reachable(runtime, **REACHED[before])
    switch_on(runtime)
    send(runtime, {})
    another(runtime, person)
    send(runtime, {})
    assert stand(runtime, person) == []
    found = calendar.calendar(factories.operator(runtime), STUDY)
    assert (found.states, found.by_hand, found.not_sent["invite", WhyNot.NO_WAY]) == ({}, {}, 1)


def test_what_rests_before_it_is_tried_again_can_be_taken_along(runtime: Runtime) -> None:
    """Letters that could not be printed as well: they are counted as waiting, and are there to take."""
    person = reachable(runtime, **REACHED[SendingWay.LETTER])
    switch_on(runtime)

    def no_paper(found: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        taking.take(factories.operator(runtime), STUDY, SendingWay.LETTER, no_paper)
    assert calendar.calendar(factories.operator(runtime), STUDY).by_hand == {SendingWay.LETTER: 1}
    assert len(take(runtime, SendingWay.LETTER)) == 1
    assert stand(runtime, person) == [(SendingWay.LETTER, SENT)]


@pytest.mark.parametrize(
    ("preferred", "first"),
    [("", SendingWay.TEXT), ("in_person", SendingWay.TEXT), ("text", SendingWay.TEXT), ("email", SendingWay.EMAIL)],
)
def test_a_step_goes_first_by_what_it_names_first(runtime: Runtime, preferred: str, first: SendingWay) -> None:
    """Of whoever has everything on record, whatever order it is in there."""
    reachable(runtime, preferred=preferred, **{name: said for each in REACHED.values() for name, said in each.items()})
    rules = runtime.study(STUDY).messages
    assert rules is not None
    invite = dataclasses.replace(rules.steps[0], by=(SendingWay.TEXT, SendingWay.LETTER, SendingWay.EMAIL))
    with factories.operator(runtime).reading() as work:
        study = runtime.study(STUDY)
        someone = facts.recipient(work, facts.everyone(work, study, factories.everyone(runtime))[0])
        zone = runtime.zone(study)
        [found] = planned(dataclasses.replace(rules, steps=(invite,)), someone, work.now, zone)
    assert found.way is first
