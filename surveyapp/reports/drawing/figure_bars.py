"""Bar charts as Plotly figures: one trace a colour of the key, so that the key and a download know their names."""

from __future__ import annotations

from typing import Any

from surveyapp.reports.charts.bars import BarChart, BarSegment, wide_enough
from surveyapp.reports.charts.palette import DOTTED, dots, hatch, ink, token
from surveyapp.reports.drawing.bar_texts import (
    BarFrame,
    PlacedBar,
    frame_of,
    message_lines,
    more_room,
    row_texts,
    text_room,
    write_asked,
    write_break,
    write_heading,
    write_remarks,
)
from surveyapp.reports.drawing.figure_text import (
    Figure,
    at,
    dashed,
    plain,
)

LEAST_BARS = 300
"""How wide the bars are at least, px, before a narrow figure serves better."""

DOT = 0.08
"""Of a tile of the dotted pattern: its dot."""


def bar_figure(chart: BarChart, *, narrow: bool = False) -> Figure:
    """Draws a bar chart, wide or narrow."""
    frame = frame_of(chart, narrow)
    annotations: list[dict[str, Any]] = []
    placed: list[PlacedBar] = []
    breaks: list[tuple[float, float]] = []
    y = 6.0
    for group in chart.groups:
        y = write_break(annotations, breaks, group, y, frame)
        y = write_asked(annotations, group, y, frame)
        y = write_heading(annotations, group, y, frame)
        for bar in group.bars:
            y += text_room(bar, frame) + more_room(bar, frame) / 2
            row = PlacedBar(bar, y + frame.bar / 2)
            placed.append(row)
            annotations.extend(row_texts(row, frame, headed=group.heading is not None))
            annotations.extend(_plates(chart, row, narrow))
            y = write_remarks(annotations, row, frame) + more_room(bar, frame) / 2 + frame.gap
        y += 10 if group.heading else 0
    height = int(y)
    drawn = [(each.key, each.colour) for bar in chart.bars for each in bar.segments if each.manner != "withheld"]
    # What runs the other way has colours that the key has for other words.
    names = tuple(dict.fromkeys((*(chart.key or (("", "plain"),)), *drawn)))
    return {
        "data": [
            *(_trace(chart, name, colour, placed, frame, narrow) for name, colour in names),
            *_feet(placed, frame),
        ],
        "layout": {
            "barmode": "overlay",
            "showlegend": False,
            "height": height,
            "annotations": annotations,
            "margin": {"l": frame.margin_left, "r": frame.margin_right, "t": 0, "b": 0},
            "meta": {"leastWidth": frame.margin_left + frame.margin_right + LEAST_BARS},
            "xaxis": {"visible": False, "range": [round(chart.low, 3), round(chart.high, 3)]},
            "yaxis": {"visible": False, "range": [height, 0]},
            "shapes": [
                *_midline(chart, placed, breaks, frame, height, narrow),
                *(rule for top, _ in breaks for rule in _rule(top, frame)),
                *_outlines(placed, frame),
            ],
            "uniformtext": {"mode": "hide", "minsize": 13},
        },
    }


def _plates(chart: BarChart, row: PlacedBar, narrow: bool) -> list[dict[str, Any]]:
    """The counts of hatched segments, on a plate of paper."""
    return [
        at(segment.start + segment.width / 2, row.middle, segment.label, {"size": 13, "weight": 600})
        | {"bgcolor": "var(--paper)", "bordercolor": hatch(segment.colour), "borderwidth": 1, "borderpad": 2}
        for segment in row.bar.segments
        if chart.numbered and segment.hatched and wide_enough(segment, chart, narrow=narrow)
    ]


def _trace(
    chart: BarChart, name: str, colour: str, placed: list[PlacedBar], frame: BarFrame, narrow: bool
) -> dict[str, Any]:
    """The segments of one colour, row by row: solid or dotted where they are told exactly, else hatched."""
    here: list[tuple[PlacedBar, BarSegment]] = [
        (row, segment)
        for row in placed
        for segment in row.bar.segments
        if segment.colour == colour and segment.key == name and segment.manner != "withheld"
    ]
    texture = "." if colour in DOTTED else ""
    shapes = {"exact": texture, "bounded": "\\", "ranged": "/"}
    hatched = [segment.hatched for _, segment in here]
    return {
        "type": "bar",
        "orientation": "h",
        "name": plain([name]),
        "showlegend": bool(chart.key),
        "meta": {"dotsColor": dots(colour)} if texture else {},
        "x": [round(segment.width, 4) for _, segment in here],
        "y": [row.middle for row, _ in here],
        "base": [round(segment.start, 4) for _, segment in here],
        "width": [frame.bar] * len(here),
        "marker": {
            "color": token(colour),
            "line": {"color": [hatch(colour) if each else "var(--edge)" for each in hatched], "width": 1},
            "pattern": {
                "shape": [shapes[segment.manner] for _, segment in here],
                "size": [5 if segment.manner == "bounded" else 8 for _, segment in here],
                "solidity": [0.4 if each else DOT for each in hatched],
                "fgcolor": [hatch(colour) if each else dots(colour) for each in hatched],
                "bgcolor": ["var(--paper)" if each else token(colour) for each in hatched],
            },
        },
        "text": [
            segment.label
            if chart.numbered and not segment.hatched and wide_enough(segment, chart, narrow=narrow)
            else ""
            for _, segment in here
        ],
        "textposition": "inside",
        "textangle": 0,
        "insidetextanchor": "middle",
        "textfont": {"color": ink(colour), "size": 14, "weight": 600},
        "hovertext": [plain([*([row.bar.label] if row.bar.label else []), segment.said]) for row, segment in here],
        "hoverinfo": "text",
    }


