"""What is written on a page and not taken: a phone that ends the page keeps it, where the device is theirs."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.browser.conftest import Tab
from tests.browser.phone_pages import READY, saved, send_page, until
from tests.browser.phone_pages import at as at
from tests.browser.phone_pages import opened as opened
from tests.browser.test_back_and_forward import told
from tests.browser.test_turning import choose, question, ready, turn
from tests.browser.test_without_a_signal import kept

KEPT = """() => new Promise(done => {
  indexedDB.open("shiftline", 1).onsuccess = ({ target }) => {
    const database = target.result;
    if (!database.objectStoreNames.length) return done([]);
    database.transaction("queues").objectStore("queues").getAll().onsuccess = ({ target }) => {
      database.close();
      done(target.result.flatMap(({ written }) => (written ? [written.page] : [])));
    };
  };
})"""
"""The page of which this browser keeps what was written and not taken."""

HOW = "How did that come about?"


def keeps(page: Page, *pages: str) -> None:
    until(page, f"() => ({KEPT})().then((kept) => kept.join() === {','.join(pages)!r})", "it is never kept")


@pytest.fixture
def writing(tab: Tab, link: str) -> Page:
    """A phone of their own on the second question, with a long sentence on it that nothing has taken."""
    return on_the_second(tab, link, own=True)


def on_the_second(tab: Tab, link: str, *, own: bool) -> Page:
    phone = ready(tab, link, own=own)
    choose(phone, "heard_via", "family")
    turn(phone)
    saved(phone)
    phone.get_by_label(HOW).fill("My sister told me of it")
    return phone


@pytest.mark.parametrize("signal", [True, False], ids=["signal", "no signal"])
def test_a_page_that_the_phone_ended_comes_back_with_what_was_written(
    writing: Page, runtime_sqlite: Runtime, person: Participant, signal: bool
) -> None:
    keeps(writing, "heard_via_detail")
    if not signal:
        kept(writing, "family")
        writing.context.set_offline(True)
    after = writing.context.new_page()
    place = writing.url
    writing.close()
    after.goto(place)
    expect(after.get_by_label(HOW)).to_have_value("My sister told me of it")
    expect(after.locator("#unsaved")).to_be_visible()
    assert "heard_via_detail" not in told(runtime_sqlite, person), "nobody has said it yet"
    after.context.set_offline(False)
    turn(after)
    saved(after)
    keeps(after)
    assert told(runtime_sqlite, person)["heard_via_detail"] == "My sister told me of it"


def test_what_was_let_go_of_again_does_not_come_back(writing: Page) -> None:
    keeps(writing, "heard_via_detail")
    writing.get_by_label(HOW).fill("")
    keeps(writing)
    writing.reload()
    writing.wait_for_function(READY)
    expect(writing.get_by_label(HOW)).to_have_value("")


def test_on_a_device_that_others_use_nothing_is_kept(tab: Tab, link: str) -> None:
    phone = on_the_second(tab, link, own=False)
    phone.wait_for_timeout(1000)
    assert phone.evaluate(KEPT) == []


def test_leaving_at_once_drops_it(writing: Page, link: str) -> None:
    keeps(writing, "heard_via_detail")
    writing.get_by_label(HOW).press_sequentially(" and so on")
    writing.get_by_role("link", name="Leave now").click()
    expect(writing).to_have_url("about:blank")
    writing.goto(link)
    writing.wait_for_timeout(1000)
    assert writing.evaluate(KEPT) == []
    assert "My sister" not in writing.content()


def test_the_phone_s_back_from_a_question_that_was_loaded_takes_what_was_written(
    opened: Callable[..., Page], at: Callable[..., str]
) -> None:
    phone = opened(at(None))
    phone.wait_for_url("**/check")
    place = phone.url
    phone.locator("a[href*='/q/first_feeling_why']").first.click()
    phone.wait_for_function(READY)
    phone.locator("main textarea").fill("I see it otherwise now.")
    keeps(phone, question(phone))
    phone.go_back()
    phone.wait_for_url(place)
    expect(phone.get_by_text("I see it otherwise now.")).to_be_visible()
    keeps(phone)


def test_what_was_answered_elsewhere_meanwhile_is_told(
    writing: Page, runtime_sqlite: Runtime, person: Participant
) -> None:
    keeps(writing, "heard_via_detail")
    place, context = writing.url, writing.context
    writing.close()
    interviewer = factories.by_interviewer(factories.create_staff(runtime_sqlite, Role.INTERVIEWER), person)
    said = {"heard_via_detail": ["A poster"]}
    answering.save_page(runtime_sqlite, interviewer, "heard_via_detail", said, uuid.uuid4())
    after = context.new_page()
    after.goto(place)
    expect(after.get_by_label(HOW)).to_have_value("My sister told me of it")
    turn(after)
    expect(after.get_by_role("alert")).to_contain_text("A poster")
    expect(after.get_by_label(HOW)).to_have_value("My sister told me of it")
    turn(after)
    saved(after)
    assert told(runtime_sqlite, person)["heard_via_detail"] == "My sister told me of it"


@pytest.fixture
def changing(tab: Tab, link: str) -> Page:
    """A phone of their own that went back to the first question, and on it another choice that nothing has taken."""
    phone = on_the_second(tab, link, own=True)
    turn(phone)
    saved(phone)
    phone.locator("a.back").click()
    phone.locator("a.back").click()
    assert question(phone) == "heard_via"
    choose(phone, "heard_via", "online")
    keeps(phone, "heard_via")
    return phone


def opened_again(changing: Page, link: str) -> Page:
    """Their link in another tab, once the one with the change was ended: the change is there."""
    context = changing.context
    changing.close()
    again = context.new_page()
    again.goto(link)
    expect(again.locator('input[value="online"]')).to_be_checked()
    return again


def test_whoever_opens_their_link_again_is_where_they_were_and_has_said_nothing_more(
    changing: Page, link: str, runtime_sqlite: Runtime, person: Participant
) -> None:
    again = opened_again(changing, link)
    assert question(again) == "heard_via"
    expect(again.locator("#unsaved")).to_be_visible()
    assert told(runtime_sqlite, person)["heard_via"] == "family"
    turn(again)
    saved(again)
    keeps(again)
    assert told(runtime_sqlite, person)["heard_via"] == "online"


def test_another_language_is_shown_with_what_came_back(
    changing: Page, link: str, runtime_sqlite: Runtime, person: Participant
) -> None:
    again = opened_again(changing, link)
    again.locator("details.tongues summary").click()
    with again.expect_navigation():
        again.locator("details.tongues button[value=pl]").click()
    expect(again.locator("html")).to_have_attribute("lang", "pl")
    expect(again.locator('input[value="online"]')).to_be_checked()
    assert question(again) == "heard_via"


def test_what_was_said_in_another_tab_since_takes_the_place_of_what_came_back(
    changing: Page, link: str, runtime_sqlite: Runtime, person: Participant
) -> None:
    other = changing.context.new_page()
    other.goto(link)
    expect(other.locator('input[value="online"]')).to_be_checked()
    other.wait_for_function(READY)
    choose(changing, "heard_via", "job_shop")
    turn(changing)
    saved(changing)
    expect(other.locator('input[value="job_shop"]')).to_be_checked()
    turn(other)
    saved(other)
    assert told(runtime_sqlite, person)["heard_via"] == "job_shop"


def test_a_change_in_a_page_that_the_phone_ended_is_looked_at_before_all_is_sent(
    opened: Callable[..., Page], at: Callable[..., str]
) -> None:
    phone = opened(at(None))
    phone.wait_for_url("**/check")
    check, context = phone.url, phone.context
    phone.locator("a[href*='/q/first_feeling_why']").first.click()
    phone.wait_for_function(READY)
    phone.locator("main textarea").fill("I see it otherwise now.")
    keeps(phone, question(phone))
    phone.close()
    again = context.new_page()
    again.goto(check)
    again.wait_for_url("**/q/first_feeling_why**")
    expect(again.locator("main textarea")).to_have_value("I see it otherwise now.")
    turn(again)
    again.wait_for_url("**/check")
    expect(again.get_by_text("I see it otherwise now.")).to_be_visible()
    again.wait_for_timeout(300)
    assert again.url == check


def test_what_the_server_says_is_wrong_stays_on_its_page(opened: Callable[..., Page], at: Callable[..., str]) -> None:
    phone = opened(at("first_feeling_why"))
    phone.wait_for_function(READY)
    phone.locator("main textarea").fill("x" * 6000)
    keeps(phone, "first_feeling_why")
    send_page(phone)
    phone.wait_for_function(READY)
    phone.wait_for_timeout(300)
    expect(phone.locator(".fault:visible")).to_contain_text("5000 characters at most")
    expect(phone.locator("main textarea")).to_have_value("x" * 6000)
