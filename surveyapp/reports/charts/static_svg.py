"""Bars drawn by the server, as inline SVG that needs neither script nor style attribute.

Every place across is in percent and every size of a letter in the page's own, so one drawing serves a phone and a
desk; names and numbers beside a bar are the page's text. Colours are classes (`likert-1` …), which the style sheet
gives the colours' values.
"""

from __future__ import annotations

from html import escape

from surveyapp.reports.charts.bars import Bar, BarChart
from surveyapp.reports.charts.columns import ColumnChart, Panel

SURE, LIKELY, LEAST = 16, 11, 7
"""A segment of so many percent has room for its label: always; unless the chart is narrow; only where it is wide."""

COLUMN_ROOM = 86
"""Height of a full column, px."""


def bar_svg(chart: BarChart, bar: Bar, *, height: int = 44, labels: bool = True) -> str:
    """One row's bar, `height` px high, in the middle of whatever room the page gives it. With `labels`, percentages
    stand in the segments that have room for them. The midline is as high as the room, so that rows which touch share
    one."""
    span = chart.high - chart.low
    pieces = []
    if chart.midline:
        middle = f"{-100 * chart.low / span:.3f}%"
        pieces.append(f'<line class="midline" x1="{middle}" x2="{middle}" y1="0" y2="100%"/>')
    for segment in bar.segments:
        x, width = 100 * (segment.start - chart.low) / span, 100 * segment.width / span
        pieces.append(
            f'<rect class="{segment.colour}" x="{x:.3f}%" width="{width:.3f}%" y="50%" height="{height}"'
            f' transform="translate(0 -{height / 2:g})"/>'
        )
        room = _room(segment.percent)
        if labels and chart.midline and room is not None:
            place = f'x="{x + width / 2:.3f}%" y="50%"'
            pieces.append(f'<text class="on-{segment.colour}{room}" {place}>{escape(segment.label)}</text>')
    return f'<svg class="bar-drawing" role="img" aria-label="{escape(bar.said)}">{"".join(pieces)}</svg>'


def _room(percent: int | None) -> str | None:
    """The class that hides a label where its segment is too narrow for it; None: no label at all."""
    if percent is None or percent < LEAST:
        return None
    return "" if percent >= SURE else " unless-narrow" if percent >= LIKELY else " if-wide"


def panel_svg(chart: ColumnChart, panel: Panel) -> str:
    """A panel's columns with their counts above and the scale's numbers below."""
    width = 100 / len(chart.numbers)
    bottom = COLUMN_ROOM + 18
    pieces = [f'<line class="ground" x1="0" x2="100%" y1="{bottom}" y2="{bottom}"/>']
    for index, column in enumerate(panel.columns):
        middle = f"{(index + 0.5) * width:.3f}%"
        if column.share:
            height = max(2.0, COLUMN_ROOM * column.share / chart.highest)
            pieces.append(
                f'<rect class="plain" x="{(index + 0.1) * width:.3f}%" width="{0.8 * width:.3f}%"'
                f' y="{bottom - height:.1f}" height="{height:.1f}"/>'
            )
            pieces.append(f'<text class="count" x="{middle}" y="{bottom - height - 9:.1f}">{column.count}</text>')
        pieces.append(f'<text class="number" x="{middle}" y="{bottom + 13}">{escape(column.number)}</text>')
    return (
        f'<svg class="bar-drawing columns" width="100%" height="{bottom + 26}" role="img"'
        f' aria-label="{escape(panel.said)}">{"".join(pieces)}</svg>'
    )
