"""Charts as pictures that stand alone: SVG that needs no style sheet, and PNG of the same, for documents.

Made of the same charts as the page's own drawings. Colours are those of the style sheet on paper; a picture is as wide
as it is told, and as high as it needs to be: a row's name stands over its bar, so that one way of drawing serves a
phone and a sheet of paper.
"""

from __future__ import annotations

import functools
import textwrap
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import resvg_py

from surveyapp.reports.charts.bars import Bar, BarChart, BarSegment, wide_enough
from surveyapp.reports.charts.columns import ColumnChart, Panel
from surveyapp.reports.charts.dots import DotChart
from surveyapp.reports.charts.drawn import Chart
from surveyapp.reports.charts.palette import DOTTED
from surveyapp.reports.charts.spreads import SpreadChart, SpreadRow
from surveyapp.reports.text.phrasing import FLAG, ISOLATED, RIGHT_TO_LEFT

LETTERS = Path(__file__).parent / "letters"
"""The fonts that pictures are lettered with, wherever they are made."""

FAMILY = "DejaVu Sans, Verdana, sans-serif"
INK, SOFT, RULE, PAPER = "#16202a", "#55606a", "#c9c6be", "#ffffff"
WIDE, NARROW = 660, 330
"""How wide a picture is, px: on paper and a desk, and on a phone."""

SIZE, SMALL = 13.0, 11.5
WIDTH_OF_LETTER = 0.58
"""Of its size, on average."""

COLUMN_HEIGHT = 90

FILLS = {
    "likert-1": "#0b5d5e",
    "likert-2": "#62aaa8",
    "likert-3": "#dcd9d2",
    "likert-4": "#eab676",
    "likert-5": "#a8480b",
    "tone-1": "#eef0f4",
    "tone-2": "#d3d9e4",
    "tone-3": "#b3bdd0",
    "tone-4": "#909db8",
    "tone-5": "#6d7c9e",
    "tone-6": "#4b5b80",
    "tone-7": "#2c3a5c",
    "plain": "#62aaa8",
}
"""The colours of the style sheet's light theme (`css/scales.css`; a test compares)."""

INKS = {"likert-1": PAPER, "likert-5": PAPER, "tone-5": PAPER, "tone-6": PAPER, "tone-7": PAPER}
DOT_COLOURS = {
    "likert-4": "#b98240",
    "likert-5": "#dd9467",
    "tone-2": "#8f9bb3",
    "tone-4": "#66748f",
    "tone-6": "#93a0be",
}
HATCHES = {
    "likert-1": "#0b5d5e",
    "likert-2": "#3a8583",
    "likert-3": "#78746a",
    "likert-4": "#a66c1f",
    "likert-5": "#a8480b",
    "plain": "#3a8583",
}
TONE_HATCH = "#4b5b80"


