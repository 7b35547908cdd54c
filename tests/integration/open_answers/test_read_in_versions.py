"""What stands beside somebody's words is as it was shown to them; words are read by what it is now."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.domain.answers import Answer, Codes, Text
from surveyapp.domain.staff import Role
from surveyapp.services.open_answers import reading
from surveyapp.services.open_answers.reading import Reader, ReadingQuery, ReadPage
from surveyapp.services.work import Desk
from tests import factories, versioned
from tests.conftest import Clock
from tests.versioned import questionnaire

pytestmark = pytest.mark.both_databases

ANIMAL = "{{id: animal, kind: choice, text: Which {}?, options: {{{}, sheep: Sheep}}}}"
CROP = "{{id: crop, kind: choice, text: Which crop?, options: {{wheat: {}, oats: Oats}}}}"
WHYS = (
    f"{{id: why_{name}, kind: open, ask_if: {{answered: {name}}}, text: Why that?}}" for name in ("animal", "crop")
)  # fmt: skip
OPEN = tuple(WHYS)
FILES = {
    "first/v1": questionnaire(
        "first", 1, ANIMAL.format("animal", "cows: Cows"), CROP.format("Wheat"), *OPEN
    ),
    "first/v2": questionnaire(
        "first", 2, ANIMAL.format("animals", "cattle: Cattle"), CROP.format("Barley"), *OPEN,
        changes="animal: {mapping: {cows: cattle, sheep: sheep}, because: Only the code is another.}\n"
        "crop: {comparable: no, because: The label was wrong.}",
    ),
}  # fmt: skip


def said(animal: str, crop: str) -> dict[str, Answer]:
    return {
        "animal": Codes((animal,)),
        "crop": Codes((crop,)),
        "why_animal": Text(f"For {animal}"),
        "why_crop": Text(f"For {crop} beside {animal}"),
    }


@pytest.fixture
def desk(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Desk]:
    runtime = versioned.create_runtime(
        database_url, clock, tmp_path, FILES, versioned.STUDY[: versioned.STUDY.index("measures:")]
    )
    versioned.answer(runtime, 1, 1, said("cows", "wheat"), said("sheep", "oats"))
    versioned.answer(runtime, 1, 2, said("cattle", "wheat"), start=3)
    yield Desk(runtime, factories.create_staff(runtime, Role.READ_WORDS, study=versioned.NAME))
    runtime.database.dispose()


def read(desk: Desk, variable: str, band: str | None = None) -> ReadPage:
    reader = Reader(uuid.uuid4(), "the themes")
    return reading.read(desk, reader, versioned.NAME, "guest", 1, variable, ReadingQuery(band=band))


def texts(page: ReadPage) -> set[str]:
    return {"".join(piece.text for piece in each.pieces) for each in page.answers}


def test_what_was_ticked_is_told_in_the_words_that_were_shown(desk: Desk) -> None:
    told = set()
    for each in read(desk, "why_animal").answers:
        [beside] = [one for one in each.beside if one.part is not None]
        assert beside.part is not None
        assert isinstance(beside.answer, Codes)
        [code] = beside.answer.codes
        option = beside.part.question.option(code)
        assert option is not None
        told.add((beside.title, option.label))
    assert told == {("Which animal?", "Cows"), ("Which animal?", "Sheep"), ("Which animals?", "Cattle")}


def test_words_are_read_by_what_an_answer_is_now(desk: Desk) -> None:
    assert texts(read(desk, "why_animal", "cattle")) == {"For cows", "For cattle"}
    assert texts(read(desk, "why_animal", "sheep")) == {"For sheep"}


def test_an_answer_that_does_not_compare_is_found_by_its_own_words_alone(desk: Desk) -> None:
    assert texts(read(desk, "why_crop", "wheat")) == {"For wheat beside cattle"}
    assert texts(read(desk, "why_crop", "oats")) == {"For oats beside sheep"}
