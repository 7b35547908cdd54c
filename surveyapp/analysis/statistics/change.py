"""Change in the same people, from joint counts of before by after.

Joint counts add up: those of two groups with nobody in common are the sum of the groups' counts, so whatever counts
them (a query, a file, a cluster) can do it in parts. Everything here starts from them alone.

Missing answers: a person without a substantive answer on both sides is in no cell. How many were lost that way is
counted where the answers are linked (`tallies.link`).
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.sparse.csgraph import connected_components
from statsmodels.stats.contingency_tables import SquareTable

# Up to here the signed-rank p-value is exact; above, normal. With few categories the rank sum takes few values, and at
# 50, where R and scipy draw the line, the normal one is still off by some hundredths.
EXACT_UP_TO = 200


@dataclass(frozen=True)
class JointCounts:
    """People by their answer before (rows) and after (columns), over one list of categories.

    `categories` run from the most to the least favourable where they have an order; `counts[i][j]` people were in
    category i before and j after. Raises ValueError when the counts are not square, are negative, or a category is
    named twice.
    """

    categories: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        size = len(self.categories)
        if len(set(self.categories)) != size:
            raise ValueError("A category is named twice.")
        if len(self.counts) != size or any(len(row) != size for row in self.counts):
            raise ValueError(f"Joint counts over {size} categories are {size} rows of {size}.")
        if any(people < 0 for row in self.counts for people in row):
            raise ValueError("A count cannot be negative.")

    @classmethod
    def empty(cls, categories: tuple[str, ...]) -> "JointCounts":
        """Nobody: what adding starts from."""
        return cls(categories, tuple((0,) * len(categories) for _ in categories))

    def __add__(self, other: "JointCounts") -> "JointCounts":
        """The counts of both groups together. Raises ValueError when the categories differ in name or in order."""
        if self.categories != other.categories:
            raise ValueError("Only joint counts over the same categories, in the same order, can be added.")
        counts = tuple(
            tuple(mine + theirs for mine, theirs in zip(row, other_row, strict=True))
            for row, other_row in zip(self.counts, other.counts, strict=True)
        )
        return JointCounts(self.categories, counts)

    @property
    def base(self) -> int:
        """People with an answer on both sides: the matched base."""
        return sum(map(sum, self.counts))

    @property
    def before(self) -> tuple[int, ...]:
        """People by their answer before, in the order of the categories."""
        return tuple(map(sum, self.counts))

    @property
    def after(self) -> tuple[int, ...]:
        """People by their answer after, in the order of the categories."""
        return tuple(sum(row[j] for row in self.counts) for j in range(len(self.categories)))


@dataclass(frozen=True)
class Movement:
    """How many moved to a more favourable category, stayed in theirs, and moved to a less favourable one."""

    rose: int
    same: int
    fell: int
    base: int


@dataclass(frozen=True)
class PairedBinary:
    """People favourable on both sides, only before, only after, on neither."""

    both: int
    before_only: int
    after_only: int
    neither: int

    @property
    def base(self) -> int:
        return self.both + self.before_only + self.after_only + self.neither

    @property
    def before(self) -> int:
        """Favourable before."""
        return self.both + self.before_only

    @property
    def after(self) -> int:
        """Favourable after."""
        return self.both + self.after_only


@dataclass(frozen=True, kw_only=True)
class PairedTest:
    """A test of no change. `n` people changed: they alone bear on the test.

    `statistic` and `p_value` are None, with the `reason` in words, where the test is undefined. `p_value` is
    two-sided. `df` are the degrees of freedom of a chi-squared statistic, else None.
    """

    statistic: float | None
    p_value: float | None
    n: int
    method: str
    df: int | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class SignedRankTest(PairedTest):
    """A signed-rank test; `zeros` people did not change and were left out of the ranks."""

    zeros: int = 0


def movement(joint: JointCounts) -> Movement:
    """Who rose, stayed and fell. Meaningful only for categories in order, the most favourable first."""
    steps = people_by_steps(joint)
    rose = sum(people for step, people in steps.items() if step > 0)
    fell = sum(people for step, people in steps.items() if step < 0)
    return Movement(rose, steps.get(0, 0), fell, joint.base)


def people_by_steps(joint: JointCounts) -> dict[int, int]:
    """People by how many categories they moved: 2 is two categories up, 0 the same one, -1 one down."""
    steps: dict[int, int] = {}
    for before, row in enumerate(joint.counts):
        for after, people in enumerate(row):
            if people:
                steps[before - after] = steps.get(before - after, 0) + people
    return dict(sorted(steps.items()))


def favourable(joint: JointCounts, favourable_categories: Collection[str]) -> PairedBinary:
    """The same people in two classes: in one of the favourable categories, or not.

    Raises ValueError for a favourable category that is not among the joint counts' categories.
    """
    unknown = sorted(set(favourable_categories) - set(joint.categories))
    if unknown:
        raise ValueError(f"Not a category: {', '.join(unknown)}.")
    classes = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for before, row in zip(joint.categories, joint.counts, strict=True):
        for after, people in zip(joint.categories, row, strict=True):
            classes[before in favourable_categories, after in favourable_categories] += people
    return PairedBinary(*classes.values())


def mcnemar_exact(pair: PairedBinary) -> PairedTest:
    """Exact McNemar test that as many became favourable as ceased to be. `statistic` is how many became so.

    Formula: 2 * P(X <= min(before_only, after_only)), at most 1, with X binomial(n = before_only + after_only, 1/2).
    Source: McNemar (1947), Psychometrika 12, 153-157; Agresti, Categorical Data Analysis (2002), section 10.1.
    Undefined when nobody changed class.
    """
    method = "exact McNemar test (binomial)"
    n = pair.before_only + pair.after_only
    if n == 0:
        return PairedTest(statistic=None, p_value=None, n=0, method=method, reason=_nobody(pair.base))
    return PairedTest(
        statistic=float(pair.after_only), p_value=float(stats.binomtest(pair.after_only, n).pvalue), n=n, method=method
    )


def wilcoxon_signed_rank(joint: JointCounts) -> SignedRankTest:
    """Wilcoxon's signed-rank test on the number of categories moved. `statistic` is the rank sum of those who rose.

    People who did not move are left out and counted (`zeros`); the others are ranked by how far they moved, ties
    sharing the mean rank. Categories are few, so ties are the rule: up to 200 people who moved, the p-value is exact
    given the ties (each person's sign is a fair coin: a convolution of scaled binomials, as SAS UNIVARIATE and R's
    coin compute it); above, it is normal, with the variance corrected for ties and no continuity correction.
    `method` says which. The steps from category to category are taken as comparable in size when they are ranked.

    Source: Wilcoxon (1945), Biometrics Bulletin 1, 80-83; Lehmann, Nonparametrics (1998), chapter 3.
    Undefined when nobody moved.
    """
    steps = people_by_steps(joint)
    zeros = steps.pop(0, 0)
    n = sum(steps.values())
    if n == 0:
        return SignedRankTest(
            statistic=None,
            p_value=None,
            n=0,
            method="Wilcoxon signed-rank test",
            reason=_nobody(joint.base),
            zeros=zeros,
        )

    ranks = _doubled_mean_ranks(steps)
    rank_sum = sum(ranks[step] * people for step, people in steps.items() if step > 0)
    if n <= EXACT_UP_TO:
        p_value = _exact_signed_rank_p(steps, ranks, rank_sum)
        method = "Wilcoxon signed-rank test, exact given ties, zeros left out"
    else:
        moved = np.repeat(list(steps), list(steps.values())).astype(float)
        # The stubs know the method by its old name alone.
        p_value = float(stats.wilcoxon(moved, method="asymptotic", correction=False).pvalue)  # type: ignore[call-overload]
        method = "Wilcoxon signed-rank test, normal approximation corrected for ties, zeros left out"
    return SignedRankTest(statistic=rank_sum / 2, p_value=p_value, n=n, method=method, zeros=zeros)


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
        return PairedTest(statistic=None, p_value=None, n=0, method=method, reason=_nobody(joint.base))

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
    return PairedTest(statistic=statistic, p_value=float(stats.chi2.sf(statistic, df)), n=n, method=method, df=df)


def _nobody(base: int) -> str:
    return "nobody changed" if base else "nobody has an answer on both sides"


def _doubled_mean_ranks(steps: dict[int, int]) -> dict[int, int]:
    """Twice the mean rank of each step by its size: whole numbers, whatever the ties."""
    ranks: dict[int, int] = {}
    below = 0
    for size in sorted({abs(step) for step in steps}):
        tied = steps.get(size, 0) + steps.get(-size, 0)
        ranks[size] = ranks[-size] = 2 * below + tied + 1
        below += tied
    return ranks


def _exact_signed_rank_p(steps: dict[int, int], ranks: dict[int, int], rank_sum: int) -> float:
    """Twice the smaller tail of the rank sum when every sign is a fair coin, at most 1.

    Of the people who moved equally far, a binomial number rose, each adding the rank they share: the distribution is
    built up one size of step at a time. Sums of probabilities alone, so that small ones lose no digits.
    """
    chances = np.ones(1)
    for size in sorted({abs(step) for step in steps}):
        tied = steps.get(size, 0) + steps.get(-size, 0)
        reached = np.zeros(len(chances) + ranks[size] * tied)
        for rose, chance in enumerate(stats.binom.pmf(np.arange(tied + 1), tied, 0.5)):
            start = ranks[size] * rose
            reached[start : start + len(chances)] += chance * chances
        chances = reached
    return min(1.0, 2 * float(min(chances[: rank_sum + 1].sum(), chances[rank_sum:].sum())))
