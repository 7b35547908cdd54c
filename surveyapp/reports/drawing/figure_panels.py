"""Panels as Plotly figures: a rating's columns, the lines and boxes of numbers and days, dots with their intervals."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from surveyapp.reports.charts.columns import ColumnChart
from surveyapp.reports.charts.dots import Dot, DotChart
from surveyapp.reports.charts.palette import hatch, token
from surveyapp.reports.charts.spreads import SpreadChart, SpreadRow
from surveyapp.reports.drawing.figure_text import (
    BOLD_NARROW,
    BOLD_WIDE,
    EDGE_NARROW,
    EDGE_WIDE,
    SOFT,
    Figure,
    at,
    at_start,
    dashed,
    np_mark,
    plain,
    wrapped,
)
from surveyapp.reports.text.phrasing import FLAG

_BOLD = {"size": 15, "weight": 600}
_LINE = {"type": "line", "xref": "x", "yref": "y"}


def _layout(height: int, across: list[float], annotations: list[dict[str, Any]], shapes: list[dict[str, Any]],
            *, sides: int = 0) -> dict[str, Any]:  # fmt: skip
    return {
        "barmode": "overlay",
        "showlegend": False,
        "height": height,
        "annotations": [text for text in annotations if text["text"]],
        "margin": {"l": sides, "r": sides, "t": 0, "b": 0},
        "xaxis": {"visible": False, "range": across},
        "yaxis": {"visible": False, "range": [height, 0]},
        "shapes": shapes,
    }


def _private(annotations: list[dict[str, Any]], words: str | None, y: float, width: int) -> float:
    """Writes np and what of a row is not for publication; returns where that ends."""
    if not words:
        return y
    lines = wrapped(words, width)
    annotations.append(np_mark(y + 10, at_start()))
    annotations.append(at_start(-34) | {"text": plain(lines), "y": y + 1 + 9 * len(lines), "font": SOFT})
    return y + max(24, 18 * len(lines))


def column_figure(chart: ColumnChart, *, narrow: bool = False) -> Figure:
    """Draws a rating's columns, a panel under the other, their summary above each."""
    full, width, bold = (96, EDGE_NARROW, BOLD_NARROW) if narrow else (120, EDGE_WIDE, BOLD_WIDE)
    annotations: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    marks: list[tuple[float, float, float, float, str, str]] = []
    y = 4.0
    for panel in chart.panels:
        flag = f" {FLAG}" if panel.flagged else ""
        title = " · ".join(part for part in (panel.label, f"{panel.base}{flag}" if panel.base else None) if part)
        lines, titles = wrapped(panel.summary or panel.message, bold), wrapped(title, width)
        annotations.append(at_start() | {"text": plain(lines), "y": y + 10 * len(lines), "font": _BOLD})
        y += 20 * len(lines) + 2
        annotations.append(at_start() | {"text": plain(titles), "y": y + 9 * len(titles), "font": SOFT})
        y = _private(annotations, panel.private, y + 18 * len(titles) + 4, width)
        if panel.message:
            y += 16
            continue
        ground = y + 18 + full
        for index, number in enumerate(chart.numbers):
            annotations.append(at(index, ground + 11, number, {"size": 13}))
        for column in panel.columns:
            high = full * column.share / chart.highest
            middle, wide = column.first + (column.span - 1) / 2, column.span - 0.2
            marks.append((middle, -high, ground, wide, column.manner, column.said))
            if column.private:
                shapes.append(dashed(middle - wide / 2, middle + wide / 2, ground - high, ground))
            if column.manner != "withheld":
                annotations.append(at(middle, ground - high - 9, column.count, SOFT))
        y = ground + 26
        y = _ends(annotations, chart, y, narrow) + 16
    kept = [mark for mark in marks if mark[4] != "withheld"]
    for middle, high, ground, wide, manner, _said in marks:
        if manner == "withheld":
            shapes.append(dashed(middle - wide / 2, middle + wide / 2, ground + high, ground, "var(--control)"))
    patterns = {"exact": "", "bounded": "\\", "ranged": "/"}
    bars = {
        "type": "bar",
        "x": [middle for middle, *_ in kept],
        "y": [round(high, 3) for _, high, *_ in kept],
        "base": [ground for _, _, ground, *_ in kept],
        "width": [wide for *_, wide, _, _ in kept],
        "hovertext": [plain([said]) for *_, said in kept],
        "hoverinfo": "text",
        "marker": {
            "color": token("plain"),
            "line": {"color": "var(--edge)", "width": 1},
            "pattern": {
                "shape": [patterns[manner] for *_, manner, _ in kept],
                "size": [5 if manner == "bounded" else 8 for *_, manner, _ in kept],
                "solidity": 0.4,
                "fgcolor": [hatch("plain")] * len(kept),
                "bgcolor": [token("plain") if manner == "exact" else "var(--paper)" for *_, manner, _ in kept],
            },
        },
        "showlegend": False,
        "name": "",
    }
    return {"data": [bars], "layout": _layout(int(y), [-0.5, len(chart.numbers) - 0.5], annotations, shapes)}


