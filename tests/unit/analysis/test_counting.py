"""Counts from columns, against plain counts of the same lines."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.counting.counts import any_of, counted, linked_by, linked_values_by
from surveyapp.analysis.counting.scoring import banded, scored
from surveyapp.analysis.counting.vectors import Vector, option_vector, vector
from surveyapp.analysis.linked.table import LinkedTable
from surveyapp.analysis.split import by_attribute, everybody
from surveyapp.analysis.tallying import Rules, tallies
from surveyapp.domain.answers import Answer, Codes, Missing, Reason
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Band, Option, Question, Questionnaire, Score, Section
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.scores import band_of, score_of
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.versions.comparability import SAME, Link, broken
from tests.unit.analysis.linked_people import Given, lines, linked, part_of, person, scale

MOODS = ("great", "fine", "so_so", "bad")
MOOD = scale(MOODS, ("great", "fine"))
SAID = st.lists(st.sampled_from([*MOODS, Reason.DONT_KNOW, Reason.SKIPPED, Reason.NOT_ASKED, None]), max_size=25)


def table_of(answers: list[Given | None], kind: PartType, **attributes: list[str | None]) -> LinkedTable:
    """One person an answer to `q`; None answered nothing at all."""
    known = {f"participant.{name}": tuple(dict.fromkeys(v for v in values if v)) for name, values in attributes.items()}
    people = [
        person(n, {name: value for name, values in attributes.items() if (value := values[n])})
        for n in range(len(answers))
    ]
    said = [line for n, given_answer in enumerate(answers) if given_answer is not None
            for line in lines(n, "q", given_answer)]  # fmt: skip
    return linked(people, said, {"q": kind}, known)


def vector_of(answers: list[Given | None], part: Part) -> Vector:
    return vector(table_of(answers, part.type), 1, part, {1: SAME})


@given(SAID)
def test_options_are_counted_and_reasons_beside_them(answers: list[Given | None]) -> None:
    found = counted(vector_of(answers, MOOD))
    assert dict(zip(found.values, found.by_value, strict=True)) == {mood: answers.count(mood) for mood in MOODS}
    assert found.base == sum(answers.count(mood) for mood in MOODS)
    assert found.missing == {
        "dont_know": answers.count(Reason.DONT_KNOW), "prefer_not_to_say": 0, "skipped": answers.count(Reason.SKIPPED)
    }  # fmt: skip
    assert found.not_asked == answers.count(Reason.NOT_ASKED)


@given(st.lists(st.one_of(st.sets(st.sampled_from("abc"), min_size=1).map(lambda s: tuple(sorted(s))), st.none()),
                max_size=20))  # fmt: skip
def test_several_choices_count_each_person_once_in_the_base(answers: list[Given | None]) -> None:
    whole = vector_of(answers, part_of("multiple", "abc"))
    given_answers = [each for each in answers if isinstance(each, tuple)]
    found = counted(whole)
    assert found.base == len(given_answers)
    assert found.by_value == tuple(sum(code in each for each in given_answers) for code in "abc")
    assert any_of(whole, ("a", "b"), None, 1) == [sum("a" in each or "b" in each for each in given_answers)]
    if "a" in found.values:
        chose = counted(option_vector(whole, found.values.index("a")))
        assert chose.by_value == (found.of("a"), found.base - found.of("a"))


@given(SAID, st.randoms())
def test_groups_share_out_everybody_known(answers: list[Given | None], random: object) -> None:
    sizes = [random.choice(["small", "large", None]) for _ in answers]  # type: ignore[attr-defined]
    table = table_of(answers, PartType.CODE, size=sizes)
    held = table.attribute("participant.size")
    split = by_attribute("size", held, {"small": "Small"})
    found = split.counted(vector(table, 1, MOOD, {1: SAME}))
    assert found[0].base == sum(mood in MOODS for mood in answers)
    for people, each in zip(split.slices[1:], found[1:], strict=True):
        within = [mood for mood, size in zip(answers, sizes, strict=True) if size == people.value]
        assert each.by_value == tuple(within.count(mood) for mood in MOODS)


@given(SAID, SAID)
def test_the_same_people_are_linked(before: list[Given | None], after: list[Given | None]) -> None:
    size = min(len(before), len(after))
    one, two = vector_of(before[:size], MOOD), vector_of(after[:size], MOOD)
    (found,) = linked_by(one, two, None, 1)
    pairs = Counter(zip(before[:size], after[:size], strict=True))
    assert [[int(n) for n in row] for row in found.counts] == [[pairs[a, b] for b in MOODS] for a in MOODS]
    assert found.first_alone == sum(n for (a, b), n in pairs.items() if a in MOODS and b not in MOODS)
    assert found.second_alone == sum(n for (a, b), n in pairs.items() if a not in MOODS and b in MOODS)
    (values,) = linked_values_by(one, two, None, 1)
    assert values.pairs == {(a, b): n for (a, b), n in pairs.items() if a in MOODS and b in MOODS}
    assert (values.base, values.first_alone, values.second_alone) == (found.base, found.first_alone, found.second_alone)


def test_those_who_are_not_looked_at_are_in_no_count() -> None:
    whole = vector_of(["great", "bad", "bad", Reason.SKIPPED], MOOD)
    looked_at = np.array([True, False, True, False])
    (found,) = everybody(looked_at).counted(whole)
    assert (found.base, found.of("bad"), found.missing["skipped"]) == (2, 1, 0)


def test_versions_are_turned_into_one_wording() -> None:
    part = scale(("good", "poor"), ("good",))
    said = [*lines(1, "q", "great"), *lines(2, "q", "good", version=2), *lines(3, "q", "ok", version=3),
            *lines(4, "q", Reason.DONT_KNOW, version=3)]  # fmt: skip
    table = linked([person(n) for n in range(1, 5)], said, {"q": PartType.CODE})
    links = {1: Link(mapping={"great": "good"}), 2: SAME, 3: broken("Another question.")}
    found = counted(vector(table, 1, part, links))
    assert (found.base, found.by_value, found.missing["dont_know"]) == (2, (2, 0), 0)


def test_two_options_turned_into_one_count_a_person_once() -> None:
    part = part_of("multiple", ("word", "paper"))
    table = linked([person(1)], lines(1, "q", ("friend", "family")), {"q": PartType.CODES})
    found = counted(vector(table, 1, part, {1: Link(mapping={"friend": "word", "family": "word"})}))
    assert (found.base, found.by_value) == (1, (1, 0))


@pytest.mark.parametrize(
    ("part", "answer"),
    [(MOOD, "unheard_of"), (part_of("rating", minimum=1, maximum=5), Decimal("2.5")),
     (part_of("rating", minimum=1, maximum=5), Decimal(9)), (part_of("multiple", "ab"), ("a", "z"))],
)  # fmt: skip
def test_what_is_no_option_is_refused(part: Part, answer: Given) -> None:
    with pytest.raises(ValueError, match="Not an option of q"):
        vector_of([answer], part)


def test_two_answers_of_one_response_are_refused() -> None:
    table = linked([person(1)], [*lines(1, "q", Decimal(1)), *lines(1, "q", Decimal(2))], {"q": PartType.NUMBER})
    with pytest.raises(ValueError, match="two answers"):
        vector(table, 1, part_of("number"), {1: SAME})


@pytest.mark.parametrize(
    ("kind", "answers", "values"),
    [
        ("number", [Decimal("7.5"), Decimal(3), Decimal(3), Reason.SKIPPED], (Decimal(3), Decimal("7.5"))),
        ("date", [dt.date(2026, 3, 1), dt.date(2025, 3, 1)], (dt.date(2025, 3, 1), dt.date(2026, 3, 1))),
        ("time", [dt.time(9), dt.time(7, 30)], (dt.time(7, 30), dt.time(9))),
        ("open", [True, True, Reason.SKIPPED], (True,)),
    ],
)
def test_values_are_in_order(kind: str, answers: list[Given | None], values: tuple[object, ...]) -> None:
    found = counted(vector_of(answers, part_of(kind)))
    assert found.values == values
    assert found.by_value == tuple(answers.count(value) for value in values)  # type: ignore[arg-type]


def test_nobody_at_all_is_counted_as_nobody() -> None:
    for kind, options in (("choice", "ab"), ("multiple", "ab"), ("number", ""), ("open", ""), ("date", "")):
        part = part_of(kind, options)
        for people in (0, 2):
            found = tallies(part, vector_of([None] * people, part), everybody(), Rules(Thresholds()))[0]
            assert (found.base.count, found.base.percent, [each.count for each in found.cells.values()]) == (
                0, None, [0] * len(options)
            )  # fmt: skip


ITEMS = {"often": 3, "some": 2, "never": 1}
SCORE = Score(
    id="well", title="Wellbeing", method="sum", items=("i1", "i2", "i3"), reverse=("i3",), minimum_answered=2,
    bands=(Band("low", "Low", 3, 5), Band("high", "High", 6, 9)),
)  # fmt: skip
ASKED = Questionnaire(
    id="first",
    version=1,
    title="First",
    sections=(
        Section(
            id="s",
            title="S",
            questions=tuple(
                Question(
                    id=item, kind="choice", text=item,
                    options=tuple(Option(code=code, label=code, value=value) for code, value in ITEMS.items()),
                )
                for item in SCORE.items
            ),
        ),
    ),
    scores=(SCORE,),
)  # fmt: skip
ITEM = st.sampled_from([*ITEMS, Reason.SKIPPED, Reason.NOT_ASKED, None])


@given(st.lists(st.tuples(ITEM, ITEM, ITEM), max_size=12))
def test_scores_are_those_of_one_person_at_a_time(cohort: list[tuple[Given | None, ...]]) -> None:
    said = [line for n, items in enumerate(cohort) for item, given_answer in zip(SCORE.items, items, strict=True)
            if given_answer is not None for line in lines(n, item, given_answer)]  # fmt: skip
    table = linked([person(n) for n in range(len(cohort))], said, dict.fromkeys(SCORE.items, PartType.CODE))
    found = scored(table, 1, SCORE, parts_of(ASKED), {key: {1: SAME} for key in SCORE.items})
    bands = banded(found, SCORE)
    for n, items in enumerate(cohort):
        answers: dict[str, Answer] = {
            item: Codes((given_answer,)) if isinstance(given_answer, str) else Missing(given_answer)  # type: ignore[arg-type]
            for item, given_answer in zip(SCORE.items, items, strict=True)
            if given_answer is not None
        }
        value = score_of(SCORE, parts_of(ASKED), answers)
        code = int(found.codes[n])
        assert (found.values[code] if code >= 0 else None) == value
        band = band_of(SCORE, value) if isinstance(value, Fraction) else None
        assert (bands.values[bands.codes[n]] if bands.codes[n] >= 0 else None) == (band.code if band else None)


@pytest.mark.parametrize(
    ("count", "base", "private"),
    [
        (0, 1, True),
        (0, 40, False),
        (1, 40, True),
        (4, 40, True),
        (5, 40, False),
        (5, 9, True),
        (0, 9, True),
        (5, 10, False),
    ],
)
def test_what_the_thresholds_would_not_let_out_is_private(count: int, base: int, private: bool) -> None:
    answers: list[Given | None] = ["great"] * count + ["bad"] * (base - count)
    tally = tallies(MOOD, vector_of(answers, MOOD), everybody(), Rules(Thresholds(10, 5)))[0]
    assert tally.cells["great"].private is private
    assert tally.base.private is (base < 10)
    assert tally.cells["great"].count == count


def test_while_a_touchpoint_collects_nothing_of_it_is_for_publication() -> None:
    answers: list[Given | None] = ["great"] * 40
    tally = tallies(MOOD, vector_of(answers, MOOD), everybody(), Rules(Thresholds(10, 5), collecting=True))[0]
    assert tally.private
    assert tally.base.private
    live = tallies(MOOD, vector_of(answers, MOOD), everybody(), Rules(Thresholds(5, 1), collecting=True))[0]
    assert not live.private
