"""Participants' pages in a browser like those of 2020, from which what came since is taken away."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from surveyapp.services.runtime import Runtime
from tests.browser.conftest import Tab
from tests.browser.phone_pages import READY, begin, come_in, saved
from tests.browser.phone_pages import at as at
from tests.browser.test_aloud import ENGLISH, VOICES, read_to_the_end
from tests.browser.test_turning import answer, answer_on_to_the_next, choose, link_to_one_of, turn
from tests.newer_than_2020 import TAKEN_AWAY

Old = Callable[..., Page]


@pytest.fixture
def old(tab: Tab) -> Old:
    """Opens an address in such a browser."""

    def open_at(address: str, more: str = "") -> Page:
        page = tab("about:blank", "phone")
        page.add_init_script(f"{TAKEN_AWAY};{more}")
        page.goto(address)
        return page

    return open_at


@pytest.mark.parametrize("group", ["backfill", "mentor"])
def test_a_whole_walk_in_any_order_of_options(old: Old, runtime_sqlite: Runtime, live_server: str, group: str) -> None:
    page = old(live_server + link_to_one_of(runtime_sqlite, group))
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    with page.expect_navigation():
        page.locator("button.main").click()
    begin(page)
    page.wait_for_function(READY)
    for _ in range(60):
        answer_on_to_the_next(page)
        if "/q/" not in page.url:
            break
    page.wait_for_url("**/check")


def test_each_button_does_what_it_says(old: Old, live_server: str, at: Callable[..., str]) -> None:
    page = come_in(old(live_server + at("heard_via")))
    page.wait_for_function(READY)
    choose(page, "heard_via", "family")
    page.locator("details.tongues summary").click()
    with page.expect_navigation():
        page.locator("details.tongues button[value=pl]").click()
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    page.wait_for_function(READY)
    expect(page.locator('input[name="heard_via"][value="family"]')).to_be_checked()
    page.locator("button[name=then][value=later]").click()
    page.wait_for_url("**/later*")


def test_what_comes_later_comes(old: Old, live_server: str, at: Callable[..., str]) -> None:
    """Reading aloud, and the page that is kept for when there is no signal."""
    page = come_in(old(live_server + at("placement_satisfaction"), f"({VOICES})({json.dumps([ENGLISH])})"))
    page.wait_for_function(READY)
    page.get_by_role("button", name="Read this to me").click()
    heading = page.locator("h1").inner_text()
    heard = read_to_the_end(page)
    assert heard[0] == heading
    assert len(heard) > 3
    assert not [each for each in heard if each.startswith("Error")]
    answer(page)
    turn(page)
    saved(page)
    page.wait_for_function("async () => (await caches.keys()).length && navigator.serviceWorker.controller")
    page.locator("a.leave").click()
    page.wait_for_url("about:blank")