@dataclass
class _Sheet:
    """What is drawn so far, from the top: `y` px are used. `name` sets its patterns apart from other pictures'.
    `from_right`: every place is counted from the other side."""

    width: float
    name: str
    from_right: bool = False
    y: float = field(default=4.0, kw_only=True)
    pieces: list[str] = field(default_factory=list, kw_only=True)
    patterns: dict[str, str] = field(default_factory=dict, kw_only=True)

    def text(self, x: float, y: float, words: str, *, size: float = SIZE, ink: str = INK, bold: bool = False,
             anchor: str = "start") -> None:  # fmt: skip
        weight = ' font-weight="bold"' if bold else ""
        if self.from_right:
            x, anchor = self.width - x, {"start": "end", "end": "start"}.get(anchor, anchor)
            words = f"{RIGHT_TO_LEFT}{words}{ISOLATED}"
        self.pieces.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{ink}" text-anchor="{anchor}"{weight}>'
            f"{escape(words)}</text>"
        )

    def lines(self, words: str, *, x: float = 0.0, room: float | None = None, size: float = SIZE, ink: str = INK,
              bold: bool = False) -> None:  # fmt: skip
        """Words over as many lines as they need."""
        for line in wrapped(words, (room or self.width) - x, size * (1.08 if bold else 1)):
            self.y += size + 4
            self.text(x, self.y, line, size=size, ink=ink, bold=bold)

    def box(self, x: float, y: float, width: float, height: float, fill: str, more: str = "") -> None:
        x = self.width - x - width if self.from_right else x
        self.pieces.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"{more}/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, ink: str = RULE, more: str = "") -> None:
        x1, x2 = (self.width - x1, self.width - x2) if self.from_right else (x1, x2)
        self.pieces.append(f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{ink}"{more}/>')

    def dotted(self, colour: str) -> str:
        name = f"{self.name}-dots-{colour}"
        self.patterns[name] = (
            f'<pattern id="{name}" width="7" height="7" patternUnits="userSpaceOnUse">'
            f'<circle cx="3" cy="3" r="1.1" fill="{DOT_COLOURS[colour]}"/></pattern>'
        )
        return f"url(#{name})"

    def hatched(self, colour: str, manner: str) -> str:
        """Wide and rising for a range, fine and falling for a bound."""
        name, ink = f"{self.name}-{manner}-{colour}", hatch_of(colour)
        tile, stripe, turn = (8, 3.4, 45) if manner == "ranged" else (5, 2, -45)
        self.patterns[name] = (
            f'<pattern id="{name}" width="{tile}" height="{tile}" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate({turn})"><path d="M0 0h{tile}v{tile}h-{tile}z" fill="{PAPER}"/>'
            f'<path d="M0 0h{stripe}v{tile}h-{stripe}z" fill="{ink}"/></pattern>'
        )
        return f"url(#{name})"

    def svg(self, title: str) -> str:
        height = _n(self.y + 6)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(self.width)}" height="{height}" '
            f'viewBox="0 0 {_n(self.width)} {height}" role="img" aria-label="{escape(title)}" '
            f'font-family="{FAMILY}"><defs>{"".join(self.patterns.values())}</defs>{"".join(self.pieces)}</svg>'
        )


def hatch_of(colour: str) -> str:
    return HATCHES.get(colour, TONE_HATCH)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def wrapped(words: str, room: float, size: float) -> list[str]:
    """Words in lines that fit into so many px."""
    return textwrap.wrap(words, max(8, int(room / (size * WIDTH_OF_LETTER)))) or [""]


def picture_svg(chart: Chart, title: str, name: str, width: float = WIDE, *, from_right: bool = False) -> str:
    """A chart as SVG. `title` is what is read out in its place; `name` is its own in a document; `from_right`: for a
    document whose lines begin at the right."""
    sheet = _Sheet(width, name, from_right)
    match chart:
        case BarChart():
            _bars(sheet, chart)
        case ColumnChart():
            _columns(sheet, chart)
        case SpreadChart():
            _spreads(sheet, chart)
        case DotChart():
            _dots(sheet, chart)
    return sheet.svg(title)


def picture_png(svg: str, zoom: float = 2.0) -> bytes:
    """An SVG of ours as PNG on white, `zoom` times as many pixels, lettered in the fonts that come along."""
    made: bytes = _rendered(svg, zoom)
    return made


def needs_other_letters(text: str) -> bool:
    """Whether there are letters in it that the fonts that come along do not have, such as Urdu's and Punjabi's: then
    those of the machine are looked through too."""
    return any(0x0590 <= ord(letter) <= 0x1FFF or ord(letter) >= 0x2E80 for letter in text)


@functools.lru_cache(maxsize=256)
def _rendered(svg: str, zoom: float) -> bytes:
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            background=PAPER,
            skip_system_fonts=not needs_other_letters(svg),
            font_files=[str(path) for path in sorted(LETTERS.glob("*.ttf"))],
            sans_serif_family="DejaVu Sans",
            zoom=zoom,
        )
    )


def _key(sheet: _Sheet, chart: BarChart) -> None:
    x, row = 0.0, 17.0
    if not chart.key:
        return
    y = sheet.y
    for words, colour in chart.key:
        wide = 20 + len(words) * SMALL * WIDTH_OF_LETTER + 14
        if x and x + wide > sheet.width + 14:
            x, y = 0.0, y + row
        sheet.box(x, y, 12, 12, FILLS[colour], f' stroke="{RULE}"')
        if colour in DOTTED:
            sheet.box(x, y, 12, 12, sheet.dotted(colour))
        sheet.text(x + 17, y + 10, words, size=SMALL)
        x += wide
    sheet.y = y + row + 2


