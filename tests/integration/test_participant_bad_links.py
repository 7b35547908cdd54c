"""A link or code that does not open anything: a page that says what to do, and nobody else's answers."""

from __future__ import annotations

import datetime as dt

import pytest

from surveyapp import create_app
from surveyapp.domain.answers import Codes
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.participants import links
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.web.shared.incoming import limiter
from tests import factories
from tests.conftest import Clock
from tests.page import Client
from tests.phone import Phone


def test_a_wrong_link_says_what_to_do(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.open("/s/" + "x" * 24)
    assert (phone.status, phone.heading) == (404, "This link does not work")
    assert "0808 157 0142" in phone.page.words
    assert "/start" in phone.page.links()


@pytest.mark.parametrize("token", ["%00", "é", "a" * 3000, "..", "%F0%9F%98%80", "' OR 1=1 --"])
def test_a_nonsensical_link_is_only_wrong(runtime: Runtime, token: str) -> None:
    assert Phone(runtime).client.get(f"/s/{token}").status_code in (308, 404)


def test_a_full_stop_after_a_link_is_not_part_of_it(runtime: Runtime, link: str) -> None:
    phone = Phone(runtime)
    phone.open(link + ".")
    assert phone.path == "/survey/consent"


def test_an_expired_link_says_so(runtime: Runtime, clock: Clock, link: str) -> None:
    # Enrolled on 15 June; the case closes 60 days on, and the link is good for 90 days more: to the end of 12 November.
    clock.now = dt.datetime(2026, 11, 12, 23, 59, tzinfo=dt.UTC)
    phone = Phone(runtime)
    phone.open(link)
    assert phone.heading == "The time for this is over"
    clock.forward(minutes=1)
    phone.open(link)
    assert (phone.status, phone.heading) == (410, "This link no longer works")
    assert "limited time" in phone.page.words


def test_a_link_revoked_while_answering_ends_there(
    runtime: Runtime, candidate: Participant, phone: Phone, link: str
) -> None:
    phone.send(heard_via="family")
    manager = factories.create_staff(runtime, Role.MANAGER)
    links.revoke(Desk(runtime, manager), factories.STUDY, candidate.reference, 1)
    phone.send(first_feeling="positive")
    assert (phone.status, phone.heading) == (410, "This link no longer works")
    assert "What you answered is kept" in phone.page.words
    phone.open(link)
    assert phone.status == 410
    assert factories.stored(runtime, candidate) == ({"heard_via": Codes(("family",))}, 1)


@pytest.mark.parametrize("typed", ["", " ", "abcd", "K7QM-2VXA-9TB", "\x00", "é" * 11, "9" * 5000])
def test_a_wrong_code_says_so_once_and_keeps_what_was_typed(runtime: Runtime, typed: str) -> None:
    phone = Phone(runtime)
    phone.open("/start")
    phone.send(code=typed)
    assert phone.status == 422
    assert phone.page.said("title")[0].startswith("Error: ")
    assert [target for target, _ in phone.faults] == ["#code"]
    if typed == "K7QM-2VXA-9TB":
        assert phone.chosen() == {"code": [typed]}


def test_a_revoked_code_says_that_it_no_longer_works(runtime: Runtime, candidate: Participant) -> None:
    code = factories.create_code(runtime, candidate)
    links.revoke(Desk(runtime, factories.create_staff(runtime, Role.MANAGER)), factories.STUDY, candidate.reference, 1)
    phone = Phone(runtime)
    phone.open("/start")
    phone.send(code=code)
    assert phone.status == 422
    assert "no longer works" in phone.faults[0][1]


def test_codes_cannot_be_guessed_quickly(runtime: Runtime) -> None:
    app = create_app(runtime)
    app.testing = True
    limiter.reset()
    try:
        client = Client(app.test_client())
        fields = client.page("/start").fields()
        statuses = [
            client.post("/start", {**fields, "code": f"K7QM2VXA9{number:02}"}).status_code for number in range(10, 32)
        ]
    finally:
        limiter.reset()
    assert statuses[:20] == [422] * 20
    assert statuses[20:] == [429, 429]


def test_a_wrong_link_does_not_end_the_session_there_is(phone: Phone) -> None:
    phone.open("/s/nothing")
    assert phone.status == 404
    phone.open("/survey")
    assert phone.question == "heard_via"


def test_another_persons_link_begins_another_session(runtime: Runtime, candidate: Participant, phone: Phone) -> None:
    stale = phone.page.fields()
    other = factories.create_participant(runtime)
    phone.agree(factories.create_link(runtime, other))
    response = phone.client.post("/survey/q/heard_via", {**stale, "heard_via": "online"})
    assert response.status_code == 400
    assert factories.stored(runtime, candidate)[0] == {}
    assert factories.stored(runtime, other)[0] == {}


def test_without_a_session_every_page_says_how_to_come_back(runtime: Runtime) -> None:
    phone = Phone(runtime)
    for address in (
        "/survey",
        "/survey/consent",
        "/survey/q/heard_via",
        "/survey/check",
        "/survey/done",
        "/survey/later",
        "/survey/declined",
    ):
        phone.open(address)
        assert (phone.status, phone.heading) == (403, "Open your link again"), address
