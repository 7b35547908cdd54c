"""The truth table of conditions: tests/routing_cases.json, read as authors write them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from surveyapp.domain.answers import Answer, Codes, Missing, Number, Reason
from surveyapp.domain.authoring.condition_parser import read_condition
from surveyapp.domain.authoring.yaml_source import Source
from surveyapp.domain.instrument.conditions import KnownValue, Lookup, Reference, evaluate

CASES = json.loads((Path(__file__).parents[1] / "routing_cases.json").read_text(encoding="utf-8"))


def answer(written: Any) -> Answer:
    if isinstance(written, dict):
        return Missing(Reason(written["missing"]))
    return Codes(tuple(written)) if isinstance(written, list) else Number(Decimal(written))


def case_lookup(case: dict[str, Any]) -> Lookup:
    """What a case says there is."""
    answers = {key: answer(written) for key, written in case.get("answers", {}).items()}
    earlier = {
        int(number): {key: answer(written) for key, written in each.items()}
        for number, each in case.get("earlier", {}).items()
    }

    def lookup(reference: Reference) -> KnownValue:
        never = Missing(Reason.NOT_ASKED)
        match reference.scope:
            case "site" | "participant":
                known: KnownValue = case.get(reference.scope, {}).get(reference.name, never)
                return known
            case "touchpoint":
                return earlier.get(reference.touchpoint or 0, {}).get(reference.name, never)
            case _:
                return answers.get(reference.name)

    return lookup


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_conditions(case: dict[str, Any]) -> None:
    source = Source("case", case["if"])
    condition = read_condition(source, (), case["if"])
    assert not source.faults
    assert evaluate(condition, case_lookup(case)) is case["holds"]
