"""Reliable change of a person, against the example of those who made it."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from fractions import Fraction

import pytest

from surveyapp.analysis.statistics.reliable import ReliablyChanged, reliably_changed
from surveyapp.domain.instrument.questionnaire import (
    Question,
    Questionnaire,
    Reliability,
    Score,
    Section,
    from_document,
    to_document,
)

# Jacobson and Truax (1991), J Consult Clin Psychol 59:12-19: a scale of standard deviation 10 and reliability .80;
# from 32.5 to 47.5 the standard error is 4.47, that of a difference 6.32, and RC 2.37, beyond 1.96.
SCALE = Reliability(Decimal("0.80"), Decimal(10), "Jacobson and Truax (1991)")


def test_the_client_of_jacobson_and_truax_changed_reliably() -> None:
    assert pytest.approx(2.37, abs=0.005) == 15 / (10 * (2 * (1 - 0.8)) ** 0.5)
    assert reliably_changed({(Decimal("32.5"), Decimal("47.5")): 1}, SCALE) == ReliablyChanged(1, 0, 0)


@pytest.mark.parametrize(
    ("step", "expected"),
    [(12, (0, 1, 0)), (13, (1, 0, 0)), (-12, (0, 1, 0)), (-13, (0, 0, 1)), (0, (0, 1, 0))],
)
def test_the_limit_is_that_of_the_formula(step: int, expected: tuple[int, int, int]) -> None:
    # 1.96 * 10 * sqrt(0.4) = 12.396
    assert reliably_changed({(20, 20 + step): 1}, SCALE) == ReliablyChanged(*expected)


def test_a_change_at_the_very_limit_is_not_beyond_it() -> None:
    # sd sqrt(2) sqrt(1 - 1/2) = sd, so that the limit is 1.96 sd itself.
    even = Reliability(Decimal("0.5"), Decimal(1), "Made up")
    pairs = {(Fraction(0), Fraction(49, 25)): 3, (Fraction(0), Fraction(50, 25)): 2}
    assert reliably_changed(pairs, even) == ReliablyChanged(2, 3, 0)


def test_where_a_low_score_is_the_good_one_a_fall_improves() -> None:
    lower = dataclasses.replace(SCALE, better="lower")
    pairs = {(20, 40): 3, (40, 20): 5, (20, 21): 7}
    assert reliably_changed(pairs, SCALE) == ReliablyChanged(3, 7, 5)
    assert reliably_changed(pairs, lower) == ReliablyChanged(5, 7, 3)
    assert reliably_changed({}, lower) == ReliablyChanged(0, 0, 0)


def test_a_document_says_nothing_of_a_reliability_that_nobody_gave_and_keeps_one_that_was_given() -> None:
    score = Score(id="calmness", title="Calmness", method="sum", items=("calm", "worried"))
    question = Question(id="calm", kind="number", text="How calm?")
    section = Section(id="start", title="Start", questions=(question,))
    bare = Questionnaire(id="first", version=1, title="First", sections=(section,), scores=(score,))
    assert "reliability" not in to_document(bare)
    whole = dataclasses.replace(bare, scores=(dataclasses.replace(score, reliability=SCALE),))
    assert '"value":"0.80"' in to_document(whole)
    assert from_document(to_document(whole)).scores[0].reliability == SCALE
