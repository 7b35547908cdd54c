"""Whatever a reader can choose among is protected together: no page can be subtracted from another."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from surveyapp.analysis.counting import distributions
from surveyapp.analysis.counting.slices import People, Segment
from surveyapp.domain.instrument.kinds import KINDS, Part
from surveyapp.domain.instrument.questionnaire import Option, Question
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import Slice, Tally

QUESTION = Question(
    id="q",
    kind="choice",
    text="Q?",
    options=(Option(code="a", label="A"), Option(code="b", label="B"), Option(code="c", label="C")),
)
PART: Part = KINDS["choice"].parts(QUESTION)[0]
THRESHOLDS = Thresholds(10, 5)
SIZE = {"small": "Small", "large": "Large"}

PERSON = st.tuples(
    st.sampled_from(["a", "a", "a", "b", "c"]), st.sampled_from(["small", "large", "large", "not_known"]), st.booleans()
)


def told(persons: list[tuple[str, str, bool]]) -> dict[tuple[Slice, bool], Tally]:
    """Every tally a reader could open, by slice, for these people's (answer, size, asked twice)."""
    rows = [("r" + str(i), i, 1, 1, "q", answer, None, None, None) for i, (answer, _, _) in enumerate(persons)]
    columns = ("response_id", "participant_id", "touchpoint", "version", "variable", "code", "number", "text", "reason")
    frame = distributions.answer_frame(rows, columns)
    values = {i: size for i, (_, size, _) in enumerate(persons) if size != "not_known"}
    people = People((Segment("size", SIZE, values),)).choosing(i for i, (_, _, twice) in enumerate(persons) if twice)
    protected = distributions.protect(frame, PART, people, THRESHOLDS)
    return {key: distributions.tally(PART, protected, key[0], THRESHOLDS, key[1]) for key in people.slices()}


def true_count(persons: list[tuple[str, str, bool]], code: str, people: Slice, matched: bool) -> int:
    return sum(
        answer == code and (people.value in (None, size)) and (twice or not matched) for answer, size, twice in persons
    )


@settings(max_examples=25)
@given(st.lists(PERSON, min_size=5, max_size=60))
def test_what_is_shown_is_true_and_never_small(persons: list[tuple[str, str, bool]]) -> None:
    for (people, matched), tally in told(persons).items():
        for code in "abc":
            count = tally.cells[code].count
            if count is not None:
                assert count == true_count(persons, code, people, matched)
                assert not 1 <= count < THRESHOLDS.minimum_cell


ONE_ONCE = (
    [("a", "small", False)] * 9 + [("a", "small", True)] * 5 + [("b", "small", False)] + [("b", "small", True)] * 5
)
"""Six said b, five of them asked every time: the one who was not is what two pages leave over."""


@settings(max_examples=25)
@example(ONE_ONCE)
@given(st.lists(PERSON, min_size=5, max_size=60))
def test_no_two_pages_give_a_small_count_away_by_subtraction(persons: list[tuple[str, str, bool]]) -> None:
    tallies = told(persons)
    for code in "abc":
        shown = {key: tally.cells[code].count for key, tally in tallies.items() if tally.cells[code].count is not None}
        for one, more in shown.items():
            for other, less in shown.items():
                nested = (one[0].value is None or one[0] == other[0]) and (other[1] or not one[1])
                if nested and one != other and more is not None and less is not None:
                    assert not 1 <= more - less < THRESHOLDS.minimum_cell, (one, other)


def test_a_segment_with_too_few_people_is_refused() -> None:
    persons = [("a", "large", True)] * 20 + [("b", "small", True)] * 4
    values = {i: size for i, (_, size, _) in enumerate(persons)}
    rows = [(i, i, 1, 1, "q", answer, None, None, None) for i, (answer, _, _) in enumerate(persons)]
    columns = ("response_id", "participant_id", "touchpoint", "version", "variable", "code", "number", "text", "reason")
    people = People((Segment("size", SIZE, values),))
    protected = distributions.protect(distributions.answer_frame(rows, columns), PART, people, THRESHOLDS)
    assert protected.refused == {("size", False)}
