"""A form that is sent for something else than to go on stores no answer that nobody gave: another language, easy words,
back, later. What was written goes along, and what was emptied is emptied."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from surveyapp.domain.answers import LEFT_EMPTY, Answer, Missing, Reason, Text, said_in_passing
from surveyapp.domain.participants import Participant
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases, responses
from tests import factories
from tests.device import Device
from tests.interviewer import Interviewer
from tests.page import Client
from tests.phone import Phone

OPTIONAL = "heard_via_detail"
FIRST = {"heard_via": "family"}


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime)


@pytest.fixture
def phone(runtime: Runtime, person: Participant) -> Phone:
    """On a question that need not be answered."""
    made = Phone(runtime)
    made.agree(factories.create_link(runtime, person))
    made.answer_until(OPTIONAL, FIRST)
    assert made.question == OPTIONAL
    return made


def said(runtime: Runtime, person: Participant) -> Answer | None:
    return factories.stored(runtime, person)[0].get(OPTIONAL)


def history(runtime: Runtime, person: Participant) -> Answer | None:
    with runtime.database.reading() as session:
        response = responses.response_of(session, cases.cases_of(session, person.id)[0].id)
        assert response is not None
        found = responses.given_answers(session, response.id).get(OPTIONAL)
        return found.answer if found else None


def elsewhere(phone: Phone) -> Iterator[tuple[str, str]]:
    """Each button by which the page's form is sent, but the main one: its name and value."""
    for tag, each in phone.page.elements:
        if tag == "button" and each.get("form") == "the-form" and "name" in each:
            yield each["name"], each["value"]


def test_every_button_but_the_main_one_leaves_it_open(runtime: Runtime, person: Participant, phone: Phone) -> None:
    at = phone.path
    buttons = [*elsewhere(phone), ("then", "back")]
    assert {name for name, _ in buttons} == {"lang", "then"}
    assert {"ur", "en-simple"} <= {value for _, value in buttons}, "languages and easy words are there"
    for name, value in buttons:
        phone.open(at)
        assert phone.question == OPTIONAL
        phone.send({name: value})
        assert phone.status == 200
        assert (said(runtime, person), history(runtime, person)) == (None, None), (name, value)
    # They come back to it: it is the first that is open.
    phone.open("/survey")
    assert phone.question == OPTIONAL
    phone.send()
    assert phone.question != OPTIONAL
    assert said(runtime, person) == LEFT_EMPTY


@pytest.mark.parametrize("button", [{"lang": "ur"}, {"then": "back"}, {"then": "later"}], ids=str)
def test_what_was_written_goes_along_and_what_was_emptied_is(
    runtime: Runtime, person: Participant, phone: Phone, button: dict[str, str]
) -> None:
    at = phone.path
    phone.send({OPTIONAL: "At the job shop.", **button})
    assert said(runtime, person) == Text("At the job shop.")
    phone.open(at)
    phone.send({OPTIONAL: "", **button})
    assert said(runtime, person) == LEFT_EMPTY


def test_what_is_said_in_passing() -> None:
    sent = {"empty": LEFT_EMPTY, "emptied": LEFT_EMPTY, "written": Text("x"), "why": Missing(Reason.DONT_KNOW)}
    assert said_in_passing(sent, {"emptied", "else"}) == {key: sent[key] for key in ("emptied", "written", "why")}


@pytest.mark.parametrize(("passing", "kept"), [(True, None), (False, LEFT_EMPTY)], ids=["elsewhere", "on"])
def test_a_phone_says_how_it_was_sent(
    runtime: Runtime, person: Participant, phone: Phone, passing: bool, kept: Answer | None
) -> None:
    device = Device(phone, runtime)
    device.save(OPTIONAL, {OPTIONAL: ""}, **({"passing": True} if passing else {}))
    assert said(runtime, person) == kept


def test_an_interviewers_buttons_leave_it_open_too(runtime: Runtime, client: Client, person: Participant) -> None:
    interviewer = Interviewer(client, runtime)
    interviewer.open(person)
    interviewer.start()
    answering.save_page(
        runtime,
        factories.by_interviewer(interviewer.staff, person),
        "heard_via",
        {"heard_via": ["family"]},
        uuid.uuid4(),
    )
    for button in ("stay", "back", "check"):
        interviewer.answer("start", {}, then=button)
        assert history(runtime, person) is None, button
    interviewer.answer("start", {}, then="next")
    assert history(runtime, person) == LEFT_EMPTY
