"""The programs behind the audit: the smallest change that moves a sum, and what holds one that cannot move."""

from __future__ import annotations

import numpy as np

from surveyapp.analysis.disclosure.audit.programs import ChangePrograms

FREE = 1 << 40


def programs(rows: list[list[int]], lows: list[int], highs: list[int], people: list[int]) -> ChangePrograms:
    return ChangePrograms(np.array(rows, np.int8), np.array(lows), np.array(highs), np.array(people))


def test_the_smallest_change_is_an_exchange_of_two() -> None:
    """Rows and columns of a table of two by two are told: one person more here is one fewer beside and below."""
    table = programs([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]], [0, 0, 0], [0, 0, 0], [3, 4, 5, 6])
    found = table.smallest(np.array([1.0, 0, 0, 0]))
    assert found is not None
    assert found.whole is not None
    assert found.whole.tolist() == [1, -1, -1, 1]


def test_nobody_leaves_where_nobody_is() -> None:
    table = programs([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]], [0, 0, 0], [0, 0, 0], [3, 0, 5, 6])
    assert table.smallest(np.array([1.0, 0, 0, 0])) is None
    assert table.smallest(np.array([-1.0, 0, 0, 0])) is not None


def test_what_a_row_tells_exactly_does_not_move_and_the_row_is_named() -> None:
    table = programs([[1, 1, 0], [1, 0, 0]], [0, 0], [0, 0], [2, 3, 4])
    for sign in (1.0, -1.0):
        assert table.smallest(np.array([sign, 0, 0])) is None
    assert 1 in table.held_by(np.array([1.0, 0, 0]))


def test_a_range_lets_a_sum_move_only_within_it() -> None:
    table = programs([[1, 1]], [-1], [0], [2, 2])
    assert table.smallest(np.array([1.0, 1.0])) is None
    found = table.smallest(np.array([-1.0, -1.0]))
    assert found is not None
    assert found.whole is not None
    assert found.whole.sum() == -1


def test_what_moves_in_fractions_alone_is_moved_by_no_whole_number() -> None:
    """Three sums of two each are told, and together they fix what a half would move."""
    table = programs([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [0, 0, -1], [0, 0, 1], [3, 3, 3])
    found = table.smallest(np.array([1.0, 1.0, 2.0]))
    assert found is not None
    assert found.whole is None


def test_a_whole_number_is_found_near_a_fraction_and_leaves_nothing_behind() -> None:
    """Each sum is asked of the same programs: what was kept whole for one is free again for the next."""
    random = np.random.default_rng(2)
    rows = random.integers(0, 2, (8, 60))
    people = random.integers(0, 4, 60)
    table = programs(rows.tolist(), [0] * 8, [0] * 8, people.tolist())
    steps = []
    for cell in np.flatnonzero(people)[:20]:
        wanted = np.zeros(60)
        wanted[cell] = -1.0
        found = table.smallest(wanted)
        assert found is not None
        assert found.whole is not None
        assert found.whole @ wanted >= 1
        assert (people + found.whole >= 0).all()
        assert not (rows @ found.whole).any()
        alone = programs(rows.tolist(), [0] * 8, [0] * 8, people.tolist()).smallest(wanted)
        assert alone is not None
        assert alone.steps == found.steps
        steps.append(found.steps)
    assert max(steps) > 1  # some began in fractions
