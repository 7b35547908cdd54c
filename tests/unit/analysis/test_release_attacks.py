"""Attacks on whole releases, by a reader who has everything that they tell (attack.py): nothing small is worked out."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp.analysis.disclosure.exhibits import count, part
from surveyapp.analysis.disclosure.inputs import (
    NO_ANSWER,
    NOT_ASKED,
    NOT_THERE,
    Cohort,
    CrossedMoments,
    EarlierRelease,
    StatusMoment,
    StatusTable,
)
from surveyapp.analysis.disclosure.release import protect
from surveyapp.analysis.disclosure.told import Depth, OptionGroup, ReleaseTold, RowTold, TableTold, Told
from surveyapp.domain.instrument.study import Thresholds
from tests.unit.analysis.attack import Reader, know_population, read_cross, read_release, read_table, small_cells, truth
from tests.unit.analysis.cohorts import InventedStudy, invent

TEN_AND_FIVE = Thresholds(10, 5, 30)
FOUR_AND_THREE = Thresholds(4, 3, 8)  # as strict for a dozen people as 10 and 5 for fifty


def pinned(study: InventedStudy, release: ReleaseTold, rules: Thresholds, *, splits: bool = True) -> list[str]:
    found = []
    for table in study.tables:
        reader = read_release(study.tables, table.key, release, study.cohort)
        people = truth(reader, study.cohort)
        found += reader.worked_out(small_cells(reader, table, splits=splits), people, rules.minimum_cell - 1)
    return found


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_worked_out_from_one_release_of_few_people(seed: int) -> None:
    study = invent(seed, people=9 + 5 * seed, moments=2, options=3, values=2, variables=2)
    release = protect(study.cohort, study.tables, FOUR_AND_THREE)
    assert release.passed
    assert pinned(study, release, FOUR_AND_THREE) == []


def test_nothing_is_worked_out_from_everybody_before_and_after_and_matched() -> None:
    study = invent(11, people=60, moments=2, options=4, values=3, variables=1)
    table = replace(study.tables[0], segments=())
    study = InventedStudy(study.cohort, (table,))
    release = protect(study.cohort, study.tables, TEN_AND_FIVE)
    assert release.passed
    assert pinned(study, release, TEN_AND_FIVE, splits=False) == []


@st.composite
def small_studies(draw: st.DrawFn) -> InventedStudy:
    """Up to 16 people of any statuses at two touchpoints, in two sites or of none."""
    people = draw(st.integers(0, 16))
    statuses = st.lists(st.sampled_from([0, 1, 2, 2, 2, NO_ANSWER, NOT_THERE]), min_size=people, max_size=people)
    columns = {name: np.array(draw(statuses), dtype=np.int16) for name in ("q@0", "q@1")}
    site = np.array(draw(st.lists(st.sampled_from([0, 0, 1, -1]), min_size=people, max_size=people)), dtype=np.int16)
    table = StatusTable(
        key="q",
        options=("low", "middle", "high"),
        kind=draw(st.sampled_from(["ordered", "nominal"])),
        moments=tuple(
            StatusMoment(column=f"q@{m}", touchpoint=f"t{m}", collecting=draw(st.booleans())) for m in (0, 1)
        ),
        favourable=draw(st.sampled_from([(), (2,)])),
        pairs=((0, 1),),
        segments=("site",),
    )
    return InventedStudy(Cohort(columns=columns, segments={"site": site}, values={"site": 2}), (table,))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(small_studies())
def test_nothing_is_worked_out_of_any_few_people(study: InventedStudy) -> None:
    release = protect(study.cohort, study.tables, FOUR_AND_THREE)
    assert release.passed
    assert pinned(study, release, FOUR_AND_THREE) == []


# ---- every whole-number solution of one moment by two sites, listed ----


def solutions(reader: Reader, people: int) -> np.ndarray:
    """All the ways to spread so many people over the patterns that fit what was told."""
    size = len(reader.patterns)
    spread = np.array(
        [np.bincount(where, minlength=size) for where in combinations_with_replacement(range(size), people)],
        dtype=np.int64,
    )
    for row, low, high in zip(reader.rows, reader.low, reader.high, strict=True):
        held = spread @ row
        spread = spread[(held >= low) & (held <= high)]
    return spread


@pytest.mark.parametrize("seed", range(4))
def test_every_solution_of_a_tiny_study_listed(seed: int) -> None:
    random = np.random.default_rng(seed)
    column = random.choice([0, 1, 1, NO_ANSWER], 9).astype(np.int16)
    site = random.choice([0, 0, 1], 9).astype(np.int16)
    table = StatusTable(
        key="q",
        options=("no", "yes"),
        kind="ordered",
        favourable=(1,),
        moments=(StatusMoment(column="q@0", touchpoint="t0"),),
        segments=("site",),
    )
    study = InventedStudy(Cohort(columns={"q@0": column}, segments={"site": site}, values={"site": 2}), (table,))
    rules = Thresholds(3, 3, 6)
    release = protect(study.cohort, study.tables, rules)
    reader = read_release(study.tables, "q", release, study.cohort)
    people = truth(reader, study.cohort)
    possible = solutions(reader, 9)
    assert len(possible) > 0
    for name, who in small_cells(reader, table):
        true = people[who].sum()
        if 0 < true < 3:
            assert len(np.unique(possible[:, who].sum(axis=1))) > 1, name


# ---- the attacks that were found on the first version, one by one ----


def column(*statuses: tuple[int, int]) -> np.ndarray:
    """A column from (status, how many people)."""
    return np.concatenate([np.full(count, status, np.int16) for status, count in statuses])


def table_of(key: str, *columns: str, options: int = 3, **more: object) -> StatusTable:
    moments = tuple(StatusMoment(column=name, touchpoint=name.partition("@")[2]) for name in columns)
    return StatusTable(
        key=key,
        options=tuple("abcdefgh"[:options]),
        kind="ordered",
        favourable=(options - 1,),
        moments=moments,
        **more,  # type: ignore[arg-type]
    )


def study_of(tables: tuple[StatusTable, ...], segments: dict[str, np.ndarray] | None = None, **columns: np.ndarray):
    named = {name.replace("_", "@"): values for name, values in columns.items()}
    values = {name: int(array.max()) + 1 for name, array in (segments or {}).items()}
    return InventedStudy(Cohort(columns=named, segments=segments or {}, values=values), tables)


def test_a_neighbours_base_does_not_tell_who_gave_no_answer() -> None:
    """Everyone answered one question and all but two the next: both bases beside who took part would tell the two."""
    study = study_of(
        (table_of("a", "a@t"), table_of("b", "b@t")),
        a_t=column((0, 20), (1, 20), (2, 30), (NOT_THERE, 12)),
        b_t=column((0, 20), (1, 18), (2, 30), (NO_ANSWER, 2), (NOT_THERE, 12)),
    )
    release = protect(study.cohort, study.tables, TEN_AND_FIVE)
    assert [release.tables[key].row(0).base.exact for key in "ab"] == [70, 68]
    assert release.handed_in["t", None].exact is None
    assert pinned(study, release, TEN_AND_FIVE) == []


def test_those_routed_past_are_not_told_by_a_fact() -> None:
    """Readers know how many were asked, since a fact routes: three of them gave no answer."""
    asked = StatusMoment(column="q@t", touchpoint="t", routed="fact", asked_told=True)
    table = replace(table_of("q", "q@t"), moments=(asked,))
    study = study_of((table,), q_t=column((0, 12), (1, 10), (2, 15), (NO_ANSWER, 3), (NOT_ASKED, 20)))
    release = protect(study.cohort, study.tables, TEN_AND_FIVE)
    told = release.tables["q"].row(0)
    assert release.passed
    assert told.asked.exact == 40
    assert told.base.known
    assert told.base.exact is None


def test_matched_beside_everyone_does_not_tell_who_answered_once() -> None:
    study = study_of(
        (table_of("q", "q@t0", "q@t1", pairs=((0, 1),)),),
        q_t0=column((0, 10), (1, 20), (2, 30), (NOT_THERE, 4)),
        q_t1=column((0, 5), (NOT_THERE, 2), (1, 20), (2, 33), (NO_ANSWER, 1), (NOT_THERE, 0), (2, 3)),
    )
    release = protect(study.cohort, study.tables, TEN_AND_FIVE)
    assert release.passed
    assert pinned(study, release, TEN_AND_FIVE) == []
    pair = release.tables["q"].pair(0, 1)
    assert pair.base.known
    assert pair.first_alone.exact is None


@pytest.mark.parametrize("unknown", [0, 3])
def test_a_split_less_the_whole_tells_neither_a_small_site_nor_the_unknown(unknown: int) -> None:
    site = column((0, 40), (1, 24), (2, 6 - unknown), (-1, unknown))
    study = study_of(
        (table_of("q", "q@t", segments=("site",)),),
        {"site": site},
        q_t=column((0, 8), (1, 12), (2, 20), (0, 6), (1, 6), (2, 12), (0, 1), (1, 2), (2, 3)),
    )
    release = protect(study.cohort, study.tables, TEN_AND_FIVE)
    told = release.tables["q"]
    assert release.passed
    assert told.row(0).base.exact == 70
    assert told.row(0, ("site", 2)).depth == Depth.WITHHELD
    assert told.row(0, ("site", 1)).base.exact is None  # else 70 - 40 - 24 would be the table of six people
    assert pinned(study, release, TEN_AND_FIVE) == []


def test_everybody_less_one_age_does_not_tell_of_the_others_what_both_join() -> None:
    """Seven chose the last option, six of them young: the one among the older two ages is joined in both, and would be
    told by subtraction."""
    age = column((0, 34), (1, 30), (2, 24))
    study = study_of(
        (table_of("q", "q@t", options=4, segments=("age",)),),
        {"age": age},
        q_t=column((0, 8), (1, 9), (2, 11), (3, 6), (0, 7), (1, 9), (2, 13), (3, 1), (0, 8), (1, 7), (2, 9)),
    )
    release = protect(study.cohort, study.tables, TEN_AND_FIVE)
    assert release.passed
    assert pinned(study, release, TEN_AND_FIVE) == []


@pytest.mark.parametrize("seed", range(6))
def test_of_several_values_together_nothing_is_worked_out(seed: int) -> None:
    study = invent(seed, people=90, moments=1, options=4, values=4, variables=1)
    release = protect(study.cohort, study.tables, TEN_AND_FIVE)
    assert release.passed
    assert pinned(study, release, TEN_AND_FIVE) == []


def test_two_tables_crossed_tell_no_more_than_each() -> None:
    study = invent(3, people=40, moments=1, options=3, values=2, variables=2)
    tables = tuple(replace(table, segments=(), pairs=()) for table in study.tables)
    crossed = CrossedMoments(("q0", 0), ("q1", 0))
    release = protect(study.cohort, tables, TEN_AND_FIVE, crosses=(crossed,))
    reader = Reader({"q0@0": 3, "q1@0": 3}, {})
    for table in tables:
        read_table(reader, table, release.tables[table.key])
    read_cross(reader, {table.key: table for table in tables}, release.crosses[0])
    know_population(reader, study.cohort)
    people = truth(reader, study.cohort)
    one, two = reader.status("q0@0"), reader.status("q1@0")
    cells = [(f"{i},{j}", (one == i) & (two == j)) for i in range(3) for j in range(3)]
    cells += [(f"{t.key} {i}", reader.status(f"{t.key}@0") == i) for t in tables for i in range(-1, 3)]
    assert release.passed
    assert reader.worked_out(iter(cells), people, 4) == []


# ---- over time ----


def later(study: InventedStudy, first: int) -> tuple[Cohort, Cohort]:
    """The cohort as it was when the first so many people had answered, over the same rows, and as it is now."""
    then = {name: np.where(np.arange(len(c)) < first, c, NOT_THERE) for name, c in study.cohort.columns.items()}
    return replace(study.cohort, columns=then), study.cohort


def read_both(
    study: InventedStudy, key: str, then: Cohort, old: ReleaseTold, new: ReleaseTold
) -> tuple[Reader, np.ndarray]:
    """One moment's statuses then and now, as two columns of one reader."""
    table = next(each for each in study.tables if each.key == key)
    name = table.moments[0].column
    old_moment = replace(table.moments[0], column=f"{name} then")
    reader = Reader({name: len(table.options), f"{name} then": len(table.options)}, {})
    read_table(reader, table, new.tables[key])
    read_table(reader, replace(table, moments=(old_moment,)), old.tables[key])
    cohort = replace(study.cohort, columns={name: study.cohort.columns[name], f"{name} then": then.columns[name]})
    # Nobody changes an answer here, and readers know it.
    now, before = reader.status(name), reader.status(f"{name} then")
    reader.learn((before != -3) & (now != before), Told(0, 0))
    return reader, truth(reader, cohort)


