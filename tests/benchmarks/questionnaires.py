"""What a large questionnaire costs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from surveyapp.domain.answers import Answer, Codes
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.questionnaire import from_document, to_document
from surveyapp.domain.instrument.routing import Situation, walk
from tests.benchmarks.shared import timed

SMALLEST = Path(__file__).parents[1] / "questionnaires" / "base" / "study.yaml"


def large_questionnaire(questions: int = 300, conditions: int = 40) -> str:
    """A questionnaire of so many questions in sections of ten, so many of them asked on a condition."""
    lines = ["questionnaire: first", "version: 1", "title: Large", "sections:"]
    every = questions // conditions
    for number in range(questions):
        if number % 10 == 0:
            lines += [f"  - id: s{number}", f"    title: Section {number // 10}", "    questions:"]
        asked = ""
        if number and number % every == 0:
            before, earlier = number - 1, max(0, number - every)
            asked = (
                f", ask_if: {{any: [{{q{before}: agree}}, {{all: [{{q{earlier}: neither}}, {{site.size: small}}]}}]}}"
            )
        lines.append(f"      - {{id: q{number}, kind: choice, scale: agreement, text: Question {number}?{asked}}}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Prints a row each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "smallest"
        (folder / "first").mkdir(parents=True)
        (folder / "study.yaml").write_text(SMALLEST.read_text(encoding="utf-8"), encoding="utf-8")
        (folder / "first" / "v1.yaml").write_text(large_questionnaire(), encoding="utf-8")
        timed("check a questionnaire of 300 questions and 40 conditions", lambda: load_study(folder), 5)
        questionnaire = load_study(folder).newest("first")
    document = to_document(questionnaire)
    timed("parse its document, once a process", lambda: from_document(document), 20)
    given: dict[str, Answer] = {question.id: Codes(("agree",)) for question in questionnaire.questions}
    timed("its whole route, as every page and save walks it", lambda: walk(questionnaire, given, Situation()), 200)
