"""Which people a number is about: everyone, the values of an attribute, those alone who are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from surveyapp.analysis.counting.counts import (
    Counted,
    Linked,
    LinkedValues,
    any_of,
    counted_by,
    linked_by,
    linked_values_by,
)
from surveyapp.analysis.counting.vectors import AnswerValue, Vector
from surveyapp.analysis.linked.table import AttributeColumn, Flags, Ints
from surveyapp.domain.results import Slice

EVERYONE = Slice("")
T = TypeVar("T")


@dataclass(frozen=True)
class Split:
    """Slices of the people looked at: everyone first, then each value of an attribute if one is asked for. `everyone`
    and `groups` say of each person whether they are in the first, and in which of the others; negative for none."""

    slices: tuple[Slice, ...]
    everyone: Ints | None
    groups: Ints | None

    def each(self, count: Callable[[Ints | None, int], list[T]]) -> list[T]:
        """What `count` makes of everyone and of each group, for each slice."""
        found = count(self.everyone, 1) if EVERYONE in self.slices else []
        return found if self.groups is None else found + count(self.groups, len(self.slices) - len(found))

    def is_asked(self, people: Slice) -> bool:
        """Whether it is for these that people are split: everyone of a split is there to set the others against."""
        return self.groups is None or people.segment is not None

    def counted(self, vector: Vector) -> list[Counted]:
        """A variable's counts, for each slice."""
        return self.each(lambda groups, size: counted_by(vector, groups, size))

    def any_of(self, vector: Vector, members: tuple[AnswerValue, ...]) -> list[int]:
        """How many chose any of these options of a several-choice variable, for each slice."""
        return self.each(lambda groups, size: any_of(vector, members, groups, size))

    def linked(self, before: Vector, after: Vector) -> list[Linked]:
        """The joint counts of two variables, for each slice."""
        return self.each(lambda groups, size: linked_by(before, after, groups, size))

    def linked_values(self, before: Vector, after: Vector) -> list[LinkedValues]:
        """The same of two variables of numbers, days or times."""
        return self.each(lambda groups, size: linked_values_by(before, after, groups, size))


def everybody(looked_at: Flags | None = None) -> Split:
    """Everyone together; `looked_at`: of these alone."""
    return Split((EVERYONE,), None if looked_at is None else np.where(looked_at, 0, -1), None)


def by_attribute(
    name: str, column: AttributeColumn, labels: Mapping[str, str], looked_at: Flags | None = None
) -> Split:
    """Everyone, and those with each value of an attribute; whoever's value is not known is among everyone alone."""
    slices = tuple(Slice(labels.get(value, value), name, value) for value in column.values)
    groups = column.codes if looked_at is None else np.where(looked_at, column.codes, -1)
    return Split((EVERYONE, *slices), everybody(looked_at).everyone, groups)
