"""How far two coders agree, beyond what chance alone would make them.

Cohen's kappa with its large-sample interval: Cohen (1960), Educational and Psychological Measurement 20, 37-46; Fleiss,
Cohen and Everitt (1969), Psychological Bulletin 72, 323-327 (statsmodels). Krippendorff's alpha for nominal data:
Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; its interval is the percentile bootstrap over answers
that Zapf et al. (2016), BMC Medical Research Methodology 16:93, found to hold its level.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from surveyapp.domain.open_answers.codes import Agreement

RESAMPLES, SEED = 1000, 20_260
"""Of the bootstrap: how many, and what makes it come out the same each time."""


Pairs = Sequence[tuple[bool, bool]]
"""Of each answer that both coded: whether the first used a code, and whether the second did."""


def kappa(pairs: Pairs) -> Agreement:
    """Cohen's kappa of one code."""
    # A second of every start otherwise, whoever starts and for whatever.
    from statsmodels.stats.inter_rater import cohens_kappa

    n = len(pairs)
    table = np.zeros((2, 2))
    for first, second in pairs:
        table[int(first), int(second)] += 1
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if n == 0 or (rows.max() == n == columns.max() and rows.argmax() == columns.argmax()):
        return Agreement(n=n)
    with np.errstate(all="ignore"):
        found = cohens_kappa(table)
    value = float(found.kappa)
    low, high = max(-1.0, float(found.kappa_low)), min(1.0, float(found.kappa_upp))
    if not (np.isfinite(low) and np.isfinite(high)):
        return Agreement(value=value, n=n)
    return Agreement(value=value, low=low, high=high, n=n)


def alpha(units: Sequence[Pairs]) -> Agreement:
    """Krippendorff's alpha, nominal, of one code (a pair a unit) or of a whole frame (a pair a code in each unit,
    in one order): the disagreements on all its codes over those that chance would make. Its interval resamples units.
    """
    if not units or not units[0]:
        return Agreement(n=len(units))
    counted = np.array([[_cells(pair) for pair in each] for each in units], dtype=float)
    value = coefficient(units)
    if value is None:
        return Agreement(n=len(units))
    drawn = np.random.default_rng(SEED).integers(0, len(units), size=(RESAMPLES, len(units)))
    found = [each for each in (_alpha(counted[some].sum(axis=0), len(units)) for some in drawn) if each is not None]
    if len(units) < 2 or not found:
        return Agreement(value=value, n=len(units))
    low, high = np.quantile(found, (0.025, 0.975))
    return Agreement(value=value, low=float(low), high=float(high), n=len(units))


def coefficient(units: Sequence[Pairs]) -> float | None:
    """`alpha` without its interval; None where it cannot be had."""
    if not units or not units[0]:
        return None
    return _alpha(np.array([[_cells(pair) for pair in each] for each in units], dtype=float).sum(axis=0), len(units))


def _cells(pair: tuple[bool, bool]) -> tuple[int, int]:
    """How many of a pair's two values are yes, and whether they differ."""
    return int(pair[0]) + int(pair[1]), int(pair[0] != pair[1])


def _alpha(codes: np.ndarray, units: int) -> float | None:
    """1 - observed / expected mismatches, each summed over codes: of a code with `yes` of 2 x `units` values, chance
    makes yes x no / (values - 1)."""
    yes, mismatches = codes[:, 0], codes[:, 1]
    values = 2 * units
    expected = float((yes * (values - yes)).sum()) / (values - 1)
    return None if expected == 0 else 1 - float(mismatches.sum()) / expected
