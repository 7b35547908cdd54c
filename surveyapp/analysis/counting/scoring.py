"""Scores of validated scales, of everybody at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from surveyapp.analysis.counting.vectors import AnswerValue, Vector, vector
from surveyapp.analysis.linked.table import NO_RESPONSE, NOT_ASKED, SKIPPED, Ints, LinkedTable
from surveyapp.domain.answers import Answer, Codes, Number
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Option, Question, Score
from surveyapp.domain.instrument.scores import band_of, score_of
from surveyapp.domain.instrument.translation import in_language_of
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
        kinds, which = _alike([item.codes[rows] for item in items])
        made = np.empty(len(kinds), dtype=np.int64)
        for index, kind in enumerate(kinds):
            answers = {
                key: _answer(item.values[code])
                for key, item, code in zip(score.items, items, kind, strict=True)
                if code >= 0
            }
            value = score_of(score, parts, answers)
            if value is None:
                made[index] = NOT_ASKED if all(code in (NOT_ASKED, NO_RESPONSE) for code in kind) else SKIPPED
            else:
                made[index] = places.setdefault(value, len(places))
        codes[rows] = made[which]
    found = list(places)
    order = sorted(range(len(found)), key=found.__getitem__)
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    codes[codes >= 0] = rank[codes[codes >= 0]]
    return Vector(codes.astype(np.int32), tuple(found[index] for index in order))


def banded(scores: Vector, score: Score) -> Vector:
    """Everybody's band. A score in no band is as good as none: *skipped*."""
    place = {band.code: index for index, band in enumerate(score.bands)}
    bands = [band_of(score, value) for value in scores.values if isinstance(value, Fraction)]
    turn = np.array([SKIPPED if band is None else place[band.code] for band in bands], dtype=np.int16)
    codes = scores.codes.astype(np.int16)
    answered = scores.codes >= 0
    codes[answered] = turn[scores.codes[answered]]
    return Vector(codes, tuple(band.code for band in score.bands))


def _alike(items: Sequence[Ints]) -> tuple[list[tuple[int, ...]], Ints]:
    """The different rows that several columns make, and which of them each row is."""
    which = np.zeros(len(items[0]), dtype=np.int64)
    firsts = np.arange(len(items[0]))
    for item in items:
        low = int(item.min())
        width = int(item.max()) - low + 1
        _, firsts, which = np.unique(
            which * width + (item.astype(np.int64) - low), return_index=True, return_inverse=True
        )
    return [tuple(int(item[first]) for item in items) for first in firsts], which


def _answer(value: AnswerValue) -> Answer:
    assert not isinstance(value, (bool, Fraction))
    return Codes((value,)) if isinstance(value, str) else Number(value)  # type: ignore[arg-type]
