"""Joint counts of before by after, and who moved."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.analysis.statistics.change import (
    JointCounts,
    Movement,
    PairedBinary,
    favourable,
    movement,
    people_by_steps,
)

unhurried = settings(deadline=None)

SATISFACTION = ("very_satisfied", "quite_satisfied", "neither", "quite_dissatisfied", "very_dissatisfied")


def joint_counts(max_size: int = 5, max_people: int = 9) -> st.SearchStrategy[JointCounts]:
    def of_size(size: int) -> st.SearchStrategy[JointCounts]:
        row = st.tuples(*[st.integers(0, max_people)] * size)
        return st.tuples(*[row] * size).map(lambda rows: JointCounts(tuple("abcdefghij"[:size]), rows))

    return st.integers(1, max_size).flatmap(of_size)


def from_pairs(pairs: Sequence[tuple[int, int]], size: int) -> JointCounts:
    """Joint counts of (before, after) positions on a list of `size` categories."""
    counts = [[0] * size for _ in range(size)]
    for before, after in pairs:
        counts[before][after] += 1
    return JointCounts(tuple(map(str, range(size))), tuple(map(tuple, counts)))


def test_margins_and_base() -> None:
    joint = JointCounts(("yes", "no"), ((4, 1), (2, 3)))
    assert (joint.before, joint.after, joint.base) == ((5, 5), (6, 4), 10)


@unhurried
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)).map(lambda p: (n, p))))
def test_joint_counts_of_two_groups_add_up_to_those_of_both(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    size, pairs = drawn
    cut = len(pairs) // 2
    assert from_pairs(pairs[:cut], size) + from_pairs(pairs[cut:], size) == from_pairs(pairs, size)


@unhurried
@given(joint_counts(), joint_counts())
def test_addition_is_refused_for_other_categories(one: JointCounts, other: JointCounts) -> None:
    if one.categories == other.categories:
        assert (one + other).base == one.base + other.base
        assert one + JointCounts.empty(one.categories) == one
    else:
        with pytest.raises(ValueError, match="same categories"):
            one + other


def test_the_order_of_categories_matters_to_addition() -> None:
    with pytest.raises(ValueError, match="same order"):
        JointCounts.empty(("yes", "no")) + JointCounts.empty(("no", "yes"))


@pytest.mark.parametrize(
    ("categories", "counts"),
    [
        (("a", "b"), ((1, 2),)),
        (("a", "b"), ((1, 2), (3,))),
        (("a", "a"), ((1, 2), (3, 4))),
        (("a",), ((-1,),)),
    ],
)
def test_misshapen_counts_are_refused(categories: tuple[str, ...], counts: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError, match=r"rows of|twice|negative"):
        JointCounts(categories, counts)


def test_movement_goes_up_the_list_of_categories() -> None:
    joint = from_pairs([(4, 0), (1, 0), (0, 0), (2, 2), (2, 2), (0, 3)], 5)
    assert movement(joint) == Movement(rose=2, same=3, fell=1, base=6)
    assert people_by_steps(joint) == {-3: 1, 0: 3, 1: 1, 4: 1}


@unhurried
@given(joint_counts())
def test_movement_parts_the_base_and_turns_over_with_time(joint: JointCounts) -> None:
    there = movement(joint)
    back = movement(JointCounts(joint.categories, tuple(zip(*joint.counts, strict=True))))
    assert there.rose + there.same + there.fell == there.base == joint.base
    assert (there.rose, there.fell) == (back.fell, back.rose)


def test_favourable_categories_make_two_classes() -> None:
    joint = JointCounts(
        SATISFACTION, ((1, 2, 3, 0, 0), (4, 5, 0, 6, 0), (7, 0, 8, 0, 0), (0, 9, 0, 10, 0), (0, 0, 0, 0, 11))
    )
    pair = favourable(joint, {"very_satisfied", "quite_satisfied"})
    assert pair == PairedBinary(both=12, before_only=9, after_only=16, neither=29)
    assert (pair.before, pair.after, pair.base) == (21, 28, joint.base)


def test_an_unknown_favourable_category_is_refused() -> None:
    with pytest.raises(ValueError, match="delighted"):
        favourable(JointCounts.empty(SATISFACTION), {"delighted"})
