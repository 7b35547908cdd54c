"""The phone's own Back and Forward, which change the address before any script hears of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from surveyapp.domain.answers import Text
from surveyapp.domain.participants import Participant
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.browser.conftest import Tab
from tests.browser.phone_pages import READY, saved
from tests.browser.phone_pages import at as at
from tests.browser.phone_pages import opened as opened
from tests.browser.test_turning import BOTH, choose, question, ready, turn


@pytest.mark.parametrize("own", [True, False], ids=["theirs", "others use it too"])
def test_back_while_the_script_is_on_its_way_takes_nothing_for_another_question_s(
    tab: Tab, link: str, runtime_sqlite: Runtime, person: Participant, own: bool
) -> None:
    phone = ready(tab, link, own=own)
    choose(phone, "heard_via", "family")
    turn(phone)
    assert question(phone) == "heard_via_detail"
    phone.get_by_label("How did that come about?").fill("At home")
    turn(phone)
    saved(phone)
    phone.go_back()
    phone.wait_for_url("**/heard_via_detail")
    held: list[Route] = []
    phone.route("**/slip", lambda route: held.append(route))
    phone.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.forEach((each) => each.unregister()))")
    phone.reload(wait_until="commit")
    box = phone.get_by_label("How did that come about?")
    expect(box).to_have_value("At home")
    with phone.expect_event("framenavigated"):
        phone.evaluate("history.back()")
    box.fill("At home, on a Sunday")
    assert question(phone) == "heard_via"
    phone.wait_for_timeout(200)
    assert held, "the page turns already"
    phone.unroute("**/slip")
    expect(phone.locator('input[name="heard_via"][value="family"]')).to_be_checked()
    assert question(phone) == "heard_via"
    saved(phone)
    assert told(runtime_sqlite, person) == {"heard_via": "family", "heard_via_detail": "At home, on a Sunday"}
    phone.wait_for_function(READY)
    turn(phone)
    expect(box).to_have_value("At home, on a Sunday")
    assert question(phone) == "heard_via_detail"


@pytest.fixture
def writing(tab: Tab, link: str) -> Page:
    """A phone on the second question, with something written on it."""
    phone = ready(tab, link)
    choose(phone, "heard_via", "family")
    turn(phone)
    phone.get_by_label("How did that come about?").fill("At home")
    return phone


WAYS = ["finish later", "another language", "forward and on"]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_written_is_taken_by_the_phone_s_back_as_by_the_page_s(
    writing: Page, runtime_sqlite: Runtime, person: Participant, way: str
) -> None:
    writing.go_back()
    writing.wait_for_url("**/heard_via")
    if way == "forward and on":
        choose(writing, "heard_via", "online")
        writing.go_forward()
        writing.wait_for_url("**/heard_via_detail")
        expect(writing.get_by_label("How did that come about?")).to_have_value("At home")
        turn(writing)
        saved(writing)
    elif way == "finish later":
        writing.get_by_role("button", name="Finish later").click()
        writing.wait_for_url("**/later")
    else:
        writing.locator("details.tongues summary").click()
        with writing.expect_navigation():
            writing.locator("details.tongues button[value=pl]").click()
        expect(writing.locator("html")).to_have_attribute("lang", "pl")
    found = told(runtime_sqlite, person)
    assert found["heard_via_detail"] == "At home"
    assert found["heard_via"] == ("online" if way == "forward and on" else "family")


@pytest.fixture(params=["by the page", "by the phone"])
def half(request: pytest.FixtureRequest, opened: Callable[..., Page], at: Callable[..., str]) -> Page:
    """A phone that went back from a question of which half is answered, by its own Back or the page's."""
    phone = opened(at(BOTH))
    phone.wait_for_function(READY)
    phone.locator("a.back").click()
    turn(phone)
    assert question(phone) == BOTH
    phone.locator(".moments input").first.check(force=True)
    if request.param == "by the page":
        phone.locator("a.back").click()
    else:
        phone.go_back()
    expect(phone.locator(".moments")).to_have_count(0)
    return phone


def test_who_finishes_is_told_that_part_of_it_was_not_taken(half: Page) -> None:
    half.get_by_role("button", name="Finish later").click()
    expect(half.get_by_text("All but what is not whole yet")).to_be_visible()


@pytest.mark.parametrize("to", ["another language", "what is theirs"])
def test_who_goes_elsewhere_is_led_to_what_was_not_taken_once(half: Page, to: str) -> None:
    for led in (True, False):
        if to == "what is theirs":
            half.get_by_role("link", name="See or download your answers").click()
        else:
            half.locator("details.tongues").evaluate("(each) => { each.open = true; }")
            half.locator("details.tongues button[value=pl]").click()
        if led:
            expect(half.locator(".fault:visible")).to_have_count(1)
            assert question(half) == BOTH
            expect(half.locator(".moments input:checked")).to_have_count(1)
    if to == "what is theirs":
        half.wait_for_url(re.compile("/answers|/yours"))
    else:
        expect(half.locator("html")).to_have_attribute("lang", "pl")
        expect(half.locator(".moments input:checked")).to_have_count(1)


def test_who_comes_to_the_end_is_led_to_what_could_not_be_taken(
    opened: Callable[..., Page], at: Callable[..., str]
) -> None:
    phone = opened(at("recommend"))
    phone.wait_for_function(READY)
    while not phone.locator("main textarea").count():
        phone.locator("a.back").click()
    written = question(phone)
    turn(phone)
    after = question(phone)
    phone.go_back()
    phone.wait_for_url(f"**/{written}")
    phone.locator("main textarea").fill("x" * 6000)
    phone.go_forward()
    phone.wait_for_url(f"**/{after}")
    while question(phone) != "recommend":
        turn(phone)
    choose(phone, "recommend", "very_likely")
    # Once more, past what need not be answered.
    turn(phone)
    turn(phone)
    expect(phone.locator(".fault:visible")).to_have_count(1)
    assert question(phone) == written
    phone.locator("main textarea").fill("It went well.")
    while "/q/" in phone.url:
        turn(phone)
        phone.wait_for_timeout(100)
    phone.wait_for_url("**/check")
    expect(phone.get_by_text("It went well.").first).to_be_visible()


def told(runtime: Runtime, person: Participant) -> dict[str, str]:
    """What is stored of the first questions, in short."""
    stored = factories.stored(runtime, person)[0]
    return {
        key: each.text if isinstance(each, Text) else getattr(each, "codes", [str(each)])[0]
        for key, each in stored.items()
    }
