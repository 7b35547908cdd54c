"""Labels in files of answers are true of every version that a column holds answers to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from surveyapp.domain.answers import Answers, Codes, Number
from surveyapp.domain.exports.columns import answer_columns
from surveyapp.domain.exports.dataset import ExportColumn, ExportedResponse, ExportShape
from surveyapp.domain.exports.tables import ExportedPerson, ExportTables
from surveyapp.domain.instrument.study import Study
from tests import versioned
from tests.versioned import STUDY, questionnaire

CROP = "{{id: crop, kind: choice, text: {}, options: {{{}}}}}"
RATE = "{{id: rate, kind: rating, scale: {}, text: How likely is it?}}"
KEPT = "{{id: kept, kind: multiple, text: Which?, options: {{{}}}}}"
PAY = "{{id: pay, kind: number, text: What are you paid?, units: [{}]}}"
BECAUSE = "{comparable: no, because: It was wrong.}"

FILES = {
    "first/v1": questionnaire(
        "first", 1, CROP.format("Which crop?", "wheat: Wheat, barley: Barley"), RATE.format("eleven"),
        KEPT.format("hens: Hens, ducks: Ducks"), PAY.format("pounds"),
    ),
    "first/v2": questionnaire(
        "first", 2, CROP.format("Which crop?", "wheat: Barley, barley: Wheat, oats: Oats"), RATE.format("five"),
        KEPT.format("hens: Chickens, ducks: Ducks"), PAY.format("euros"),
        changes="\n".join(f"{name}: {BECAUSE}" for name in ("crop", "rate", "kept", "pay")),
    ),
    "first/v3": questionnaire(
        "first", 3, CROP.format("What do you grow?", "wheat: Barley, barley: Wheat, oats: Oats"), RATE.format("five"),
        KEPT.format("hens: Chickens, ducks: Ducks"), PAY.format("euros"),
        changes=f"crop: {BECAUSE}",
    ),
}  # fmt: skip


@pytest.fixture
def study(tmp_path: Path) -> Study:
    scales = "  five: {from: 1, to: 5, low: Not likely, high: Extremely likely}\n"
    scales += "  eleven: {from: 0, to: 10, low: Not likely, high: Extremely likely}\n"
    written = STUDY[: STUDY.index("scales:")] + "scales:\n  liking: {options: {much: Much, not: No}}\n" + scales
    return versioned.load(tmp_path, FILES, written)


def columns(study: Study, *versions: int) -> dict[str, ExportColumn]:
    made = answer_columns({version: study.questionnaires["first", version] for version in versions}, str)
    return {each.column.name: each.column for each in made}


def values(column: ExportColumn) -> dict[str, str]:
    return {value.value: value.label for value in column.values}


def test_a_code_that_said_something_else_says_what_it_said_in_which_version(study: Study) -> None:
    told = columns(study, 1, 2, 3)
    assert values(told["crop"]) == {
        "wheat": "Barley (versions 2, 3); Wheat (version 1)",
        "barley": "Wheat (versions 2, 3); Barley (version 1)",
        "oats": "Oats",
    }
    assert told["kept_hens"].label == "Chickens (versions 2, 3); Hens (version 1) – Which?"
    assert told["kept_ducks"].label == "Ducks – Which?"


def test_the_end_of_a_scale_is_that_of_its_version(study: Study) -> None:
    assert values(columns(study, 1, 2)["rate"]) == {
        "0": "Not likely",
        "1": "Not likely (version 2)",
        "5": "Extremely likely (version 2)",
        "10": "Extremely likely",
    }


def test_a_question_says_which_version_asked_what_and_on_which_scale(study: Study) -> None:
    told = columns(study, 1, 2, 3)
    assert told["crop"].question == "What do you grow? (version 3); Which crop? (versions 1, 2)"
    assert told["rate"].question == (
        "How likely is it? From 1 to 5. (versions 2, 3); How likely is it? From 0 to 10. (version 1)"
    )
    assert told["pay"].question == "What are you paid? (euros) (versions 2, 3); What are you paid? (pounds) (version 1)"


def test_what_all_versions_say_is_said_once(study: Study) -> None:
    told = columns(study, 2, 3)
    assert values(told["crop"]) == {"wheat": "Barley", "barley": "Wheat", "oats": "Oats"}
    assert values(told["rate"]) == {"1": "Not likely", "5": "Extremely likely"}
    assert told["rate"].label == "How likely is it?"


def test_a_row_an_answer_has_the_words_that_were_shown(study: Study) -> None:
    now = dt.datetime(2026, 6, 15, tzinfo=dt.UTC)
    people = [ExportedPerson(id=version, key=f"P{version}", group="guest", known={}) for version in (1, 2)]
    sent = [
        ExportedResponse(
            id=version, person=version, reference="", group="guest", touchpoint=1, questionnaire="first",
            version=version, seed=1, started_at=now, submitted_at=now, saves=1,
        )
        for version in (1, 2)
    ]  # fmt: skip
    given: Answers = {"crop": Codes(("wheat",)), "rate": Number(Decimal(5)), "kept": Codes(())}

    def answers_of(some: Sequence[ExportedResponse]) -> Iterator[tuple[ExportedResponse, Answers]]:
        return ((each, given) for each in some)

    versions = {"first": {version: study.questionnaires["first", version] for version in (1, 2)}}
    tables = ExportTables(
        study=study, translate=str, versions=versions, people=people, responses=sent, answers_of=answers_of,
        attempts=lambda: (),
    )  # fmt: skip
    long = tables.datasets(ExportShape.LONG)[0]
    at = {column.name: place for place, column in enumerate(long.columns)}
    said = {(row[at["variable"]], str(row[at["version"]])): row[at["label"]] for row in long.rows()}
    assert {key: said[key] for key in said if key[0] in ("crop", "rate")} == {
        ("crop", "1"): "Wheat",
        ("crop", "2"): "Barley",
        ("rate", "1"): None,
        ("rate", "2"): "Extremely likely",
    }
