"""What a measure says of itself, case by case."""

from __future__ import annotations

import dataclasses

import pytest

from surveyapp.domain.results import Cell, Shift, Tally
from surveyapp.reports.text import sentences
from surveyapp.reports.text.phrasing import ENGLISH
from tests.unit.reports import made


def test_the_lead_says_who_what_is_counted_what_looks_back_and_who_was_asked_again() -> None:
    before, first = made.looking_back()
    second = (made.row(made.SECOND, made.tally((10, 7, 2, 0, 0)), touchpoint=2),)
    again = made.change("measured", before_row=1, after_row=2, base=19, first_alone=10)
    told = made.change("measured", before_row=1, after_row=2, base=19, first_alone=Cell(None, high=4))
    assert sentences.lead(made.shift((before, first, second), told), ENGLISH)[-1] == (
        "Of those who gave an answer to this at “Touchpoint 1”, 19 gave one at “Touchpoint 2”; fewer than 5 did not."
    )
    assert sentences.lead(made.shift((before, first, second), again, matched_base=Cell(19)), ENGLISH) == (
        "People in a placement.",
        "“Confident” is Very confident + Quite confident.",
        "“Before the placement” is looking back, asked at touchpoint 1; the rest was asked at the time.",
        "Of the 29 who gave an answer to this at “Touchpoint 1”, 19 gave one at “Touchpoint 2”; 10 did not.",
    )


def test_the_lead_of_the_matched_says_how_many_they_are() -> None:
    shift = made.shift(made.looking_back(), matched=True, matched_base=Cell(19))
    assert sentences.lead(shift, ENGLISH)[-1] == "Only the 19 people who gave an answer to this every time."


def test_cautions() -> None:
    low, back = "⚑ Fewer than 30 people: read with caution.", "A looking-back answer tends to be rosier about today."
    hidden = "Some counts are not shown, because they are of very few people. No bar is drawn for them."
    many = made.tally((40, 5, 2, 0, 0))
    assert notes(made.shift(made.looking_back())) == (low, back)
    assert notes(made.shift(made.measured(many, many))) == ()
    assert notes(made.shift(made.measured(many, made.withheld()))) == ()
    few, none = made.change("measured", base=19), made.change("measured", base=19, withheld=True)
    assert notes(made.shift(made.measured(many, many), few)) == (low,)
    assert notes(made.shift(made.measured(many, many), none)) == ()
    assert notes(made.shift(made.measured(many, made.tally((40, None, None, 0, 0), base=49)))) == (hidden,)
    noted = made.shift(made.measured(many, many), touchpoint_notes=("Invented.",), note="No before.")
    assert notes(noted) == ("Invented.", "No before.")


def notes(shift: Shift) -> tuple[str, ...]:
    return sentences.notes(shift, ENGLISH)


def test_people_asked_more_than_once_are_called_by_how_often() -> None:
    before, first = made.looking_back()
    second = (made.row(made.SECOND, made.tally((10, 7, 2, 0, 0)), touchpoint=2),)
    assert sentences.matched_words(made.shift((before, first, second)), ENGLISH) is None
    twice = made.shift((before, first, second), matched_base=Cell(19))
    assert sentences.matched_words(twice, ENGLISH) == "Only the 19 who answered this twice"
    marked = made.shift((before, first, second), matched_base=Cell(19, private=True))
    assert sentences.matched_words(marked, ENGLISH) == "Only the 19 who answered this twice np"
    sitting = made.shift((before, first), matched_base=Cell(24))
    assert sentences.matched_words(sitting, ENGLISH) == "Only the 24 who answered both"


@pytest.mark.parametrize(
    ("small", "large", "said"),
    [
        (made.tally((5, 5, 0, 0, 0), people=made.SMALL), made.tally((9, 9, 2, 0, 0), people=made.LARGE), False),
        (made.tally((5, 5, 0, 0, 0), people=made.SMALL), made.tally((9, 9, 1, 0, 0), people=made.LARGE), True),
        (made.tally((5, 5, 0, 0, 0), people=made.SMALL), made.withheld(made.LARGE), True),
        (
            made.tally((5, 5, 0, 0, 0), people=made.SMALL),
            dataclasses.replace(made.withheld(made.LARGE), base=Cell(None)),
            False,
        ),
    ],
    ids=["all are known", "one is not", "at most nine are in it", "a base that is not told"],
)
def test_rows_that_do_not_add_up_say_so_where_what_is_told_shows_it(small: Tally, large: Tally, said: bool) -> None:
    rows = [made.row(made.FIRST, each) for each in (made.tally((14, 14, 2, 0, 0)), small, large)]
    found = notes(made.shift((tuple(rows),), segment="employer_size"))
    assert any(each.startswith("The rows do not add up to “Everyone”") for each in found) is said


def test_that_a_count_is_not_shown_is_said_only_where_nothing_of_it_is_told() -> None:
    note = "Some counts are not shown, because they are of very few people. No bar is drawn for them."
    for cell, said in ((Cell(None, low=5, high=9), False), (Cell(None, high=4), False), (Cell(None), True)):
        tally = made.tally((16, 12, 1, 0, 0))
        tally.cells["quite"] = cell
        shift = made.shift(((made.row(made.FIRST, tally),),))
        assert (note in sentences.notes(shift, ENGLISH)) is said
