"""The linked table of a group: one row a participant, a column for each touchpoint and variable.

| column | holds |
| --- | --- |
| answers to a variable at a touchpoint | an index into the column's `values`, or an absence (below) |
| the options of a several-choice variable | whether each was chosen |
| the version at a touchpoint | which was answered; `NO_RESPONSE` where nothing was handed in |
| an attribute | an index into its values, or `NOT_KNOWN` |
| the site | an index into the table's sites, or `NOT_KNOWN` |

Absences are negative: `NO_RESPONSE`, `NOT_ASKED`, `DONT_KNOW`, `PREFER_NOT_TO_SAY`, `SKIPPED`. Columns are read-only.

A row may also stand for all the people who are alike in its columns, and say for how many (`counting/alike`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from surveyapp.domain.answers import Reason
from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.responses import CountedValue

NO_RESPONSE, NOT_ASKED, DONT_KNOW, PREFER_NOT_TO_SAY, SKIPPED = -1, -2, -3, -4, -5
NOT_KNOWN = -1
LEAST = SKIPPED
"""The least of the absences."""

ABSENCE: Mapping[Reason, int] = {
    Reason.NOT_ASKED: NOT_ASKED,
    Reason.DONT_KNOW: DONT_KNOW,
    Reason.PREFER_NOT_TO_SAY: PREFER_NOT_TO_SAY,
    Reason.SKIPPED: SKIPPED,
}

Ints = npt.NDArray[np.signedinteger[Any]]
Flags = npt.NDArray[np.bool_]
ColumnKey = tuple[int, PartType, str]
"""(touchpoint, what its answers are, the variable's key). One that became another sort of answer has two columns."""


@dataclass(frozen=True)
class LinkedColumn:
    """One variable at one touchpoint. `codes` index `values`, which are in the order in which they were first met; of a
    several-choice variable there are none, `codes` is 0 where it was answered, and `chosen` says what, by option.
    `unsound`: what is stored contradicts itself (two answers, or an answer and a reason for having none)."""

    codes: Ints
    values: tuple[CountedValue, ...] = ()
    chosen: Mapping[str, Flags] = field(default_factory=dict)
    unsound: bool = False


@dataclass(frozen=True)
class AttributeColumn:
    """What is known of people, or of their sites: `codes` index `values`."""

    codes: Ints
    values: tuple[str, ...]


@dataclass(frozen=True)
class ScoreColumn:
    """A score: `codes` index `values`. `unsound`: an item's answers do not fit, and nobody is scored."""

    codes: Ints
    values: tuple[Fraction, ...]
    unsound: bool = False


@dataclass(frozen=True, kw_only=True)
class LinkedTable:
    """A group's people and their answers.

    `people` are participants' ids, 16 bytes each; `sites` sites' ids in hex, which `site` indexes. `state`: which state
    of the answers it shows; `on`: the day on which attributes were read. Where rows are of people alike, `stands_for`
    says how many each has, there are no ids and no sites, and `scores` holds what was scored of each, by touchpoint and
    score.
    """

    group: str
    state: str
    on: dt.date
    people: npt.NDArray[np.void]
    sites: tuple[str, ...]
    site: Ints
    attributes: Mapping[str, AttributeColumn]
    versions: Mapping[int, Ints]
    columns: Mapping[ColumnKey, LinkedColumn]
    stands_for: Ints | None = None
    scores: Mapping[tuple[int, str], ScoreColumn] = field(default_factory=dict)
    _answered: dict[int, frozenset[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.site)

    def how_many(self, chosen: Flags) -> int:
        """How many people are in the rows that are chosen."""
        return int(chosen.sum() if self.stands_for is None else self.stands_for[chosen].sum())

    @property
    def answered_at_all(self) -> int:
        """How many people handed in anything."""
        there = [versions != NO_RESPONSE for versions in self.versions.values()]
        return self.how_many(np.logical_or.reduce(there)) if there else 0

    def nobody_answered(self) -> Ints:
        """A column of nobody's answers."""
        return np.full(len(self), NO_RESPONSE, dtype=np.int16)

    def version(self, touchpoint: int) -> Ints:
        """Which version each answered at a touchpoint."""
        found = self.versions.get(touchpoint)
        return self.nobody_answered() if found is None else found

    def answered_versions(self, touchpoint: int) -> frozenset[int]:
        """The versions that somebody answered at a touchpoint."""
        if touchpoint not in self._answered:
            people = np.bincount(self.version(touchpoint).astype(np.intp) - NO_RESPONSE)
            self._answered[touchpoint] = frozenset((np.flatnonzero(people) + NO_RESPONSE).tolist()) - {NO_RESPONSE}
        return self._answered[touchpoint]

    def attribute(self, name: str) -> AttributeColumn:
        """Raises KeyError for one that the table does not hold."""
        return self.attributes[name]
