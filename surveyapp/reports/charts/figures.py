"""Plotly figures, as the plain mappings that become JSON in a page.

What `static/js/chart.js` asks of a figure holds for all of them: colours are names of custom properties, texts are
escaped and without markup but `<br>`, the height is the layout's, and margins are given. The vertical axis is in px
from the top, so that rows stand where the layout says whatever they hold.
"""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import dataclass
from html import escape
from typing import Any

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import Distribution, Shift
from surveyapp.reports.charts.bars import Bar, BarChart, BarGroup, BarSegment, options_chart, scale_chart, shift_chart
from surveyapp.reports.charts.columns import ColumnChart, rating_chart
from surveyapp.reports.charts.static_svg import LEAST
from surveyapp.reports.text.phrasing import FLAG, ISOLATED, RIGHT_TO_LEFT, Phrasing

Figure = dict[str, Any]


LINE, TALL = 18, 26
"""From a line of text to the next, px: of most scripts, and of one that needs room."""

_SOFT = {"size": 13, "color": "var(--ink-soft)"}


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Sizes in px, and characters a line (`wrap`). `above`: room for a row's name over its bar; none where it stands
    beside. `small`: many rows, or rows of which none is a headline. `line`: from a line to the next."""

    margin_left: int
    margin_right: int
    bar: int
    above: int
    gap: int
    heading: int
    wrap: int
    small: bool
    line: int = LINE


def _frame(chart: BarChart, narrow: bool) -> _Frame:
    small = not chart.midline or any(group.heading for group in chart.groups)
    # Nastaliq, in which Urdu is written, is tall; Arabic letters in another hand lose nothing by it.
    line = TALL if any(_runs_left(text) for bar in chart.bars for text in (bar.label, bar.detail, bar.base)) else LINE
    if narrow:
        above = 42 + 2 * (line - LINE)
        return _Frame(
            margin_left=0,
            margin_right=0,
            bar=24 if small else 34,
            above=above,
            gap=12 if small else 16,
            heading=30,
            wrap=30,
            small=small,
            line=line,
        )
    left = 0 if not chart.labelled else 210
    return _Frame(
        margin_left=left,
        margin_right=162 if small else 120,
        bar=28 if small else 44,
        above=0,
        gap=8 if small else 22,
        heading=32,
        wrap=25,
        small=small,
        line=line,
    )


def shift_figure(shift: Shift, words: Phrasing, *, narrow: bool = False) -> Figure:
    """A measure's rows around a neutral midline, the net and its base at the end of each."""
    return bar_figure(shift_chart(shift, words), narrow=narrow)


def distribution_figure(together: tuple[Distribution, ...], words: Phrasing, *, narrow: bool = False) -> Figure:
    """The variables of one question: rows around a midline where its scale has a good side, columns for a rating, and
    a bar an option otherwise."""
    first = together[0]
    if first.summary is Summary.RATING:
        return column_figure(rating_chart(together, words), narrow=narrow)
    chart = scale_chart(together, words) if first.favourable else options_chart(together, words)
    return bar_figure(chart, narrow=narrow)


def bar_figure(chart: BarChart, *, narrow: bool = False) -> Figure:
    """Draws a bar chart, one trace a colour, so that the key and a download know their names."""
    frame = _frame(chart, narrow)
    annotations: list[dict[str, Any]] = []
    placed: list[tuple[Bar, float]] = []
    breaks: list[tuple[float, float]] = []
    y = 6.0
    for group in chart.groups:
        y = _break(annotations, breaks, group, y, frame)
        y = _heading(annotations, group, y, frame)
        for bar in group.bars:
            y += _text_room(bar, frame)
            middle = y + frame.bar / 2
            placed.append((bar, middle))
            annotations.extend(_row_texts(bar, middle, frame, headed=group.heading is not None))
            y += frame.bar + frame.gap
        y += 10 if group.heading else 0
    height = int(y)
    names = chart.key or (("", "plain"),)
    left, right = frame.margin_left, frame.margin_right
    return {
        "data": [_trace(chart, name, colour, placed, frame) for name, colour in names],
        "layout": {
            "barmode": "overlay",
            "showlegend": False,
            "height": height,
            "annotations": annotations,
            "margin": {"l": left, "r": right, "t": 0, "b": 0},
            "xaxis": {"visible": False, "range": [round(chart.low, 3), round(chart.high, 3)]},
            "yaxis": {"visible": False, "range": [height, 0]},
            "shapes": [
                *_midline(chart, placed, breaks, frame, height, narrow),
                *(rule for top, _ in breaks for rule in _rule(top, frame)),
            ],
            "uniformtext": {"mode": "hide", "minsize": 13},
        },
    }


def _break(
    annotations: list[dict[str, Any]], breaks: list[tuple[float, float]], group: BarGroup, y: float, frame: _Frame
) -> float:
    """Writes why a group does not compare with the one before, under a rule, and returns where the group begins."""
    if group.broken is None:
        return y
    lines = textwrap.wrap(group.broken, 42 if frame.above else 90)
    bottom = y + 10 + 18 * len(lines)
    breaks.append((y, bottom))
    text = {"text": _plain(lines), "y": (y + 8 + bottom) / 2, "font": {"size": 14, "style": "italic"}}
    annotations.append(_left(frame) | text)
    return bottom + 12


