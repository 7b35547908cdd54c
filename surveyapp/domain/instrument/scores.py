"""Scores of validated scales: a sum or a mean of several answers, some of them reversed, with bands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from surveyapp.domain.answers import Answer, Answers, Codes, Number
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.questionnaire import Band, Score


def value_of(part: Part, answer: Answer | None) -> int | Fraction | None:
    """What an answer counts: its option's value, or the number itself. None without a substantive answer."""
    match answer:
        case Codes((code,)):
            option = part.question.option(code)
            return option.value if option else None
        case Number(value):
            return Fraction(value)
        case _:
            return None


def range_of(part: Part) -> tuple[int, int] | None:
    """The least and the greatest an answer can count; None where it has no limits."""
    values = [option.value for option in part.question.options if option.value is not None]
    if values:
        return min(values), max(values)
    low, high = part.question.minimum, part.question.maximum
    return None if low is None or high is None else (low, high)


def extent_of(score: Score, parts: Mapping[str, Part]) -> tuple[Fraction, Fraction] | None:
    """The lowest and the highest a score can come to (`score_from`); None where an item has no limits. Fewer answers
    can come to more than all of them do, where the items' limits differ."""
    ends = [range_of(parts[key]) for key in score.items]
    limits = [each for each in ends if each is not None]
    if len(limits) < len(ends):
        return None
    fewest = min(max(score.minimum_answered, 1), len(limits))
    lows = sorted(low for low, _ in limits)[:fewest]
    highs = sorted((high for _, high in limits), reverse=True)[:fewest]
    times = len(limits) if score.method == "sum" else 1
    return Fraction(sum(lows) * times, fewest), Fraction(sum(highs) * times, fewest)


def turned_items(scores: Iterable[Score]) -> frozenset[str]:
    """The variables that are worded the other way round: every score that they are an item of turns them round."""
    held = [(key, key in score.reverse) for score in scores for key in score.items]
    return frozenset(key for key, turned in held if turned) - {key for key, turned in held if not turned}


def item_value(score: Score, part: Part, answer: Answer | None) -> Fraction | None:
    """What one item counts in a score: x_i, or low + high - x_i where it is reversed. None without an answer."""
    value = value_of(part, answer)
    if value is None:
        return None
    if part.key in score.reverse:
        low, high = range_of(part) or (0, 0)
        value = low + high - value
    return Fraction(value)


def score_from(score: Score, total: Fraction, answered: int) -> Fraction | None:
    """The score of one response whose `answered` items come to a total, exact; None where fewer than
    `minimum_answered` items have an answer.

    With m the mean over the k items answered of n: a mean is m, a sum is m * n, which is the plain sum when every item
    is answered and otherwise puts the person's own mean in the place of what is missing (person-mean imputation: Downey
    and King 1998, Journal of General Psychology 125(2)). A scale that allows no missing item, such as SWEMWBS, sets
    `minimum_answered` to the number of its items.
    """
    if answered < score.minimum_answered or not answered:
        return None
    mean = total / answered
    return mean * len(score.items) if score.method == "sum" else mean


def score_of(score: Score, parts: Mapping[str, Part], answers: Answers) -> Fraction | None:
    """The score of one response (`score_from`): the rule in words. `analysis.counting.scoring` says it of everybody at
    once, and a test holds the two together."""
    values = [item_value(score, parts[key], answers.get(key)) for key in score.items]
    counted = [value for value in values if value is not None]
    return score_from(score, sum(counted, Fraction(0)), len(counted))


def band_of(score: Score, value: Fraction) -> Band | None:
    """The band a score falls in. What lies between two bands, which only imputation can give, is of the lower."""
    reached = [band for band in score.bands if band.low <= value]
    if not reached or value > max(band.high for band in score.bands):
        return None
    return max(reached, key=lambda band: band.low)
