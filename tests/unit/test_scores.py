"""Scores against worked examples: sums and means, reversed items, missing answers, bands."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import pytest

from surveyapp.domain.answers import Answer, Codes, Missing, Number, Reason
from surveyapp.domain.instrument.kinds import KINDS, Part
from surveyapp.domain.instrument.questionnaire import Band, Option, Question, Score
from surveyapp.domain.instrument.scores import band_of, extent_of, score_of

FREQUENCY = tuple(
    Option(code=code, label=code, value=value)
    for value, code in enumerate(("none", "rarely", "some", "often", "all"), start=1)
)
# The items of the Short Warwick-Edinburgh Mental Well-being Scale, by their usual short names.
SWEMWBS = ("optimistic", "useful", "relaxed", "problems", "clearly", "close", "own_mind")
QUESTIONS = [Question(id=name, kind="choice", text=name, options=FREQUENCY) for name in SWEMWBS]
QUESTIONS += [Question(id="worth", kind="rating", text="Worth?", minimum=0, maximum=10)]
PARTS: dict[str, Part] = {part.key: part for each in QUESTIONS for part in KINDS[each.kind].parts(each)}
BANDS = (
    Band("very_low", "Very low", 7, 17),
    Band("low", "Low", 18, 20),
    Band("medium", "Medium", 21, 27),
    Band("high", "High", 28, 35),
)
WELLBEING = Score(id="wellbeing", title="Wellbeing", method="sum", items=SWEMWBS, minimum_answered=7, bands=BANDS)


def answers(*values: int | None) -> dict[str, Answer]:
    """The seven answers as values from 1 to 5; None is don't know."""
    return {
        name: Missing(Reason.DONT_KNOW) if value is None else Codes((FREQUENCY[value - 1].code,))
        for name, value in zip(SWEMWBS, values, strict=True)
    }


@pytest.mark.parametrize(
    ("given", "total", "band"),
    [
        ((1,) * 7, 7, "very_low"),
        ((3, 3, 3, 2, 2, 2, 2), 17, "very_low"),
        ((3, 3, 3, 3, 2, 2, 2), 18, "low"),
        ((3, 3, 3, 3, 3, 3, 2), 20, "low"),
        ((3,) * 7, 21, "medium"),
        ((4, 4, 4, 4, 4, 4, 3), 27, "medium"),
        ((4,) * 7, 28, "high"),
        ((5,) * 7, 35, "high"),
    ],
)
def test_swemwbs_is_the_sum_of_seven_in_its_bands(given: tuple[int, ...], total: int, band: str) -> None:
    value = score_of(WELLBEING, PARTS, answers(*given))
    assert value == total
    found = band_of(WELLBEING, Fraction(total))
    assert found is not None
    assert found.code == band


def test_swemwbs_with_an_item_missing_is_no_score() -> None:
    assert score_of(WELLBEING, PARTS, answers(5, 5, 5, 5, 5, 5, None)) is None


@pytest.mark.parametrize(
    ("score", "given", "expected"),
    [
        # Two of three answered, 2 and 5: mean 3.5, and for a sum 3.5 in the place of the third.
        (
            Score(id="s", title="S", method="sum", items=SWEMWBS[:3], minimum_answered=2),
            (2, 5, None, 1, 1, 1, 1),
            Fraction(21, 2),
        ),
        (
            Score(id="s", title="S", method="mean", items=SWEMWBS[:3], minimum_answered=2),
            (2, 5, None, 1, 1, 1, 1),
            Fraction(7, 2),
        ),
        (
            Score(id="s", title="S", method="mean", items=SWEMWBS[:3], minimum_answered=3),
            (2, 5, None, 1, 1, 1, 1),
            None,
        ),
        # Reversed on 1 to 5: 2 counts 4.
        (
            Score(id="s", title="S", method="sum", items=SWEMWBS[:2], reverse=("useful",), minimum_answered=2),
            (1, 2, 1, 1, 1, 1, 1),
            5,
        ),
        (
            Score(id="s", title="S", method="mean", items=SWEMWBS[:3], minimum_answered=1),
            (1, 1, 2, 1, 1, 1, 1),
            Fraction(4, 3),
        ),
        (
            Score(id="s", title="S", method="sum", items=SWEMWBS[:2], minimum_answered=1),
            (None, None, 1, 1, 1, 1, 1),
            None,
        ),
    ],
)
def test_missing_and_reversed_items(score: Score, given: tuple[int | None, ...], expected: Fraction | None) -> None:
    assert score_of(score, PARTS, answers(*given)) == expected


def test_a_rating_counts_its_number_and_turns_round_within_its_ends() -> None:
    score = Score(id="s", title="S", method="sum", items=("worth", "useful"), reverse=("worth",), minimum_answered=2)
    assert score_of(score, PARTS, {**answers(*(1,) * 7), "worth": Number(Decimal(3))}) == 7 + 1


def test_between_two_bands_is_the_lower_and_beyond_them_is_none() -> None:
    found = band_of(WELLBEING, Fraction(35, 2))
    assert found is not None
    assert found.code == "very_low"
    assert band_of(WELLBEING, Fraction(6)) is None
    assert band_of(WELLBEING, Fraction(36)) is None
    assert band_of(Score(id="s", title="S", method="sum", items=SWEMWBS), Fraction(9)) is None


@pytest.mark.parametrize(
    ("items", "method", "needed", "extent"),
    [
        (SWEMWBS, "sum", 7, (7, 35)),
        (SWEMWBS, "mean", 1, (1, 5)),
        (("optimistic", "worth"), "sum", 2, (1, 15)),
        (("optimistic", "worth"), "sum", 1, (0, 20)),
        (("optimistic", "worth"), "mean", 2, (Fraction(1, 2), Fraction(15, 2))),
    ],
)
def test_what_a_score_can_come_to_is_what_some_answers_come_to(
    items: tuple[str, ...], method: Literal["sum", "mean"], needed: int, extent: tuple[Fraction, Fraction]
) -> None:
    score = Score(id="s", title="S", method=method, items=items, minimum_answered=needed, reverse=("optimistic",))
    assert extent_of(score, PARTS) == extent
    least_and_most = [[None, *({1, 5} if name in SWEMWBS else {0, 10})] for name in items]
    reached = [
        score_of(score, PARTS, {key: value_given(key, value) for key, value in zip(items, values, strict=True)})
        for values in itertools.product(*least_and_most)
    ]
    scores = [each for each in reached if each is not None]
    assert (min(scores), max(scores)) == extent


def value_given(key: str, value: int | None) -> Answer:
    if value is None:
        return Missing(Reason.DONT_KNOW)
    return Number(Decimal(value)) if key == "worth" else Codes((FREQUENCY[value - 1].code,))
