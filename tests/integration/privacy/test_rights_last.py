"""What people may ask for can be done for as long as anything is held of them, whatever has gone meanwhile."""

from __future__ import annotations

import pytest

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.participants import Contact
from surveyapp.domain.privacy.leaving import REASONS, LeavingReason, ParticipationChange
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.staff import Action, Role
from surveyapp.services.participants import contacts, identity
from surveyapp.services.participants.identity import FACTS_NEEDED, IdentityFact
from surveyapp.services.privacy import leaving, retention, subject_access
from surveyapp.services.responses import pins
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.integration.privacy.test_retention import RULE, kept
from tests.page import Client
from tests.sealed import know

pytestmark = pytest.mark.both_databases

STUDY = factories.STUDY
LEFT = {IdentityFact.ENROLLED, IdentityFact.REFERENCE}


@pytest.fixture
def lasting(runtime: Runtime, clock: Clock) -> tuple[Runtime, str]:
    """Somebody whose contacts went, and whose answers are kept."""
    runtime = kept(RULE, runtime)
    known = know(runtime, factories.create_staff(runtime, Role.INTERVIEWER), 1)
    clock.forward(days=90)
    assert retention.run(factories.operator(runtime), STUDY) == {KeptThing.CONTACTS: 1}
    return runtime, known.participant.reference


def test_every_right_can_be_carried_out_once_contacts_are_gone(lasting: tuple[Runtime, str]) -> None:
    runtime, reference = lasting
    desk = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    asked = leaving.to_ask_for(desk, STUDY, reference)
    assert set(asked) == LEFT
    record = subject_access.held_record(desk, STUDY, reference, LEFT)
    assert record.contact == (), "what is handed over says of nobody who they are"
    assert any(each.answers for each in record.touchpoints)
    for change in (
        ParticipationChange.STOPPED,
        ParticipationChange.TAKEN_UP,
        ParticipationChange.WITHDRAWN,
        ParticipationChange.WITHDRAWAL_UNDONE,
        ParticipationChange.ERASED,
    ):
        for too_little in (frozenset(), frozenset({IdentityFact.ENROLLED}), frozenset({IdentityFact.REFERENCE})):
            with pytest.raises(InputRefused):
                leaving.record(desk, STUDY, reference, change, REASONS[change][0], too_little)
        leaving.record(desk, STUDY, reference, change, REASONS[change][0], LEFT)
    with runtime.database.reading() as session:
        confirmed = [each for each in audit.entries(session) if each.action is AuditAction.IDENTITY_CONFIRMED]
    assert {tuple(sorted(each.detail["facts"])) for each in confirmed} == {("enrolled", "reference")}


def test_a_reference_is_no_fact_where_more_is_on_record(runtime: Runtime) -> None:
    """Nor does it ever let anybody in: whoever is let in sees what was answered by a link that works."""
    desk = factories.operator(runtime)
    bare = factories.create_participant(runtime, reference="BF-0001")
    known = know(runtime, factories.create_staff(runtime, Role.INTERVIEWER), 1).participant
    assert IdentityFact.REFERENCE not in leaving.to_ask_for(desk, STUDY, known.reference)
    with pytest.raises(InputRefused):
        leaving.record(
            desk, STUDY, known.reference, ParticipationChange.ERASED, LeavingReason.PRIVACY,
            {IdentityFact.REFERENCE, IdentityFact.ENROLLED},
        )  # fmt: skip
    assert IdentityFact.REFERENCE in leaving.to_ask_for(desk, STUDY, bare.reference)
    assert IdentityFact.REFERENCE not in pins.to_ask_for(desk, STUDY, bare.reference, Action.MANAGE_PARTICIPANTS)
    with pytest.raises(InputRefused):
        pins.read_out(desk, STUDY, bare.reference, list(IdentityFact), Action.MANAGE_PARTICIPANTS)


@pytest.mark.parametrize("contact", [Contact(), Contact(name="Ana"), Contact(phone="07700 900001", name="Ana")])
@pytest.mark.parametrize("placed", [False, True])
def test_there_are_always_two_things_to_ask(runtime: Runtime, contact: Contact, placed: bool) -> None:
    site = factories.create_site(runtime) if placed else None
    person = factories.create_participant(runtime, reference="BF-0001", site=site)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, contact)
    assert len(leaving.to_ask_for(factories.operator(runtime), STUDY, "BF-0001")) >= FACTS_NEEDED


def test_answers_that_are_nobodys_are_asked_for_by_nobody(lasting: tuple[Runtime, str], clock: Clock) -> None:
    runtime, reference = lasting
    clock.forward(days=400)
    retention.run(factories.operator(runtime), STUDY)
    with factories.operator(runtime).reading() as work:
        (person,) = participants.participants(work.session, factories.everyone(runtime), work.now.date())
        assert person.reference != reference
        assert identity.facts(work, person, rights=True).keys() == {IdentityFact.ENROLLED}


def test_the_page_says_that_little_is_on_record(client: Client, runtime: Runtime) -> None:
    factories.create_participant(runtime, reference="BF-0001")
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    page = client.page(f"/rights/{STUDY}/BF-0001/erased")
    assert "Little is on record of them by now" in page.words
    fields = {**page.fields(), "why": "privacy", "facts": ["enrolled", "reference"]}
    assert client.post(f"/rights/{STUDY}/BF-0001/erased", fields).status_code == 302
    assert "tell people to keep their reference" not in client.page(f"/rights/{STUDY}/retention").words


def test_it_is_told_before_contacts_go(client: Client, runtime: Runtime) -> None:
    know(runtime, factories.create_staff(runtime, Role.INTERVIEWER), 1)
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    assert "tell people to keep their reference" in client.page(f"/rights/{STUDY}/retention").words
