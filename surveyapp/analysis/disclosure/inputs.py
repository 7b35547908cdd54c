"""What a release is made of, as the protection sees it: statuses of people, never their words or who they are.

A cohort is a set of integer columns, one a variable at a moment, one row a person (or a pattern of people, with how
many follow it). A status of 0 or more is the index of an option; below that are the three ways to have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from surveyapp.analysis.counting.patterns import PeopleCounts
from surveyapp.domain.instrument.study import Thresholds

NO_ANSWER = -1  # asked, and gave no answer that counts
NOT_ASKED = -2  # took part in the touchpoint and was routed past
NOT_THERE = -3  # did not take part in the touchpoint
UNKNOWN = -1  # a segment value that is not known

StatusCodes = npt.NDArray[np.integer]
SlicePlace = tuple[str, int] | None  # a segment and the index of its value; None is everybody
RoutedBy = Literal["everybody", "fact", "opinion", "changed"]
OptionsKind = Literal["ordered", "nominal"]


def small(thresholds: Thresholds, count: int) -> bool:
    """Whether this count is one that nobody may see or work out (standards.md, small bases)."""
    return 0 < count < thresholds.minimum_cell


def window(thresholds: Thresholds, count: int) -> tuple[int, int]:
    """The range of five that a count falls in: 0 to 4, 5 to 9, ...; wider where counts of more than 4 are hidden."""
    width = max(5, thresholds.minimum_cell)
    low = count - count % width
    return low, low + width - 1


@dataclass(frozen=True, kw_only=True)
class StatusMoment:
    """One row of a variable over everybody: a column of the cohort.

    `asked_told`: how many were asked is known to readers, since the answer that routes is a fact or its count is told.
    """

    column: str
    touchpoint: str
    collecting: bool = False
    routed: RoutedBy = "everybody"
    asked_told: bool = False


@dataclass(frozen=True, kw_only=True)
class StatusTable:
    """One variable of one group: its options in order, its moments, and what of it a release shows.

    An option of a several-choice question is a table of its own with the options "no" and "yes" and kind nominal; a
    number comes binned, as ordered with `binned`: what is computed from its values is never told. `favourable` are
    indexes of options; empty where there is no good side. `pairs` are indexes of moments, the earlier first.
    `segments` are those whose splits are published, of those of the cohort.
    """

    key: str
    options: tuple[str, ...]
    kind: OptionsKind
    moments: tuple[StatusMoment, ...]
    favourable: tuple[int, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    segments: tuple[str, ...] = ()
    binned: bool = False


@dataclass(frozen=True)
class CrossedMoments:
    """A declared crosstab: a moment of one table against a moment of another, each as (table key, index of moment)."""

    first: tuple[str, int]
    second: tuple[str, int]

    @property
    def key(self) -> str:
        return f"{self.first[0]}@{self.first[1]} x {self.second[0]}@{self.second[1]}"


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """People as columns of one length: `columns` by name (int, statuses), `segments` by name (int, -1 is not known).

    `people` is how many follow each row; None is one each. `values` is how many values each segment has. The mapping of
    columns may be lazy: each is read once for each table that needs it. Rows of a cohort are aligned with those of
    every earlier release's columns: somebody who was not in one has NOT_THERE in all of its columns.

    Where people were counted in parts they have no rows of their own, and a row for all who are alike in everything
    would be one each: then `pieces` are of those alike in some columns each, all that are looked at together, and
    `before` has, of a piece, what their statuses were in each earlier release, by its number; `segments_before` their
    segments, where they were kept.
    """

    columns: Mapping[str, StatusCodes]
    segments: Mapping[str, StatusCodes]
    values: Mapping[str, int]
    people: PeopleCounts | None = None
    pieces: tuple[Cohort, ...] = ()
    before: Mapping[int, Mapping[str, StatusCodes]] = field(default_factory=dict)
    segments_before: Mapping[int, Mapping[str, StatusCodes]] = field(default_factory=dict)

    def holding(self, columns: Sequence[str]) -> Cohort:
        """Where people are told apart by all of these columns."""
        if not self.pieces:
            return self
        return next(piece for piece in self.pieces if set(columns) <= set(piece.columns))


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which people a number counts: a conjunction over columns of one release (None is the one being made).

    `parts` are (column, statuses); `moved` is (earlier column, later column, sign) for those whose option rose (1),
    stayed (0) or fell (-1); `place` is a segment's value.
    """

    place: SlicePlace = None
    parts: tuple[tuple[str, tuple[int, ...]], ...] = ()
    moved: tuple[str, str, int] | None = None
    release: int | None = None


@dataclass(frozen=True)
class PublishedCount:
    """One number that readers can take from a release: from `low` to `high` people; `high` None has no upper end.

    `holds_some` is set where a reader knows that it is not 0 although the range begins there.
    """

    who: Selection
    low: int
    high: int | None
    holds_some: bool = False


@dataclass(frozen=True, kw_only=True)
class EarlierRelease:
    """A release that can still be read: what it told of a table, and the statuses that its people had in it.

    `columns` are by the same names as now; `segments` as they were, left out where they have not changed. Of people who
    were counted in parts both are in the rows of the cohort's pieces (`Cohort.before`, `Cohort.segments_before`).
    """

    number: int
    published: Mapping[str, tuple[PublishedCount, ...]]
    columns: Mapping[str, StatusCodes]
    segments: Mapping[str, StatusCodes]
