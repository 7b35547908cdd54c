"""Finding people by name, reference, phone or e-mail, and what the audit trail says of it."""

from __future__ import annotations

import pytest

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Action, Role
from surveyapp.services.fieldwork import call_queue
from surveyapp.services.participants import contacts, roster
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store.security import audit
from tests import factories

pytestmark = pytest.mark.both_databases

PEOPLE = {
    "BF-8001": Contact(name="Łukasz O'Brien-Żak", phone="07700 900142"),
    "BF-8002": Contact(name="Amara Nowak", email="amara@example.org"),
    "BF-8003": Contact(name="Amarjit ਕੌਰ"),
    "BF-8004": Contact(phone="07700 900142"),
}


@pytest.fixture
def peopled(runtime: Runtime) -> Runtime:
    for reference, contact in PEOPLE.items():
        person = factories.create_participant(runtime, reference=reference)
        with factories.operator(runtime).writing() as work:
            contacts.write(work, person, contact)
    return runtime


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("lukasz", ["BF-8001"]),
        ("obrien", ["BF-8001"]),
        ("O'Brien lu", ["BF-8001"]),
        ("zak", ["BF-8001"]),
        ("amar", ["BF-8002", "BF-8003"]),
        ("ਕੌਰ", ["BF-8003"]),
        ("ਕਰ", []),
        ("+44 7700 900142", ["BF-8001", "BF-8004"]),
        ("AMARA@example.org", ["BF-8002"]),
        ("bf-8002", ["BF-8002"]),
        ("800", ["BF-8001", "BF-8002", "BF-8003", "BF-8004"]),
        ("nobody", []),
        ("  ", []),
    ],
)
def test_people_are_found_by_what_is_said_of_them(peopled: Runtime, written: str, found: list[str]) -> None:
    manager = Desk(peopled, factories.create_staff(peopled, Role.MANAGER))
    assert roster.find(manager, Action.MANAGE_PARTICIPANTS, factories.STUDY, written) == found


def test_a_search_leaves_a_trace_without_its_words(peopled: Runtime) -> None:
    interviewer = factories.create_staff(peopled, Role.INTERVIEWER)
    assert {line.reference for line in call_queue.find(Desk(peopled, interviewer), "amar").lines} == {
        "BF-8002",
        "BF-8003",
    }
    with factories.operator(peopled).reading() as work:
        (entry,) = [each for each in audit.entries(work.session) if each.action is AuditAction.SEARCHED]
    assert (entry.staff_id, entry.study, entry.subject) == (interviewer.id, factories.STUDY, None)
    assert entry.detail == {"found": 2}


def test_nobody_is_found_beyond_ones_own_site(peopled: Runtime) -> None:
    site = factories.create_site(peopled)
    there = Desk(peopled, factories.create_staff(peopled, Role.MANAGER, site=site))
    assert roster.find(there, Action.MANAGE_PARTICIPANTS, factories.STUDY, "amar") == []
    evaluator = Desk(peopled, factories.create_staff(peopled, Role.EVALUATOR))
    with pytest.raises(NotPermitted):
        roster.find(evaluator, Action.MANAGE_PARTICIPANTS, factories.STUDY, "amar")
