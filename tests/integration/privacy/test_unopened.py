"""People of whom what is sealed opens with no key: since a database or a file of keys was put back from a copy. No page
fails because of them, and nobody else is kept from anything."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from surveyapp.domain.staff import Action, Role, Staff
from surveyapp.services.fieldwork import call_queue
from surveyapp.services.participants import contacts, roster
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases
from tests import factories
from tests.integration.test_access_rules import RULES, WRITTEN
from tests.integration.test_audit_complete import role_for, rules_of
from tests.page import Client
from tests.sealed import KnownPerson, know

pytestmark = pytest.mark.both_databases

STUDY = factories.STUDY
LAST = ("rights.change", "rights.reopen", "manager.merge", "manager.split")
"""Endpoints after which somebody may not be there as they were."""


def renewed(runtime: Runtime, who: uuid.UUID, _older: Path) -> None:
    """As by letting go of what was kept, on a database of before."""
    runtime.person_keys.renew([who], runtime.clock())


def destroyed(runtime: Runtime, who: uuid.UUID, _older: Path) -> None:
    runtime.person_keys.forget([who], runtime.clock())


def lost(runtime: Runtime, _who: uuid.UUID, older: Path) -> None:
    """A file of keys of before they came."""
    shutil.copy(older, runtime.settings.person_keys)


Way = Callable[[Runtime, uuid.UUID, Path], None]


@pytest.fixture(params=[renewed, destroyed, lost])
def shut(runtime: Runtime, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[KnownPerson, KnownPerson, Staff]:
    """Somebody whose key does not open what is sealed, and somebody else."""
    staff = factories.create_staff(runtime, Role.INTERVIEWER)
    other = know(runtime, staff, 3)
    older = shutil.copy(runtime.settings.person_keys, tmp_path / "older")
    known = know(runtime, staff, 1, reference="BF-0001")
    with factories.operator(runtime).writing() as work:
        for each in (known, other):
            cases.end_leases(work.session, each.participant.id, work.now)
    way: Way = request.param
    way(runtime, known.participant.id, older)
    return known, other, staff


def test_everybody_else_is_found_called_and_counted(
    runtime: Runtime, shut: tuple[KnownPerson, KnownPerson, Staff]
) -> None:
    known, other, staff = shut
    supervisor = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    for written in (other.contact.name, other.contact.phone):
        assert roster.find(supervisor, Action.HANDLE_RIGHTS, STUDY, written) == [other.participant.reference]
        assert len(call_queue.find(Desk(runtime, staff), written).lines) == 1
    assert roster.find(supervisor, Action.HANDLE_RIGHTS, STUDY, known.contact.phone) == []
    assert roster.find(supervisor, Action.HANDLE_RIGHTS, STUDY, "BF-0001") == ["BF-0001"]
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, known.participant.id) == type(known.contact)()
        people = [each.participant.id for each in (known, other)]
        assert contacts.read_many(work, people)[other.participant.id] == other.contact


def test_no_page_fails_because_of_them(
    runtime: Runtime, client: Client, shut: tuple[KnownPerson, KnownPerson, Staff]
) -> None:
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    clients = {None: client}
    for role in Role:
        clients[role] = Client(client.raw.application.test_client())
        clients[role].sign_in(factories.create_staff(runtime, role).email)
    asked = [
        (method == "POST", name in LAST, path, method, role_for(rule))
        for name, rule in RULES.items()
        for method, path, _ in rules_of(client, name)
        if not name.startswith(("staff.", "administrator."))
    ]
    failed = []
    for _posts, _last, path, method, role in sorted(asked, key=lambda each: each[:3]):
        data = WRITTEN | {"find": shut[1].contact.phone} if method == "POST" else None
        answered = clients[role].raw.open(path, method=method, data=data, query_string={"mode": "phone"})
        answered.close()
        if answered.status_code >= 500:
            failed.append((method, path, answered.status_code))
    assert failed == []
