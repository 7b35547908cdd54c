"""Charts drawn by the server, as inline SVG that needs neither script nor style attribute.

Every place across is in percent and every size of a letter in the page's own, so one drawing serves a phone and a
desk; names and numbers beside a bar are the page's text. Colours are classes (`likert-1` …), which the style sheet
gives the colours' values; dots and hatches are patterns, which a page has once (`patterns`). `mirrored`: for a page
that runs from the right, where places are counted from the other side; a hatch falls and rises as ever.
"""

from __future__ import annotations

import re
from html import escape

from surveyapp.reports.charts.bars import Bar, BarChart, BarSegment, wide_enough
from surveyapp.reports.charts.columns import ColumnChart, Panel
from surveyapp.reports.charts.dots import DotChart, DotPanel
from surveyapp.reports.charts.palette import DOTTED
from surveyapp.reports.charts.spreads import SpreadChart, SpreadRow

COLUMN_ROOM = 86
"""Height of a full column, px."""

DOT_ROOM = 150
"""Height from nothing to all, px."""


_PATTERN = {
    "rise": '<pattern id="rise-{0}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="paper" d="M0 0h8v8h-8z"/><path class="stripe {0}" d="M0 0h3.4v8h-3.4z"/></pattern>',
    "fall": '<pattern id="fall-{0}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
    '<path class="paper" d="M0 0h5v5h-5z"/><path class="stripe {0}" d="M0 0h2v5h-2z"/></pattern>',
    "dots": '<pattern id="dots-{0}" width="7" height="7" patternUnits="userSpaceOnUse">'
    '<circle class="dot {0}" cx="3" cy="3" r="1.1"/></pattern>',
}
"""Rising, wide, for a range; falling, fine, for a bound; dots for a colour."""

_FILLED = re.compile(r'fill="url\(#(rise|fall|dots)-([a-z0-9-]+)\)"')


def patterns(page: str) -> str:
    """The dots and hatches that the drawings of a page are filled with, to stand in it once."""
    used = sorted(set(_FILLED.findall(page)))
    made = "".join(_PATTERN[kind].format(colour) for kind, colour in used)
    return f'<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>{made}</defs></svg>' if made else ""


def _mirror(x: float, width: float, mirrored: bool) -> float:
    return 100 - x - width if mirrored else x


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


BAR_HEIGHTS = (44, 34, 28, 24, 22)
"""How high a bar may be, px: the style sheet has a class for each, so that no piece says it."""


def bar_svg(chart: BarChart, bar: Bar, *, height: int = 44, labels: bool = True, mirrored: bool = False) -> str:
    """One row's bar, `height` px high (one of `BAR_HEIGHTS`), in the middle of whatever room the page gives it. With
    `labels`, counts stand in the segments that have room for them. The midline is as high as the room, so that rows
    which touch share one. A bar without counts in it says nothing that its name and end do not, and is not read out.

    Pieces are drawings in a line, each beginning where the one before ends, so that a width is all that has to be said
    of a place; in a page that runs from the right they run from there. What lies over several of them, or under them
    all, is a drawing as wide as the bar."""
    span = chart.high - chart.low
    outlines = {(round(start, 6), round(width, 6)): (start, width) for start, width in bar.outlines}
    pieces, at = [], 0.0
    if chart.midline:
        middle = f"{_tenths(_mirror(-100 * chart.low / span, 0, mirrored))}%"
        pieces.append(f'<svg class="whole"><line class="midline" x1="{middle}" x2="{middle}" y1="0" y2="100%"/></svg>')
    for segment in sorted(bar.segments, key=lambda each: each.start):
        # Ends are rounded, and a width is what lies between two of them, so that pieces touch.
        start = round(100 * (segment.start - chart.low) / span, 1)
        end = round(100 * (segment.start + segment.width - chart.low) / span, 1)
        if start > at:
            pieces.append(f'<svg width="{_tenths(start - at)}%"></svg>')
        at = end
        inside = _segment(segment, height)
        if outlines.pop((round(segment.start, 6), round(segment.width, 6)), None):
            inside += _OUTLINE
        if labels and chart.numbered and segment.manner != "withheld":
            inside += _label(segment, chart)
        colour = "" if segment.manner == "withheld" else f'class="{segment.colour}" '
        pieces.append(f'<svg {colour}width="{_tenths(end - start)}%">{inside}</svg>')
    for first, width in outlines.values():
        wide = 100 * width / span
        x = _mirror(100 * (first - chart.low) / span, wide, mirrored)
        pieces.append(f'<svg class="whole"><svg x="{_tenths(x)}%" width="{_tenths(wide)}%">{_OUTLINE}</svg></svg>')
    said = ' aria-hidden="true"' if not chart.numbered else f' role="img" aria-label="{escape(bar.said)}"'
    return f'<div class="bar-drawing pieces h{height}"{said}>{"".join(pieces)}</div>'


