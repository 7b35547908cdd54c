"""Workbooks: read as the library reads them, whoever wrote them; and those made to keep everybody waiting, of which no
more is gone through than a list can need."""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from surveyapp.services.lists.files import sheet as sheets
from surveyapp.services.lists.files import workbook, workbook_parts, workbook_readers
from surveyapp.services.lists.files.sheet import ListSheet
from surveyapp.services.lists.files.workbook_parts import WorkbookParts
from tests.list_files import zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

PEOPLE = "<row><c t='inlineStr'><is><t>Name</t></is></c></row><row><c t='str'><v>Amina</v></c></row>"


def book(
    rows: str = PEOPLE,
    *,
    after: str = "",
    before: str = "",
    strings: str = "",
    styles: str = "",
    sheets: int = 1,
    named: str = "",
    main: str = MAIN,
    properties: str = "",
) -> bytes:
    """A workbook written by hand, of one part that `sheets` sheets name."""
    of_sheets = "".join(f"<sheet name='S{n}' sheetId='{n + 1}' r:id='rId1'/>" for n in range(sheets))
    relations = "".join(
        f"<Relationship Id='{name}' Type='{OFFICE}/{kind}' Target='{target}'/>"
        for name, kind, target in (
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "sharedStrings", "/xl/sharedStrings.xml"),
            ("rId3", "styles", "styles.xml"),
        )
    )
    return zipped(
        {
            "xl/workbook.xml": f"<workbook xmlns='{main}' xmlns:r='{OFFICE}'>{properties}<sheets>{of_sheets}</sheets>"
            f"{named}</workbook>".encode(),
            "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{PACKAGE}'>{relations}</Relationships>".encode(),
            "xl/worksheets/sheet1.xml": f"{before}<worksheet xmlns='{main}'><sheetData>{rows}</sheetData>{after}"
            "</worksheet>".encode(),
            "xl/sharedStrings.xml": f"<sst xmlns='{main}'>{strings}</sst>".encode(),
            "xl/styles.xml": f"<styleSheet xmlns='{main}'>{styles}</styleSheet>".encode(),
        }
    )


def read(data: bytes, wanted: str = "") -> tuple[list[tuple[int, list[str]]], ListSheet]:
    sheet = ListSheet()
    return [(line, list(cells)) for line, cells in workbook.rows(data, sheet, wanted)], sheet


def refused(data: bytes) -> str:
    rows, sheet = read(data)
    assert rows == []
    assert sheet.cell_faults == []
    [fault] = sheet.faults
    return fault.sentence.code


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """So that what is too much need not be made: as many elements may be gone through."""
    monkeypatch.setattr(workbook_parts, "MAXIMUM_ELEMENTS", 5_000)
    return 5_000


MANY = 6_000
ATTRIBUTES = " ".join(f"a{n}=''" for n in range(100))

