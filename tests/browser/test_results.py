"""An evaluator's pages in a browser: on a phone and at a desk, light and dark, without JavaScript, on paper."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from surveyapp import create_app
from surveyapp.domain.staff import Grant, Role
from tests import factories
from tests.browser.accessible import check_accessible, check_reflow, check_targets
from tests.browser.conftest import Quiet
from tests.conftest import Clock
from tests.databases import copy_database

EVALUATOR = "browser@example.org"
MEASURE = "/measures/confidence_career_potential"
PAGES = (
    "",
    MEASURE,
    "/measures/stay_likelihood?by=employer_size",
    "/measures/recommend_employee?people=matched",
    "/questions/backfill/1",
    "/questions/backfill/1/overall_value?by=employer_size",
    "/questions/backfill/1/hopes",
)
LISTEN = (
    "window.violations = []; document.addEventListener('securitypolicyviolation',"
    " (event) => violations.push(`${event.effectiveDirective} ${event.blockedURI}`))"
)

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def server(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration's results on a free loopback port."""
    path = tmp_path_factory.mktemp("browser") / "demo.db"
    copy_database(demo_template, path)
    runtime = factories.create_runtime(f"sqlite:///{path}", Clock(), demo=True)
    mentoring = Grant(Role.EVALUATOR, "mentoring")
    factories.create_staff(runtime, Role.EVALUATOR, email=EVALUATOR, more=[mentoring])
    app = create_app(runtime)
    served = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()
    runtime.database.dispose()


