"""A participant in a browser: on a small phone, with the keyboard alone, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from surveyapp.services.responses import survey_session
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.browser.accessible import check_accessible, check_reflow, check_targets
from tests.browser.phone_pages import READY, Opened, Shown, begin, go_on, new_link, saved, send_page
from tests.browser.phone_pages import at as at
from tests.browser.phone_pages import opened as opened
from tests.browser.phone_pages import phones as phones
from tests.browser.phone_pages import shown as shown

TAPPED = (
    ".option, .steps label, .moments label, button:visible:not(.visually-hidden), .back, .top a, .change a, .state a, "
    "summary"
)

LOOK = """(main) => [...new Set([...main.querySelectorAll("*")].map((each) => each.tagName + each.className))].join()"""
"""Which elements a page is made of: pages made of the same are checked for accessibility once."""


NAMES = """(all) => {
  const names = new Set(all.map((each) => each.name));
  return [...names].filter((name) => !(name.endsWith(":missing") && names.has(name.slice(0, -8))));
}"""
"""The names of groups; those of reasons for no answer only where there is nothing else."""


def choose_first(page: Page) -> None:
    """Chooses the first of every group on the page; a reason for no answer only where there is nothing else."""
    for name in page.locator("input:is([type=radio], [type=checkbox])").evaluate_all(NAMES):
        page.locator(f'label:has(input[name="{name}"])').first.click()


def answer(page: Page) -> None:
    """Chooses the first answer of every group on the page, and writes where something can be written."""
    choose_first(page)
    for box in page.locator("textarea:visible").all():
        box.fill("It went well.")


def check_page(page: Page) -> None:
    check_accessible(page)
    check_reflow(page)
    check_targets(page, TAPPED)


STYLES = """async (sheet) => {
  const looks = (each, part) => {
    const style = getComputedStyle(each, part);
    // Of what is not there before or after something, nothing is seen.
    return JSON.stringify(part && style.content === "none" ? [] :
      [...style].map((name) => [name, style.getPropertyValue(name)]));
  };
  const styles = () => [...document.body.querySelectorAll("*"), document.body].flatMap((each) => {
    const start = each.outerHTML.slice(0, 80);
    return [null, "::before", "::after"].map((part) => [start, part, looks(each, part)]);
  });
  for (const each of document.querySelectorAll("details")) each.open = true;
  const carried = styles();
  await new Promise((done) => document.head.append(Object.assign(document.createElement("link"),
    { rel: "stylesheet", href: sheet, onload: done })));
  document.querySelector("style").remove();
  const whole = styles();
  document.querySelector("head > link[rel=stylesheet]:last-child").remove();
  const bare = styles();
  const differing = (one, other) => one.filter((each, at) => each[2] !== other[at][2]).map((each) => each.slice(0, 2));
  return [differing(carried, whole), differing(carried, bare).length];
}"""
"""What looks otherwise with the whole sheet in place of the one that a page carries; and how much would with none."""


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "ur")])
def test_the_first_page_looks_as_it_would_with_the_whole_sheet(
    runtime_sqlite: Runtime, opened: Opened, scheme: Literal["light", "dark"], language: str
) -> None:
    page = opened(new_link(runtime_sqlite))
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{page.url.partition('?')[0]}?lang={language}")
    for _ in range(2):
        sheet = page.locator("link[rel=prefetch]").get_attribute("href")
        otherwise, without = page.evaluate(STYLES, sheet)
        assert otherwise == []
        assert without > 20, "what is compared depends on the sheet"
        page.reload()
        # Once more with what is missing said.
        go_on(page)


def test_from_link_to_receipt_on_a_small_phone(runtime_sqlite: Runtime, opened: Opened) -> None:
    page = opened(new_link(runtime_sqlite))
    check_page(page)
    page.get_by_label("I have read what this is about").check()
    go_on(page)
    check_page(page)
    begin(page)
    seen, looks = set(), set()
    while "/q/" in page.url:
        seen.add(page.url.rpartition("/")[2])
        check_reflow(page)
        if (look := page.locator("main").evaluate(LOOK)) not in looks:
            check_page(page)
            looks.add(look)
        answer(page)
        go_on(page)
    assert {"hopes", "readiness_motivation", "confidence_career_potential", "overall_value", "recommend_why"} <= seen
    expect(page).to_have_url(re.compile("/check$"))
    check_page(page)
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your answers were sent")
    check_page(page)
    page.get_by_role("link", name="Leave now").click()
    expect(page).to_have_url("about:blank")


def test_the_same_without_javascript(runtime_sqlite: Runtime, opened: Opened) -> None:
    page = opened(new_link(runtime_sqlite), java_script_enabled=False)
    page.get_by_label("I have read what this is about").check()
    go_on(page)
    begin(page)
    for _ in range(60):
        if "/q/" not in page.url:
            break
        choose_first(page)
        go_on(page)
    expect(page).to_have_url(re.compile("/check$"))
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your answers were sent")


def test_with_the_keyboard_alone(runtime_sqlite: Runtime, opened: Opened) -> None:
    page = opened(new_link(runtime_sqlite))
    keys = page.keyboard

    def press(*names: str) -> None:
        for name in names:
            keys.press(name)

    def focused() -> str:
        return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))

    def tab_to(text: str) -> None:
        for _ in range(40):
            if focused() == text:
                return
            press("Tab")
        raise AssertionError(f"the Tab key never comes to {text}")

    press("Tab")
    assert focused() == "Skip to main content"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    press("Enter")
    assert focused() == "main"
    tab_to("agree-take_part")
    press("Space")
    tab_to("Start")
    with page.expect_navigation():
        press("Enter")
    tab_to("own")
    press("Space")
    tab_to("Continue")
    with page.expect_navigation():
        press("Enter")

    # An empty page: what is wrong has the focus, and what it is about follows. From here on the phone turns them.
    page.wait_for_function(READY)
    tab_to("Continue")
    press("Enter")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator("#heard_via-fault")).to_be_focused()
    press("Tab")
    assert focused() == "heard_via"
    press("Space")
    press("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown")
    assert page.evaluate("document.activeElement.value") == "other"
    press("Tab")
    assert focused() == "heard_via_other_text", "the line of an option comes right after it"
    keys.type("From a friend")
    with page.expect_navigation():
        press("Enter")
    # Enter in a line of text is Continue.
    expect(page).to_have_url(re.compile("/heard_via_detail$"))
    tab_to("Back")
    with page.expect_navigation():
        press("Enter")
    expect(page.get_by_label("How did you hear?")).to_have_value("From a friend")


def test_focus_is_seen_on_everything_that_takes_it(shown: Shown) -> None:
    page = shown("overall_value")
    ring = """() => {
      const shown = (element) => {
        const { outlineStyle, outlineWidth, opacity } = getComputedStyle(element);
        return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && opacity !== "0";
      };
      const { nextElementSibling, parentElement } = document.activeElement;
      return [document.activeElement, nextElementSibling, parentElement].some((each) => each && shown(each)); }"""
    page.keyboard.press("Tab")
    for _ in range(8):
        assert page.evaluate(ring), page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")


def test_every_error_state(shown: Shown) -> None:
    for question in (
        "heard_via",
        "hopes",
        "readiness_convenient_times",
        "confidence_career_potential",
        "overall_value",
    ):
        page = shown(question)
        send_page(page)
        expect(page).to_have_title(re.compile("^Error: "))
        expect(page.locator(".fault").first).to_be_focused()
        check_page(page)


def test_pages_beside_the_questions(runtime_sqlite: Runtime, at: Callable[..., str], opened: Opened) -> None:
    for path in ("/start", "/s/nothing", "/survey/leave", "/survey"):
        check_page(opened(path))
    page = opened("/start")
    page.get_by_label("Enter your code").fill("ABCD")
    go_on(page)
    check_page(page)
    page = opened(new_link(runtime_sqlite))
    go_on(page)
    check_page(page)
    page.get_by_role("button", name="I do not want to take part").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are not taking part")
    check_page(page)
    page = opened(at("hopes"))
    page.get_by_role("button", name="Finish later").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your answers are saved")
    check_page(page)
    check_page(opened(at(None)))


def test_what_stands_alone_lets_go_of_the_rest(at: Callable[..., str], opened: Opened) -> None:
    page = opened(at("skills_developed", "employee"))
    none, digital = page.get_by_label("None of these"), page.get_by_label("Computer or digital skills")
    rather_not = page.get_by_label("Prefer not to say")
    digital.check()
    none.check()
    expect(digital).not_to_be_checked()
    rather_not.check()
    expect(none).not_to_be_checked()
    digital.check()
    expect(rather_not).not_to_be_checked()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_line_of_an_option_is_there_when_it_is_chosen(
    at: Callable[..., str], opened: Opened, javascript: bool
) -> None:
    page = opened(at("heard_via"), java_script_enabled=javascript)
    line = page.locator("#heard_via_other_text")
    expect(line).to_be_hidden()
    page.get_by_label("Another way").check()
    expect(line).to_be_visible()
    page.get_by_label("From family").check()
    expect(line).to_be_hidden()


def test_back_keeps_what_was_just_chosen(at: Callable[..., str], opened: Opened) -> None:
    page = opened(at("first_feeling"))
    page.get_by_label("Negative").check()
    with page.expect_navigation():
        page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(re.compile("/heard_via_detail$"))
    go_on(page)
    expect(page.get_by_label("Negative")).to_be_checked()


def test_characters_left_are_said_near_the_end_only(shown: Shown) -> None:
    page = shown("first_feeling_why")
    box = page.locator("textarea")
    box.fill("a" * 3000)
    expect(page.locator(".left")).to_have_text("")
    box.fill("a" * 4990)
    expect(page.locator(".left")).to_have_text("Characters left: 10")
    box.fill("a" * 5003)
    expect(page.locator(".left")).to_have_text("Characters too many: 3")
    send_page(page)
    expect(page.locator(".fault")).to_contain_text("5000 characters at most")
    expect(box).to_be_focused()
    assert len(page.locator("textarea").input_value()) == 5003


def test_double_tap_on_continue_saves_once(runtime_sqlite: Runtime, opened: Opened) -> None:
    participant = factories.create_participant(runtime_sqlite)
    page = opened(factories.create_link(runtime_sqlite, participant))
    page.get_by_label("I have read what this is about").check()
    go_on(page)
    begin(page)
    page.wait_for_function(READY)
    page.get_by_label("From family").check()
    page.locator("button.main").dblclick(no_wait_after=True)
    page.wait_for_url("**/heard_via_detail")
    saved(page)
    visit = survey_session.visit(runtime_sqlite, factories.by_link(runtime_sqlite, participant))
    assert visit.ready[2].revision == 1


def test_after_the_first_page_only_pages_are_fetched(runtime_sqlite: Runtime, opened: Opened) -> None:
    page = opened(new_link(runtime_sqlite))
    page.wait_for_load_state("networkidle")
    fetched: list[str] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on(
        "Network.responseReceived",
        lambda event: (
            fetched.append(event["response"]["url"])
            if not (event["response"].get("fromDiskCache") or event["requestId"] in cached)
            else None
        ),
    )
    cached: set[str] = set()
    network.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    page.get_by_label("I have read what this is about").check()
    go_on(page)
    page.wait_for_load_state("networkidle")
    assert [url.rpartition("/")[2] for url in fetched] == ["begin"]


def test_text_at_twice_its_size_and_pages_from_right_to_left(shown: Shown) -> None:
    for question in ("heard_via", "confidence_career_potential", "overall_value", None):
        page = shown(question)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        check_reflow(page, 360)
        page.evaluate("document.documentElement.style.fontSize = ''; document.documentElement.dir = 'rtl'")
        check_reflow(page)


def test_urdu_reads_from_right_to_left_and_fits_a_phone(opened: Opened, runtime_sqlite: Runtime) -> None:
    page = opened(new_link(runtime_sqlite))
    page.get_by_role("button", name="اردو").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    check_accessible(page)
    check_reflow(page, 360)
    page.locator("label:has(#agree-take_part)").click()
    go_on(page)
    begin(page)
    expect(page.locator("h1")).to_have_text("آپ نے اسکیم کے بارے میں سب سے پہلے کیسے سنا؟")
    check_accessible(page)
    check_reflow(page, 320)
    page.locator(".tongues summary").click()
    check_targets(page, ".languages > *")
    page.locator(".option").first.click()
    page.get_by_role("button", name="Polski").click()
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    expect(page.locator(".option input").first).to_be_checked()
