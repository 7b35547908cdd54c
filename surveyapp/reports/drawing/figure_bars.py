"""Bar charts as Plotly figures: one trace a colour of the key, so that the key and a download know their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from surveyapp.reports.charts.bars import Bar, BarChart, BarGroup, BarSegment, wide_enough
from surveyapp.reports.charts.palette import DOTTED, dots, hatch, ink, token
from surveyapp.reports.drawing.figure_text import (
    LINE,
    SOFT,
    Figure,
    at,
    at_start,
    dashed,
    line_height,
    np_mark,
    plain,
    wrapped,
)
from surveyapp.reports.text.phrasing import FLAG

LEAST_BARS = 300
"""How wide the bars are at least, px, before a narrow figure serves better."""

PRIVATE = 27
"""Characters a line of what is not for publication, beside a row."""

DOT = 0.08
"""Of a tile of the dotted pattern: its dot."""


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Sizes in px, and characters a line (`wrap` of a name, `long` of what runs from edge to edge). `above`: room for a
    row's name over its bar; none where it stands beside. `small`: many rows, or rows of which none is a headline.
    `line`: from a line to the next. `share`: where a percentage stands beside its count, from the plot."""

    margin_left: int
    margin_right: int
    bar: int
    above: int
    gap: int
    heading: int
    wrap: int
    long: int
    small: bool
    line: int
    share: int


@dataclass(frozen=True)
class _Placed:
    """A bar and the middle of its height, px from the top."""

    bar: Bar
    middle: float


MESSAGE_ABOVE, MESSAGE = 42, 80
"""Characters a line of why a row has no bar: in a narrow chart, and in a wide one."""

ABOVE_WIDE = 28
"""Letters that stand on one line over a bar of a narrow chart: a row's name and what is at its end together."""

NAME, HEADED = 20, 24
"""Characters a line of a row's name beside its bar, for which there are 210 px: of a bold one, whose letters take 10 px
on average in a wide font such as DejaVu Sans, and of one under a group's heading."""


def _frame(chart: BarChart, narrow: bool) -> _Frame:
    small = not chart.midline or any(group.heading for group in chart.groups)
    line = line_height(*(text for bar in chart.bars for text in (bar.label, bar.detail, bar.value)))
    longest = max((len(bar.value or "") for bar in chart.bars), default=0)
    # Letters that need tall lines are wide too.
    share = max(118 if line == LINE else 156, 9 * longest + 16)
    headed = all(group.heading for group in chart.groups if any(bar.label for bar in group.bars))
    if narrow:
        return _Frame(
            margin_left=0,
            margin_right=0,
            bar=24 if small else 34,
            above=42 + 2 * (line - LINE),
            gap=12 if small else 16,
            heading=30,
            wrap=26,
            long=42,
            small=small,
            line=line,
            share=share,
        )
    return _Frame(
        margin_left=210 if chart.labelled else 0,
        margin_right=(share + 70 if small else max(150, 12 * longest + 16)) + (220 if chart.private else 0),
        bar=28 if small else 44,
        above=0,
        gap=8 if small else 22,
        heading=32,
        wrap=HEADED if headed else NAME,
        long=90,
        small=small,
        line=line,
        share=share,
    )


def bar_figure(chart: BarChart, *, narrow: bool = False) -> Figure:
    """Draws a bar chart, wide or narrow."""
    frame = _frame(chart, narrow)
    annotations: list[dict[str, Any]] = []
    placed: list[_Placed] = []
    breaks: list[tuple[float, float]] = []
    y = 6.0
    for group in chart.groups:
        y = _break(annotations, breaks, group, y, frame)
        y = _asked(annotations, group, y, frame)
        y = _heading(annotations, group, y, frame)
        for bar in group.bars:
            y += _text_room(bar, frame) + _more_room(bar, frame) / 2
            row = _Placed(bar, y + frame.bar / 2)
            placed.append(row)
            annotations.extend(_row_texts(row, frame, headed=group.heading is not None))
            annotations.extend(_plates(chart, row, narrow))
            y = _remarks(annotations, row, frame) + _more_room(bar, frame) / 2 + frame.gap
        y += 10 if group.heading else 0
    height = int(y)
    names = chart.key or (("", "plain"),)
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


