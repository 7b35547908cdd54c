"""People of whom what is sealed opens with no key: since a database or a file of keys was put back from a copy. No page
fails because of them, and nobody else is kept from anything."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from surveyapp.domain.participants import Contact
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


@dataclass(frozen=True, kw_only=True)
class Shut:
    """Somebody whose key does not open what is sealed once it is `spoiled`, and somebody else."""

    known: KnownPerson
    other: KnownPerson
    staff: Staff
    spoil: Callable[[], None]


@pytest.fixture(params=[renewed, destroyed, lost])
def shut(runtime: Runtime, tmp_path: Path, request: pytest.FixtureRequest) -> Shut:
    staff = factories.create_staff(runtime, Role.INTERVIEWER)
    other = know(runtime, staff, 3)
    older = Path(shutil.copy(runtime.settings.person_keys, tmp_path / "older"))
    known = know(runtime, staff, 1, reference="BF-0001")
    with factories.operator(runtime).writing() as work:
        for each in (known, other):
            cases.end_leases(work.session, each.participant.id, work.now)
    way: Way = request.param
    return Shut(known=known, other=other, staff=staff, spoil=lambda: way(runtime, known.participant.id, older))


def test_everybody_else_is_found_called_and_counted(runtime: Runtime, shut: Shut) -> None:
    shut.spoil()
    known, other = shut.known, shut.other
    supervisor = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    for written in (other.contact.name, other.contact.phone):
        assert roster.find(supervisor, Action.HANDLE_RIGHTS, STUDY, written) == [other.participant.reference]
        assert len(call_queue.find(Desk(runtime, shut.staff), written).lines) == 1
    assert roster.find(supervisor, Action.HANDLE_RIGHTS, STUDY, known.contact.phone) == []
    assert roster.find(supervisor, Action.HANDLE_RIGHTS, STUDY, "BF-0001") == ["BF-0001"]
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, known.participant.id) == Contact()
        people = [each.participant.id for each in (known, other)]
        assert contacts.read_many(work, people)[other.participant.id] == other.contact


def test_every_page_is_there_as_it_is_of_anybody(runtime: Runtime, client: Client, shut: Shut) -> None:
    """With less in it; and what is sent to it is taken, or refused with what is wrong."""
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    clients: dict[Role | None, Client] = {None: client}
    for role in Role:
        clients[role] = Client(client.raw.application.test_client())
        clients[role].sign_in(factories.create_staff(runtime, role).email)
    asked = [
        (name in LAST, path, method, role_for(rule))
        for name, rule in RULES.items()
        for method, path, _ in rules_of(client, name)
        if not name.startswith(("staff.", "administrator."))
    ]

    def statuses(wanted: str) -> dict[str, int]:
        found = {}
        for _last, path, method, role in sorted(asked, key=lambda each: each[:2]):
            if method == wanted:
                data = WRITTEN | {"find": shut.other.contact.phone} if method == "POST" else None
                with clients[role].raw.open(path, method=method, data=data, query_string={"mode": "phone"}) as answered:
                    found[path] = answered.status_code
        return found

    before = statuses("GET")
    shut.spoil()
    assert {path: status for path, status in statuses("GET").items() if status != before[path]} == {}
    assert {path: status for path, status in statuses("POST").items() if status >= 500} == {}
