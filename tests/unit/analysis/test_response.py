"""Response and profile as tables worked by hand, and what must hold whatever the counts are."""

from __future__ import annotations

import datetime as dt
import uuid

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from surveyapp.analysis import composition, response
from surveyapp.analysis.counting.alike import Together, alike
from surveyapp.analysis.linked.table import NO_RESPONSE, NOT_KNOWN, AttributeColumn, LinkedTable
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import CaseState
from surveyapp.domain.fieldwork.standing import COULD_BE_ASKED, STANDING, CaseCount, Standing
from surveyapp.domain.instrument.study import Attribute, Thresholds
from surveyapp.domain.results import WORKING, Composition, GroupResponse, ResponseTable, Slice
from surveyapp.services.results.keeping import packed, unpacked

RULES = Rules(Thresholds(minimum_base=10, minimum_cell=5, low_base=30))
OPEN = Rules(Thresholds(minimum_base=1, minimum_cell=1, low_base=1))
AGE = Attribute("participant.age", "Age", {"young": "Young", "old": "Old"})
DAY = dt.date(2026, 6, 15)


def count(standing: Standing, people: int = 1, touchpoint: int = 1, **more: object) -> CaseCount:
    return CaseCount(touchpoint=touchpoint, standing=standing, people=people, **more)  # type: ignore[arg-type]


def age(each: CaseCount) -> str | None:
    return each.attributes.get("age")


def table(counts: list[CaseCount], *, by: str = "", rules: Rules = OPEN, first: bool = True) -> ResponseTable:
    slices = [Slice(label, "age", value) for value, label in AGE.values.items()] if by else [Slice("")]
    key = age if by else lambda _count: None
    return response.response_table(
        counts, slices, key, rules, edition=WORKING, group="g", touchpoint=1, by=by, label="", on=DAY, first=first
    )


def test_every_state_of_a_case_has_a_standing() -> None:
    assert set(STANDING) == set(CaseState)
    assert set(STANDING.values()) == set(Standing)


def test_a_row_worked_by_hand() -> None:
    counts = [
        count(Standing.ANSWERED, 20, mode=Mode.PHONE),
        count(Standing.ANSWERED, 5, mode=Mode.SELF, easy=True),
        count(Standing.OPEN, 6),
        count(Standing.CLOSED, 4),
        count(Standing.REFUSED, 1),
        count(Standing.NOT_OPEN, 3),
        count(Standing.NOT_ELIGIBLE, 2),
        count(Standing.WITHDRAWN, 7),
    ]
    (row,) = table(counts).rows
    assert (row.cases.count, row.could_be_asked.count) == (48, 36)
    # 25 of 36 is 69.44…, 6 of 36 16.67, 4 of 36 11.11
    assert [(cell.count, cell.percent) for cell in (row.answered, row.open, row.closed)] == [(25, 69), (6, 17), (4, 11)]
    assert (row.not_open.percent, row.not_eligible.percent, row.withdrawn.percent) == (None, None, None)
    assert {mode: (cell.count, cell.percent) for mode, cell in row.modes.items()} == {
        "self": (5, 20), "phone": (20, 80), "in_person": (0, 0), "video": (0, 0), "proxy": (0, 0),
    }  # fmt: skip
    assert (row.easy.count, row.easy.percent) == (5, 20)
    assert row.again is None


def test_answered_again_is_of_those_who_answered_before_and_could_be_asked() -> None:
    counts = [
        count(Standing.ANSWERED, 8, before=True),
        count(Standing.ANSWERED, 3),  # came in at the second touchpoint
        count(Standing.OPEN, 2, before=True),
        count(Standing.NOT_ELIGIBLE, 9, before=True),
    ]
    (row,) = table(counts, first=False).rows
    assert row.asked_before is not None
    assert row.again is not None
    assert (row.asked_before.count, row.again.count, row.again.percent) == (10, 8, 80)


def test_what_is_known_of_nobody_in_a_row_is_a_row_of_its_own() -> None:
    counts = [count(Standing.ANSWERED, 3, attributes={"age": "old"}), count(Standing.OPEN, 2)]
    rows = table(counts, by="participant.age").rows
    assert [(row.people.value, row.people.label, row.cases.count) for row in rows] == [("old", "Old", 3), (None, "", 2)]


def test_nobody_is_a_row_of_nothing() -> None:
    (row,) = table([]).rows
    assert (row.cases.count, row.could_be_asked.count, row.answered.percent) == (0, 0, None)
    assert table([], by="participant.age").rows == ()


def test_one_person_is_not_for_publication() -> None:
    (row,) = table([count(Standing.ANSWERED, mode=Mode.SELF)], rules=RULES).rows
    assert row.cases.private
    assert row.answered.private
    assert row.modes["self"].private
    assert row.low_base


standings = st.builds(
    CaseCount,
    touchpoint=st.integers(1, 2),
    standing=st.sampled_from(Standing),
    people=st.integers(1, 50),
    before=st.booleans(),
    mode=st.sampled_from([None, *Mode]),
    attributes=st.sampled_from([{}, {"age": "young"}, {"age": "old"}]),
)


