"""One system of people, what may be kept of it from one audit to the next: rows, cells, and changes as proofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from surveyapp.analysis.counting.patterns import PeopleCounts
from surveyapp.analysis.disclosure.audit.moves import NearbyPatterns
from surveyapp.analysis.disclosure.audit.patterns import StatusPatterns
from surveyapp.analysis.disclosure.audit.secrets import CellFamily, CellIds
from surveyapp.analysis.disclosure.inputs import PublishedCount, Selection

FREE = 1 << 40


@dataclass(frozen=True, kw_only=True)
class PinnedCell:
    """A secret that can be worked out: a cell of a family. `by` are the indexes of the published counts that do it,
    by the duals of the linear program."""

    family: int
    cell: int
    name: str
    by: tuple[int, ...]


@dataclass(frozen=True)
class ChangeProof:
    """A change that a published set allows: by how many people these patterns differ, and the secrets that it moves."""

    moved: CellIds
    by: PeopleCounts
    closes: list[tuple[int, CellIds]]


PROGRAMS = 400
"""So many programs are solved for one table before what is not proved otherwise counts as pinned."""


@dataclass(kw_only=True)
class Auditor:
    """One system of people, of which any set of published counts may be audited (`attempts.find_pinned`).

    `people` are the true patterns, `near` what else they could have been, `found` the families with at least one
    secret and `secret` the flags of their cells. `budget`: how many programs may be `spent`; a number and no time, so
    that every machine comes to the same release. `suspects`: the secrets that were pinned before, by family and cell.
    """

    people: StatusPatterns
    near: NearbyPatterns
    found: list[CellFamily]
    secret: list[npt.NDArray[np.bool_]]
    seed: int = 0
    budget: int = PROGRAMS
    spent: int = 0
    suspects: set[tuple[int, int]] = field(default_factory=set)
    _masks: dict[Selection, tuple[npt.NDArray[np.int8], int]] = field(default_factory=dict)
    _cells: dict[int, CellIds] = field(default_factory=dict)
    proofs: list[ChangeProof] = field(default_factory=list)
    _table: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 0), np.int32))

    @property
    def exhausted(self) -> bool:
        """Whether no more programs are solved."""
        return self.spent >= self.budget

    def keep(self, moved: CellIds, by: PeopleCounts) -> None:
        """Keep a change, with the secrets that it moves: the next audit of nearly the same numbers begins with it."""
        where = self._stacked()[:, moved]  # (families, patterns moved)
        net = np.zeros(where.shape, np.int64)
        for index, people in enumerate(by.tolist()):
            net += people * (where == where[:, [index]])
        closes: dict[int, list[int]] = {}
        for family, index in np.argwhere(net != 0).tolist():
            cell = int(where[family, index])
            if cell < len(self.secret[family]) and self.secret[family][cell]:
                closes.setdefault(family, []).append(cell)
        self.proofs.append(ChangeProof(moved, by, [(family, np.array(cells)) for family, cells in closes.items()]))

    def _stacked(self) -> npt.NDArray[np.int32]:
        """The cell of each nearby pattern in every family."""
        if len(self._table) != len(self.found):
            self._table = np.stack([self.cells(family) for family in range(len(self.found))]).astype(np.int32)
        return self._table

    @property
    def last_proof(self) -> tuple[CellIds, PeopleCounts]:
        return self.proofs[-1].moved, self.proofs[-1].by

    def add(self, family: CellFamily, flags: npt.NDArray[np.bool_]) -> None:
        """One more family with secrets."""
        self.found.append(family)
        self.secret.append(flags)

    def cells(self, family: int) -> CellIds:
        """The cell of each nearby pattern in a family; the family's width where it is in none."""
        if family not in self._cells:
            one = self.found[family]
            ids = one.cells(self.near.patterns)
            self._cells[family] = np.where(ids < 0, one.width, ids)
        return self._cells[family]

    def _mask(self, who: Selection) -> tuple[npt.NDArray[np.int8], int]:
        if who not in self._masks:
            true = int(self.people.people[self.people.of(who)].sum())
            self._masks[who] = (self.near.patterns.of(who).astype(np.int8), true)
        return self._masks[who]

    def system(self, published: Sequence[PublishedCount]) -> tuple[npt.NDArray[np.int8], PeopleCounts, PeopleCounts]:
        """The published counts as rows over nearby patterns, and how far a change may lower and raise each.

        What an earlier release told that is no longer true of these people (somebody was erased) is taken as known
        exactly of those who are left: a reader could know what the erased person had answered.
        """
        rows = np.zeros((len(published), len(self.near.patterns)), np.int8)
        lows, highs = np.zeros(len(published), np.int64), np.zeros(len(published), np.int64)
        for index, told in enumerate(published):
            rows[index], true = self._mask(told.who)
            low = max(told.low, 1) if told.holds_some and true >= 1 else told.low
            high = FREE if told.high is None else told.high
            if not low <= true <= high:
                low = high = true
            lows[index], highs[index] = low - true, high - true
        return rows, lows, highs