def _ends(annotations: list[dict[str, Any]], chart: ColumnChart, y: float, narrow: bool) -> float:
    """What a scale's ends are called, under their numbers."""
    if not (chart.low and chart.high):
        return y
    half = len(chart.numbers) * 3 if narrow else 60
    annotations.append(at_start() | {"text": plain(wrapped(chart.low, half)), "y": y + 8, "font": SOFT})
    end = {"x": 1, "xanchor": "right", "align": "right"}
    annotations.append(at_start() | end | {"text": plain(wrapped(chart.high, half)), "y": y + 8, "font": SOFT})
    return y + 26


def spread_figure(chart: SpreadChart, *, narrow: bool = False) -> Figure:
    """Draws a row's line from lowest to highest, its box between the quartiles and its median's stroke; the row's name
    and numbers over it, the axis once, below."""
    width, bold = (EDGE_NARROW, BOLD_NARROW) if narrow else (EDGE_WIDE, BOLD_WIDE)
    annotations: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    hovers: list[tuple[float, float, str]] = []
    y = 4.0
    for row in chart.spreads:
        flag = f" {FLAG}" if row.flagged else ""
        name = " · ".join(part for part in (row.label, f"{row.base}{flag}" if row.base else None) if part)
        for text, font, long in ((name, SOFT, width), (row.summary or row.message or "", _BOLD, bold)):
            lines = wrapped(text, long)
            annotations.append(at_start() | {"text": plain(lines), "y": y + 10 * len(lines), "font": font})
            y += 20 * len(lines)
        y = _private(annotations, row.private, y + 2, width)
        if row.message:
            y += 14
            continue
        middle = y + 18
        shapes.extend(_spread(row, middle))
        if row.median is not None or row.line:
            hovers.append((row.median if row.median is not None else sum(row.line or (0, 0)) / 2, middle, row.said))
        y = middle + 28
    for place, word in chart.ticks:
        anchor = "left" if place < 8 else "right" if place > 92 else "center"
        annotations.append(at(place, y, word, {"size": 13}, anchor=anchor))
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [x for x, _, _ in hovers],
        "y": [at_y for _, at_y, _ in hovers],
        "hovertext": [plain([said]) for _, _, said in hovers],
        "hoverinfo": "text",
        "marker": {"size": 8, "color": "var(--ink)"},
        "showlegend": False,
        "name": "",
    }
    return {"data": [points], "layout": _layout(int(y + 16), [-1, 101], annotations, shapes)}


def _spread(row: SpreadRow, middle: float) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if row.line:
        found.append({**_LINE, "x0": row.line[0], "x1": row.line[1], "y0": middle, "y1": middle,
                      "line": {"color": "var(--edge)", "width": 4}, "layer": "below"})  # fmt: skip
    if row.box:
        found.append({"type": "rect", "xref": "x", "yref": "y", "x0": row.box[0], "x1": row.box[1], "y0": middle - 11,
                      "y1": middle + 11, "fillcolor": token("plain"), "line": {"color": "var(--edge)", "width": 1},
                      "layer": "below"})  # fmt: skip
    if row.median is not None:
        found.append({**_LINE, "x0": row.median, "x1": row.median, "y0": middle - 15, "y1": middle + 15,
                      "line": {"color": "var(--ink)", "width": 3}, "layer": "below"})  # fmt: skip
    return found


