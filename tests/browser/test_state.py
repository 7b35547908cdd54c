"""The word that says where an answer is, as the queue's standing changes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from surveyapp.services.runtime import Runtime
from tests.browser.accessible import check_accessible
from tests.browser.phone_pages import READY, Opened, Shown, begin, go_on, new_link
from tests.browser.phone_pages import opened as opened
from tests.browser.phone_pages import phones as phones
from tests.browser.phone_pages import shown as shown

SHOW = """async ({ module, stand }) => {
  const { showState } = await import(module);
  let tried = 0;
  showState(stand, () => { tried += 1; });
  const [said, again, send] = ["#state", "#try", "button.main"].map((each) => document.querySelector(each));
  const { top, bottom } = said.getBoundingClientRect();
  const offered = !again.hidden;
  if (offered) again.click();
  return {
    words: said.textContent, role: said.getAttribute("role"), warm: said.classList.contains("waiting"),
    inSight: top >= 0 && bottom <= innerHeight, offered, tried,
    send: send.textContent, sendDisabled: send.getAttribute("aria-disabled"),
  };
}"""
"""What is on the screen as soon as a standing is shown: the page's own queue may show another at any moment after."""

STANDS = [
    ("saved", "Saved", False, False),
    ("waiting", "Kept on this phone, trying again", True, True),
    ("cannot_keep", "This phone cannot keep it. Keep this page open", True, False),
    ("ended", "Kept on this phone. Open your link again", True, False),
    ("elses", "Kept on this phone until your link is opened again", True, False),
]


def show(page: Page, stand: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(SHOW, {"module": "/static/js/survey/state.js", "stand": stand})
    return found


@pytest.mark.parametrize(("stand", "words", "warm", "again"), STANDS)
def test_the_word_is_always_in_sight(shown: Shown, stand: str, words: str, warm: bool, again: bool) -> None:
    page = shown("heard_via")
    page.wait_for_function(READY)
    found = show(page, stand)
    assert found["words"] == words
    assert (found["role"], found["inSight"], found["warm"]) == ("status", True, warm)
    assert (found["offered"], found["tried"]) == (again, int(again))
    check_accessible(page)


def test_nothing_is_said_to_be_saved_before_something_was(opened: Opened, runtime_sqlite: Runtime) -> None:
    page = opened(new_link(runtime_sqlite))
    page.get_by_label("I have read what this is about").check()
    go_on(page)
    begin(page)
    page.wait_for_function(READY)
    expect(page.locator("#state")).to_have_text("Saved as you go")
    page.locator("main .option").first.click()
    expect(page.locator("#unsaved")).to_be_visible()
    page.locator("button.main").click()
    expect(page.locator("#state")).to_have_text("Saved")


def test_send_says_what_it_waits_for(shown: Shown) -> None:
    page = shown(None)
    found = show(page, "waiting")
    assert (found["send"], found["sendDisabled"]) == ("Send when there is a signal", "true")
    check_accessible(page)
    found = show(page, "saved")
    assert (found["send"], found["sendDisabled"]) == ("Send my answers", None)