_OUTLINE = '<rect class="np-line"/>'


def _tenths(value: float) -> str:
    """Of a percentage a tenth: less than a pixel on the widest page."""
    return f"{value:.1f}".removesuffix(".0")


def _box(x: float, width: float, height: float) -> str:
    """Where a rectangle stands, centred on the middle of the room."""
    return (
        f'x="{_number(x)}%" width="{_number(width)}%" y="50%" height="{_number(height)}"'
        f' transform="translate(0 {_number(-height / 2)})"'
    )


def _segment(segment: BarSegment, height: float) -> str:
    """What a piece is filled with. The style sheet makes it as wide as its room and as high as the bar."""
    if segment.manner == "withheld":
        return '<rect class="withheld"/>'
    if segment.hatched:
        kind = "rise" if segment.manner == "ranged" else "fall"
        return f'<rect class="hatch" fill="url(#{kind}-{segment.colour})"/>'
    dots = f'<rect class="dots" fill="url(#dots-{segment.colour})"/>' if segment.colour in DOTTED else ""
    strip = segment.strip(height)
    strips = "".join(
        f'<rect class="{colour}" width="100%" y="{_number(height / 2 - (number + 1) * strip)}"'
        f' height="{_number(strip)}"/>'
        for number, colour in enumerate(segment.colours[:0:-1])
    )
    return f'<rect/>{dots}<svg y="50%">{strips}</svg>' if strips else f"<rect/>{dots}"


def _label(segment: BarSegment, chart: BarChart) -> str:
    """A count in its segment: over a hatch on a plate of paper; left away on a chart that is too narrow for it."""
    if not wide_enough(segment, chart, narrow=False) or not segment.label:
        return ""
    classes = "plate" * segment.hatched, "if-wide" * (not wide_enough(segment, chart, narrow=True))
    kind = f' class="{" ".join(filter(None, classes))}"' if any(classes) else ""
    return f'<text{kind} x="50%" y="50%">{escape(segment.label)}</text>'


def panel_svg(chart: ColumnChart, panel: Panel, *, mirrored: bool = False) -> str:
    """A panel's columns with their counts above and the scale's numbers below."""
    width = 100 / len(chart.numbers)
    bottom = COLUMN_ROOM + 18
    pieces = [f'<line class="ground" x1="0" x2="100%" y1="{bottom}" y2="{bottom}"/>']
    for index, number in enumerate(chart.numbers):
        middle = _mirror((index + 0.5) * width, 0, mirrored)
        pieces.append(f'<text class="number" x="{_number(middle)}%" y="{bottom + 13}">{escape(number)}</text>')
    for column in panel.columns:
        wide = (column.span - 0.2) * width
        x = _mirror((column.first + 0.1) * width, wide, mirrored)
        height = max(2.0, COLUMN_ROOM * column.share / chart.highest)
        place = f'x="{_number(x)}%" width="{_number(wide)}%" y="{bottom - height:.1f}" height="{height:.1f}"'
        fill = {"exact": 'class="plain"', "withheld": 'class="withheld"',
                "ranged": 'class="hatch plain" fill="url(#rise-plain)"',
                "bounded": 'class="hatch plain" fill="url(#fall-plain)"'}[column.manner]  # fmt: skip
        pieces.append(f"<rect {fill} {place}/>")
        if column.private:
            pieces.append(f'<rect class="np-line" {place}/>')
        if column.manner != "withheld":
            pieces.append(
                f'<text class="count" x="{_number(x + wide / 2)}%" y="{bottom - height - 9:.1f}">'
                f"{escape(column.count)}</text>"
            )
    return (
        f'<svg class="bar-drawing columns" width="100%" height="{bottom + 26}" role="img"'
        f' aria-label="{escape(panel.said)}">{"".join(pieces)}</svg>'
    )


