"""What else the people could have been: patterns near those that occur, and the moves of one person between them.

The auditor asks whether other whole numbers of people fit all that is published. It may look among any patterns it
likes: leaving some out can only make it more careful. What readers know to be impossible is left out (an answer on a
touchpoint that somebody did not take part in; another status for someone who has not changed since a release).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from surveyapp.analysis.counting.patterns import distinct
from surveyapp.analysis.disclosure.audit.patterns import StatusPatterns
from surveyapp.analysis.disclosure.inputs import NO_ANSWER, NOT_THERE

MOST_PATTERNS = 700  # that people may be moved from; a larger system is looked at around its small counts
MOST_SUBSTITUTES = 40  # ways to have taken part in a touchpoint, the most common first
MOST_CELLS = 20_000_000  # patterns times families of secrets, each of which an audit looks up
LEAST_NEIGHBOURS = 4  # of each pattern, however many families there are


@dataclass(frozen=True, kw_only=True)
class NearbyPatterns:
    """`patterns`: those that occur (first) and their neighbours, `people` as true; a move takes one from `source` to
    `target`, indexes of patterns."""

    patterns: StatusPatterns
    source: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]


def nearby(
    people: StatusPatterns,
    touchpoints: Sequence[tuple[str, ...]],
    options: dict[str, int],
    wanted: np.ndarray,
    families: int = 1,
) -> NearbyPatterns:
    """The neighbours of the patterns that occur. `touchpoints` are columns that stand or fall together; `options` how
    many a column has; `wanted` flags patterns that hold small counts, which come first where there are too many; of
    neighbours some are drawn by chance where `families` of secrets are so many that all would be too much."""
    columns = len(people.columns)
    whole = np.concatenate([people.codes, people.places], axis=1)
    chosen = np.arange(len(whole))
    if len(whole) > MOST_PATTERNS:
        # The rare ones that hold secrets, and the common ones, among which partners for an exchange are found.
        order = np.lexsort((people.people, ~wanted))
        common = np.argsort(-people.people, kind="stable")[: MOST_PATTERNS // 3]
        chosen = np.unique(np.concatenate([order[: MOST_PATTERNS - len(common)], common]))
    base = whole[chosen]
    made, origins = [base], [np.arange(len(base))]

    def add(rows: np.ndarray, origin: np.ndarray) -> None:
        made.append(rows)
        origins.append(origin)

    for block in touchpoints:
        places = [index for index, (_, column) in enumerate(people.columns) if column in block]
        found, held = distinct([whole[:, place] for place in places], people.people)
        nobody = np.full((1, len(places)), NOT_THERE, np.int16)
        found = np.concatenate([nobody, found[np.argsort(-held, kind="stable")[:MOST_SUBSTITUTES]]])
        rows = np.repeat(base, len(found), axis=0)
        rows[:, places] = np.tile(found, (len(base), 1))
        add(rows, np.repeat(np.arange(len(base)), len(found)))
        for column in block:
            now = people.columns.index((None, column))
            echoes = [i for i, (release, name) in enumerate(people.columns) if name == column and release is not None]
            asked = np.flatnonzero(base[:, now] >= NO_ANSWER)
            for status in range(NO_ANSWER, options[column]):
                rows = base[asked].copy()
                for echo in echoes:
                    rows[rows[:, echo] == rows[:, now], echo] = status
                rows[:, now] = status
                add(rows, asked)
    for segment in range(len(people.segments)):
        name = people.segments[segment][1]
        if people.segments[segment][0] is not None:
            continue
        twins = [i for i, (_, other) in enumerate(people.segments) if other == name]
        for value in np.unique(people.places[:, segment]):
            rows = base.copy()
            for twin in twins:
                same = rows[:, columns + twin] == base[:, columns + segment]
                rows[same, columns + twin] = value
            add(rows, np.arange(len(base)))
    rows, origin = np.concatenate(made), np.concatenate(origins)
    each = max(LEAST_NEIGHBOURS, MOST_CELLS // (families * max(1, len(base))))
    if len(rows) > each * len(base):
        kept = _drawn(origin, each)
        rows, origin = rows[kept], origin[kept]
    return _joined(people, base, people.people[chosen], rows, origin)


def _drawn(origins: np.ndarray, each: int) -> np.ndarray:
    """Places of at most so many of each origin, drawn by chance: the first, which is the pattern itself, and others."""
    mixed = np.random.default_rng(0).random(len(origins))
    _, first = np.unique(origins, return_index=True)
    mixed[first] = -1.0
    order = np.lexsort((mixed, origins))
    ordered = origins[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    kept: np.ndarray = np.sort(order[rank <= each])
    return kept


def _joined(
    people: StatusPatterns, base: np.ndarray, held: np.ndarray, rows: np.ndarray, origins: np.ndarray
) -> NearbyPatterns:
    _, first, inverse = np.unique(_keys(rows), return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")  # those that occur stand first in the rows
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    target = rank[inverse]
    patterns = rows[first[order]]
    source = target[origins]
    counts = np.zeros(len(patterns), np.int64)
    counts[: len(base)] = held
    moved = source != target
    pairs = (
        np.unique(np.stack([source[moved], target[moved]], axis=1), axis=0) if moved.any() else np.zeros((0, 2), int)
    )
    columns = len(people.columns)
    return NearbyPatterns(
        patterns=replace(people, codes=patterns[:, :columns], places=patterns[:, columns:], people=counts),
        source=pairs[:, 0],
        target=pairs[:, 1],
    )


def _keys(rows: np.ndarray) -> np.ndarray:
    """One number a row, the same for the same rows."""
    lows, spans = rows.min(axis=0).astype(np.int64), np.ptp(rows, axis=0).astype(np.int64) + 1
    key = np.zeros(len(rows), np.int64)
    span = 1
    for column, (low, size) in enumerate(zip(lows, spans, strict=True)):
        if span * int(size) >= 1 << 62:
            key, span = np.unique(key, return_inverse=True)[1].astype(np.int64), len(rows)
        key = key * size + (rows[:, column] - low)
        span *= int(size)
    return key
