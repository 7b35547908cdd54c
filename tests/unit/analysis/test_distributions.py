"""What a small number without an answer hides: itself, and not the answers of everybody else."""

from __future__ import annotations

from surveyapp.analysis.counting.distributions import answer_frame, protect, tally
from surveyapp.analysis.counting.slices import People, Segment
from surveyapp.analysis.shifts import movements
from surveyapp.domain.instrument.kinds import KINDS, Part
from surveyapp.domain.instrument.questionnaire import Option, Question
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import Slice
from surveyapp.store.responses import ANSWER_COLUMNS

THRESHOLDS = Thresholds(minimum_base=10, minimum_cell=5)
QUESTION = Question(
    id="q", kind="choice", text="Q?", options=(Option(code="a", label="A"), Option(code="b", label="B"))
)
(PART,) = KINDS["choice"].parts(QUESTION)


def test_one_person_who_would_not_say_does_not_hide_what_the_others_said() -> None:
    answers = [("a", None)] * 17 + [("b", None)] * 10 + [(None, "prefer_not_to_say")]
    rows = [_row(n, "q", code, reason) for n, (code, reason) in enumerate(answers)]
    everyone = Slice("", None, None)
    found = tally(PART, protect(answer_frame(rows, ANSWER_COLUMNS), PART, People(), THRESHOLDS), everyone, THRESHOLDS)
    assert not found.withheld
    assert (found.base.count, found.cell("a").count, found.cell("b").count) == (27, 17, 10)
    assert found.missing["prefer_not_to_say"].count is None


def _beside_one_another() -> tuple[list[str | None], People]:
    """Everybody's answer, and a study's two segments: 14 of x and 21 of y answered, and neither may be shown."""
    people_by: dict[tuple[str, str], dict[str | None, int]] = {
        ("x", "m"): {"a": 2, "b": 6, "c": 6, None: 12},
        ("y", "m"): {"b": 4, "c": 1, None: 1},
        ("y", "n"): {"a": 12, "c": 4},
    }
    everybody = [(*at, code) for at, counts in people_by.items() for code, n in counts.items() for _ in range(n)]
    size = Segment("size", {"x": "X", "y": "Y"}, {n: each[0] for n, each in enumerate(everybody)})
    place = Segment("place", {"m": "M", "n": "N"}, {n: each[1] for n, each in enumerate(everybody)})
    return [code for _, _, code in everybody], People((size, place))


def _part(name: str) -> Part:
    (part,) = KINDS["choice"].parts(
        Question(
            id=name,
            kind="choice",
            text="Q?",
            options=(Option(code="a", label="A"), Option(code="b", label="B"), Option(code="c", label="C")),
        )
    )
    return part


def _rows(name: str, answers: list[str | None]) -> list[tuple[object, ...]]:
    return [_row(n, name, code, None if code else "prefer_not_to_say") for n, code in enumerate(answers)]


def _row(n: int, variable: str, code: str | None, reason: str | None) -> tuple[object, ...]:
    said = {"response_id": n, "participant_id": n, "reference": f"R{n}", "touchpoint": 1, "version": 1,
            "variable": variable, "code": code, "reason": reason}  # fmt: skip
    return tuple(said.get(column) for column in ANSWER_COLUMNS)


def test_what_is_hidden_for_the_sake_of_others_is_not_said_to_be_few() -> None:
    answers, people = _beside_one_another()
    part = _part("q")
    protected = protect(answer_frame(_rows("q", answers), ANSWER_COLUMNS), part, people, THRESHOLDS)
    for value, label, base in (("x", "X", 14), ("y", "Y", 21)):
        one = Slice(label, "size", value)
        assert protected.counted[one, False].base == base
        found = tally(part, protected, one, THRESHOLDS)
        assert (found.withheld, found.base.count, found.base.fewer_than) == (True, None, None)


def test_a_change_does_not_tell_how_many_answered_where_that_is_hidden() -> None:
    """How many answered both, and how many only one, add up to how many answered each."""
    people_by: dict[str, dict[tuple[str | None, str | None], int]] = {
        "x": {("a", "a"): 12, ("a", None): 5, ("b", "a"): 12, (None, "a"): 1, (None, None): 5},
        "y": {("a", "a"): 6, ("a", None): 12, ("b", "a"): 5, ("b", None): 12},
        "z": {("a", None): 5, ("b", None): 12, (None, "a"): 6, (None, None): 6},
    }
    everybody = [(x, *both) for x, counts in people_by.items() for both, n in counts.items() for _ in range(n)]
    labels = {"x": "X", "y": "Y", "z": "Z"}
    people = People((Segment("size", labels, {n: each[0] for n, each in enumerate(everybody)}),))
    rows = [*_rows("before", [each[1] for each in everybody]), *_rows("now", [each[2] for each in everybody])]
    frame, sides = answer_frame(rows, ANSWER_COLUMNS), (_part("before"), _part("now"))
    before, now = (protect(frame, side, people, THRESHOLDS) for side in sides)
    assert (Slice("Y", "size", "y"), False) in now.withheld
    found = {
        each.value: (told.withheld, told.base)
        for each, _, told in movements(frame, *sides, (before, now), people, THRESHOLDS)
    }
    assert found["y"] == (True, 0)
