"""How a release tells a row, a pair and a split, case by case (results.md §3). Attacks are in test_release_attacks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from surveyapp.analysis.disclosure.budget import budget
from surveyapp.analysis.disclosure.grouping import find_grouping
from surveyapp.analysis.disclosure.inputs import (
    NO_ANSWER,
    NOT_ASKED,
    NOT_THERE,
    Cohort,
    CrossedMoments,
    StatusMoment,
    StatusTable,
)
from surveyapp.analysis.disclosure.release import protect
from surveyapp.analysis.disclosure.told import Depth, ReleaseTold, RowTold, Told
from surveyapp.domain.instrument.study import Thresholds
from tests.unit.analysis.cohorts import invent

TEN_AND_FIVE = Thresholds(10, 5, 30)


def table(options: int, kind: str = "ordered", favourable: tuple[int, ...] = (), moments: int = 1) -> StatusTable:
    return StatusTable(
        key="q",
        options=tuple(str(option) for option in range(options)),
        kind=kind,  # type: ignore[arg-type]
        favourable=favourable,
        moments=tuple(StatusMoment(column=f"q@{m}", touchpoint=f"t{m}") for m in range(moments)),
    )


def groups_of(counts: list[list[int]], **more: object) -> tuple[tuple[int, ...], ...]:
    rows = np.array(counts)
    return find_grouping(table(rows.shape[1], moments=len(rows), **more), rows, TEN_AND_FIVE).groups  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([[10, 12, 14, 20, 9]], ((0,), (1,), (2,), (3,), (4,))),  # nothing small: options
        ([[10, 0, 14, 20, 9]], ((0,), (1,), (2,), (3,), (4,))),  # a zero is shown
        ([[2, 12, 14, 20, 9]], ((0, 1), (2,), (3,), (4,))),
        ([[2, 3, 14, 20, 9]], ((0, 1), (2,), (3,), (4,))),
        ([[12, 14, 20, 9, 2]], ((0,), (1,), (2,), (3, 4))),
        ([[10, 12, 14, 20, 9], [10, 3, 14, 20, 9]], ((0, 1), (2,), (3,), (4,))),  # one grouping for all moments
        ([[20, 3, 10, 10, 10]], ((0,), (1, 2), (3,), (4,))),  # the more even of two cuts
    ],
)
def test_ordered_options_are_cut_between_neighbours(
    counts: list[list[int]], expected: tuple[tuple[int, ...], ...]
) -> None:
    assert groups_of(counts, favourable=(3, 4)) == expected
    if (3, 4) not in expected:
        assert groups_of(counts) == expected


def test_groups_do_not_cross_the_favourable_border() -> None:
    counts = [[10, 12, 3, 20, 9]]
    assert groups_of(counts, favourable=(3, 4)) == ((0,), (1, 2), (3,), (4,))
    assert groups_of([[10, 12, 4, 4, 20]], favourable=(3, 4)) == ((0,), (1, 2), (3, 4))
    assert groups_of([[10, 12, 4, 4, 20]]) == ((0,), (1,), (2, 3), (4,))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([[10, 12, 14]], ((0,), (1,), (2,))),
        ([[30, 12, 3, 1, 2]], ((0,), (1,), (2, 3, 4))),
        ([[30, 12, 3, 1]], ((0,), (1, 2, 3))),  # 4 others would be few: the next smallest joins them
        ([[30, 12, 3, 0]], ((0,), (1, 2, 3))),
    ],
)
def test_nominal_options_join_the_smallest(counts: list[list[int]], expected: tuple[tuple[int, ...], ...]) -> None:
    assert groups_of(counts, kind="nominal") == expected


def column(*statuses: tuple[int, int]) -> np.ndarray:
    return np.concatenate([np.full(count, status, np.int16) for status, count in statuses])


def release_of(
    asked: StatusTable, columns: dict[str, np.ndarray], site: np.ndarray | None = None, **more: object
) -> ReleaseTold:
    segments = {} if site is None else {"site": site}
    values = {} if site is None else {"site": int(site.max()) + 1}
    rules = more.pop("rules", TEN_AND_FIVE)
    return protect(Cohort(columns=columns, segments=segments, values=values), (asked,), rules, **more)  # type: ignore[arg-type]


def row_of(counts: list[int], **more: object) -> RowTold:
    asked = table(len(counts), **more)  # type: ignore[arg-type]
    return release_of(asked, {"q@0": column(*enumerate(counts))}).tables["q"].row(0)


def shown(row: RowTold) -> dict[tuple[int, ...], tuple[int | None, int | None]]:
    return {group.members: (group.told.low, group.told.high) for group in row.groups}


def test_a_small_side_is_bounded_beside_an_exact_whole() -> None:
    row = row_of([2, 1, 20, 30], favourable=(2, 3))
    assert row.bounded
    assert shown(row) == {(0, 1): (0, 4), (2,): (19, 23), (3,): (30, 30)}
    assert row.base.exact == 53


def test_a_bound_needs_nine_people_together() -> None:
    row = row_of([3, 5, 30], favourable=(1, 2))
    assert shown(row) == {(0,): (0, 4), (1, 2): (34, 38)}


def test_all_but_fewer_than_five_chose_one_of_a_nominal_question() -> None:
    row = row_of([1, 40, 2], kind="nominal")
    assert row.bounded
    assert shown(row) == {(0, 2): (0, 4), (1,): (39, 43)}
    assert "mean" not in row.statistics


def test_one_option_of_a_several_choice_question_is_a_yes_or_a_no() -> None:
    assert shown(row_of([37, 3], kind="nominal")) == {(0,): (36, 40), (1,): (0, 4)}
    assert shown(row_of([30, 10], kind="nominal")) == {(0,): (30, 30), (1,): (10, 10)}
    assert shown(row_of([40, 0], kind="nominal")) == {(0,): (40, 40), (1,): (0, 0)}


def test_nothing_is_told_of_a_base_under_the_minimum() -> None:
    row = row_of([4, 5], favourable=(1,))
    assert (row.depth, row.base, row.groups, row.because) == (Depth.WITHHELD, Told(), (), "under_minimum")


def test_exact_options_let_statistics_be_told_and_groups_the_quartiles_alone() -> None:
    assert row_of([10, 12, 14]).statistics == {"mean", "range", "most_common", "quartile_groups"}
    assert row_of([2, 12, 14]).statistics == {"quartile_groups"}
    assert row_of([1, 2, 35], favourable=(2,)).statistics == set()


def test_a_number_in_bins_has_no_mean() -> None:
    told = release_of(replace(table(3), binned=True), {"q@0": column((0, 10), (1, 12), (2, 14))})
    assert told.tables["q"].row(0).statistics == {"quartile_groups"}


def test_while_it_collects_every_count_is_a_range_of_five() -> None:
    asked = table(3)
    asked = replace(asked, moments=(replace(asked.moments[0], collecting=True),))
    row = release_of(asked, {"q@0": column((0, 10), (1, 0), (2, 23), (NO_ANSWER, 2))}).tables["q"].row(0)
    assert row.collecting
    assert shown(row) == {(0,): (10, 14), (1,): (0, 4), (2,): (20, 24)}
    assert (row.base.low, row.base.high) == (30, 34)
    assert row.handed_in.exact is None
    assert row.statistics == set()


def test_a_minimum_cell_of_one_hides_no_count_while_it_collects_either() -> None:
    asked = table(3)
    asked = replace(asked, moments=(replace(asked.moments[0], collecting=True),), segments=("site",))
    site = column((0, 16), (1, 3), (2, 9))
    told = release_of(asked, {"q@0": column((0, 1), (1, 7), (2, 20))}, site, rules=Thresholds(5, 1, 30)).tables["q"]
    assert shown(told.row(0)) == {(0,): (1, 1), (1,): (7, 7), (2,): (20, 20)}
    assert told.row(0, ("site", 0)).base.exact == 16
    assert told.row(0, ("site", 1)).because == "under_minimum"
    # The next smallest is a range: all less the other two would be the table of three people.
    assert told.row(0, ("site", 2)).base == Told(5, 9)


def test_in_a_split_a_side_that_holds_everybody_is_bounded() -> None:
    asked = replace(table(2, favourable=(1,)), segments=("site",))
    site = column((0, 40), (1, 40))
    told = release_of(asked, {"q@0": column((1, 40), (0, 20), (1, 20))}, site).tables["q"]
    assert shown(told.row(0)) == {(0,): (20, 20), (1,): (60, 60)}
    assert shown(told.row(0, ("site", 0))) == {(0,): (0, 4), (1,): (36, 40)}
    assert told.row(0, ("site", 0)).bounded
    assert all(group.told.exact is None for group in told.row(0, ("site", 1)).groups)


@pytest.mark.parametrize(
    ("second", "first_alone", "second_alone", "exact"),
    [
        (((0, 12), (1, 18), (2, 30)), Told(0, 0), Told(0, 0), True),
        (((0, 12), (1, 18), (2, 28), (NOT_THERE, 2)), Told(0, 4), Told(0, 2), False),
        (((0, 6), (NOT_THERE, 6), (1, 12), (NOT_THERE, 6), (2, 22), (NOT_THERE, 8)), Told(20, 20), Told(0, 0), True),
    ],
)
def test_matched_people_are_exact_where_nobody_or_enough_answered_once(
    second: tuple[tuple[int, int], ...], first_alone: Told, second_alone: Told, exact: bool
) -> None:
    asked = replace(table(3, favourable=(2,), moments=2), pairs=((0, 1),))
    columns = {"q@0": column((0, 12), (1, 18), (2, 30)), "q@1": column(*second)}
    # Were it told that there are 60 people, all would have answered the first and 58 of them the second.
    pair = release_of(asked, columns, population_told=False).tables["q"].pair(0, 1)
    assert (pair.first_alone, pair.base.exact is not None) == (first_alone, exact)
    assert pair.second_alone == second_alone
    assert ("net_interval" in pair.statistics) == exact


def test_movements_are_told_only_where_every_cell_passes() -> None:
    asked = replace(table(2, favourable=(1,), moments=2), pairs=((0, 1),))
    before = column((0, 30), (1, 30))
    enough = release_of(asked, {"q@0": before, "q@1": column((0, 20), (1, 10), (0, 5), (1, 25))}).tables["q"].pair(0, 1)
    assert enough.movement == ((20, 10), (5, 25))
    assert {"wilcoxon", "sign", "mcnemar"} <= enough.statistics
    few = release_of(asked, {"q@0": before, "q@1": column((0, 20), (1, 10), (0, 2), (1, 28))}).tables["q"].pair(0, 1)
    assert few.movement == ()
    assert few.statistics == set()
    assert (few.fell.low, few.fell.high) == (0, 4)


# ---- the ends of what a study can be ----


def test_a_study_of_nobody() -> None:
    nobody = np.zeros(0, np.int16)
    asked = replace(table(3, moments=2), pairs=((0, 1),), segments=("site",))
    cohort = Cohort(columns={"q@0": nobody, "q@1": nobody}, segments={"site": nobody}, values={"site": 2})
    release = protect(cohort, (asked,), TEN_AND_FIVE)
    assert release.passed
    assert all(row.because == "under_minimum" for row in release.tables["q"].rows)


def test_a_study_of_five_people_tells_nothing() -> None:
    release = release_of(table(2), {"q@0": column((0, 2), (1, 3))})
    assert release.passed
    assert release.tables["q"].row(0).because == "under_minimum"
    assert release.handed_in["t0", None] == Told()


@pytest.mark.parametrize(
    ("answered", "silent", "absent", "rules", "told"),
    [
        ((5, 5), 0, 20, TEN_AND_FIVE, Told(10, 10)),
        ((5, 4), 0, 20, TEN_AND_FIVE, Told()),
        # Who gave no answer is counted by all who took part, less the base: few of them make that a range.
        ((10, 10), 5, 20, TEN_AND_FIVE, Told(25, 25)),
        ((10, 10), 4, 20, TEN_AND_FIVE, Told(20, 24)),
        # Of a base that is told readers know that no fewer took part: the range begins there.
        ((7, 6), 1, 20, Thresholds(13, 5, 30), Told(13, 17)),
        # No more than everybody took part: of 10 to 14 readers would know that it is 10 or 11.
        ((5, 4), 1, 1, TEN_AND_FIVE, Told(7, 11)),
    ],
)
def test_how_many_took_part(answered: tuple[int, int], silent: int, absent: int, rules: Thresholds, told: Told) -> None:
    people = column(*enumerate(answered), (NO_ANSWER, silent), (NOT_THERE, absent))
    assert release_of(table(2), {"q@0": people}, rules=rules).handed_in["t0", None] == told


@pytest.mark.parametrize(
    ("asked", "past", "told"),
    [
        (9, 20, Told()),
        (10, 20, Told(10, 10)),
        (40, 0, Told(40, 40)),
        (40, 4, Told(40, 44)),  # all who took part, less the asked, would be the few who were routed past
        (40, 5, Told(40, 40)),
    ],
)
def test_how_many_were_asked_where_a_fact_routes(asked: int, past: int, told: Told) -> None:
    moment = StatusMoment(column="q@0", touchpoint="t0", routed="fact", asked_told=True)
    people = {"q@0": column((0, asked - 5), (1, 5), (NOT_ASKED, past))}
    assert release_of(replace(table(2), moments=(moment,)), people).tables["q"].row(0).asked == told


def test_a_bound_needs_nine_people_together_whatever_the_minimum_base_is() -> None:
    people = {"q@0": column((1, 2), (2, 4))}
    row = release_of(table(3, kind="nominal"), people, rules=Thresholds(6, 5, 30)).tables["q"].row(0)
    assert (row.depth, row.bounded) == (Depth.RANGE, False)


def test_everyone_in_one_cell() -> None:
    asked = replace(table(4, favourable=(3,), moments=2), pairs=((0, 1),))
    release = release_of(asked, {"q@0": column((3, 80)), "q@1": column((3, 80))})
    assert release.passed
    assert shown(release.tables["q"].row(0)) == {(0,): (0, 0), (1,): (0, 0), (2,): (0, 0), (3,): (80, 80)}
    assert release.tables["q"].pair(0, 1).both.exact == 80


@pytest.mark.parametrize(
    ("people", "options", "moments", "values"), [(150, 40, 1, 3), (60, 3, 12, 2), (300, 3, 1, 20), (90, 1, 2, 3)]
)
def test_many_options_moments_and_values(people: int, options: int, moments: int, values: int) -> None:
    study = invent(5, people=people, options=options, moments=moments, values=values, variables=1)
    tables = study.tables if moments < 12 else (replace(study.tables[0], segments=(), pairs=((0, 11),)),)
    release = protect(study.cohort, tables, TEN_AND_FIVE)
    assert release.passed
    assert release.tables["q0"].row(0).depth != Depth.WITHHELD


def widest(people: int, *, one_cell: bool = False) -> tuple[Cohort, StatusTable]:
    """A question of 40 options at twelve moments, with every step, in twenty segments of twenty values."""
    study = invent(5, people=people, options=40, moments=12, values=20, variables=1)
    segments = {f"s{i}": np.random.default_rng(i).integers(0, 20, people).astype(np.int16) for i in range(20)}
    columns = {name: np.full_like(each, 5) if one_cell else each for name, each in study.cohort.columns.items()}
    cohort = Cohort(columns=columns, segments=segments, values=dict.fromkeys(segments, 20))
    return cohort, replace(study.tables[0], segments=tuple(segments))


@pytest.mark.parametrize("people", [0, 5, 200])
def test_twelve_moments_with_every_step_in_twenty_segments_tell_nothing_that_is_not_proved(people: int) -> None:
    cohort, asked = widest(people)
    release = protect(cohort, (asked,), TEN_AND_FIVE)
    assert release.passed
    told = release.tables["q0"]
    assert {row.depth for row in told.rows} == {Depth.WITHHELD}
    assert not any(told.base.known or told.rose.known or told.both.known or told.movement for told in told.pairs)
    assert people < 200 or told.log[0].because == "more moments and segments than can be audited"


def test_everyone_in_one_cell_of_twenty_segments_is_told_over_everybody() -> None:
    cohort, asked = widest(60, one_cell=True)
    release = protect(cohort, (asked,), TEN_AND_FIVE)
    assert release.passed
    assert release.tables["q0"].row(0).base.exact == 60


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="q: the cohort has no q@0"):
        release_of(table(2), {})


def test_tables_that_differ_in_who_took_part_are_named() -> None:
    one, two = table(2), replace(table(2), key="r", moments=(StatusMoment(column="r@0", touchpoint="t0"),))
    columns = {"q@0": column((0, 20), (1, 20)), "r@0": column((0, 20), (NOT_THERE, 20))}
    with pytest.raises(ValueError, match="r: 20 took part in t0, elsewhere 40"):
        protect(Cohort(columns=columns, segments={}, values={}), (one, two), TEN_AND_FIVE)


def test_a_crosstab_is_exact_where_every_cell_passes() -> None:
    one = replace(table(2), key="a", moments=(StatusMoment(column="a", touchpoint="t"),))
    two = replace(table(2), key="b", moments=(StatusMoment(column="b", touchpoint="t"),))
    columns = {"a": column((0, 40), (1, 40)), "b": column((0, 10), (1, 30), (0, 25), (1, 15))}
    crossed = CrossedMoments(("a", 0), ("b", 0))
    cohort = Cohort(columns=columns, segments={}, values={})
    cross = protect(cohort, (one, two), TEN_AND_FIVE, crosses=(crossed,)).crosses[0]
    assert [[told.exact for told in line] for line in cross.counts] == [[10, 30], [25, 15]]


def test_the_budget_counts_what_is_told_in_some_form() -> None:
    asked = replace(table(2, favourable=(1,), moments=2), pairs=((0, 1),))
    release = release_of(asked, {"q@0": column((0, 30), (1, 30)), "q@1": column((0, 5), (1, 4), (NOT_THERE, 51))})
    lines = {line.what: (line.told, line.of, line.held) for line in budget(release.tables.values())}
    assert list(lines.values()) == [(1, 1, True), (1, 1, True), (0, 0, True), (0, 0, True)]


def test_the_budget_for_hiding_holds_over_random_cohorts_and_nothing_is_pinned() -> None:
    """A few of the fifty that the bench has."""
    tables = []
    for seed in (0, 3, 8, 13):
        study = invent(seed, people=60 + 20 * seed, variables=2)
        tables += protect(study.cohort, study.tables, TEN_AND_FIVE).tables.values()
    lines = budget(tables)
    assert all(line.of for line in lines)
    assert [str(line) for line in lines if not line.held] == []
    assert [key for table in tables for key in table.pinned] == []
