"""A change from joint counts, with all that is told of it: verdict, interval, mean change, tests, those not matched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from surveyapp.analysis.changes import OptionScale, option_change, value_change
from surveyapp.analysis.counting.counts import Linked, LinkedValues, linked_by
from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.statistics.intervals import newcombe_paired
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.instrument.questionnaire import Reliability
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import (
    Cell,
    Change,
    Interval,
    MeanChange,
    MissingBounds,
    MissingCase,
    ReliableChange,
    Slice,
)

RULES = Rules(Thresholds(minimum_base=1, minimum_cell=1, low_base=30))
SCALE = OptionScale(3, best_first=True, favourable=frozenset({0}))


def bare(kind: Any = "measured") -> Change:
    return Change(people=Slice(""), kind=kind, before_row=0, after_row=1)


def linked(counts: Sequence[Sequence[int]], first_alone: Sequence[int] = (0, 0, 0), second_alone: int = 0) -> Linked:
    return Linked(np.array(counts), np.array(first_alone), second_alone)


def names(change: Change) -> list[str]:
    return [test.name for test in change.tests]


def test_a_net_has_newcombes_interval_its_verdict_and_the_bounds_of_those_not_matched() -> None:
    counts = [[46, 1, 0], [30, 1, 0], [9, 0, 1]]
    change = option_change(bare(), linked(counts, first_alone=(11, 3, 2), second_alone=5), SCALE, RULES)
    assert (change.base, change.first_alone, change.second_alone) == (Cell(88), Cell(16), Cell(5))
    assert (change.before, change.after, change.gained, change.given_up) == (Cell(47), Cell(85), Cell(39), Cell(1))
    assert (change.rose, change.same, change.fell) == (Cell(39), Cell(48), Cell(1))
    assert (change.verdict, change.points, change.interval) == ("rose", 43, Interval(Decimal(31), Decimal(54)))
    assert names(change) == ["mcnemar", "sign", "wilcoxon"]
    assert change.bounds == MissingBounds(
        missing=16,
        base=104,
        stayed=MissingCase(96, "rose"),
        fallen=MissingCase(85, "rose"),
        risen=MissingCase(101, "rose"),
    )
    back = option_change(bare("looking_back"), linked(counts, first_alone=(11, 3, 2)), SCALE, RULES)
    assert back.bounds is None


def test_under_a_low_base_there_is_a_verdict_and_no_p_value() -> None:
    change = option_change(bare(), linked([[10, 1, 0], [12, 1, 0], [5, 0, 0]]), SCALE, RULES)
    assert (change.low_base, change.verdict, change.tests) == (True, "rose", ())


def test_where_nobody_crosses_the_net_it_did_not_change_though_people_moved() -> None:
    change = option_change(bare(), linked([[20, 0, 0], [0, 5, 4], [0, 8, 3]]), SCALE, RULES)
    assert (change.rose, change.fell, change.verdict) == (Cell(8), Cell(4), "no_change")


@pytest.mark.parametrize(
    ("best_first", "counts", "verdict", "tests"),
    [
        (True, [[20, 0, 0], [12, 3, 1], [4, 0, 0]], "rose", ["sign", "wilcoxon"]),
        (True, [[20, 1, 0], [2, 13, 0], [0, 0, 4]], "unclear", ["sign", "wilcoxon"]),
        (False, [[20, 0, 0], [12, 3, 1], [4, 0, 0]], None, ["stuart_maxwell"]),
        (False, [[20, 0, 0], [0, 13, 0], [0, 0, 4]], "no_change", []),
    ],
)
def test_without_a_net_order_decides_and_without_an_order_nothing_does(
    best_first: bool, counts: list[list[int]], verdict: str | None, tests: list[str]
) -> None:
    change = option_change(bare(), linked(counts), OptionScale(3, best_first), RULES)
    assert (change.verdict, names(change), change.points, change.before.told) == (verdict, tests, None, False)
    assert change.rose.told is best_first


def values(pairs: dict[tuple[Any, Any], int]) -> LinkedValues:
    return LinkedValues(pairs, 0, 0)


def test_a_mean_change_is_of_the_same_people_with_its_interval() -> None:
    pairs = {(Decimal(5), Decimal(6)): 20, (Decimal(5), Decimal("7.5")): 12, (Decimal(8), Decimal(8)): 8}
    change = value_change(bare(), values(pairs), RULES, places=1)
    # 20 rose by 1, 12 by 2.5, 8 stayed: mean 50/40, sum of squares 95, s^2 = (95 - 62.5)/39; t(39) = 2.0227.
    assert change.mean == MeanChange(
        mean=Decimal("1.3"), low=Decimal("1.0"), high=Decimal("1.5"), before=Decimal("5.6"), after=Decimal("6.9")
    )
    assert (change.verdict, names(change)) == ("rose", ["sign", "wilcoxon"])
    assert (change.rose, change.same, change.fell) == (Cell(32), Cell(8), Cell(0))


def test_an_interval_beside_zero_is_printed_on_the_side_that_it_is_on() -> None:
    pairs = {(0, 0): 900, (0, 1): 60, (1, 0): 40}
    exact = {(Fraction(one), Fraction(two)): people for (one, two), people in pairs.items()}
    change = value_change(bare(), values(exact), RULES, places=1)
    assert change.mean is not None
    assert (change.verdict, change.mean.low) == ("rose", Decimal("0.0004"))
    net = option_change(
        bare(), linked([[450, 40], [60, 450]], first_alone=(0, 0)), OptionScale(2, True, frozenset({0})), RULES
    )
    exactly = newcombe_paired(450, 40, 60, 450)
    assert exactly is not None
    assert 0.00035 < exactly.low < 0.00045
    assert (net.verdict, net.interval) == ("rose", Interval(Decimal("0.04"), Decimal(4)))


def test_days_have_no_mean_and_say_whether_later() -> None:
    one, two = dt.date(2025, 1, 1), dt.date(2025, 2, 1)
    change = value_change(bare(), values({(one, two): 30, (two, one): 2, (one, one): 4}), RULES, places=None)
    assert (change.mean, change.verdict, names(change)) == (None, "rose", ["sign"])


def test_reliable_change_is_counted_where_the_scale_says_what_it_is() -> None:
    scale = Reliability(Decimal("0.80"), Decimal(10), "Jacobson and Truax (1991)")
    pairs = {(Fraction(20), Fraction(40)): 3, (Fraction(40), Fraction(20)): 5, (Fraction(20), Fraction(21)): 7}
    change = value_change(bare(), values(pairs), RULES, places=1, reliability=scale)
    assert change.reliable == ReliableChange(Cell(3), Cell(7), Cell(5), "Jacobson and Truax (1991)")
    assert value_change(bare(), values(pairs), RULES, places=1).reliable is None


def test_with_nobody_on_both_sides_there_is_only_the_base() -> None:
    for change in (
        option_change(bare(), linked([[0] * 3] * 3, first_alone=(4, 0, 0)), SCALE, RULES),
        value_change(bare(), values({}), RULES, places=1),
    ):
        assert (change.base, change.verdict, change.mean, change.bounds) == (Cell(0), None, None, None)


def test_those_not_matched_are_counted_by_what_they_had_answered() -> None:
    before = Vector(np.array([0, 0, 1, 2, 2, -1, 0]), ("a", "b", "c"))
    after = Vector(np.array([0, -2, -1, -3, 1, 0, -1]), ("a", "b", "c"))
    [found] = linked_by(before, after, None, 1)
    assert (list(found.first_alone_by), found.first_alone, found.second_alone) == ([2, 1, 1], 4, 1)
    groups = np.array([0, 0, 1, 1, 1, 0, -1])
    [one, two] = linked_by(before, after, groups, 2)
    assert (list(one.first_alone_by), list(two.first_alone_by)) == ([1, 0, 0], [0, 1, 1])
    assert (one.second_alone, two.second_alone) == (1, 0)


def test_what_is_worded_the_other_way_rises_towards_the_other_end() -> None:
    """Who no longer agrees that it is hard has risen, as those have who now agree that it is easy."""
    counts = [[46, 1, 0], [30, 1, 0], [9, 0, 1]]
    turned = [[counts[2 - row][2 - column] for column in range(3)] for row in range(3)]
    one = option_change(bare(), linked(counts), SCALE, RULES)
    other = OptionScale(3, best_first=True, favourable=frozenset({2}), turned=True)
    two = option_change(bare(), linked(turned), other, RULES)
    assert (one.rose, one.same, one.fell) == (two.rose, two.same, two.fell)
    assert (one.before, one.after, one.verdict, one.tests) == (two.before, two.after, two.verdict, two.tests)
