"""Can a small count be worked out from all that is published? Two whole-number solutions, or it is pinned.

The truth is one solution. Another is the truth plus a change: so many people more or fewer of each pattern, whole
numbers, that leaves every published number as it is told. A secret that some such change moves is safe, and the change
is its proof. Cheap changes are tried first (one person elsewhere; two people exchanged), then linear programs for each
secret that is left, made whole where they end in fractions (HiGHS).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from surveyapp.analysis.counting.patterns import PeopleCounts
from surveyapp.analysis.disclosure.audit.auditor import Auditor, PinnedCell
from surveyapp.analysis.disclosure.audit.programs import TOLERANCE, ChangePrograms
from surveyapp.analysis.disclosure.audit.secrets import CellIds
from surveyapp.analysis.disclosure.inputs import PublishedCount

AT_ONCE = 6  # secrets that are found pinned before any exhibit gives way
EXCHANGES = (4, 12)  # partners tried for each move, first and second time
ROWS_AT_ONCE = 32  # ranges that moves are held against before those are left out that do not fit
FAR = 100  # further than two moves take any number
MOST_EQUATIONS = 1500  # exact numbers of which it is asked whether they add up to a secret
LOOKED_UP_AS_ONE = 400_000  # so many cells of patterns take about as long to look up as one linear program
STEPS_AS_ONE = 3  # so many steps of a dive take about as long as one linear program from the truth


def find_pinned(auditor: Auditor, published: Sequence[PublishedCount], *, first: bool = False) -> list[PinnedCell]:
    """The secrets that these published counts pin; only the first found with `first`, which looks less long."""
    attempt = AuditAttempt(auditor, published)
    auditor.spent += len(auditor.found) * len(auditor.near.patterns) // LOOKED_UP_AS_ONE
    for proof in auditor.proofs:
        if attempt.fits(proof.moved, proof.by):
            for family, cells in proof.closes:
                attempt.open[family][cells] = False
    # What is pinned is asked first where it was pinned before; what else is, once that has been mended.
    by_equations = attempt.by_equations(auditor.suspects) if auditor.suspects else []
    if by_equations:
        return by_equations
    for step in (attempt.one_person, attempt.two_people):
        if attempt.open_left:
            step()
    by_equations = attempt.by_equations() if attempt.open_left else []
    if by_equations:
        auditor.suspects |= {(cell.family, cell.cell) for cell in by_equations}
        return by_equations
    return attempt.each_by_itself(first)


class AuditAttempt:
    """One audit: the secrets still open, closed as changes are found that move them."""

    def __init__(self, auditor: Auditor, published: Sequence[PublishedCount]) -> None:
        self.auditor, self.published = auditor, published
        self.rows, self.lows, self.highs = auditor.system(published)
        self.people = auditor.near.patterns.people
        self.open = [np.append(flags, False) for flags in auditor.secret]
        self._still = list(range(len(self.open)))
        self.random = np.random.default_rng(auditor.seed)
        self.tight = (self.lows == 0) & (self.highs == 0)

    @property
    def open_left(self) -> list[int]:
        self._still = [family for family in self._still if self.open[family].any()]
        return self._still

    def fits(self, moved: CellIds, by: PeopleCounts) -> bool:
        """Whether a change leaves every published number as it is told and nobody negative."""
        change = self.rows[:, moved].astype(np.int64) @ by
        return bool(((change >= self.lows) & (change <= self.highs)).all() and (self.people[moved] + by >= 0).all())

    def close(self, moved: CellIds, by: PeopleCounts) -> bool:
        """Close the secrets that a change moves; whether there were any."""
        any_closed = False
        for family in self.open_left:
            cells = self.auditor.cells(family)
            change = np.bincount(cells[moved], weights=by, minlength=len(self.open[family])) != 0
            closed = change & self.open[family]
            if closed.any():
                any_closed = True
                self.open[family] &= ~change
        return any_closed

    def one_person(self) -> None:
        """One person counted under another pattern."""
        near = self.auditor.near
        self.hash = self.random.integers(-(1 << 40), 1 << 40, len(self.published)) * self.tight
        total = (
            (self.hash @ self.rows.astype(np.int64)) if len(self.published) else np.zeros(len(self.people), np.int64)
        )
        self.step = total[near.target] - total[near.source]
        # Those first that leave a change the least room: most moves end there, and the rest need not be looked at.
        loose = np.flatnonzero(~self.tight)
        loose = loose[np.argsort(self.highs[loose] - self.lows[loose], kind="stable")]
        self.loose = self.rows[loose]
        self.loose_low, self.loose_high = (
            np.clip(ends[loose, None], -FAR, FAR).astype(np.int8) for ends in (self.lows, self.highs)
        )
        free = np.flatnonzero(self.step == 0)
        free = free[self._within(free)]
        source, target = near.source[free], near.target[free]
        for family in self.open_left:
            cells = self.auditor.cells(family)
            one, two = cells[source], cells[target]
            changed = one != two
            self.open[family][one[changed]] = False
            self.open[family][two[changed]] = False

    def two_people(self) -> None:
        """Two people exchanged: two moves that undo each other in every exact number."""
        near = self.auditor.near
        order = np.argsort(self.step, kind="stable")
        ordered = self.step[order]
        begin = np.searchsorted(ordered, -self.step, side="left")
        many = np.searchsorted(ordered, -self.step, side="right") - begin
        for partners in EXCHANGES:
            touching = np.zeros(len(near.source), dtype=bool)
            for family in self.open_left:
                cells, flags = self.auditor.cells(family), self.open[family]
                one, two = cells[near.source], cells[near.target]
                touching |= (one != two) & (flags[one] | flags[two])
            first = np.flatnonzero(touching & (many > 0))
            if not len(first):
                return
            first = np.repeat(first, np.minimum(many[first], partners))
            second = order[begin[first] + self.random.integers(0, many[first])]
            # The same person cannot be moved twice; and one who is only passed through need not be there.
            apart = (near.source[first] != near.source[second]) | (self.people[near.source[first]] >= 2)
            first, second = first[apart], second[apart]
            fits = self._within(first, second)
            first, second = first[fits], second[fits]
            for family in self.open_left:
                cells = self.auditor.cells(family)
                a, b = cells[near.source[first]], cells[near.target[first]]
                c, d = cells[near.source[second]], cells[near.target[second]]
                flags = self.open[family]
                # A cell that one person leaves and nobody enters has changed for certain, and the other way round.
                for cell, one, two in ((a, b, d), (c, b, d), (b, a, c), (d, a, c)):
                    flags[cell[(cell != one) & (cell != two)]] = False

    def _within(self, *moves: CellIds) -> CellIds:
        """Which of these moves, or of these pairs of moves, leave every range as it is told: their places."""
        near, kept = self.auditor.near, np.arange(len(moves[0]))
        for begin in range(0, len(self.loose), ROWS_AT_ONCE):
            here = slice(begin, begin + ROWS_AT_ONCE)
            rows, low, high = self.loose[here], self.loose_low[here], self.loose_high[here]
            change = np.zeros((len(rows), len(kept)), np.int8)
            for each in moves:
                change += rows[:, near.target[each[kept]]]
                change -= rows[:, near.source[each[kept]]]
            kept = kept[((change >= low) & (change <= high)).all(axis=0)]
        return kept

    def by_equations(self, among: Collection[tuple[int, int]] | None = None) -> list[PinnedCell]:
        """The open secrets, or those `among` them, that are a sum of exact numbers: a weighted sum of those rows is the
        secret itself."""
        tight = np.flatnonzero(self.tight)
        if not 0 < len(tight) <= MOST_EQUATIONS:
            return []  # the linear programs find it, too
        # Sparse, since the dense product wakes the threads of a numeric library for less than a millisecond's work.
        matrix = csr_array(self.rows[tight].astype(float))
        square = (matrix @ matrix.T).toarray()
        # A random change that leaves every exact number as it is: what it moves is no sum of them.
        change = self.random.normal(size=matrix.shape[1])
        change -= matrix.T @ np.linalg.lstsq(square, matrix @ change, rcond=1e-10)[0]
        wanted: list[tuple[int, int]] = []
        for family in self.open_left:
            moved = np.bincount(self.auditor.cells(family), weights=change, minlength=len(self.open[family]))
            still = np.flatnonzero(self.open[family] & (np.abs(moved) < TOLERANCE)).tolist()
            wanted += [(family, cell) for cell in still if among is None or (family, cell) in among]
        if not wanted:
            return []
        secrets = np.stack([(self.auditor.cells(family) == cell).astype(float) for family, cell in wanted], axis=1)
        weights = np.linalg.lstsq(square, matrix @ secrets, rcond=1e-10)[0]
        apart = np.abs(matrix.T @ weights - secrets).max(axis=0)
        found = []
        for index in np.flatnonzero(apart < TOLERANCE):
            family, cell = wanted[index]
            by = tuple(tight[np.abs(weights[:, index]) > TOLERANCE].tolist())
            name = f"{self.auditor.found[family].name}, cell {cell}"
            found.append(PinnedCell(family=family, cell=cell, name=name, by=by))
        return found

    def each_by_itself(self, first: bool) -> list[PinnedCell]:
        """What is left: the smallest change that moves each secret, those first that were pinned before. One that whole
        numbers alone hold takes long to find: what gives way because of it may well mend the others."""
        found: list[PinnedCell] = []
        cells = [(family, int(cell)) for family in self.open_left for cell in np.flatnonzero(self.open[family])]
        for family, cell in sorted(cells, key=lambda one: one not in self.auditor.suspects):
            if not self.open[family][cell]:
                continue  # an earlier one's proof moved it too
            wanted = (self.auditor.cells(family) == cell).astype(np.float64)
            by: set[int] = set()
            moves, room = self._moves(wanted, by)
            if not moves:
                self.auditor.suspects.add((family, cell))
                name = f"{self.auditor.found[family].name}, cell {cell}"
                found.append(PinnedCell(family=family, cell=cell, name=name, by=tuple(sorted(by))))
                if first or room or len(found) >= AT_ONCE:
                    return found
        return found

    @cached_property
    def programs(self) -> ChangePrograms:
        return ChangePrograms(self.rows, self.lows, self.highs, self.people)

    def _moves(self, wanted: npt.NDArray[np.float64], by: set[int]) -> tuple[bool, bool]:
        """Whether some whole-number change moves a sum (if not, `by` has what holds it), and whether fractions may."""
        if self.auditor.exhausted:
            return False, False
        room = False
        for sign in (1.0, -1.0):
            self.auditor.spent += self.programs.weight
            smallest = self.programs.smallest(sign * wanted)
            if smallest is None:
                continue
            self.auditor.spent += smallest.steps * self.programs.weight // STEPS_AS_ONE
            if smallest.whole is not None and self._proved(smallest.whole) and self._moved(wanted):
                return True, True
            room = True
        for sign in (1.0, -1.0):
            by |= self.programs.held_by(sign * wanted)
        return False, room

    def _moved(self, wanted: npt.NDArray[np.float64]) -> bool:
        """Whether the last proof moves this sum."""
        moved, by = self.auditor.last_proof
        return bool(round(float(wanted[moved] @ by)))

    def _proved(self, change: PeopleCounts) -> bool:
        moved = np.flatnonzero(change)
        if not len(moved) or not self.fits(moved, change[moved]):
            return False
        closed = self.close(moved, change[moved])
        if closed:
            self.auditor.keep(moved, change[moved])
        return closed
