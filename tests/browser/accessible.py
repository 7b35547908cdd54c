"""Checks that every page state must pass, whoever it is for."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RULES = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}


def check_accessible(page: Page) -> None:
    """axe-core finds nothing against WCAG 2.2 AA or its own good practice."""
    found = Axe().run(page, options=_RULES)
    problems = [
        f"{each['id']}: {each['help']}: {[node['html'] for node in each['nodes']]}"
        for each in found.response["violations"]
    ]
    assert not problems, f"{page.url}: {problems}"


def check_reflow(page: Page, width: int = 320) -> None:
    """Nothing has to be scrolled sideways at a width (WCAG 1.4.10), and the page is as wide as before afterwards."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 640})
    found = page.evaluate("document.documentElement.scrollWidth")
    if before is not None:
        page.set_viewport_size(before)
    assert found <= width, f"{page.url} is {found} px wide at {width} px"


def check_targets(page: Page, selector: str, size: float = 44) -> None:
    """Everything that can be tapped is at least so many px high and wide."""
    for target in page.locator(selector).all():
        box = target.bounding_box()
        if box is not None:
            assert min(box["height"], box["width"]) >= size, f"{page.url}: {target.inner_text()} is {box}"
