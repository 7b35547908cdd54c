"""Change in the same people, against published values."""

from collections.abc import Sequence
from math import comb
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from surveyapp.analysis.statistics.change import (
    JointCounts,
    Movement,
    PairedBinary,
    favourable,
    mcnemar_exact,
    movement,
    people_by_steps,
    stuart_maxwell,
    wilcoxon_signed_rank,
)

unhurried = settings(deadline=None)  # the first call of a statistic loads its tables

SATISFACTION = ("very_satisfied", "quite_satisfied", "neither", "quite_dissatisfied", "very_dissatisfied")

# Unaided distance vision of 7,477 women in Royal Ordnance factories, right eye by left: Stuart (1953, 1955).
VISION = JointCounts(
    ("highest", "second", "third", "lowest"),
    ((1520, 266, 124, 66), (234, 1512, 432, 78), (117, 362, 1772, 205), (36, 82, 179, 492)),
)


def joint_counts(max_size: int = 5, max_people: int = 9) -> st.SearchStrategy[JointCounts]:
    def of_size(size: int) -> st.SearchStrategy[JointCounts]:
        row = st.tuples(*[st.integers(0, max_people)] * size)
        return st.tuples(*[row] * size).map(lambda rows: JointCounts(tuple("abcdefghij"[:size]), rows))

    return st.integers(1, max_size).flatmap(of_size)


def from_pairs(pairs: Sequence[tuple[int, int]], size: int) -> JointCounts:
    """Joint counts of (before, after) positions on a list of `size` categories."""
    counts = [[0] * size for _ in range(size)]
    for before, after in pairs:
        counts[before][after] += 1
    return JointCounts(tuple(map(str, range(size))), tuple(map(tuple, counts)))


def from_differences(differences: Sequence[int]) -> JointCounts:
    """Joint counts of people who moved up by these many categories."""
    size = max(map(abs, differences)) + 1
    return from_pairs([(d, 0) if d >= 0 else (0, -d) for d in differences], size)


def test_margins_and_base() -> None:
    joint = JointCounts(("yes", "no"), ((4, 1), (2, 3)))
    assert (joint.before, joint.after, joint.base) == ((5, 5), (6, 4), 10)


@unhurried
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)).map(lambda p: (n, p))))
def test_joint_counts_of_two_groups_add_up_to_those_of_both(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    size, pairs = drawn
    cut = len(pairs) // 2
    assert from_pairs(pairs[:cut], size) + from_pairs(pairs[cut:], size) == from_pairs(pairs, size)


@unhurried
@given(joint_counts(), joint_counts())
def test_addition_is_refused_for_other_categories(one: JointCounts, other: JointCounts) -> None:
    if one.categories == other.categories:
        assert (one + other).base == one.base + other.base
        assert one + JointCounts.empty(one.categories) == one
    else:
        with pytest.raises(ValueError, match="same categories"):
            one + other


def test_the_order_of_categories_matters_to_addition() -> None:
    with pytest.raises(ValueError, match="same order"):
        JointCounts.empty(("yes", "no")) + JointCounts.empty(("no", "yes"))


@pytest.mark.parametrize(
    ("categories", "counts"),
    [
        (("a", "b"), ((1, 2),)),
        (("a", "b"), ((1, 2), (3,))),
        (("a", "a"), ((1, 2), (3, 4))),
        (("a",), ((-1,),)),
    ],
)
def test_misshapen_counts_are_refused(categories: tuple[str, ...], counts: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError, match=r"rows of|twice|negative"):
        JointCounts(categories, counts)


def test_movement_goes_up_the_list_of_categories() -> None:
    joint = from_pairs([(4, 0), (1, 0), (0, 0), (2, 2), (2, 2), (0, 3)], 5)
    assert movement(joint) == Movement(rose=2, same=3, fell=1, base=6)
    assert people_by_steps(joint) == {-3: 1, 0: 3, 1: 1, 4: 1}


@unhurried
@given(joint_counts())
def test_movement_parts_the_base_and_turns_over_with_time(joint: JointCounts) -> None:
    there = movement(joint)
    back = movement(JointCounts(joint.categories, tuple(zip(*joint.counts, strict=True))))
    assert there.rose + there.same + there.fell == there.base == joint.base
    assert (there.rose, there.fell) == (back.fell, back.rose)


def test_favourable_categories_make_two_classes() -> None:
    joint = JointCounts(
        SATISFACTION, ((1, 2, 3, 0, 0), (4, 5, 0, 6, 0), (7, 0, 8, 0, 0), (0, 9, 0, 10, 0), (0, 0, 0, 0, 11))
    )
    pair = favourable(joint, {"very_satisfied", "quite_satisfied"})
    assert pair == PairedBinary(both=12, before_only=9, after_only=16, neither=29)
    assert (pair.before, pair.after, pair.base) == (21, 28, joint.base)


def test_an_unknown_favourable_category_is_refused() -> None:
    with pytest.raises(ValueError, match="delighted"):
        favourable(JointCounts.empty(SATISFACTION), {"delighted"})


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
        # Peers, Statistical Analysis for Education and Psychology Researchers (1996), figure 7.6: five-point ratings,
        # eight of ten pairs differ, S = 16.5, that is 18 + 16.5 risen; Pr >= |S| 0.0234, exact with ties and zeros.
        ([2, 2, 2, 0, 2, 4, 0, 1, -1, 2], 34.5, 0.0234, 4),
    ],
)
def test_signed_rank_gives_published_exact_values(
    differences: list[int], rank_sum: float, p_value: float, digits: int
) -> None:
    result = wilcoxon_signed_rank(from_differences(differences))
    assert result.statistic == rank_sum
    assert result.p_value is not None
    assert round(result.p_value, digits) == p_value
    assert (result.zeros, result.n) == (differences.count(0), len(differences) - differences.count(0))
    assert "exact" in result.method


