"""What a small number without an answer hides: itself, and not the answers of everybody else."""

from __future__ import annotations

from surveyapp.analysis.distributions import answer_frame, protect, tally
from surveyapp.analysis.slices import People
from surveyapp.domain.kinds import KINDS
from surveyapp.domain.questionnaire import Option, Question
from surveyapp.domain.results import Slice
from surveyapp.domain.study import Thresholds
from surveyapp.store.responses import ANSWER_COLUMNS

THRESHOLDS = Thresholds(minimum_base=10, minimum_cell=5)
QUESTION = Question("q", "choice", "Q?", options=(Option("a", "A"), Option("b", "B")))
(PART,) = KINDS["choice"].parts(QUESTION)


def test_one_person_who_would_not_say_does_not_hide_what_the_others_said() -> None:
    answers = [("a", None)] * 17 + [("b", None)] * 10 + [(None, "prefer_not_to_say")]
    rows = [(n, n, f"R{n}", 1, 1, "q", code, None, None, reason) for n, (code, reason) in enumerate(answers)]
    everyone = Slice("", None, None)
    found = tally(PART, protect(answer_frame(rows, ANSWER_COLUMNS), PART, People(), THRESHOLDS), everyone, THRESHOLDS)
    assert not found.withheld
    assert (found.base.count, found.cell("a").count, found.cell("b").count) == (27, 17, 10)
    assert found.missing["prefer_not_to_say"].count is None
