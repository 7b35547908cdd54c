"""On a device that others use, pages that nobody uses close: those that ask nothing, too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Tab
from tests.browser.phone_pages import PIN, go_on
from tests.browser.phone_pages import at as at
from tests.browser.test_what_waits import unused


@pytest.mark.parametrize("shown", ["check", "answers", "yours", "yours/out", "later"])
@pytest.mark.parametrize("own", [True, False], ids=["their own", "others use it too"])
def test_a_page_that_asks_nothing_closes_on_a_device_that_others_use(
    tab: Tab, live_server: str, at: Callable[..., str], own: bool, shown: str
) -> None:
    page = tab(live_server + at(None), "phone")
    page.fill("#pin", PIN)
    go_on(page)
    page.locator("#own" if own else "#own-no").check()
    go_on(page)
    page.wait_for_url("**/check")
    theirs = page.url.removesuffix("/check")
    page.goto(f"{theirs}/{shown}")
    if page.locator("#pin").count():
        page.fill("#pin", PIN)
        go_on(page)
    page.clock.install()
    page.goto(page.url)
    said = page.locator("main").inner_text()
    unused(page, 28)
    page.locator("h1").click()
    unused(page, 28)
    assert page.locator("main").inner_text() == said
    page.clock.fast_forward(2 * 60_000)
    if own:
        assert page.locator("main").inner_text() == said
    else:
        page.wait_for_url("**/leave?rested=1")
        page.go_back()
        expect(page.locator("h1")).to_have_text("Open your link again")
