"""A reader who knows everything shown, and the rules, tries to work out a hidden count.

The attackers share no code with what they attack: one writes down every table that agrees with what is shown, one
solves the linear system exactly, one adds and subtracts groups of people.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from surveyapp.analysis.disclosure.protection import (
    CellGroup,
    CellTotal,
    CountTable,
    Limits,
    ProtectedCount,
    ProtectedTable,
    protect,
)

Key = tuple[str | None, str | None] | str
Vector = tuple[int, ...]
slowly = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

thresholds = st.sampled_from([Limits(*pair) for pair in ((3, 3), (1, 3), (4, 3), (3, 4), (5, 1), (6, 5), (1, 5))])
# Mostly small, some zero, some that are safe by themselves.
count = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5, 7])


@st.composite
def tables(draw: st.DrawFn, *, rows: tuple[int, int], columns: tuple[int, int], by_filter: bool | None) -> CountTable:
    """Tables of columns that share out the people, some with groups of rows, nets and sums of cells."""
    row_names = tuple("rstuvw"[: draw(st.integers(*rows))])
    column_names = tuple("abcdef"[: draw(st.integers(*columns))])
    counts = draw(st.tuples(*[st.tuples(*[count] * len(column_names))] * len(row_names)))
    groups = [(), (CellTotal("first two", row_names[:2]),)] if len(row_names) > 2 else [()]
    nets = [(), (CellTotal("net", column_names[:2]),)] if len(column_names) > 2 else [()]
    corner = CellGroup("corner", tuple(zip(row_names, column_names, strict=False)))
    return CountTable(
        rows=row_names,
        columns=column_names,
        counts=counts,
        row_groups=draw(st.sampled_from(groups)),
        column_groups=draw(st.sampled_from(nets)),
        cell_groups=draw(st.sampled_from([(), (corner,)])),
        rows_are_bases=draw(st.booleans()) if by_filter is None else by_filter,
    )


def published(table: CountTable, protected: ProtectedTable) -> dict[Key, tuple[Vector, ProtectedCount]]:
    """Everything printed: which cells it sums (1 or 0 for each, row by row), and how it is printed."""
    rows: dict[str | None, set[str]] = {row: {row} for row in table.rows} if table.rows_published else {}
    rows |= {group.name: set(group.members) for group in table.row_groups}
    rows[None] = set(table.rows)
    columns: dict[str | None, set[str]] = {column: {column} for column in table.columns}
    columns |= {group.name: set(group.members) for group in table.column_groups}
    columns[None] = set(table.columns)
    cells = list(product(table.rows, table.columns))
    known: dict[Key, tuple[Vector, ProtectedCount]] = {}
    for row, column in product(rows, columns):
        form = tuple(int(r in rows[row] and c in columns[column]) for r, c in cells)
        known[row, column] = (form, protected.cell(row, column))
    for group in table.cell_groups:
        known[group.name] = (tuple(int(cell in group.cells) for cell in cells), protected.sums[group.name])
    return known


def every_split(people: int, cells: int) -> npt.NDArray[np.int64]:
    """Every way to spread `people` over `cells`, one a line."""
    if cells == 1:
        return np.array([[people]])
    return np.vstack(
        [
            np.column_stack([np.full(len(rest), first), rest])
            for first in range(people + 1)
            for rest in [every_split(people - first, cells - 1)]
        ]
    )


def agreeing_tables(
    known: Mapping[Key, tuple[Vector, ProtectedCount]], table: CountTable, least_hidden: int
) -> npt.NDArray[np.int64]:
    """Every table (to a few people more than there are) that agrees with what is shown and said.

    The reader knows the rules: a single cell hidden without a "fewer than", in a table that is shown, is no zero, and
    where limits are said it was hidden for another's sake, and so is at least the minimum cell.
    """
    people = sum(map(sum, table.counts))
    total = known[None, None][1]
    totals = [people] if total.shown else range(people + 4)
    candidates = np.vstack([every_split(n, len(table.rows) * len(table.columns)) for n in totals])
    for key, (form, outcome) in known.items():
        sums = candidates @ np.array(form)
        if outcome.count is not None:
            candidates = candidates[sums == outcome.count]
        elif outcome.fewer_than is not None:
            candidates = candidates[(sums >= 1) & (sums < outcome.fewer_than)]
        elif sum(form) == 1 and isinstance(key, tuple) and known[key[0], None][1].shown:
            candidates = candidates[sums >= least_hidden]
    return candidates


@slowly
@given(tables(rows=(1, 3), columns=(2, 3), by_filter=None), thresholds, st.booleans())
def test_every_hidden_count_has_another_value_in_some_table_that_agrees(
    table: CountTable, limits: Limits, say_limits: bool
) -> None:
    assume(sum(map(sum, table.counts)) <= (22 if len(table.rows) * len(table.columns) < 9 else 9))
    known = published(table, protect(table, limits, say_limits=say_limits))
    agreeing = agreeing_tables(known, table, limits.minimum_cell if say_limits else 1)
    truth = np.array([count for row in table.counts for count in row])
    assert (agreeing == truth).all(axis=1).any(), "what is shown or said is not true of the table"
    if not known[None, None][1].shown and not any(outcome.shown for _, outcome in known.values()):
        return
    for key, (form, outcome) in known.items():
        if not outcome.shown:
            values = set((agreeing @ np.array(form)).tolist())
            assert len(values) > 1, f"{key} can only be {values}"


def in_row_space(rows: list[Vector], target: Vector) -> bool:
    """Whether `target` is a combination of `rows` with rational weights, by exact elimination."""
    pivots: list[tuple[int, list[Fraction]]] = []

    def reduce(vector: Vector) -> list[Fraction]:
        rest = [Fraction(entry) for entry in vector]
        for place, pivot in pivots:
            weight = rest[place]
            if weight:
                rest = [entry - weight * lead for entry, lead in zip(rest, pivot, strict=True)]
        return rest

    for row in rows:
        rest = reduce(row)
        place = next((index for index, entry in enumerate(rest) if entry), None)
        if place is not None:
            pivots.append((place, [entry / rest[place] for entry in rest]))
    return not any(reduce(target))


def test_the_exact_solver_solves() -> None:
    rows = [(1, 1, 0, 0), (0, 0, 1, 1), (1, 0, 1, 0)]
    assert in_row_space(rows, (0, 1, 0, 1))
    assert not in_row_space(rows, (1, 0, 0, 0))
    assert in_row_space([(1, 1, 0), (0, 1, 1), (1, 0, 1)], (1, 0, 0))  # with halves


def assert_underivable(table: CountTable, protected: ProtectedTable) -> None:
    known = published(table, protected)
    truth = [count for row in table.counts for count in row]
    shown = [form for form, outcome in known.values() if outcome.shown]
    # A shown zero says that each of its cells is zero.
    for form, outcome in known.values():
        if outcome.count == 0:
            shown += [tuple(int(i == cell) for i in range(len(form))) for cell, part in enumerate(form) if part]
        if outcome.count is not None:
            assert outcome.count == sum(part * cell for part, cell in zip(form, truth, strict=True))
    for key, (form, outcome) in known.items():
        if not outcome.shown:
            assert not in_row_space(shown, form), key


@slowly
@given(tables(rows=(2, 6), columns=(2, 5), by_filter=None), thresholds, st.booleans())
def test_no_hidden_count_is_a_combination_of_shown_ones(table: CountTable, limits: Limits, say_limits: bool) -> None:
    assert_underivable(table, protect(table, limits, say_limits=say_limits))


def crossed(random: Random, firsts: str, seconds: str, options: int) -> CountTable:
    """All the tables a reader can ask for who splits by two attributes, at most both at once."""
    rows = tuple(first + second for first in firsts for second in seconds)
    groups = tuple(CellTotal(name, tuple(row for row in rows if name in row)) for name in firsts + seconds)
    counts = tuple(tuple(random.choice([0, 1, 2, 4, 7, 12, 20]) for _ in range(options)) for _ in rows)
    columns = tuple("abcdefg"[:options])
    return CountTable(
        rows=rows,
        columns=columns,
        counts=counts,
        row_groups=groups,
        column_groups=(CellTotal("top two", columns[:2]), CellTotal("last two", columns[-2:])),
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("limits", [Limits(10, 5), Limits(45, 1)])
def test_the_closed_set_of_tables_of_two_segments_gives_nothing_away(seed: int, limits: Limits) -> None:
    table = crossed(Random(seed), "AB", "xyz", 5)
    protected = protect(table, limits)
    assert protected.hides_something
    assert protected.base().shown
    assert_underivable(table, protected)
    assert_no_small_group(table, protected, limits.minimum_base)


@slowly
@given(tables(rows=(2, 5), columns=(2, 2), by_filter=True), st.sampled_from([Limits(n, 1) for n in (3, 5, 9)]))
def test_no_group_under_the_minimum_base_is_a_difference_of_shown_ones(table: CountTable, limits: Limits) -> None:
    assert_no_small_group(table, protect(table, limits), limits.minimum_base)


def assert_no_small_group(table: CountTable, protected: ProtectedTable, minimum_base: int) -> None:
    """No adding and subtracting of shown groups leaves each person once or not at all, and too few of them."""
    members = {row: {row} for row in table.rows} | {group.name: set(group.members) for group in table.row_groups}
    bases = dict(zip(table.rows, table.row_bases, strict=True))
    shown = [set(table.rows)] if protected.base().shown else []
    shown += [rows for name, rows in members.items() if protected.base(name).shown and sum(map(bases.get, rows))]  # type: ignore[arg-type]
    present = [row for row in table.rows if bases[row]]
    if not shown or not present:
        return
    incidence = np.array([[int(row in group) for row in present] for group in shown])
    weights = np.array(list(product((-1, 0, 1), repeat=min(len(shown), 9))))
    combined = weights @ incidence[: weights.shape[1]]
    groups = combined[((combined == 0) | (combined == 1)).all(axis=1)]
    sizes = groups @ np.array([bases[row] for row in present])
    assert not ((sizes >= 1) & (sizes < minimum_base)).any()


@slowly
@given(tables(rows=(1, 4), columns=(2, 4), by_filter=None), thresholds)
def test_what_a_threshold_asks_for_is_hidden_and_zeros_elsewhere_are_shown(table: CountTable, limits: Limits) -> None:
    protected = protect(table, limits)
    truth = [count for row in table.counts for count in row]
    for key, (form, outcome) in published(table, protected).items():
        value = sum(part * cell for part, cell in zip(form, truth, strict=True))
        if 1 <= value < limits.minimum_cell:
            assert not outcome.shown, key
        if table.rows_are_bases and isinstance(key, tuple) and value:
            base = protected.base(key[0])
            assert not (1 <= (base.count or 0) < limits.minimum_base), key
        if value == 0 and isinstance(key, tuple) and protected.base(key[0]).shown:
            assert outcome.count == 0, key
        if outcome.fewer_than is not None:
            assert value < outcome.fewer_than, key


def row_possibilities(names: tuple[str, ...], most: int) -> Iterator[Vector]:
    """A base and how many chose a, b, and a or b (or both)."""
    for base in range(most + 1):
        for a, b in product(range(base + 1), repeat=2):
            for net in range(max(a, b), min(a + b, base) + 1):
                yield (base, a, b, net)


multiples = st.sampled_from(list(row_possibilities(("a", "b", "net"), 8)))


@slowly
@given(st.lists(multiples, min_size=1, max_size=2), st.sampled_from([Limits(1, 3), Limits(3, 3), Limits(5, 4)]))
def test_options_of_which_several_can_be_chosen_withstand_every_table_that_agrees(
    rows: list[Vector], limits: Limits
) -> None:
    table = CountTable(
        rows=tuple("rs"[: len(rows)]),
        columns=("a", "b", "net"),
        counts=tuple(row[1:] for row in rows),
        column_groups=(CellTotal("net", ("a", "b")),),
        bases=tuple(row[0] for row in rows),
    )
    protected = protect(table, limits)
    if not protected.base().shown:
        return
    # Each row by itself first, then all pairs of what is left.
    most = sum(table.row_bases) + 1
    possible = [
        np.array([p for p in row_possibilities(table.columns, most) if agrees(p, protected, name)])
        for name in table.rows
    ]
    if len(rows) == 1:
        sums = possible[0]
    else:
        assume(len(possible[0]) * len(possible[1]) <= 4_000_000)
        pairs = (possible[0][:, None, :] + possible[1][None, :, :]).reshape(-1, 4)
        left = np.repeat(possible[0], len(possible[1]), axis=0)
        right = np.tile(possible[1], (len(possible[0]), 1))
        keep = np.array([agrees(p, protected, None) for p in pairs]) if len(pairs) < 20_000 else fits(pairs, protected)
        sums, possible = pairs[keep], [left[keep], right[keep]]
    for name, tables_of in zip((*table.rows, None), (*possible, sums), strict=True):
        base_shown = protected.base(name).shown
        truth = [sum(row[i] for row in rows) for i in range(4)] if name is None else rows[table.rows.index(name)]
        for place, column in enumerate((None, *table.columns)):
            if not protected.cell(name, column).shown:
                assert len(set(tables_of[:, place].tolist())) > 1, (name, column)
            if base_shown and place and 1 <= truth[0] - truth[place] < limits.minimum_cell:
                assert len(set((tables_of[:, 0] - tables_of[:, place]).tolist())) > 1, ("not", name, column)


def agrees(possibility: Vector, protected: ProtectedTable, row: str | None) -> bool:
    return bool(fits(np.array([possibility]), protected, row)[0])


def fits(
    possibilities: npt.NDArray[np.int64], protected: ProtectedTable, row: str | None = None
) -> npt.NDArray[np.bool_]:
    fit = np.ones(len(possibilities), dtype=bool)
    for place, column in enumerate((None, "a", "b", "net")):
        outcome, values = protected.cell(row, column), possibilities[:, place]
        if outcome.count is not None:
            fit &= values == outcome.count
        elif outcome.fewer_than is not None:
            fit &= (values >= 1) & (values < outcome.fewer_than)
    return fit
