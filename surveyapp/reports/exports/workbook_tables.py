"""Single answers as a spreadsheet: the notes, a sheet a dataset, the labels of values, the codebook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.exports.dataset import AnswerExport, ExportValue, MissingKind
from surveyapp.domain.exports.names import unique_names
from surveyapp.domain.sentences import say
from surveyapp.reports.exports.texts import CODEBOOK, absence, codebook, readme, words_cell

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 31
"""What a sheet takes, and a sheet's name."""

MOST_UNITS = 32_767
"""What a cell takes, in units of UTF-16: an emoji is two."""

FIRST_DAY = dt.date(1900, 3, 1)
"""From when on a spreadsheet's days are right; an earlier one is written as text."""

BOLD = Font(bold=True)
NOTES, LABELS, BOOK = "Notes", "Labels", "Codebook"


def write(export: AnswerExport, folder: Path) -> list[Path]:
    """One workbook. Raises InputRefused (`form`) where a sheet cannot hold it all."""
    for dataset in export.datasets:
        if dataset.count >= MOST_ROWS or len(dataset.columns) > MOST_COLUMNS:
            many = say("too_many_for_sheet", rows=dataset.count, columns=len(dataset.columns))
            raise InputRefused(many, "form")
    book = Workbook(write_only=True)
    wanted = [NOTES, *(dataset.name[:MOST_CHARACTERS] for dataset in export.datasets), LABELS, BOOK]
    notes, *sheets, labels, described = (book.create_sheet(name) for name in unique_names(wanted, MOST_CHARACTERS))
    for line in readme(export, []).splitlines():
        notes.append([_words(notes, line)])
    for dataset, sheet in zip(export.datasets, sheets, strict=True):
        header = [column.name for column in dataset.columns]
        _rows(sheet, header, ([_cell(sheet, value) for value in row] for row in dataset.rows()))
    listed = (
        [dataset.name, column.name, value.value, str(value.number), value.label]
        for dataset in export.datasets
        for column in dataset.columns
        for value in column.values
    )
    _rows(
        labels,
        ["dataset", "column", "value", "number", "label"],
        ([_words(labels, cell) for cell in row] for row in listed),
    )
    _rows(
        described,
        CODEBOOK,
        ([_words(described, cell) for cell in row] for row in codebook(export)),
    )
    target = folder / f"{export.stem}_{export.shape.value}.xlsx"
    book.save(target)
    return [target]


def _rows(sheet: Any, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet.freeze_panes = "A2"
    titles = [_words(sheet, each) for each in header]
    for title in titles:
        title.font = BOLD
    sheet.append(titles)
    for row in rows:
        sheet.append(row)


def _words(sheet: Any, text: str) -> Any:
    """A text is a text, whatever it begins with."""
    cell = WriteOnlyCell(sheet, None)
    cell.value = _fitting(ILLEGAL_CHARACTERS_RE.sub(" ", text))
    cell.data_type = "s"
    return cell


def _fitting(text: str) -> str:
    """A text as a cell takes it: with … where its end was cut off."""
    if 2 * len(text) <= MOST_UNITS or len(units := text.encode("utf-16-le")) <= 2 * MOST_UNITS:
        return text
    return units[: 2 * (MOST_UNITS - 1)].decode("utf-16-le", errors="ignore") + "…"


def _cell(sheet: Any, value: ExportValue) -> Any:
    match value:
        case None:
            return None
        case MissingKind():
            return _words(sheet, absence(value))
        case bool():
            return int(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else value
        case dt.datetime():
            cell = WriteOnlyCell(sheet, value.astimezone(dt.UTC).replace(tzinfo=None))
            cell.number_format = "yyyy-mm-dd hh:mm:ss"
            return cell
        case dt.date() if value < FIRST_DAY:
            return _words(sheet, value.isoformat())
        case str():
            return _words(sheet, words_cell(value, formulas=False))
        case _:
            return value
