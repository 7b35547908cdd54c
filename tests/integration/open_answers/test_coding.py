"""Coding: a frame in versions, two coders who do not see each other, and what becomes of answers when codes change."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.domain.answers import Codes, Text
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, NotPermitted
from surveyapp.domain.open_answers.codes import CodedAnswer, CodeState, CodingRound
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.open_answers import coding, frames
from surveyapp.services.open_answers.coding import AnswerToCode, FrameStanding
from surveyapp.services.open_answers.coding_sight import coding_sight
from surveyapp.services.open_answers.reading import Reader
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.open_answers import coding as store
from surveyapp.store.open_answers import reading as open_answers
from surveyapp.store.security import audit
from surveyapp.store.tables import AnswerCodeRow
from tests import factories, versioned
from tests.conftest import Clock

FILES = {
    "first/v1": versioned.questionnaire(
        "first", 1, versioned.COFFEE, versioned.WHY,
        "{id: from, kind: choice, text: Who sent you?, options: {friend: A friend, "
        "other: {text: Somebody else, specify: Who?}}}",
    ),
    "second/v1": versioned.questionnaire("second", 1, versioned.COFFEE, versioned.WHY),
}  # fmt: skip
WHY, WHO = ("guest", 1, "why"), ("guest", 1, "from_other_text")
ONE, TWO = Reader(uuid.uuid4(), "themes"), Reader(uuid.uuid4(), "themes")


@pytest.fixture
def cafe(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = versioned.create_runtime(database_url, clock, tmp_path, FILES)
    much = Codes(("much",))
    versioned.answer(made, 1, 1, *({"coffee": much, "why": Text(f"Warm {each}")} for each in range(3)))
    versioned.answer(made, 2, 1, {"coffee": much, "why": Text("Again")})
    yield made
    made.database.dispose()


@pytest.fixture
def first(cafe: Runtime) -> Desk:
    return Desk(cafe, factories.create_staff(cafe, Role.READ_WORDS, study=versioned.NAME))


@pytest.fixture
def second(cafe: Runtime) -> Desk:
    return Desk(cafe, factories.create_staff(cafe, Role.READ_WORDS, study=versioned.NAME))


def add(desk: Desk, title: str, **more: str) -> str:
    frames.keep_code(desk, versioned.NAME, WHY, None, {"title": title, **more})
    return next(str(each.code.id) for each in stands(desk).codes if each.code.title == title)


def stands(desk: Desk) -> FrameStanding:
    return coding.standing(desk, versioned.NAME, WHY)


def told(desk: Desk) -> dict[str, int]:
    return {each.code.title: each.answers for each in stands(desk).codes}


def next_of(desk: Desk, reader: Reader, *, settle: bool = False) -> AnswerToCode:
    found = coding.next_answer(desk, reader, versioned.NAME, WHY, settle=settle)
    assert found is not None
    return found


def code_all(desk: Desk, reader: Reader, *codes: str) -> None:
    while (found := coding.next_answer(desk, reader, versioned.NAME, WHY)) is not None:
        coding.code_answer(desk, reader, versioned.NAME, WHY, found.answer.token, codes)


def test_two_coders_do_not_see_each_other_and_what_they_differ_on_is_settled(first: Desk, second: Desk) -> None:
    warm, near = add(first, "Warm"), add(first, "Near")
    code_all(first, ONE, warm)
    assert (stands(first).coded, stands(first).two, told(first)) == (4, 0, {"Warm": 4, "Near": 0})
    seen = next_of(second, TWO)
    assert (seen.left, seen.chosen, seen.both) == (4, frozenset(), None)
    coding.code_answer(second, TWO, versioned.NAME, WHY, seen.answer.token, [warm])
    code_all(second, TWO, warm, near)
    now = stands(second)
    assert (now.two, now.disagree, now.mine, now.open_to_me) == (4, 3, 4, 0)
    assert told(first) == {"Warm": 4, "Near": 0}  # until it is settled, the first coder's
    dispute = next_of(first, ONE, settle=True)
    assert dispute.both == (frozenset({uuid.UUID(warm)}), frozenset({uuid.UUID(warm), uuid.UUID(near)}))
    coding.code_answer(first, ONE, versioned.NAME, WHY, dispute.answer.token, [near], settle=True)
    assert (told(first), stands(first).disagree) == ({"Warm": 3, "Near": 1}, 2)
    for settle, words in ((True, "Nobody disagrees"), (False, "coded by two, or settled")):
        with pytest.raises(InputRefused, match=words):
            coding.code_answer(first, ONE, versioned.NAME, WHY, dispute.answer.token, [warm], settle=settle)
    assert stands(first).alpha.value is not None


def next_warm(desk: Desk) -> AnswerToCode:
    """The next answer that says it was warm; any other has no code that fits."""
    while True:
        seen = next_of(desk, ONE)
        if any("Warm" in piece.text for piece in seen.answer.pieces):
            return seen
        coding.code_answer(desk, ONE, versioned.NAME, WHY, seen.answer.token, [])


@pytest.mark.both_databases
def test_what_many_answers_were_coded_with_is_brought_in_at_once(cafe: Runtime, first: Desk) -> None:
    warm = uuid.UUID(add(first, "Warm"))
    with first.writing() as work:
        scope = Scope(versioned.NAME, cafe.origin)
        (one, *others) = open_answers.written(work.session, scope, [WHY[2]], WHY[0])
        said = CodedAnswer(round=CodingRound.FIRST, codes=frozenset({warm}), version=1, by=work.staff.id, at=work.now)
        none = dataclasses.replace(said, codes=frozenset())
        store.code_first(work.session, [(one, said), *((each, none) for each in others)])
    assert (told(first), stands(first).coded) == ({"Warm": 1}, 4)


def test_codes_are_suggested_from_one_s_own_and_never_applied(first: Desk, second: Desk) -> None:
    warm = add(first, "Warm")
    seen = next_warm(first)
    assert seen.suggested == ()
    coding.code_answer(first, ONE, versioned.NAME, WHY, seen.answer.token, [warm])
    seen = next_warm(first)
    assert (seen.suggested, seen.chosen) == ((uuid.UUID(warm),), frozenset())
    assert next_of(second, TWO).suggested == ()


def test_a_third_coder_is_refused_and_a_code_not_in_use_too(cafe: Runtime, first: Desk, second: Desk) -> None:
    warm = add(first, "Warm")
    code_all(first, ONE, warm)
    code_all(second, TWO, warm)
    third = Desk(cafe, factories.create_staff(cafe, Role.READ_WORDS, study=versioned.NAME))
    assert coding.next_answer(third, ONE, versioned.NAME, WHY) is None
    with cafe.database.reading() as session:
        assert session.query(AnswerCodeRow).count() == 8
    with pytest.raises(InputRefused, match="not in use"):
        coding.code_answer(first, ONE, versioned.NAME, WHY, next_token(first), [str(uuid.uuid4())])


def next_token(desk: Desk) -> str:
    with desk.reading() as work:
        seen = coding_sight(work, desk, versioned.NAME, WHY)
    return coding.token_of(ONE, seen.answers[0].place)


@pytest.mark.both_databases
def test_merging_gives_answers_the_other_code_once_and_keeps_every_version(cafe: Runtime, first: Desk) -> None:
    warm, hot = add(first, "Warm"), add(first, "Hot")
    part = add(first, "Scalding", parent=hot)
    code_all(first, ONE, warm, hot)
    assert frames.answers_of(first, versioned.NAME, WHY, hot)[1:] == (4, 1)
    frames.merge(first, versioned.NAME, WHY, hot, warm)
    assert told(first) == {"Warm": 4, "Scalding": 0}
    frame = stands(first).frame
    merged, nested = frame.code(uuid.UUID(hot)), frame.code(uuid.UUID(part))
    assert merged is not None
    assert nested is not None
    assert (merged.state, str(merged.became), str(nested.parent)) == (CodeState.MERGED, warm, warm)
    assert frame.version == 4
    with pytest.raises(InputRefused, match="into itself"):
        frames.merge(first, versioned.NAME, WHY, warm, warm)
    with pytest.raises(NotFound, match="not in use"):
        frames.merge(first, versioned.NAME, WHY, hot, warm)


def test_what_was_split_is_met_again_and_counts_in_the_whole(first: Desk) -> None:
    warm = add(first, "Warm")
    code_all(first, ONE, warm)
    assert coding.next_answer(first, ONE, versioned.NAME, WHY) is None
    for wrong in ([], ["Room"], ["Room", "room"], ["Warm", "Room"], ["a" * 81, "b"]):
        with pytest.raises(InputRefused):
            frames.split(first, versioned.NAME, WHY, warm, wrong)
    frames.split(first, versioned.NAME, WHY, warm, ["Room", "Drink", " "])
    again = next_of(first, ONE)
    assert (again.left, {str(each) for each in again.chosen}) == (4, {warm})
    drink = next(str(each.code.id) for each in stands(first).codes if each.code.title == "Drink")
    coding.code_answer(first, ONE, versioned.NAME, WHY, again.answer.token, [drink])
    assert told(first) == {"Warm": 4, "Room": 0, "Drink": 1}
    assert next_of(first, ONE).left == 3


def test_a_code_goes_out_of_use_and_out_of_its_answers(first: Desk) -> None:
    warm, near = add(first, "Warm"), add(first, "Near")
    part = add(first, "Door", parent=near)
    code_all(first, ONE, warm, part)
    with pytest.raises(InputRefused, match="part of this one"):
        frames.retire(first, versioned.NAME, WHY, near)
    frames.retire(first, versioned.NAME, WHY, part)
    assert told(first) == {"Warm": 4, "Near": 0}


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "warm"}, "title"),
        ({"title": "a" * 81}, "title"),
        ({"title": "New", "definition": "a" * 1001}, "definition"),
        ({"title": "New", "parent": "nothing"}, "parent"),
    ],
)
def test_a_code_that_cannot_be_is_refused_at_its_field(first: Desk, written: dict[str, str], field: str) -> None:
    add(first, "Warm")
    with pytest.raises(InputRefused) as refused:
        frames.keep_code(first, versioned.NAME, WHY, None, written)
    assert refused.value.field == field
    assert stands(first).frame.version == 1


def test_parts_are_one_level_deep(first: Desk) -> None:
    warm = add(first, "Warm")
    part = add(first, "Room", parent=warm)
    for code, parent in ((None, part), (warm, part), (warm, warm)):
        with pytest.raises(InputRefused, match="stands by itself"):
            frames.keep_code(first, versioned.NAME, WHY, code, {"title": "Other", "parent": parent})


def test_other_is_coded_back_into_its_question(first: Desk) -> None:
    assert frames.take_options(first, versioned.NAME, WHO) == 1
    assert frames.take_options(first, versioned.NAME, WHO) == 0
    assert [each.code.title for each in coding.standing(first, versioned.NAME, WHO).codes] == ["A friend"]


def test_withdrawn_people_are_coded_and_counted_no_more(cafe: Runtime, first: Desk) -> None:
    code_all(first, ONE, add(first, "Warm"))
    with factories.operator(cafe).writing() as work:
        scope = Scope(versioned.NAME, cafe.origin)
        someone = participants.participant_by_reference(work.session, scope, "GU-0001", work.now.date())
        assert someone is not None
        participants.withdraw(work.session, someone.id, work.now)
    assert (told(first), stands(first).written) == ({"Warm": 2}, 2)


def test_coding_is_in_the_trail_and_for_whoever_may_read(cafe: Runtime, first: Desk) -> None:
    code_all(first, ONE, add(first, "Warm"))
    with cafe.database.reading() as session:
        done = [each.action for each in audit.entries(session)]
        assert list(store.uses(session, [each.id for each in stands(first).frame.codes]).values()) == [4]
    assert done.count(AuditAction.WORDS_CODED) == 4
    assert done.count(AuditAction.CODE_FRAME_CHANGED) == 1
    evaluator = Desk(cafe, factories.create_staff(cafe, Role.EVALUATOR, study=versioned.NAME))
    for refused in (
        lambda: stands(evaluator),
        lambda: coding.next_answer(evaluator, ONE, versioned.NAME, WHY),
        lambda: add(evaluator, "New"),
    ):
        with pytest.raises(NotPermitted):
            refused()
