"""Leaving at once: page, address and title are replaced, what is unsent is dropped, Back leads to nothing of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.phone_pages import at as at
from tests.browser.phone_pages import go_on
from tests.browser.phone_pages import opened as opened


def gone(page: Page) -> None:
    expect(page).to_have_url("about:blank")
    assert page.title() == ""
    assert page.content() == "<html><head></head><body></body></html>"


def shifts(page: Page, *between: str) -> None:
    """Shift three times, with other keys between."""
    for key in (*between, *[""] * (3 - len(between)))[:3]:
        page.keyboard.press("Shift")
        if key:
            page.keyboard.press(key)


@pytest.mark.parametrize("offline", [False, True])
def test_a_tap_leaves_at_once(at: Callable[..., str], opened: Callable[..., Page], offline: bool) -> None:
    page = opened(at("first_feeling_why"))
    place = page.url
    page.locator("textarea").fill("Nobody should read this")
    page.context.set_offline(offline)
    page.get_by_role("link", name="Leave now").click()
    gone(page)
    page.context.set_offline(False)
    if not offline:
        page.goto(place)
        expect(page.locator("h1")).to_have_text("Open your link again")
        assert "Nobody should" not in page.content()


def test_shift_three_times_leaves_and_back_leads_to_nothing(
    at: Callable[..., str], opened: Callable[..., Page]
) -> None:
    page = opened(at("heard_via"))
    page.locator(".option").first.click()
    go_on(page)
    # Where the server turns the page, keys that are pressed before it is there go to no page at all.
    page.wait_for_url("**/q/heard_via_detail")
    page.wait_for_load_state()
    shifts(page)
    gone(page)
    page.go_back()
    gone(page)


def test_other_keys_between_or_too_long_a_time_is_writing(at: Callable[..., str], opened: Callable[..., Page]) -> None:
    page = opened(at("first_feeling_why"))
    box = page.locator("textarea")
    box.focus()
    shifts(page, "a", "b", "c")
    shifts(page, "", "d")
    page.keyboard.press("e")
    # As a key that is held down: the same press, again and again.
    page.evaluate(
        """() => {
          const held = new KeyboardEvent("keydown", { key: "Shift", repeat: true });
          for (let times = 0; times < 9; times++) document.dispatchEvent(held);
        }"""
    )
    expect(box).to_be_visible()
    late: dict[str, Any] = page.evaluate(
        """() => {
          const press = (at) => {
            const event = new KeyboardEvent("keydown", { key: "Shift" });
            Object.defineProperty(event, "timeStamp", { value: at });
            document.dispatchEvent(event);
          };
          [1e6, 1e6 + 3000, 1e6 + 6000, 1e6 + 9000].forEach(press);
          return { shown: document.body.children.length };
        }"""
    )
    assert late["shown"] > 0
    expect(box).to_be_visible()


def test_without_a_script_it_is_a_link(at: Callable[..., str], opened: Callable[..., Page]) -> None:
    page = opened(at("heard_via"), java_script_enabled=False)
    page.get_by_role("link", name="Leave now").click()
    expect(page.locator("h1")).to_have_text("You have left")
