"""What an interviewer wrote down and is not saved: no network, a page that is left, words that are too long."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from surveyapp.domain.answers import Codes, Missing, Reason, Text
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Staff
from surveyapp.services.responses import survey_session
from surveyapp.services.runtime import Runtime
from tests.browser.accessible import check_accessible
from tests.browser.interviewing import Desk, go, saved, start_of_interview
from tests.browser.interviewing import desk as desk
from tests.browser.interviewing import participant as participant
from tests.browser.interviewing import staff as staff
from tests.typist import begun


def without_a_signal(page: Page) -> Callable[[], None]:
    """No save arrives until what is returned is called."""

    def cut(route: Route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    def back() -> None:
        page.unroute("**/saves*", cut)
        page.evaluate("dispatchEvent(new Event('online'))")

    page.route("**/saves*", cut)
    return back


def asked_of(page: Page, *, stay: bool) -> list[str]:
    """Which boxes the browser puts up from now on, each answered the same."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss() if stay else dialog.accept()

    page.on("dialog", answer)
    return asked


def in_words(page: Page) -> None:
    """To the question that is answered in words."""
    page.locator("label", has_text="Positive").click()
    page.get_by_label("What made you feel that way at first?").click()


def in_words_of(page: Page, participant: Participant) -> None:
    """From the start of an interview to that question, with all before it saved."""
    start_of_interview(page, participant)
    in_words(page)
    saved(page)


def test_without_a_network_it_says_so_and_saves_when_it_is_back(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    back = without_a_signal(page)
    page.keyboard.press("2")
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet – will retry")
    expect(page.locator("#alarm")).to_have_text("Not saved yet – will retry")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("3")
    page.keyboard.type("It is far away")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Work readiness sessions")).to_be_visible()
    back()
    saved(page)
    answers = survey_session.visit(runtime_sqlite, who).ready[1].answers
    assert answers == {
        "heard_via": Codes(("jobcentre_plus",)),
        "heard_via_detail": Missing(Reason.SKIPPED),
        "first_feeling": Codes(("negative",)),
        "first_feeling_why": Text("It is far away"),
        "hopes": Codes(("lasting_employment",)),
    }


def test_whoever_types_on_is_not_taken_to_another_page_once_all_is_saved(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=False)
    in_words_of(page, participant)
    back = without_a_signal(page)
    page.keyboard.type("They say ONE.")
    page.keyboard.press("Control+e")
    expect(page.locator(".told-now")).to_have_text(
        "Everything is saved first. This goes on by itself as soon as it is."
    )
    page.keyboard.type(" And then")
    back()
    page.keyboard.type(" many more words without any pause", delay=40)
    saved(page)
    assert "/sections/start" in page.url
    assert asked == []
    expect(page.locator(".told-now")).to_have_count(0)
    words = survey_session.visit(runtime_sqlite, who).ready[1].answers["first_feeling_why"]
    assert words == Text("They say ONE. And then many more words without any pause")
    page.keyboard.press("Control+e")
    page.wait_for_url("**/end?*")


@pytest.mark.parametrize("button", ["Close without a call", "Sign out"])
def test_a_form_that_leaves_the_page_waits_until_all_is_saved(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff, button: str
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=False)
    in_words_of(page, participant)
    back = without_a_signal(page)
    page.keyboard.type("They say ONE.")
    page.get_by_role("button", name=button).click()
    expect(page.locator(".told-now")).to_contain_text("Everything is saved first")
    page.get_by_label("What made you feel that way at first?").focus()
    page.keyboard.press("End")
    page.keyboard.type(" And TWO.")  # whoever types on stays
    back()
    saved(page)
    assert "/sections/start" in page.url
    page.get_by_role("button", name=button).click()
    page.wait_for_url(lambda address: "/sections/" not in address)
    words = survey_session.visit(runtime_sqlite, who).ready[1].answers["first_feeling_why"]
    assert words == Text("They say ONE. And TWO.")
    assert asked == []


def test_once_all_is_saved_it_goes_where_it_was_to_go_and_asks_nothing(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=True)
    start_of_interview(page, participant)
    in_words(page)
    back = without_a_signal(page)
    page.keyboard.type("They say ONE.")
    page.keyboard.press("Control+e")
    expect(page.locator(".told-now")).to_contain_text("Everything is saved first")
    back()
    page.wait_for_url("**/end?*")
    assert asked == []


def test_whoever_types_without_a_pause_has_it_saved_every_few_seconds(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    in_words_of(page, participant)
    page.keyboard.type("word " * 14, delay=100)
    given = survey_session.visit(runtime_sqlite, who).ready[1].answers["first_feeling_why"]
    assert isinstance(given, Text)
    assert len(given.text) >= 20


def test_a_window_with_words_that_are_not_saved_asks_before_it_is_closed(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=True)
    in_words_of(page, participant)
    page.keyboard.type("Not yet")
    page.evaluate("location.reload()")
    page.keyboard.type(" saved")
    assert asked == ["beforeunload"]
    saved(page)
    expect(page.get_by_label("What made you feel that way at first?")).to_have_value("Not yet saved")
    page.reload()
    expect(page.get_by_label("What made you feel that way at first?")).to_have_value("Not yet saved")
    assert asked == ["beforeunload"]


def test_what_is_entered_before_the_script_is_ready_is_not_lost(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=True)
    page.route("**/interviews/pack/**", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        go(page, participant, "/sections/start?mode=phone&language=en")
    page.locator(".opt:has([name=heard_via][value=other])").click()
    box = page.locator("input[name=heard_via_other_text]")
    box.click()
    page.keyboard.type("Ann, next")
    page.evaluate("location.reload()")
    assert asked == ["beforeunload"]
    page.unroute("**/interviews/pack/**")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "heard_via")
    page.keyboard.type(" door")
    saved(page)
    expect(box).to_have_value("Ann, next door")
    page.reload()
    expect(box).to_have_value("Ann, next door")
    answers = survey_session.visit(runtime_sqlite, who).ready[1].answers
    assert answers["heard_via_other_text"] == Text("Ann, next door")


def test_words_too_long_to_be_saved_are_let_go_of_only_by_whoever_says_so(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=True)
    in_words_of(page, participant)
    words = page.get_by_label("What made you feel that way at first?")
    words.fill("word " * 1040)
    expect(page.locator("[data-saved]")).to_have_text("saved 11:30, but an answer needs putting right")
    page.evaluate("location.reload()")
    assert asked == ["beforeunload"]
    # In another section, and in this one again, it still stands there.
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Work readiness sessions")).to_be_visible()
    page.keyboard.press("Control+e")
    told = page.locator(".told-now")
    expect(told).to_contain_text("is not saved")
    expect(words).to_be_focused()
    expect(words).to_have_value("word " * 1039 + "word")
    expect(page.locator(".faulty[data-item=first_feeling_why] .fault")).to_be_visible()
    check_accessible(page)
    words.press("End")
    words.press("Backspace")
    expect(told).to_have_count(0)
    page.get_by_role("link", name="Queue").first.click()
    expect(told).to_contain_text("is not saved")
    assert "/sections/start" in page.url
    told.get_by_role("button", name="Go without it").click()
    page.wait_for_url("**/interviews")
    assert asked == ["beforeunload"]
