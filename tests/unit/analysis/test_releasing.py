"""What becomes of working figures in a release: what protection is given, and what is written of what it tells."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.disclosure.inputs import NO_ANSWER, NOT_ASKED, NOT_THERE
from surveyapp.analysis.disclosure.told import Depth, OptionGroup, PairTold, RowTold, TableTold, Told, exactly
from surveyapp.analysis.linked.table import DONT_KNOW, NO_RESPONSE, LinkedTable
from surveyapp.analysis.linked.table import NOT_ASKED as NEVER_ASKED
from surveyapp.analysis.releasing import changes, holding, objects, tallies
from surveyapp.analysis.releasing.statuses import ReleasedVariable, StatusPlace, StatusTables, status_tables
from surveyapp.analysis.statistics import intervals
from surveyapp.domain.instrument.conditions import All, Changed, Condition, Is, Not, Reference
from surveyapp.domain.instrument.kinds import KINDS, Part
from surveyapp.domain.instrument.questionnaire import Net, Option, Question, Section
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import WITHOUT, Cell, Change, Edition, Interval, Joined, RatingSummary, Shift
from tests.unit.analysis.linked_people import DAY
from tests.unit.reports import made

RULES = Thresholds()


@pytest.mark.parametrize(
    ("told", "at_least", "cell"),
    [
        (exactly(12), False, Cell(12, 12)),
        (exactly(0), False, Cell(0, 0)),
        (Told(0, 4), False, Cell(None, high=4)),
        (Told(1, 4), True, Cell(None, high=4)),
        (Told(5, 9), False, Cell(None, low=5, high=9)),
        (Told(52, 55), True, Cell(None, low=52)),
        (Told(52, None), False, Cell(None, low=52)),
        (Told(), False, Cell(None)),
        (Told(), True, Cell(None)),
    ],
)
def test_a_count_as_far_as_it_is_told(told: Told, at_least: bool, cell: Cell) -> None:
    assert tallies.told_cell(told, 100, at_least=at_least) == cell
    assert tallies.told_cell(told, None, at_least=at_least).percent is None


@pytest.mark.parametrize(
    "bound", [{"low": 6, "high": None}, {"low": 5, "high": 9}, {"low": None, "high": 4}, {"low": None, "high": None}]
)
def test_a_percentage_is_of_an_exact_count_alone_whoever_wrote_it(bound: dict[str, int | None]) -> None:
    """8 of 10 was told as “6 or more, 60%”, and releases are stored so."""
    stored = {"count": None, "percent": 60, "private": False, **bound}
    assert TypeAdapter(Cell).validate_python(stored).percent is None
    assert TypeAdapter(Cell).validate_json(json.dumps(stored)) == Cell(None, 60, **bound) == Cell(None, **bound)
    assert TypeAdapter(Cell).validate_python({**stored, "count": 6, "low": None, "high": None}) == Cell(6, 60)


def row(*groups: tuple[tuple[int, ...], Told], base: Told, **more: object) -> RowTold:
    told = RowTold(
        moment=0, place=None, depth=Depth.GROUPS, base=base, groups=tuple(OptionGroup(*each) for each in groups)
    )
    return dataclasses.replace(told, **more)  # type: ignore[arg-type]


def table(told: RowTold, *pairs: PairTold) -> TableTold:
    return TableTold(key="t", groups=(), sides=((), ()), rows=(told,), pairs=pairs, published=())


HERE = StatusPlace("t", 0, backwards=True)
"""The options of `made` run from the best; in tables from the worst."""


def test_joined_options_and_the_net_that_they_come_to() -> None:
    told = row(
        ((0, 1), exactly(17)), ((2,), exactly(29)), ((3,), exactly(37)), ((4,), exactly(21)),
        base=exactly(104), without=Told(0, 4),
    )  # fmt: skip
    working = dataclasses.replace(made.tally((21, 37, 29, 14, 3)), rating=None)
    tally = tallies.told_tally(working, (table(told), HERE), None, made.OPTIONS, (made.NET,), RULES)
    assert tally.joined == (Joined(("not_very", "not_at_all"), Cell(17, 16)),)
    assert tally.cells == {
        "neither": Cell(29, 28), "quite": Cell(37, 36), "very": Cell(21, 20), "confident": Cell(58, 56),
    }  # fmt: skip
    assert (tally.base, tally.missing) == (Cell(104), {WITHOUT: Cell(None, high=4)})
    assert not tally.withheld


def test_a_bounded_side_and_what_stands_beside_it() -> None:
    told = row(((0, 1, 2), Told(1, 4)), ((3,), Told(52, 55)), ((4,), exactly(44)), base=exactly(100), bounded=True)
    working = made.tally((44, 53, 2, 1, 0))
    tally = tallies.told_tally(working, (table(told), HERE), None, made.OPTIONS, (made.NET,), RULES)
    assert tally.cells["quite"] == Cell(None, low=52)
    assert tally.cells["confident"] == Cell(None, low=96)
    assert tally.joined == (Joined(("neither", "not_very", "not_at_all"), Cell(None, high=4)),)


def test_a_net_that_the_groups_cut_through_is_not_told() -> None:
    told = row(((0, 1, 2, 3), exactly(60)), ((4,), exactly(44)), base=exactly(104))
    tally = tallies.told_tally(
        made.tally((44, 30, 20, 6, 4)), (table(told), HERE), None, made.OPTIONS, (made.NET,), RULES
    )
    assert tally.cells == {"very": Cell(44, 42), "confident": Cell(None)}


def test_ranges_while_people_answer() -> None:
    told = row(
        ((0, 1), Told(0, 4)), ((2,), Told(5, 9)), ((3,), Told(25, 29)), ((4,), Told(15, 19)),
        base=Told(50, 54), collecting=True,
    )  # fmt: skip
    tally = tallies.told_tally(
        made.tally((19, 27, 5, 1, 0)), (table(told), HERE), None, made.OPTIONS, (made.NET,), RULES
    )
    assert tally.collecting
    assert tally.base == Cell(None, low=50, high=54)
    assert tally.cells["confident"] == Cell(None, low=40, high=48)


def test_a_net_of_ranges_is_no_more_than_its_base_and_no_less_than_the_others_leave() -> None:
    told = row(
        ((0, 1), Told(0, 4)), ((2,), Told(0, 0)), ((3,), Told(5, 9)), ((4,), Told(5, 9)),
        base=Told(10, 14), collecting=True,
    )  # fmt: skip
    tally = tallies.told_tally(made.tally((6, 6, 0, 1, 0)), (table(told), HERE), None, made.OPTIONS, (made.NET,), RULES)
    assert tally.cells["confident"] == Cell(None, low=10, high=14)
    told = dataclasses.replace(told, base=Told(20, 24))
    tally = tallies.told_tally(made.tally((9, 9, 0, 2, 0)), (table(told), HERE), None, made.OPTIONS, (made.NET,), RULES)
    assert tally.cells["confident"] == Cell(None, low=16, high=18)
    beside = dataclasses.replace(told, base=Told(15, 19), groups=(OptionGroup((0, 1, 2), Told(5, 9)), *told.groups[2:]))
    tally = tallies.told_tally(
        made.tally((6, 6, 0, 5, 0)), (table(beside), HERE), None, made.OPTIONS, (made.NET,), RULES
    )
    assert tally.cells["confident"] == Cell(None, low=10, high=14), "at least five are beside it"


@pytest.mark.parametrize(
    ("told", "interval"),
    [
        (row(((0, 1, 2), exactly(46)), ((3, 4), exactly(58)), base=exactly(104)), Interval(Decimal(46), Decimal(65))),
        (
            row(((0, 1, 2), Told(1, 4)), ((3,), Told(52, 55)), ((4,), exactly(44)), base=exactly(100), bounded=True),
            None,
        ),
        (row(((0, 1, 2), Told(5, 9)), ((3, 4), Told(45, 49)), base=Told(50, 54), collecting=True), None),
    ],
)
def test_an_interval_is_of_the_counts_that_are_told_and_of_no_others(told: RowTold, interval: Interval | None) -> None:
    truth = dataclasses.replace(
        made.row("now", made.tally((30, 28, 29, 14, 3))), interval=Interval(Decimal(1), Decimal(2))
    )
    working = made.shift(((truth,),), nets=(made.NET,))
    released = objects.released_shift(working, lambda *_: (table(told), HERE), {}, Edition("release", None, 1), RULES)
    assert released.everyone[0].interval == interval


def test_what_is_withheld_holds_nothing() -> None:
    told = row(base=Told(), depth=Depth.WITHHELD)
    tally = tallies.told_tally(
        made.tally((19, 27, 5, 1, 0)), (table(told), HERE), None, made.OPTIONS, (made.NET,), RULES
    )
    assert tally == tallies.withheld(made.EVERYONE)


@pytest.mark.parametrize("computed", [True, False])
def test_of_a_rating_only_what_may_be_computed_is_told(computed: bool) -> None:
    told = row(((0,), exactly(60)), ((1,), exactly(44)), base=exactly(104), statistics=frozenset({"mean"}))
    working = dataclasses.replace(
        made.tally((44, 60, 0, 0, 0)), rating=RatingSummary(Decimal("3.4"), (4,), minimum=1, maximum=5)
    )
    tally = tallies.told_tally(working, (table(told), StatusPlace("t", 0)), None, made.OPTIONS[:2], (), RULES, computed)
    assert tally.rating == (RatingSummary(Decimal("3.4"), None, None, None) if computed else None)


def pair(*counts: Told, statistics: frozenset[str] = frozenset(), **more: object) -> PairTold:
    both, gained, given_up, neither = counts
    told = PairTold(
        before_moment=0, after_moment=0, base=exactly(88), sides=((3, 4), (0, 1, 2)), both=both, gained=gained,
        given_up=given_up, neither=neither, statistics=statistics,  # type: ignore[arg-type]
    )  # fmt: skip
    return dataclasses.replace(told, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("computed", [True, False])
def test_of_a_change_only_what_rests_on_counts_that_are_told_is_kept(computed: bool) -> None:
    working = made.change(interval=Interval(31, 54), points=43, verdict="rose")
    bare = Change(people=made.EVERYONE, kind="measured", before_row=0, after_row=1)
    hidden = pair(Told(40, 44), Told(35, 39), Told(0, 4), Told(5, 9), base=Told(85, 89), rose=Told(60, 64))
    told = changes.told_change(working, bare, hidden, HERE, made.OPTIONS, made.NET, RULES, computed)
    assert told.base == Cell(None, low=85, high=89)
    assert told.gained == Cell(None, low=35, high=39)
    assert (told.points, told.interval, told.tests, told.mean, told.transitions) == (None, None, (), None, None)
    assert told.verdict == "rose", "even at the least favourable ends"
    shown = pair(
        exactly(45), exactly(40), exactly(2), exactly(1), statistics=frozenset({"net_interval", "mcnemar"}),
    )  # fmt: skip
    told = changes.told_change(working, bare, shown, HERE, made.OPTIONS, made.NET, RULES, computed)
    assert told.gained == Cell(40, 45)
    assert told.interval == (working.interval if computed else None)
    assert {test.name for test in told.tests} <= ({"mcnemar"} if computed else set())


@pytest.mark.parametrize(("base", "low"), [(exactly(29), True), (exactly(30), False), (Told(25, 29), True)])
def test_few_are_those_under_the_study_s_low_base(base: Told, low: bool) -> None:
    bare = Change(people=made.EVERYONE, kind="measured", before_row=0, after_row=1)
    counts = pair(*[exactly(5)] * 4, base=base)
    assert changes.told_change(made.change(), bare, counts, HERE, made.OPTIONS, made.NET, RULES).low_base is low
    told = row(((0, 1, 2, 3, 4), base), base=base)
    assert tallies.told_tally(made.tally((9, 9, 5, 4, 3)), (table(told), HERE), None, (), (), RULES).low_base is low


def test_of_a_change_that_is_withheld_nothing_is_left() -> None:
    working = made.change()
    bare = Change(people=made.EVERYONE, kind="measured", before_row=0, after_row=1)
    nothing = pair(Told(), Told(), Told(), Told(), base=Told())
    told = changes.told_change(working, bare, nothing, HERE, made.OPTIONS, made.NET, RULES)
    assert told == dataclasses.replace(bare, withheld=True)


def test_a_verdict_holds_for_whatever_the_ranges_hide() -> None:
    assert changes.worst_case(pair(exactly(45), exactly(40), exactly(2), exactly(1))) == "rose"
    assert changes.worst_case(pair(Told(40, 44), Told(35, 39), Told(0, 4), Told(5, 9))) == "rose"
    assert changes.worst_case(pair(Told(40, 44), Told(0, 4), Told(35, 39), Told(5, 9))) == "fell"
    assert changes.worst_case(pair(Told(40, 44), Told(5, 9), Told(5, 9), Told(5, 9))) == "unclear"
    assert changes.worst_case(pair(Told(), Told(5, 9), Told(5, 9), Told(5, 9))) is None


@given(st.tuples(*[st.integers(0, 30)] * 4), st.tuples(*[st.integers(0, 2)] * 4), st.data())
def test_and_no_counts_inside_the_ranges_say_otherwise(
    low: tuple[int, int, int, int], width: tuple[int, int, int, int], data: st.DataObject
) -> None:
    ranges = [range(least, least + more + 1) for least, more in zip(low, width, strict=True)]
    verdict = changes.worst_case(pair(*(Told(each[0], each[-1]) for each in ranges)))
    both, gained, given_up, neither = (data.draw(st.sampled_from(each)) for each in ranges)
    found = intervals.newcombe_paired(both, before_only=given_up, after_only=gained, neither=neither)
    if verdict == "rose":
        assert found is not None
        assert found.low > 0
    if verdict == "fell":
        assert found is not None
        assert found.high < 0


def test_ranges_too_wide_to_try_are_too_few_to_tell() -> None:
    assert changes.worst_case(pair(Told(0, 99), Told(900, 999), Told(0, 9), Told(0, 9))) == "unclear"


def question(id: str, **more: object) -> Question:
    options = tuple(Option(code=code, label=code) for code in ("good", "so", "bad"))
    return dataclasses.replace(
        Question(id=id, kind="choice", text=id, options=options),
        **more,  # type: ignore[arg-type]
    )


def part(id: str, **more: object) -> Part:
    (found,) = KINDS["choice"].parts(question(id, **more))
    return found


def linked_table(*versions: int) -> LinkedTable:
    width = len(versions)
    return LinkedTable(
        group="people", state="s", on=DAY, people=np.zeros(width, dtype="V16"), sites=(),
        site=np.zeros(width, dtype=np.int8), attributes={}, columns={},
        versions={1: np.array(versions, dtype=np.int16)},
    )  # fmt: skip


def tables(*variables: ReleasedVariable, versions: tuple[int, ...], **more: object) -> StatusTables:
    given = {"segments": (), "collecting": (), "facts": {}, "pairs": (), **more}
    pairs = given.pop("pairs")
    return status_tables(linked_table(*versions), variables, pairs, **given)  # type: ignore[arg-type]


def test_statuses_tell_who_was_not_there_from_who_was_not_asked_and_who_did_not_say() -> None:
    codes = np.array([0, 2, DONT_KNOW, NEVER_ASKED, NO_RESPONSE, NO_RESPONSE], dtype=np.int16)
    answered = ReleasedVariable(touchpoint=1, part=part("q"), vector=Vector(codes, ("good", "so", "bad")))
    # The fifth handed in a version whose answers do not compare, the last nothing.
    found = tables(answered, versions=(1, 1, 1, 1, 1, NO_RESPONSE))
    (column,) = found.columns.values()
    assert column.tolist() == [0, 2, NO_ANSWER, NOT_ASKED, NO_ANSWER, NOT_THERE]


def test_a_scale_runs_from_its_worst_end_and_its_good_side_with_it() -> None:
    scaled = part("q", scale="s", favourable="fine", nets=(Net("fine", "Fine", ("good", "so")),))
    page = Page(id="q", section=section(), question=scaled.question, statement=None, parts=(scaled,))
    codes = np.array([0, 1, 2], dtype=np.int16)
    variable = ReleasedVariable(touchpoint=1, part=scaled, vector=Vector(codes, ("good", "so", "bad")), page=page)
    found = tables(variable, versions=(1, 1, 1))
    (table,) = found.tables
    assert (table.options, table.kind, table.favourable) == (("bad", "so", "good"), "ordered", (1, 2))
    assert found.columns[table.moments[0].column].tolist() == [2, 1, 0]
    assert found.places[1, "q", None] == StatusPlace("q", 0, backwards=True)


def section(condition: Condition | None = None) -> Section:
    return Section(id="s", title="S", questions=(), ask_if=condition)


LOOKS = Is(Reference("answer", "other"), ("yes",))
KNOWN = Is(Reference("site", "size"), ("small",))
TURNED = Changed(Reference("answer", "a@before"), Reference("answer", "a@now"))


@pytest.mark.parametrize(
    ("on_section", "on_question", "fact", "routed"),
    [
        (None, None, False, "everybody"),
        (KNOWN, None, False, "fact"),
        (None, LOOKS, False, "opinion"),
        (None, LOOKS, True, "fact"),
        (KNOWN, LOOKS, False, "opinion"),
        (KNOWN, Not(All((LOOKS, TURNED))), True, "changed"),
    ],
)
def test_what_decides_who_is_asked(
    on_section: Condition | None, on_question: Condition | None, fact: bool, routed: str
) -> None:
    own = part("q", ask_if=on_question)
    page = Page(id="q", section=section(on_section), question=own.question, statement=None, parts=(own,))
    variable = ReleasedVariable(
        touchpoint=1, part=own, vector=Vector(np.array([0], dtype=np.int16), ("good", "so", "bad")), page=page
    )
    found = tables(variable, versions=(1,), facts={"other": fact})
    (moment,) = found.tables[0].moments
    assert (moment.routed, moment.asked_told) == (routed, routed == "fact")


def test_few_who_changed_at_a_closed_touchpoint_wait_for_more() -> None:
    before = {"a": np.array([0, 1, 2, NOT_THERE]), "b": np.array([0, 0, 0, 0]), "c": np.array([1, 1, 1, 1])}
    now = {"a": np.array([0, 2, 2, NOT_THERE]), "b": np.array([0, 0, 0, 1]), "c": np.array([1, 1, 1, 1])}
    touchpoints = {"a": 1, "b": 1, "c": 2}

    def held(settled: set[int], enough: int) -> set[int]:
        people = holding.changed_at(now, before, touchpoints, settled)
        return holding.held_touchpoints(people, settled, lambda _base: enough)

    assert held({1, 2}, 3) == {1}, "two changed of the three it takes; nobody did at the second"
    assert held({1, 2}, 2) == set()
    assert held({2}, 3) == set()


def test_a_measure_keeps_the_rows_and_changes_that_rest_on_what_is_held() -> None:
    def measure(*counts: tuple[int, ...]) -> Shift:
        rows = tuple(
            (made.row(str(number), made.tally(each), touchpoint=number),) for number, each in enumerate(counts, 1)
        )
        pairs = ((0, 1), (0, 2), (1, 2))
        changes = (made.change(before_row=i, after_row=j, base=Cell(sum(counts[i] + counts[j]))) for i, j in pairs)
        return made.shift(rows, *changes)

    old = measure((21, 26, 20, 15, 6), (44, 41, 2, 1, 0), (19, 27, 5, 1, 0))
    new = measure((20, 26, 20, 15, 6), (43, 41, 2, 1, 0), (30, 27, 5, 1, 0))
    kept = holding.shift_as_before(new, old, {1, 2})
    assert kept.rows == (*old.rows[:2], new.rows[2])
    assert kept.changes == (old.changes[0], *new.changes[1:])
    assert holding.shift_as_before(new, old, set()) == new
