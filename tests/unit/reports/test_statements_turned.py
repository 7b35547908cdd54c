"""Charts of statements of which some are worded the other way round."""

from __future__ import annotations

import dataclasses

from surveyapp.domain.results import (
    Category,
    Distribution,
)
from surveyapp.reports.charts.bars import BarChart
from surveyapp.reports.charts.drawn import question_chart
from surveyapp.reports.drawing.figures import figure
from surveyapp.reports.text.phrasing import ENGLISH
from tests.unit.reports import made

AGREE, DISAGREE = Category("agreed", "Agree", "net", ("very", "quite")), Category(
    "disagreed", "Disagree", "net", ("not_very", "not_at_all")
)  # fmt: skip


def statement(said: str, counts: tuple[int, ...], *, turned: bool = False) -> Distribution:
    tally = made.tally(counts, nets=(AGREE, DISAGREE))
    over = {"nets": (AGREE, DISAGREE), "favourable": "agreed", "neutral": "neither", "turned": turned}
    return made.distribution([tally], variable=said, statement=said, **over)


def test_a_statement_worded_the_other_way_has_its_good_side_where_the_others_have_theirs() -> None:
    """“I find it hard to talk to my mentor”, which most deny, looked the worst of five rows of which it is the best."""
    straight, turned = (5, 30, 4, 1, 0), (0, 1, 4, 30, 5)
    chart = question_chart([statement("Listens.", straight), statement("Is hard.", turned, turned=True)], ENGLISH)
    assert isinstance(chart, BarChart)
    one, two = chart.bars
    drawn = [[(each.start, each.width, each.colour) for each in bar.segments] for bar in (one, two)]
    assert drawn[0] == drawn[1], "answers that mean the same are drawn the same"
    assert [each.option for each in two.segments][-1] == "Not at all confident"
    assert (one.value, two.value) == ("35 of 40", "35 of 40")
    assert one.detail is None
    assert two.detail == "worded the other way round: “Disagree” is favourable, and counted at the end"
    assert chart.value_label == "Agree"
    assert [name for name, _ in chart.key] == [option.label for option in reversed(made.OPTIONS)]
    shown = sum(len(trace["x"]) for trace in figure(chart)["data"] if trace["name"])
    assert shown == len(one.segments) + len(two.segments)


def test_one_that_stands_alone_has_a_key_of_its_own() -> None:
    chart = question_chart([statement("Is hard.", (0, 1, 4, 30, 5), turned=True)], ENGLISH)
    assert isinstance(chart, BarChart)
    assert chart.value_label == "Disagree"
    assert chart.key[-1] == ("Not at all confident", "likert-1")
    assert chart.bars[0].detail is None


def test_a_side_that_has_no_net_is_drawn_and_not_counted() -> None:
    bare = dataclasses.replace(statement("Is hard.", (0, 1, 4, 30, 5), turned=True), nets=(AGREE,))
    chart = question_chart([statement("Listens.", (5, 30, 4, 1, 0)), bare], ENGLISH)
    assert isinstance(chart, BarChart)
    assert (chart.bars[1].detail, chart.bars[1].value) == ("worded the other way round", "40 people")
