"""What is drawn: places come from counts, nothing hidden has one, and the browser's contract holds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.results import Category, Distribution, NextLook, RatingSummary, Shift
from surveyapp.reports.charts.bars import stretched
from surveyapp.reports.charts.columns import rating_columns
from surveyapp.reports.charts.drawn import question_chart, shift_chart
from surveyapp.reports.charts.options import option_bars
from surveyapp.reports.charts.scales import scale_bars, shift_bars
from surveyapp.reports.drawing import static_svg
from surveyapp.reports.drawing.figure_text import Figure
from surveyapp.reports.drawing.figures import figure
from surveyapp.reports.text.phrasing import ENGLISH
from tests.unit.reports import made

COUNTS = st.lists(st.integers(0, 60), min_size=5, max_size=5).filter(any)
MAY_HIDE = st.lists(st.one_of(st.integers(0, 60), st.none()), min_size=5, max_size=5)


def two_rows(first: made.Counts, second: made.Counts) -> Shift:
    return made.shift(made.measured(made.tally(first), made.tally(second)))


def shift_figure(shift: Shift, *, narrow: bool = False, from_right: bool = False) -> Figure:
    chart = shift_chart(shift, ENGLISH)
    assert chart is not None
    return figure(chart, narrow=narrow, from_right=from_right)


def drawn(together: list[Distribution], *, narrow: bool = False, from_right: bool = False) -> Figure:
    chart = question_chart(together, ENGLISH)
    assert chart is not None
    return figure(chart, narrow=narrow, from_right=from_right)


def bars(figure: Figure) -> dict[float, list[tuple[float, float, str]]]:
    """Segments by the row they stand in: (start, end, option), from left to right."""
    found: dict[float, list[tuple[float, float, str]]] = {}
    for trace in figure["data"]:
        if trace["hoverinfo"] == "skip":  # what runs along a foot
            continue
        for start, width, y in zip(trace["base"], trace["x"], trace["y"], strict=True):
            found.setdefault(y, []).append((start, start + width, trace["name"]))
    return {y: sorted(segments) for y, segments in sorted(found.items())}


@given(COUNTS, COUNTS, st.booleans())
def test_segments_touch_add_up_to_the_base_and_stand_around_the_middle(
    first: list[int], second: list[int], narrow: bool
) -> None:
    drawn = bars(shift_figure(two_rows(first, second), narrow=narrow))
    for counts, segments in zip((first, second), drawn.values(), strict=True):
        base = sum(counts)
        assert len(segments) == sum(count > 0 for count in counts)
        assert segments[0][0] == pytest.approx(-100 * (counts[3] + counts[4] + counts[2] / 2) / base, abs=1e-3)
        assert segments[-1][1] == pytest.approx(100 * (counts[0] + counts[1] + counts[2] / 2) / base, abs=1e-3)
        for one, two in itertools.pairwise(segments):
            assert one[1] == pytest.approx(two[0], abs=1e-3)
        names = [segment[2] for segment in segments]
        present = [option.label for option, count in zip(made.OPTIONS, counts, strict=True) if count]
        assert names == present[::-1]


@given(MAY_HIDE, st.integers(1, 400))
def test_what_is_not_told_is_the_rest_of_a_whole_bar_and_has_no_number(counts: list[int | None], more: int) -> None:
    """Nobody is left out of a picture; nothing in it says more than the base less what is told."""
    hidden = None in counts
    base = sum(count or 0 for count in counts) + (more if hidden else 0)
    if not base:
        return
    cells = {option.code: count for option, count in zip(made.OPTIONS, counts, strict=True)}
    shown = made.shift(made.measured(made.release(cells, base), made.tally((1, 1, 1, 1, 1))))
    bar = shift_bars(shown, ENGLISH).bars[0]
    widths = {segment.option: segment.width for segment in bar.segments if segment.manner != "withheld"}
    for option, count in zip(made.OPTIONS, counts, strict=True):
        assert widths.get(option.label, 0) == pytest.approx(100 * (count or 0) / base)
    assert sum(segment.width for segment in bar.segments) == pytest.approx(100)
    for narrow in (False, True):
        written = json.dumps(shift_figure(shown, narrow=narrow))
        for option, count in zip(made.OPTIONS, counts, strict=True):
            if count is None:
                assert len(re.findall(rf"{option.label}: \d+ of", written)) == 1  # the other row's


@pytest.mark.parametrize(("narrow", "most"), [(True, 42), (False, 80)])
def test_why_a_row_is_not_told_stands_in_lines_that_fit_its_box(narrow: bool, most: int) -> None:
    again = NextLook(4, dt.date(2027, 3, 10))
    hidden = dataclasses.replace(made.withheld(), again=again)
    shift = made.shift(made.measured(made.tally((16, 12, 1, 0, 0)), hidden))
    layout = shift_figure(shift, narrow=narrow)["layout"]
    (said,) = [each for each in layout["annotations"] if "Looked at again" in each["text"]]
    lines = said["text"].split("<br>")
    assert len(lines) > 1
    assert max(map(len, lines)) <= most
    boxes = [shape for shape in layout["shapes"] if shape.get("xref") == "paper" and shape["line"].get("dash")]
    half = 9 * len(lines)
    assert narrow or any(box["y0"] <= said["y"] - half and said["y"] + half <= box["y1"] for box in boxes)
    assert said["y"] + half <= layout["height"]


def test_four_options_without_a_neutral_one_part_in_the_middle() -> None:
    options = tuple(Category(name, name, "option") for name in ("great", "some", "little", "none"))
    net = Category("much", "Much", "net", ("great", "some"))
    tally = made.tally((20, 5, 3, 2), options=options, nets=(net,))
    chart = scale_bars([made.distribution([tally], options=options, nets=(net,), favourable="much")], ENGLISH)
    assert [(segment.option, segment.colour) for segment in chart.bars[0].segments] == [
        ("none", "likert-5"),
        ("little", "likert-4"),
        ("some", "likert-2"),
        ("great", "likert-1"),
    ]
    assert [segment.start for segment in chart.bars[0].segments][2] == pytest.approx(0)


def test_the_midline_is_at_zero_under_the_bars() -> None:
    wide = shift_figure(two_rows((1, 2, 3, 4, 5), (5, 4, 3, 2, 1)))["layout"]
    assert [(line["x0"], line["x1"], line["layer"]) for line in wide["shapes"]] == [(0, 0, "below")]
    low, high = wide["xaxis"]["range"]
    assert low < 0 < high


def test_a_row_ends_with_the_net_its_base_and_the_flag() -> None:
    figure = shift_figure(two_rows((16, 12, 1, 0, 0), (40, 5, 2, 0, 0)))
    texts = [note["text"] for note in figure["layout"]["annotations"]]
    assert texts == [made.FIRST, "then", "28 of 29", "97% ⚑", made.SECOND, "then", "45 of 47", "96%"]


def test_a_row_that_may_not_be_shown_says_so_in_place_of_a_bar() -> None:
    shift = made.shift(made.measured(made.tally((16, 12, 1, 0, 0)), made.withheld()))
    for narrow in (False, True):
        figure = shift_figure(shift, narrow=narrow)
        assert len(bars(figure)) == 1
        texts = [note["text"].replace("<br>", " ") for note in figure["layout"]["annotations"]]
        assert "Not shown: fewer than 10 people answered." in texts


def test_split_rows_stand_by_moment_everyone_first() -> None:
    rows = tuple(
        tuple(made.row(label, made.tally((4, 3, 2, 1, 0), people=people)) for people in (made.EVERYONE, made.SMALL))
        for label in (made.FIRST, made.SECOND)
    )
    chart = shift_bars(made.shift(rows, segment="employer_size"), ENGLISH)
    assert [(group.heading, [bar.label for bar in group.bars]) for group in chart.groups] == [
        (made.FIRST, ["Everyone", "Small employer"]),
        (made.SECOND, ["Everyone", "Small employer"]),
    ]
    assert len(bars(figure(chart, narrow=True))) == 4


def all_figures() -> Iterator[tuple[str, Figure]]:
    hostile = tuple(Category(f"o{number}", f"<b>{number}</b> & more", "option") for number in range(5))
    net = Category("confident", "<i>Net</i>", "net", ("o0", "o1"))
    tally = made.tally((5, 4, 3, 2, 1), options=hostile, nets=(net,))
    summary = RatingSummary(Decimal("8.6"), (10,), 4, 10)
    for narrow in (False, True):
        yield "shift", shift_figure(two_rows((5, 4, 3, 2, 1), (0, 0, 0, 0, 9)), narrow=narrow)
        rows = ((made.row("<script>alert(1)</script>", tally),),)
        shift = made.shift(rows, options=hostile, net=net, neutral="o2")
        yield "hostile", shift_figure(shift, narrow=narrow)
        plain = made.distribution([tally], options=hostile, nets=())
        yield "options", drawn([plain], narrow=narrow)
        rated = made.rating((0, 0, 0, 1, 0, 2, 3, 8, 15, 18), summary)
        yield "rating", drawn([rated], narrow=narrow)


def texts_in(node: Any, key: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from texts_in(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from texts_in(value, key)
    elif isinstance(node, str) and key in ("text", "name", "hovertext"):
        yield node


@pytest.mark.parametrize(("name", "figure"), list(all_figures()))
def test_a_figure_is_what_plotly_and_the_page_take(name: str, figure: Figure) -> None:
    go.Figure(figure)  # raises for a property that is not Plotly's
    assert figure["layout"]["height"] > 40
    assert set(figure["layout"]["margin"]) == {"l", "r", "t", "b"}
    assert "width" not in figure["layout"]
    for text in texts_in(figure):
        assert re.search(r"<(?!br>)", text) is None, text
    colours = re.findall(r'"color": "([^"]*)"', json.dumps(figure))
    assert colours
    assert all(re.fullmatch(r"var\(--[a-z0-9-]+\)", colour) for colour in colours)


@pytest.mark.parametrize(("narrow", "most"), [(True, 28 - len("24 of 47")), (False, 20)])
def test_a_bold_name_leaves_room_for_what_stands_beside_it(narrow: bool, most: int) -> None:
    """In a font whose bold letters take 10 px on average there are 210 px beside a bar, and on a phone about 290 for a
    name and its count."""
    long = [
        dataclasses.replace(each, label="Offer shared across the firm; people put themselves forward, then chosen")
        for each in made.OPTIONS
    ]
    tally = made.tally((24, 13, 5, 3, 2), options=long)
    layout = drawn([made.distribution([tally], options=tuple(long))], narrow=narrow)["layout"]
    names = [each["text"].split("<br>") for each in layout["annotations"] if each["text"].startswith("Offer")]
    assert len(names) == len(long)
    assert max(len(line) for lines in names for line in lines) <= most


def test_options_stand_as_written_and_are_labelled_with_count_and_base() -> None:
    chart = option_bars([made.distribution([made.tally((24, 13, 5, None, 2), base=47)])], ENGLISH)
    assert [(bar.label, bar.value, bar.share) for bar in chart.bars] == [
        ("Very confident", "24 of 47", "51%"),
        ("Quite confident", "13 of 47", "28%"),
        ("Neither", "5 of 47", "11%"),
        ("Not very confident", "fewer than 5 of 47", None),
        ("Not at all confident", "2 of 47", "4%"),
    ]
    assert [segment.manner for segment in chart.bars[3].segments] == ["bounded"]


def test_a_rating_says_mean_most_common_and_range_or_what_of_it_may_be_said() -> None:
    whole = RatingSummary(Decimal("8.6"), (8, 10), 4, 10)
    assert rating_columns([made.rating([1] * 10, whole)], ENGLISH).panels[0].summary == (
        "Mean 8.6 · most common 8, 10 · from 4 to 10"
    )
    part = RatingSummary(Decimal("8.6"), None, None, 10)
    assert rating_columns([made.rating([1] * 10, part)], ENGLISH).panels[0].summary == "Mean 8.6"
    hidden = rating_columns([made.rating([None, *[5] * 9], part)], ENGLISH)
    assert [(column.first, column.manner, column.count) for column in hidden.panels[0].columns][:2] == [
        (0, "bounded", "fewer than 5"),
        (1, "exact", "5"),
    ]
    assert ">None<" not in static_svg.panel_svg(hidden, hidden.panels[0])


def test_the_servers_drawing_escapes_its_words() -> None:
    options = (Category("very", '"<b>', "option"), *made.OPTIONS[1:])
    tally = made.tally((2, 9, 6, 8, 4), options=options)
    chart = shift_bars(made.shift(((made.row("x", tally),),), options=options), ENGLISH)
    drawn = static_svg.bar_svg(chart, chart.bars[0])
    assert '"<b>' not in drawn
    assert '"<b> 2 (7%); Quite confident 9 (31%)' in unescape(drawn)


def test_charts_of_a_page_share_one_axis() -> None:
    charts = stretched([shift_bars(two_rows((9, 0, 0, 0, 1), (1, 0, 0, 0, 9)), ENGLISH),
                        shift_bars(two_rows((9, 0, 0, 0, 0), (9, 0, 0, 0, 0)), ENGLISH)])  # fmt: skip
    assert [(chart.low, chart.high) for chart in charts] == [(-90.0, 100.0)] * 2
