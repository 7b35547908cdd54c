"""What no rule of an engine shows: the bar covers nothing, wider spacing cuts nothing, the keyboard goes as the page
reads. docs/accessibility.md names these checks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from surveyapp.services.runtime import Runtime
from surveyapp.settings import ROOT
from tests.browser.phone_pages import Shown, new_link
from tests.browser.phone_pages import phones as phones
from tests.browser.phone_pages import shown as shown

QUESTIONS = ("heard_via", "first_feeling_why", "confidence_career_potential", "overall_value", None)

WINDOWS = {"small": (320, 480), "on its side": (640, 300), "enlarged": (320, 256)}


COVERED = """() => {
  const each = document.activeElement;
  if (!each || each === document.body) return "none";
  const box = (each.closest("label") ?? each).getBoundingClientRect();
  const bar = document.querySelector(".bar");
  if (bar.contains(each) || getComputedStyle(bar).position !== "sticky") return null;
  const over = bar.getBoundingClientRect();
  const covered = box.bottom > over.top + 1 && box.top < over.bottom;
  return covered ? `${each.outerHTML} (${box.top} to ${box.bottom}) under the bar at ${over.top}` : null;
}"""


FOCUSED = f"""() => [...document.querySelectorAll("a[href], button, input, textarea, select, summary")]
  .filter((each) => each.type !== "hidden" && !each.disabled && each.checkVisibility())
  .map((each) => {{ each.focus({{ focusVisible: true }}); return ({COVERED})(); }})"""


def test_the_bar_is_never_over_what_has_the_focus(shown: Shown) -> None:
    for question in QUESTIONS:
        page = shown(question)
        found = []
        while "none" not in found:
            page.keyboard.press("Tab")
            found.append(page.evaluate(COVERED))
        assert set(found) == {None, "none"}
        assert len(found) > 5
        for width, height in WINDOWS.values():
            page.set_viewport_size({"width": width, "height": height})
            assert set(page.evaluate(FOCUSED)) == {None}


def test_what_is_written_in_is_not_under_the_bar(shown: Shown) -> None:
    page = shown("first_feeling_why")
    page.set_viewport_size({"width": 320, "height": 480})
    page.locator("textarea").focus()
    page.keyboard.type("A line.\n" * 12)
    caret = page.evaluate(
        """() => {
          const [box, bar] = ["textarea", ".bar"].map((each) => document.querySelector(each).getBoundingClientRect());
          return { bottom: Math.min(box.bottom, innerHeight), bar: bar.top };
        }"""
    )
    assert caret["bottom"] <= caret["bar"] + 1


def test_on_its_side_and_much_enlarged_the_page_keeps_its_room(shown: Shown) -> None:
    page = shown("heard_via")
    room = "(innerHeight - document.querySelector('.bar').getBoundingClientRect().height) / innerHeight"
    page.set_viewport_size({"width": 640, "height": 300})
    assert page.evaluate(room) > 0.7
    page.set_viewport_size({"width": 320, "height": 256})
    assert page.evaluate("getComputedStyle(document.querySelector('.bar')).position") == "static"
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.querySelector('.bar').getBoundingClientRect().bottom === innerHeight")


SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }"""

