"""Tests of no change in the same people, against published values."""

from collections import Counter
from fractions import Fraction
from itertools import product
from math import comb
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from surveyapp.analysis.statistics.change import JointCounts, PairedBinary, favourable, people_by_steps
from surveyapp.analysis.statistics.paired_tests import (
    EXACT_SUMS,
    mcnemar_exact,
    sign_test,
    stuart_maxwell,
    wilcoxon_signed_rank,
)
from tests.unit.analysis.test_change import joint_counts

unhurried = settings(deadline=None)  # the first call of a statistic loads its tables

# Unaided distance vision of 7,477 women in Royal Ordnance factories, right eye by left: Stuart (1953, 1955).
VISION = JointCounts(
    ("highest", "second", "third", "lowest"),
    ((1520, 266, 124, 66), (234, 1512, 432, 78), (117, 362, 1772, 205), (36, 82, 179, 492)),
)


@pytest.mark.parametrize(
    ("pair", "n", "p_value", "digits"),
    [
        # Armitage and Berry (1994), p. 127, two media for tuberculosis: StatsDirect's manual, exact P = 0.0129.
        (PairedBinary(20, 12, 2, 16), 14, 0.0129, 4),
        # Bentur et al. 2009: Fagerland, Lydersen, Laake (2013), BMC Med Res Methodol 13:91, exact conditional 0.070.
        (PairedBinary(1, 1, 7, 12), 8, 0.070, 3),
        # Fay, Exact McNemar's test (vignette of R's exact2x2): mcnemar.exact, b = 2, c = 9, p-value 0.06543.
        (PairedBinary(21, 2, 9, 12), 11, 0.06543, 5),
    ],
)
def test_exact_mcnemar_gives_published_p_values(pair: PairedBinary, n: int, p_value: float, digits: int) -> None:
    result = mcnemar_exact(pair)
    assert result.p_value is not None
    assert round(result.p_value, digits) == p_value
    assert (result.n, result.statistic) == (n, pair.after_only)


@pytest.mark.parametrize(
    ("rose", "fell", "p_value", "digits"),
    [
        # Zar, Biostatistical Analysis (1999), section 24.6: hind legs longer than forelegs in 8 of 10 deer, P = 0.109.
        (8, 2, 0.10938, 5),
        # Sprent, Applied Nonparametric Statistical Methods (1989), weeks of survival, 7 of 9 above 200: 0.1797.
        (7, 2, 0.1797, 4),
        (2, 7, 0.1797, 4),
    ],
)
def test_sign_test_gives_published_p_values(rose: int, fell: int, p_value: float, digits: int) -> None:
    result = sign_test({1: rose, 0: 5, -2: fell})
    assert result.p_value is not None
    assert round(result.p_value, digits) == p_value
    assert (result.statistic, result.n, result.zeros) == (rose, rose + fell, 5)


# Approval of the prime minister by the same 1,600 people, twice: Agresti, Categorical Data Analysis (2002), table 10.1.
APPROVAL = JointCounts(("approve", "disapprove"), ((794, 150), (86, 570)))


def test_exact_mcnemar_on_agrestis_approval_ratings_is_the_binomial_tail() -> None:
    result = mcnemar_exact(favourable(APPROVAL, {"approve"}))
    tail = sum(comb(236, k) for k in range(87))
    assert result.p_value == pytest.approx(2 * tail / 2**236, rel=1e-9)
    assert (result.statistic, result.n) == (86, 236)


def test_with_two_categories_stuart_maxwell_is_mcnemars_chi_squared() -> None:
    # Agresti (2002), section 10.1.2: z0 = (86 - 150) / sqrt(86 + 150) = -4.17, so that chi-squared is 17.36.
    result = stuart_maxwell(APPROVAL)
    assert result.statistic == pytest.approx((86 - 150) ** 2 / (86 + 150))
    assert (round(result.statistic or 0, 2), result.df) == (17.36, 1)


@pytest.mark.parametrize(
    ("joint", "statistic", "df", "p_value", "digits"),
    [
        # Stuart (1955), Biometrika 42:412-416: 11.957 with 3 degrees of freedom (the manual of R's coin: Q = 11.96).
        (VISION, 11.957, 3, 0.0075, 4),
        # Uebersax, McNemar tests of marginal homogeneity (also the example of DescTools::StuartMaxwellTest):
        # 13.76 with 2 degrees of freedom, p 0.001.
        (JointCounts(("a", "b", "c"), ((20, 10, 5), (3, 30, 15), (0, 5, 40))), 13.76, 2, 0.001, 3),
    ],
)
def test_stuart_maxwell_gives_published_values(
    joint: JointCounts, statistic: float, df: int, p_value: float, digits: int
) -> None:
    result = stuart_maxwell(joint)
    assert result.statistic == pytest.approx(statistic, abs=0.005)
    assert result.df == df
    assert result.p_value is not None
    assert round(result.p_value, digits) == p_value


