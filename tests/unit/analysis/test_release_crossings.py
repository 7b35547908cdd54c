"""Crosstabs as a release writes them, from what protection tells of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from surveyapp.analysis.disclosure.inputs import CrossedMoments
from surveyapp.analysis.disclosure.told import CrossTold, Depth, Told, exactly
from surveyapp.analysis.releasing.crossings import released_crosstab
from surveyapp.analysis.releasing.statuses import StatusPlace
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import Category, Cell, CrossSide, Crosstab, Edition, NextLook
from surveyapp.reports.charts.drawn import crosstab_chart
from surveyapp.reports.files.tables import crossed
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.reports.text.sentences import crossing_words

SCALE = ("very", "quite", "hardly")
DOWN = CrossSide(key="mood", title="Mood", touchpoint=1, options=tuple(Category(c, c, "option") for c in SCALE))
ACROSS = CrossSide(
    key="met", title="Met", touchpoint=1, options=(Category("yes", "Yes", "option"), Category("no", "No", "option"))
)
TOLD = CrossTold(
    crossed=CrossedMoments(("mood", 0), ("met", 0)),
    depth=Depth.GROUPS,
    # Protection counts a scale upwards: 0 is its last option.
    first_groups=((0,), (1, 2)),
    second_groups=((0,), (1,)),
    counts=((exactly(5), exactly(7)), (exactly(20), exactly(8))),
)
AGAIN = NextLook(4, dt.date(2026, 11, 30))


def written(told: CrossTold) -> Crosstab:
    return released_crosstab(
        (DOWN, ACROSS),
        (StatusPlace("mood", 0, backwards=True), StatusPlace("met", 0)),
        told,
        Thresholds(),
        study="mentoring",
        group="mentee",
        edition=Edition("release", None, 3),
        again=AGAIN,
    )


def test_groups_stand_in_the_order_of_the_options_with_their_totals() -> None:
    found = written(TOLD)
    assert [(option.label, option.members) for option in found.down.options] == [
        ("very / quite", ("very", "quite")),
        ("hardly", ()),
    ]
    assert found.cells == ((Cell(20, 71), Cell(8, 29)), (Cell(5, 42), Cell(7, 58)))
    assert found.rows == (Cell(28, 70), Cell(12, 30))
    assert found.columns == (Cell(25, 63), Cell(15, 38))
    assert found.column_percents == ((80, 53), (20, 47))
    assert found.base == Cell(40)
    assert not found.left_out.told, "how many answered one alone is not told"
    assert crossing_words(found, ENGLISH) == (
        "40 people answered both. Counted together, because few chose one of them: “very / quite”."
    )
    assert crosstab_chart(found, ENGLISH) is not None


def test_ranges_have_no_percentages_and_are_drawn_all_the_same() -> None:
    ranges = ((Told(5, 9), Told(0, 4)), (Told(20, 24), Told(5, 9)))
    found = written(replace(TOLD, depth=Depth.RANGE, counts=ranges))
    assert found.cells == (
        (Cell(None, low=20, high=24), Cell(None, low=5, high=9)),
        (Cell(None, low=5, high=9), Cell(None, high=4)),
    )
    assert found.base == Cell(None, low=30, high=46)
    assert {percent for line in found.column_percents for percent in line} == {None}
    assert crosstab_chart(found, ENGLISH) is not None
    assert [value.text for value in crossed(found, ENGLISH).rows[0].cells] == ["20 to 24", "5 to 9", "25 to 33"]


def test_one_that_is_withheld_tells_nothing_but_when_it_is_looked_at_again() -> None:
    found = written(replace(TOLD, depth=Depth.WITHHELD, counts=(), first_groups=(), second_groups=()))
    assert found.withheld
    assert not found.base.told
    assert crosstab_chart(found, ENGLISH) is None
    assert crossing_words(found, ENGLISH) == (
        "Not shown, to protect people. Looked at again in release 4. "
        "Answers are still collected until 30 November 2026."
    )
