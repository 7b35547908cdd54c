"""What people really type, in one table, run over every box: `tests/reading_cases.json`.

A case has a kind, what of the question matters, what is typed (in a box, or in each of several), and what is read, or
the code of the fault, with what a number may mean and the boxes at fault.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.answers import Missing, Number, Reason, to_json
from surveyapp.domain.instrument.kinds import KINDS, form_values
from surveyapp.domain.instrument.questionnaire import Pattern, Question

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "reading_cases.json").read_text(encoding="utf-8"))


def question_of(case: dict[str, Any]) -> Question:
    more = dict(case.get("question", {}))
    if "pattern" in more:
        more["pattern"] = Pattern(**more["pattern"])
    return Question(
        id="q", kind=case["kind"], text="Q?", required=True, **{**more, "units": tuple(more.get("units", ()))}
    )


def form_of(typed: str | dict[str, str]) -> dict[str, list[str]]:
    return {"q": [typed]} if isinstance(typed, str) else {f"q:{box}": [value] for box, value in typed.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']} {ascii(case['typed'])[:60]}")
def test_what_is_typed_is_read_or_asked_about(case: dict[str, Any]) -> None:
    question = question_of(case)
    kind = KINDS[question.kind]
    (part,) = kind.parts(question)
    parsed = kind.parse([part], form_of(case["typed"]))
    if "read" in case:
        assert not parsed.faults
        read = parsed.answers["q"]
        assert Decimal(case["read"]) == read.value if isinstance(read, Number) else to_json(read) == case["read"]
        assert kind.parse([part], form_values("q", read)).answers == {"q": read}, (
            "the page filled in again means the same"
        )
        assert kind.check(part, read) is None
    else:
        [fault] = parsed.faults
        assert (fault.code, list(fault.readings)) == (case["fault"], case.get("readings", []))
        if "boxes" in case:
            assert list(kind.faulty_boxes.get(fault.code, [box.name for box in kind.boxes])) == case["boxes"]


def test_every_box_has_cases() -> None:
    in_boxes = {name for name, kind in KINDS.items() if not kind.codes(Question(id="q", kind=name, text="Q?"))}
    typed = {name for name in in_boxes if KINDS[name].control.value in ("line", "lines", "boxes")}
    assert typed <= {case["kind"] for case in CASES}


@pytest.mark.parametrize("kind", ["number", "rating", "date", "time", "short", "open"])
@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_a_fault(kind: str, typed: str) -> None:
    question = Question(id="q", kind=kind, text="Q?", decimals=3)
    (part,) = KINDS[kind].parts(question)
    for form in ({"q": [typed]}, *({f"q:{box.name}": [typed]} for box in KINDS[kind].boxes)):
        parsed = KINDS[kind].parse([part], form)
        assert bool(parsed.faults) != bool(parsed.answers)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_a_stored_number_fills_its_box_so_that_it_is_read_again(value: Decimal) -> None:
    question = Question(id="q", kind="number", text="Q?", decimals=3)
    (part,) = KINDS["number"].parts(question)
    assert KINDS["number"].parse([part], form_values("q", Number(value))).answers == {"q": Number(value)}


def test_a_reason_is_in_a_field_of_its_own() -> None:
    assert form_values("q", Missing(Reason.DONT_KNOW)) == {"q:missing": ["dont_know"]}
