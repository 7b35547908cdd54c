"""What is in a chart before it is drawn: every kind of count in every kind of chart, and what is said of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import (
    Category,
    Cell,
    Interval,
    Joined,
    NextLook,
    QuantityBin,
    QuantitySummary,
    RatingSummary,
    Shift,
    ShiftStep,
    Tally,
)
from surveyapp.reports.charts.bars import BarChart
from surveyapp.reports.charts.columns import ColumnChart
from surveyapp.reports.charts.dots import dot_chart
from surveyapp.reports.charts.drawn import question_chart, shift_chart
from surveyapp.reports.charts.options import option_bars
from surveyapp.reports.charts.scales import scale_bars, shift_bars
from surveyapp.reports.charts.spreads import SpreadChart
from surveyapp.reports.drawing import static_svg
from surveyapp.reports.drawing.figures import figure
from surveyapp.reports.text.phrasing import ENGLISH, nothing_words
from tests.unit.reports import made

TONES = tuple(Category(name, name.capitalize(), "option") for name in ("never", "rarely", "often", "always"))

ROWS: dict[str, tuple[list[tuple[str, str, str, float]], str | None, str | None]] = {
    "exact": (
        [
            ("Not at all confident", "exact", "5", 5),
            ("Not very confident", "exact", "14", 14),
            ("Neither", "exact", "29", 29),
            ("Quite confident", "exact", "37", 37),
            ("Very confident", "exact", "21", 21),
        ],
        "58 of 106",
        "55%",
    ),
    "joined": (
        [
            ("Not very confident, Not at all confident", "exact", "17", 17),
            ("Neither", "exact", "29", 29),
            ("Quite confident", "exact", "37", 37),
            ("Very confident", "exact", "21", 21),
        ],
        "58 of 104",
        "56%",
    ),
    "bounded": (
        [
            ("Neither, Not very confident, Not at all confident", "bounded", "fewer than 5", 4),
            ("Quite confident", "exact", "52 or more", 52),
            ("Very confident", "exact", "44", 44),
        ],
        "at least 96 of 100",
        None,
    ),
    "ranged": (
        [
            ("Not very confident, Not at all confident", "ranged", "fewer than 5", 2),
            ("Neither", "ranged", "5 to 9", 7),
            ("Quite confident", "ranged", "25 to 29", 27),
            ("Very confident", "ranged", "15 to 19", 17),
        ],
        "45 to 49 of 50 to 54",
        None,
    ),
    "one withheld": (
        [
            ("Not at all confident, Not very confident", "withheld", "not shown", 17),
            ("Neither", "exact", "29", 29),
            ("Quite confident", "exact", "37", 37),
            ("Very confident", "exact", "21", 21),
        ],
        "58 of 104",
        "56%",
    ),
    "withheld": ([], None, None),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_whole_and_draws_each_count_as_far_as_it_is_told(name: str) -> None:
    segments, value, share = ROWS[name]
    bar = made.one_row(made.RELEASED[name]).bars[0]
    everybody = sum(people for *_, people in segments)
    assert [(segment.option, segment.manner, segment.label) for segment in bar.segments] == [
        (option, manner, label) for option, manner, label, _ in segments
    ]
    for segment, (*_, people) in zip(bar.segments, segments, strict=True):
        assert segment.width == pytest.approx(100 * people / everybody)
    for one, two in itertools.pairwise(bar.segments):
        assert one.start + one.width == pytest.approx(two.start)
    assert (bar.value, bar.share) == (value, share)
    assert bool(bar.message) is (name == "withheld")


@pytest.mark.parametrize(
    ("name", "colours", "start"),
    [
        ("joined", ("likert-4", "likert-5"), -100 * (17 + 29 / 2) / 104),
        ("joined with neutral", ("likert-4", "likert-3", "likert-5"), -100 * 19 / 44),
        ("joined over the border", ("likert-5",), -100 * (6 + 20 / 2) / 38),
        ("bounded", ("likert-4",), -4),
    ],
)
def test_what_is_joined_has_the_colour_nearest_neutral_and_stands_on_its_side(
    name: str, colours: tuple[str, ...], start: float
) -> None:
    first = made.one_row(made.RELEASED[name]).bars[0].segments[0]
    assert first.colours == colours
    assert first.start == pytest.approx(start)


def test_under_a_bar_stands_what_is_joined_bounded_or_withheld() -> None:
    remarks = {name: made.one_row(tally).bars[0].remarks for name, tally in made.RELEASED.items()}
    assert remarks["exact"] == remarks["private"] == ()
    assert remarks["joined"] == ("Not very confident, Not at all confident, joined: 17",)
    assert remarks["bounded"] == ("Neither, Not very confident, Not at all confident: fewer than 5 people, drawn as 4",)
    assert remarks["ranged"] == (
        "Not very confident, Not at all confident, joined: fewer than 5",
        "Each count is a range while people still answer",
    )
    closed = dataclasses.replace(made.RELEASED["ranged"], collecting=False)
    assert made.one_row(closed).bars[0].remarks[-1] == "Each count is a range, to protect people"
    assert remarks["one withheld"] == ("Not at all confident, Not very confident, joined: not shown",)


@pytest.mark.parametrize(
    ("name", "words", "outlines"),
    [
        ("exact", None, 0),
        ("private", "Not at all confident: 3", 1),
        ("private whole", "whole row, until it closes", 1),
    ],
)
def test_what_is_not_for_publication_has_an_outline_and_words(name: str, words: str | None, outlines: int) -> None:
    bar = made.one_row(made.RELEASED[name]).bars[0]
    assert bar.private == words
    assert len(bar.outlines) == outlines
    if name == "private whole":
        assert bar.outlines[0][1] == pytest.approx(100)


def test_a_small_row_is_private_as_a_whole_and_a_small_net_by_name() -> None:
    small = made.release({"very": "2!", "quite": "1!", "neither": "4!"}, "7!", "3!")
    assert made.one_row(small).bars[0].private == "whole row: too few people"
    net = made.release({"very": 3, "quite": 0, "neither": 30}, 33, "3!")
    assert made.one_row(net).bars[0].private == "Confident: 3"


def test_a_row_that_collects_says_so_under_its_name() -> None:
    assert made.one_row(made.RELEASED["ranged"]).bars[0].detail == "still collecting"
    assert made.one_row(made.RELEASED["exact"]).bars[0].detail is None


def test_each_row_has_its_wording_only_where_they_differ() -> None:
    rows = made.measured(made.tally((5, 4, 3, 2, 1)), made.tally((1, 2, 3, 4, 5)))
    for wordings, expected in ((("How?", "How?"), [None, None]), (("How?", "How now?"), ["How?", "How now?"])):
        asked = tuple((dataclasses.replace(row, asked=text),) for (row,), text in zip(rows, wordings, strict=True))
        assert [group.asked for group in shift_bars(made.shift(asked), ENGLISH).groups] == expected


def test_a_row_that_does_not_fit_is_a_sentence() -> None:
    (row,) = made.measured(made.tally((1, 1, 1, 1, 1)), made.tally((1, 1, 1, 1, 1)))[0]
    chart = shift_bars(made.shift(((dataclasses.replace(row, uncounted=True),),)), ENGLISH)
    assert chart.bars[0].segments == ()
    assert chart.bars[0].message == "What is stored does not fit this question, so it is not counted."


def statements(tallies: list[Tally]) -> list[Any]:
    each = made.distribution(tallies, options=TONES, nets=())
    return [dataclasses.replace(each, statement=name, variable=name) for name in ("One", "Two", "Three")]


def test_a_scale_without_a_good_side_is_one_whole_bar_a_statement() -> None:
    by_age = [made.tally((4, 3, 2, 1), options=TONES, nets=(), people=people) for people in (made.EVERYONE, made.SMALL)]
    chart = question_chart(statements(by_age), ENGLISH)
    assert isinstance(chart, BarChart)
    assert not chart.midline
    assert len(chart.bars) == 6
    assert [name for name, _ in chart.key] == ["Never", "Rarely", "Often", "Always"]
    assert len({colour for _, colour in chart.key}) == 4
    for bar in chart.bars:
        assert [segment.label for segment in bar.segments] == ["4", "3", "2", "1"]
        assert bar.segments[0].start == 0
        assert sum(segment.width for segment in bar.segments) == pytest.approx(100)
    alone = question_chart(
        [made.distribution([made.tally((4, 3, 2, 1), options=TONES, nets=())], options=TONES)], ENGLISH
    )
    assert isinstance(alone, BarChart)
    assert len(alone.bars) == 4  # one row would need a key for what four rows say by name


@pytest.mark.parametrize("count", range(1, 8))
def test_neighbours_of_a_scale_differ_by_more_than_shade(count: int) -> None:
    options = tuple(Category(str(number), str(number), "option") for number in range(count))
    tally = made.tally([1] * count, options=options, nets=())
    chart = scale_bars([made.distribution([tally], options=options, nets=())], ENGLISH)
    colours = [colour for _, colour in chart.key]
    assert len(set(colours)) == count
    shades = [int(colour[-1]) for colour in colours]
    assert shades == sorted(shades)


OPTION_ROWS = {
    "exact": ["exact"] * 5,
    "joined": ["exact"] * 4,
    "bounded": ["exact", "exact", "bounded"],
    "ranged": ["ranged", "ranged", "ranged", "bounded"],
    "one withheld": ["exact", "exact", "exact"],
    "private": ["exact"] * 5,
}


@pytest.mark.parametrize("name", OPTION_ROWS)
def test_options_have_a_row_each_and_what_is_joined_one(name: str) -> None:
    chart = option_bars([made.distribution([made.RELEASED[name]], nets=())], ENGLISH)
    assert [bar.segments[0].manner for bar in chart.bars if bar.segments] == OPTION_ROWS[name]
    assert all(bar.value for bar in chart.bars)
    joined = [bar.label for bar in chart.bars if bar.label and bar.label.endswith("joined")]
    assert len(joined) == len(made.RELEASED[name].joined)


def test_of_people_of_whom_nothing_is_told_that_is_said_once() -> None:
    tallies = [made.tally((24, 13, 5, 3, 2)), made.withheld(made.SMALL)]
    chart = option_bars([made.distribution(tallies)], ENGLISH)
    assert [bar.message for bar in chart.bars if bar.message] == ["Not shown: fewer than 10 people answered."]
    assert chart.bars[-1].withheld
    table_rows = [bar.label for bar in chart.bars if not bar.message]
    assert len(table_rows) == 5


@pytest.mark.parametrize("name", [name for name in made.RELEASED if name != "withheld"])
def test_a_rating_told_in_part_has_columns_as_wide_as_what_they_join(name: str) -> None:
    tally = dataclasses.replace(made.RELEASED[name], rating=RatingSummary(None, None, None, None))
    each = made.distribution([tally], summary=Summary.RATING, nets=())
    chart = question_chart([each], ENGLISH)
    assert isinstance(chart, ColumnChart)
    columns = chart.panels[0].columns
    told = sum(len(members.members) for members in tally.parts([option.code for option in made.OPTIONS]))
    assert sum(column.span for column in columns) <= told
    for one, two in itertools.pairwise(columns):
        assert one.first + one.span <= two.first
    assert "<rect" in static_svg.panel_svg(chart, chart.panels[0])


SPREADS = [
    (
        QuantitySummary(
            median=Decimal(8), lower_quartile=Decimal(6), upper_quartile=Decimal(10), minimum=Decimal(2),
            maximum=Decimal(12),
        ),
        (0.0, 100.0), (40.0, 80.0), 60.0, ["2", "12"],
    ),
    (QuantitySummary(median=Decimal("2.5"), minimum=Decimal(0), maximum=Decimal(10)), (0.0, 100.0), None, 25.0,
     ["0", "10"]),
    (QuantitySummary(median=dt.time(9), minimum=dt.time(8), maximum=dt.time(12)), (0.0, 100.0), None, 25.0,
     ["8:00", "12:00"]),
    (QuantitySummary(median=Decimal(4)), None, None, 0.0, ["4"]),
]  # fmt: skip


@pytest.mark.parametrize(("held", "line", "box", "median", "ticks"), SPREADS)
def test_numbers_and_times_have_a_line_a_box_and_a_stroke(
    held: QuantitySummary, line: Any, box: Any, median: float, ticks: list[str]
) -> None:
    tally = dataclasses.replace(made.tally((9,), options=(TONES[0],), nets=()), quantity=held)
    chart = question_chart([made.distribution([tally], summary=Summary.QUANTITY, options=(), nets=())], ENGLISH)
    assert isinstance(chart, SpreadChart)
    row = chart.spreads[0]
    assert (row.line, row.box, row.median) == (line, box, median)
    assert [words for _, words in chart.ticks] == ticks
    assert static_svg.spread_svg(row).count("<rect") == sum(each is not None for each in (line, box))


def test_days_stand_over_the_months_between_them() -> None:
    held = QuantitySummary(median=dt.date(2026, 3, 5), minimum=dt.date(2026, 1, 10), maximum=dt.date(2026, 4, 20))
    tally = dataclasses.replace(made.tally((9,), options=(TONES[0],), nets=()), quantity=held)
    chart = question_chart([made.distribution([tally], summary=Summary.TIME, options=(), nets=())], ENGLISH)
    assert isinstance(chart, SpreadChart)
    assert [words for _, words in chart.ticks] == ["February 2026", "March 2026", "April 2026"]
    assert chart.ticks[0][0] == pytest.approx(22)


def test_bins_have_a_row_each_under_what_the_numbers_come_to() -> None:
    bins = tuple(
        QuantityBin(Decimal(low) if low else None, Decimal(high) if high else None, made.told(count, 30))
        for low, high, count in ((None, 9, 4), (10, 19, 20), (20, None, 6))
    )
    held = QuantitySummary(median=Decimal(12), minimum=Decimal(2), maximum=Decimal(40), bins=bins)
    tally = dataclasses.replace(made.tally((30,), options=(TONES[0],), nets=()), quantity=held)
    chart = question_chart([made.distribution([tally], summary=Summary.QUANTITY, options=(), nets=())], ENGLISH)
    assert isinstance(chart, BarChart)
    assert chart.groups[0].heading == "Median: 12 · from 2 to 40"
    assert [(bar.label, bar.value, bar.share) for bar in chart.bars] == [
        ("up to 9", "4 of 30", "13%"),
        ("10 to 19", "20 of 30", "67%"),
        ("20 or more", "6 of 30", "20%"),
    ]


def test_of_numbers_that_nobody_gave_there_is_no_chart() -> None:
    tally = dataclasses.replace(made.tally((0,), options=(TONES[0],), nets=()), quantity=QuantitySummary())
    assert question_chart([made.distribution([tally], summary=Summary.QUANTITY, options=(), nets=())], ENGLISH) is None


def three(states: tuple[str, ...] = ()) -> Shift:
    tallies = (made.tally((29, 29, 30, 10, 6)), made.tally((44, 53, 2, 1, 0)), made.RELEASED["private whole"])
    intervals = (Interval(46, 65), Interval(92, 99), Interval(77, 95))
    rows = tuple(
        (dataclasses.replace(made.row(f"Touchpoint {number}", tally, touchpoint=number, moment=None), interval=limits),)
        for number, (tally, limits) in enumerate(zip(tallies, intervals, strict=True), 1)
    )
    steps = tuple(ShiftStep(index, index + 1, state) for index, state in enumerate(states))  # type: ignore[arg-type]
    return made.shift(rows, steps=steps)


def test_dots_have_their_interval_hollow_while_more_may_answer_and_np() -> None:
    chart = dot_chart(three(), ENGLISH)
    assert chart is not None
    found = [
        (dot.value, round(dot.share or 0), dot.low, dot.high, dot.hollow, dot.joined, dot.private)
        for dot in chart.dots[0].dots
    ]
    assert found == [
        ("58 of 104", 56, 46, 65, False, False, False),
        ("97 of 100", 97, 92, 99, False, True, False),
        ("46 of 52", 88, 77, 95, True, True, True),
    ]
    assert "95-percent interval 46% to 65%" in chart.dots[0].dots[0].said


def test_no_line_leads_over_what_does_not_compare_and_no_dot_stands_for_what_is_not_told() -> None:
    apart = dot_chart(three(("broken",)), ENGLISH)
    assert apart is not None
    assert [dot.joined for dot in apart.dots[0].dots][:2] == [False, False]
    released = dot_chart(made.released(), ENGLISH)
    assert released is not None
    shares = {dot.label: dot.share for dot in released.dots[0].dots}
    assert {name for name, share in shares.items() if share is None} >= {"bounded", "ranged", "withheld"}
    assert [dot.value for dot in released.dots[0].dots if dot.label in ("bounded", "ranged", "withheld")] == [
        "at least 96 of 100", "45 to 49 of 50 to 54", "not shown",
    ]  # fmt: skip


def test_a_measure_without_a_good_side_or_of_one_moment_has_no_dots() -> None:
    assert dot_chart(made.shift(three().rows, net=None), ENGLISH) is None
    assert dot_chart(made.shift(three().rows[:1]), ENGLISH) is None


HIDDEN = st.sampled_from([None, 3, 12, 29, "<5", "52+", "5-9"])


@given(st.lists(HIDDEN, min_size=5, max_size=5), st.integers(200, 400))
def test_every_segment_is_in_the_key_and_says_only_what_is_told(counts: list[Any], base: int) -> None:
    codes = [option.code for option in made.OPTIONS]
    tally = made.release(dict(zip(codes, counts, strict=True)), base)
    chart = made.one_row(tally)
    names = {name for name, _ in chart.key}
    for segment in chart.bars[0].segments:
        assert segment.key in names
        if segment.manner == "withheld":
            assert "not shown" in segment.said
            assert not re.search(r"\d", segment.said)
    assert sum(segment.width for segment in chart.bars[0].segments) in (0, pytest.approx(100))
    drawn = static_svg.bar_svg(chart, chart.bars[0]) + json.dumps(figure(chart))
    assert "None" not in drawn
    assert "style=" not in drawn


def test_a_cell_that_is_joined_and_not_told_is_withheld_by_name() -> None:
    tally = made.release({"very": 21, "quite": 37, "neither": 29}, 104)
    tally = dataclasses.replace(tally, joined=(Joined(("not_very", "not_at_all"), made.told(None)),))
    segment = made.one_row(tally).bars[0].segments[0]
    assert (segment.manner, segment.option) == ("withheld", "Not very confident, Not at all confident")


def test_the_chart_is_chosen_by_what_is_asked() -> None:
    shift = made.released()
    assert isinstance(shift_chart(shift, ENGLISH), BarChart)
    assert isinstance(shift_chart(dataclasses.replace(shift, summary=Summary.RATING, net=None), ENGLISH), ColumnChart)
    assert shift_chart(dataclasses.replace(shift, summary=Summary.QUANTITY, net=None), ENGLISH) is None
    unsided = shift_chart(dataclasses.replace(shift, net=None), ENGLISH)
    assert isinstance(unsided, BarChart)
    assert not unsided.midline


@pytest.mark.parametrize(
    ("again", "said"),
    [
        (None, "Not shown, to protect people."),
        (NextLook(4), "Not shown, to protect people. Looked at again in release 4."),
        (
            NextLook(4, dt.date(2026, 11, 30)),
            "Not shown, to protect people. Looked at again in release 4. "
            "Answers are still collected until 30 November 2026.",
        ),
    ],
)
def test_an_empty_box_says_when_it_is_looked_at_again(again: NextLook | None, said: str) -> None:
    box = dataclasses.replace(made.tally((0, 0, 0, 0, 0)), base=Cell(None), cells={}, withheld=True, again=again)
    assert nothing_words(box, ENGLISH) == said
