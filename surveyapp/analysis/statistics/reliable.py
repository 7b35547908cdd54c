"""Who changed by more than a scale's own error: the reliable change of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from surveyapp.analysis.statistics.intervals import Exact
from surveyapp.domain.instrument.questionnaire import Reliability

BEYOND = Fraction("1.96")


@dataclass(frozen=True)
class ReliablyChanged:
    """People whose score improved or worsened by more than the scale's error, and those of whom that cannot be said."""

    improved: int
    same: int
    worse: int


def reliably_changed(pairs: Mapping[tuple[Exact, Exact], int], scale: Reliability) -> ReliablyChanged:
    """Counts of people by (score before, score after), told apart by the reliable change index.

    Formula: RC = (after - before) / (SD * sqrt(2) * sqrt(1 - reliability)), beyond 1.96 either way. Compared as squares
    of exact numbers, so that a score at the limit falls where the formula has it. Missing: only people with both
    scores are in the mapping.

    Source: Jacobson and Truax (1991), Journal of Consulting and Clinical Psychology 59, 12-19.
    """
    error = 2 * Fraction(scale.sd) ** 2 * (1 - Fraction(scale.value))
    found = {-1: 0, 0: 0, 1: 0}
    for (before, after), people in pairs.items():
        step = Fraction(after) - Fraction(before)
        if scale.better == "lower":
            step = -step
        beyond = step**2 > BEYOND**2 * error
        found[(1 if step > 0 else -1) if beyond else 0] += people
    return ReliablyChanged(found[1], found[0], found[-1])
