"""Which people a number may be about: everyone, a segment's values, those asked every time.

Whatever a reader can choose among is protected together, whichever of it is on the page: otherwise two pages, each
harmless, could be subtracted from one another. So everybody is put in one *cell* of all the segments crossed, and a
slice is a set of cells.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.results import Slice

NOT_KNOWN = "not_known"
"""The value of somebody of whom a segment's attribute was never recorded: in no slice but in the whole."""

CellName = tuple[str, ...]

SliceKey = tuple[Slice, bool]
"""A slice, and whether it is of those asked every time."""


@dataclass(frozen=True)
class Segment:
    """An attribute that results may be split by: its values' codes and labels, and each participant's value."""

    name: str
    labels: Mapping[str, str]
    values: Mapping[Any, str]


@dataclass(frozen=True)
class People:
    """Everybody a result is about. `matched`: those who answered at every moment, where a reader may choose them."""

    segments: tuple[Segment, ...] = ()
    matched: frozenset[Any] | None = None

    def choosing(self, matched: Collection[Any]) -> People:
        """The same people, of whom a reader may also choose those asked every time."""
        return dataclasses.replace(self, matched=frozenset(matched))

    def cell(self, participant: Any) -> CellName:
        values = tuple(segment.values.get(participant, NOT_KNOWN) for segment in self.segments)
        return values if self.matched is None else (*values, "matched" if participant in self.matched else "unmatched")

    def cells(self, participants: Iterable[Any]) -> dict[Any, CellName]:
        """The cell of each of these participants."""
        return {participant: self.cell(participant) for participant in dict.fromkeys(participants)}

    @property
    def nobody(self) -> CellName:
        """A cell to count nobody in."""
        return tuple(NOT_KNOWN for _ in self.segments) + (() if self.matched is None else ("unmatched",))

    def slices(self) -> Iterator[SliceKey]:
        """Every slice a reader can choose, and whether it is of those asked every time."""
        everyone = Slice("", None, None)
        each = [
            Slice(label, segment.name, value) for segment in self.segments for value, label in segment.labels.items()
        ]
        for matched in (False, True) if self.matched is not None else (False,):
            for people in (everyone, *each):
                yield people, matched

    def of(self, segment: str | None) -> list[Slice]:
        """Everyone, and the values of a segment if one is asked for. Raises KeyError for one that is not declared."""
        everyone = [Slice("", None, None)]
        if segment is None:
            return everyone
        found = {each.name: each for each in self.segments}[segment]
        return everyone + [Slice(label, segment, value) for value, label in found.labels.items()]

    def holds(self, people: Slice, matched: bool, cell: CellName) -> bool:
        """Whether a cell's people are in a slice."""
        if matched and cell[-1] != "matched":
            return False
        if people.segment is None:
            return True
        at = [each.name for each in self.segments].index(people.segment)
        return cell[at] == people.value


def row_name(cell: CellName) -> str:
    """A cell's name in a table of counts."""
    return "|".join(cell) or "all"


def group_name(people: Slice, matched: bool) -> str | None:
    """A slice's name in a table of counts; None stands for everyone there."""
    if people.segment is None:
        return "asked twice" if matched else None
    return f"{people.segment}={people.value}" + (" asked twice" if matched else "")
