"""When it may be said that something rose or fell: a truth table, edge cases first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.analysis.statistics.change import Movement, PairedBinary
from surveyapp.analysis.statistics.intervals import newcombe_paired, paired_mean
from surveyapp.analysis.statistics.missing import missing_bounds
from surveyapp.analysis.statistics.paired_tests import sign_test
from surveyapp.analysis.statistics.verdict import of_mean, of_movement, of_net
from surveyapp.domain.results import MissingBounds, MissingCase

unhurried = settings(deadline=None)  # the first call of a statistic loads its tables


@pytest.mark.parametrize(
    ("pair", "verdict"),
    [
        ((0, 0, 0, 0), None),
        ((1, 0, 0, 0), "no_change"),
        ((0, 0, 1, 0), "unclear"),  # one person became favourable
        ((0, 1, 0, 0), "unclear"),
        ((20, 0, 0, 9), "no_change"),  # nobody came or went, though the interval has a width
        ((0, 0, 29, 0), "rose"),  # everyone moved alike
        ((0, 29, 0, 0), "fell"),
        ((0, 0, 2, 0), "rose"),  # so does Newcombe's interval have it; a base this low is always told with it
        ((10, 5, 5, 9), "unclear"),  # as many came as went: they moved, and it cannot be told which way
        ((10, 1, 18, 0), "rose"),  # 11 of 29 to 28 of 29
        ((17, 1, 0, 1), "unclear"),
        ((100, 40, 10, 50), "fell"),
        ((300_000, 100_500, 100_000, 499_500), "no_change"),  # of a million: the whole interval prints as 0 points
        ((400, 6, 6, 588), "unclear"),  # within a point, and not within the half that it is printed in
        ((300_000, 100_000, 103_000, 497_000), "rose"),
        ((3, 1, 4, 2), "unclear"),
    ],
)
def test_of_a_net(pair: tuple[int, int, int, int], verdict: str | None) -> None:
    assert of_net(PairedBinary(*pair)).verdict == verdict


@pytest.mark.parametrize(
    ("pairs", "verdict", "method"),
    [
        ({}, None, "paired_mean"),
        ({(5, 5): 1}, "no_change", "sign"),
        ({(5, 6): 1}, "unclear", "sign"),
        ({(5, 5): 4, (6, 6): 3}, "no_change", "sign"),
        ({(5, 6): 5}, "unclear", "sign"),  # five who moved alike: one in sixteen by chance
        ({(5, 6): 6}, "rose", "sign"),
        ({(5, 6): 3, (2, 3): 4}, "rose", "sign"),
        ({(7, 5): 9}, "fell", "sign"),
        ({(5, 6): 1, (5, 7): 1}, "unclear", "paired_mean"),
        ({(5, 8): 10, (5, 7): 9}, "rose", "paired_mean"),
        ({(5, 3): 10, (5, 7): 10}, "unclear", "paired_mean"),
        ({(5, 5): 1_000_000, (5, 6): 10, (6, 5): 10}, "no_change", "paired_mean"),
    ],
)
def test_of_a_mean(pairs: dict[tuple[int, int], int], verdict: str | None, method: str) -> None:
    judgement, mean = of_mean(pairs)
    assert (judgement.verdict, judgement.method) == (verdict, method)
    assert mean == paired_mean(pairs)


@pytest.mark.parametrize(
    ("moved", "verdict"),
    [
        ((0, 0, 0), None),
        ((0, 8, 0), "no_change"),
        ((1, 0, 0), "unclear"),
        ((5, 0, 0), "unclear"),
        ((6, 0, 0), "rose"),
        ((6, 10**6, 0), "rose"),
        ((0, 3, 6), "fell"),
        ((20, 8, 1), "rose"),
        ((9, 0, 9), "unclear"),
    ],
)
def test_of_options_in_order(moved: tuple[int, int, int], verdict: str | None) -> None:
    assert of_movement(Movement(*moved, sum(moved))).verdict == verdict


@unhurried
@given(st.integers(0, 80), st.integers(0, 5), st.integers(0, 80))
def test_order_is_told_exactly_where_the_sign_test_is_below_one_in_twenty(rose: int, same: int, fell: int) -> None:
    p_value = sign_test({1: rose, 0: same, -1: fell}).p_value
    verdict = of_movement(Movement(rose, same, fell, rose + same + fell)).verdict
    assert (verdict in ("rose", "fell")) is (p_value is not None and p_value <= 0.05)


@unhurried
@given(*[st.integers(0, 60)] * 4)
def test_a_net_rises_exactly_where_its_interval_leaves_zero_out(e: int, f: int, g: int, h: int) -> None:
    judgement, interval = of_net(PairedBinary(e, f, g, h)), newcombe_paired(e, f, g, h)
    assert judgement.interval == interval
    assert (judgement.verdict == "rose") is (interval is not None and interval.low > 0)
    assert (judgement.verdict == "fell") is (interval is not None and interval.high < 0)
    assert {"rose": "fell", "fell": "rose"}.get(str(judgement.verdict), judgement.verdict) == (
        of_net(PairedBinary(e, g, f, h)).verdict
    )


def test_those_not_matched_bound_a_change_from_both_sides() -> None:
    # 88 answered both: 47 confident before, 85 after. Of 16 not matched, 11 were confident.
    assert missing_bounds(PairedBinary(46, 1, 39, 2), 11, 5) == MissingBounds(
        missing=16,
        base=104,
        stayed=MissingCase(96, "rose"),
        fallen=MissingCase(85, "rose"),
        risen=MissingCase(101, "rose"),
    )
    close = missing_bounds(PairedBinary(20, 3, 12, 15), 12, 3)
    assert [each.verdict for each in (close.stayed, close.fallen, close.risen)] == ["rose", "unclear", "rose"]
    with pytest.raises(ValueError, match="negative"):
        missing_bounds(PairedBinary(1, 1, 1, 1), -1, 0)


@unhurried
@given(*[st.integers(0, 30)] * 6)
def test_with_all_matched_the_bounds_are_the_change_itself(e: int, f: int, g: int, h: int, b: int, o: int) -> None:
    pair = PairedBinary(e, f, g, h)
    none = missing_bounds(pair, 0, 0)
    assert none.stayed == none.fallen == none.risen == MissingCase(pair.after, of_net(pair).verdict)
    bounds = missing_bounds(pair, b, o)
    assert bounds.base == pair.base + b + o
    assert bounds.fallen.count == pair.after
    assert bounds.risen.count == pair.after + b + o
    assert bounds.fallen.count <= bounds.stayed.count <= bounds.risen.count
