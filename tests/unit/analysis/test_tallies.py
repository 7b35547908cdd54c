"""Counting a long frame of answers."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.analysis.counting.tallies import link, link_numbers, rating_summary, tally
from surveyapp.analysis.statistics.change import JointCounts
from surveyapp.analysis.statistics.intervals import paired_mean

unhurried = settings(deadline=None)  # the first call of a statistic loads its tables

COLUMNS = ["response_id", "participant_id", "variable", "code", "number", "reason"]
SCALE = ("very", "quite", "neither", "not")
NETS = {"confident": ("very", "quite")}
Answer = str | int | None


def frame(touchpoint: int, **answers: Mapping[str, Answer | Sequence[str]]) -> pd.DataFrame:
    """A long frame of one touchpoint: for each variable, person -> answer. `"?skipped"` is a reason; a list is a
    multiple; None leaves the person out."""
    rows: list[tuple[str, str, str, str | None, float | None, str | None]] = []
    for variable, people in answers.items():
        for person, answer in people.items():
            key = (f"{person}-{touchpoint}", person, variable)
            if isinstance(answer, str) and answer.startswith("?"):
                rows.append((*key, None, None, answer[1:]))
            elif isinstance(answer, int):
                rows.append((*key, None, float(answer), None))
            elif isinstance(answer, str):
                rows.append((*key, answer, None, None))
            elif answer is not None:
                rows += [(*key, code, None, None) for code in answer]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_options_are_counted_with_their_base_and_the_missing_beside_it() -> None:
    answers = frame(
        1,
        confidence={"a": "very", "b": "quite", "c": "quite", "d": "?dont_know", "e": "?skipped", "f": "?not_asked"},
        other={"a": "not", "d": "not", "g": "not"},
    )
    counted = tally(answers, "confidence", SCALE, NETS)
    assert counted.options == {"very": 1, "quite": 2, "neither": 0, "not": 0}
    assert list(counted.options) == list(SCALE)
    assert counted.nets == {"confident": 3}
    assert counted.base == 3
    assert counted.missing == {"dont_know": 1, "prefer_not_to_say": 0, "skipped": 1, "not_asked": 1}
    assert counted.asked == 5


def test_a_net_of_a_multiple_counts_a_person_once() -> None:
    answers = frame(1, hopes={"a": ["skills", "money"], "b": ["money"], "c": ["people"], "d": "?prefer_not_to_say"})
    counted = tally(answers, "hopes", ["skills", "money", "people"], {"work": ["skills", "money"]})
    assert counted.options == {"skills": 1, "money": 2, "people": 1}
    assert sum(counted.options.values()) > counted.base == 3
    assert counted.nets == {"work": 2}


def test_a_reason_of_another_kind_is_kept_apart() -> None:
    counted = tally(frame(1, q={"a": "?not_reached", "b": "?skipped", "c": "very"}), "q", SCALE)
    assert counted.missing["not_reached"] == 1
    assert counted.missing["skipped"] == 1
    assert counted.asked == 2


def test_a_frame_without_answers_counts_nobody() -> None:
    nothing = frame(1)
    counted = tally(nothing, "confidence", SCALE, NETS)
    assert (counted.base, set(counted.options.values()), counted.nets) == (0, {0}, {"confident": 0})
    summary = rating_summary(nothing, "value")
    assert (summary.base, summary.mean, summary.most_common, summary.minimum) == (0, None, (), None)
    linked = link(nothing, "confidence", nothing, "confidence", SCALE)
    assert (linked.joint.base, linked.lost, linked.joined) == (0, 0, 0)
    assert link_numbers(nothing, "value", nothing, "value").counts == {}


def test_an_option_that_is_not_the_variables_is_refused() -> None:
    answers = frame(1, confidence={"a": "extremely"})
    with pytest.raises(ValueError, match="extremely"):
        tally(answers, "confidence", SCALE)
    with pytest.raises(ValueError, match="extremely"):
        link(answers, "confidence", answers, "confidence", SCALE)
    with pytest.raises(ValueError, match="barely"):
        tally(frame(1, confidence={"a": "very"}), "confidence", SCALE, {"net": ("very", "barely")})


def test_an_answer_beside_a_reason_for_having_none_is_refused() -> None:
    both = pd.concat([frame(1, q={"a": "very"}), frame(1, q={"a": "?skipped"})])
    with pytest.raises(ValueError, match="both an answer"):
        tally(both, "q", SCALE)


# Eighteen ratings as table 3 of the evaluation of the Job Rotation Pilot sums them up: mean 8.3, mode 8, range 6 to 10.
RATINGS = [6, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 9, 9, 9, 9, 10, 10, 10]


def test_ratings_are_summed_exactly() -> None:
    people = {f"p{index}": rating for index, rating in enumerate(RATINGS)}
    summary = rating_summary(frame(1, value={**people, "x": "?dont_know"}), "value")
    assert summary.mean == Fraction(149, 18)
    assert (summary.total, summary.base) == (149, 18)
    assert (summary.most_common, summary.minimum, summary.maximum) == ((8,), 6, 10)
    assert summary.counts == {6: 1, 7: 3, 8: 7, 9: 4, 10: 3}
    assert summary.missing["dont_know"] == 1


def test_values_tied_as_most_common_are_all_named() -> None:
    assert rating_summary(frame(1, value={"a": 7, "b": 9, "c": 9, "d": 7, "e": 8}), "value").most_common == (7, 9)


def test_a_rating_that_is_not_whole_or_given_twice_is_refused() -> None:
    half = frame(1, value={"a": 7})
    half["number"] = 7.5
    with pytest.raises(ValueError, match="not a whole number"):
        rating_summary(half, "value")
    with pytest.raises(ValueError, match="two numbers"):
        rating_summary(pd.concat([frame(1, value={"a": 7}), frame(1, value={"a": 8})]), "value")


def test_two_touchpoints_are_linked_on_the_person() -> None:
    before = frame(1, now={"a": "quite", "b": "not", "c": "very", "d": "?dont_know", "e": "very"})
    after = frame(2, now={"b": "very", "a": "quite", "c": "?skipped", "d": "quite", "f": "not"})
    linked = link(before, "now", after, "now", SCALE)
    expected = [[0] * 4 for _ in SCALE]
    expected[SCALE.index("quite")][SCALE.index("quite")] = 1
    expected[SCALE.index("not")][SCALE.index("very")] = 1
    assert linked.joint == JointCounts(SCALE, tuple(map(tuple, expected)))
    assert (linked.lost, linked.joined) == (2, 2)  # c and e before only; d and f after only


def test_before_and_now_of_one_sitting_are_linked() -> None:
    sitting = frame(1, **{"c@before": {"a": "not", "b": "quite"}, "c@now": {"a": "very", "b": "quite"}})
    linked = link(sitting, "c@before", sitting, "c@now", SCALE)
    assert linked.joint.counts[SCALE.index("not")][SCALE.index("very")] == 1
    assert (linked.joint.base, linked.lost, linked.joined) == (2, 0, 0)


def test_a_person_with_two_answers_on_a_side_is_refused() -> None:
    twice = pd.concat([frame(1, now={"a": "very"}), frame(2, now={"a": "not"})])
    with pytest.raises(ValueError, match="two answers"):
        link(twice, "now", frame(2, now={"a": "not"}), "now", SCALE)
    with pytest.raises(ValueError, match="two answers"):
        link(frame(1, q={"a": ["very", "not"]}), "q", frame(2, q={"a": "not"}), "q", SCALE)


def test_linked_numbers_are_what_a_paired_mean_takes() -> None:
    before = frame(1, value={"a": 8, "b": 7, "c": 7, "d": 10})
    after = frame(2, value={"a": 7, "b": 9, "c": 9, "e": 3})
    linked = link_numbers(before, "value", after, "value")
    assert linked.counts == {(7, 9): 2, (8, 7): 1}
    assert (linked.base, linked.lost, linked.joined) == (3, 1, 1)
    assert paired_mean(linked.counts).mean == Fraction(1)


people = st.dictionaries(
    st.integers(0, 12).map("p{}".format), st.sampled_from([*SCALE, "?dont_know", "?skipped", "?not_asked"])
)


@unhurried
@given(people, people)
def test_linking_agrees_with_counting_person_by_person(before: dict[str, str], after: dict[str, str]) -> None:
    linked = link(frame(1, q=before), "q", frame(2, q=after), "q", SCALE)
    said_before = {person for person, answer in before.items() if answer in SCALE}
    said_after = {person for person, answer in after.items() if answer in SCALE}
    assert linked.joint.base == len(said_before & said_after)
    assert linked.lost == len(said_before - said_after)
    assert linked.joined == len(said_after - said_before)
    for i, one in enumerate(SCALE):
        for j, two in enumerate(SCALE):
            both = sum(before.get(p) == one and after.get(p) == two for p in {*before, *after})
            assert linked.joint.counts[i][j] == both


@unhurried
@given(st.dictionaries(st.integers(0, 9).map("p{}".format), st.sets(st.sampled_from(SCALE), min_size=1)))
def test_multiples_agree_with_counting_person_by_person(chosen: dict[str, set[str]]) -> None:
    counted = tally(frame(1, q={person: sorted(codes) for person, codes in chosen.items()}), "q", SCALE, NETS)
    assert counted.base == len(chosen)
    assert counted.options == {option: sum(option in codes for codes in chosen.values()) for option in SCALE}
    assert counted.nets["confident"] == sum(bool(codes & {"very", "quite"}) for codes in chosen.values())