@pytest.mark.parametrize(("interim", "seed"), [(False, 1), (False, 2), (True, 3), (True, 4)])
def test_newcomers_between_two_releases_are_not_told(interim: bool, seed: int) -> None:
    study = invent(seed, people=70, moments=1, options=3, values=2, variables=1)
    table = replace(study.tables[0], segments=(), pairs=())
    study = InventedStudy(study.cohort, (table,))
    then, now = later(study, 58)
    collecting = replace(table, moments=(replace(table.moments[0], collecting=interim),))
    old = protect(then, (collecting,), TEN_AND_FIVE)
    past = EarlierRelease(number=1, published={"q0": old.tables["q0"].published}, columns=then.columns, segments={})
    new = protect(now, (table,), TEN_AND_FIVE, earlier=(past,))
    assert new.passed
    if interim:
        assert all(group.told.exact is None for group in old.tables["q0"].row(0).groups)
    reader, people = read_both(study, "q0", then, old, new)
    status, before = reader.status("q0@0"), reader.status("q0@0 then")
    cells = [(f"new {i}", (status == i) & (before == -3)) for i in range(-1, 3)]
    cells += [(f"now {i}", status == i) for i in range(-1, 3)] + [(f"then {i}", before == i) for i in range(-1, 3)]
    assert reader.worked_out(iter(cells), people, 4) == []