def test_a_category_without_movement_does_not_undo_stuart_maxwell() -> None:
    with_silent = JointCounts(
        ("a", "silent", "b", "empty", "c"),
        ((20, 0, 10, 0, 5), (0, 7, 0, 0, 0), (3, 0, 30, 0, 15), (0, 0, 0, 0, 0), (0, 0, 5, 0, 40)),
    )
    result = stuart_maxwell(with_silent)
    assert result.statistic == pytest.approx(13.7647, abs=5e-5)
    assert result.df == 2


@unhurried
@given(joint_counts(max_people=3))
def test_stuart_maxwell_is_the_quadratic_form_in_the_generalised_inverse(joint: JointCounts) -> None:
    counts = np.array(joint.counts, dtype=float)
    difference = counts.sum(1) - counts.sum(0)
    covariance = np.diag(counts.sum(1) + counts.sum(0)) - counts - counts.T
    result = stuart_maxwell(joint)
    rank = int(np.linalg.matrix_rank(covariance)) if covariance.any() else 0
    if rank == 0:
        assert (result.statistic, result.p_value, result.n) == (None, None, 0)
        assert result.reason
    else:
        expected = float(difference @ np.linalg.pinv(covariance) @ difference)
        assert result.statistic == pytest.approx(expected, abs=1e-8)
        assert result.df == rank
        assert result.p_value == pytest.approx(float(stats.chi2.sf(expected, rank)), abs=1e-8)


@pytest.mark.parametrize(
    ("differences", "rank_sum", "p_value", "digits"),
    [
        # Fifteen pairs of maize plants, Darwin (1876) and Fisher (1935), no ties: Cureton (1967), JASA 62:1068-1069;
        # scipy's manual: statistic 24 (so that the other is 96), exact p 0.041259765625.
        ([6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75], 96, 0.041259765625, 12),
        # Depression scores of nine patients, Hollander and Wolfe (1973), p. 29, differences times 1000; R's manual of
        # wilcox.test: V = 40, one-sided p 0.01953, twice that here.
        ([952, -147, 1022, 430, 620, 590, 490, -80, 10], 40, 0.0390625, 7),
        # SAS Base 9.4, UNIVARIATE example 4.13, exact with ties: S = -8.5, that is 39 - 8.5 risen; Pr >= |S| 0.5278.
        ([-3, 14, 2, 12, -5, -37, 3, -7, -3, 6, -5, -14], 30.5, 0.5278, 4),
    ],
)
def test_signed_rank_gives_published_exact_values(
    differences: list[int], rank_sum: float, p_value: float, digits: int
) -> None:
    result = wilcoxon_signed_rank(Counter(differences))
    assert result.statistic == rank_sum
    assert result.p_value is not None
    assert round(result.p_value, digits) == p_value
    assert (result.zeros, result.n) == (differences.count(0), len(differences) - differences.count(0))
    assert "exact" in result.method


PRATT = [0, 2, 3, 4, 6, 7, 8, 9, 11, 14, 15, 17, -18]


def test_pratts_zeros_keep_the_ranks_of_the_others() -> None:
    # Pratt's objection to leaving zeros out (1959, JASA 54:655-667), on answers of the kind he gives. Sums of distinct
    # ranks up to 12 are 1+1+1+2+2+3+4+5+6+8+10+12+15 = 70 (partitions into distinct parts, OEIS A000009), so that 70 of
    # 2^12 assignments of signs are as far out, on one side. Make every answer a little worse, the zero too, and it is
    # 70+18+21 = 109 of 2^13: less, as if it had become better. With Pratt's ranks 2 to 13 there is no such thing.
    left_out = wilcoxon_signed_rank(Counter(PRATT[1:]))
    lower = wilcoxon_signed_rank(Counter([3 * step - 1 for step in PRATT]))
    assert left_out.p_value == pytest.approx(2 * 70 / 2**12)
    assert lower.p_value == pytest.approx(2 * 109 / 2**13)
    result = wilcoxon_signed_rank(Counter(PRATT))
    as_far_out = sum(
        sum(rank for rank, falls in zip(range(2, 14), fallen, strict=True) if falls) <= 13
        for fallen in product((False, True), repeat=12)
    )
    assert (result.statistic, result.n, result.zeros) == (sum(range(2, 13)), 12, 1)
    assert result.p_value == pytest.approx(2 * as_far_out / 2**12)
    assert result.p_value < lower.p_value