def _long(
    annotations: list[dict[str, Any]], text: str, y: float, frame: _Frame, font: dict[str, Any], shift: float
) -> float:
    """Writes a text that runs from `shift` px before the plot, and returns what is under it."""
    lines = wrapped(text, frame.long)
    bottom = y + frame.line * len(lines)
    annotations.append(at_start(shift) | {"text": plain(lines), "y": (y + bottom) / 2, "font": font})
    return bottom


def _break(
    annotations: list[dict[str, Any]], breaks: list[tuple[float, float]], group: BarGroup, y: float, frame: _Frame
) -> float:
    """Writes why a group does not compare with the one before, under a rule, and returns where the group begins."""
    if group.broken is None:
        return y
    bottom = _long(annotations, group.broken, y + 8, frame, {"size": 14, "style": "italic"}, frame.margin_left) + 2
    breaks.append((y, bottom))
    return bottom + 12


def _asked(annotations: list[dict[str, Any]], group: BarGroup, y: float, frame: _Frame) -> float:
    """Writes a row's own wording over it."""
    if group.asked is None:
        return y
    return _long(annotations, group.asked, y, frame, {"size": 13, "style": "italic"}, frame.margin_left) + 8


def _heading(annotations: list[dict[str, Any]], group: BarGroup, y: float, frame: _Frame) -> float:
    """Writes a group's heading, and returns where its rows begin."""
    if not group.heading:
        return y
    lines = wrapped(group.heading, 2 * frame.wrap)
    room = 20 * len(lines)
    start = at_start(frame.margin_left)
    annotations.append(start | {"text": plain(lines), "y": y + room / 2, "font": {"size": 15, "weight": 600}})
    if group.detail:
        annotations.append(start | {"text": plain([group.detail]), "y": y + room + 8, "font": SOFT})
        room += 18
    return y + room + frame.heading - 20


def _remarks(annotations: list[dict[str, Any]], row: _Placed, frame: _Frame) -> float:
    """Writes what stands under a bar, and returns where that ends."""
    y = row.middle + frame.bar / 2
    texts = list(row.bar.remarks)
    if row.bar.private is not None and frame.above:
        y += 4
        annotations.append(np_mark(y + 12, at_start()))
        lines = wrapped(row.bar.private, frame.long - 6)
        annotations.append(at_start(-34) | {"text": plain(lines), "y": y + 3 + 9 * len(lines), "font": SOFT})
        y += max(24, 18 * len(lines))
    for text in texts:
        y = _long(annotations, text, y + 4, frame, {"size": 13}, 0)
    return y


def _text_room(bar: Bar, frame: _Frame) -> float:
    """Room over a bar: for its name and end texts on a narrow chart; else nothing."""
    if not frame.above:
        return 0
    lines = len(_name_lines(bar, frame)) or 1
    return frame.above + frame.line * (lines - 1)


def _name_lines(bar: Bar, frame: _Frame) -> list[str]:
    """A row's name; over a narrow bar it leaves room on its line for what stands at the end."""
    left = ABOVE_WIDE - len(bar.value or "") if frame.above else frame.wrap
    return wrapped(bar.label, max(10, min(frame.wrap, left)))


def _more_room(bar: Bar, frame: _Frame) -> float:
    """What a row is higher than its bar: for a name of several lines, or for the words of what is not for publication
    beside it."""
    if frame.above:
        return frame.line * max(0, len(_message_lines(bar, frame)) - 1)
    named = len(_name_lines(bar, frame)) + len(wrapped(bar.detail, frame.wrap + 3))
    lines = max(named, len(wrapped(bar.private, PRIVATE)), len(_message_lines(bar, frame)))
    return max(0.0, frame.line * lines - frame.bar)


def _message_lines(bar: Bar, frame: _Frame) -> list[str]:
    """Why a row has no bar, in lines that stand where it would be."""
    return wrapped(bar.message, MESSAGE_ABOVE if frame.above else MESSAGE)


