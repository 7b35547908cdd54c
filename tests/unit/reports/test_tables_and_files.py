"""Tables and the CSV file: the same object as the chart, hidden counts hidden alike."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Iterable
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from surveyapp.domain.results import Cell, ChangeTest, Edition, Joined, MeanChange
from surveyapp.reports.files import tables
from surveyapp.reports.files.csv_file import csv_file, records_file
from surveyapp.reports.files.records import Record, shift_records
from surveyapp.reports.files.workbook import sheet_each, workbook
from surveyapp.reports.text.phrasing import ENGLISH
from tests.unit.reports import made


def test_counts_have_a_column_an_option_the_net_and_the_base() -> None:
    table = tables.counts(made.shift(made.looking_back()), ENGLISH)
    assert table.columns == ("Moment", *(option.label for option in made.OPTIONS), "Confident", "Base")
    assert [(row.heading, row.detail, [cell.text for cell in row.cells]) for row in table.rows] == [
        (made.BEFORE, "looking back", ["2", "9", "6", "8", "4", "11", "29 ⚑"]),
        (made.FIRST, "then", ["16", "12", "1", "0", "0", "28", "29 ⚑"]),
    ]
    assert [cell.percent for cell in table.rows[0].cells] == ["7%", "31%", "21%", "28%", "14%", "38%", None]


def test_reasons_for_no_answer_stand_beside_the_base_where_somebody_had_one() -> None:
    tally = made.tally((16, 12, 1, 0, 0))
    tally.missing["dont_know"] = Cell(2)
    tally.missing["skipped"] = Cell(None)
    tally.missing["prefer_not_to_say"] = Cell(0)
    table = tables.counts(made.shift(((made.row(made.FIRST, tally),),)), ENGLISH)
    assert table.columns[-2:] == ("Don’t know", "Skipped")
    assert [cell.text for cell in table.rows[0].cells[-2:]] == ["2", "not shown"]


def test_hidden_counts_are_said_as_far_as_they_may_be() -> None:
    shift = made.shift(made.measured(made.tally((24, None, 5, None, 2), base=47), made.withheld()))
    first, second = tables.counts(shift, ENGLISH).rows
    assert [cell.text for cell in first.cells] == ["24", "fewer than 5", "5", "fewer than 5", "2", "not shown", "47"]
    assert (second.cells, second.whole) == ((), "Not shown: fewer than 10 people answered.")


def test_who_moved_where_is_before_by_after() -> None:
    cells = tuple(tuple(Cell(5 * row + column) for column in range(5)) for row in range(5))
    shift = made.shift(made.looking_back())
    assert tables.moves(made.change(), shift, ENGLISH) is None
    table = tables.moves(made.change(transitions=cells), shift, ENGLISH)
    assert table is not None
    assert [cell.text for cell in table.rows[1].cells] == ["5", "6", "7", "8", "9"]


def test_a_change_by_slice_starts_with_the_matched_base() -> None:
    small = made.change(people=made.SMALL, base=8, first_alone=None, points=-38, withheld=False, low_base=True)
    large = made.change(people=made.LARGE, withheld=True)
    shift = made.shift(made.looking_back(), made.change(), small, large, segment="employer_size")
    rows = tables.slices(shift.changes[0], shift, ENGLISH).rows
    assert [row.heading for row in rows] == ["Everyone", "Small employer", "Large employer"]
    assert [cell.text for cell in rows[1].cells] == [
        "8 ⚑", "not shown", "11", "28", "20", "8", "1", "−38", "38 to 74"
    ]  # fmt: skip
    assert rows[2].whole == "Not shown, to protect people."


def test_everyone_and_the_matched_stand_side_by_side_only_where_they_differ() -> None:
    everyone = made.shift(made.looking_back(), matched_base=Cell(29))
    assert tables.side_by_side(everyone, everyone, ENGLISH) is None
    matched = made.shift(made.looking_back((1, 6, 5, 4, 3), (10, 8, 1, 0, 0)), matched=True, matched_base=Cell(19))
    table = tables.side_by_side(everyone, matched, ENGLISH)
    assert table is not None
    assert [[(cell.text, cell.percent) for cell in row.cells] for row in table.rows] == [
        [("11 of 29", "38%"), ("7 of 19", "37%")],
        [("28 of 29", "97%"), ("18 of 19", "95%")],
    ]


def records(found: Iterable[Record]) -> list[dict[str, str]]:
    content = records_file(found)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_has_a_row_a_count_with_its_base_and_time() -> None:
    found = records(shift_records(made.shift(made.looking_back())))
    assert len(found) == 2 * (1 + 5 + 1 + 1)
    assert {name: value for name, value in found[2].items() if value} == {
        "study": "job_rotation", "edition": "working", "answers_up_to": "2026-06-12T10:30:00+00:00",
        "group": "backfill", "measure": "confidence", "title": "Confidence",
        "variable": "confidence", "question": "How confident are you?",
        "people": "everyone", "touchpoint": "1", "moment": "before", "row": made.BEFORE, "detail": "looking back",
        "looking_back": "yes", "kind": "option", "category": "quite", "label": "Quite confident", "count": "9",
        "percent": "31", "base": "29", "publish": "as released", "low_base": "yes",
    }  # fmt: skip


def test_a_count_that_is_not_told_exactly_is_told_as_far_as_it_is() -> None:
    tally = made.tally((24, None, 5, 0, 2), base=47)
    tally.cells["neither"] = Cell(None, low=5, high=9)
    tally.cells["very"] = Cell(None, 51, low=24)
    released = made.shift(made.measured(tally, made.withheld()), edition=Edition("release", None, 3))
    found = records(shift_records(released))
    told = {
        each["category"]: (each["count"], each["at_least"], each["at_most"], each["publish"]) for each in found[1:5]
    }
    assert told == {
        "very": ("", "24", "", "yes"), "quite": ("", "", "4", "yes"), "neither": ("", "5", "9", "yes"),
        "not_very": ("0", "", "", "yes"),
    }  # fmt: skip
    second = [each for each in found if each["row"] == made.SECOND and each["kind"] != "change"]
    assert [(each["kind"], each["count"], each["publish"]) for each in second] == [("base", "", "withheld")]


def test_joined_options_are_one_row() -> None:
    tally = made.tally((20, 12, 8, 0, 0))
    del tally.cells["not_very"], tally.cells["not_at_all"]
    tally = dataclasses.replace(tally, joined=(Joined(("not_very", "not_at_all"), Cell(7, 17)),))
    found = records(shift_records(made.shift(((made.row(made.FIRST, tally),),))))
    joined = [each for each in found if each["category"] == "not_very+not_at_all"]
    assert [(each["label"], each["count"]) for each in joined] == [("Not very confident + Not at all confident", "7")]
    assert not any(each["category"] in ("not_very", "not_at_all") for each in found)


def test_changes_stand_in_the_file_with_their_interval_and_tests() -> None:
    moves = tuple(tuple(Cell(5 * row + column) for column in range(5)) for row in range(5))
    changed = made.change(
        tests=made.TESTS,
        verdict="rose",
        transitions=moves,
        mean=MeanChange(mean=Decimal("0.9"), low=Decimal("0.2"), high=Decimal("1.6")),
    )
    found = [each for each in records(shift_records(made.shift(made.looking_back(), changed))) if each["until"]]
    assert {(each["row"], each["until"], each["looking_back"]) for each in found} == {(made.BEFORE, made.FIRST, "yes")}
    by = {(each["kind"], each["category"]): each for each in found}
    assert by["change", "points"]["value"] == "59"
    assert (by["change", "points"]["low"], by["change", "points"]["high"]) == ("38", "74")
    assert [by["change", "mean"][name] for name in ("value", "low", "high")] == ["0.9", "0.2", "1.6"]
    assert [by["change", name]["count"] for name in ("matched", "first_alone", "rose", "same", "fell")] == [
        "29", "0", "20", "8", "1"
    ]  # fmt: skip
    assert (by["test", "mcnemar"]["value"], by["test", "mcnemar"]["count"]) == ("0.000400", "19")
    assert ("verdict", "rose") in by
    assert by["movement", "quite>very"]["count"] == "5"


def test_what_is_not_for_publication_says_so_in_the_file() -> None:
    tally = made.tally((20, 12, 8, 0, 2))
    tally.cells["not_at_all"] = Cell(2, 5, private=True)
    found = records(shift_records(made.shift(((made.row(made.FIRST, tally),),))))
    assert {each["category"]: each["publish"] for each in found}["not_at_all"] == "no"


def test_a_release_names_itself() -> None:
    edition = Edition("release", dt.datetime(2026, 11, 14, 9, tzinfo=dt.UTC), 3)
    found = records(shift_records(made.shift(made.looking_back(), edition=edition)))
    assert {(each["edition"], each["answers_up_to"]) for each in found} == {("release 3", "2026-11-14T09:00:00+00:00")}


def test_no_text_in_the_file_is_a_formula() -> None:
    found = records(shift_records(made.shift(made.looking_back(), group="=1+1", question="-")))
    assert {each["group"] for each in found} == {"'=1+1"}
    content = csv_file(("a", "b"), [("@x", -5), ("+1", None), ("-1", 3), ("\t=1", 0)]).decode("utf-8-sig")
    assert content.splitlines() == ["a,b", "'@x,-5", "'+1,", "'-1,3", "'\t=1,0"]


def test_a_spreadsheet_has_the_tables_the_figures_and_the_notes() -> None:
    shift = made.shift(made.looking_back(), made.change(), title="=1+1")
    tables_of = [tables.counts(shift, ENGLISH), tables.counts(shift, ENGLISH)]
    content = workbook(sheet_each(tables_of), shift_records(shift), ["Working figures.", "=SUM(A1)"], ENGLISH)
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Notes", "Answers, in people and perce", "Answers, in people and perce 2", "Figures"]
    assert [cell.value for cell in book["Notes"]["A"]] == ["Working figures.", "=SUM(A1)"]
    assert book["Notes"]["A2"].data_type == "s"
    figures = book["Figures"]
    header = [cell.value for cell in figures[1]]
    assert figures.freeze_panes == "A2"
    rows = [dict(zip(header, (cell.value for cell in row), strict=True)) for row in figures.iter_rows(min_row=2)]
    assert len(rows) == len(list(shift_records(shift)))
    assert rows[2]["count"] == 9
    assert rows[2]["answers_up_to"] == dt.datetime(2026, 6, 12, 10, 30)  # noqa: DTZ001  # the format holds no zone
    first = book["Answers, in people and perce"]
    assert [cell.value for cell in first[3]][:2] == [f"{made.BEFORE} (looking back)", "2 (7%)"]
    assert first.freeze_panes == "B3"


@pytest.mark.parametrize("title", ["", "a/b*c?[d]:e\\f", "History", "x" * 80, "'quoted'", "بلا عنوان"])
def test_any_title_makes_a_sheet(title: str) -> None:
    table = tables.ResultTable(title, ("A",), ())
    book = load_workbook(io.BytesIO(workbook(sheet_each([table, table]), [], ["\x00\x1f"], ENGLISH)))
    assert len(book.sheetnames) == 4


def test_a_table_of_many_people_and_statements_is_turned() -> None:
    tallies = [made.tally((4, 3, 2, 1, 0)), made.tally((1, 2, 3, 4, 5), people=made.SMALL), made.withheld(made.LARGE)]
    each = made.distribution(tallies)
    few = tables.answers([each], ENGLISH)
    assert few.columns == ("Answer", "Everyone", "Small employer")
    assert [row.whole for row in few.rows if row.whole] == ["Not shown: fewer than 10 people answered."]
    together = [dataclasses.replace(each, statement=f"S{number}") for number in range(5)]
    many = tables.answers(together, ENGLISH)
    assert many.columns[:3] == ("People", "Very confident", "Quite confident")
    assert [row.heading for row in many.rows][:2] == ["S0 · Everyone", "S0 · Small employer"]
    assert [cell.text for cell in many.rows[1].cells][:3] == ["1", "2", "3"]
    assert len([row for row in many.rows if row.whole]) == 5


def test_what_a_release_does_not_tell_of_some_people_is_not_shown_and_not_called_not_offered() -> None:
    """Of some a release tells how many gave no answer, of others not: that they were offered none is another thing."""
    told = made.release({"very": 20, "quite": 10}, 30)
    silent = dataclasses.replace(told, people=made.SMALL, missing={}, cells={"very": Cell(20), "quite": Cell(10)})
    table = tables.answers([made.distribution([told, silent])], ENGLISH)
    rows = {row.heading: [cell.text for cell in row.cells] for row in table.rows}
    assert rows["Without an answer"] == ["fewer than 5", "not shown"]
    assert rows["Confident"][1] == "not shown"


@pytest.mark.parametrize(
    ("p", "written"), [(0.0213, "0.021300"), (0.0001, "0.000100"), (2.31234e-12, "2.31E-12"), (0.0, "2.23E-308")]
)
def test_no_p_value_is_nothing(p: float, written: str) -> None:
    changed = made.change(tests=(ChangeTest(name="mcnemar", p=p, n=900),))
    found = [
        each for each in records(shift_records(made.shift(made.looking_back(), changed))) if each["kind"] == "test"
    ]
    assert [each["value"] for each in found] == [written]
