"""Scores of validated scales, of everybody at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from surveyapp.analysis.counting.vectors import AnswerValue, Vector, vector
from surveyapp.analysis.linked.table import NO_RESPONSE, NOT_ASKED, SKIPPED, Ints, LinkedTable
from surveyapp.domain.answers import Answer, Codes, Number
from surveyapp.domain.i18n import in_language_of
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Option, Question, Score
from surveyapp.domain.instrument.scores import band_of, item_value, score_from
from surveyapp.domain.versions.comparability import Link


def bands_part(score: Score) -> Part:
    """A score's bands as a variable: an option a band, from the lowest."""
    options = tuple(
        Option(code=band.code, label=in_language_of(band.label, f"{band.label} ({band.low}–{band.high})"))
        for band in score.bands
    )
    question = Question(id=score.id, kind="choice", text=score.title, options=options)
    return Part(key=score.id, name=score.id, moment=None, type=PartType.CODE, label=score.title, question=question)


ItemLinks = Mapping[str, Mapping[int, Link]]
"""For each item of a score how each version's answers become answers in the wording counted in."""


def scored(table: LinkedTable, touchpoint: int, score: Score, parts: Mapping[str, Part], links: ItemLinks) -> Vector:
    """Everybody's score, exact, from the lowest. `parts`: its items as they are counted. `links` has the versions whose
    answers are scored with it; other responses are left out. Without a score: *not asked* where no item was, *skipped*
    where too few have an answer. Raises ValueError as `vector` does."""
    versions = sorted(links[score.items[0]])
    codes = np.full(len(table), NO_RESPONSE, dtype=np.int64)
    places: dict[Fraction, int] = {}
    rows = np.flatnonzero(np.isin(table.version(touchpoint), versions))
    if len(rows):
        items = [vector(table, touchpoint, parts[key], links[key]) for key in score.items]
        total, answered, denominator = _totals(score, [parts[key] for key in score.items], items, rows)
        # As many scores as there are different totals of as many answers: few, however many people.
        kinds, which = _kinds(total * (len(items) + 1) + answered)
        made = np.empty(len(kinds), dtype=np.int64)
        for index, kind in enumerate(kinds.tolist()):
            value = score_from(score, Fraction(kind // (len(items) + 1), denominator), kind % (len(items) + 1))
            made[index] = SKIPPED if value is None else places.setdefault(value, len(places))
        codes[rows] = made[which]
        nothing = np.logical_and.reduce([np.isin(item.codes[rows], (NOT_ASKED, NO_RESPONSE)) for item in items])
        codes[rows[nothing & (codes[rows] < 0)]] = NOT_ASKED
    found = list(places)
    order = sorted(range(len(found)), key=found.__getitem__)
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    codes[codes >= 0] = rank[codes[codes >= 0]]
    return Vector(codes.astype(np.int32), tuple(found[index] for index in order), people=table.stands_for)


def banded(scores: Vector, score: Score) -> Vector:
    """Everybody's band. A score in no band is as good as none: *skipped*."""
    place = {band.code: index for index, band in enumerate(score.bands)}
    bands = [band_of(score, value) for value in scores.values if isinstance(value, Fraction)]
    turn = np.array([SKIPPED if band is None else place[band.code] for band in bands], dtype=np.int16)
    codes = scores.codes.astype(np.int16)
    answered = scores.codes >= 0
    codes[answered] = turn[scores.codes[answered]]
    return Vector(codes, tuple(band.code for band in score.bands), people=scores.people)


def _totals(score: Score, parts: Sequence[Part], items: Sequence[Vector], rows: Ints) -> tuple[Ints, Ints, int]:
    """What the items of each row come to, as numerators over a denominator, and how many of them have an answer."""
    worth = [
        [item_value(score, part, _answer(value)) for value in item.values]
        for part, item in zip(parts, items, strict=True)
    ]
    denominator = math.lcm(*(each.denominator for values in worth for each in values if each is not None))
    total, answered = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    for values, item in zip(worth, items, strict=True):
        # Absences are negative: they index the last place, which counts nothing.
        counts = np.array([each is not None for each in values] + [False])
        numbers = np.array([int((each or 0) * denominator) for each in values] + [0], np.int64)
        place = np.where(item.codes[rows] >= 0, item.codes[rows], -1)
        total += numbers[place]
        answered += counts[place]
    return total, answered, denominator


MOST_PLACES = 1_000_000
"""Among how many numbers those that are there are looked for by counting; among more, by sorting."""


def _kinds(numbers: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.intp]]:
    """The different numbers, from the least, and for each number which of them it is."""
    least = int(numbers.min())
    if int(numbers.max()) - least > MOST_PLACES:
        return np.unique(numbers, return_inverse=True)
    places = numbers - least
    there = np.bincount(places) > 0
    return np.flatnonzero(there) + least, (np.cumsum(there) - 1)[places]


def _answer(value: AnswerValue) -> Answer:
    assert not isinstance(value, (bool, Fraction))
    return Codes((value,)) if isinstance(value, str) else Number(value)  # type: ignore[arg-type]  # a number else