def _bars(sheet: _Sheet, chart: BarChart) -> None:
    _key(sheet, chart)
    grouped = any(group.heading for group in chart.groups)
    for group in chart.groups:
        if group.broken:
            sheet.y += 4
            sheet.lines(group.broken, size=SMALL, ink=SOFT)
        if group.heading:
            sheet.y += 6
            sheet.lines(group.heading, bold=True)
            if group.detail:
                sheet.lines(group.detail, size=SMALL, ink=SOFT)
        if group.asked:
            sheet.lines(group.asked, size=SMALL, ink=SOFT)
        for bar in group.bars:
            _bar(sheet, chart, bar, 16 if grouped or not chart.numbered else 24)


def _bar(sheet: _Sheet, chart: BarChart, bar: Bar, height: float) -> None:
    end = " · ".join(part for part in (bar.value, bar.share) if part)
    end = f"{end} {FLAG}" if end and bar.flagged else end
    room = sheet.width - (len(end) * SIZE * WIDTH_OF_LETTER + 16 if end else 0)
    top = sheet.y
    if bar.label:
        sheet.lines(bar.label, room=max(room, sheet.width * 0.45))
    elif end:
        sheet.y += SIZE + 4
    if end:
        sheet.text(sheet.width, top + SIZE + 4, end, anchor="end", bold=True)
    if bar.detail:
        sheet.lines(bar.detail, size=SMALL, ink=SOFT)
    if bar.message:
        sheet.lines(bar.message, size=SMALL, ink=SOFT)
        sheet.y += 6
        return
    y, span = sheet.y + 5, chart.high - chart.low
    scale = sheet.width / span
    if not chart.numbered:
        sheet.box(0, y, sheet.width, height, "#f1efe9")
    if chart.midline:
        sheet.line(-chart.low * scale, y - 3, -chart.low * scale, y + height + 3, SOFT)
    for segment in bar.segments:
        x, wide = (segment.start - chart.low) * scale, segment.width * scale
        _segment(sheet, segment, x, y, wide, height)
        narrow = sheet.width < WIDE
        fits = wide_enough(segment, chart, narrow=narrow)
        if chart.numbered and segment.label and segment.manner != "withheld" and fits and height > 15:
            ink = INK if segment.hatched else INKS.get(segment.colour, INK)
            if segment.hatched:
                plate = len(segment.label) * SMALL * 0.62 + 6
                sheet.box(x + wide / 2 - plate / 2, y + height / 2 - 8, plate, 16, PAPER)
            sheet.text(x + wide / 2, y + height / 2 + 4, segment.label, size=SMALL, ink=ink, anchor="middle")
    sheet.y = y + height + 2
    for remark in bar.remarks:
        sheet.lines(remark, size=SMALL, ink=SOFT)
    sheet.y += 6


def _segment(sheet: _Sheet, segment: BarSegment, x: float, y: float, wide: float, height: float) -> None:
    if segment.manner == "withheld":
        sheet.box(x, y, wide, height, PAPER, f' stroke="{SOFT}" stroke-dasharray="3 3"')
        return
    if segment.hatched:
        sheet.box(x, y, wide, height, sheet.hatched(segment.colour, segment.manner),
                  f' stroke="{hatch_of(segment.colour)}"')  # fmt: skip
        return
    if segment.colour == "comparator":
        sheet.box(x, y, wide, height, PAPER, f' stroke="{SOFT}" stroke-width="1.5"')
        return
    sheet.box(x, y, wide, height, FILLS[segment.colour], f' stroke="{PAPER}" stroke-width="0.8"')
    if segment.colour in DOTTED:
        sheet.box(x, y, wide, height, sheet.dotted(segment.colour))
    strip = segment.strip(height)
    for number, colour in enumerate(segment.colours[:0:-1]):
        sheet.box(x, y + height - strip * (number + 1), wide, strip, FILLS[colour])


def _columns(sheet: _Sheet, chart: ColumnChart) -> None:
    slot = sheet.width / max(1, len(chart.numbers))
    for panel in chart.panels:
        if panel.label:
            sheet.y += 4
            sheet.lines(panel.label, bold=True)
        if panel.message:
            sheet.lines(panel.message, size=SMALL, ink=SOFT)
            continue
        _panel(sheet, chart, panel, slot)
    ends = [word for word in (chart.low, chart.high) if word]
    if len(ends) == 2:
        sheet.y += SMALL + 4
        sheet.text(0, sheet.y, f"{chart.numbers[0]}: {chart.low}", size=SMALL, ink=SOFT)
        if sheet.width < WIDE:
            sheet.y += SMALL + 4
        sheet.text(sheet.width, sheet.y, f"{chart.numbers[-1]}: {chart.high}", size=SMALL, ink=SOFT, anchor="end")