TOO_MUCH: dict[str, Callable[[], bytes]] = {
    "blank rows": lambda: book("<row/>" * MANY + PEOPLE),
    "filled rows": lambda: book("<row><c><v>1</v></c></row>" * MANY),
    "blank cells": lambda: book(f"{PEOPLE}<row>{'<c/>' * MANY}</row>"),
    "cells of blanks": lambda: book("<row><c t='str'><v> </v></c></row>" * MANY),
    "elements that are none of ours": lambda: book(f"{PEOPLE}<row>{'<x/>' * MANY}</row>"),
    "what stands within one another": lambda: book(f"{PEOPLE}{'<x>' * MANY}{'</x>' * MANY}"),
    "shared strings": lambda: book(PEOPLE, strings="<si/>" * MANY),
    "pieces of one string": lambda: book(PEOPLE, strings=f"<si>{'<r><t>a</t></r>' * MANY}</si>"),
    "styles": lambda: book(PEOPLE, styles=f"<cellXfs>{'<xf/>' * MANY}</cellXfs>"),
    "names": lambda: book(PEOPLE, named="<definedName/>" * MANY),
    "merged cells": lambda: book(PEOPLE, after="<mergeCell ref='A2:A3'/>" * MANY),
    "rows that are more than their share": lambda: book(f"<row {ATTRIBUTES}/>" * 300),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_can_be_gone_through_is_counted_whatever_it_is(few: int, name: str) -> None:
    data = TOO_MUCH[name]()
    assert refused(data) == "workbook_too_much"
    assert len(data) < 100_000
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = WorkbookParts(archive)
        with pytest.raises(workbook_readers.TooMuch):
            parts.cells(parts.sheets()[0].part)
    assert few < parts.looked_at < few + 100


def test_a_part_that_many_sheets_name_is_gone_through_once() -> None:
    data = book("<row/>" * 1_000, sheets=200)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = WorkbookParts(archive)
        named = parts.sheets()
        assert {each.part for each in named} == {"xl/worksheets/sheet1.xml"}
        assert [parts.rows_held(each.part) for each in named] == [0] * 200
    assert parts.looked_at < 1_000 + 700
    assert read(data) == ([], ListSheet())


def test_a_sheet_is_looked_into_up_to_its_second_row() -> None:
    with zipfile.ZipFile(io.BytesIO(book(PEOPLE + "<row><c><v>1</v></c></row>" * 3_000))) as archive:
        parts = WorkbookParts(archive)
        assert parts.rows_held(parts.sheets()[0].part) == 2
    assert parts.looked_at < 50


@pytest.mark.parametrize(
    "row", ["80000000", "1000000000000", "1048577", "2", "1", "0", "-1", "3.5", "1e400", "nan", "x"]
)
def test_a_row_that_no_sheet_has_or_that_is_not_in_its_place_is_refused(row: str) -> None:
    assert refused(book(f"{PEOPLE}<row r='{row}'><c><v>7</v></c></row>")) == "workbook_broken"


def test_what_lies_between_two_rows_is_not_gone_through() -> None:
    data = book(f"{PEOPLE}<row r='1048576'><c r='XFD1048576'><v>7</v></c><c r='A1048576'><v>8</v></c></row>")
    rows, sheet = read(data)
    assert rows == [(1, ["Name"]), (2, ["Amina"]), (1_048_576, ["8"])]
    assert sheet == ListSheet(name="S0", lists=("S0",))


@pytest.mark.parametrize(
    "data",
    [
        book(sheets=251),
        book(before=f"<!--{'x' * 3_000_000}-->"),
        book(after=f"<a b='{'x' * 3_000_000}'/>"),
        book(after=f"<!--{'x' * 3_000_000}-->"),
        book(f"<row><c t='inlineStr'><is><t>{'x' * 20_000_001}</t></is></c></row>"),
        book("<row>" + "<c t='s'><v>0</v></c>" * 30 + "</row>", strings=f"<si><t>{' ' * 1_000_000}x</t></si>"),
    ],
    ids=["sheets", "a remark before", "an attribute", "a remark within", "a text", "a text that is said everywhere"],
)
def test_no_one_thing_in_a_workbook_can_be_too_large(data: bytes) -> None:
    assert refused(data) == "workbook_too_much"


def test_a_table_of_contents_is_not_read_that_names_too_many_parts() -> None:
    assert (
        refused(zipped({"xl/workbook.xml": b"<workbook/>", **{str(n): b"" for n in range(2_000)}}))
        == "workbook_too_much"
    )


def test_the_largest_list_of_fifteen_columns_all_different_is_within_what_is_gone_through() -> None:
    rows, columns = sheets.MAXIMUM_ROWS, 15
    assert rows * (1 + columns * (2 + 2)) <= workbook_parts.MAXIMUM_ELEMENTS + 50_000


def test_a_document_type_is_refused_by_whoever_reads_the_part() -> None:
    late = f"<!--{'x' * 200_000}--><!DOCTYPE x [<!ENTITY a 'aaaa'>]>"
    assert workbook.refusal(book(before=late)) is None, "it stands later than is looked"
    assert refused(book(before=late)) == "workbook_broken"


def test_what_is_wrong_with_one_column_is_said_often_enough_and_hides_no_other() -> None:
    row = "<row><c r='A1'><f>x</f></c><c t='str' r='B1'><v>#N/A</v></c><c t='str' r='C1'><v>{}</v></c></row>"
    data = book("".join(row.format("CafÃ©" if n == 900 else "x") for n in range(1_000)))
    sheet = ListSheet()
    words = type("Words", (), {"header_among": lambda _self, _rows: 0})()
    sheets.fill(sheet, workbook.rows(data, sheet), words)
    said = [fault.sentence.code for _, fault in sheet.cell_faults]
    assert {each: said.count(each) for each in said} == {
        "formula_without_value": sheets.FAULTS_OF_A_COLUMN,
        "cell_error": sheets.FAULTS_OF_A_COLUMN,
        "wrong_characters": 1,
    }


def test_formulas_without_a_value_are_told_from_others_whatever_an_attribute_says() -> None:
    looks_like = " ".join('r="A1"' for _ in range(1_000))
    data = book(
        "<row><c r='A1'><f>B1</f><v>7</v></c><c r='B1'><f>C1</f></c><c r='C1' t='str'><f>D1</f><v></v></c>"
        f"<c r='D1'><f/><v/></c><c r='E1'><v>5</v></c><c x='{looks_like}'><v>6</v></c></row>"
    )
    rows, sheet = read(data)
    assert rows == [(1, ["7", "", "", "", "5", "6"])]
    assert [fault.sentence.params["cell"] for _, fault in sheet.cell_faults] == ["B1", "C1", "D1"]


CELLS = [
    ("<c t='s'><v>0</v></c>", "Zoë Weiß"),
    ("<c t='s'><v>1</v></c>", "東京 Łukasz"),
    ("<c t='inlineStr'><is><r><t>Ann </t></r><rPh><t>x</t></rPh><r><t>Lee</t></r></is></c>", "Ann Lee"),
    ("<c t='inlineStr'><is><t>two\nlines &amp; a sign</t></is></c>", "two\nlines & a sign"),
    ("<c t='str'><f>A1</f><v>a formula’s</v></c>", "a formula’s"),
    ("<c t='e'><v>#N/A</v></c>", "#N/A"),
    ("<c t='b'><v>1</v></c>", "yes"),
    ("<c t='d'><v>2026-06-03T00:00:00</v></c>", "2026-06-03"),
    ("<c><v>7700900142</v></c>", "7700900142"),
    ("<c><v>7.5</v></c>", "7.5"),
    ("<c><v>7.0E2</v></c>", "700"),
    ("<c s='1'><v>46176</v></c>", "2026-06-03"),
    ("<c s='1'><v>46176.5</v></c>", "2026-06-03 12:00"),
    ("<c s='2'><v>46176</v></c>", "2026-06-03"),
    ("<c s='3'><v>46176</v></c>", "46176"),
    ("<c s='1'><v>99999999999</v></c>", "#VALUE!"),
]  # fmt: skip
STRINGS = (
    "<si><t>Zoë Weiß</t></si>"
    "<si><r><t>東京</t></r><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><r><t xml:space='preserve'> Łukasz</t></r></si>"
)
STYLES = (
    "<numFmts><numFmt numFmtId='164' formatCode='dd\\/mm\\/yyyy'/><numFmt numFmtId='165' formatCode='0.00 \"days\"'/>"
    "</numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
    "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/></cellXfs>"
)


@pytest.mark.parametrize("main", [MAIN, STRICT])
def test_every_type_of_cell_is_read(main: str) -> None:
    data = book(f"<row>{''.join(cell for cell, _ in CELLS)}</row>", strings=STRINGS, styles=STYLES, main=main)
    rows, sheet = read(data)
    assert rows == [(1, [said for _, said in CELLS])]
    assert sheet.everything_wrong == []


def test_days_are_counted_from_where_the_workbook_counts_them() -> None:
    rows, _ = read(book("<row><c s='1'><v>44714</v></c></row>", styles=STYLES, properties="<workbookPr date1904='1'/>"))
    assert rows == [(1, ["2026-06-03"])]


def test_names_of_elements_may_have_a_prefix() -> None:
    data = book(f"<x:row xmlns:x='{MAIN}'><x:c t='str'><x:v>Amina</x:v></x:c></x:row>")
    assert read(data)[0] == [(1, ["Amina"])]


VALUES: list[list[Any]] = [
    ["Name", "Joined", None, "Took", "Sure"],
    ["Zoë Weiß", dt.date(2026, 6, 3), None, dt.timedelta(hours=30), True],
    [],
    ["  Łukasz Żak ", dt.datetime(2026, 6, 3, 9, 30), 7700900142, dt.time(9, 30), False],  # noqa: DTZ001
    ["=1+1", 1e20, -0.5, "", "x" * 300],
    [None, None, None, None, 5],
]


@pytest.mark.parametrize("epoch", ["1900", "1904"])
def test_what_is_read_is_what_the_library_reads(tmp_path: Path, epoch: str) -> None:
    made = Workbook()
    if epoch == "1904":
        made.epoch = CALENDAR_MAC_1904
    made.active.title = "List"
    for row in VALUES:
        made.active.append(row)
    made.create_sheet("Other").append(["a note"])
    made.save(path := tmp_path / "list.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = load_workbook(path, data_only=True)["List"].iter_rows(values_only=True)
    expected = []
    for number, values in enumerate(theirs, start=1):
        cells = [workbook_readers.written(each) for each in values]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            expected.append((number, cells))
    made.create_chartsheet("Chart")  # which the library itself cannot always read again
    made.save(path)
    rows, sheet = read(path.read_bytes())
    assert rows == expected
    assert (sheet.sheets, sheet.name) == (("List", "Other"), "List")
    assert read(path.read_bytes(), "Other")[0] == [(1, ["a note"])]
