"""What of a table may be shown: the rules, case by case. Attacks on the outcome are in test_disclosure_attacks."""

from fractions import Fraction

import pytest

from surveyapp.analysis.disclosure.protection import (
    CellGroup,
    CellTotal,
    CountTable,
    HiddenBecause,
    Limits,
    ProtectedCount,
    ProtectedTable,
    filter_allowed,
    protect,
    protect_summary,
)
from surveyapp.analysis.disclosure.tables import TrueRating

TEN_AND_FIVE = Limits(minimum_base=10, minimum_cell=5)
PUBLIC = Limits(minimum_base=5, minimum_cell=1)


def row_of(protected: ProtectedTable, table: CountTable, row: str | None) -> list[int | str]:
    """Each column's count, or p, c, b for why it is hidden; the base last."""
    counts = [protected.cell(row, column) for column in (*table.columns, None)]
    return [count.count if count.count is not None else str(count.reason)[0] for count in counts]


def one_row(*counts: int, **more: tuple[CellTotal, ...]) -> CountTable:
    return CountTable(rows=("all",), columns=tuple("abcdefgh"[: len(counts)]), counts=(counts,), **more)  # type: ignore[arg-type]


def test_nothing_is_hidden_where_no_count_is_small() -> None:
    table = CountTable(
        rows=("sme", "large"),
        columns=("yes", "no"),
        counts=((7, 6), (0, 20)),
        column_groups=(CellTotal("any", ("yes", "no")),),
    )
    protected = protect(table, TEN_AND_FIVE)
    assert not protected.hides_something
    assert row_of(protected, table, "sme") == [7, 6, 13]
    assert row_of(protected, table, "large") == [0, 20, 20]
    assert row_of(protected, table, None) == [7, 26, 33]
    assert protected.cell("sme", "any") == ProtectedCount(13)


@pytest.mark.parametrize("nothing", [0, 1])
def test_thresholds_of_one_hide_nothing(nothing: int) -> None:
    table = one_row(1, 1, 0)
    assert row_of(protect(table, Limits(nothing, nothing)), table, "all") == [1, 1, 0, 2]


@pytest.mark.parametrize(("base", "cell"), [(2, 1), (1, 2), (10, 2), (-1, 5), (5, -5)])
def test_a_threshold_of_two_says_one_and_is_refused(base: int, cell: int) -> None:
    with pytest.raises(ValueError, match="3 or more"):
        Limits(base, cell)


def test_under_the_minimum_base_nothing_of_a_table_is_shown() -> None:
    table = CountTable(rows=("sme", "large"), columns=("yes", "no"), counts=((4, 0), (0, 5)))
    protected = protect(table, TEN_AND_FIVE)
    for row in (*table.rows, None):
        assert row_of(protected, table, row) == ["b", "b", "b"]
    assert protected.base() == ProtectedCount(None, HiddenBecause.BASE, fewer_than=10)
    assert protected.cell("sme", "no").fewer_than is None


def test_an_empty_table_tells_of_nobody_and_is_shown() -> None:
    table = one_row(0, 0)
    assert row_of(protect(table, TEN_AND_FIVE), table, "all") == [0, 0, 0]


def test_a_small_count_takes_the_next_smallest_with_it() -> None:
    table = one_row(3, 20, 0, 9)
    protected = protect(table, TEN_AND_FIVE)
    assert row_of(protected, table, "all") == ["p", 20, 0, "c", 32]
    assert protected.cell("all", "a") == ProtectedCount(None, HiddenBecause.PRIMARY, fewer_than=5)
    assert protected.cell("all", "d") == ProtectedCount(None, HiddenBecause.COMPLEMENTARY)


def test_the_next_smallest_is_passed_over_when_it_would_give_the_small_one_away() -> None:
    # Hiding 1 and 5 would leave 6 for the two. A 5 is hidden only for another's sake, so it is 5 or more, and the
    # other 1 at most: one.
    table = one_row(1, 5, 20)
    assert row_of(protect(table, TEN_AND_FIVE), table, "all") == ["p", 5, "c", 26]


