"""Nothing of somebody who was erased stays on their phone, and nothing of anybody behind the back button."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Role
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import erasing
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.browser.accessible import check_accessible
from tests.browser.conftest import QUIET_AND_HEADLESS, Tab, sign_in
from tests.browser.phone_pages import READY, until
from tests.browser.test_turning import choose, ready, turn

KEPT = """() => new Promise(done => {
  indexedDB.open("shiftline", 1).onsuccess = ({ target }) => {
    const database = target.result;
    database.transaction("queues").objectStore("queues").getAll().onsuccess = ({ target }) => {
      database.close();
      done(target.result.map(({ handle, saves }) => [handle, saves.length]));
    };
  };
})"""
"""Whose answers this phone keeps, and how many that are not sent."""

THERE = "Nothing more is asked of you"


@pytest.fixture(scope="module")
def browser(browser: Browser) -> Iterator[Browser]:
    """A Chromium that keeps pages behind the back button, as people's do: Playwright's own is told not to."""
    launched = browser.browser_type.launch(
        executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
        args=QUIET_AND_HEADLESS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield launched
    launched.close()


def handle_of(page: Page) -> str:
    return page.url.split("/survey/")[1].split("/")[0]


def answered_without_signal(page: Page, value: str) -> None:
    page.context.set_offline(True)
    choose(page, "heard_via", value)
    turn(page)
    expect(page.locator("#state")).to_have_text("Kept on this phone, trying again")
    until(page, f"async () => (await ({KEPT})()).some(([handle, saves]) => saves)", "it is never kept")


def test_an_erased_persons_phone_forgets_them_and_nobody_else(
    runtime_sqlite: Runtime, tab: Tab, live_server: str
) -> None:
    gone, waits = (factories.create_participant(runtime_sqlite) for _ in range(2))
    link = live_server + factories.create_link(runtime_sqlite, gone)
    page = ready(tab, link)
    theirs = handle_of(page)
    answered_without_signal(page, "job_shop")
    with factories.operator(runtime_sqlite).writing() as work:
        erasing.erase(work, gone)
    # The page that is open asks by itself once there is a signal.
    page.context.set_offline(False)
    expect(page.locator("h1")).to_have_text(THERE, timeout=20_000)
    assert page.evaluate(KEPT) == []
    assert theirs in page.url
    check_accessible(page)
    # A page that was closed cannot; their link, which opens nothing any more, does.
    another = factories.create_participant(runtime_sqlite)
    closed = ready(tab, live_server + factories.create_link(runtime_sqlite, another))
    phone = closed.context
    answered_without_signal(closed, "job_shop")
    first = handle_of(closed)
    closed.close()
    phone.set_offline(False)
    phone.clear_cookies()
    second = phone.new_page()
    second.goto(live_server + factories.create_link(runtime_sqlite, waits))
    second.locator("#agree-take_part").check()
    second.locator("button.main").click()
    second.locator("#own").check()
    second.locator("button.main").click()
    second.wait_for_function(READY)
    answered_without_signal(second, "online")
    with factories.operator(runtime_sqlite).writing() as work:
        erasing.erase(work, another)
    with phone.expect_page() as opened:
        second.evaluate("() => { open('about:blank'); }")
    beside = opened.value
    second.close()
    phone.set_offline(False)
    phone.clear_cookies()
    beside.goto(f"{live_server}/s/nothing")
    expect(beside.locator("h1")).to_have_text("This link does not work")
    until(beside, f"async () => (await ({KEPT})()).length < 2", "they are never forgotten")
    ((handle, saves),) = beside.evaluate(KEPT)
    assert (handle != first, saves) == (True, 1)


def behind(page: Page, secret: str, steps: int = 6) -> list[str]:
    """The pages behind the back button on which a secret can be read, on screen or in what the page is made of."""
    found = []
    for _ in range(steps):
        page.go_back()
        if secret in content(page):
            found.append(page.url)
    return found


def content(page: Page) -> str:
    """What a page is made of, once it stays: one that was left goes on by itself."""
    while True:
        page.wait_for_load_state()
        try:
            return page.content()
        except Error as error:
            if "navigating" not in error.message:
                raise


def test_behind_the_back_button_nothing_is_left_of_staff(runtime_sqlite: Runtime, tab: Tab, live_server: str) -> None:
    person = factories.create_participant(runtime_sqlite)
    with factories.operator(runtime_sqlite).writing() as work:
        contacts.write(work, person, Contact(name="Aurelia Quixabel", phone="07700 900123"))
    member = factories.create_staff(runtime_sqlite, Role.MANAGER, second_factor=False)
    address = f"/manage/{factories.STUDY}/participants/{person.reference}"
    page = tab(live_server + address)
    sign_in(page, member.email, address)
    for path in (f"/manage/{factories.STUDY}/participants", address, f"{address}/contact", address):
        page.goto(live_server + path)
    page.goto(f"{live_server}{address}/contact")
    assert "Quixabel" in page.content()
    page.locator("form[action$='/staff/logout'] button").click()
    page.wait_for_url("**/staff/login*")
    assert behind(page, "Quixabel") == []
    for _ in range(8):
        page.go_forward()
    assert behind(page, "Quixabel") == []
    expect(page.locator("#password")).to_be_visible()


def test_behind_the_back_button_nothing_is_left_of_a_participant(
    runtime_sqlite: Runtime, tab: Tab, live_server: str
) -> None:
    link = live_server + factories.create_link(runtime_sqlite, factories.create_participant(runtime_sqlite))
    page = ready(tab, link)
    choose(page, "heard_via", "job_shop")
    turn(page)
    page.locator("textarea").fill("At the job centre with Paula")
    turn(page)
    expect(page.locator("#state")).to_have_text("Saved", timeout=20_000)
    words = page.locator("h1").inner_text()
    page.get_by_role("link", name="Leave now").click()
    expect(page).to_have_url("about:blank")
    assert behind(page, "Paula") == []
    assert behind(page, words) == []
    # Without a script Leave is a link, and what was before it is asked of the server anew.
    page = tab(
        live_server + factories.create_link(runtime_sqlite, factories.create_participant(runtime_sqlite)),
        "phone",
        java_script_enabled=False,
    )
    page.locator("#agree-take_part").check()
    page.locator("button.main").click()
    page.locator("#own").check()
    page.locator("button.main").click()
    page.locator("main input[value='job_shop']").check()
    page.locator("button.main").click()
    page.locator("textarea").fill("At the job centre with Paula")
    page.locator("button.main").click()
    page.locator("a.back").click()
    assert "Paula" in page.content()
    page.get_by_role("link", name="Leave now").click()
    expect(page.locator("h1")).to_have_text("You have left")
    assert behind(page, "Paula") == []
