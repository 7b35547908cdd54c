"""The loop that makes exhibits give way until no secret is pinned, and then tries each again (results.md §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from surveyapp.analysis.disclosure.audit.attempts import AuditAttempt, find_pinned
from surveyapp.analysis.disclosure.audit.auditor import PROGRAMS, Auditor, PinnedCell
from surveyapp.analysis.disclosure.audit.moves import MOST_PATTERNS, nearby
from surveyapp.analysis.disclosure.audit.patterns import PatternFlags, StatusPatterns
from surveyapp.analysis.disclosure.audit.secrets import CellFamily
from surveyapp.analysis.disclosure.exhibits import Exhibit
from surveyapp.analysis.disclosure.inputs import PublishedCount
from surveyapp.analysis.disclosure.told import GaveWay
from surveyapp.domain.instrument.study import Thresholds

MORE = 300
"""So many programs more for what has given way as far as it can, and for what is published whatever happens."""
MOST_LOOKED_UP = 1_000_000
"""So many families of secrets times patterns of people are audited: 700 patterns of a variable at six moments in five
segments have 600,000, of one at twelve moments in twenty segments four million."""

ONCE_MORE = 3
"""So often; what is not proved by then is a leak, and the release is refused."""

GIVING_BACK = 80
"""So many programs are solved to give back what gave way; what is not proved by then stays as it is."""

Settling = Callable[[], list[Exhibit]]


@dataclass(kw_only=True)
class Yielder:
    """Exhibits over one system of people, with what is published of them whatever happens (`always`).

    `settle` applies the rules that need no solver and returns the exhibits that it made give way; `unsettled` says
    whether those rules would; `unions` gives families that depend on what is hidden now.
    """

    auditor: Auditor | None
    exhibits: Sequence[Exhibit]
    always: Sequence[PublishedCount]
    settle: Settling = list
    unsettled: Callable[[], bool] = lambda: False
    unions: Callable[[], Iterator[CellFamily]] = lambda: iter(())
    rules: Thresholds = field(default_factory=Thresholds)
    log: list[GaveWay] = field(default_factory=list)
    _gave: dict[int, str] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def run(self) -> tuple[PinnedCell, ...]:
        """Make exhibits give way until nothing is pinned; returns what is pinned by `always` alone. What earlier
        releases told already is left out: nothing that this one hides would hide that."""
        for exhibit in self.settle():
            self._note(exhibit, "what everybody's row less the shown rows would leave")
        if self.auditor is None:
            return ()
        hopeless: set[tuple[int, int]] | None = None
        leaks: tuple[PinnedCell, ...] = ()
        again = ONCE_MORE
        while True:
            pinned = [cell for cell in self._pinned() if hopeless is None or (cell.family, cell.cell) not in hopeless]
            if not pinned:
                break
            chosen = self._choose(pinned)
            if len(chosen) < len(pinned) and hopeless is None and any(self._holders(cell) == [] for cell in pinned):
                self.auditor.budget = max(self.auditor.budget, self.auditor.spent + MORE)
                leaks = tuple(find_pinned(self.auditor, self.always))
                hopeless = {(cell.family, cell.cell) for cell in leaks}
                continue
            if not chosen and self.auditor.exhausted and again:
                again -= 1
                self.auditor.budget = self.auditor.spent + MORE  # all that can has given way: what is left is proved
                continue
            if not chosen:
                leaks = (*leaks, *pinned)
                hopeless = (hopeless or set()) | {(cell.family, cell.cell) for cell in pinned}
                break
            for index, cell in chosen.items():
                self.exhibits[index].at += 1
                self._note(self.exhibits[index], cell.name)
            for exhibit in self.settle():
                self._note(exhibit, "a row beside it gave way")
        self.auditor.budget = min(max(self.auditor.spent, PROGRAMS), self.auditor.spent + GIVING_BACK)
        self._give_back(hopeless or set())
        before = self._told_before() if leaks else set()
        for cell in leaks:
            if (cell.family, cell.cell) in before:
                self.log.append(GaveWay(exhibit=cell.name, to="told before", because="earlier releases"))
        return tuple(cell for cell in leaks if (cell.family, cell.cell) not in before)

    def _told_before(self) -> set[tuple[int, int]]:
        """The secrets that what earlier releases told adds up to."""
        assert self.auditor is not None
        earlier = [told for told in self.always if told.who.release is not None or not told.who.parts]
        if all(told.who.release is None for told in earlier):
            return set()
        return {(cell.family, cell.cell) for cell in AuditAttempt(self.auditor, earlier).by_equations()}

    def _published(self) -> tuple[list[PublishedCount], list[int]]:
        told, owner = list(self.always), [-1] * len(self.always)
        for index, exhibit in enumerate(self.exhibits):
            told += exhibit.now.published
            owner += [index] * len(exhibit.now.published)
        return told, owner

    def _pinned(self, *, first: bool = False) -> list[PinnedCell]:
        assert self.auditor is not None
        for family in self.unions():
            if family.name not in self._known:
                self._known.add(family.name)
                flags = family.secret(family.counts(self.auditor.people), self.rules)
                if flags.any():
                    self.auditor.add(family, flags)
        told, self._owner = self._published()
        return find_pinned(self.auditor, told, first=first)

    def _holders(self, cell: PinnedCell) -> list[int]:
        """The exhibits that hold a secret, the one that is to give way first."""
        owners = {self._owner[index] for index in cell.by} - {-1}
        able = [index for index in owners if self.exhibits[index].can_give_way]
        return sorted(able, key=self._order)

    def _order(self, index: int) -> tuple[int, bool, int, str]:
        """Splits before movements before matched rows before changes; of those what is exact, then the smaller base."""
        exhibit = self.exhibits[index]
        return exhibit.kind, not exhibit.now.exact, exhibit.base, exhibit.name

    def _choose(self, pinned: Sequence[PinnedCell]) -> dict[int, PinnedCell]:
        assert self.auditor is not None
        chosen: dict[int, PinnedCell] = {}
        if self.auditor.exhausted:
            # Nobody asks any more who holds what: all of the first kind that can give way at once, and what can be
            # proved without them is given back.
            able = [index for index, each in enumerate(self.exhibits) if each.can_give_way and each.now.published]
            first = min((self.exhibits[index].kind for index in able), default=0)
            return {index: pinned[0] for index in able if self.exhibits[index].kind == first}
        for cell in pinned:
            holders = self._holders(cell)
            if holders:
                chosen.setdefault(holders[0], cell)
        if not chosen:
            # Pinned by whole numbers alone, where the linear bounds say nothing of who holds it: the least of all.
            able = [index for index, each in enumerate(self.exhibits) if each.can_give_way and each.now.published]
            if able:
                chosen[min(able, key=self._order)] = pinned[0]
        return chosen

    def _note(self, exhibit: Exhibit, because: str) -> None:
        self._gave[id(exhibit)] = because
        self.log.append(GaveWay(exhibit=exhibit.name, to=exhibit.now.depth.name.lower(), because=because))

    def _give_back(self, hopeless: set[tuple[int, int]]) -> None:
        """Try each that gave way again, the one of most people first: many together, and where that pins something half
        of them. Who tells less pins no more, so that it comes to the same as one by one."""
        gave = [index for index, each in enumerate(self.exhibits) if id(each) in self._gave]
        levels = [
            self.exhibits[index]
            for index in sorted(gave, key=self._order, reverse=True)
            for _ in range(self.exhibits[index].at)
        ]
        many = len(levels)
        while levels and self.auditor is not None and not self.auditor.exhausted:
            tried, levels = levels[:many], levels[many:]
            for exhibit in tried:
                exhibit.at -= 1
            pinned = self.unsettled() or any(
                (cell.family, cell.cell) not in hopeless for cell in self._pinned(first=not hopeless)
            )
            if not pinned:
                many = 2 * len(tried)
                for exhibit in tried:
                    self._note_kept(exhibit)
                continue
            for exhibit in tried:
                exhibit.at += 1
            if len(tried) > 1:
                many, levels = len(tried) // 2, [*tried, *levels]
            else:
                many, levels = max(many, 1), [each for each in levels if each is not tried[0]]

    def _note_kept(self, exhibit: Exhibit) -> None:
        given_back = {way.depth.name.lower() for way in exhibit.ways[exhibit.at + 1 :]}
        self.log = [
            replace(line, kept=False) if line.exhibit == exhibit.name and line.to in given_back else line
            for line in self.log
        ]


class TooMuchToLookUp(Exception):
    """A system of so many people, moments and segments that proving it safe would not end in time."""


def find_auditor(
    people: StatusPatterns,
    found: Iterator[CellFamily],
    touchpoints: Sequence[tuple[str, ...]],
    options: dict[str, int],
    rules: Thresholds,
) -> Auditor | None:
    """The auditor of a system, or None where no count is small and so nothing has to be solved. Raises TooMuchToLookUp:
    nothing of such a system may be told."""
    if rules.minimum_cell <= 1 or not len(people):
        return None
    kept: list[CellFamily] = []
    secret: list[PatternFlags] = []
    for family in found:
        flags = family.secret(family.counts(people), rules)
        if flags.any():
            kept.append(family)
            secret.append(flags)
            if len(kept) * min(len(people), MOST_PATTERNS) > MOST_LOOKED_UP:
                raise TooMuchToLookUp
    if not kept:
        return None
    wanted = np.zeros(len(people), dtype=bool)
    for family, flags in zip(kept, secret, strict=True):
        ids = family.cells(people)
        wanted |= (ids >= 0) & flags[np.maximum(ids, 0)]
    near = nearby(people, touchpoints, options, wanted, families=len(kept))
    return Auditor(people=people, near=near, found=kept, secret=secret)
