"""The tutorial's files are what a reader ends up with: they check clean, and have the six questions it promises."""

from __future__ import annotations

import re
from pathlib import Path

from surveyapp.domain.answers import Codes
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.routing import Situation, parts_of, walk
from surveyapp.settings import ROOT

TUTORIAL = ROOT / "docs" / "guides" / "write_a_questionnaire.md"


def steps() -> list[tuple[str, str]]:
    """(file, text) of every file the tutorial has its reader write, in order."""
    blocks = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [(file, text) for file, text in blocks]


def test_after_each_step_the_study_checks_and_at_the_end_it_has_six_questions(tmp_path: Path) -> None:
    written = steps()
    assert [file for file, _ in written] == ["canteen/study.yaml", "canteen/visit/v1.yaml", "canteen/visit/v1.yaml"]
    for file, text in written:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if "visit" in file:
            questionnaire = load_study(tmp_path / "canteen").newest("visit")
    assert len(questionnaire.questions) == 6
    route = walk(questionnaire, {"eats_there": Codes(("no",))}, Situation())
    assert [page.id for page in route.pages] == ["eats_there", "dish"]
    assert len(route.not_asked) == len(parts_of(questionnaire)) - 2
