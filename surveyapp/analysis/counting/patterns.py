"""People by what they have in common: the different rows of some columns, and how many people each stands for. Of
people in parts the patterns of the whole are those of the parts, added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

PeopleCounts = npt.NDArray[np.int64]
WholeNumbers = npt.NDArray[np.integer[Any]]

COUNTED_DIRECTLY = 1 << 24
"""Among so many possible patterns those that are there are found by counting; among more, by looking each up."""


def tally(ids: WholeNumbers, width: int, people: WholeNumbers | None = None) -> PeopleCounts:
    """How many people have each id, of `width` ids; `people`: how many stand behind each. (A float holds whole numbers
    exactly far beyond any cohort.)"""
    if people is None:
        return np.bincount(ids, minlength=width)
    return np.rint(np.bincount(ids, weights=people, minlength=width)).astype(np.int64)


def tallied(ids: WholeNumbers, people: WholeNumbers | None = None) -> tuple[PeopleCounts, PeopleCounts]:
    """The ids that are there, from the least, and how many people have each."""
    place, found = pd.factorize(ids)
    order = np.argsort(found)
    return found[order].astype(np.int64), tally(place, len(found), people)[order]


def distinct(
    arrays: Sequence[WholeNumbers], people: WholeNumbers | None = None, kind: type[np.signedinteger[Any]] = np.int16
) -> tuple[npt.NDArray[Any], PeopleCounts]:
    """The different rows of columns of one length as an array of a `kind`, in order, and how many people each stands
    for."""
    length = len(arrays[0]) if arrays else 0
    if not length:
        return np.zeros((0, len(arrays)), kind), np.zeros(0, np.int64)
    lows = [int(array.min()) for array in arrays]
    spans = [int(array.max()) - low + 1 for array, low in zip(arrays, lows, strict=True)]
    key, span = np.zeros(length, np.int64), 1
    folded = False
    for array, low, size in zip(arrays, lows, spans, strict=True):
        if size == 1:
            continue
        if span * size >= 1 << 62:
            key, span, folded = np.unique(key, return_inverse=True)[1].astype(np.int64), length, True
        if span > 1:
            key *= size
        key += array
        key -= low
        span *= size
    if folded:
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        held = tally(inverse, len(first), people)
        chosen = np.asarray(np.stack([array[first] for array in arrays], axis=1), kind)
        return chosen[held > 0], held[held > 0]
    # Counting has an array of all possible patterns: where they are many more than people, looking up costs less.
    if span <= min(COUNTED_DIRECTLY, max(1 << 16, 2 * length)):
        counts = tally(key, span, people)
        found = np.flatnonzero(counts)
        held = counts[found]
    else:
        found, held = tallied(key, people)
        found, held = found[held > 0], held[held > 0]
    parts = np.unravel_index(found, spans)
    return np.asarray(np.stack([part + low for part, low in zip(parts, lows, strict=True)], axis=1), kind), held