@pytest.fixture(scope="module")
def session(browser: Browser, server: str) -> Any:
    """The cookies of somebody who signed in."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server}/staff/login")
    page.get_by_label("E-mail address").fill(EVALUATOR)
    page.get_by_label("Password").fill(factories.PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()
    assert page.url.endswith(f"/results/{factories.STUDY}")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def contexts(browser: Browser, session: Any) -> Iterator[Callable[..., BrowserContext]]:
    """A browser for each set of options, signed in: it keeps what it has loaded and compiled for the next test."""
    made: dict[str, BrowserContext] = {}

    def context(width: int, **options: Any) -> BrowserContext:
        key = f"{width} {sorted(options.items())}"
        if key not in made:
            made[key] = browser.new_context(
                viewport={"width": width, "height": 900}, storage_state=session, **options
            )  # fmt: skip
        return made[key]

    yield context
    for each in made.values():
        each.close()


@pytest.fixture
def opened(contexts: Callable[..., BrowserContext], server: str) -> Iterator[Opened]:
    """Opens a results page; whatever the browser complains about, or its policy refuses, fails the test."""
    pages: list[Page] = []
    complaints: list[str] = []

    def open_page(path: str, width: int = 1280, **options: Any) -> Page:
        page = contexts(width, **options).new_page()
        pages.append(page)
        page.set_default_timeout(20_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.add_init_script(LISTEN)
        page.goto(f"{server}/results/{factories.STUDY}{path}")
        if options.get("java_script_enabled", True) and page.locator("figure[data-chart]").count():
            page.wait_for_selector('figure[data-chart="drawn"] svg.main-svg .bars .point path')
        return page

    yield open_page
    for page in pages:
        page.wait_for_timeout(100)  # a violation is reported a moment after
        complaints.extend(page.evaluate("window.violations ?? []"))
        page.close()
    assert complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_fit_a_phone_and_keep_to_the_policy(opened: Opened, path: str) -> None:
    for width, scheme in ((1280, "light"), (360, "dark")):
        page = opened(path, width, color_scheme=scheme)
        check_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        check_reflow(page)
    check_targets(page, ".choices a, .tools :is(a, button):visible, summary:visible")


CUT_OFF = """() => [...document.querySelectorAll("figure[data-chart=drawn]")].flatMap((figure) => {
  const drawing = figure.querySelector("svg.main-svg").getBoundingClientRect();
  return [...figure.querySelectorAll("svg.main-svg text")].filter((text) => {
    const { left, right } = text.getBoundingClientRect();
    return left < drawing.left - 1 || right > drawing.right + 1;
  }).map((text) => text.textContent);
})"""
LONG_WORDS = (
    MEASURE,
    "/questions/backfill/1/overall_value",
    "/../mentoring/measures/apprenticeship_satisfaction",
    "/../mentoring/measures/recommend_mentee",
    "/../mentoring/questions/mentee/1/commute_minutes",
    "/../mentoring/questions/mentee/1/first_day",
)


@pytest.mark.parametrize("path", LONG_WORDS)
def test_no_word_on_a_chart_is_cut_off(opened: Opened, path: str) -> None:
    for width in (320, 360, 700):
        page = opened(path, width)
        assert page.evaluate(CUT_OFF) == []


def test_opened_tables_are_accessible_and_scroll_by_keyboard(opened: Opened) -> None:
    page = opened(MEASURE, 360)
    page.get_by_text("Who moved where").nth(1).click()
    check_accessible(page)
    region = page.get_by_role("region", name="Answers, in people and percent")
    region.focus()
    assert region.evaluate("(node) => node.scrollWidth > node.clientWidth")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(region).not_to_have_js_property("scrollLeft", 0)


def test_the_chart_is_drawn_from_the_counts_and_says_them_on_hover(opened: Opened) -> None:
    page = opened(MEASURE)
    bars = page.locator(".bars .point path")
    bars.last.scroll_into_view_if_needed()
    boxes = [box for bar in bars.all() if (box := bar.bounding_box()) and box["width"] > 1]
    widest = max(boxes, key=lambda box: box["width"])
    hover = page.locator(".hoverlayer .hovertext text.nums")
    for step in range(20):  # a chart that is just drawn does not hear the first move
        page.mouse.move(widest["x"] + widest["width"] / 2 + step % 3, widest["y"] + widest["height"] / 2)
        page.wait_for_timeout(100)
        if hover.count():
            break
    said = hover.text_content() or ""
    assert " of " in said
    assert "%" in said
    expect(page.locator("#chart [data-chart-fallback]")).to_be_hidden()


def test_a_picture_is_handed_out_with_title_and_cautions(opened: Opened) -> None:
    page = opened(MEASURE, color_scheme="dark")
    with page.expect_response("**/taken") as noted, page.expect_download() as download:
        page.locator("#chart").get_by_role("button", name="SVG").click()
    assert noted.value.status == 204
    assert noted.value.request.post_data == "what=confidence_career_potential&form=svg"
    assert download.value.suggested_filename == "confidence_career_potential.svg"
    drawing = Path(download.value.path()).read_text()
    said = " ".join(re.sub(r"<[^>]+>", " ", drawing).split())  # a long title is broken into lines
    assert "rose from 11 (looking back) to 28 of the same 29 people" in said
    assert "Very confident" in drawing
    assert "Working figures, answers up to" in drawing
    assert "rosier about today." in drawing
    assert "rgb(11, 93, 94)" in drawing  # the light teal: paper is light


def test_what_cannot_be_noted_does_not_leave(opened: Opened) -> None:
    page = opened(MEASURE)
    # A session that has ended leads to signing in.
    page.route("**/taken", lambda route: route.fulfill(status=302, headers={"Location": "/staff/login"}))
    taken: list[str] = []
    page.on("download", lambda download: taken.append(download.suggested_filename))
    page.locator("[data-download=png]").first.click()
    expect(page.locator("[data-copy-status]")).to_contain_text("Not taken")
    with page.expect_request("**/taken"):
        page.get_by_role("button", name="Copy as text").click()
    assert taken == []
    page.unroute("**/taken")
    with page.expect_download():
        page.locator("[data-download=png]").first.click()


def test_on_a_phone_rows_with_marks_are_two_columns_as_others_are(opened: Opened) -> None:
    rows = opened("/questions/backfill/1", 360).locator(".rows:not(.mini)").first
    columns = rows.evaluate(
        "(rows) => ['rows', 'rows with-np'].map((name) => { rows.className = name;"
        " return getComputedStyle(rows.querySelector('.row')).gridTemplateColumns.split(' ').length })"
    )
    assert columns == [2, 2]


def test_small_employers_alone_before_and_now_are_three_clicks_from_where_signing_in_leads(opened: Opened) -> None:
    page = opened("")
    page.get_by_role("link", name=re.compile("Confidence in their own career potential")).click()
    page.get_by_text("Only some people").click()
    page.get_by_role("link", name="Small or medium employer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "Confidence in their own career potential (Employer size: Small or medium employer): too few to tell,"
        " from 4 (looking back) to 7 of the same 8 people"
    )
    expect(page.locator(".some summary")).to_have_text("Only some people: Small or medium employer")
    expect(page.get_by_role("row", name=re.compile("^Before the placement")).first).to_be_visible()
    page.locator(".some summary").click()
    page.get_by_role("link", name="Everyone", exact=True).last.click()
    expect(page.locator(".some summary")).to_have_text("Only some people")


def test_without_javascript_the_servers_drawing_and_the_tables_stay(opened: Opened) -> None:
    for path in (MEASURE, "/questions/backfill/1/overall_value"):
        page = opened(path, 360, java_script_enabled=False)
        assert page.locator("[data-chart-fallback] svg rect").first.is_visible()
        assert page.locator("table").last.is_visible()
        assert page.locator("[data-download]").first.is_hidden()


def test_the_servers_drawing_and_the_browsers_have_the_same_bars(opened: Opened) -> None:
    drawn = opened(MEASURE).locator("#chart .bars .point path")
    served = opened(MEASURE, java_script_enabled=False).locator(
        "#chart [data-chart-fallback] rect:not(.dots, .np-line)"
    )

    def shares(boxes: list[float]) -> list[float]:
        return sorted(round(width / max(boxes), 2) for width in boxes)

    first = shares([box["width"] for bar in drawn.all() if (box := bar.bounding_box()) and box["width"] > 1])
    second = shares([box["width"] for bar in served.all() if (box := bar.bounding_box())])
    assert first == pytest.approx(second, abs=0.02)


def test_paper_has_chart_and_table_and_no_controls(opened: Opened) -> None:
    page = opened(MEASURE, color_scheme="dark")
    page.emulate_media(media="print")
    for hidden in (".bar", ".controls", ".tools"):
        expect(page.locator(hidden).first).to_be_hidden()
    for shown in ("h1", "#table table", ".facts"):
        expect(page.locator(shown).first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")


def test_themes_are_folded_and_found_by_who_looks_for_them_and_on_paper(opened: Opened) -> None:
    page = opened("/questions/backfill/1")
    theme = page.locator(".themes").filter(has=page.get_by_role("heading", name="How did that come about?"))
    inside = theme.locator(".chart-box")
    assert page.locator(".themes > details").count() > 10
    expect(page.locator(".themes > details[open]")).to_have_count(0)
    expect(inside).to_be_hidden()
    page.emulate_media(media="print")
    expect(inside).to_be_visible()
    page.emulate_media(media="screen")
    expect(inside).to_be_hidden()
    name = theme.locator(".caption").get_attribute("id")
    page.goto(f"{page.url}#{name}")
    expect(inside).to_be_visible()


def test_colours_of_the_key_stay_apart_in_forced_colours(opened: Opened) -> None:
    page = opened(MEASURE, forced_colors="active")
    script = "Array.from(document.querySelectorAll('.key .swatch'), (each) => getComputedStyle(each).backgroundColor)"
    assert len(set(page.evaluate(script))) == 5


def test_the_address_of_a_view_is_copied_whole(opened: Opened) -> None:
    page = opened(f"{MEASURE}?by=employer_size", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link to this view").click()
    expect(page.locator("[data-copy-status]")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_on_a_page_from_the_right_the_axis_runs_from_the_right(opened: Opened) -> None:
    script = "document.querySelector('#chart [data-chart-target]').layout.xaxis.range"
    page = opened(MEASURE)
    low, high = page.evaluate(script)
    assert low < high
    page.locator("footer.languages a[lang=ur]").click()
    page.wait_for_selector('html[dir="rtl"] #chart figure[data-chart="drawn"] .bars .point path')
    assert page.evaluate(script) == [high, low]
    page.locator("footer.languages a[lang=en]").click()
    page.wait_for_selector('html[dir="ltr"]')