def test_two_small_counts_that_sum_to_two_are_each_one() -> None:
    table = one_row(1, 1, 20)
    assert row_of(protect(table, TEN_AND_FIVE), table, "all") == ["p", "p", "c", 22]
    table = one_row(1, 2, 20)
    assert row_of(protect(table, TEN_AND_FIVE), table, "all") == ["p", "p", 20, 23]


def test_without_limits_said_the_smallest_do_and_cannot_be_told_apart() -> None:
    table = one_row(1, 5, 20)
    protected = protect(table, TEN_AND_FIVE, say_limits=False)
    assert row_of(protected, table, "all") == ["p", "c", 20, 26]
    assert protected.cell("all", "a").fewer_than is None
    # A table hidden whole may still say why.
    assert protect(one_row(1, 5), TEN_AND_FIVE, say_limits=False).base().fewer_than == 10


def test_one_small_cell_of_a_table_takes_three_corners() -> None:
    table = CountTable(rows=("r", "s", "t"), columns=("a", "b", "c"), counts=((3, 10, 11), (12, 13, 14), (15, 16, 17)))
    protected = protect(table, TEN_AND_FIVE)
    assert row_of(protected, table, "r") == ["p", "c", 11, 24]
    assert row_of(protected, table, "s") == ["c", "c", 14, 39]
    assert row_of(protected, table, "t") == [15, 16, 17, 48]
    assert row_of(protected, table, None) == [30, 39, 42, 111]


def test_a_net_that_leaves_only_one_small_option_is_hidden() -> None:
    # With the base and the net shown, d = 30 - 28 = 2.
    satisfied = CellTotal("satisfied", ("a", "b"))
    table = one_row(20, 8, 0, 2, column_groups=(satisfied,))
    protected = protect(table, TEN_AND_FIVE)
    assert protected.cell("all", "d").reason == HiddenBecause.PRIMARY
    assert not protected.cell("all", "satisfied").shown
    assert protected.cell("all", "c").count == 0
    assert not (protected.cell("all", "a").shown and protected.cell("all", "b").shown)


def test_a_small_net_is_hidden_and_says_nothing_where_its_limit_would_tell() -> None:
    # Fewer than 3 for two options of at least one each says one each.
    table = one_row(1, 1, 20, column_groups=(CellTotal("net", ("a", "b")),))
    protected = protect(table, Limits(3, 3))
    assert protected.cell("all", "a").fewer_than == 3
    assert protected.cell("all", "net") == ProtectedCount(None, HiddenBecause.PRIMARY, fewer_than=None)


def test_a_row_under_the_minimum_base_takes_the_other_row_with_it() -> None:
    table = CountTable(rows=("sme", "large"), columns=("yes", "no"), counts=((3, 1), (20, 20)))
    protected = protect(table, PUBLIC)
    assert row_of(protected, table, "sme") == ["b", "b", "b"]
    assert row_of(protected, table, "large") == ["c", "c", "c"]
    assert row_of(protected, table, None) == [23, 21, 44]
    assert protected.base("sme").fewer_than is None


def test_small_rows_that_together_are_few_take_the_smallest_other_row() -> None:
    # 50 less 20 and 27 would leave a table of the three people of both small rows.
    table = CountTable(rows=("r", "s", "t", "u"), columns=("yes", "no"), counts=((1, 1), (1, 0), (10, 10), (14, 13)))
    protected = protect(table, PUBLIC)
    assert [protected.base(row).shown for row in "rstu"] == [False, False, False, True]
    assert protected.base("t").reason == HiddenBecause.COMPLEMENTARY


def test_small_rows_that_together_are_many_hide_nothing_else() -> None:
    table = CountTable(rows=("r", "s", "t"), columns=("yes", "no"), counts=((2, 2), (3, 1), (10, 10)))
    protected = protect(table, PUBLIC)
    assert [protected.base(row).shown for row in "rst"] == [False, False, True]
    assert row_of(protected, table, "t") == [10, 10, 20]


