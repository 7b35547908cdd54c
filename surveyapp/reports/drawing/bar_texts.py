"""What stands written around the bars of a chart: how much room it takes, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from surveyapp.reports.charts.bars import Bar, BarChart, BarGroup
from surveyapp.reports.drawing.figure_text import (
    BOLD_NARROW,
    EDGE_NARROW,
    EDGE_WIDE,
    LINE,
    SOFT,
    at_start,
    line_height,
    np_mark,
    plain,
    wrapped,
)
from surveyapp.reports.text.phrasing import FLAG

PRIVATE = 27
"""Characters a line of what is not for publication, beside a row."""


@dataclass(frozen=True, kw_only=True)
class BarFrame:
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
class PlacedBar:
    """A bar and the middle of its height, px from the top."""

    bar: Bar
    middle: float


MESSAGE_ABOVE, MESSAGE = EDGE_NARROW, 80
"""Characters a line of why a row has no bar: in a narrow chart, and in a wide one."""

ABOVE_WIDE = 28
"""Letters that stand on one line over a bar of a narrow chart: a row's name and what is at its end together."""

NAME, HEADED = 20, 24
"""Characters a line of a row's name beside its bar, for which there are 210 px: of a bold one, whose letters take 10 px
on average in a wide font such as DejaVu Sans, and of one under a group's heading."""


def frame_of(chart: BarChart, narrow: bool) -> BarFrame:
    small = not chart.midline or any(group.heading for group in chart.groups)
    line = line_height(*(text for bar in chart.bars for text in (bar.label, bar.detail, bar.value)))
    longest = max((len(bar.value or "") for bar in chart.bars), default=0)
    # Letters that need tall lines are wide too.
    share = max(118 if line == LINE else 156, 9 * longest + 16)
    headed = all(group.heading for group in chart.groups if any(bar.label for bar in group.bars))
    if narrow:
        return BarFrame(
            margin_left=0,
            margin_right=0,
            bar=24 if small else 34,
            above=42 + 2 * (line - LINE),
            gap=12 if small else 16,
            heading=30,
            wrap=26,
            long=EDGE_NARROW,
            small=small,
            line=line,
            share=share,
        )
    return BarFrame(
        margin_left=210 if chart.labelled else 0,
        margin_right=(share + 70 if small else max(150, 12 * longest + 16)) + (220 if chart.private else 0),
        bar=28 if small else 44,
        above=0,
        gap=8 if small else 22,
        heading=32,
        wrap=HEADED if headed else NAME,
        long=EDGE_WIDE,
        small=small,
        line=line,
        share=share,
    )


def _long(
    annotations: list[dict[str, Any]], text: str, y: float, frame: BarFrame, font: dict[str, Any], shift: float
) -> float:
    """Writes a text that runs from `shift` px before the plot, and returns what is under it."""
    lines = wrapped(text, frame.long)
    bottom = y + frame.line * len(lines)
    annotations.append(at_start(shift) | {"text": plain(lines), "y": (y + bottom) / 2, "font": font})
    return bottom


def write_break(
    annotations: list[dict[str, Any]], breaks: list[tuple[float, float]], group: BarGroup, y: float, frame: BarFrame
) -> float:
    """Writes why a group does not compare with the one before, under a rule, and returns where the group begins."""
    if group.broken is None:
        return y
    bottom = _long(annotations, group.broken, y + 8, frame, {"size": 14, "style": "italic"}, frame.margin_left) + 2
    breaks.append((y, bottom))
    return bottom + 12


def write_asked(annotations: list[dict[str, Any]], group: BarGroup, y: float, frame: BarFrame) -> float:
    """Writes a row's own wording over it."""
    if group.asked is None:
        return y
    return _long(annotations, group.asked, y, frame, {"size": 13, "style": "italic"}, frame.margin_left) + 8


def write_heading(annotations: list[dict[str, Any]], group: BarGroup, y: float, frame: BarFrame) -> float:
    """Writes a group's heading, and returns where its rows begin."""
    if not group.heading:
        return y
    lines = wrapped(group.heading, BOLD_NARROW if frame.above else 2 * frame.wrap)
    room = 20 * len(lines)
    start = at_start(frame.margin_left)
    annotations.append(start | {"text": plain(lines), "y": y + room / 2, "font": {"size": 15, "weight": 600}})
    if group.detail:
        lines = wrapped(group.detail, frame.long)
        annotations.append(start | {"text": plain(lines), "y": y + room + 9 * len(lines) - 1, "font": SOFT})
        room += 18 * len(lines)
    return y + room + frame.heading - 20


def write_remarks(annotations: list[dict[str, Any]], row: PlacedBar, frame: BarFrame) -> float:
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


def text_room(bar: Bar, frame: BarFrame) -> float:
    """Room over a bar: for its name and end texts on a narrow chart; else nothing."""
    if not frame.above:
        return 0
    lines = (len(_name_lines(bar, frame)) or 1) + (len(_detail_lines(bar, frame)) or 1)
    return frame.above + frame.line * (lines - 2)


def _name_lines(bar: Bar, frame: BarFrame) -> list[str]:
    """A row's name; over a narrow bar it leaves room on its line for what stands at the end."""
    left = ABOVE_WIDE - len(bar.value or "") if frame.above else frame.wrap
    return wrapped(bar.label, max(10, min(frame.wrap, left)))


def more_room(bar: Bar, frame: BarFrame) -> float:
    """What a row is higher than its bar: for a name of several lines, or for the words of what is not for publication
    beside it."""
    if frame.above:
        return frame.line * max(0, len(message_lines(bar, frame)) - 1)
    named = len(_name_lines(bar, frame)) + len(wrapped(bar.detail, frame.wrap + 3))
    lines = max(named, len(wrapped(bar.private, PRIVATE)), len(message_lines(bar, frame)))
    return max(0.0, frame.line * lines - frame.bar)


def message_lines(bar: Bar, frame: BarFrame) -> list[str]:
    """Why a row has no bar, in lines that stand where it would be."""
    return wrapped(bar.message, MESSAGE_ABOVE if frame.above else MESSAGE)


def _detail_lines(bar: Bar, frame: BarFrame) -> list[str]:
    """What stands under a name over a narrow bar, beside its percentage. A message stands in its place."""
    return [] if bar.message else wrapped(bar.detail, frame.wrap)


def row_texts(row: PlacedBar, frame: BarFrame, *, headed: bool) -> list[dict[str, Any]]:
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
        top = middle - frame.bar / 2 - text_room(bar, frame)
        under = top + 10 + frame.line * max(len(lines), 1)
        end = at_start() | {"x": 1, "xanchor": "right", "align": "right"}
        texts.append(start | {"text": plain(lines), "y": top + half * max(len(lines), 1), "font": name_font})
        said = message_lines(bar, frame) or _detail_lines(bar, frame)
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
                | {"text": plain(message_lines(bar, frame)), "y": middle, "font": SOFT}
            )
    return [text for text in texts if text["text"]]