def _row_texts(row: _Placed, frame: _Frame, *, headed: bool) -> list[dict[str, Any]]:
    """A row's name and detail at its start, its count and percentage at its end; or both over a narrow bar."""
    bar, middle = row.bar, row.middle
    lines = _name_lines(bar, frame)
    name_font = {"size": 14, "weight": 400} if headed else {"size": 15, "weight": 600}
    value_font = {"size": 15 if frame.small else 19, "weight": 700, "color": "var(--accent)"}
    share = " ".join(part for part in (bar.share, FLAG if bar.flagged else None) if part)
    texts: list[dict[str, Any]] = []
    half = frame.line // 2
    start = at_start(frame.margin_left)
    if frame.above:
        top = middle - frame.bar / 2 - _text_room(bar, frame)
        under = top + 10 + frame.line * max(len(lines), 1)
        end = at_start() | {"x": 1, "xanchor": "right", "align": "right"}
        texts.append(start | {"text": plain(lines), "y": top + half * max(len(lines), 1), "font": name_font})
        said = _message_lines(bar, frame) or [bar.detail or ""]
        texts.append(start | {"text": plain(said), "y": under + half * (len(said) - 1), "font": SOFT})
        texts.append(end | {"text": plain([bar.value or ""]), "y": top + half, "font": value_font | {"size": 15}})
        texts.append(end | {"text": plain([share]), "y": under, "font": SOFT})
    else:
        detail = wrapped(bar.detail, frame.wrap + 3)
        apart = half * len(detail)
        texts.append(start | {"text": plain(lines), "y": middle - apart, "font": name_font})
        texts.append(start | {"text": plain(detail), "y": middle + half * len(lines) + 2, "font": SOFT})
        end = at_start(-14) | {"x": 1}
        if frame.small:
            texts.append(end | {"text": plain([bar.value or ""]), "y": middle, "font": value_font})
            texts.append(end | {"text": plain([share]), "y": middle, "xshift": frame.share, "font": SOFT})
        else:
            texts.append(end | {"text": plain([bar.value or ""]), "y": middle - half, "font": value_font})
            texts.append(end | {"text": plain([share]), "y": middle + half + 4, "font": SOFT})
        if bar.private is not None:
            beside = end | {"xshift": frame.share + 66 if frame.small else 150}
            said = wrapped(bar.private, PRIVATE)
            texts.append(np_mark(middle, beside))
            texts.append(beside | {"xshift": beside["xshift"] + 32, "text": plain(said), "y": middle, "font": SOFT})
        if bar.message:
            texts.append(
                at_start(-12 if bar.withheld else 0)
                | {"text": plain(_message_lines(bar, frame)), "y": middle, "font": SOFT}
            )
    return [text for text in texts if text["text"]]


def _plates(chart: BarChart, row: _Placed, narrow: bool) -> list[dict[str, Any]]:
    """The counts of hatched segments, on a plate of paper."""
    return [
        at(segment.start + segment.width / 2, row.middle, segment.label, {"size": 13, "weight": 600})
        | {"bgcolor": "var(--paper)", "bordercolor": hatch(segment.colour), "borderwidth": 1, "borderpad": 2}
        for segment in row.bar.segments
        if chart.numbered and segment.hatched and wide_enough(segment, chart, narrow=narrow)
    ]


def _trace(
    chart: BarChart, name: str, colour: str, placed: list[_Placed], frame: _Frame, narrow: bool
) -> dict[str, Any]:
    """The segments of one colour, row by row: solid or dotted where they are told exactly, else hatched."""
    here: list[tuple[_Placed, BarSegment]] = [
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


def _feet(placed: list[_Placed], frame: _Frame) -> list[dict[str, Any]]:
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


def _outlines(placed: list[_Placed], frame: _Frame) -> list[dict[str, Any]]:
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
            high = max(reach, frame.line * len(_message_lines(row.bar, frame)) / 2 + 4)
            box = dashed(0, 1, row.middle - high, row.middle + high, "var(--control)")
            found.append(box | {"xref": "paper"})
    return found


def _rule(y: float, frame: _Frame) -> list[dict[str, Any]]:
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
    placed: list[_Placed],
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
