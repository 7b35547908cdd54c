"""Counts of people, from vectors.

Missing answers: the base is everybody with a substantive answer. Reasons for having none are counted beside it, each by
itself, and never become a zero or an option. Who was not asked belongs to neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from surveyapp.analysis.counting.patterns import tallied, tally
from surveyapp.analysis.counting.vectors import AnswerValue, Vector
from surveyapp.analysis.linked.table import (
    DONT_KNOW,
    LEAST,
    NOT_ASKED,
    PREFER_NOT_TO_SAY,
    SKIPPED,
    Flags,
    Ints,
)
from surveyapp.analysis.statistics.change import JointCounts

BESIDE: Mapping[str, int] = {"dont_know": DONT_KNOW, "prefer_not_to_say": PREFER_NOT_TO_SAY, "skipped": SKIPPED}
"""Reasons that are counted beside the base."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """True counts of a variable among some people: `by_value` in the order of its values, those beside the base by
    reason, and those who handed something in and were not asked. Of a several-choice variable `by_value` counts those
    who chose each, and `base` those who answered; `offered` how many of them each option was offered that a later
    version added."""

    base: int
    values: tuple[AnswerValue, ...]
    by_value: tuple[int, ...]
    missing: Mapping[str, int]
    not_asked: int
    offered: Mapping[AnswerValue, int] = field(default_factory=dict)

    def of(self, value: AnswerValue) -> int:
        return self.by_value[self.values.index(value)]

    @property
    def given(self) -> dict[AnswerValue, int]:
        """People by value, where somebody gave it."""
        return {value: people for value, people in zip(self.values, self.by_value, strict=True) if people}


def counted(vector: Vector, chosen: Flags | None = None) -> Counted:
    """The counts of everybody, or of those `chosen`."""
    return counted_by(vector, None if chosen is None else np.where(chosen, 0, -1), 1)[0]


def counted_by(vector: Vector, groups: Ints | None, size: int) -> list[Counted]:
    """The counts of each group: `groups` has each person's, from 0 to `size` - 1, or a negative number for none."""
    several = vector.several
    width = (1 if several else len(vector.values)) - LEAST
    table = _bincount(vector.codes.astype(np.intp) - LEAST, groups, size, width, vector.people)
    if several:
        each = [
            _bincount(flags.astype(np.intp), groups, size, 2, vector.people)[:, 1]
            for flags in (option & vector.answered for option in vector.chosen)
        ]
        by_value = np.array(each, dtype=np.int64).reshape(len(each), size).T
    else:
        by_value = table[:, -LEAST:]
    without = {
        value: _bincount((flags & vector.answered).astype(np.intp), groups, size, 2, vector.people)[:, 1]
        for value, flags in vector.not_offered.items()
    }
    bases = [int(table[group, -LEAST:].sum()) for group in range(size)]
    return [
        Counted(
            base=bases[group],
            values=vector.values,
            by_value=tuple(int(people) for people in by_value[group]),
            missing={reason: int(table[group, code - LEAST]) for reason, code in BESIDE.items()},
            not_asked=int(table[group, NOT_ASKED - LEAST]),
            offered={value: bases[group] - int(people[group]) for value, people in without.items()},
        )
        for group in range(size)
    ]


def any_of(vector: Vector, members: Sequence[AnswerValue], groups: Ints | None, size: int) -> list[int]:
    """How many of each group chose any of these options of a several-choice variable, each person once."""
    any_chosen = np.zeros(len(vector.codes), dtype=np.bool_)
    for member in members:
        any_chosen |= vector.chosen[vector.values.index(member)]
    found = _bincount((any_chosen & vector.answered).astype(np.intp), groups, size, 2, vector.people)
    return [int(people) for people in found[:, 1]]


@dataclass(frozen=True)
class Linked:
    """People by their answers to two variables: `counts[i][j]` gave value i of the first and j of the second. Those of
    `first_alone_by` have an answer to the first alone, by its values; `second_alone` to the second alone."""

    counts: npt.NDArray[np.int64]
    first_alone_by: npt.NDArray[np.int64]
    second_alone: int

    @property
    def first_alone(self) -> int:
        return int(self.first_alone_by.sum())

    @property
    def base(self) -> int:
        """The matched base: those with an answer to both."""
        return int(self.counts.sum())

    def joint(self, categories: Sequence[str]) -> JointCounts:
        """As joint counts over one list of categories."""
        return JointCounts(tuple(categories), tuple(tuple(int(n) for n in row) for row in self.counts))


def linked_by(before: Vector, after: Vector, groups: Ints | None, size: int) -> list[Linked]:
    """The joint counts of each group; `groups` as in `counted_by`. Missing: only people with an answer to both are
    matched; the others are counted, not imputed."""
    # One place for each pair of answers, the first of either for whoever has none: a single count has all of it.
    height, width = len(before.values) + 1, len(after.values) + 1
    places = _from_none(before.codes) * width + _from_none(after.codes)
    cells = _bincount(places, groups, size, height * width, before.people).reshape(size, height, width)
    return [Linked(each[1:, 1:], each[1:, 0], int(each[0, 1:].sum())) for each in cells]


@dataclass(frozen=True)
class LinkedValues:
    """People by what they gave before and after, of values too many for a table; `first_alone`
    have the first alone, `second_alone` the second alone."""

    pairs: Mapping[tuple[AnswerValue, AnswerValue], int]
    first_alone: int
    second_alone: int

    @property
    def base(self) -> int:
        """The matched base."""
        return sum(self.pairs.values())


def linked_values_by(before: Vector, after: Vector, groups: Ints | None, size: int) -> list[LinkedValues]:
    """As `linked_by`, for numbers, days and times: only the pairs that somebody gave are there."""
    width = len(after.values)
    found = []
    for group in range(size):
        inside = np.ones(len(before.codes), dtype=np.bool_) if groups is None else groups == group
        one, two = before.codes[inside], after.codes[inside]
        own = None if before.people is None else before.people[inside]
        both = (one >= 0) & (two >= 0)
        places, people = tallied(one[both].astype(np.int64) * width + two[both], None if own is None else own[both])
        pairs = {
            (before.values[place // width], after.values[place % width]): int(count)
            for place, count in zip(places, people, strict=True)
        }
        first, second = _how_many((one >= 0) & (two < 0), own), _how_many((one < 0) & (two >= 0), own)
        found.append(LinkedValues(pairs, first, second))
    return found


def _from_none(codes: Ints) -> npt.NDArray[np.intp]:
    """Codes from 1, and 0 for every sort of none."""
    return np.maximum(codes, -1).astype(np.intp) + 1


def _how_many(chosen: Flags, people: Ints | None) -> int:
    return int(chosen.sum() if people is None else people[chosen].sum())


def _bincount(
    places: npt.NDArray[np.intp], groups: Ints | None, size: int, width: int, people: Ints | None
) -> npt.NDArray[Any]:
    """How many are in each (group, place): an array of `size` rows and `width` columns."""
    if groups is None:
        return tally(places, width, people).reshape(1, width)
    flat = _from_none(groups) * width + places
    return tally(flat, (size + 1) * width, people).reshape(size + 1, width)[1:]
