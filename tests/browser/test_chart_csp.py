"""Charts are drawn by Plotly under the application's Content-Security-Policy without one violation.

The page is served over HTTP by a small werkzeug server in a thread, with the policy as a header, and holds what a
results page holds: a diverging stacked bar, a row a moment. Its counts are an example's, not the programme's.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, Page, expect
from plotly.offline import get_plotlyjs_version
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from surveyapp.web.shared.headers import WITH_A_CHART

STATIC = Path(__file__).parents[2] / "surveyapp" / "static"
VERSION = get_plotlyjs_version()
TYPES = {".js": "text/javascript", ".css": "text/css"}

OPTIONS = ["Not at all confident", "Not very confident", "Neither", "Quite confident", "Very confident"]
ROWS = {
    ("Before the placement", "looking back"): [4, 8, 6, 9, 2],
    ("Touchpoint 1", "while placed"): [0, 0, 1, 12, 16],
    ("Touchpoint 2", "one month on"): [0, 0, 2, 7, 10],
}
BARS = len(OPTIONS) * len(ROWS)
# As a browser reports them: --likert-1 of the style sheet below, on the page and in the light palette.
LIGHT_TEAL, DARK_TEAL = "rgb(11, 93, 94)", "rgb(111, 196, 193)"

STYLES = """
:root, [data-palette="light"] { --ink: #16202a; --ink-soft: #4b5763; --paper: #fff; --accent: #0b5d5e; --edge: #5d6873;
  --likert-1: #0b5d5e; --likert-2: #62aaa8; --likert-3: #dcd9d2; --likert-4: #eab676; --likert-5: #a8480b;
  --on-likert-1: #fff; --on-likert-2: #16202a; --on-likert-3: #16202a; --on-likert-4: #16202a; --on-likert-5: #fff; }
@media screen and (prefers-color-scheme: dark) { :root {
  --ink: #eef1f2; --ink-soft: #aab4bb; --paper: #12181d; --accent: #6fc4c1; --edge: #8d98a1;
  --likert-1: #6fc4c1; --likert-2: #377f7d; --likert-3: #4a535b; --likert-4: #b8783c; --likert-5: #f0a868;
  --on-likert-1: #12181d; --on-likert-2: #fff; --on-likert-3: #fff; --on-likert-4: #12181d; --on-likert-5: #12181d; } }
body { margin: 16px; font-family: system-ui, "Noto Sans", sans-serif; color: var(--ink); background: var(--paper) }
figure { margin: 0; max-width: 1120px }
"""


def diverging_bars(*, narrow: bool = False, names: list[str] = OPTIONS) -> go.Figure:
    """A row a moment around a neutral midline, in percent of the row's base; the net and its base at the row's end."""
    moments = [name for name, _ in ROWS]
    starts = [-100 * (row[0] + row[1] + row[2] / 2) / sum(row) for row in ROWS.values()]
    figure = go.Figure(layout={"template": None})
    for index, option in enumerate(names):
        token = len(names) - index  # --likert-1 is the most favourable
        shares = [100 * row[index] / sum(row) for row in ROWS.values()]
        figure.add_bar(
            name=option, orientation="h", y=moments, x=shares, base=starts, width=0.4 if narrow else 0.62,
            marker={"color": f"var(--likert-{token})", "line": {"color": "var(--paper)", "width": 1}},
            text=[f"{share:.0f}%" if share >= (13 if narrow else 10) else "" for share in shares],
            textposition="inside", textangle=0, constraintext="none", insidetextanchor="middle",
            textfont={"color": f"var(--on-likert-{token})", "size": 14, "weight": 600},
            customdata=shares,  # %{x} would be where the bar ends
            hovertemplate="%{y}<br>" + option + ": %{customdata:.0f}%<extra></extra>",
        )  # fmt: skip
        starts = [start + share for start, share in zip(starts, shares, strict=True)]
    for (moment, note), row in ROWS.items():
        favourable, base = row[3] + row[4], sum(row)
        label = {"xref": "paper", "y": moment, "showarrow": False, "xanchor": "left", "align": "left"}
        lift = 42 if narrow else 0  # on a narrow figure the row's name stands above its bar
        left = {"x": 0, "xshift": 0 if narrow else -190}
        right = {"x": 1, "xshift": -64 if narrow else 14}
        soft = {"size": 13, "color": "var(--ink-soft)"}
        figure.add_annotation(label | left, text=moment, yshift=lift + 9, font={"size": 15, "weight": 600})
        figure.add_annotation(label | left, text=note, yshift=lift - 10, font=soft)
        net = {"size": 20, "weight": 700, "color": "var(--accent)"}
        figure.add_annotation(label | right, text=f"{100 * favourable / base:.0f}%", yshift=lift + 10, font=net)
        figure.add_annotation(label | right, text=f"{favourable} of {base}", yshift=lift - 11, font=soft)
    figure.add_vline(x=0, line={"dash": "dot", "width": 1, "color": "var(--ink)"})
    figure.update_layout(
        barmode="overlay", showlegend=False, height=330 if narrow else 210,
        xaxis={"visible": False, "range": [-55, 100]}, yaxis={"visible": False, "autorange": "reversed"},
        margin={"l": 0, "r": 0, "t": 40, "b": 0} if narrow else {"l": 190, "r": 110, "t": 4, "b": 4},
    )  # fmt: skip
    return figure


def page_with(wide: go.Figure, narrow: go.Figure) -> str:
    def data_block(figure: go.Figure, mark: str = "") -> str:
        text = json.dumps(json.loads(figure.to_json())).replace("<", "\\u003c")
        return f'<script type="application/json"{mark}>{text}</script>'

    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Confidence</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<link rel="stylesheet" id="plotly.js-style-global" class="no-inline-styles" href="/static/vendor/plotly-{VERSION}.css">
<script defer src="/static/vendor/plotly-{VERSION}-basic.min.js"></script>
<script type="module" src="/static/js/chart.js"></script></head><body>
<figure data-chart data-filename="confidence" data-title="Confidence in own career potential rose from 11 of 29 to 28 of
29" data-caption="Base: people in a placement; fewer than 30, read with caution. Before: looking back at touchpoint 1.">
<figcaption>Confidence in own career potential</figcaption>
<div data-chart-fallback><p>11 of 29 before, 28 of 29 at touchpoint 1, 17 of 19 at touchpoint 2.</p></div>
<div data-chart-target aria-hidden="true" hidden></div>{data_block(wide)}{data_block(narrow, " data-narrow")}
<button type="button" data-download="png" hidden>PNG</button>
<button type="button" data-download="svg" hidden>SVG</button>
</figure><p>After the chart.</p></body></html>"""


@contextmanager
def served(wide: go.Figure, narrow: go.Figure) -> Iterator[str]:
    """The page at an address of its own, every answer under the policy."""

    @Request.application
    def application(request: Request) -> Response:
        name = request.path.removeprefix("/static/")
        if request.path == "/":
            response = Response(page_with(wide, narrow), content_type="text/html; charset=utf-8")
        elif request.path == "/page.css":
            response = Response(STYLES, content_type="text/css")
        elif (file := (STATIC / name).resolve()).is_relative_to(STATIC) and file.is_file():
            response = Response(file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            response = Response("not found", 404)
        response.headers["Content-Security-Policy"] = WITH_A_CHART
        return response

    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(diverging_bars(), diverging_bars(narrow=True)) as url:
        yield url


class Visit:
    """A page in a context of its own, with everything the browser complained about."""

    def __init__(
        self, browser: Browser, url: str, width: int = 1280, lacking: str | None = None, **context: Any
    ) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 700}, **context)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.add_init_script(
            "window.violations = []; document.addEventListener('securitypolicyviolation',"
            " (event) => violations.push(`${event.effectiveDirective} ${event.sourceFile}:${event.lineNumber}`))"
        )
        if lacking is not None:
            self.page.route(lacking, lambda route: route.abort())
        self.page.goto(url)

    def wait_until_drawn(self) -> None:
        self.page.wait_for_selector('figure[data-chart="drawn"] svg.main-svg .bars .point path')

    def violations(self) -> list[str]:
        self.page.wait_for_timeout(100)  # the event is queued, not sent at once
        found: list[str] = self.page.evaluate("violations")
        return found

    def bar_colours(self) -> set[str]:
        script = "Array.from(document.querySelectorAll('.bars .point path'), (bar) => getComputedStyle(bar).fill)"
        return set(self.page.evaluate(script))

    def hover_over_widest_bar(self) -> str:
        """Puts the pointer on it and returns the tooltip's text."""
        boxes = [bar.bounding_box() for bar in self.page.query_selector_all(".bars .point path")]
        box = max((box for box in boxes if box), key=lambda box: box["width"])
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        return self.page.locator(".hoverlayer .hovertext text.nums").text_content() or ""

    def downloaded(self, kind: Literal["png", "svg"]) -> bytes:
        with self.page.expect_download() as download:
            self.page.click(f'[data-download="{kind}"]')
        assert download.value.suggested_filename == f"confidence.{kind}"
        return Path(download.value.path()).read_bytes()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def test_no_violation_on_load_hover_downloads_resize_and_dark_mode(browser: Browser, address: str) -> None:
    with Visit(browser, address) as visit:
        visit.wait_until_drawn()
        assert visit.page.locator(".bars .point path").count() == BARS
        assert visit.page.locator("[data-chart-target] svg.main-svg").first.is_visible()
        assert visit.page.locator("[data-chart-fallback]").is_hidden()
        assert visit.violations() == []

        assert "Very confident: 55%" in visit.hover_over_widest_bar()
        assert visit.violations() == []

        visit.downloaded("png")
        visit.downloaded("svg")
        assert visit.violations() == []

        visit.page.set_viewport_size({"width": 360, "height": 700})
        visit.page.emulate_media(color_scheme="dark")
        visit.page.wait_for_timeout(300)
        assert visit.violations() == []
        assert visit.complaints == []


def test_the_policy_refuses_markup_in_labels_so_a_violation_would_be_seen(browser: Browser) -> None:
    bold = [f"<b>{option}</b>" for option in OPTIONS]
    figure = diverging_bars(names=bold).update_layout(showlegend=True)
    with served(figure, figure) as url, Visit(browser, url) as visit:
        visit.wait_until_drawn()
        assert {violation.split()[0] for violation in visit.violations()} == {"style-src-attr"}


def test_colours_follow_the_colour_scheme(browser: Browser, address: str) -> None:
    with Visit(browser, address, color_scheme="light") as visit:
        visit.wait_until_drawn()
        assert LIGHT_TEAL in visit.bar_colours()
        visit.page.emulate_media(color_scheme="dark")
        visit.page.wait_for_timeout(100)
        assert DARK_TEAL in visit.bar_colours()
        assert LIGHT_TEAL not in visit.bar_colours()


def test_colours_are_the_tokens_own_in_forced_colours(browser: Browser, address: str) -> None:
    with Visit(browser, address, color_scheme="light", forced_colors="active") as visit:
        visit.wait_until_drawn()
        assert len(visit.bar_colours()) == len(OPTIONS)


def test_paper_is_light_whatever_the_screen(browser: Browser, address: str) -> None:
    with Visit(browser, address, color_scheme="dark") as visit:
        visit.wait_until_drawn()
        visit.page.evaluate("""() => matchMedia("print").addEventListener("change", ({ matches }) => {
          if (!matches) return;  // what stands there while the page is laid out for paper
          const bars = document.querySelectorAll(".bars .point path");
          window.printed = Array.from(bars, (bar) => bar.style.fill);
          window.printedWidth = document.querySelector("svg.main-svg").getAttribute("width"); })""")
        visit.page.pdf()
        assert LIGHT_TEAL in visit.page.evaluate("printed")
        assert visit.page.evaluate("printedWidth") == "660"
        visit.page.wait_for_timeout(300)
        assert DARK_TEAL in visit.bar_colours()


def test_downloads_are_light_and_carry_title_key_and_caption(browser: Browser, address: str) -> None:
    with Visit(browser, address, color_scheme="dark") as visit:
        visit.wait_until_drawn()
        drawing = visit.downloaded("svg").decode()
        assert all(option in drawing for option in OPTIONS)
        assert "rose from 11 of 29 to 28" in drawing
        assert "Base: people in a placement" in drawing
        assert LIGHT_TEAL in drawing
        assert DARK_TEAL not in drawing

        read_pixels = """async (encoded) => {
          const image = new Image(); image.src = `data:image/png;base64,${encoded}`; await image.decode();
          const canvas = Object.assign(document.createElement("canvas"), {width: image.width, height: image.height});
          const pen = canvas.getContext("2d"); pen.drawImage(image, 0, 0);
          const { data } = pen.getImageData(0, 0, image.width, image.height); let teal = 0;
          for (let i = 0; i < data.length; i += 4) teal += data[i] === 11 && data[i + 1] === 93 && data[i + 2] === 94;
          return { width: image.width, teal, corner: Array.from(data.slice(0, 4)) }; }"""
        picture = visit.page.evaluate(read_pixels, base64.b64encode(visit.downloaded("png")).decode())
        assert picture["width"] == 2000
        assert picture["corner"] == [255, 255, 255, 255]
        assert picture["teal"] > 10_000


def test_a_narrow_figure_is_drawn_from_the_narrow_source(browser: Browser, address: str) -> None:
    with Visit(browser, address, width=360) as visit:
        visit.wait_until_drawn()
        target = visit.page.locator("[data-chart-target]")
        assert target.bounding_box()["height"] == 330  # type: ignore[index]
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 360
        visit.page.set_viewport_size({"width": 1280, "height": 700})
        expect(target).to_have_js_property("offsetHeight", 210)


def test_nothing_inside_the_hidden_drawing_takes_focus(browser: Browser, address: str) -> None:
    with Visit(browser, address) as visit:
        visit.wait_until_drawn()
        assert visit.page.locator("[aria-hidden] :is(a[href], button, input, [tabindex])").count() == 0


def test_without_javascript_the_fallback_is_seen(browser: Browser, address: str) -> None:
    with Visit(browser, address, java_script_enabled=False) as visit:
        assert visit.page.locator("[data-chart-fallback]").is_visible()
        assert visit.page.locator("[data-download]").first.is_hidden()


def test_a_fault_leaves_the_fallback(browser: Browser, address: str) -> None:
    with Visit(browser, address, lacking="**/plotly-*.js") as visit:
        visit.page.wait_for_load_state()
        assert visit.page.locator("[data-chart-fallback]").is_visible()
        assert visit.page.locator("[data-chart-target]").is_hidden()


def test_a_finger_on_the_chart_scrolls_the_page(browser: Browser, address: str) -> None:
    with Visit(browser, address, width=360, has_touch=True, is_mobile=True) as visit:
        visit.wait_until_drawn()
        visit.page.evaluate("document.body.style.height = '2000px'")
        finger = visit.context.new_cdp_session(visit.page)
        for step in range(11):
            kind = "touchMove" if step else "touchStart"
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": 180, "y": 230 - 15 * step}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(visit.page.locator("html")).not_to_have_js_property("scrollTop", 0)


def test_the_vendored_bundle_is_the_published_one_for_the_installed_plotly() -> None:
    recorded = dict(line.split("  ")[::-1] for line in (STATIC / "vendor/SHA256SUMS").read_text().splitlines())
    assert set(recorded) == {f"plotly-{VERSION}-basic.min.js", f"plotly-{VERSION}.css", "plotly-LICENSE"}
    for name, digest in recorded.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest, name
