"""Results as a spreadsheet: the tables as the page has them, every figure as a record, and the notes to them.

Nothing is marked by colour alone: a figure that is not for publication says so in words.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from surveyapp.reports.files.people_tables import PeopleCell, PeopleTable
from surveyapp.reports.files.records import COLUMNS, FileValue, Record
from surveyapp.reports.files.tables import ResultTable, Value
from surveyapp.reports.text.phrasing import Phrasing

BOLD = Font(bold=True)
WIDEST = 60


@dataclass(frozen=True)
class Sheet:
    """A sheet of a spreadsheet: its title, and tables under one another."""

    title: str
    tables: tuple[ResultTable | PeopleTable, ...]


def sheet_each(tables: Iterable[ResultTable | PeopleTable | None]) -> tuple[Sheet, ...]:
    """A sheet for each table that there is."""
    return tuple(Sheet(table.caption, (table,)) for table in tables if table)


def workbook(sheets: Iterable[Sheet], records: Iterable[Record], notes: Sequence[str], words: Phrasing) -> bytes:
    """An XLSX file: the notes, the tables as the page has them, the figures. Dates are dates, the headers stay in
    sight."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    _notes(_sheet(book, words.gettext("Notes")), notes)
    for each in sheets:
        _tables(_sheet(book, each.title), each.tables, words)
    _figures(_sheet(book, words.gettext("Figures")), records)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _sheet(book: Workbook, title: str) -> Worksheet:
    """A new sheet; its name as the format allows (31 characters, some of them not, no two alike)."""
    plain = re.sub(r"[\\/*?:\[\]]", " ", title).strip("' ")[:28] or "Table"
    taken = {each.lower() for each in book.sheetnames}
    name, number = plain, 2
    while name.lower() in taken:
        name, number = f"{plain} {number}", number + 1
    made: Worksheet = book.create_sheet(name)
    return made


def _notes(sheet: Worksheet, notes: Sequence[str]) -> None:
    for row, note in enumerate(notes, 1):
        _put(sheet, row, 1, note)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 100


def _tables(sheet: Worksheet, tables: Sequence[ResultTable | PeopleTable], words: Phrasing) -> None:
    """Tables under one another, each with its caption. The headers of one that is alone stay in sight."""
    top = 1
    for table in tables:
        _put(sheet, top, 1, table.caption)
        sheet.cell(top, 1).font = BOLD
        for column, title in enumerate(table.columns, 1):
            _put(sheet, top + 1, column, title)
            sheet.cell(top + 1, column).font = BOLD
        rows = _result_rows(table) if isinstance(table, ResultTable) else _people_rows(table, words)
        for number, row in enumerate(rows, top + 2):
            for column, value in enumerate(row, 1):
                _put(sheet, number, column, value)
        top = sheet.max_row + 2
    if len(tables) == 1:
        sheet.freeze_panes = "B3"
    _widths(sheet, 2)


def _result_rows(table: ResultTable) -> Iterator[list[FileValue]]:
    for row in table.rows:
        heading = row.heading if row.detail is None else f"{row.heading} ({row.detail})"
        yield [heading, *([row.whole] if row.whole is not None else [_cell(each, row.private) for each in row.cells])]


def _people_rows(table: PeopleTable, words: Phrasing) -> Iterator[list[FileValue]]:
    """Rows put together stand under their heading; a figure of other people says that it is."""
    for group in table.groups:
        if group.heading:
            yield [group.heading]
        for row in group.rows:
            apart = words.gettext("other people") if row.beside else None
            detail = words.listed(part for part in (apart, row.detail) if part)
            yield [f"{row.heading} ({detail})" if detail else row.heading, *map(_cell, row.cells)]


def _cell(value: Value | PeopleCell, private: bool = False) -> FileValue:
    """A number where it is one and no more. What is not for publication says so."""
    said = value.text if value.percent is None else f"{value.text} ({value.percent})"
    if private or value.private:
        return f"{said} np"
    return int(said) if said.isascii() and said.isdigit() else said


def _figures(sheet: Worksheet, records: Iterable[Record]) -> None:
    for column, name in enumerate(COLUMNS, 1):
        _put(sheet, 1, column, name)
        sheet.cell(1, column).font = BOLD
    for number, record in enumerate(records, 2):
        for column, name in enumerate(COLUMNS, 1):
            value = record.get(name)
            _put(sheet, number, column, _moment(value) if name == "answers_up_to" else value)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    _widths(sheet, 1)


def _moment(value: FileValue) -> FileValue:
    """A moment in UTC without its zone, which the format cannot hold."""
    return dt.datetime.fromisoformat(value).replace(tzinfo=None) if isinstance(value, str) else value


def _put(sheet: Worksheet, row: int, column: int, value: FileValue) -> None:
    """A value with its type. A text is a text, whatever it begins with."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", str(value))
        cell.data_type = "s"
        return
    cell.value = value
    if isinstance(value, dt.datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"


def _widths(sheet: Worksheet, heading: int) -> None:
    for column in range(1, sheet.max_column + 1):
        longest = max(
            (len(str(sheet.cell(row, column).value or "")) for row in range(heading, min(sheet.max_row, 200) + 1)),
            default=0,
        )
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, max(8, longest + 2))