def _rule(y: float, frame: _Frame) -> list[dict[str, Any]]:
    """A dashed rule from edge to edge: over the plot, and over the margins beside it."""
    line = {"color": "var(--ink)", "width": 2, "dash": "8px,6px"}
    common = {"type": "line", "xref": "paper", "yref": "y", "y0": y, "y1": y, "line": line, "layer": "above"}
    whole = [{**common, "x0": 0, "x1": 1}]
    for anchor, start, end in ((0, -frame.margin_left, 0), (1, 0, frame.margin_right)):
        if start != end:
            whole.append({**common, "xsizemode": "pixel", "xanchor": anchor, "x0": start, "x1": end})
    return whole


def _heading(annotations: list[dict[str, Any]], group: BarGroup, y: float, frame: _Frame) -> float:
    """Writes a group's heading, and returns where its rows begin."""
    if not group.heading:
        return y
    lines = textwrap.wrap(group.heading, 2 * frame.wrap)
    room = 20 * len(lines)
    annotations.append(_left(frame) | {"text": _plain(lines), "y": y + room / 2, "font": {"size": 15, "weight": 600}})
    if group.detail:
        annotations.append(_left(frame) | {"text": _plain([group.detail]), "y": y + room + 8, "font": _SOFT})
        room += 18
    return y + room + frame.heading - 20


def _text_room(bar: Bar, frame: _Frame) -> float:
    """Room over a bar: for its name and end texts on a narrow chart; else nothing."""
    if not frame.above:
        return 0
    lines = len(textwrap.wrap(bar.label or "", frame.wrap)) or 1
    return frame.above + frame.line * (lines - 1)


def _row_texts(bar: Bar, middle: float, frame: _Frame, *, headed: bool) -> list[dict[str, Any]]:
    """A row's name and detail at its start, its percentage and base at its end; or both over a narrow bar."""
    lines = textwrap.wrap(bar.label or "", frame.wrap)
    name_font = {"size": 14, "weight": 400} if headed else {"size": 15, "weight": 600}
    value_font = {"size": 17 if frame.small else 22, "weight": 700, "color": "var(--accent)"}
    base = f"{bar.base} {FLAG}" if bar.flagged else bar.base
    texts: list[dict[str, Any]] = []
    half = frame.line // 2
    if frame.above:
        top = middle - frame.bar / 2 - _text_room(bar, frame)
        under = top + 10 + frame.line * max(len(lines), 1)
        end = {"x": 1, "xanchor": "right", "xshift": 0}
        texts.append(_left(frame) | {"text": _plain(lines), "y": top + half * max(len(lines), 1), "font": name_font})
        texts.append(_left(frame) | {"text": _plain([bar.message or bar.detail or ""]), "y": under, "font": _SOFT})
        texts.append(_left(frame) | end | {"text": bar.value or "", "y": top + half, "font": value_font})
        texts.append(_left(frame) | end | {"text": _plain([base]), "y": under, "font": _SOFT})
    else:
        apart = half * len(lines) if bar.detail else 0
        texts.append(
            _left(frame) | {"text": _plain(lines), "y": middle - (half if bar.detail else 0), "font": name_font}
        )
        if bar.detail:
            texts.append(_left(frame) | {"text": _plain([bar.detail]), "y": middle + apart + 2, "font": _SOFT})
        end = {"x": 1, "xanchor": "left", "xshift": 14}
        if frame.small:
            texts.append(_left(frame) | end | {"text": bar.value or "", "y": middle, "font": value_font})
            texts.append(_left(frame) | end | {"text": _plain([base]), "y": middle, "xshift": 72, "font": _SOFT})
        else:
            texts.append(_left(frame) | end | {"text": bar.value or "", "y": middle - half, "font": value_font})
            texts.append(_left(frame) | end | {"text": _plain([base]), "y": middle + half + 4, "font": _SOFT})
        if bar.message:
            texts.append(_left(frame) | {"text": _plain([bar.message]), "y": middle, "xshift": 0, "font": _SOFT})
    return [text for text in texts if text["text"]]


def _left(frame: _Frame) -> dict[str, Any]:
    """An annotation at the start of a row."""
    return {
        "xref": "paper",
        "yref": "y",
        "x": 0,
        "xanchor": "left",
        "xshift": -frame.margin_left,
        "yanchor": "middle",
        "align": "left",
        "showarrow": False,
    }


