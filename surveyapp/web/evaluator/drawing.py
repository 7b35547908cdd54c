"""A template's way to what the server draws, in the direction of the reader's language. Texts are escaped where they
are drawn."""

from __future__ import annotations

import functools
from pathlib import Path

from flask.sansio.app import App
from markupsafe import Markup

from surveyapp.reports.charts.bars import Bar, BarChart
from surveyapp.reports.charts.columns import ColumnChart, Panel
from surveyapp.reports.charts.dots import DotChart, DotPanel
from surveyapp.reports.charts.drawn import Chart
from surveyapp.reports.charts.spreads import SpreadChart, SpreadRow
from surveyapp.reports.drawing import figures, static_svg
from surveyapp.reports.drawing.figure_text import Figure
from surveyapp.web.shared.language import direction, reader_language

_VENDOR = Path(__file__).parents[2] / "static" / "vendor"


@functools.cache
def plotly_files() -> tuple[str, str]:
    """The vendored bundle and its style sheet, as static file names. Their version is in their names."""
    (bundle,) = _VENDOR.glob("plotly-*-basic.min.js")
    (style,) = _VENDOR.glob("plotly-*.css")
    return f"vendor/{bundle.name}", f"vendor/{style.name}"


def from_right() -> bool:
    return direction(reader_language()) == "rtl"


def both_figures(chart: Chart) -> tuple[Figure, Figure]:
    """(wide, narrow), for the browser to draw."""
    wide = figures.figure(chart, from_right=from_right())
    return wide, figures.figure(chart, narrow=True, from_right=from_right())


def narrow_below(wide: Figure) -> int:
    """Under which width, px, the narrow figure is drawn."""
    return max(640, int(wide["layout"].get("meta", {}).get("leastWidth", 0)))


def bar_drawing(chart: BarChart, bar: Bar, height: int = 44, labels: bool = True) -> Markup:
    return Markup(static_svg.bar_svg(chart, bar, height=height, labels=labels, mirrored=from_right()))  # noqa: S704


def panel_drawing(chart: ColumnChart, panel: Panel) -> Markup:
    return Markup(static_svg.panel_svg(chart, panel, mirrored=from_right()))  # noqa: S704


def spread_drawing(row: SpreadRow) -> Markup:
    return Markup(static_svg.spread_svg(row, mirrored=from_right()))  # noqa: S704


def spread_ticks(chart: SpreadChart) -> Markup:
    return Markup(static_svg.spread_ticks_svg(chart, mirrored=from_right()))  # noqa: S704


def dot_drawing(chart: DotChart, panel: DotPanel) -> Markup:
    return Markup(static_svg.dot_svg(chart, panel, mirrored=from_right()))  # noqa: S704


def with_patterns(drawn: str) -> Markup:
    """All that a page draws, with what it is filled with: once a page."""
    return Markup(drawn + static_svg.patterns(drawn))  # noqa: S704


def install(app: App) -> None:
    """As globals, because a macro that is imported sees no context."""
    app.jinja_env.filters["with_patterns"] = with_patterns
    for made in (bar_drawing, panel_drawing, spread_drawing, spread_ticks, dot_drawing, narrow_below):
        app.jinja_env.globals[made.__name__] = made