def test_three_releases_one_after_another_all_pass() -> None:
    study = invent(8, people=120, moments=2, options=4, values=3, variables=1)
    earlier: list[EarlierRelease] = []
    for number, first in enumerate((60, 90, 120)):
        cohort = later(study, first)[0]
        release = protect(cohort, study.tables, TEN_AND_FIVE, earlier=earlier)
        assert release.passed, release.tables["q0"].pinned
        earlier.append(
            EarlierRelease(
                number=number,
                published={key: told.published for key, told in release.tables.items()},
                columns=cohort.columns,
                segments={},
            )
        )


def test_what_an_earlier_release_gave_away_stops_no_later_one_and_is_said() -> None:
    """It told everybody and the young by option: the one among the others is out, and nothing hides it any more."""
    age = column((0, 34), (1, 30), (2, 24))
    statuses = column((0, 8), (1, 9), (2, 11), (3, 6), (0, 7), (1, 9), (2, 13), (3, 1), (0, 8), (1, 7), (2, 9))
    study = study_of((table_of("q", "q@t", options=4, segments=("age",)),), {"age": age}, q_t=statuses)
    told = tuple(
        count(part(place, "q@t", (option,)), int(((statuses == option) & inside).sum()))
        for place, inside in ((None, age >= 0), (("age", 0), age == 0))
        for option in range(4)
    )
    past = EarlierRelease(number=1, published={"q": told}, columns=study.cohort.columns, segments={})
    release = protect(study.cohort, study.tables, TEN_AND_FIVE, earlier=(past,))
    assert release.passed
    assert {line.exhibit for line in release.tables["q"].log if line.to == "told before"}
    # What is not out is hidden as ever.
    assert release.tables["q"].row(0, ("age", 1)).groups != ()
    assert all(group.told.exact != 1 for place in (1, 2) for group in release.tables["q"].row(0, ("age", place)).groups)