@pytest.mark.parametrize(
    ("steps", "rank_sum", "p_value"),
    [
        # R's coin, wilcoxsign_test of 1, 2, 3, 4 against 1, 2, 3, 5 (scipy issue 6805): Z = 1.
        ({0: 3, 1: 1}, 4.0, 0.31731050786291415),
        # scipy's own regression test of Pratt's method (test_accuracy_wilcoxon): T 423, p 0.0031724568006762576.
        (dict(zip(range(4, -5, -1), (1, 4, 16, 15, 8, 4, 5, 1, 2), strict=True)), 1137.0, 0.0031724568006762576),
    ],
)
def test_the_normal_approximation_is_that_of_r_and_scipy(
    steps: dict[int, int], rank_sum: float, p_value: float
) -> None:
    result = wilcoxon_signed_rank(steps, exact_up_to=0)
    assert result.statistic == rank_sum
    assert result.p_value == pytest.approx(p_value, rel=1e-12)
    assert "normal" in result.method


@unhurried
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=60).filter(any))
def test_the_normal_approximation_is_scipys(differences: list[int]) -> None:
    reference = stats.wilcoxon(differences, zero_method="pratt", correction=False, method="asymptotic")  # type: ignore[call-overload]
    found = wilcoxon_signed_rank(Counter(differences), exact_up_to=0)
    assert found.p_value == pytest.approx(float(reference.pvalue), abs=1e-12)


@unhurried
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9).filter(any))
def test_exact_signed_rank_agrees_with_every_assignment_of_signs(differences: list[int]) -> None:
    ranks = stats.rankdata(np.abs(differences))
    ranks[np.array(differences) == 0] = 0
    signs = (np.arange(2 ** len(ranks))[:, None] >> np.arange(len(ranks))) & 1
    sums = signs @ ranks
    observed = float(ranks[np.array(differences) > 0].sum())
    expected = min(1.0, 2 * min(np.mean(sums <= observed + 1e-9), np.mean(sums >= observed - 1e-9)))
    result = wilcoxon_signed_rank(Counter(differences))
    assert result.statistic == pytest.approx(observed)
    assert result.p_value == pytest.approx(expected)


@unhurried
@given(st.lists(st.integers(-4, 4).filter(bool), min_size=1, max_size=9), st.integers(0, 3))
def test_beyond_some_point_more_zeros_change_nothing(differences: list[int], more: int) -> None:
    n = len(differences)
    enough = wilcoxon_signed_rank({**Counter(differences), 0: n * (n + 1) // 2})
    beyond = wilcoxon_signed_rank({**Counter(differences), 0: n * (n + 1) // 2 + 10**more})
    assert enough.p_value == beyond.p_value


def test_fractions_are_ranked_as_whole_numbers_are() -> None:
    whole, halves = {2: 3, -1: 4, 0: 2, 5: 1}, {Fraction(1): 3, Fraction(-1, 2): 4, Fraction(0): 2, Fraction(5, 2): 1}
    assert wilcoxon_signed_rank(whole) == wilcoxon_signed_rank(halves)


def test_exact_up_to_two_hundred_movers_and_what_can_be_worked_through() -> None:
    random = Random(20250601)
    differences = [random.choice([-4, -3, -2, -1, 1, 1, 2, 3, 4]) for _ in range(200)]
    exact = wilcoxon_signed_rank(Counter(differences))
    normal = wilcoxon_signed_rank(Counter([*differences, 1]))
    assert ("exact" in exact.method, "normal" in normal.method) == (True, True)
    reference = stats.wilcoxon(differences, method="asymptotic")  # type: ignore[call-overload]
    assert exact.p_value == pytest.approx(float(reference.pvalue), abs=0.005)
    alternating = [size if size % 2 else -size for size in range(1, 201)]
    for movers, exactly in ((100, True), (200, False)):
        found = wilcoxon_signed_rank({**Counter(alternating[:movers]), 0: 10**6})
        assert ("exact" in found.method) is exactly
    assert EXACT_SUMS > 100**2 * 101 // 2


@unhurried
@given(joint_counts())
def test_tests_answer_or_say_why_not(joint: JointCounts) -> None:
    pair = favourable(joint, joint.categories[:1])
    steps = people_by_steps(joint)
    for result in (mcnemar_exact(pair), sign_test(steps), wilcoxon_signed_rank(steps), stuart_maxwell(joint)):
        assert result.n + result.zeros == joint.base
        if result.n:
            assert result.p_value is not None
            assert 0 <= result.p_value <= 1
            assert result.reason is None
        else:
            assert (result.statistic, result.p_value) == (None, None)
            assert result.reason == ("nobody changed" if joint.base else "nobody has an answer on both sides")


def test_a_fall_mirrored_as_a_rise_has_the_same_p_value() -> None:
    fell = wilcoxon_signed_rank(Counter([-1, -2, -2, 3, 0]))
    rose = wilcoxon_signed_rank(Counter([1, 2, 2, -3, 0]))
    assert fell.p_value == pytest.approx(rose.p_value)
    assert (fell.statistic, rose.statistic) == (5.0, 9.0)