def spread_svg(row: SpreadRow, *, mirrored: bool = False) -> str:
    """The line, the box and the stroke of one row, as wide as the axis."""
    pieces = ['<line class="ground" x1="0" x2="100%" y1="50%" y2="50%"/>']
    if row.line:
        start, width = row.line[0], row.line[1] - row.line[0]
        pieces.append(f'<rect class="reach" {_box(_mirror(start, width, mirrored), width, 4)}/>')
    if row.box:
        start, width = row.box[0], row.box[1] - row.box[0]
        pieces.append(f'<rect class="plain" {_box(_mirror(start, width, mirrored), width, 22)}/>')
    if row.median is not None:
        x = _number(_mirror(row.median, 0, mirrored))
        pieces.append(f'<line class="median" x1="{x}%" x2="{x}%" y1="10%" y2="90%"/>')
    return f'<svg class="bar-drawing" role="img" aria-label="{escape(row.said)}">{"".join(pieces)}</svg>'


def dot_svg(chart: DotChart, panel: DotPanel, *, mirrored: bool = False) -> str:
    """One panel: a scale from nothing to all, a dot with its interval a moment, a line from each to the next. Names and
    counts stand under it in the page."""
    top, slot = 12, 100 / len(panel.dots)

    def height(percent: float) -> str:
        return _number(top + DOT_ROOM * (1 - percent / 100))

    pieces = [f'<line class="ground" x1="0" x2="100%" y1="{height(at)}" y2="{height(at)}"/>' for at in (0, 50, 100)]
    places = [_number(_mirror((index + 0.5) * slot, 0, mirrored)) for index in range(len(panel.dots))]
    for before, dot, first, second in zip(panel.dots, panel.dots[1:], places, places[1:], strict=False):
        if dot.joined and before.share is not None and dot.share is not None:
            pieces.append(
                f'<line class="slope" x1="{first}%" x2="{second}%" y1="{height(before.share)}"'
                f' y2="{height(dot.share)}"/>'
            )
    for dot, x in zip(panel.dots, places, strict=True):
        if dot.share is None:
            continue
        if dot.low is not None and dot.high is not None:
            ends = f'y1="{height(dot.low)}" y2="{height(dot.high)}"'
            pieces.append(f'<line class="interval" x1="{x}%" x2="{x}%" {ends}/>')
            for end in (dot.low, dot.high):
                y = height(end)
                pieces.append(f'<svg x="{x}%" overflow="visible"><path class="interval" d="M-6 {y}h12"/></svg>')
        pieces.append(
            f'<circle class="{"hollow" if dot.hollow else "full"}" cx="{x}%" cy="{height(dot.share)}" r="6"/>'
        )
        if chart.crowded:
            pieces.append(f'<text class="number" x="{x}%" y="{DOT_ROOM + top + 9}">{places.index(x) + 1}</text>')
        if dot.private:
            pieces.append(f'<circle class="np-line" cx="{x}%" cy="{height(dot.share)}" r="10.5"/>')
    room = DOT_ROOM + 2 * top + (8 if chart.crowded else 0)
    return (
        f'<svg class="bar-drawing dot-drawing" width="100%" height="{room}" role="img"'
        f' aria-label="{escape(panel.said)}">{"".join(pieces)}</svg>'
    )


def spread_ticks_svg(chart: SpreadChart, *, mirrored: bool = False) -> str:
    """What is written along the axis of numbers or days, the ends inside its width."""
    pieces = []
    for place, word in chart.ticks:
        x = _mirror(place, 0, mirrored)
        anchor = "start" if x < 8 else "end" if x > 92 else "middle"
        pieces.append(f'<text class="number {anchor}" x="{_number(x)}%" y="50%">{escape(word)}</text>')
    return f'<svg class="bar-drawing ticks" width="100%" height="20" aria-hidden="true">{"".join(pieces)}</svg>'
