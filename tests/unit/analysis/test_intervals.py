"""Intervals against published values."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.analysis.statistics.intervals import clopper_pearson, newcombe_paired, paired_mean, steps_of, wilson

unhurried = settings(deadline=None)  # the first call of a statistic loads its tables

counts = st.integers(0, 60)


# Newcombe RG (1998), Two-sided confidence intervals for the single proportion, Stat Med 17:857-872, Table I, method 3.
@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_newcombes_table(count: int, base: int, low: float, high: float) -> None:
    interval = wilson(count, base)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


# The same table, method 5.
@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0000, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_clopper_pearson_gives_newcombes_table(count: int, base: int, low: float, high: float) -> None:
    interval = clopper_pearson(count, base)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_wilson_at_another_confidence() -> None:
    # By hand from Wilson (1927): (0.6 + z^2/50 -+ z sqrt(0.24/25 + z^2/2500)) / (1 + z^2/25), z the 95% point.
    interval = wilson(15, 25, confidence=0.90)
    assert interval is not None
    z = 1.6448536269514722
    middle, half = 0.6 + z * z / 50, z * (0.24 / 25 + z * z / 2500) ** 0.5
    scale = 1 + z * z / 25
    assert (interval.low, interval.high) == pytest.approx(((middle - half) / scale, (middle + half) / scale))
    assert interval.confidence == 0.90


def test_no_interval_of_nobody() -> None:
    assert wilson(0, 0) is None
    assert newcombe_paired(0, 0, 0, 0) is None
    assert clopper_pearson(0, 0) is None


@pytest.mark.parametrize(("count", "base"), [(3, 2), (-1, 2), (0, -1)])
def test_wilson_refuses_what_is_no_part(count: int, base: int) -> None:
    for interval in (wilson, clopper_pearson):
        with pytest.raises(ValueError, match="not a part"):
            interval(count, base)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_confidence_lies_between_none_and_certainty(confidence: float) -> None:
    with pytest.raises(ValueError, match="Confidence"):
        wilson(1, 2, confidence)


@pytest.mark.parametrize(
    ("both", "before_only", "after_only", "neither", "low", "high", "digits"),
    [
        # Cavo et al. 2012, complete response before and after consolidation: R contingencytables 3.0,
        # Newcombe_square_and_add_CI_paired_2x2(cavo_2012), before - after = -0.0621 (-0.1186 to -0.0046).
        (59, 6, 16, 80, 0.0046, 0.1186, 4),
        # Bentur et al. 2009, airway hyper-responsiveness: Fagerland, Lydersen, Laake (2014), Recommended tests and
        # confidence intervals for paired binomial proportions, Stat Med 33:2850-2875: -0.507 to -0.026.
        (1, 1, 7, 12, 0.026, 0.507, 3),
        # Altman et al. (2000), Statistics with Confidence, 2nd edition, p. 52: 0.011 to 0.226 (first minus second).
        (14, 5, 0, 22, -0.226, -0.011, 3),
    ],
)
def test_newcombe_gives_published_intervals(
    both: int, before_only: int, after_only: int, neither: int, low: float, high: float, digits: int
) -> None:
    interval = newcombe_paired(both, before_only, after_only, neither)
    assert interval is not None
    assert (round(interval.low, digits), round(interval.high, digits)) == (low, high)


def test_newcombe_takes_half_of_n_off_a_positive_numerator_but_not_below_zero() -> None:
    # Numerator 3*3 - 1*2 = 7 > 9/2: phi = 2.5 / sqrt(4*5*5*4) = 0.125. Without the correction it would be 0.35.
    # Numerator 3*2 - 2*2 = 2 < 9/2: phi = 0, so that the limits are those of unpaired proportions.
    corrected = newcombe_paired(3, 1, 2, 3)
    none = newcombe_paired(3, 2, 2, 2)
    before, after = wilson(4, 9), wilson(5, 9)
    assert corrected is not None
    assert none is not None
    assert before is not None
    assert after is not None
    down, up = 5 / 9 - after.low, before.high - 4 / 9
    assert corrected.low == pytest.approx(1 / 9 - (down**2 - 2 * 0.125 * down * up + up**2) ** 0.5)
    down, up = 5 / 9 - after.low, after.high - 5 / 9
    assert none.low == pytest.approx(-((down**2 + up**2) ** 0.5))


def test_newcombe_with_no_one_changing_is_not_of_zero_width() -> None:
    # Both margins full (method 10, phi = 0): +- the distance from 1 to Wilson's limit for 20 of 20 (Newcombe, 0.8389).
    interval = newcombe_paired(20, 0, 0, 0)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (-0.1611, 0.1611)


@unhurried
@given(counts, counts, counts, counts)
def test_newcombe_holds_the_difference_and_turns_over_with_time(e: int, f: int, g: int, h: int) -> None:
    forward, backward = newcombe_paired(e, f, g, h), newcombe_paired(e, g, f, h)
    if e + f + g + h == 0:
        assert forward is None
        return
    assert forward is not None
    assert backward is not None
    difference = (g - f) / (e + f + g + h)
    assert -1 <= forward.low <= difference + 1e-12
    assert difference - 1e-12 <= forward.high <= 1
    assert (forward.low, forward.high) == pytest.approx((-backward.high, -backward.low), abs=1e-9)


def test_newcombe_refuses_a_negative_count() -> None:
    with pytest.raises(ValueError, match="negative"):
        newcombe_paired(1, -1, 1, 1)


def test_paired_mean_gives_the_interval_of_sas() -> None:
    # SAS Base 9.4 Procedures Guide: Statistical Procedures, UNIVARIATE example 4.13 (Test1, Test2 of twelve students):
    # mean -3.08333, standard deviation 13.33797; in the guide of version 8 (example 4) also 95% limits -11.56, 5.39.
    pairs = [(94, 91), (51, 65), (95, 97), (63, 75), (80, 75), (92, 55)]
    pairs += [(75, 78), (89, 82), (79, 76), (71, 77), (75, 70), (87, 73)]
    result = paired_mean(dict.fromkeys(pairs, 1))
    assert result.mean == Fraction(-37, 12)
    assert result.n == 12
    assert result.sd == pytest.approx(13.33797, abs=5e-6)
    assert result.interval is not None
    assert (round(result.interval.low, 2), round(result.interval.high, 2)) == (-11.56, 5.39)


def test_paired_mean_from_counts_gives_the_interval_of_r() -> None:
    # R: a <- c(1,2,3,2,3,1,2,3,1); b <- c(2,1,3,1,2,3,2,1,1); t.test(a, b, paired = TRUE):
    # 95 percent confidence interval -0.7016018 1.1460462, mean of the differences 0.2222222.
    a, b = [1, 2, 3, 2, 3, 1, 2, 3, 1], [2, 1, 3, 1, 2, 3, 2, 1, 1]
    people: dict[tuple[int, int], int] = {}
    for pair in zip(b, a, strict=True):
        people[pair] = people.get(pair, 0) + 1
    assert max(people.values()) == 2
    result = paired_mean(people)
    assert result.mean == Fraction(2, 9)
    assert result.interval is not None
    assert result.interval.low == pytest.approx(-0.7016018, abs=5e-8)
    assert result.interval.high == pytest.approx(1.1460462, abs=5e-8)
    assert result.reason is None


@unhurried
@given(st.lists(st.tuples(*[st.decimals(-100, 100, places=2)] * 2), max_size=12))
def test_decimals_and_fractions_come_to_what_whole_numbers_do(pairs: list[tuple[Decimal, Decimal]]) -> None:
    decimals = paired_mean(Counter(pairs))
    fractions = paired_mean(Counter((Fraction(before), Fraction(after)) for before, after in pairs))
    hundredths = paired_mean(Counter((int(before * 100), int(after * 100)) for before, after in pairs))
    assert decimals == fractions
    assert (decimals.n, decimals.reason) == (hundredths.n, hundredths.reason)
    assert decimals.mean == (None if hundredths.mean is None else hundredths.mean / 100)
    assert (decimals.interval is None) == (hundredths.interval is None)
    if decimals.interval and hundredths.interval:
        ends = (100 * decimals.interval.low, 100 * decimals.interval.high)
        assert ends == pytest.approx((hundredths.interval.low, hundredths.interval.high))


def test_steps_are_after_less_before() -> None:
    pairs = {(Decimal("1.5"), Decimal(2)): 3, (Decimal(2), Decimal("2.5")): 1, (Decimal(2), Decimal(2)): 4}
    assert steps_of(pairs) == {Fraction(1, 2): 4, Fraction(0): 4}


@pytest.mark.parametrize(
    ("people", "mean", "n", "reason"),
    [
        ({}, None, 0, "nobody has both values"),
        ({(7, 9): 0}, None, 0, "nobody has both values"),
        ({(7, 9): 1}, Fraction(2), 1, "one person gives no spread"),
        ({(7, 8): 3, (5, 6): 4}, Fraction(1), 7, "everyone changed by the same amount"),
    ],
)
def test_an_interval_that_cannot_be_had_says_why(
    people: dict[tuple[int, int], int], mean: Fraction | None, n: int, reason: str
) -> None:
    result = paired_mean(people)
    assert (result.mean, result.n, result.interval, result.reason) == (mean, n, None, reason)


def test_paired_mean_refuses_a_negative_count() -> None:
    with pytest.raises(ValueError, match="negative"):
        paired_mean({(1, 2): -1})
