"""A form without a script: what somebody else answered since its page was shown is not written over in silence."""

from __future__ import annotations

import uuid

import pytest

from surveyapp.domain.answers import Codes
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.phone import Phone


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime)


@pytest.fixture
def phone(runtime: Runtime, person: Participant) -> Phone:
    opened = Phone(runtime)
    opened.agree(factories.create_link(runtime, person))
    opened.send(heard_via="job_shop")
    opened.open("/survey/q/heard_via")
    return opened


def meanwhile(runtime: Runtime, person: Participant, value: str = "family") -> None:
    interviewer = factories.by_interviewer(factories.create_staff(runtime, Role.INTERVIEWER), person)
    answering.save_page(runtime, interviewer, "heard_via", {"heard_via": [value]}, uuid.uuid4())


def stands(runtime: Runtime, person: Participant) -> object:
    return factories.stored(runtime, person)[0]["heard_via"]


def test_it_is_told_and_what_one_chose_is_filled_in_to_choose_again(
    runtime: Runtime, person: Participant, phone: Phone
) -> None:
    meanwhile(runtime, person)
    phone.send(heard_via="online")
    assert (phone.status, phone.question) == (409, "heard_via")
    assert "An interviewer wrote down meanwhile" in phone.page.words
    assert phone.chosen()["heard_via"] == ["online"]
    assert stands(runtime, person) == Codes(("family",))
    phone.send(heard_via="online")
    assert phone.status == 200
    assert phone.question != "heard_via"
    assert stands(runtime, person) == Codes(("online",))


def test_the_answer_that_stands_can_be_kept(runtime: Runtime, person: Participant, phone: Phone) -> None:
    meanwhile(runtime, person)
    phone.send(heard_via="online")
    phone.follow("Keep the answer that stands")
    assert phone.question not in ("", "heard_via")
    assert stands(runtime, person) == Codes(("family",))
    assert factories.stored(runtime, person)[1] == 3, "both are in the history"


def test_the_same_answer_and_ones_own_newest_are_no_conflict(
    runtime: Runtime, person: Participant, phone: Phone
) -> None:
    meanwhile(runtime, person, "online")
    phone.send(heard_via="online")
    assert (phone.status, phone.question == "heard_via") == (200, False)
    phone.open("/survey/q/heard_via")
    phone.send(heard_via="family")
    phone.open("/survey/q/heard_via")
    phone.send(heard_via="job_shop")
    assert phone.status == 200
    assert stands(runtime, person) == Codes(("job_shop",))


@pytest.mark.parametrize("seen", ["", "not an id", "4f1c0a52-7d3e-4b0a-9a57-0d9a1a3c6f10"])
def test_what_was_never_seen_is_told_too(runtime: Runtime, person: Participant, phone: Phone, seen: str) -> None:
    meanwhile(runtime, person)
    phone.open("/survey/q/heard_via")
    phone.send(heard_via="online", seen=seen)
    assert phone.status == 409
    assert stands(runtime, person) == Codes(("family",))


def test_the_same_form_twice_is_told_twice(runtime: Runtime, person: Participant, phone: Phone) -> None:
    form = {**phone.page.fields(), "heard_via": "online"}
    meanwhile(runtime, person)
    for _ in range(2):
        again = phone.client.post(phone.own("/survey/q/heard_via"), form)
        assert again.status_code == 409
    assert stands(runtime, person) == Codes(("family",))
