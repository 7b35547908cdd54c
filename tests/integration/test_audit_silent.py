"""The audit trail and the log name nobody: no contact value, e-mail address, answer or token stands in them, whatever
was done."""

from __future__ import annotations

import json

from surveyapp import create_app
from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.participants import CONTACT_FIELDS
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.demo import loading as demo
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from surveyapp.services.staff import accounts, granting
from surveyapp.services.work import Desk
from surveyapp.store import cases
from surveyapp.store import staff as staff_store
from surveyapp.store.security import audit
from tests import factories
from tests.logged import listening, to_the_end
from tests.page import Client

NAMING = frozenset({"name", "phone", "email"})
"""Fields of a contact that are somebody's own; how they like to be reached and in which language is not."""


def test_nothing_in_a_walked_demonstrations_trail_or_log_names_anybody(demo_runtime: Runtime) -> None:
    runtime = demo_runtime
    tokens = [link.rpartition("/")[2] for link in demo.new_links(runtime, 3)]
    app = create_app(runtime)
    app.testing = True
    app.config.update(RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
    known: set[str] = set()
    with factories.operator(runtime).reading() as work:
        members = {each.email: each for each in staff_store.everyone(work.session)}
        for study in runtime.studies.values():
            for person in cases.overviews(work.session, scope_of_all(runtime, study.id), work.today(study)):
                contact = contacts.read(work, person.participant.id)
                known |= {getattr(contact, field) for field in CONTACT_FIELDS if field in NAMING}
        known.discard("")
    assert len(known) > 50
    with listening() as log:
        client = Client(to_the_end(app.test_client()))
        password = demo.password(runtime)
        for email, (_, role) in demo.STAFF.items():
            client.raw.post("/staff/login", data={"email": email, "password": password})
            _walk(client, role, sorted(known)[:5])
            client.raw.post("/staff/logout")
        client.raw.post("/staff/login", data={"email": "nobody@example.org", "password": "wrong"})
        for token in tokens:
            client.raw.get(f"/s/{token}")
        desk = Desk(runtime, members["administrator@example.org"])
        granting.grant(desk, "viewer@example.org", factories.STUDY, Role.INTERVIEWER, purpose="To see how it goes")
        made = accounts.add_user(desk, "new@example.org", "Nia New", [Role.VIEWER], factories.STUDY)
        assert made.link is not None
    with runtime.database.reading() as session:
        entries = audit.entries(session)
    said = [json.dumps([each.subject, each.detail], ensure_ascii=False).casefold() for each in entries]
    secrets = {*known, *tokens, made.link.rpartition("/")[2], *members, "new@example.org", "Nia New"}
    secrets |= {each.name for each in members.values()}
    assert len(entries) > 200
    lines = [line.casefold() for line in log]
    assert len(lines) > 100
    found = {secret for secret in secrets for each in [*said, *lines] if secret.casefold() in each}
    assert found == set()
    assert not any("@" in each for each in [*said, *lines])


def scope_of_all(runtime: Runtime, study: str) -> Scope:
    return Scope(study, runtime.origin)


def _walk(client: Client, role: Role, typed: list[str]) -> None:
    """What somebody in a role does of what leaves an entry, with names and numbers typed where one can."""
    study = factories.STUDY
    person = f"/manage/{study}/participants/BF-0001"
    for path in (f"/manage/{study}", person, f"{person}/contact", f"/results/{study}", f"/released/{study}", "/audit"):
        client.raw.get(path)
    for text in typed:
        client.raw.post(f"/manage/{study}/find", data={"find": text})
        client.raw.post("/interviews", data={"search": text})
        client.raw.get(f"/manage/{study}/participants/{text.replace('/', '')}")
        client.raw.get("/audit", query_string={"subject": text})
        client.raw.get(f"/results/{study}/measures/{text.replace('/', '')}")
    client.raw.post(f"{person}/1/access", data={"kind": AccessKind.LINK.value})
    client.raw.post(f"/interviews/{study}/BF-0001/1/open")
    assert role in Role
