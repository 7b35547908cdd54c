"""The JSON Schema that editors check questionnaires with is the one the loader checks them with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from surveyapp.domain.authoring.study_schema import SCHEMAS, json_schema
from surveyapp.settings import ROOT

FOLDER = ROOT / "questionnaires"


@pytest.mark.parametrize("file", SCHEMAS)
def test_the_committed_schema_is_the_loaders(file: str) -> None:
    assert (FOLDER / "schema" / f"{file}.json").read_text(encoding="utf-8") == json_schema(file), "run `make schema`"


@pytest.mark.parametrize(
    "path", [path for pattern in ("*/study.yaml", "*/*/v*.yaml") for path in FOLDER.glob(pattern)], ids=str
)
def test_every_file_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert named != first
    assert (
        path.parent / named
    ).resolve() == FOLDER / "schema" / f"{'study' if path.stem == 'study' else 'questionnaire'}.json"


def test_the_schema_knows_the_keys_and_refuses_others() -> None:
    schema: dict[str, Any] = json.loads(json_schema("questionnaire"))
    question = schema["$defs"]["QuestionW"]
    assert question["additionalProperties"] is False
    assert {"id", "kind", "text", "ask_if", "order"} <= set(question["properties"])
    assert "statements" in question["properties"]["kind"]["enum"]