def dot_figure(chart: DotChart, *, narrow: bool = False) -> Figure:
    """Draws a dot with its interval a moment, joined by lines; panels beside one another, or under one another on a
    narrow chart, all as high."""
    slots = len(chart.dots[0].dots)
    columns = 1 if narrow else min(3, len(chart.dots))
    apart = 0.7
    width = max(6, (36 if narrow else 120 // columns) // slots)
    if chart.crowded:
        columns = 1
    lines = max(
        len(wrapped(dot.value, width)) + len(wrapped(dot.label, width)) for panel in chart.dots for dot in panel.dots
    )
    lines = slots + 1 if chart.crowded else lines
    full, head, foot = 130.0, 40.0, 18.0 * lines + 44
    annotations: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    data: list[dict[str, Any]] = []
    for number, panel in enumerate(chart.dots):
        left = (number % columns) * (slots + apart)
        top = 6 + (number // columns) * (head + full + foot)
        ground = top + head + full
        if panel.label:
            annotations.append(at(left - 0.5, top + 12, panel.label, _BOLD, anchor="left"))
        for level in (0, 50, 100):
            y = ground - full * level / 100
            shapes.append({**_LINE, "x0": left - 0.5, "x1": left + slots - 0.5, "y0": y, "y1": y, "layer": "below",
                           "line": {"color": "var(--line)", "width": 1}})  # fmt: skip
            annotations.append(at(left - 0.5, y - 9, f"{level}%", SOFT, anchor="left"))
        for index, dot in enumerate(panel.dots):
            if chart.crowded:
                _words_listed(annotations, dot, index, left, ground)
            else:
                _words_under(annotations, dot, left + index, ground, width)
        data.extend(_dots(panel.dots, left, ground, full))
    rows = -(-len(chart.dots) // columns)
    height = int(10 + rows * (head + full + foot))
    across = [-0.6, columns * (slots + apart) - apart - 0.4]
    layout = _layout(height, across, annotations, shapes)
    return {"data": data, "layout": layout | {"meta": {"leastWidth": 100 * columns * slots}}}


def _words_under(annotations: list[dict[str, Any]], dot: Dot, x: float, ground: float, width: int) -> None:
    """A moment's count, its name and np, a line or more each, from the top down."""
    flag = f" {FLAG}" if dot.flagged else ""
    y = ground + 8
    for text, font in ((f"{dot.value}{flag}", {"size": 14, "weight": 600}), (dot.label, SOFT)):
        lines = wrapped(text, width)
        annotations.append(at(x, y, "", font) | {"text": plain(lines), "yanchor": "top"})
        y += 18 * len(lines)
    if dot.private:
        annotations.append(np_mark(y + 13, at(x, 0, "", SOFT)))


def _words_listed(annotations: list[dict[str, Any]], dot: Dot, index: int, left: float, ground: float) -> None:
    """A moment's number under its dot, and its words in a line of their own."""
    number = str(index + 1)
    annotations.append(at(left + index, ground + 12, number, SOFT))
    y = ground + 34 + 18 * index
    line = at_start() | {"xref": "x", "x": left - 0.5, "y": y, "font": {"size": 13}}
    annotations.append(
        line | {"text": plain([f"{number} {dot.label}: {dot.value}{f' {FLAG}' if dot.flagged else ''}"])}
    )
    if dot.private:
        annotations.append(np_mark(y, at_start() | {"x": 1, "xanchor": "right", "xshift": -4}))


def _dots(dots: tuple[Dot, ...], left: float, ground: float, full: float) -> list[dict[str, Any]]:
    """A line for each run of dots that are joined, and all dots with their intervals."""

    def height(share: float) -> float:
        return round(ground - full * share / 100, 2)

    drawn = [(left + index, dot) for index, dot in enumerate(dots) if dot.share is not None]
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [left + index, left + index + 1],
            "y": [height(before.share), height(dot.share)],
            "line": {"color": "var(--accent)", "width": 2.5},
            "hoverinfo": "skip",
            "showlegend": False,
            "name": "",
        }
        for index, (before, dot) in enumerate(pairwise(dots))
        if dot.joined and before.share is not None and dot.share is not None
    ]
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [x for x, _ in drawn],
        "y": [height(dot.share or 0.0) for _, dot in drawn],
        # The axis runs down: what is higher on the scale is less far down.
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [_reach(dot.share, dot.low, full) for _, dot in drawn],
            "arrayminus": [_reach(dot.high, dot.share, full) for _, dot in drawn],
            "color": "var(--edge)",
            "thickness": 1.5,
            "width": 6,
        },
        "marker": {
            "size": 12,
            "color": ["var(--paper)" if dot.hollow else "var(--accent)" for _, dot in drawn],
            "line": {"color": "var(--accent)", "width": 2.5},
        },
        "hovertext": [plain([dot.said]) for _, dot in drawn],
        "hoverinfo": "text",
        "showlegend": False,
        "name": "",
    }
    return [*lines, points]


def _reach(upper: float | None, lower: float | None, full: float) -> float:
    return 0.0 if upper is None or lower is None else round(full * (upper - lower) / 100, 2)