def test_a_zero_in_a_hidden_row_that_a_total_of_zero_gives_away_is_shown() -> None:
    table = CountTable(rows=("sme", "large"), columns=("yes", "no", "other"), counts=((2, 1, 0), (20, 20, 0)))
    protected = protect(table, PUBLIC)
    assert protected.cell(None, "other").count == 0
    assert protected.cell("sme", "other").count == 0
    assert not protected.cell("sme", "no").shown


def test_crossed_segments_are_protected_with_their_margins() -> None:
    # Two attributes: small by young is 2 people, so that small by old, large by young and large by old are hidden
    # too, though each is many: a difference of shown tables would be the two.
    rows = ("small young", "small old", "large young", "large old")
    table = CountTable(
        rows=rows,
        columns=("yes", "no"),
        counts=((1, 1), (10, 10), (11, 9), (12, 8)),
        row_groups=(
            CellTotal("small", ("small young", "small old")),
            CellTotal("large", ("large young", "large old")),
            CellTotal("young", ("small young", "large young")),
            CellTotal("old", ("small old", "large old")),
        ),
    )
    protected = protect(table, PUBLIC)
    assert [protected.base(row).shown for row in rows] == [False] * 4
    assert [protected.base(group).count for group in ("small", "large", "young", "old")] == [22, 40, 22, 40]


def test_rows_that_are_not_shown_themselves_are_not_in_the_outcome() -> None:
    table = CountTable(
        rows=("r", "s", "t"),
        columns=("yes", "no"),
        counts=((6, 6), (7, 7), (8, 8)),
        row_groups=(CellTotal("rs", ("r", "s")),),
        rows_published=False,
    )
    protected = protect(table, TEN_AND_FIVE)
    assert protected.base("rs").count == 26
    with pytest.raises(KeyError):
        protected.base("r")


def test_before_by_after_has_one_base_and_counts_for_margins() -> None:
    scale = ("good", "poor")
    table = CountTable(
        rows=scale,
        columns=scale,
        counts=((12, 0), (6, 2)),
        rows_are_bases=False,
        cell_groups=(CellGroup("rose", (("poor", "good"),)), CellGroup("same", (("good", "good"), ("poor", "poor")))),
    )
    # Rows of 12 and 8 people: 8 is under the minimum base, but it is a count, not a base.
    protected = protect(table, TEN_AND_FIVE)
    assert protected.cell("poor", "poor") == ProtectedCount(None, HiddenBecause.PRIMARY, fewer_than=5)
    assert protected.cell("good", "poor").count == 0
    # What moved is the poor who turned good: both names are hidden, or neither.
    assert protected.sums["rose"] == protected.cell("poor", "good")
    assert protected.base().count == 20
    # Of 20, all but the two are good before or after: the margins would tell.
    assert not protected.cell(None, "poor").shown


def test_not_choosing_an_option_is_an_answer_too() -> None:
    # Nineteen of twenty chose it: one did not.
    table = CountTable(rows=("all",), columns=("a", "b"), counts=((19, 10),), bases=(20,))
    protected = protect(table, TEN_AND_FIVE)
    assert row_of(protected, table, "all") == ["c", 10, 20]
    # Everyone, or no one, tells of all twenty alike.
    table = CountTable(rows=("all",), columns=("a", "b"), counts=((20, 0),), bases=(20,))
    assert row_of(protect(table, TEN_AND_FIVE), table, "all") == [20, 0, 20]


def test_options_of_which_several_can_be_chosen_do_not_give_each_other_away() -> None:
    table = CountTable(rows=("all",), columns=("a", "b", "c"), counts=((3, 12, 9),), bases=(20,))
    assert row_of(protect(table, TEN_AND_FIVE), table, "all") == ["p", 12, 9, 20]


def test_the_net_of_a_multiple_tells_of_its_options() -> None:
    # The net of a and b is b and at least the a who did not choose b: 10 at most with 4 of a, so a is 4.
    table = CountTable(
        rows=("all",),
        columns=("a", "b", "net"),
        counts=((4, 6, 10),),
        bases=(20,),
        column_groups=(CellTotal("net", ("a", "b")),),
    )
    protected = protect(table, TEN_AND_FIVE)
    assert not protected.cell("all", "a").shown
    assert not (protected.cell("all", "b").shown and protected.cell("all", "net").shown)