@unhurried
@given(st.lists(st.integers(-4, 4).filter(bool), min_size=1, max_size=9))
def test_exact_signed_rank_agrees_with_every_assignment_of_signs(differences: list[int]) -> None:
    ranks = stats.rankdata(np.abs(differences))
    signs = (np.arange(2 ** len(ranks))[:, None] >> np.arange(len(ranks))) & 1
    sums = signs @ ranks
    observed = float(ranks[np.array(differences) > 0].sum())
    expected = min(1.0, 2 * min(np.mean(sums <= observed + 1e-9), np.mean(sums >= observed - 1e-9)))
    result = wilcoxon_signed_rank(from_differences(differences))
    assert result.statistic == pytest.approx(observed)
    assert result.p_value == pytest.approx(expected)


def test_above_two_hundred_movers_the_p_value_is_normal_and_says_so() -> None:
    # Formula of the normal approximation with ties (Lehmann 1998, chapter 3), worked out here on the vision table:
    # mean n(n + 1)/4, variance (n(n + 1)(2n + 1) - sum(t^3 - t)/2) / 24.
    result = wilcoxon_signed_rank(VISION)
    steps = people_by_steps(VISION)
    sizes = [steps[k] + steps[-k] for k in (1, 2, 3)]
    n = sum(sizes)
    variance = (n * (n + 1) * (2 * n + 1) - sum(t**3 - t for t in sizes) / 2) / 24
    below, rank_sum = 0, 0.0
    for k, size in zip((1, 2, 3), sizes, strict=True):
        rank_sum += steps[k] * (below + (size + 1) / 2)
        below += size
    z = (rank_sum - n * (n + 1) / 4) / variance**0.5
    assert result.statistic == rank_sum
    assert result.p_value == pytest.approx(2 * float(stats.norm.sf(abs(z))), rel=1e-6)
    assert (result.n, result.zeros) == (n, 7477 - n)
    assert "normal" in result.method


def test_exact_and_normal_p_values_meet_at_the_border() -> None:
    random = Random(20250601)
    differences = [random.choice([-4, -3, -2, -1, 1, 1, 2, 3, 4]) for _ in range(200)]
    exact = wilcoxon_signed_rank(from_differences(differences))
    normal = wilcoxon_signed_rank(from_differences([*differences, 1]))
    assert ("exact" in exact.method, "normal" in normal.method) == (True, True)
    reference = stats.wilcoxon(differences, method="asymptotic")  # type: ignore[call-overload]
    assert exact.p_value == pytest.approx(float(reference.pvalue), abs=0.005)


@unhurried
@given(joint_counts())
def test_tests_answer_or_say_why_not(joint: JointCounts) -> None:
    pair = favourable(joint, joint.categories[:1])
    for result in (mcnemar_exact(pair), wilcoxon_signed_rank(joint), stuart_maxwell(joint)):
        if result.n:
            assert result.p_value is not None
            assert 0 <= result.p_value <= 1
            assert result.reason is None
        else:
            assert (result.statistic, result.p_value) == (None, None)
            assert result.reason == ("nobody changed" if joint.base else "nobody has an answer on both sides")


def test_a_fall_mirrored_as_a_rise_has_the_same_p_value() -> None:
    fell = wilcoxon_signed_rank(from_differences([-1, -2, -2, 3, 0]))
    rose = wilcoxon_signed_rank(from_differences([1, 2, 2, -3, 0]))
    assert fell.p_value == pytest.approx(rose.p_value)
    assert (fell.statistic, rose.statistic) == (4.0, 6.0)
