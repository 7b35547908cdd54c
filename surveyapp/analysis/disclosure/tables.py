"""Tables of counts before and after disclosure control, and the thresholds between."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

TotalName = str | None


@dataclass(frozen=True)
class Limits:
    """A study's thresholds: each is 0 or 1 (it hides nothing), or at least 3.

    Two is refused with a ValueError: it would hide ones alone, so that "fewer than 2" says one.
    """

    minimum_base: int
    minimum_cell: int

    def __post_init__(self) -> None:
        if any(threshold < 0 or threshold == 2 for threshold in (self.minimum_base, self.minimum_cell)):
            raise ValueError("A threshold is 1 (nothing is hidden), or 3 or more: 'fewer than 2' would say one.")

    @property
    def hide_nothing(self) -> bool:
        return self.minimum_base <= 1 and self.minimum_cell <= 1

    def small_base(self, people: int) -> bool:
        return 1 <= people < self.minimum_base

    def small_cell(self, people: int) -> bool:
        return 1 <= people < self.minimum_cell


class HiddenBecause(StrEnum):
    """Why a count is hidden. For those who may see true counts: it tells a reader more than `fewer_than` does."""

    BASE = "base"
    PRIMARY = "primary"
    COMPLEMENTARY = "complementary"


@dataclass(frozen=True)
class ProtectedCount:
    """A count that may be shown, or none: then why, and the "fewer than" that may be said of it (None: say nothing)."""

    count: int | None
    reason: HiddenBecause | None = None
    fewer_than: int | None = None

    @property
    def shown(self) -> bool:
        return self.count is not None


@dataclass(frozen=True)
class CellTotal:
    """Rows or columns that are also shown as one: a segment out of crossed segments, a net of options."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class CellGroup:
    """Cells, as (row, column), whose sum is also shown: those who rose, say."""

    name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class CountTable:
    """People counted by row and column, with everything else that is shown of the same counts.

    A reader also gets, for every row, row group and for all rows together, the count of every column and column group
    and the total.

    `rows_are_bases`: rows are sets of people that a reader can filter by, each a table with its total as base (every
    person in one row; those whose attribute is not known in a row of their own). Otherwise rows and columns are two
    answers of the same people (before by after), and the whole is the one base.

    `bases`: None when the columns share out each row's people. Given, the columns are options of which a person can
    choose several, each row's base is listed, and a column group is a column too: the count, once each, of the people
    who chose any of its members.

    `rows_published`: False when rows only carry the sums and just the row groups are shown (three crossed segments of
    which a reader can combine two).

    `totals_read`: False when the total of a row stands on no page, so that it is the first to be hidden for another's
    sake.

    Raises ValueError when the shapes or names do not fit, or a count is negative or above its base.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    row_groups: tuple[CellTotal, ...] = ()
    column_groups: tuple[CellTotal, ...] = ()
    cell_groups: tuple[CellGroup, ...] = ()
    rows_are_bases: bool = True
    bases: tuple[int, ...] | None = None
    rows_published: bool = True
    totals_read: bool = True

    def __post_init__(self) -> None:
        if len(self.counts) != len(self.rows) or any(len(row) != len(self.columns) for row in self.counts):
            raise ValueError("Counts are one row for each row name, one number for each column name.")
        if not self.rows or not self.columns:
            raise ValueError("A table has a row and a column.")
        if any(count < 0 for row in self.counts for count in row):
            raise ValueError("A count cannot be negative.")
        column_names = [*self.columns, *(g.name for g in self.column_groups if self.bases is None)]
        row_names = [*self.rows, *(g.name for g in self.row_groups)]
        if len(set(row_names)) != len(row_names) or len(set(column_names)) != len(column_names):
            raise ValueError("A name is used twice.")
        for groups, names in ((self.row_groups, self.rows), (self.column_groups, self.columns)):
            if any(set(group.members) - set(names) for group in groups):
                raise ValueError("A group has a member that is not in the table.")
        if any(r not in self.rows or c not in self.columns for group in self.cell_groups for r, c in group.cells):
            raise ValueError("A group has a cell that is not in the table.")
        if self.bases is not None:
            self._check_bases(self.bases)

    def _check_bases(self, bases: tuple[int, ...]) -> None:
        if len(bases) != len(self.rows) or self.cell_groups or not self.rows_are_bases:
            raise ValueError("Options of which several can be chosen have one base for each row, and no cell groups.")
        if any(count > base for base, row in zip(bases, self.counts, strict=True) for count in row):
            raise ValueError("More people chose an option than answered.")
        if any(group.name not in self.columns for group in self.column_groups):
            raise ValueError("A net of options of which several can be chosen is counted in a column of its own.")

    @property
    def row_bases(self) -> tuple[int, ...]:
        return self.bases if self.bases is not None else tuple(map(sum, self.counts))


@dataclass(frozen=True)
class ProtectedTable:
    """The counts of a table as they may be shown, by (row or row group, column or column group).

    None stands for all: `(None, "yes")` is a column's total, `("sme", None)` a row's total or base, `(None, None)` the
    total of all. `sums` are the cell groups by name.
    """

    counts: Mapping[tuple[TotalName, TotalName], ProtectedCount]
    sums: Mapping[str, ProtectedCount]

    def cell(self, row: TotalName = None, column: TotalName = None) -> ProtectedCount:
        """Raises KeyError for a name that is not in the table."""
        return self.counts[row, column]

    def base(self, row: TotalName = None) -> ProtectedCount:
        return self.counts[row, None]

    @property
    def hides_something(self) -> bool:
        return not all(count.shown for count in (*self.counts.values(), *self.sums.values()))


@dataclass(frozen=True, kw_only=True)
class TrueRating:
    """Whole-number ratings: exact mean, the most common values (all of them when tied), range and sum.

    `counts` are the people by value, from the lowest. With a base of zero there is no mean, minimum or maximum.
    """

    variable: str
    base: int
    total: int
    mean: Fraction | None
    most_common: tuple[int, ...]
    minimum: int | None
    maximum: int | None
    counts: Mapping[int, int]
    missing: Mapping[str, int]
