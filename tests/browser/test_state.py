"""The word that says where an answer is, as the queue's standing changes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.benchmarks.phone import READY
from tests.browser.accessible import check_accessible
from tests.browser.phone_pages import Shown
from tests.browser.phone_pages import phones as phones
from tests.browser.phone_pages import shown as shown

SHOW = """async ({ module, stand }) => {
  const { showState } = await import(module);
  window.tried = 0;
  showState(stand, () => { window.tried += 1; });
}"""
STANDS = [
    ("saved", "Saved", False, False),
    ("waiting", "Kept on this phone, trying again", True, True),
    ("cannot_keep", "This phone cannot keep it. Keep this page open", True, False),
    ("ended", "Kept on this phone. Open your link again", True, False),
    ("elses", "Kept on this phone until your link is opened again", True, False),
]


def show(page: Page, stand: str) -> None:
    page.evaluate(SHOW, {"module": "/static/js/survey/state.js", "stand": stand})


@pytest.mark.parametrize(("stand", "words", "warm", "again"), STANDS)
def test_the_word_is_always_in_sight(shown: Shown, stand: str, words: str, warm: bool, again: bool) -> None:
    page = shown("heard_via")
    page.wait_for_function(READY)
    show(page, stand)
    said = page.locator("#state")
    expect(said).to_have_text(words)
    expect(said).to_have_attribute("role", "status")
    expect(said).to_be_in_viewport()
    assert ("waiting" in (said.get_attribute("class") or "")) == warm
    button = page.get_by_role("button", name="Try now")
    assert button.is_visible() == again
    if again:
        button.click()
        assert page.evaluate("tried") == 1
    check_accessible(page)


def test_send_says_what_it_waits_for(shown: Shown) -> None:
    page = shown(None)
    send = page.locator("button.main")
    show(page, "waiting")
    expect(send).to_have_text("Send when there is a signal")
    expect(send).to_have_attribute("aria-disabled", "true")
    check_accessible(page)
    show(page, "saved")
    expect(send).to_have_text("Send my answers")
    assert send.get_attribute("aria-disabled") is None
