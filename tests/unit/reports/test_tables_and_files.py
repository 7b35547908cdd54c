"""Tables and the CSV file: the same object as the chart, hidden counts hidden alike."""

from __future__ import annotations

import csv
import io

from surveyapp.domain.results import Cell, Shift
from surveyapp.reports.files import csv_file, tables
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
    small = made.change(people=made.SMALL, base=8, lost=None, points=-38, withheld=False, low_base=True)
    large = made.change(people=made.LARGE, withheld=True)
    shift = made.shift(made.looking_back(), made.change(), small, large, segment="employer_size")
    rows = tables.slices(shift.changes[0], shift, ENGLISH).rows
    assert [row.heading for row in rows] == ["Everyone", "Small employer", "Large employer"]
    assert [cell.text for cell in rows[1].cells] == [
        "8 ⚑", "not shown", "11", "28", "20", "8", "1", "−38", "38 to 74"
    ]  # fmt: skip
    assert rows[2].whole == "Not shown, to protect people."


def test_everyone_and_the_matched_stand_side_by_side_only_where_they_differ() -> None:
    everyone = made.shift(made.looking_back(), matched_base=29)
    assert tables.side_by_side(everyone, everyone, ENGLISH) is None
    matched = made.shift(made.looking_back((1, 6, 5, 4, 3), (10, 8, 1, 0, 0)), matched=True, matched_base=19)
    table = tables.side_by_side(everyone, matched, ENGLISH)
    assert table is not None
    assert [[(cell.text, cell.percent) for cell in row.cells] for row in table.rows] == [
        [("11 of 29", "38%"), ("7 of 19", "37%")],
        [("28 of 29", "97%"), ("18 of 19", "95%")],
    ]


def records(shift: Shift) -> list[dict[str, str]]:
    content = csv_file.csv_file(csv_file.MEASURE_COLUMNS, csv_file.measure_rows(shift))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_has_a_row_a_count_with_its_base_and_time() -> None:
    found = records(made.shift(made.looking_back()))
    assert len(found) == 2 * (5 + 1 + 1)
    assert found[1] == {
        "study": "job_rotation", "measure": "confidence", "title": "Confidence", "people": "everyone", "segment": "",
        "segment_value": "", "moment": made.BEFORE, "detail": "looking back", "touchpoint": "1", "looking_back": "yes",
        "kind": "option", "category": "quite", "label": "Quite confident", "count": "9", "percent": "31", "base": "29",
        "shown": "yes", "low_base": "yes", "data_at": "2026-06-12T10:30:00+00:00",
        "note": "",
    }  # fmt: skip


def test_a_hidden_count_is_empty_in_the_file_and_says_what_may_be_said() -> None:
    found = records(made.shift(made.measured(made.tally((24, None, 5, 0, 2), base=47), made.withheld())))
    assert [(each["count"], each["percent"], each["shown"]) for each in found[1:3]] == [
        ("", "", "fewer than 5"),
        ("5", "11", "yes"),
    ]
    assert {(each["count"], each["base"]) for each in found if each["moment"] == made.SECOND} == {("", "")}


def test_no_text_in_the_file_is_a_formula() -> None:
    found = records(made.shift(made.looking_back(), title="=1+1", asked_of="-"))
    assert {each["title"] for each in found} == {"'=1+1"}
    content = csv_file.csv_file(("a", "b"), [("@x", -5), ("+1", None), ("-1", 3), ("\t=1", 0)]).decode("utf-8-sig")
    assert content.splitlines() == ["a,b", "'@x,-5", "'+1,", "'-1,3", "'\t=1,0"]