WIDER = """(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""

CUT = """() => [...document.querySelectorAll("body *")]
  .filter((each) => each.checkVisibility() && !each.closest(".visually-hidden, .skip") && each.children.length === 0)
  .filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX === "hidden")
  .map((each) => each.outerHTML)"""


def test_wider_spacing_cuts_nothing(shown: Shown) -> None:
    for question in QUESTIONS:
        page = shown(question)
        page.set_viewport_size({"width": 320, "height": 640})
        page.evaluate(WIDER, SPACED)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, question
        assert page.evaluate(CUT) == []


def test_the_keyboard_goes_the_way_the_page_reads(shown: Shown) -> None:
    """From the top down to the bar, then whom to ask, and out; and to have the focus changes nothing."""
    page = shown("confidence_career_potential")
    place, places = page.url, []
    where = """() => {
      const each = document.activeElement;
      const area = each.closest(".top, main, .bar, .foot, .skip");
      return [area?.className || area?.localName || "out", each.getBoundingClientRect().top + scrollY];
    }"""
    for _ in range(40):
        page.keyboard.press("Tab")
        places.append(page.evaluate(where))
    areas = list(dict.fromkeys(area for area, _ in places))
    assert areas[:4] == ["skip", "top", "main", "bar"]
    assert "foot" in areas
    round_once = places[: next(index for index, (area, _) in enumerate(places) if area == "foot")]
    inside = [top for area, top in round_once if area == "main"]
    assert inside == sorted(inside)
    assert page.url == place


def test_nothing_happens_before_the_finger_leaves(shown: Shown) -> None:
    page = shown("heard_via")
    place = page.url
    box = page.locator("button.main").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(10, 10)
    page.mouse.up()
    page.locator(".option").first.click()
    page.wait_for_timeout(100)
    assert page.url == place
    assert page.locator("h1").count() == 1


NAMED = """() => [...document.querySelectorAll("main label:has(input), button, a, summary")]
  .filter((each) => each.checkVisibility() && !each.closest("[aria-hidden]"))
  .map((each) => {
    const input = each.matches("label") ? each.querySelector("input") : each;
    return [each.innerText.trim(), input.getAttribute("aria-label") ?? each.textContent];
  })"""


def test_a_control_is_named_by_what_is_seen_on_it(shown: Shown) -> None:
    for question in QUESTIONS:
        page = shown(question)
        for seen, name in page.evaluate(NAMED):
            assert name.strip()
            assert re.sub(r"\s+", "", seen).lower() in re.sub(r"\s+", "", name).lower()


def test_what_is_chosen_is_seen_without_colour(shown: Shown) -> None:
    weight = "(each) => getComputedStyle(each).fontWeight"
    page = shown("heard_via")
    option = page.locator(".option").first
    before = option.evaluate(weight)
    option.click()
    assert int(option.evaluate(weight)) > int(before)
    page = shown("confidence_career_potential")
    page.locator(".moments label").first.click()
    assert int(page.locator(".moments tbody th").first.evaluate(weight)) > 400
    page.emulate_media(forced_colors="active")
    expect(page.locator(".moments input:checked")).to_have_count(1)


EDGES = """() => {
  const light = (colour) => {
    const part = (n) => (n <= .03928 ? n / 12.92 : ((n + .055) / 1.055) ** 2.4);
    const [r, g, b] = colour.match(/[\\d.]+/g).map((n) => part(n / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll("main input:not([type=hidden]), main textarea, .steps span")]
    .filter((each) => each.checkVisibility())
    .map((each) => getComputedStyle(each))
    .filter(({ borderTopWidth, opacity }) => borderTopWidth !== "0px" && opacity !== "0")
    .map(({ borderTopColor }) => light(borderTopColor))
    .map((edge) => (Math.max(edge, paper) + .05) / (Math.min(edge, paper) + .05));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_controls_are_seen(shown: Shown, scheme: Any) -> None:
    for question in QUESTIONS[:-1]:
        page = shown(question)
        page.emulate_media(color_scheme=scheme)
        edges = page.evaluate(EDGES)
        assert edges
        assert min(edges) >= 3, (question, min(edges))


def test_help_and_ways_out_stand_in_the_same_place(
    browser: Browser, runtime_of_module: Runtime, server_of_module: str, shown: Shown
) -> None:
    """On every page of a study: Leave now at the top, whom to ask at its foot."""
    consent = browser.new_page()
    consent.goto(server_of_module + new_link(runtime_of_module))
    for page in (consent, *map(shown, QUESTIONS)):
        assert page.locator(".top a.leave").inner_text() == "Leave now"
        assert page.locator(".foot").inner_text().startswith("Questions? Ask us:")
        assert page.locator("button.main").count() == 1
    consent.context.close()


def test_nothing_plays_moves_or_flashes() -> None:
    """No page has sound or film but what stands beside easy words, which plays only when it is told to; nothing drawn
    of it moves, and no script listens to the device being moved or to something being dragged."""
    texts = {
        path: path.read_text(encoding="utf-8")
        for pattern in ("surveyapp/web/**/*.html", "surveyapp/static/css/*.css", "surveyapp/static/js/**/*.js")
        for path in ROOT.glob(pattern)
    }
    assert len(texts) > 100
    moving = re.compile(
        r"<(?:audio|video)(?! controls (?:playsinline )?preload=\"none\")|\bautoplay\b"
        r"|<(?:marquee|blink|object|embed)\b|@keyframes|\banimation\s*:|devicemotion|deviceorientation|dragstart"
    )
    assert [str(path.relative_to(ROOT)) for path, text in texts.items() if moving.search(text)] == []
