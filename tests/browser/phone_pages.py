"""Participants' pages on a phone: links to people who are at a question, and how one goes from a link to it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page

from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.browser.conftest import NOT_LOADED, PATIENCE_MS, SIZES, Tab
from tests.integration.test_answering import walk_to

PLACED = {"attended_readiness_sessions": "yes", "placed": "yes", "employability_sessions": "yes",
          "confidence_career_potential": "not_very_confident"}  # fmt: skip

PIN = "482913"

Opened = Callable[..., Page]
Shown = Callable[[str | None], Page]


@pytest.fixture
def opened(tab: Tab, live_server: str) -> Opened:
    """Opens an address on a phone: with the PIN where answers were begun elsewhere, and as their own where that is
    asked."""

    def come(path: str, **options: Any) -> Page:
        return come_in(tab(live_server + path, "phone", **options))

    return come


def come_in(page: Page) -> Page:
    """From a link on."""
    if "/pin" in page.url:
        page.fill("#pin", PIN)
        go_on(page)
    begin(page)
    return page


@pytest.fixture
def at(runtime_sqlite: Runtime) -> Callable[..., str]:
    """A link to somebody who has answered up to a question (None: every one)."""

    return functools.partial(link_at, runtime_sqlite)


def link_at(runtime: Runtime, stop: str | None, group: str = "backfill", chosen: dict[str, str] | None = None) -> str:
    """A link to somebody new who has answered up to a question (None: every one)."""
    participant = factories.create_participant(runtime, group)
    who = factories.by_link(runtime, participant)
    answering.give_consent(runtime, who, {"take_part": True})
    walk_to(runtime, who, stop, chosen or PLACED)
    factories.set_pin(runtime, participant, PIN)
    return factories.create_link(runtime, participant)


def new_link(runtime: Runtime) -> str:
    return factories.create_link(runtime, factories.create_participant(runtime))


def go_on(page: Page) -> None:
    """Presses the main button and waits for what follows."""
    with page.expect_navigation():
        page.locator("button.main").click()


TURNS = "() => history.state && history.state.page"
"""Whether the page on show can be turned here."""

READY = """() => {
  if (!history.state?.page) return false;
  const names = performance.getEntriesByType("resource").filter((each) => each.responseEnd).map((each) => each.name);
  const later = names.find((name) => /later.js(\\?|$)/.test(name));
  if (!later || !names.some((name) => name.endsWith("/rest"))) return false;
  import(later).then(() => { window.allThere = true; });
  return Boolean(window.allThere);
}"""
"""Whether it can, and all is there that comes once the first question is: from here on no signal is needed."""

WAITING = """() => new Promise(done => {
  const opening = indexedDB.open("shiftline", 1);
  opening.onupgradeneeded = () => opening.transaction.abort();
  opening.onerror = (event) => { event.preventDefault(); done(false); };
  opening.onsuccess = ({ target }) => {
    const database = target.result;
    database.transaction("queues").objectStore("queues").getAll().onsuccess = ({ target }) => {
      database.close();
      done(target.result.every(({ saves }) => !saves.length));
    };
  };
})"""
"""Whether the server has answered for everything that was kept on the phone; no, where nothing was kept yet."""


def saved(page: Page) -> None:
    """Waits until it has: a page turns before its answers are sent, so whoever looks at what is stored waits first."""
    until(page, WAITING, "it is never sent")


def until(page: Page, asked: str, never: str) -> None:
    """Waits until a script that takes its time says yes: Playwright's own `wait_for_function` takes the promise of an
    answer for a yes."""
    for _ in range(200):
        # A page that is being left says nothing: the next is asked.
        with contextlib.suppress(Error):
            if page.evaluate(asked):
                return
        page.wait_for_timeout(50)
    raise AssertionError(never)


def send_page(page: Page) -> None:
    """Sends the page to the server as it is, where the phone might have turned it or said what is wrong by itself."""
    with page.expect_navigation():
        page.locator("form.question").evaluate("(form) => form.submit()")


def begin(page: Page) -> None:
    """Says that the phone is theirs, where that is asked."""
    if "/begin" in page.url:
        page.locator("#own").check()
        go_on(page)


@pytest.fixture(scope="module")
def phones(browser: Browser, runtime_of_module: Runtime, server_of_module: str) -> Iterator[Shown]:
    """The phone of somebody who is at a question (None: has answered every one)."""
    opened: dict[str | None, Page] = {}
    complaints: list[str] = []

    def at(question: str | None) -> Page:
        if question not in opened:
            page = browser.new_context(viewport=SIZES["phone"]).new_page()  # type: ignore[arg-type]
            page.set_default_timeout(PATIENCE_MS)
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(server_of_module + link_at(runtime_of_module, question))
            opened[question] = come_in(page)
        return opened[question]

    yield at
    for page in opened.values():
        page.context.close()
    assert [each for each in complaints if not each.startswith(NOT_LOADED)] == []


@pytest.fixture
def shown(phones: Shown) -> Shown:
    """It as it came, on a screen of its usual size."""

    def show(question: str | None) -> Page:
        page = phones(question)
        page.set_viewport_size(SIZES["phone"])  # type: ignore[arg-type]
        page.emulate_media(color_scheme="light", forced_colors="none")
        page.goto(page.url)
        return page

    return show
