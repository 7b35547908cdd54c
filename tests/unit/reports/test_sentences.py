"""What a measure says of itself, case by case."""

from __future__ import annotations

import pytest

from surveyapp.domain.results import Interval, Shift
from surveyapp.reports.text import sentences
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.reports.text.sentences import KeyFigure
from tests.unit.reports import made

NOBODY = made.tally((0, 0, 0, 0, 0))

HEADLINES = {
    "looking back, rose": (made.looking_back(), "Confidence rose from 11 of 29 to 28 of 29"),
    "looking back, fell": (
        made.looking_back((5, 5, 0, 0, 0), (1, 2, 7, 0, 0)),
        "Confidence fell from 10 of 10 to 3 of 10",
    ),
    "stayed": (made.looking_back((5, 4, 1, 0, 0), (9, 0, 0, 1, 0)), "Confidence stayed at 9 of 10"),
    "measured, fell": (
        made.measured(made.tally((20, 7, 2, 0, 0)), made.tally((10, 5, 4, 0, 0))),
        "Confidence fell from 27 of 29 to 15 of 19",
    ),
    "less than one person of the smaller base": (
        made.measured(made.tally((40, 5, 2, 0, 0)), made.tally((10, 8, 1, 0, 0))),
        "Confidence hardly changed: from 45 of 47 to 18 of 19",
    ),
    "the same share of other bases": (
        made.measured(made.tally((10, 0, 10, 0, 0)), made.tally((5, 0, 5, 0, 0))),
        "Confidence hardly changed: from 10 of 20 to 5 of 10",
    ),
    "one moment": (((made.row(made.SECOND, made.tally((10, 8, 1, 0, 0))),),), "Confidence: 18 of 19"),
    "one moment, hidden": (
        ((made.row(made.SECOND, made.withheld()),),),
        "Confidence: not shown, to protect people",
    ),
    "nobody yet": (made.measured(NOBODY, NOBODY), "Confidence: no answers yet"),
    "nobody asked again yet": (
        made.measured(made.tally((20, 7, 2, 0, 0)), NOBODY),
        "Confidence: 27 of 29 at “Touchpoint 1”, with nothing to compare yet",
    ),
    "a base hidden": (
        made.measured(made.tally((20, 7, 2, 0, 0)), made.withheld()),
        "Confidence: no change shown, to protect people",
    ),
    "a net hidden": (
        made.measured(made.tally((20, 7, 2, 0, 0)), made.tally((None, 5, 4, None, 0), base=12)),
        "Confidence: no change shown, to protect people",
    ),
}


@pytest.mark.parametrize("case", HEADLINES)
def test_headline(case: str) -> None:
    rows, sentence = HEADLINES[case]
    assert sentences.headline(made.shift(rows), ENGLISH) == sentence


def test_the_lead_says_who_what_is_counted_what_looks_back_and_who_was_asked_again() -> None:
    before, first = made.looking_back()
    second = (made.row(made.SECOND, made.tally((10, 7, 2, 0, 0)), touchpoint=2),)
    again = made.change("measured", before_row=1, after_row=2, base=19, lost=10)
    assert sentences.lead(made.shift((before, first, second), again, matched_base=19), ENGLISH) == (
        "People in a placement.",
        "“Confident” is Very confident + Quite confident.",
        "“Before the placement” is looking back, asked at touchpoint 1; the rest was asked at the time.",
        "Of the 29 who answered at “Touchpoint 1”, 19 answered at “Touchpoint 2”; 10 did not.",
    )


def test_the_lead_of_the_matched_says_how_many_they_are() -> None:
    shift = made.shift(made.looking_back(), matched=True, matched_base=19)
    assert sentences.lead(shift, ENGLISH)[-1] == "Only the 19 people who answered every time."


def test_looking_back_and_measured_are_never_called_alike() -> None:
    shift = made.shift(made.looking_back())
    back, asked = made.change("looking_back"), made.change("measured")
    assert sentences.change_title(back, shift, ENGLISH).startswith("Looking back:")
    assert sentences.change_title(asked, shift, ENGLISH).startswith("Measured:")
    assert sentences.change_kind(back, shift, ENGLISH) == "The same people; both answers were given in one sitting."
    assert sentences.change_kind(asked, shift, ENGLISH) == "The same people, asked each time."


def test_facts_say_size_interval_and_who_moved() -> None:
    assert sentences.facts(made.change(), made.shift(made.looking_back()), ENGLISH) == (
        KeyFigure("+17 people", "18 became “Confident”, 1 went the other way (29 answered both)"),
        KeyFigure("20 rose · 8 same · 1 fell", "of the 29 who answered both, by option"),
        KeyFigure("+59 points", "95-percent interval 38 to 74 (Newcombe, paired)"),
    )


def test_facts_of_a_fall_have_a_true_minus_and_name_who_was_lost() -> None:
    change = made.change(
        "measured", base=19, lost=10, gained=0, given_up=1, points=-1, interval=Interval(-31, 8), rose=None
    )
    assert sentences.facts(change, made.shift(made.looking_back()), ENGLISH) == (
        KeyFigure("−1 person", "0 became “Confident”, 1 went the other way (19 answered both)"),
        KeyFigure("−1 point", "95-percent interval −31 to 8 (Newcombe, paired)"),
        KeyFigure("10 lost", "answered at “Before the placement” and not at “Touchpoint 1”"),
    )


def test_no_difference_has_no_sign() -> None:
    facts = sentences.facts(made.change(gained=1, given_up=1, points=0), made.shift(made.looking_back()), ENGLISH)
    assert [facts[0].big, facts[2].big] == ["No more, no fewer", "0 points"]


def test_a_withheld_change_has_no_facts() -> None:
    assert sentences.facts(made.change(withheld=True), made.shift(made.looking_back()), ENGLISH) == ()


def test_p_values_are_said_only_where_the_result_has_them() -> None:
    assert sentences.tests(made.change(), ENGLISH) is None
    said = sentences.tests(made.change(tests=made.TESTS), ENGLISH)
    assert said == "exact McNemar test: p < 0.001; Wilcoxon signed-rank test: p = 0.021"


def test_cautions() -> None:
    low, back = "⚑ Fewer than 30 people: read with caution.", "A looking-back answer tends to be rosier about today."
    hidden = "Some counts are not shown, because they are of very few people. No bar is drawn for them."
    many = made.tally((40, 5, 2, 0, 0))
    assert notes(made.shift(made.looking_back())) == (low, back)
    assert notes(made.shift(made.measured(many, many))) == ()
    assert notes(made.shift(made.measured(many, made.withheld()))) == ()
    assert notes(made.shift(made.measured(many, made.tally((40, None, None, 0, 0), base=49)))) == (hidden,)
    noted = made.shift(made.measured(many, many), touchpoint_notes=("Invented.",), note="No before.")
    assert notes(noted) == ("Invented.", "No before.")


def notes(shift: Shift) -> tuple[str, ...]:
    return sentences.notes(shift, ENGLISH)


def test_people_asked_more_than_once_are_called_by_how_often() -> None:
    before, first = made.looking_back()
    second = (made.row(made.SECOND, made.tally((10, 7, 2, 0, 0)), touchpoint=2),)
    assert sentences.matched_words(made.shift((before, first, second)), ENGLISH) is None
    twice = made.shift((before, first, second), matched_base=19)
    assert sentences.matched_words(twice, ENGLISH) == "Only the 19 asked twice"
    sitting = made.shift((before, first), matched_base=24)
    assert sentences.matched_words(sitting, ENGLISH) == "Only the 24 who answered both"
