"""A link or code that does not open anything: a page that says what to do, and nobody else's answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.test import TestResponse

from surveyapp import create_app
from surveyapp.domain.answers import Codes
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.participants import links
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from tests import factories
from tests.conftest import Clock
from tests.page import Client, Page
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


def guess(client: Client, fields: Mapping[str, Any], code: str, address: str) -> TestResponse:
    return client.post("/start", {**fields, "code": code}, environ_base={"REMOTE_ADDR": address})


def test_wrong_codes_are_asked_to_wait_ever_longer_and_at_once(runtime: Runtime, clock: Clock) -> None:
    client = Client(create_app(runtime).test_client())
    fields = client.page("/start").fields()
    waits = [guess(client, fields, f"K7QM2VXA9{number:02}", "192.0.2.7") for number in range(10, 22)]
    assert [each.status_code for each in waits] == [422] * 9 + [429] * 3
    assert [each.headers.get("Retry-After") for each in waits[9:]] == ["10", "20", "40"]
    assert "A right code opens at any time" in Page(waits[-1].text).words
    assert guess(client, fields, "K7QM2VXA999", "192.0.2.8").status_code == 422, "another address has its own count"
    clock.forward(days=1)
    assert guess(client, fields, "K7QM2VXA999", "192.0.2.7").status_code == 422, "a day later it begins anew"


def test_a_room_of_forty_at_one_address_gets_in_whatever_went_wrong_before(runtime: Runtime) -> None:
    app = create_app(runtime)
    client = Client(app.test_client())
    fields = client.page("/start").fields()
    for number in range(30):
        guess(client, fields, f"K7QM2VXA9{number:02}", "192.0.2.7")
    for _ in range(40):
        code = factories.create_code(runtime, factories.create_participant(runtime))
        person = Client(app.test_client())
        response = guess(person, person.page("/start").fields(), code, "192.0.2.7")
        assert response.location.startswith("/survey"), response.status_code


def test_a_right_code_writes_nothing_about_guesses(runtime: Runtime, candidate: Participant) -> None:
    client = Client(create_app(runtime).test_client())
    fields = client.page("/start").fields()
    with factories.counted(runtime) as statements:
        guess(client, fields, factories.create_code(runtime, candidate), "192.0.2.7")
    assert not [each for each in statements if "guess" in each]


def test_an_ended_code_is_no_guess(runtime: Runtime, candidate: Participant) -> None:
    code = factories.create_code(runtime, candidate)
    links.revoke(Desk(runtime, factories.create_staff(runtime, Role.MANAGER)), factories.STUDY, candidate.reference, 1)
    client = Client(create_app(runtime).test_client())
    fields = client.page("/start").fields()
    assert {guess(client, fields, code, "192.0.2.7").status_code for _ in range(15)} == {422}


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
