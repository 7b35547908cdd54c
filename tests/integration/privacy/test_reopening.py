"""Answers that were sent are opened again and sent anew: what counts meanwhile, what follows, and what is kept."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from surveyapp.domain.answers import Codes
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotPermitted, StateRefused
from surveyapp.domain.fieldwork.cases import CaseState
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import CorrectionReason, Response
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork import call_queue
from surveyapp.services.participants import roster
from surveyapp.services.privacy import correcting
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants, releases, responses
from surveyapp.store.privacy import reopening, retention
from surveyapp.store.security import audit
from surveyapp.store.tables import SaveRow
from tests import factories
from tests.conftest import Clock
from tests.page import Client
from tests.phone import SHORTEST, Phone

pytestmark = pytest.mark.both_databases

SLIP = CorrectionReason.SLIP


@pytest.fixture
def desk(runtime: Runtime) -> Desk:
    return Desk(runtime, factories.create_staff(runtime, Role.MANAGER))


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime)


@pytest.fixture
def phone(runtime: Runtime, person: Participant) -> Phone:
    """All is sent, with the first option of each question on the shortest way."""
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, person))
    phone.answer_until(None, SHORTEST)
    phone.send()
    assert phone.path == "/survey/done"
    return phone


def response_of(runtime: Runtime, person: Participant) -> Response:
    with runtime.database.reading() as session:
        found = responses.response_of(session, cases.cases_of(session, person.id)[0].id)
    assert found is not None
    return found


def counted(runtime: Runtime, person: Participant) -> Codes:
    """The answer that counts."""
    with runtime.database.reading() as session:
        answer = responses.current_answers(session, response_of(runtime, person).id)["first_feeling"]
    assert isinstance(answer, Codes)
    return answer


def progress(runtime: Runtime, clock: Clock) -> int:
    with runtime.database.reading() as session:
        return releases.progress(session, factories.everyone(runtime), clock.now).new_or_changed


def changed(phone: Phone, before: Codes) -> str:
    """Chooses another option than before; which."""
    phone.open("/survey/q/first_feeling")
    other = next(
        attributes["value"]
        for tag, attributes in phone.page.elements
        if tag == "input" and attributes.get("type") == "radio" and attributes["value"] not in before.codes
    )
    phone.send(first_feeling=other)
    return other


def test_what_was_sent_counts_until_it_is_sent_again(
    runtime: Runtime, desk: Desk, person: Participant, phone: Phone, clock: Clock
) -> None:
    first, before = response_of(runtime, person), counted(runtime, person)
    clock.forward(minutes=5)
    correcting.reopen(desk, factories.STUDY, person.reference, 1, SLIP)
    assert response_of(runtime, person).reopened_at == clock.now
    clock.forward(minutes=5)
    phone.open("/survey")
    assert phone.path == "/survey/check"
    other = changed(phone, before)
    assert counted(runtime, person) == before
    assert progress(runtime, clock) == 0
    clock.forward(minutes=5)
    phone.open("/survey")
    phone.answer_until(None, SHORTEST)
    phone.send()
    assert phone.path == "/survey/done"
    after = response_of(runtime, person)
    assert counted(runtime, person) == Codes((other,))
    assert (after.submitted_at, after.sent_again_at, after.reopened_at) == (first.submitted_at, clock.now, None)
    clock.forward(minutes=-1)
    assert progress(runtime, clock) == 1
    with runtime.database.reading() as session:
        [opened] = reopening.of(session, after.id)
        given = [each.action for each in audit.entries(session) if each.subject == person.reference]
    assert (opened.why, opened.revision) == (SLIP, first.revision)
    assert after.revision > first.revision
    assert AuditAction.RESPONSE_REOPENED in given
    assert given.count(AuditAction.RESPONSE_SENT_AGAIN) == 1


def test_no_later_case_moves(runtime: Runtime, desk: Desk, person: Participant, phone: Phone, clock: Clock) -> None:
    with runtime.database.reading() as session:
        later = cases.cases_of(session, person.id)[1]
    clock.forward(days=3)
    correcting.reopen(desk, factories.STUDY, person.reference, 1, SLIP)
    phone.open(factories.create_link(runtime, person))
    phone.send()
    with runtime.database.reading() as session:
        assert cases.cases_of(session, person.id)[1] == later


def test_they_are_in_the_queue_and_the_roster_until_it_closes(
    runtime: Runtime, desk: Desk, person: Participant, phone: Phone, clock: Clock
) -> None:
    interviewer = Desk(runtime, factories.create_staff(runtime, Role.INTERVIEWER))
    assert call_queue.queue(interviewer).lines == ()
    correcting.reopen(desk, factories.STUDY, person.reference, 1, SLIP)
    assert [line.state for line in call_queue.queue(interviewer).lines] == [CaseState.IN_PROGRESS]
    assert roster.person(desk, factories.STUDY, person.reference).cases[0].state is CaseState.IN_PROGRESS
    clock.forward(days=61)
    assert roster.person(desk, factories.STUDY, person.reference).cases[0].state is CaseState.SUBMITTED
    with pytest.raises(StateRefused):
        correcting.reopen(desk, factories.STUDY, person.reference, 1, SLIP)


def test_what_cannot_be_opened(runtime: Runtime, desk: Desk, person: Participant, phone: Phone) -> None:
    unsent = factories.create_participant(runtime)
    with pytest.raises(StateRefused):
        correcting.reopen(desk, factories.STUDY, unsent.reference, 1, SLIP)
    with pytest.raises(InputRefused):
        correcting.reopen(desk, factories.STUDY, person.reference, 1, None)
    interviewer = Desk(runtime, factories.create_staff(runtime, Role.INTERVIEWER))
    with pytest.raises(NotPermitted):
        correcting.reopen(interviewer, factories.STUDY, person.reference, 1, SLIP)
    with runtime.database.writing() as session:
        participants.withdraw(session, person.id, runtime.clock())
    with pytest.raises(StateRefused):
        correcting.reopen(desk, factories.STUDY, person.reference, 1, SLIP)


def test_on_the_page(runtime: Runtime, person: Participant, phone: Phone, client: Client) -> None:
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    where = f"/rights/{factories.STUDY}/{person.reference}/1/reopen"
    assert where in client.page(f"/manage/{factories.STUDY}/participants/{person.reference}").links()
    form = client.page(where).fields()
    assert client.post(where, {**form, "why": "because"}).status_code == 422
    assert client.post(where, {**form, "why": "slip"}).location == f"/rights/{factories.STUDY}/{person.reference}"
    assert response_of(runtime, person).reopened_at is not None


def test_a_correction_that_was_never_sent_goes_once_answers_are_nobodys(
    runtime: Runtime, desk: Desk, person: Participant, phone: Phone, clock: Clock
) -> None:
    """By months nothing tells that it came after what was sent."""
    first, before = response_of(runtime, person), counted(runtime, person)
    clock.forward(minutes=5)
    correcting.reopen(desk, factories.STUDY, person.reference, 1, SLIP)
    clock.forward(minutes=5)
    changed(phone, before)
    with runtime.database.writing() as session:
        retention.anonymise(session, person.id, "X-1", clock.now, ZoneInfo("Europe/London"))
    with runtime.database.reading() as session:
        nobody = participants.participant_by_reference(session, factories.everyone(runtime), "X-1", clock().date())
        assert nobody is not None
        left = responses.response_of(session, cases.cases_of(session, nobody.id)[0].id)
        assert left is not None
        saves = session.scalar(select(func.count()).where(SaveRow.response_id == left.id))
        assert (saves, left.reopened_at, reopening.of(session, left.id)) == (first.revision, None, [])
    assert counted(runtime, nobody) == before