def _trace(chart: BarChart, name: str, colour: str, placed: list[tuple[Bar, float]], frame: _Frame) -> dict[str, Any]:
    """The segments of one colour, row by row."""
    here: list[tuple[Bar, float, BarSegment]] = [
        (bar, middle, segment)
        for bar, middle in placed
        for segment in bar.segments
        if segment.colour == colour and (not chart.key or segment.option == name)
    ]
    on = "var(--ink)" if colour == "plain" else f"var(--on-{colour})"
    return {
        "type": "bar",
        "orientation": "h",
        "name": escape(name, quote=False),
        "showlegend": bool(chart.key),
        "x": [round(segment.width, 4) for _, _, segment in here],
        "y": [middle for _, middle, _ in here],
        "base": [round(segment.start, 4) for _, _, segment in here],
        "width": [frame.bar] * len(here),
        "marker": {
            "color": "var(--likert-2)" if colour == "plain" else f"var(--{colour})",
            "line": {"color": "var(--paper)", "width": 1},
        },
        "text": [segment.label if chart.midline and (segment.percent or 0) >= LEAST else "" for _, _, segment in here],
        "textposition": "inside",
        "textangle": 0,
        "insidetextanchor": "middle",
        "textfont": {"color": on, "size": 14, "weight": 600},
        "hovertext": [_hover(bar, segment) for bar, _, segment in here],
        "hoverinfo": "text",
    }


def _hover(bar: Bar, segment: BarSegment) -> str:
    return _plain([*([bar.label] if bar.label else []), segment.said])


def _midline(
    chart: BarChart,
    placed: list[tuple[Bar, float]],
    breaks: list[tuple[float, float]],
    frame: _Frame,
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
    spans = [(middle - reach, middle + reach) for _, middle in placed] if narrow else whole
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


def column_figure(chart: ColumnChart, *, narrow: bool = False) -> Figure:
    """Draws a rating's columns, a panel under the other, their summary above each."""
    full = 96 if narrow else 120
    annotations: list[dict[str, Any]] = []
    xs, ys, bases, hovers = [], [], [], []
    frame = _Frame(margin_left=0, margin_right=0, bar=0, above=0, gap=0, heading=0, wrap=0, small=False)
    y = 4.0
    for panel in chart.panels:
        flag = f" {FLAG}" if panel.flagged else ""
        title = " · ".join(part for part in (panel.label, f"{panel.base}{flag}" if panel.base else None) if part)
        lines = textwrap.wrap(panel.summary or panel.message or "", 34 if narrow else 90)
        room = 20 * len(lines) + 32
        summary = {"text": _plain(lines), "y": y + 10 * len(lines), "font": {"size": 15, "weight": 600}}
        annotations.append(_left(frame) | summary)
        annotations.append(_left(frame) | {"text": _plain([title]), "y": y + room - 22, "font": _SOFT})
        ground = y + room + 14 + full
        if panel.message:
            y += room
            continue
        for index, column in enumerate(panel.columns):
            annotations.append(_at(index, ground + 11, column.number, {"size": 13}))
            if column.share:
                high = full * column.share / chart.highest
                xs.append(index)
                ys.append(round(-high, 3))
                bases.append(ground)
                hovers.append(_plain([column.said]))
                annotations.append(_at(index, ground - high - 9, str(column.count), _SOFT))
        y = ground + 26
        if chart.low and chart.high:
            half = len(chart.numbers) * 3 if narrow else 60
            annotations.append(
                _left(frame) | {"text": _plain(textwrap.wrap(chart.low, half)), "y": y + 8, "font": _SOFT}
            )
            annotations.append(
                _left(frame)
                | {
                    "text": _plain(textwrap.wrap(chart.high, half)),
                    "y": y + 8,
                    "x": 1,
                    "xanchor": "right",
                    "align": "right",
                    "font": _SOFT,
                }
            )
            y += 26
        y += 16
    height = int(y)
    return {
        "data": [
            {
                "type": "bar",
                "x": xs,
                "y": ys,
                "base": bases,
                "width": [0.8] * len(xs),
                "hovertext": hovers,
                "hoverinfo": "text",
                "marker": {"color": "var(--likert-2)"},
                "showlegend": False,
                "name": "",
            }
        ],
        "layout": {
            "barmode": "overlay",
            "showlegend": False,
            "height": height,
            "annotations": [text for text in annotations if text["text"]],
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "xaxis": {"visible": False, "range": [-0.5, len(chart.numbers) - 0.5]},
            "yaxis": {"visible": False, "range": [height, 0]},
        },
    }


def _at(index: int, y: float, text: str, font: dict[str, Any]) -> dict[str, Any]:
    return {
        "xref": "x",
        "yref": "y",
        "x": index,
        "y": y,
        "text": _plain([text]),
        "showarrow": False,
        "font": font,
        "yanchor": "middle",
    }


def _plain(lines: list[str]) -> str:
    """Lines as Plotly wants them: nothing in them is markup, and `<br>` between. A chart runs from the left in every
    language; a line with a letter of a script that runs from the right is kept as it is read."""
    return "<br>".join(escape(_directed(line), quote=False) for line in lines)


def _directed(line: str) -> str:
    return f"{RIGHT_TO_LEFT}{line}{ISOLATED}" if _runs_left(line) else line


def _runs_left(text: str | None) -> bool:
    """Whether there is a letter in it of a script that runs from the right."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text or "")
