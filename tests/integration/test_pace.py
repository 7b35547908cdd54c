"""Whoever asks for more within a minute than people do waits, and loses nothing by it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

import surveyapp
from surveyapp.domain.answers import Codes
from surveyapp.domain.participants import Participant
from surveyapp.services.runtime import Runtime
from surveyapp.watching.pace import Pace
from surveyapp.web.watching import pace as door
from tests import factories, once
from tests.device import Device
from tests.page import Client, Page
from tests.phone import Phone

SCHOOL, ELSEWHERE, HERE = "203.0.113.7", "203.0.113.8", "127.0.0.1"

Limited = Callable[..., Client]


@pytest.fixture
def limited(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Limited:
    """A client from an address, where time stands still until `now` is moved on."""
    # The application that is kept of these settings has counted what others asked for.
    monkeypatch.setattr(once, "_applications", {})

    def make(address: str = SCHOOL, **settings: int) -> Client:
        changed = dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, **settings))
        app = surveyapp.create_app(changed)
        app.testing = True
        client = Client(app.test_client())
        client.raw.environ_base["REMOTE_ADDR"] = address
        return client

    now = [1000.0]
    monkeypatch.setattr(door, "Pace", lambda: Pace(clock=lambda: now[0]))
    make.now = now  # type: ignore[attr-defined]
    return make


def test_an_address_waits_and_others_do_not(limited: Limited) -> None:
    client = limited(address_requests=60)
    assert {client.get("/health/live").status_code for _ in range(70)} == {200}, "what watches is not counted"
    assert [client.get("/nothing-here").status_code for _ in range(61)] == [404] * 60 + [429]
    for path, css in (("/start", "participant.css"), ("/staff/login", "staff.css")):
        refused = client.get(path)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
        assert "Wait ten seconds, then try again." in refused.text
        assert css in refused.text
        with client.raw.get(f"/static/css/{css}") as served:
            assert served.status_code == 200, "what the page itself needs comes"
    assert client.raw.get("/start", headers={"Accept-Language": "pl"}).text.count("dziesięć sekund") == 1
    told = client.raw.get("/api/v1/studies")
    assert (told.status_code, told.mimetype, told.headers["Retry-After"]) == (429, "application/problem+json", "10")
    assert client.get("/start", environ_base={"REMOTE_ADDR": ELSEWHERE}).status_code == 200
    assert client.get("/start", environ_base={"REMOTE_ADDR": HERE}).status_code == 200, "a proxy that is not believed"
    limited.now[0] += 10  # type: ignore[attr-defined]
    assert client.get("/start").status_code == 200


def test_of_one_session_a_script_waits_and_what_it_holds_is_saved_once_it_may(
    limited: Limited, runtime: Runtime, candidate: Participant
) -> None:
    """Others at the same address, who have sessions of their own, go on meanwhile."""
    device = Device(Phone(runtime), runtime)
    device.phone.client = limited(session_requests=40)
    device.phone.agree(factories.create_link(runtime, candidate))
    body = device.body("heard_via", {"heard_via": "job_shop"})
    device.stand()
    while device.http.get(device.phone.own("/survey/stand")).status_code == 200:
        pass
    refused = device.post(body)
    assert (refused.status_code, refused.json, refused.headers["Retry-After"]) == (429, {"why": "busy"}, "10")
    assert factories.stored(runtime, candidate)[0] == {}
    fresh = device.http.application.test_client()
    assert fresh.get("/start", environ_base={"REMOTE_ADDR": SCHOOL}).status_code == 200
    limited.now[0] += 60  # type: ignore[attr-defined]
    assert device.send(body)["became"] == "saved"
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("job_shop",))}


def test_what_was_typed_is_given_back(limited: Limited) -> None:
    client = limited(address_requests=61)
    form = client.page("/start").fields()
    while client.get("/nothing-here").status_code == 404:
        pass
    refused = client.post("/start", {**form, "code": "words of mine"})
    assert refused.status_code == 429
    page = Page(refused.text)
    assert "It is kept on this page: wait ten seconds, then send it again." in refused.text
    assert "words of mine" in page.words
    limited.now[0] += 10  # type: ignore[attr-defined]
    again = client.post("/start", {**page.fields(), "code": "words of mine"})
    assert again.status_code == 422, "and is looked at once it may be"
