"""What is drawn and said where a question was not asked as it was: a mark that explains itself, or a broken step."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest

from surveyapp.domain.results import Category, Cell, RowScale, SeriesNote, Shift, ShiftStep
from surveyapp.reports.charts.scales import shift_bars
from surveyapp.reports.drawing.figure_bars import bar_figure
from surveyapp.reports.files import tables
from surveyapp.reports.files.csv_file import records_file
from surveyapp.reports.files.records import shift_records
from surveyapp.reports.text import changes, headlines, sentences, series
from surveyapp.reports.text.phrasing import ENGLISH
from tests.unit.reports import made

REWORDED = SeriesNote("reworded", "Only the tense.", 2)
BROKEN = SeriesNote("broken", "It asks about the past.")
LEFT_OUT = SeriesNote("left_out", "It asks about the past.", 3)

# (a note, in words)
NOTES = [
    (SeriesNote("reworded", "Only the tense."), "The wording was changed. Only the tense."),
    (REWORDED, "The wording was changed in version 2. Only the tense."),
    (
        SeriesNote("rescaled", "Fewer.", 2),
        "The possible answers were changed in version 2; earlier answers are counted as the new ones. Fewer.",
    ),
    (
        SeriesNote("extended", None, 2, ("Milk", "Oats")),
        "An answer was added in version 2. New: Milk, Oats. Who answered before was not offered this, and is in the "
        "base.",
    ),
    (LEFT_OUT, "Answers from before version 3 are left out. It asks about the past."),
    (BROKEN, "Not comparable. It asks about the past."),
    (SeriesNote("removed", None, 2), "Not asked any more since version 2."),
]


@pytest.mark.parametrize(("note", "words"), NOTES)
def test_a_note_in_words(note: SeriesNote, words: str) -> None:
    assert series.note_words(note, ENGLISH) == words


def two_rows(*steps: ShiftStep, **over: object) -> Shift:
    rows = made.measured(made.tally((20, 7, 2, 0, 0)), made.tally((10, 5, 4, 0, 0)))
    changes = () if steps and steps[0].state == "broken" else (made.change("measured"),)
    return made.shift(rows, *changes, steps=steps, **over)


MARKED = two_rows(ShiftStep(0, 1, "marked", (REWORDED,)))
APART = two_rows(ShiftStep(0, 1, "broken", (BROKEN,)))
FOOTNOTE = "† “Touchpoint 1” to “Touchpoint 2”: The wording was changed in version 2. Only the tense."


def records(shift: Shift) -> list[dict[str, str]]:
    """The rows of counts: those of changes have notes of their own."""
    content = records_file(each for each in shift_records(shift) if not each.get("until")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_a_marked_step_is_marked_wherever_it_is_said_and_explained_once() -> None:
    assert headlines.headline(MARKED, ENGLISH) == "Confidence rose from 11 to 28 of the same 29 people ⚑ †"
    assert changes.change_title(MARKED.changes[0], MARKED, ENGLISH).endswith(" †")
    assert sentences.notes(MARKED, ENGLISH).count(FOOTNOTE) == 1
    assert [bar.label for bar in shift_bars(MARKED, ENGLISH).bars] == [made.FIRST, f"{made.SECOND} †"]
    assert [row.heading for row in tables.counts(MARKED, ENGLISH).rows] == [made.FIRST, f"{made.SECOND} †"]
    assert {row["note"] for row in records(MARKED) if row["row"] == made.SECOND} == {
        "The wording was changed in version 2. Only the tense."
    }


def test_a_broken_step_is_said_in_words_in_sentence_chart_table_and_file() -> None:
    assert headlines.headline(APART, ENGLISH) == (
        "Confidence: 27 of 29 at “Touchpoint 1” and 15 of 19 at “Touchpoint 2”, which do not compare"
    )
    words = "not comparable: It asks about the past."
    assert [group.broken for group in shift_bars(APART, ENGLISH).groups] == [None, words]
    assert [(row.heading, row.whole) for row in tables.counts(APART, ENGLISH).rows] == [
        (made.FIRST, None),
        ("Not comparable", "It asks about the past."),
        (made.SECOND, None),
    ]
    fewer = made.measured(made.tally((18, 6, 2, 0, 0)), made.tally((10, 5, 4, 0, 0)))
    beside = tables.side_by_side(APART, made.shift(fewer, matched=True, matched_base=Cell(19)), ENGLISH)
    assert beside is not None
    assert [row.heading for row in beside.rows] == [made.FIRST, "Not comparable", made.SECOND]
    notes = {row["row"]: row["note"] for row in records(APART)}
    assert notes == {made.FIRST: "", made.SECOND: f"“{made.FIRST}”: {words}"}
    assert "†" not in json.dumps(bar_figure(shift_bars(APART, ENGLISH)), ensure_ascii=False)


@pytest.mark.parametrize("narrow", [False, True])
def test_the_figure_parts_rows_by_a_dashed_rule_that_crosses_neither_bar_nor_midline(narrow: bool) -> None:
    drawn = bar_figure(shift_bars(APART, ENGLISH), narrow=narrow)
    shapes = drawn["layout"]["shapes"]
    rules = {shape["y0"] for shape in shapes if shape["line"]["dash"] != "dot"}
    (rule,) = rules
    middles = sorted({y for trace in drawn["data"] for y in trace["y"]})
    assert middles[0] < rule < middles[1]
    midlines = [(shape["y0"], shape["y1"]) for shape in shapes if shape["line"]["dash"] == "dot"]
    assert len(midlines) == 2
    assert not any(top < rule < bottom for top, bottom in midlines)
    assert any(text["text"].startswith("not comparable") for text in drawn["layout"]["annotations"])


def test_rows_without_a_break_are_drawn_as_ever() -> None:
    drawn = bar_figure(shift_bars(two_rows(ShiftStep(0, 1)), ENGLISH))
    assert [shape["line"]["dash"] for shape in drawn["layout"]["shapes"]] == ["dot"]


def test_rows_that_do_not_compare_stand_each_on_their_own_scale() -> None:
    options = tuple(Category(code, code.title(), "option") for code in ("good", "bad"))
    net = Category("fine", "Fine", "net", ("good",))
    other = made.tally((6, 4), options=options, nets=(net,))
    (first,), (second,) = made.measured(made.tally((20, 7, 2, 0, 0)), made.tally((1, 1, 1, 1, 1)))
    before = dataclasses.replace(
        first,
        label=made.FIRST,
        detail=None,
        touchpoint=1,
        moment=None,
        looking_back=False,
        tally=other,
        net=other.cell("fine"),
        scale=RowScale(options, None, net),
    )
    shift = made.shift(((before,), (second,)), steps=(ShiftStep(0, 1, "broken", (BROKEN,)),))
    chart = shift_bars(shift, ENGLISH)
    assert [each.option for each in chart.bars[0].segments] == ["Bad", "Good"]
    assert {name for name, _ in chart.key} == {"Bad", "Good", *(option.label for option in made.OPTIONS)}
    table = tables.counts(shift, ENGLISH)
    assert [cell.text for cell in table.rows[0].cells[:3]] == ["6", "4", "not offered"]
    assert sentences.lead(shift, ENGLISH)[1:3] == (
        "“Fine” is Good at “Touchpoint 1”.",
        "“Confident” is Very confident + Quite confident at “Touchpoint 2”.",
    )
    assert {row["category"] for row in records(shift) if row["row"] == made.FIRST} >= {"good", "bad", "fine"}


def test_a_row_whose_own_answers_are_to_two_wordings_is_marked_by_itself() -> None:
    (first,), second = made.measured(made.tally((20, 7, 2, 0, 0)), made.tally((10, 5, 4, 0, 0)))
    noted = dataclasses.replace(first, notes=(LEFT_OUT,))
    shift = made.shift(((noted,), second), steps=(ShiftStep(0, 1),))
    assert series.row_label(shift, 0) == f"{made.FIRST} †"
    assert series.footnotes(shift, ENGLISH) == (
        "† “Touchpoint 1”: Answers from before version 3 are left out. It asks about the past.",
    )
    assert headlines.headline(shift, ENGLISH).endswith("†")


def test_a_question_says_a_note_once_for_all_its_variables_or_names_those_it_is_about() -> None:
    same = [made.distribution([], statement=name, series_notes=(LEFT_OUT,)) for name in ("Room", "Music")]
    assert series.distribution_words(same, ENGLISH) == (NOTES[4][1],)
    one = [made.distribution([], statement="Room", series_notes=(REWORDED,)), made.distribution([], statement="Music")]
    assert series.distribution_words(one, ENGLISH) == (f"Room: {NOTES[1][1]}",)
