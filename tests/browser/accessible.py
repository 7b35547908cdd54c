"""Checks that every page state must pass, whoever it is for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page

FIND = Path(__file__).with_name("accessible.js")


@cache
def _scripts() -> str:
    """axe-core and what asks it."""
    return f"{Axe().axe_script}; {FIND.read_text(encoding='utf-8')}"


_sessions = WeakKeyDictionary[Page, CDPSession]()


def _give_scripts(page: Page) -> None:
    """To a page that does not have them yet. Not by `evaluate`, for which the browser would compile them anew for each
    page."""
    if not page.evaluate("'accessible' in window"):
        if page not in _sessions:
            # Kept for as long as the page is: one that is let go of takes with it what others had set up, such as a
            # security key.
            _sessions[page] = page.context.new_cdp_session(page)
        problem = _sessions[page].send("Runtime.evaluate", {"expression": _scripts()}).get("exceptionDetails")
        assert problem is None, problem


def check_accessible(page: Page) -> None:
    """axe-core finds nothing against WCAG 2.2 AA or its own good practice, and in the other of light and dark nothing
    against its colours, which is all that differs there. The whole page is in sight meanwhile: what stands under the
    bar at its foot can be scrolled out from under it."""
    before = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight") if before else 0
    if before is not None and height > before["height"]:
        page.set_viewport_size({"width": before["width"], "height": height})
    # Colours on their way to others would be measured half-way.
    page.emulate_media(reduced_motion="reduce")
    _give_scripts(page)
    dark = _expect_none(page, "everything")
    page.emulate_media(color_scheme="light" if dark else "dark")
    _expect_none(page, "colours")
    page.emulate_media(color_scheme="dark" if dark else "light")
    # The page has them before anything may move again: it would take both in one step.
    page.evaluate("document.documentElement.offsetHeight")
    page.emulate_media(reduced_motion="no-preference")
    if before is not None and height > before["height"]:
        page.set_viewport_size(before)


def _expect_none(page: Page, what: str) -> bool:
    """Whether the page was dark when it was asked."""
    problems, dark = page.evaluate(f"accessible.{what}()")
    assert not problems, f"{page.url}, {'dark' if dark else 'light'}: {problems}"
    return bool(dark)


def check_reflow(page: Page, width: int = 320) -> None:
    """Nothing has to be scrolled sideways at the page's own width and at a width (WCAG 1.4.10), and the page is as wide
    as before afterwards."""
    before = page.viewport_size
    if before is not None:
        _expect_no_wider(page, before["width"])
    page.set_viewport_size({"width": width, "height": 640})
    _expect_no_wider(page, width)
    if before is not None:
        page.set_viewport_size(before)


def _expect_no_wider(page: Page, width: int) -> None:
    found = page.evaluate("document.documentElement.scrollWidth")
    assert found <= width, f"{page.url} is {found} px wide at {width} px"


def check_targets(page: Page, selector: str, size: float = 44) -> None:
    """Everything that can be tapped is at least so many px high and wide."""
    boxes = page.locator(selector).evaluate_all(
        """(all) => all.map((each) => {
          const { width, height } = each.getBoundingClientRect();
          return { width, height, html: each.outerHTML };
        })"""
    )
    for box in boxes:
        # What is not shown has no box.
        if box["width"] or box["height"]:
            assert min(box["height"], box["width"]) >= size, f"{page.url}: {box}"