def _panel(sheet: _Sheet, chart: ColumnChart, panel: Panel, slot: float) -> None:
    bottom = sheet.y + 20 + COLUMN_HEIGHT
    sheet.line(0, bottom, sheet.width, bottom, SOFT)
    for index, number in enumerate(chart.numbers):
        sheet.text((index + 0.5) * slot, bottom + 14, number, size=SMALL, anchor="middle")
    for column in panel.columns:
        high = max(2.0, COLUMN_HEIGHT * column.share / chart.highest)
        x, wide = (column.first + 0.12) * slot, (column.span - 0.24) * slot
        if column.manner == "withheld":
            sheet.box(x, bottom - high, wide, high, PAPER, f' stroke="{SOFT}" stroke-dasharray="3 3"')
            continue
        fill = FILLS["plain"] if column.manner == "exact" else sheet.hatched("plain", column.manner)
        sheet.box(x, bottom - high, wide, high, fill)
        sheet.text(x + wide / 2, bottom - high - 4, column.count, size=SMALL, anchor="middle")
    sheet.y = bottom + 16
    summary = " · ".join(part for part in (panel.summary, panel.base) if part)
    sheet.lines(f"{summary} {FLAG}" if panel.flagged else summary, size=SMALL, ink=SOFT)


def _spreads(sheet: _Sheet, chart: SpreadChart) -> None:
    for row in chart.spreads:
        if row.label:
            sheet.lines(row.label, bold=True)
        if row.message:
            sheet.lines(row.message, size=SMALL, ink=SOFT)
            continue
        _spread(sheet, row)
    for place, word in chart.ticks:
        anchor = "start" if place < 8 else "end" if place > 92 else "middle"
        sheet.text(place * sheet.width / 100, sheet.y + 14, word, size=SMALL, ink=SOFT, anchor=anchor)
    sheet.y += 16


def _spread(sheet: _Sheet, row: SpreadRow) -> None:
    middle, of = sheet.y + 20, sheet.width / 100
    sheet.line(0, middle, sheet.width, middle)
    if row.line:
        sheet.box(row.line[0] * of, middle - 2, (row.line[1] - row.line[0]) * of, 4, SOFT)
    if row.box:
        sheet.box(row.box[0] * of, middle - 11, (row.box[1] - row.box[0]) * of, 22, FILLS["plain"])
    if row.median is not None:
        sheet.line(row.median * of, middle - 14, row.median * of, middle + 14, INK, ' stroke-width="2.5"')
    sheet.y = middle + 14
    summary = " · ".join(part for part in (row.summary, row.base) if part)
    sheet.lines(f"{summary} {FLAG}" if row.flagged else summary, size=SMALL, ink=SOFT)


def _dots(sheet: _Sheet, chart: DotChart) -> None:
    """A row a moment: its share as a dot on a line from nothing to all, with its interval."""
    of = sheet.width / 100
    for panel in chart.dots:
        if panel.label:
            sheet.lines(panel.label, bold=True)
        for dot in panel.dots:
            top = sheet.y
            sheet.lines(dot.label, room=sheet.width * 0.7)
            sheet.text(sheet.width, top + SIZE + 4, dot.value + (f" {FLAG}" if dot.flagged else ""), anchor="end")
            middle = sheet.y + 14
            sheet.line(0, middle, sheet.width, middle)
            if dot.low is not None and dot.high is not None:
                sheet.line(dot.low * of, middle, dot.high * of, middle, INK, ' stroke-width="2"')
            if dot.share is not None:
                fill = PAPER if dot.hollow else FILLS["likert-1"]
                at = sheet.width - dot.share * of if sheet.from_right else dot.share * of
                sheet.pieces.append(
                    f'<circle cx="{_n(at)}" cy="{_n(middle)}" r="6" fill="{fill}" '
                    f'stroke="{FILLS["likert-1"]}" stroke-width="2"/>'
                )
            sheet.y = middle + 8
