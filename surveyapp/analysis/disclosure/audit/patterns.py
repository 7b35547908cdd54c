"""People by what they have in common: each pattern of statuses and segment values, and how many people follow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveyapp.analysis.counting.patterns import PeopleCounts, distinct, tally
from surveyapp.analysis.disclosure.inputs import (
    NOT_THERE,
    Cohort,
    EarlierRelease,
    Selection,
    StatusCodes,
)

PatternColumn = tuple[int | None, str]  # a release (None: the one being made), and a column or a segment of it
PatternFlags = npt.NDArray[np.bool_]
SHIFT = -NOT_THERE  # a status plus this is never negative


@dataclass(frozen=True, kw_only=True)
class StatusPatterns:
    """`codes` (patterns, columns) and `places` (patterns, segments) as int16; `people` follow each pattern."""

    columns: tuple[PatternColumn, ...]
    segments: tuple[PatternColumn, ...]
    codes: npt.NDArray[np.int16]
    places: npt.NDArray[np.int16]
    people: PeopleCounts

    def __len__(self) -> int:
        return len(self.people)

    def status(self, column: str, release: int | None = None) -> npt.NDArray[np.int16]:
        return self.codes[:, self.columns.index((release, column))]

    def place(self, segment: str, release: int | None = None) -> npt.NDArray[np.int16]:
        """A segment's value in a release, or now where the release kept no value of its own."""
        key = (release, segment) if (release, segment) in self.segments else (None, segment)
        return self.places[:, self.segments.index(key)]

    def of(self, who: Selection) -> PatternFlags:
        """Which patterns a selection counts."""
        chosen = np.ones(len(self.codes), dtype=bool)
        if who.place is not None:
            chosen &= self.place(who.place[0], who.release) == who.place[1]
        for column, statuses in who.parts:
            wanted = np.zeros(1 << 15, dtype=bool) if max(statuses, default=0) > 250 else np.zeros(256, dtype=bool)
            wanted[np.array(statuses, dtype=np.intp) + SHIFT] = True
            chosen &= wanted[self.status(column, who.release) + SHIFT]
        if who.moved is not None:
            before, after = self.status(who.moved[0], who.release), self.status(who.moved[1], who.release)
            chosen &= (before >= 0) & (after >= 0) & (np.sign(after - before) == who.moved[2])
        return chosen

    def knows(self, who: Selection) -> bool:
        """Whether all that a selection names is a column here."""
        named = [column for column, _ in who.parts] + list(who.moved[:2] if who.moved else ())
        segment = who.place is None or (None, who.place[0]) in self.segments
        return segment and all((who.release, column) in self.columns for column in named)

    def counts(self, column: str, width: int, place: str | None = None, values: int = 1) -> PeopleCounts:
        """People by (value of the segment, status + SHIFT), or by status alone as one row: (values, width + SHIFT)."""
        ids = self.status(column).astype(np.int64) + SHIFT
        if place is not None:
            where = self.place(place).astype(np.int64)
            ids = np.where(where >= 0, where, values) * (width + SHIFT) + ids
            return tally(ids, (values + 1) * (width + SHIFT), self.people).reshape(values + 1, -1)
        return tally(ids, width + SHIFT, self.people).reshape(1, -1)

    def pairs(self, before: str, after: str, width: int) -> PeopleCounts:
        """People by (status + SHIFT at the earlier moment, at the later)."""
        side = width + SHIFT
        ids = (self.status(before).astype(np.int64) + SHIFT) * side + self.status(after) + SHIFT
        return tally(ids, side * side, self.people).reshape(side, side)


def gather(
    cohort: Cohort, columns: Sequence[str], segments: Sequence[str], earlier: Sequence[EarlierRelease] = ()
) -> StatusPatterns:
    """The patterns of some columns and segments, with those of earlier releases over the same people."""
    columns, segments = list(dict.fromkeys(columns)), list(dict.fromkeys(segments))
    cohort = cohort.holding(columns)
    keys: list[PatternColumn] = [(None, name) for name in columns]
    places: list[PatternColumn] = [(None, name) for name in segments]
    arrays: list[StatusCodes] = [np.asarray(cohort.columns[name]) for name in columns]
    where: list[StatusCodes] = [np.asarray(cohort.segments[name]) for name in segments]
    for release in earlier:
        then = cohort.before.get(release.number, release.columns)
        at = cohort.segments_before.get(release.number, release.segments)
        for name in columns:
            if name in then:
                keys.append((release.number, name))
                arrays.append(np.asarray(then[name]))
        for name in segments:
            if name in at:
                places.append((release.number, name))
                where.append(np.asarray(at[name]))
    codes, people = distinct([*arrays, *where], cohort.people)
    return StatusPatterns(
        columns=tuple(keys),
        segments=tuple(places),
        codes=codes[:, : len(keys)],
        places=codes[:, len(keys) :],
        people=people,
    )
