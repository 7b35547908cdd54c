"""What is said of a change beside its headline: its size, who moved, the tests, and those not matched."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.instrument.questionnaire import MomentsLayout
from surveyapp.domain.results import (
    ChangeTest,
    Interval,
    MeanChange,
    MissingBounds,
    MissingCase,
    ReliableChange,
    kind_between,
)
from surveyapp.reports.charts.dots import dot_chart
from surveyapp.reports.files.same_people import same_people
from surveyapp.reports.text import changes, headlines, sentences
from surveyapp.reports.text.changes import KeyFigure
from surveyapp.reports.text.phrasing import ENGLISH, Phrasing, amount_words, count_words, of_words, unpublished
from surveyapp.services.translation.interface_catalogues import languages
from tests.unit.reports import made
from tests.unit.reports.test_headlines import DAYS, RATING, TWO, numbers, spoken
from tests.unit.reports.told import Told, cell, shift, step

NET = shift(TWO)


def test_facts_say_size_interval_and_who_moved_and_name_who_is_not_matched() -> None:
    change = step(
        0, 88, (47, 85), "rose", moved=(61, 21, 6), gained=cell(40), given_up=cell(2), first_alone=cell(16), points=43,
        interval=Interval(Decimal(31), Decimal(54)),
    )  # fmt: skip
    assert changes.facts(change, NET, ENGLISH) == (
        KeyFigure("+38 people", "40 became “Confident”, 2 went the other way (88 answered both)"),
        KeyFigure("61 rose · 21 same · 6 fell", "of the 88 who answered both, by option"),
        KeyFigure("+43 points", "95-percent interval 31 to 54 (Newcombe, paired)"),
        KeyFigure("16 not matched", "gave an answer to this at “Touchpoint 1” and none at “Touchpoint 2”"),
    )


def test_facts_of_a_mean_and_of_reliable_change() -> None:
    reliable = ReliableChange(cell(12), cell(5), cell(2), "Somebody (2001)")
    change = step(0, 19, verdict="rose", moved=(12, 5, 2), reliable=reliable)
    mean = MeanChange(
        mean=Decimal("1.3"), low=Decimal("-0.04"), high=Decimal("2.2"), before=Decimal("5.1"), after=Decimal("6.4")
    )
    assert changes.facts(replace(change, mean=mean), shift(TWO, **RATING), ENGLISH) == (
        KeyFigure("12 rose · 5 same · 2 fell", "of the 19 who answered both"),
        KeyFigure("+1.3", "mean 5.1 to 6.4, 95-percent interval of the change −0.04 to 2.2 (t, paired)"),
        KeyFigure(
            "12 improved · 5 between · 2 worse", "by more than the scale's own error (reliable change; Somebody (2001))"
        ),
    )


@pytest.mark.parametrize(
    ("mean", "small"),
    [
        (MeanChange(mean=Decimal("-2.0"), before=Decimal("5.0"), after=Decimal("3.0")), "mean 5.0 to 3.0"),
        (MeanChange(mean=Decimal("-2.0")), "mean change"),
        (
            MeanChange(mean=Decimal("-2.0"), low=Decimal("-3.1"), high=Decimal("-0.9")),
            "mean change, 95-percent interval −3.1 to −0.9 (t, paired)",
        ),
    ],
)
def test_a_mean_change_with_what_of_it_is_told(mean: MeanChange, small: str) -> None:
    [fact] = changes.facts(replace(step(0, 19), mean=mean), NET, ENGLISH)
    assert fact == KeyFigure("−2.0", small)


def test_what_is_told_in_part_is_said_in_part_and_the_rest_not_at_all() -> None:
    change = step(0, "45-49", ("45-49", "40-44"), "unclear", moved=("5-9", "25-29", "<5"), first_alone=cell("<5"))
    assert changes.facts(change, NET, ENGLISH) == (
        KeyFigure("5 to 9 rose · 25 to 29 same · fewer than 5 fell", "of the 45 to 49 who answered both, by option"),
        KeyFigure("fewer than 5 not matched", "gave an answer to this at “Touchpoint 1” and none at “Touchpoint 2”"),
    )
    assert changes.facts(replace(change, withheld=True), NET, ENGLISH) == ()
    assert changes.facts(step(0, 88), NET, ENGLISH) == ()


STEPS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "rose": (
        step(0, 88, (47, 85), "rose", moved=(61, 21, 6)),
        {},
        "“Touchpoint 1” to “Touchpoint 2”, the same 88 people: 61 went up, 21 stayed, 6 went down. “Confident”: 47, "
        "then 85.",
    ),
    "bounded": (
        step(0, 88, (47, "84+"), "rose", moved=(61, 21, 6)),
        {},
        "“Touchpoint 1” to “Touchpoint 2”, the same 88 people: 61 went up, 21 stayed, 6 went down. “Confident”: 47, "
        "then at least 84. No margin of error is given, because a count behind it is not exact.",
    ),
    "ranged": (
        step(0, "45-49", verdict="unclear", moved=("5-9", "25-29", "5-9")),
        {},
        "“Touchpoint 1” to “Touchpoint 2”, the same 45 to 49 people: between 5 and 9 went up, between 25 and 29 "
        "stayed, between 5 and 9 went down. That could be a rise, a fall or neither.",
    ),
    "days": (
        step(0, 19, verdict="rose", moved=(12, 5, 2)),
        DAYS,
        "“Touchpoint 1” to “Touchpoint 2”, the same 19 people: 12 later, 5 the same, 2 earlier.",
    ),
    "a mean": (
        step(0, 19, verdict="rose", mean=("1.3", "5.1", "6.4")),
        RATING,
        "“Touchpoint 1” to “Touchpoint 2”, the same 19 people. Mean 5.1, then 6.4.",
    ),
    "nobody": (step(0, 0), {}, "“Touchpoint 1” to “Touchpoint 2”: nobody answered both."),
    "only the verdict": (
        step(0, None, verdict="rose"),
        {},
        "“Touchpoint 1” to “Touchpoint 2”, those who answered both.",
    ),
    "withheld": (
        step(0, 88, (47, 85), "rose", withheld=True),
        {},
        "“Touchpoint 1” to “Touchpoint 2”: not shown, to protect people.",
    ),
}


@pytest.mark.parametrize("case", STEPS)
def test_a_step_as_a_paragraph(case: str) -> None:
    change, over, sentence = STEPS[case]
    assert changes.step_words(change, shift(TWO, **over), ENGLISH) == sentence


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("case", STEPS)
def test_a_step_says_the_same_numbers_in_every_language(case: str, language: str) -> None:
    change, over, english = STEPS[case]
    said = changes.step_words(change, shift(TWO, **over), spoken(language))
    assert numbers(said) == numbers(english)
    assert (said == english) is (language == "en")


BOUNDS = MissingBounds(
    missing=16, base=104, stayed=MissingCase(96, "rose"), fallen=MissingCase(85, "rose"), risen=MissingCase(101, "rose")
)


def test_what_those_not_matched_could_have_made_of_it() -> None:
    said = (
        "If the 16 who gave no answer to this at “Touchpoint 2” had stayed as they were, 96 of 104 would be "
        "“Confident”; if all had fallen, 85; if all had risen, 101."
    )
    change = step(0, 88, (47, 85), "rose", bounds=BOUNDS)
    assert changes.bounds_words(change, NET, ENGLISH) == f"{said} The rise stands in each case."
    fallen = replace(BOUNDS, fallen=MissingCase(85, "unclear"))
    assert (
        changes.bounds_words(replace(change, bounds=fallen), NET, ENGLISH) == f"{said} Whether it rose depends on them."
    )
    unclear = replace(change, verdict="unclear")
    assert (
        changes.bounds_words(unclear, NET, ENGLISH)
        == f"{said} With their answers there might have been enough to tell."
    )
    for none in (
        replace(change, bounds=None),
        replace(change, withheld=True),
        replace(change, bounds=replace(BOUNDS, missing=0)),
    ):
        assert changes.bounds_words(none, NET, ENGLISH) is None


@pytest.mark.parametrize("language", languages())
def test_bounds_say_the_same_numbers_in_every_language(language: str) -> None:
    change = step(0, 88, (47, 85), "rose", bounds=BOUNDS)
    said = changes.bounds_words(change, NET, spoken(language))
    assert said is not None
    assert numbers(said) == numbers("16 96 104 85 101")


TESTS = (
    ChangeTest(name="mcnemar", p=0.0004, n=42),
    ChangeTest(name="sign", p=0.0213, n=67, zeros=21),
    ChangeTest(name="wilcoxon", p=0.5, n=67, zeros=21),
    ChangeTest(name="stuart_maxwell", p=0.0499, n=67),
)


def test_p_values_are_said_only_where_the_result_has_them_and_the_base_is_not_low() -> None:
    assert changes.tests(step(0, 88), ENGLISH) is None
    assert changes.tests(step(0, 88, tests=TESTS), ENGLISH) == (
        "Exact McNemar test: p < 0.001; Exact sign test: p = 0.021; Wilcoxon signed-rank test (Pratt): p = 0.500; "
        "Stuart-Maxwell test: p = 0.050"
    )
    assert changes.tests(step(0, 29, tests=TESTS), ENGLISH) is None
    assert changes.tests(step(0, 88, tests=TESTS, withheld=True), ENGLISH) is None


@pytest.mark.parametrize(
    ("told", "alone", "inside", "of"),
    [
        (47, "47", "47", "47 of 88"),
        ("5-9", "5 to 9", "between 5 and 9", "between 5 and 9 of 88"),
        ("<5", "fewer than 5", "fewer than 5", "fewer than 5 of 88"),
        ("52+", "52 or more", "at least 52", "at least 52 of 88"),
        (None, "not shown", "not shown", "base 88"),
        ("3np", "3", "3", "3 of 88"),
    ],
)
def test_a_count_by_what_is_told_of_it(told: Told, alone: str, inside: str, of: str) -> None:
    assert count_words(cell(told), ENGLISH) == alone
    assert amount_words(cell(told), ENGLISH) == inside
    assert of_words(cell(told), cell(88), ENGLISH) == of


@pytest.mark.parametrize("language", languages())
def test_what_is_not_for_publication_says_so(language: str) -> None:
    words: Phrasing = spoken(language)
    assert unpublished("3", False, words) == "3"
    marked = unpublished("3", True, words)
    assert marked.startswith("3 (np")
    assert language != "en" or marked == "3 (np: not for publication)"


def test_days_are_not_better_or_worse() -> None:
    [fact] = changes.facts(step(0, 19, moved=(12, 5, 2)), shift(TWO, net=None, summary=Summary.TIME), ENGLISH)
    assert fact == KeyFigure("12 later · 5 same · 2 earlier", "of the 19 who answered both")


def test_looking_back_and_measured_are_never_called_alike() -> None:
    shift = made.shift(made.looking_back())
    back, asked = made.change("looking_back"), made.change("measured")
    assert changes.change_title(back, shift, ENGLISH).startswith("Looking back:")
    assert changes.change_title(asked, shift, ENGLISH).startswith("Measured:")
    assert changes.change_kind(back, shift, ENGLISH) == "The same people; both answers were given in one sitting."
    assert changes.change_kind(asked, shift, ENGLISH) == "The same people, asked each time."


def test_what_is_remembered_of_a_recorded_time_is_the_shift_of_the_yardstick() -> None:
    """It is no change over time: it has a card of its own, and no headline speaks of it."""
    rows = (
        (made.row(made.FIRST, made.tally((2, 9, 6, 8, 4))),),
        (made.row(made.BEFORE, made.tally((1, 5, 8, 9, 6)), moment="before", touchpoint=2),),
        (made.row(made.SECOND, made.tally((16, 12, 1, 0, 0)), touchpoint=2),),
    )
    between = [(0, 1), (0, 2), (1, 2)]
    kinds = [kind_between(rows[one][0].moment, rows[two][0].moment) for one, two in between]
    assert kinds == ["yardstick", "measured", "looking_back"]
    found = [
        made.change(kind, before_row=one, after_row=two, before=11, after=28)
        for kind, (one, two) in zip(kinds, between, strict=True)
    ]
    shift = made.shift(rows, *found)
    assert changes.change_title(found[0], shift, ENGLISH) == (
        "Shift of the yardstick: “Touchpoint 1”, as recorded and as remembered"
    )
    assert "no change over time" in changes.change_kind(found[0], shift, ENGLISH)
    assert [(step.before_row, step.after_row) for step in headlines.steps(shift)] == [(0, 2)]
    assert made.BEFORE not in headlines.headline(shift, ENGLISH)
    table, dots = same_people(shift, ENGLISH), dot_chart(shift, ENGLISH)
    assert table is not None
    assert dots is not None
    assert table.rows[0].heading == changes.change_title(found[0], shift, ENGLISH)
    assert [dot.joined for dot in dots.dots[0].dots] == [False, False, True]


@pytest.mark.parametrize(("layout", "said"), [("together", "asked together"), ("apart", "in a later section")])
def test_how_a_before_was_asked_is_said_once(layout: MomentsLayout, said: str) -> None:
    rows = tuple((replace(row, layout=layout if row.looking_back else None),) for (row,) in made.looking_back())
    notes = sentences.notes(made.shift(rows, made.change()), ENGLISH)
    assert len([note for note in notes if said in note]) == 1
    assert not [note for note in sentences.notes(made.shift(made.looking_back()), ENGLISH) if said in note]


def test_facts_of_a_fall_have_a_true_minus_and_name_who_is_not_matched() -> None:
    change = made.change(
        "measured",
        base=19,
        first_alone=10,
        gained=0,
        given_up=1,
        points=-1,
        interval=Interval(Decimal(-31), Decimal(8)),
        rose=None,
    )
    assert changes.facts(change, made.shift(made.looking_back()), ENGLISH) == (
        KeyFigure("−1 person", "0 became “Confident”, 1 went the other way (19 answered both)"),
        KeyFigure("−1 point", "95-percent interval −31 to 8 (Newcombe, paired)"),
        KeyFigure("10 not matched", "gave an answer to this at “Before the placement” and none at “Touchpoint 1”"),
    )


def test_no_difference_has_no_sign() -> None:
    facts = changes.facts(made.change(gained=1, given_up=1, points=0), made.shift(made.looking_back()), ENGLISH)
    assert [facts[0].big, facts[2].big] == ["No more, no fewer", "0 points"]