def _feet(placed: list[PlacedBar], frame: BarFrame) -> list[dict[str, Any]]:
    """Along the foot of what is joined, the colours of the others, a strip each over the whole length."""
    found = [
        (segment, row.middle + frame.bar / 2 - strip * (number + 0.5), strip, colour)
        for row in placed
        for segment in row.bar.segments
        for strip in (segment.strip(frame.bar),)
        for number, colour in enumerate(segment.colours[:0:-1])
    ]
    if not found:
        return []
    return [
        {
            "type": "bar",
            "orientation": "h",
            "name": "",
            "showlegend": False,
            "x": [round(segment.width, 4) for segment, *_ in found],
            "y": [y for _, y, *_ in found],
            "base": [round(segment.start, 4) for segment, *_ in found],
            "width": [strip for _, _, strip, _ in found],
            "marker": {
                "color": [token(colour) for *_, colour in found],
                "line": {"color": "var(--edge)", "width": 1},
            },
            "hoverinfo": "skip",
        }
    ]


def _outlines(placed: list[PlacedBar], frame: BarFrame) -> list[dict[str, Any]]:
    """Dashed: around what is not for publication, and the empty boxes of what is withheld."""
    reach, out = frame.bar / 2, 4 if frame.bar > 30 else 2
    found = []
    for row in placed:
        for start, width in row.bar.outlines:
            found.append(dashed(start, start + width, row.middle - reach - out, row.middle + reach + out))
        for segment in row.bar.segments:
            if segment.manner == "withheld":
                end = segment.start + segment.width
                found.append(dashed(segment.start, end, row.middle - reach, row.middle + reach, "var(--control)"))
        if row.bar.withheld and not frame.above:
            high = max(reach, frame.line * len(message_lines(row.bar, frame)) / 2 + 4)
            box = dashed(0, 1, row.middle - high, row.middle + high, "var(--control)")
            found.append(box | {"xref": "paper"})
    return found


def _rule(y: float, frame: BarFrame) -> list[dict[str, Any]]:
    """A dashed rule from edge to edge: over the plot, and over the margins beside it."""
    line = {"color": "var(--ink)", "width": 2, "dash": "8px,6px"}
    common = {"type": "line", "xref": "paper", "yref": "y", "y0": y, "y1": y, "line": line, "layer": "above"}
    whole = [{**common, "x0": 0, "x1": 1}]
    for anchor, start, end in ((0, -frame.margin_left, 0), (1, 0, frame.margin_right)):
        if start != end:
            whole.append({**common, "xsizemode": "pixel", "xanchor": anchor, "x0": start, "x1": end})
    return whole


def _midline(
    chart: BarChart,
    placed: list[PlacedBar],
    breaks: list[tuple[float, float]],
    frame: BarFrame,
    height: int,
    narrow: bool,
) -> list[dict[str, Any]]:
    """Under the bars, so that it crosses no number: the whole height but for what parts rows, or on a narrow chart
    beside each bar alone."""
    if not chart.midline:
        return []
    reach = frame.bar / 2 + 3
    edges = [0.0, *(edge for rule in breaks for edge in rule), float(height)]
    whole = list(zip(edges[::2], edges[1::2], strict=True))
    beside = (
        narrow
        or any(row.bar.remarks or row.bar.message for row in placed)
        or any(group.asked for group in chart.groups)
    )
    bars = [row.middle for row in placed if row.bar.message is None]
    spans = [(middle - reach, middle + reach) for middle in bars] if beside else whole
    return [
        {
            "type": "line",
            "xref": "x",
            "x0": 0,
            "x1": 0,
            "yref": "y",
            "y0": top,
            "y1": bottom,
            "layer": "below",
            "line": {"dash": "dot", "width": 1, "color": "var(--ink)"},
        }
        for top, bottom in spans
    ]
