"""No count that is marked follows from those that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.marking import complemented, marked
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import Cell, Offered, Slice, Tally

RULES = Rules(Thresholds(minimum_base=10, minimum_cell=5, low_base=30))


@pytest.mark.parametrize(
    ("parts", "marked"),
    [
        ([20, 12, 8], []),
        ([20, 12, 3], [12, 3]),
        ([20, 12, 0, 3], [12, 3]),
        ([20, 12, 2, 1], [2, 1]),
        ([40, 0, 0, 3], [40, 3]),
    ],
)
def test_what_a_single_marked_part_is_left_by_is_marked_with_it(parts: list[int], marked: list[int]) -> None:
    cells = {str(place): RULES.cell(people, sum(parts)) for place, people in enumerate(parts)}
    cells["whole"] = RULES.cell(sum(parts))
    found = complemented(cells, [list(cells)])
    assert [cell.count for cell in found.values() if cell.private] == marked


@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=4))
def test_in_a_table_no_line_leaves_one_marked_alone(counts: list[list[int]]) -> None:
    rows = [*counts, [sum(column) for column in zip(*counts, strict=True)]]
    table = [[*row, sum(row)] for row in rows]
    cells = {(i, j): RULES.cell(people) for i, row in enumerate(table) for j, people in enumerate(row)}
    lines = [[(i, j) for j in range(len(table[0]))] for i in range(len(table))]
    lines += [[(i, j) for i in range(len(table))] for j in range(len(table[0]))]
    found = complemented(cells, lines)
    for line in lines:
        counted = [found[place] for place in line if found[place].count]
        assert len(counted) < 2 or sum(cell.private for cell in counted) != 1
    assert all(found[place].private for place, cell in cells.items() if cell.private)
    assert not any(cell.private and not cell.count for cell in found.values())


def test_a_count_tells_how_many_the_others_are() -> None:
    assert RULES.cell(97, 99).private
    assert not RULES.cell(94, 99).private
    assert not RULES.cell(99, 99).private
    assert Rules(Thresholds(minimum_base=5, minimum_cell=1)).cell(97, 99) == Cell(97, 98)


def test_of_those_offered_an_option_none_is_left_by_the_others() -> None:
    """66 less 27 and 30 is the 9 that was marked alone; and the 6 of them stood without a mark a line above."""
    told = marked([offered("", 23, 98, 66), offered("a", 6, 44, 27), offered("b", 11, 38, 30), offered("c", 6, 16, 9)])
    of_them = [tally.offered["milk"] for tally in told]
    assert [each.base.count for each in of_them if each.base.private] == [27, 9]
    assert [each.chosen.count for each in of_them if each.chosen.private] == [6, 6]
    assert [tally.cell("milk").private for tally in told] == [each.chosen.private for each in of_them]


def offered(value: str, chosen: int, answered: int, base: int) -> Tally:
    small = RULES.small(base)
    whole = Offered(RULES.cell(base, private=small), RULES.cell(chosen, base, private=small))
    return Tally(
        people=Slice(value, "age", value) if value else Slice(""),
        base=RULES.cell(answered),
        cells={"milk": RULES.cell(chosen, answered)},
        missing={},
        offered={"milk": whole},
    )
