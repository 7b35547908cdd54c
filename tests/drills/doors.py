"""Doors: every page and command × every role × another study and another site × a session that ended. Nobody gets in
beyond the table of who may (`domain/staff.py`)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from surveyapp import create_app
from surveyapp.domain.staff import MAY, OF_THE_INSTALLATION, OF_WHOLE_STUDIES, Action, Role, Staff
from surveyapp.services.runtime import Runtime, system_clock
from surveyapp.store import staff as staff_store
from tests import factories
from tests.drills import Ground, Row, none, rounds
from tests.integration.test_access_rules import (
    EVERYBODY,
    MEMBER,
    PARTICIPANT,
    PLACES,
    RULES,
    SCRIPT,
    STAFF,
    WRITTEN,
    methods,
)
from tests.page import Client

FULL: dict[str, Any] = {"times": 3, "roles": tuple(Role)}
SHORT: dict[str, Any] = {"times": 1, "roles": (Role.INTERVIEWER, Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)}

DAY = f"/spot/{factories.STUDY}"
"""Where a day on the spot begins."""

OTHER = "another"
"""A study that is not served: a role in it opens nothing in the one that is."""


def run(ground: Ground, times: int, roles: tuple[Role, ...]) -> list[Row]:
    runtime = factories.create_runtime(ground.url, system_clock)
    factories.open_questionnaires(runtime)
    try:
        return _run(runtime, times, roles)
    finally:
        runtime.database.dispose()


def _run(runtime: Runtime, times: int, roles: tuple[Role, ...]) -> list[Row]:
    here, elsewhere = factories.create_site(runtime), factories.create_site(runtime, "LG", "large")
    factories.create_participant(runtime, reference="BF-0001", site=here)
    factories.create_participant(runtime, reference="BF-0002", site=elsewhere)
    with runtime.database.writing() as session:
        staff_store.add_staff(session, "member@example.org", "Member", "", [], runtime.clock(), key=MEMBER)
    asked = other_study = other_site = ended = unknown = nobody = 0
    for number in rounds("roles, each time", times * len(roles)):
        role = roles[number % len(roles)]
        if number % len(roles) == 0:
            nobody_in = _client(runtime)
            for method, path, rule, _endpoint in _doors(nobody_in, "BF-0001"):
                asked += 1
                nobody += rule != EVERYBODY and _got_in(nobody_in, method, path)
        _, client = _signed_in(runtime, role)
        for method, path, rule, endpoint in _doors(client, "BF-0001"):
            own = endpoint.startswith("interviewer.") and Action.INTERVIEW in MAY[role]
            if (isinstance(rule, Action) and rule not in MAY[role]) or (rule in (PARTICIPANT, SCRIPT) and not own):
                asked += 1
                unknown += _got_in(client, method, path)
        if role not in OF_THE_INSTALLATION:
            _, client = _signed_in(runtime, role, study=OTHER)
            for method, path, rule, endpoint in _doors(client, "BF-0001"):
                # The trail is one page, and shows an auditor what is of their study.
                if isinstance(rule, Action) and endpoint != "auditor.trail":
                    asked += 1
                    other_study += _got_in(client, method, path)
        if role not in OF_WHOLE_STUDIES:
            _, client = _signed_in(runtime, role, site=here)
            for method, path, rule, _endpoint in _doors(client, "BF-0002"):
                if isinstance(rule, Action) and "BF-0002" in path:
                    asked += 1
                    # No day on the spot has begun: they are led to where it begins, and shown nobody.
                    other_site += _got_in(client, method, path, but=DAY)
        _, client = _signed_in(runtime, role)
        copied = client.raw.get_cookie("shiftline_staff")
        client.raw.post("/staff/logout")
        if copied is not None:
            client.raw.set_cookie(copied.key, copied.value, path=copied.path)
        for method, path, rule, _endpoint in _doors(client, "BF-0001"):
            if rule == STAFF or isinstance(rule, Action):
                asked += 1
                ended += _got_in(client, method, path)
    return [
        Row("requests", asked, asked > 500),
        none("let in without signing in", nobody),
        none("let in beyond their role", unknown),
        none("let in with a role in another study", other_study),
        none("let in to somebody of another site", other_site),
        none("let in with the cookie of a session that ended", ended),
    ]


def _client(runtime: Runtime) -> Client:
    app = create_app(runtime)
    app.testing = True
    app.config.update(WTF_CSRF_ENABLED=False)
    return Client(app.test_client())


def _signed_in(runtime: Runtime, role: Role, **more: Any) -> tuple[Staff, Client]:
    member = factories.create_staff(runtime, role, email=f"{uuid.uuid4().hex}@example.org", **more)
    client = _client(runtime)
    client.sign_in(member.email)
    return member, client


def _doors(client: Client, reference: str) -> Iterator[tuple[str, str, str | Action, str]]:
    """(method, address, rule, endpoint) of every page, about somebody."""
    adapter = client.raw.application.url_map.bind("localhost")
    for each in client.raw.application.url_map.iter_rules():
        places = {name: reference if name == "reference" else PLACES[name] for name in each.arguments}
        for method in sorted(methods(each)):
            yield method, adapter.build(each.endpoint, places), RULES[each.endpoint], each.endpoint


def _got_in(client: Client, method: str, path: str, but: str | None = None) -> bool:
    """Whether a page answered with anything but a refusal: who is not let in is told so (a script that nobody is),
    asked to sign in, or led to `but`."""
    data = WRITTEN if method == "POST" else None
    response = client.raw.open(path, method=method, data=data, query_string={"mode": "phone"})
    refused = response.status_code in (401, 403, 404) or (response.location or "").startswith(
        ("/staff/login", "/start")
    )
    return not refused and (but is None or response.location != but)
