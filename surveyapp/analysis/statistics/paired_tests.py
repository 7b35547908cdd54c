"""Tests of no change in the same people, from counts alone: exact wherever few people make it matter.

What a test takes is how many people moved by how much (`steps`: a mapping from after less before to people, above zero
a rise), or the joint counts. Missing answers: a person without an answer on both sides is in neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import TypeVar

import numpy as np
from scipy import stats
from scipy.sparse.csgraph import connected_components

from surveyapp.analysis.statistics.change import JointCounts, PairedBinary

Distance = TypeVar("Distance", int, Fraction)

# Up to here the signed-rank p-value is exact; above, normal. With few categories the rank sum takes few values, and at
# 50, where R and scipy draw the line, the normal one is still off by some hundredths.
EXACT_UP_TO = 200
# Nor is it exact where the rank sum has more values than these to work through: never with up to 100 people who moved,
# however many did not.
EXACT_SUMS = 2**19


@dataclass(frozen=True, kw_only=True)
class PairedTest:
    """A test of no change. `n` people changed: they alone bear on the test; `zeros` did not.

    `statistic` and `p_value` are None, with the `reason` in words, where the test is undefined. `p_value` is
    two-sided. `df` are the degrees of freedom of a chi-squared statistic, else None.
    """

    statistic: float | None
    p_value: float | None
    n: int
    zeros: int
    method: str
    df: int | None = None
    reason: str | None = None


def sign_test(steps: Mapping[Distance, int]) -> PairedTest:
    """Exact sign test that as many rose as fell. `statistic` is how many rose.

    Formula: 2 * P(X <= min(rose, fell)), at most 1, with X binomial(n = rose + fell, 1/2). Those who stayed are no
    evidence either way. Source: Dixon and Mood (1946), JASA 41, 557-566; Conover, Practical Nonparametric Statistics
    (1999), section 3.4. Undefined when nobody moved.
    """
    method = "exact sign test (binomial)"
    zeros = sum(people for step, people in steps.items() if step == 0)
    rose = sum(people for step, people in steps.items() if step > 0)
    n = sum(steps.values()) - zeros
    if n == 0:
        return _undefined(method, zeros)
    p_value = float(stats.binomtest(rose, n).pvalue)
    return PairedTest(statistic=float(rose), p_value=p_value, n=n, zeros=zeros, method=method)


def mcnemar_exact(pair: PairedBinary) -> PairedTest:
    """Exact McNemar test that as many became favourable as ceased to be. `statistic` is how many became so.

    Formula: 2 * P(X <= min(before_only, after_only)), at most 1, with X binomial(n = before_only + after_only, 1/2).
    Source: McNemar (1947), Psychometrika 12, 153-157; Agresti, Categorical Data Analysis (2002), section 10.1.
    Undefined when nobody changed class.
    """
    method = "exact McNemar test (binomial)"
    n = pair.before_only + pair.after_only
    if n == 0:
        return _undefined(method, pair.base)
    p_value = float(stats.binomtest(pair.after_only, n).pvalue)
    return PairedTest(statistic=float(pair.after_only), p_value=p_value, n=n, zeros=pair.base - n, method=method)


def wilcoxon_signed_rank(steps: Mapping[Distance, int], exact_up_to: int = EXACT_UP_TO) -> PairedTest:
    """Wilcoxon's signed-rank test with Pratt's treatment of zeros. `statistic` is the rank sum of those who rose.

    Everybody is ranked by how far they moved, ties sharing the mean rank and those who did not move (`zeros`) taking
    the lowest ranks; then the ranks of the zeros are left out, and the others keep theirs. Leaving the zeros out
    before ranking (Wilcoxon 1945) can make a result more significant by making every answer worse. Up to `exact_up_to`
    people who moved (and half a million values of the rank sum) the p-value is exact given ties and zeros: each mover's
    sign is a fair coin, as R's coin computes it. Above it is normal, with mean sum(r)/2 and variance sum(r^2)/4 over
    the movers' ranks r, which corrects for ties and zeros, and no continuity correction. `method` says which. The
    steps are taken as comparable in size when they are ranked.

    Source: Pratt (1959), JASA 54, 655-667; Lehmann, Nonparametrics (1998), chapter 3. Undefined when nobody moved.
    """
    method = "Wilcoxon signed-rank test, zeros as Pratt has them"
    moved = {step: people for step, people in steps.items() if step and people}
    n = sum(moved.values())
    zeros = sum(steps.values()) - n
    if n == 0:
        return _undefined(method, zeros)

    ranks = _doubled_mean_ranks(moved, zeros)
    rank_sum = sum(ranks[abs(step)] * people for step, people in moved.items() if step > 0)
    p_value = _exact_p(moved, zeros) if n <= exact_up_to else None
    if p_value is not None:
        method += ", exact given ties"
    else:
        method += ", normal approximation corrected for ties"
        spread = sum(ranks[abs(step)] ** 2 * people for step, people in moved.items())
        risen_less_fallen = sum(ranks[abs(step)] * people * (1 if step > 0 else -1) for step, people in moved.items())
        p_value = 2 * float(stats.norm.sf(abs(risen_less_fallen) / sqrt(spread)))
    return PairedTest(statistic=rank_sum / 2, p_value=p_value, n=n, zeros=zeros, method=method)


def stuart_maxwell(joint: JointCounts) -> PairedTest:
    """Stuart and Maxwell's test that the answers before and after are spread alike over the categories.

    Formula: d' V^-1 d over all categories but one, with d_i = before_i - after_i, V_ii = before_i + after_i - 2 n_ii
    and V_ij = -(n_ij + n_ji); chi-squared. V cannot be inverted when nobody moved in or out of a category, or when
    the categories fall into sets with no movement between them. The statistic is then summed over the sets, each with
    one degree of freedom fewer than it has categories (the generalised inverse of V gives the same, as in R's coin).

    Source: Stuart (1955), Biometrika 42, 412-416; Maxwell (1970), British Journal of Psychiatry 116, 651-655.
    Chi-squared is an approximation, and a poor one when few people moved. Undefined when nobody moved.
    """
    method = "Stuart-Maxwell test of marginal homogeneity (chi-squared)"
    counts = np.array(joint.counts, dtype=np.int64).reshape(len(joint.categories), len(joint.categories))
    moved = counts - np.diag(np.diag(counts))
    n = int(moved.sum())
    if n == 0:
        return _undefined(method, joint.base)

    # A second of every start otherwise, whoever starts and for whatever.
    from statsmodels.stats.contingency_tables import SquareTable

    statistic, df = 0.0, 0
    number_of_sets, set_of = connected_components(moved + moved.T, directed=False)
    for label in range(number_of_sets):
        members = np.flatnonzero(set_of == label)
        if len(members) > 1:
            # statsmodels adds a half to every cell of a table with an empty one, unless told not to.
            table = SquareTable(counts[np.ix_(members, members)], shift_zeros=False)
            result = table.homogeneity(method="stuart_maxwell")
            statistic += float(result.statistic)
            df += int(result.df)
    p_value = float(stats.chi2.sf(statistic, df))
    return PairedTest(statistic=statistic, p_value=p_value, n=n, zeros=joint.base - n, method=method, df=df)


def _undefined(method: str, zeros: int) -> PairedTest:
    reason = "nobody changed" if zeros else "nobody has an answer on both sides"
    return PairedTest(statistic=None, p_value=None, n=0, zeros=zeros, method=method, reason=reason)


def _by_size(moved: Mapping[Distance, int]) -> dict[Distance, int]:
    """People by how far they moved, whichever way, the least first."""
    sizes: dict[Distance, int] = {}
    for step, people in moved.items():
        sizes[abs(step)] = sizes.get(abs(step), 0) + people
    return dict(sorted(sizes.items()))


def _doubled_mean_ranks(moved: Mapping[Distance, int], zeros: int) -> dict[Distance, int]:
    """Twice the mean rank of each size of step, above the zeros: whole numbers, whatever the ties."""
    ranks: dict[Distance, int] = {}
    below = zeros
    for size, tied in _by_size(moved).items():
        ranks[size] = 2 * below + tied + 1
        below += tied
    return ranks


def _exact_p(moved: Mapping[Distance, int], zeros: int) -> float | None:
    """Twice the smaller tail of the rank sum when every sign is a fair coin, at most 1; None where that is too long.

    Of the people who moved equally far, a binomial number rose, each adding the rank they share: the distribution is
    built up one size of step at a time, as far as the tail goes. Sums of probabilities alone, so that small ones lose
    no digits. Once the zeros' ranks outweigh all that the movers' own differ by, more of them change no order, and
    so no tail: they are not counted on.
    """
    n = sum(moved.values())
    ranks = _doubled_mean_ranks(moved, min(zeros, n * (n + 1) // 2))
    risen = sum(ranks[abs(step)] * people for step, people in moved.items() if step > 0)
    fallen = sum(ranks[abs(step)] * people for step, people in moved.items() if step < 0)
    tail = min(risen, fallen)
    if tail >= EXACT_SUMS:
        return None
    chances = np.ones(1)
    for size, tied in _by_size(moved).items():
        reached = np.zeros(min(len(chances) + ranks[size] * tied, tail + 1))
        for rose, chance in enumerate(stats.binom.pmf(np.arange(tied + 1), tied, 0.5)):
            start = ranks[size] * rose
            if start > tail:
                break
            within = chances[: tail + 1 - start]
            reached[start : start + len(within)] += chance * within
        chances = reached
    return min(1.0, 2 * float(chances.sum()))