# ---- the attacker can find ----


def test_the_attacker_finds_what_an_unprotected_table_gives_away() -> None:
    """A release that tells a small count's neighbours and the base, and another that tells it by subtraction."""
    study = study_of((table_of("q", "q@t"),), q_t=column((0, 2), (1, 30), (2, 40)))
    groups = (OptionGroup((0,), Told()), OptionGroup((1,), Told(30, 30)), OptionGroup((2,), Told(40, 40)))
    row = RowTold(moment=0, place=None, depth=Depth.OPTIONS, base=Told(72, 72), groups=groups)
    table = TableTold(key="q", groups=((0,), (1,), (2,)), sides=((2,), (0, 1)), rows=(row,), pairs=(), published=())
    release = ReleaseTold(tables={"q": table}, crosses=(), handed_in={})
    assert "q@t None (0,) = 2" in pinned(study, release, TEN_AND_FIVE)


def test_the_attacker_finds_what_only_whole_numbers_give_away() -> None:
    """Two ranges that leave one whole number between them."""
    reader = Reader({"q@t": 2}, {})
    reader.learn(reader.status("q@t") >= 0, Told(12, 12))
    reader.learn(reader.status("q@t") == 0, Told(0, 3))
    reader.learn(reader.status("q@t") == 1, Told(5, 9))
    assert reader.extremes(reader.status("q@t") == 0) == (3, 3)
