"""Confidence intervals, each from counts.

Missing answers: whoever has no substantive answer (on both sides, for the paired ones) is not in the counts.
An interval of nobody does not exist, and is `None`.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm, sqrt
from typing import TypeVar

from scipy import stats

Exact = TypeVar("Exact", int, Decimal, Fraction)
"""A value that is no approximation."""


@dataclass(frozen=True)
class ExactInterval:
    """Two limits, `low` <= `high`: proportions from 0 to 1, or differences of them, or of means."""

    low: float
    high: float
    confidence: float = 0.95


@dataclass(frozen=True, kw_only=True)
class PairedMean:
    """The mean of after - before over `n` people. `mean` is exact; `sd` is the sample deviation (divisor n - 1).

    `interval` is None with the reason in words when it cannot be had; so is `mean` when there is nobody.
    """

    mean: Fraction | None
    sd: float | None
    interval: ExactInterval | None
    n: int
    method: str
    reason: str | None = None


@functools.lru_cache(maxsize=65_536)
def wilson(count: int, base: int, confidence: float = 0.95) -> ExactInterval | None:
    """Wilson's score interval, without continuity correction, for `count` of `base`; None for a base of nobody.

    Formula, with p = count / base and z the normal quantile:
    (p + z^2/2n -+ z * sqrt(p(1 - p)/n + z^2/4n^2)) / (1 + z^2/n).

    Source: Wilson (1927), JASA 22, 209-212; method 3 of Newcombe (1998), Statistics in Medicine 17, 857-872.
    Raises ValueError when count is outside 0 to base, or confidence outside 0 to 1.
    """
    _require_confidence(confidence)
    if base < 0 or not 0 <= count <= base:
        raise ValueError(f"{count} is not a part of a base of {base}.")
    if base == 0:
        return None
    limits = stats.binomtest(count, base).proportion_ci(confidence_level=confidence, method="wilson")
    return ExactInterval(float(limits.low), float(limits.high), confidence)


def newcombe_paired(
    both: int, before_only: int, after_only: int, neither: int, confidence: float = 0.95
) -> ExactInterval | None:
    """Interval for (share after) - (share before) among the same people; None when there is nobody.

    Formula (method 10 of Newcombe), with a = after, b = before, and their Wilson limits l and u:
    d - sqrt((a - l_a)^2 - 2 phi (a - l_a)(u_b - b) + (u_b - b)^2) to
    d + sqrt((u_a - a)^2 - 2 phi (u_a - a)(b - l_b) + (b - l_b)^2), where d = a - b and
    phi = q / sqrt(product of the four margins), q = both * neither - before_only * after_only, which when positive
    is brought down by n/2 but not below zero; phi is 0 when a margin is empty.

    Source: Newcombe (1998), Improved confidence intervals for the difference between binomial proportions based on
    paired data, Statistics in Medicine 17, 2635-2650. Written out because scipy and statsmodels (0.15) have it not.
    Raises ValueError on a negative count.
    """
    _require_confidence(confidence)
    if min(both, before_only, after_only, neither) < 0:
        raise ValueError("A count cannot be negative.")
    n = both + before_only + after_only + neither
    before, after = both + before_only, both + after_only
    before_limits, after_limits = wilson(before, n, confidence), wilson(after, n, confidence)
    if before_limits is None or after_limits is None:
        return None

    b, a = before / n, after / n
    phi = _corrected_phi(both, before_only, after_only, neither)
    down_a, up_a = a - after_limits.low, after_limits.high - a
    down_b, up_b = b - before_limits.low, before_limits.high - b
    difference = (after_only - before_only) / n
    low = difference - sqrt(_square_and_add(down_a, up_b, phi))
    high = difference + sqrt(_square_and_add(up_a, down_b, phi))
    return ExactInterval(max(low, -1.0), min(high, 1.0), confidence)


def clopper_pearson(count: int, base: int, confidence: float = 0.95) -> ExactInterval | None:
    """The exact interval of a share: every share that a two-sided binomial test of `count` in `base` does not rule out
    (each tail at half the error); None for a base of nobody.

    It leaves out a half exactly where the sign test's p-value is below 1 - confidence.
    Source: Clopper and Pearson (1934), Biometrika 26, 404-413. Raises ValueError as `wilson` does.
    """
    _require_confidence(confidence)
    if base < 0 or not 0 <= count <= base:
        raise ValueError(f"{count} is not a part of a base of {base}.")
    if base == 0:
        return None
    limits = stats.binomtest(count, base).proportion_ci(confidence_level=confidence, method="exact")
    return ExactInterval(float(limits.low), float(limits.high), confidence)


def paired_mean(pairs: Mapping[tuple[Exact, Exact], int], confidence: float = 0.95) -> PairedMean:
    """Mean of after - before, with its t interval, from counts of people by (before, after).

    Formula: m -+ t(n - 1) * s / sqrt(n), with m and s the mean and sample deviation of the n differences, both taken
    from exact sums. Source: Student (1908), Biometrika 6, 1-25; as R's `t.test(paired = TRUE)`.
    Missing: only people with both values are in the mapping. No interval is given for fewer than two people, or
    when everyone changed by the same amount (a spread of zero would claim certainty).
    Raises ValueError on a negative count.
    """
    _require_confidence(confidence)
    if any(people < 0 for people in pairs.values()):
        raise ValueError("A count cannot be negative.")
    n = sum(pairs.values())
    method = f"paired t interval, {confidence:.0%} confidence"
    if n == 0:
        return PairedMean(mean=None, sd=None, interval=None, n=0, method=method, reason="nobody has both values")
    # In whole units of the least common denominator: a million distinct pairs are added as fast as integers are.
    exact = {value: Fraction(value) for pair in pairs for value in pair}
    unit = lcm(*(value.denominator for value in exact.values()))
    whole = {value: value_.numerator * (unit // value_.denominator) for value, value_ in exact.items()}
    moved = [(whole[after] - whole[before], people) for (before, after), people in pairs.items()]
    total = sum(step * people for step, people in moved)
    mean = Fraction(total, n * unit)
    if n == 1:
        return PairedMean(mean=mean, sd=None, interval=None, n=1, method=method, reason="one person gives no spread")
    squares = sum(step**2 * people for step, people in moved)
    variance = (Fraction(squares) - Fraction(total * total, n)) / ((n - 1) * unit**2)
    if variance == 0:
        return PairedMean(
            mean=mean, sd=0.0, interval=None, n=n, method=method, reason="everyone changed by the same amount"
        )
    error = sqrt(variance / n)
    low, high = stats.t.interval(confidence, n - 1, loc=float(mean), scale=error)
    return PairedMean(
        mean=mean, sd=sqrt(variance), interval=ExactInterval(float(low), float(high), confidence), n=n, method=method
    )


def steps_of(pairs: Mapping[tuple[Exact, Exact], int]) -> dict[Fraction, int]:
    """People by after less before, from counts by (before, after): what the tests of order take."""
    steps: dict[Fraction, int] = {}
    for (before, after), people in pairs.items():
        step = Fraction(after) - Fraction(before)
        steps[step] = steps.get(step, 0) + people
    return steps


def _corrected_phi(both: int, before_only: int, after_only: int, neither: int) -> float:
    margins = (both + before_only) * (after_only + neither) * (both + after_only) * (before_only + neither)
    if margins == 0:
        return 0.0
    n = both + before_only + after_only + neither
    q: float = both * neither - before_only * after_only
    if q > 0:
        q = max(q - n / 2, 0.0)
    return q / sqrt(margins)


def _square_and_add(x: float, y: float, phi: float) -> float:
    # Never negative in exact arithmetic, as |phi| <= 1; with phi near 1 and x = y it can fall a hair below in floats.
    return max(x * x - 2 * phi * x * y + y * y, 0.0)


def _require_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError("Confidence lies between 0 and 1.")
