"""Checks that every page state must pass, whoever it is for."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_EVERYTHING = {"type": "tag", "values": _TAGS}
_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
_FIND = """async (rules) => {
  const found = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(", ")}`);
}"""


def check_accessible(page: Page) -> None:
    """axe-core finds nothing against WCAG 2.2 AA or its own good practice, and in the other of light and dark nothing
    against its colours, which is all that differs there. The whole page is in sight meanwhile: what stands under the
    bar at its foot can be scrolled out from under it."""
    before = page.viewport_size
    if before is not None:
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": before["width"], "height": max(height, before["height"])})
    page.evaluate(Axe().axe_script)
    _expect_none(page, _EVERYTHING)
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    page.emulate_media(color_scheme="light" if dark else "dark", reduced_motion="reduce")
    _expect_none(page, _COLOURS)
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="no-preference")
    if before is not None:
        page.set_viewport_size(before)


def _expect_none(page: Page, rules: dict[str, Any]) -> None:
    problems = page.evaluate(_FIND, rules)
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert not problems, f"{page.url}, {'dark' if dark else 'light'}: {problems}"


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