@pytest.mark.parametrize(
    ("base", "rest", "allowed"),
    [(5, 5, True), (4, 20, False), (20, 4, False), (20, 0, True), (0, 20, True), (0, 0, True), (1, 0, False)],
)
def test_a_filter_needs_enough_people_on_either_side(base: int, rest: int, allowed: bool) -> None:
    assert filter_allowed(base, rest, minimum_base=5) is allowed


def test_a_filter_is_free_where_nothing_is_hidden() -> None:
    assert filter_allowed(1, 1, minimum_base=1)


def summary_of(counts: dict[int, int]) -> TrueRating:
    base, total = sum(counts.values()), sum(value * people for value, people in counts.items())
    most = max(counts.values(), default=0)
    return TrueRating(
        variable="value",
        base=base,
        total=total,
        mean=Fraction(total, base) if base else None,
        most_common=tuple(value for value, people in counts.items() if people == most),
        minimum=min(counts, default=None),
        maximum=max(counts, default=None),
        counts=counts,
        missing={},
    )


@pytest.mark.parametrize(
    ("counts", "thresholds", "base", "mean", "most_common", "minimum", "maximum"),
    [
        ({6: 5, 8: 8, 10: 6}, TEN_AND_FIVE, 19, Fraction(154, 19), (8,), 6, 10),
        ({6: 1, 8: 8, 10: 6}, TEN_AND_FIVE, 15, Fraction(130, 15), (8,), None, 10),
        ({6: 5, 8: 8, 10: 4}, TEN_AND_FIVE, 17, Fraction(134, 17), (8,), 6, None),
        ({6: 4, 7: 4, 8: 2}, TEN_AND_FIVE, 10, Fraction(68, 10), None, None, None),
        ({6: 1, 8: 4}, PUBLIC, 5, Fraction(38, 5), (8,), 6, 8),
        ({6: 1, 8: 3}, PUBLIC, None, None, None, None, None),
        ({}, TEN_AND_FIVE, 0, None, None, None, None),
    ],
)
def test_the_ends_of_a_rating_are_shown_only_where_enough_people_gave_them(
    counts: dict[int, int],
    thresholds: Limits,
    base: int | None,
    mean: Fraction | None,
    most_common: tuple[int, ...] | None,
    minimum: int | None,
    maximum: int | None,
) -> None:
    shown = protect_summary(summary_of(counts), thresholds)
    assert (shown.base.count, shown.mean, shown.most_common) == (base, mean, most_common)
    assert (shown.minimum, shown.maximum) == (minimum, maximum)


@pytest.mark.parametrize(
    "arguments",
    [
        {"rows": (), "columns": ("a",), "counts": ()},
        {"rows": ("r",), "columns": ("a", "b"), "counts": ((1,),)},
        {"rows": ("r",), "columns": ("a",), "counts": ((-1,),)},
        {"rows": ("r", "r"), "columns": ("a",), "counts": ((1,), (1,))},
        {"rows": ("r",), "columns": ("a",), "counts": ((1,),), "column_groups": (CellTotal("a", ("a",)),)},
        {"rows": ("r",), "columns": ("a",), "counts": ((1,),), "column_groups": (CellTotal("n", ("b",)),)},
        {"rows": ("r",), "columns": ("a",), "counts": ((1,),), "cell_groups": (CellGroup("n", (("r", "b"),)),)},
        {"rows": ("r",), "columns": ("a",), "counts": ((3,),), "bases": (2,)},
        {"rows": ("r",), "columns": ("a",), "counts": ((3,),), "bases": (4, 4)},
        {
            "rows": ("r",),
            "columns": ("a",),
            "counts": ((3,),),
            "bases": (4,),
            "column_groups": (CellTotal("n", ("a",)),),
        },
    ],
)
def test_a_table_that_does_not_fit_together_is_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+\."):
        CountTable(**arguments)  # type: ignore[arg-type]
