"""A chart as the server draws it and as the browser does: the same pieces, hatches and marks at the same places."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.reports.charts.bars import BarChart
from surveyapp.reports.charts.scales import shift_bars
from surveyapp.reports.drawing import static_svg
from surveyapp.reports.drawing.figures import figure
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.settings import ROOT
from tests.unit.reports import made


def served(chart: BarChart) -> list[list[tuple[float, str]]]:
    """(width in percent of the axis, kind of fill) of every segment the server draws, by row."""
    found = []
    for bar in chart.bars:
        drawn = static_svg.bar_svg(chart, bar)
        row = []
        for width, kind, fill in re.findall(
            r'<svg [^>]*?width="([\d.]+)%"><rect(?: class="([^"]*)")?(?: fill="url\(#(\w+)-)?', drawn
        ):
            if kind != "np-line":
                row.append(
                    (float(width), {"rise": "/", "fall": "\\"}.get(fill, "dashed" if kind == "withheld" else ""))
                )
        found.append(sorted(row))
    return found


def test_a_page_has_every_pattern_that_its_drawings_are_filled_with_once_and_no_other() -> None:
    chart = shift_bars(made.released(), ENGLISH)
    page = "".join(static_svg.bar_svg(chart, bar) for bar in chart.bars) * 2
    patterns = re.findall(r'<pattern id="([^"]+)"', static_svg.patterns(page))
    assert sorted(patterns) == sorted(set(re.findall(r"url\(#([^)]+)\)", page)))
    assert {each.partition("-")[0] for each in patterns} == {"rise", "fall", "dots"}
    assert static_svg.patterns("<p>Nothing is drawn.</p>") == ""


def places_of(drawn: str) -> list[tuple[float, float]]:
    """Where each piece of a bar begins and ends, percent: each after the one before it."""
    widths = re.findall(r'<svg (class="[^"]*" )?width="([\d.]+)%">', drawn.partition('<svg x="')[0])
    ends = list(itertools.accumulate((float(width) for _, width in widths), initial=0.0))
    return [each for each, (colour, _) in zip(itertools.pairwise(ends), widths, strict=True) if colour]


@given(st.lists(st.integers(0, 100_000), min_size=5, max_size=5).filter(any))
def test_the_pieces_of_a_served_bar_stand_where_their_counts_are(counts: list[int]) -> None:
    chart = made.one_row(made.tally(tuple(counts)))
    (bar,) = chart.bars
    span = chart.high - chart.low
    wanted = [
        (100 * (each.start - chart.low) / span, 100 * (each.start + each.width - chart.low) / span)
        for each in sorted(bar.segments, key=lambda each: each.start)
    ]
    found = places_of(static_svg.bar_svg(chart, bar))
    assert len(found) == len(wanted)
    for one, two in zip(found, wanted, strict=True):
        assert one == pytest.approx(two, abs=0.051)


def test_the_style_sheet_has_every_height_of_a_bar() -> None:
    sheet = (ROOT / "surveyapp" / "static" / "css" / "results.css").read_text("utf-8")
    for height in static_svg.BAR_HEIGHTS:
        assert f"--high: {height}px" in sheet
    asked = {
        int(number)
        for path in (ROOT / "surveyapp" / "web").rglob("*.html")
        for call in re.findall(r"(?:\bchart|\brows|bar_drawing)\(.*?\}\}|height=\d+", path.read_text("utf-8"))
        for number in re.findall(r"\b\d\d\b", call)
    }
    assert asked - {10, 12} <= set(static_svg.BAR_HEIGHTS)


def browsers(chart: BarChart) -> list[list[tuple[float, str]]]:
    """The same of the browser's figure."""
    made_figure = figure(chart)
    low, high = made_figure["layout"]["xaxis"]["range"]
    middles = sorted({y for trace in made_figure["data"] for y in trace["y"] if trace["hoverinfo"] != "skip"})
    found: dict[float, list[tuple[float, str]]] = {y: [] for y in middles}
    for trace in made_figure["data"]:
        if trace["hoverinfo"] == "skip":
            continue
        shapes = trace["marker"]["pattern"]["shape"]
        for width, y, shape in zip(trace["x"], trace["y"], shapes, strict=True):
            found[y].append((100 * width / (high - low), shape.replace(".", "")))
    for shape in made_figure["layout"]["shapes"]:
        if shape.get("line", {}).get("color") == "var(--control)" and shape["xref"] == "x":
            y = (shape["y0"] + shape["y1"]) / 2
            found[min(middles, key=lambda middle: abs(middle - y))].append(
                (100 * (shape["x1"] - shape["x0"]) / (high - low), "dashed")
            )
    return [sorted(row) for row in found.values()]


def test_both_drawings_have_the_same_segments_hatches_and_empty_boxes() -> None:
    chart = shift_bars(made.released(), ENGLISH)
    rows = [row for row in served(chart) if row]
    for one, two in zip(rows, browsers(chart), strict=True):
        assert [kind for _, kind in one] == [kind for _, kind in two]
        assert [width for width, _ in one] == pytest.approx([width for width, _ in two], abs=0.1)


@pytest.mark.parametrize("narrow", [False, True])
def test_both_drawings_mark_the_same_rows_as_not_for_publication(narrow: bool) -> None:
    chart = shift_bars(made.released(), ENGLISH)
    drawn = figure(chart, narrow=narrow)
    outlines = sum(len(bar.outlines) for bar in chart.bars)
    dashed = [shape for shape in drawn["layout"]["shapes"] if shape.get("line", {}).get("color") == "var(--warm)"]
    letters = [note for note in drawn["layout"]["annotations"] if note["text"] == "np"]
    assert len(dashed) == outlines == 2
    assert len(letters) == 2
    assert sum(static_svg.bar_svg(chart, bar).count('class="np-line"') for bar in chart.bars) == outlines


def test_a_page_from_the_right_has_the_chart_the_other_way_round_and_the_hatches_as_ever() -> None:
    chart = shift_bars(made.released(), ENGLISH)
    plain, turned = figure(chart), figure(chart, from_right=True)
    assert turned["layout"]["xaxis"]["range"] == plain["layout"]["xaxis"]["range"][::-1]
    assert turned["layout"]["margin"]["l"] == plain["layout"]["margin"]["r"]
    assert [trace["marker"]["pattern"]["shape"] for trace in plain["data"][:5]] == [
        trace["marker"]["pattern"]["shape"] for trace in turned["data"][:5]
    ]
    # Pieces in a line run as the page does; what has a place of its own is counted from the other side.
    for bar in chart.bars:
        drawn, other = static_svg.bar_svg(chart, bar), static_svg.bar_svg(chart, bar, mirrored=True)
        assert places_of(drawn) == places_of(other)
        middles = [
            [
                float(x) + float(width or 0) / 2
                for x, width in re.findall(r'x1?="([\d.]+)%"(?: width="([\d.]+)%")?', each)
            ]
            for each in (drawn.replace('x="50%"', ""), other.replace('x="50%"', ""))
        ]
        assert [100 - x for x in middles[0]] == pytest.approx(middles[1], abs=0.1)
    assert any('<svg x="' in static_svg.bar_svg(chart, bar) for bar in chart.bars)
