"""The budget for hiding (results.md §3): how much of a release is told in some form, for the bench to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from surveyapp.analysis.disclosure.told import Depth, TableTold

ROWS_30, ROWS_10, SPLITS_10, CHANGES_30 = (
    "everybody's rows, base 30 or more",
    "everybody's rows, base 10 or more",
    "split rows, base 10 or more",
    "paired changes, base 30 or more",
)
TARGETS: Mapping[str, Fraction] = {
    ROWS_30: Fraction(1),
    ROWS_10: Fraction(95, 100),
    SPLITS_10: Fraction(95, 100),
    CHANGES_30: Fraction(90, 100),
}


@dataclass(frozen=True)
class BudgetLine:
    """How many of so many are told in some form."""

    what: str
    told: int
    of: int

    @property
    def target(self) -> Fraction:
        return TARGETS[self.what]

    @property
    def held(self) -> bool:
        return self.told >= self.target * self.of

    def __str__(self) -> str:
        share = f"{self.told / self.of:.1%}" if self.of else "none there"
        return f"{self.what}: {self.told} of {self.of} ({share}, target {float(self.target):.0%})"


def budget(tables: Iterable[TableTold]) -> tuple[BudgetLine, ...]:
    """The budget over any tables of any studies; each line by true bases, which only those granted them may see."""
    told, of = dict.fromkeys(TARGETS, 0), dict.fromkeys(TARGETS, 0)

    def add(what: str, shown: bool) -> None:
        told[what] += shown
        of[what] += 1

    for table in tables:
        for row in table.rows:
            shown = row.depth != Depth.WITHHELD and bool(row.groups)
            if row.place is None:
                if row.true_base >= 30:
                    add(ROWS_30, shown)
                if row.true_base >= 10:
                    add(ROWS_10, shown)
            elif row.true_base >= 10:
                add(SPLITS_10, shown)
        for pair in table.pairs:
            if pair.true_base >= 30:
                sides = any(group.told.known for group in (*pair.before, *pair.after))
                add(CHANGES_30, pair.base.known and (sides or pair.rose.known or pair.both.known))
    return tuple(BudgetLine(what, told[what], of[what]) for what in TARGETS)