@given(st.lists(standings))
def test_rows_add_up_whatever_the_counts(counts: list[CaseCount]) -> None:
    whole, parts = table(counts, first=False).rows[0], table(counts, by="participant.age", first=False).rows
    for name in ("cases", "could_be_asked", *(each.value for each in Standing)):
        assert getattr(whole, name).count == sum(getattr(row, name).count for row in parts)
    assert whole.cases.count == sum(getattr(whole, each.value).count for each in Standing)
    assert whole.could_be_asked.count == sum(getattr(whole, each.value).count for each in COULD_BE_ASKED)


@given(st.lists(standings))
def test_those_who_answered_and_the_others_are_all_who_could_be_asked(counts: list[CaseCount]) -> None:
    found = response.respondents(counts, AGE, age, 1, OPEN, edition=WORKING, group="g")
    total = sum((each.tally.base.count or 0) + (each.tally.missing["not_known"].count or 0) for each in found.columns)
    assert total == table(counts).rows[0].could_be_asked.count


def test_lost_is_told_from_who_may_still_answer_and_who_was_not_asked_again() -> None:
    old = {"age": "old"}
    counts = [
        count(Standing.ANSWERED, 10, attributes=old),
        count(Standing.ANSWERED, 4, 2, before=True, attributes=old),
        count(Standing.CLOSED, 2, 2, before=True, attributes=old),
        count(Standing.REFUSED, 1, 2, before=True, attributes=old),
        count(Standing.OPEN, 1, 2, before=True, attributes=old),
        count(Standing.ANSWERED, 5, 2, attributes=old),  # did not answer the first
    ]
    found = response.lost(counts, AGE, age, 2, 1, OPEN, edition=WORKING, group="g")
    # 10 answered; 4 stayed, 3 were lost, 1 may still answer; the other 2 have no case.
    kinds = {each.kind: each.tally.cell("old").count for each in found.columns}
    assert kinds == {"stayed": 4, "lost": 3, "open": 1, "not_asked": 2}
    assert (found.shares["old"].count, found.shares["old"].percent) == (3, 43)
    assert found.shares["young"].percent is None
    told = response.lost(counts, AGE, age, 2, 1, Rules(Thresholds(8, 3, 30)), edition=WORKING, group="g")
    assert told.shares["old"].private, "three of the seven of whom the share is: no table of so few is published"


def linked(codes: list[int], versions: list[int]) -> LinkedTable:
    return LinkedTable(
        group="g",
        state="s",
        on=DAY,
        people=np.frombuffer(b"".join(uuid.uuid4().bytes for _ in codes), dtype="V16"),
        sites=(),
        site=np.full(len(codes), NOT_KNOWN, dtype=np.int32),
        attributes={AGE.id: AttributeColumn(np.array(codes, dtype=np.int16), tuple(AGE.values))},
        versions={1: np.array(versions, dtype=np.int16)},
        columns={},
    )


def test_a_profile_worked_by_hand() -> None:
    table_of = linked([0, 0, 1, NOT_KNOWN, 1], [1, NO_RESPONSE, 1, 2, NO_RESPONSE])
    found = composition.profile(table_of, AGE, [1, 2], OPEN, edition=WORKING, nets={("young", "old"): "Of any age"})
    told = [
        (
            each.kind,
            each.touchpoint,
            each.tally.base.count,
            each.tally.cell("young").count,
            each.tally.cell("old").count,
        )
        for each in found.columns
    ]
    assert told == [("enrolled", None, 4, 2, 2), ("answered", 1, 2, 1, 1), ("answered", 2, 0, 0, 0)]
    assert [each.tally.missing["not_known"].count for each in found.columns] == [1, 1, 0]
    assert found.columns[0].tally.cell("young+old").count == 4


def test_a_profile_of_people_alike_counts_how_many_there_are() -> None:
    few = alike(linked([0, 0, 1], [1, 1, 1]), Together(attributes=(AGE.id,)))
    assert len(few) == 2
    (enrolled,) = composition.profile(few, AGE, [], RULES, edition=WORKING).columns
    assert [enrolled.tally.cell(value).count for value in ("young", "old")] == [2, 1]
    assert enrolled.tally.base.private


def test_a_profile_of_nobody() -> None:
    (enrolled,) = composition.profile(linked([], []), AGE, [], OPEN, edition=WORKING).columns
    assert enrolled.tally.base.count == 0
    assert enrolled.tally.cell("old").percent is None


@pytest.mark.parametrize("size", [40])
def test_an_attribute_of_many_values(size: int) -> None:
    many = Attribute("participant.many", "Many", {f"v{place}": f"Value {place}" for place in range(size)})
    counts = [count(Standing.ANSWERED, place + 1, attributes={"many": f"v{place}"}) for place in range(size)]
    found = response.respondents(
        counts, many, lambda each: each.attributes["many"], 1, OPEN, edition=WORKING, group="g"
    )
    assert [found.columns[0].tally.cell(f"v{place}").count for place in range(size)] == list(range(1, size + 1))


def test_what_is_kept_is_read_back_the_same() -> None:
    counts = [count(Standing.ANSWERED, 3, attributes={"age": "old"}), count(Standing.OPEN, 2)]
    found = response.respondents(counts, AGE, age, 1, RULES, edition=WORKING, group="g")
    whole = GroupResponse(
        group="g", on=DAY, response=(table(counts), table(counts, by="participant.age")), profile=(found,)
    )
    assert unpacked(GroupResponse, packed(GroupResponse, whole)) == whole
    assert unpacked(Composition, packed(Composition, found)) == found
