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


def test_two_people_on_one_phone_do_not_mix_their_answers(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    first, filled = phone.own("/survey/q/heard_via"), phone.page.fields()
    other = factories.create_participant(runtime)
    phone.agree(factories.create_link(runtime, other))
    typed = {"heard_via": "other", "heard_via_other_text": "My neighbour at number 12"}
    # The second's own token, too, sends nothing from the first's page.
    for token in (filled, phone.page.fields()):
        response = phone.client.post(first, {**filled, **typed, "csrf_token": token["csrf_token"]})
        assert response.status_code == 409
        told = Page(response.text)
        assert told.said("h1") == ["This page is no longer open"]
        assert "My neighbour" not in response.text
        assert candidate.reference not in response.text
        assert phone.own("/survey") in told.links()
    assert factories.stored(runtime, candidate)[0] == {}
    assert factories.stored(runtime, other)[0] == {}
    assert phone.client.get(first).status_code == 409
    phone.open("/survey")
    assert (phone.status, phone.question) == (200, "heard_via")


def test_leaving_is_possible_from_whosever_page(runtime: Runtime, phone: Phone) -> None:
    first = phone.own("/survey/leave")
    handle = phone.handle
    phone.agree(factories.create_link(runtime, factories.create_participant(runtime)))
    assert phone.handle != handle
    for address in (f"/survey/{handle}/leave", "/survey/leave", first):
        phone.open(address)
        assert (phone.status, phone.heading) == (200, "You have left")
    phone.open("/survey")
    assert (phone.status, phone.heading) == (403, "Open your link again")


def test_every_link_to_the_same_questions_has_the_same_handle(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    first, open_page = phone.handle, phone.page.fields()
    phone.open(factories.create_link(runtime, candidate))
    assert phone.handle == first
    phone.send({**open_page, "heard_via": "family"}, to="/survey/q/heard_via")
    assert phone.status == 200, "a page open under the link before can still be sent"
    other = Phone(runtime)
    other.open(factories.create_link(runtime, factories.create_participant(runtime)))
    assert other.handle != first


def test_addresses_of_before_lead_to_ones_own_pages(phone: Phone) -> None:
    for address in ("/survey", "/survey/q/heard_via", "/survey/consent"):
        response = phone.client.raw.get(address + "?from=check")
        assert response.status_code == 307
        assert response.location == phone.own(address) + "?from=check"
    form = {**phone.page.fields(), "heard_via": "family"}
    response = phone.client.raw.post("/survey/q/heard_via", data=form)
    assert (response.status_code, response.location) == (307, phone.own("/survey/q/heard_via"))
    phone.send(form, to=response.location)
    phone.open("/survey/q/heard_via")
    assert phone.chosen() == {"heard_via": ["family"]}
    assert phone.client.raw.get("/survey/nothing/of/the/kind").status_code == 404


def test_what_was_typed_on_a_page_that_was_open_too_long_is_given_back(phone: Phone, link: str) -> None:
    filled = {**phone.page.fields(), "heard_via": "other", "heard_via_other_text": "A poster"}
    phone.open("/survey/leave")
    phone.open(link)
    phone.send(filled, to="/survey/q/heard_via")
    assert phone.status == 400
    assert phone.chosen() == {"heard_via": ["other"], "heard_via_other_text": ["A poster"]}
    phone.send()
    phone.say_whose()
    assert (phone.status, phone.question) == (200, "heard_via_detail")
    forged = phone.client.post(
        phone.own("/survey/q/heard_via"), {"heard_via": "family"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert "checked" not in forged.text, "another site fills in nothing"


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
