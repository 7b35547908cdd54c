"""Read to me, with simulated voices: which is taken, what is read in which order, and when it stops."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Page, expect

from surveyapp.services.runtime import Runtime
from tests.browser.conftest import Tab
from tests.browser.phone_pages import PIN, READY, begin, go_on
from tests.browser.phone_pages import at as at

VOICES = """(voices) => {
  const said = [];
  const listeners = [];
  let now = null;
  const speech = {
    getVoices: () => voices,
    addEventListener: (_name, listener) => listeners.push(listener),
    speak: (utterance) => { now = utterance; said.push([utterance.text, utterance.voice.name, utterance.lang]); },
    cancel: () => { now = null; },
  };
  Object.defineProperty(window, "speechSynthesis", { value: speech });
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  window.said = said;
  window.ended = () => { const one = now; now = null; one?.onend(); };
  window.speaking = () => now !== null;
}"""

ENGLISH = {"name": "Here", "lang": "en-GB", "localService": True}
AFAR = {"name": "Afar", "lang": "en-US", "localService": False}
POLISH = {"name": "Tutaj", "lang": "pl_PL", "localService": True}


def heard(tab: Tab, address: str, voices: Sequence[dict[str, Any]], **options: Any) -> Page:
    page = tab("about:blank", "phone", **options)
    page.add_init_script(f"({VOICES})({json.dumps(list(voices))})")
    page.goto(address)
    if "/pin" in page.url:
        page.fill("#pin", PIN)
        go_on(page)
    begin(page)
    return page


def read_to_the_end(page: Page) -> list[str]:
    for _ in range(30):
        if not page.evaluate("speaking()"):
            break
        page.evaluate("ended()")
    return [text for text, _, _ in page.evaluate("said")]


def test_a_question_and_its_options_one_after_another(
    runtime_sqlite: Runtime, live_server: str, tab: Tab, at: Callable[..., str]
) -> None:
    page = heard(tab, live_server + at("placement_satisfaction"), [AFAR, POLISH, ENGLISH])
    button = page.get_by_role("button", name="Read this to me")
    button.click()
    stop = page.get_by_role("button", name="Stop reading")
    expect(stop).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("said.length") == 1, "the next waits for the one before"
    assert read_to_the_end(page) == [
        "Overall, how satisfied are you with your placement?",
        "Think of the whole time, not just today.",
        "Very satisfied",
        "Quite satisfied",
        "Neither satisfied nor dissatisfied",
        "Quite dissatisfied",
        "Very dissatisfied",
        "Don’t know",
        "Prefer not to say",
    ]
    assert {(voice, language) for _, voice, language in page.evaluate("said")} == {("Here", "en-GB")}
    expect(button).to_be_visible()
    button.click()
    stop.click()
    assert not page.evaluate("speaking()")
    expect(button).to_be_visible()


def test_before_and_now_are_read_row_by_row(live_server: str, tab: Tab, at: Callable[..., str]) -> None:
    page = heard(tab, live_server + at("confidence_career_potential"), [ENGLISH])
    page.get_by_role("button", name="Read this to me").click()
    said = read_to_the_end(page)
    assert said[2:5] == ["Before the placement", "Now", "Very confident"]
    assert said[-1] == "Prefer not to say"


def test_without_a_voice_of_ones_language_on_this_device_there_is_no_button(
    live_server: str, tab: Tab, at: Callable[..., str]
) -> None:
    link = live_server + at("placement_satisfaction")
    for voices in ([], [AFAR], [POLISH], [AFAR, POLISH]):
        page = heard(tab, link, voices)
        page.wait_for_function(READY)
        expect(page.locator("#read")).to_be_hidden()
    page = heard(tab, link, [ENGLISH])
    expect(page.locator("#read")).to_be_visible()


def test_it_stops_when_the_page_turns(live_server: str, tab: Tab, at: Callable[..., str]) -> None:
    page = heard(tab, live_server + at("placement_satisfaction"), [ENGLISH])
    page.get_by_role("button", name="Read this to me").click()
    page.locator("main .option").first.click()
    page.locator("button.main").click()
    expect(page.locator("h1")).to_contain_text("What makes you feel that way")
    assert not page.evaluate("speaking()")
    expect(page.get_by_role("button", name="Read this to me")).to_be_visible()
