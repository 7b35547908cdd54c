"""The linked table: made from lines, brought up to date, on disk and back."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.linked import files
from surveyapp.analysis.linked.build import build, updated
from surveyapp.analysis.linked.table import NO_RESPONSE, NOT_KNOWN, PREFER_NOT_TO_SAY, LinkedTable
from surveyapp.domain.answers import Reason
from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.responses import CountedAnswers
from tests.unit.analysis.linked_people import DAY, Given, lines, linked, person, together

TYPES = {
    "mood": PartType.CODE,
    "heard": PartType.CODES,
    "age": PartType.NUMBER,
    "met": PartType.DATE,
    "up": PartType.TIME,
    "why": PartType.TEXT,
}
ATTRIBUTES = {"participant.age": ("young", "old"), "site.size": ("small", "large")}

ANSWERS: dict[str, st.SearchStrategy[Given]] = {
    "mood": st.sampled_from(["good", "bad", Reason.DONT_KNOW, Reason.NOT_ASKED]),
    "heard": st.one_of(
        st.sets(st.sampled_from("abc"), min_size=1).map(lambda chosen: tuple(sorted(chosen))),
        st.just(Reason.SKIPPED),
    ),
    "age": st.sampled_from([Decimal("18.5"), Decimal(40), Reason.PREFER_NOT_TO_SAY]),
    "met": st.sampled_from([dt.date(2026, 1, 2), dt.date(2025, 3, 4)]),
    "up": st.sampled_from([dt.time(7, 30), Reason.SKIPPED]),
    "why": st.sampled_from([True, Reason.SKIPPED]),
}
SITTING = st.fixed_dictionaries({}, optional=ANSWERS)
COHORT = st.dictionaries(
    st.integers(0, 7),
    st.tuples(
        st.fixed_dictionaries({}, optional={"age": st.sampled_from(["young", "old", "unheard_of"])}),
        st.sampled_from([None, "small", "large"]),
        st.dictionaries(st.integers(1, 2), SITTING, max_size=2),
    ),
    max_size=6,
)
Cohort = dict[int, tuple[dict[str, str], str | None, dict[int, dict[str, Given]]]]


def made(cohort: Cohort, state: str = "one") -> LinkedTable:
    return linked([person(n, a, s) for n, (a, s, _) in cohort.items()], answers_of(cohort), TYPES, ATTRIBUTES, state)


def answers_of(cohort: Cohort) -> list[CountedAnswers]:
    return [
        line
        for number, (_, _, sittings) in cohort.items()
        for touchpoint, sitting in sittings.items()
        for variable, said in sitting.items()
        for line in lines(number, variable, said, touchpoint=touchpoint)
    ]


def told(table: LinkedTable) -> dict[uuid.UUID, object]:
    """Everything a table says of each person, in words."""
    found: dict[uuid.UUID, object] = {}
    for row, key in enumerate(table.people):
        said = {}
        for (touchpoint, _, variable), column in table.columns.items():
            code = int(column.codes[row])
            if code == NO_RESPONSE:
                continue
            if column.chosen and code >= 0:
                said[touchpoint, variable] = {option for option, flags in column.chosen.items() if flags[row]}
            else:
                said[touchpoint, variable] = column.values[code] if code >= 0 and column.values else code
        known = {
            name: held.values[held.codes[row]]
            for name, held in table.attributes.items()
            if held.codes[row] != NOT_KNOWN
        }
        site = table.sites[table.site[row]] if table.site[row] != NOT_KNOWN else None
        found[uuid.UUID(bytes=bytes(key))] = (known, site, said, {t: int(v[row]) for t, v in table.versions.items()
                                                                 if v[row] != NO_RESPONSE})  # fmt: skip
    return found


@given(COHORT)
def test_a_table_holds_what_was_answered_and_nothing_else(cohort: Cohort) -> None:
    table = made(cohort)
    said = told(table)
    assert len(table) == len(said) == len(cohort)
    for number, (attributes, site, sittings) in cohort.items():
        known, _, answers, versions = said[uuid.UUID(int=1000 + number)]  # type: ignore[misc]
        assert known == {
            **({"participant.age": attributes["age"]} if attributes.get("age") in ("young", "old") else {}),
            **({"site.size": site} if site else {}),
        }
        assert set(answers) == {(t, variable) for t, sitting in sittings.items() for variable in sitting}
        assert set(versions) == {t for t, sitting in sittings.items() if sitting}
        for touchpoint, sitting in sittings.items():
            for variable, given_answer in sitting.items():
                stored = answers[touchpoint, variable]
                if isinstance(given_answer, tuple):
                    assert stored == set(given_answer)
                elif isinstance(given_answer, Reason):
                    assert stored < 0
                else:
                    assert stored in (given_answer, 0)


@given(COHORT, COHORT)
def test_answers_that_come_by_column_are_those_that_come_line_by_line(cohort: Cohort, again: Cohort) -> None:
    """The second cohort's answers contradict some of the first's."""
    each = [*answers_of(cohort), *answers_of(again)]
    people = [person(number, *of[:2]) for number, of in cohort.items()]
    by_line, by_column = (linked(people, answers, TYPES, ATTRIBUTES) for answers in (each, together(each)))
    assert told(by_line) == told(by_column)
    assert {key: column.unsound for key, column in by_line.columns.items()} == {
        key: column.unsound for key, column in by_column.columns.items()
    }


@given(COHORT, COHORT)
def test_a_table_brought_up_to_date_is_the_table_made_anew(before: Cohort, after: Cohort) -> None:
    changed = {person(number).id for number in {*before, *after} if before.get(number) != after.get(number)}
    fresh = {number: each for number, each in after.items() if person(number).id in changed}
    table = updated(
        made(before),
        state="two",
        on=DAY,
        changed=changed,
        people=[person(number, attributes, site) for number, (attributes, site, _) in fresh.items()],
        answers=answers_of(fresh),
        attributes=ATTRIBUTES,
        type_of=lambda _touchpoint, _version, variable: TYPES.get(variable),
    )
    assert told(table) == told(made(after))
    assert table.state == "two"


def test_other_attributes_ask_for_a_new_table() -> None:
    with pytest.raises(ValueError, match="build it anew"):
        updated(
            made({}), state="two", on=DAY, changed=(), people=(), answers=(),
            attributes={"participant.age": ("young",)}, type_of=lambda *_: None,
        )  # fmt: skip


@given(COHORT)
def test_a_saved_table_is_read_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, cohort: Cohort) -> None:
    path = tmp_path_factory.mktemp("linked") / "deep" / "guest.arrow"
    table = made(cohort)
    files.save(table, path)
    read = files.load(path)
    assert read is not None
    assert told(read) == told(table)
    assert (read.group, read.state, read.on) == (table.group, table.state, table.on)
    assert [each.name for each in path.parent.iterdir()] == ["guest.arrow"]
    if cohort:
        with pytest.raises(ValueError, match="read-only"):
            read.site[0] = 5


@pytest.mark.parametrize("content", [b"", b"not arrow at all", b"ARROW1\0\0" + b"\0" * 64])
def test_a_file_that_is_no_table_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "guest.arrow"
    assert files.load(path) is None
    path.write_bytes(content)
    assert files.load(path) is None


def test_half_a_file_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "guest.arrow"
    files.save(made({1: ({}, None, {1: {"mood": "good"}})}), path)
    path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2])
    assert files.load(path) is None


@pytest.mark.parametrize(
    ("variable", "first", "second"),
    [("mood", "good", "bad"), ("mood", "good", Reason.SKIPPED), ("heard", ("a",), Reason.SKIPPED),
     ("age", Reason.SKIPPED, Decimal(4))],
)  # fmt: skip
def test_what_contradicts_itself_is_marked(variable: str, first: Given, second: Given) -> None:
    table = linked([person(1)], [*lines(1, variable, first), *lines(1, variable, second)], TYPES)
    (column,) = table.columns.values()
    assert column.unsound


def test_a_variable_that_became_another_kind_has_two_columns() -> None:
    kinds = {1: PartType.CODE, 2: PartType.NUMBER}
    table = build(
        group="guest", state="one", on=DAY, people=[person(1), person(2)], attributes={},
        answers=[*lines(1, "q", "good"), *lines(2, "q", Decimal(4), version=2)],
        type_of=lambda _touchpoint, version, _variable: kinds[version],
    )  # fmt: skip
    assert {key[1] for key in table.columns} == set(kinds.values())
    assert table.answered_versions(1) == {1, 2}


def test_answers_to_what_the_version_does_not_ask_are_left_out() -> None:
    table = linked(
        [person(1)], [*lines(1, "mood", "good"), *lines(1, "unheard_of", "x"), *lines(9, "mood", "bad")], TYPES
    )
    assert [key[2] for key in table.columns] == ["mood"]
    assert table.columns[1, PartType.CODE, "mood"].codes.tolist() == [0]


def test_a_reason_is_told_from_an_answer() -> None:
    table = linked([person(1)], lines(1, "age", Reason.PREFER_NOT_TO_SAY), TYPES)
    assert np.array_equal(table.columns[1, PartType.NUMBER, "age"].codes, [PREFER_NOT_TO_SAY])
