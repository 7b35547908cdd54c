"""Whoever rings back is found, and it is said why nobody calls them: by a search, by the address of their case, and on
its page. On both databases."""

from __future__ import annotations

import dataclasses

import pytest

from surveyapp.domain.fieldwork.cases import Outcome
from surveyapp.domain.fieldwork.consequences import CONSEQUENCES
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork.call_queue import MOST_FOUND
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.conftest import Clock
from tests.integration.test_consequences import record
from tests.interviewer import CONTACT, Interviewer, create_reachable
from tests.page import Client, Page

pytestmark = pytest.mark.both_databases

SAID = {
    Outcome.WRONG_NUMBER: "The number on record is wrong. Nobody calls them until it is mended.",
    Outcome.MOVED: "They moved. Nobody calls them until it is known how to reach them.",
    Outcome.COMPLAINED: "They complained. Nobody calls or writes to them until a supervisor has decided that.",
}


def found(who: Interviewer, written: str) -> Page:
    return Page(who.post("/interviews", {"search": written}).text)


def opens(page: Page) -> bool:
    """Whether it has a button that opens a case."""
    return any(tag == "form" and attributes.get("action", "").endswith("/open") for tag, attributes in page.elements)


def test_every_referral_that_blocks_calls_is_said() -> None:
    assert set(SAID) == {each for each, follows in CONSEQUENCES.items() if follows.referral is not None}


@pytest.mark.parametrize("outcome", SAID)
def test_what_keeps_somebody_from_being_called_is_said_wherever_they_are_found(
    runtime: Runtime, client: Client, clock: Clock, outcome: Outcome
) -> None:
    person = create_reachable(runtime)
    ines, boss = Interviewer(client, runtime), Interviewer(client, runtime, Role.SUPERVISOR)
    record(runtime, factories.create_staff(runtime, Role.INTERVIEWER), person, outcome)
    clock.forward(minutes=2)
    case = f"/interviews/{person.study}/{person.reference}/1"
    complained = outcome is Outcome.COMPLAINED
    for who, may in ((ines, not complained), (boss, True)):
        for page in (found(who, person.reference), who.client.page(case)):
            assert SAID[outcome] in page.words
            assert opens(page) is may
    who = boss if complained else ines
    assert who.open(person).status_code == 302
    page = who.client.page(case)
    assert SAID[outcome] in page.words
    assert ("tel:" in page.source) is (outcome is not Outcome.WRONG_NUMBER)
    assert SAID[outcome] in who.client.page(f"{case}/end").words


def test_nothing_of_it_is_said_of_others(runtime: Runtime, client: Client) -> None:
    person = create_reachable(runtime)
    ines = Interviewer(client, runtime)
    page = found(ines, person.reference)
    assert opens(page)
    assert not any(each in page.words for each in SAID.values())


def test_a_search_that_means_more_people_than_are_shown_says_so(runtime: Runtime, client: Client) -> None:
    ines = Interviewer(client, runtime)
    for number in range(MOST_FOUND):
        create_reachable(runtime, dataclasses.replace(CONTACT, name=f"Amara Nowak{number}"))
    assert "More people fit" not in found(ines, "amara").words
    create_reachable(runtime)
    words = found(ines, "amara").words
    assert "More people fit “amara” than are shown: these are the first." in words
