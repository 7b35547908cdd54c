"""A file of participants as rows of text by column, with everything that keeps it from being read."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from surveyapp.domain.near_names import near
from surveyapp.domain.sentences import Sentence, say, with_hint

MAXIMUM_BYTES, MAXIMUM_ROWS = 2_000_000, 5_000

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


@dataclass(frozen=True, order=True)
class RowFault:
    """One thing wrong in a file: the line it is on, counted as an editor counts, the column (empty: the whole row or
    file) and what to do."""

    line: int
    column: str
    sentence: Sentence

    def __str__(self) -> str:
        return (
            f"line {self.line}: {self.column}: {self.sentence}" if self.column else f"line {self.line}: {self.sentence}"
        )


@dataclass
class CsvTable:
    """The columns there are, the rows that could be told apart, each with the line it begins on, and the faults."""

    columns: tuple[str, ...] = ()
    rows: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)


def read_table(data: bytes, known: Collection[str], needed: Collection[str]) -> CsvTable:
    """Reads a CSV file whose first row names its columns, each one of `known`, all of `needed` among them. Nothing in a
    cell is evaluated: what begins with =, +, - or @ is text like any other. Never raises."""
    table = CsvTable()
    text = _text(data, table)
    if text is None:
        return table
    rows = _rows(text, _delimiter(text, known), table)
    line, header = next(rows, (1, []))
    names = [_name(cell) for cell in header]
    if not any(names):
        table.faults.append(RowFault(1, "", say("file_empty")))
        return table
    table.columns = tuple(names)
    _check_header(line, header, names, known, table)
    for name in needed:
        if name not in names:
            table.faults.append(RowFault(line, name, say("column_missing")))
    for line, cells in rows:
        if len(table.rows) == MAXIMUM_ROWS:
            table.faults.append(RowFault(line, "", say("file_too_long", rows=MAXIMUM_ROWS)))
            break
        if (len(cells) > len(names) and any(cells[len(names) :])) or len(cells) < len(names):
            sentence = say("row_cells", cells=len(cells), header=len(names))
            table.faults.append(RowFault(line, "", sentence))
        else:
            table.rows.append((line, {name: cell for name, cell in zip(names, cells, strict=False) if name in known}))
    if not table.rows and not table.faults:
        table.faults.append(RowFault(line, "", say("file_without_people")))
    return table


def _text(data: bytes, table: CsvTable) -> str | None:
    if len(data) > MAXIMUM_BYTES:
        megabytes = MAXIMUM_BYTES // 1_000_000
        table.faults.append(RowFault(1, "", say("file_too_large", megabytes=megabytes)))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        table.faults.append(RowFault(line, "", say("file_not_utf8")))
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        table.faults.append(RowFault(line, "", say("file_not_csv")))
        return None
    return text


def _delimiter(text: str, known: Collection[str]) -> str:
    """The delimiter by which the first row names the most known columns."""

    def names_found(delimiter: str) -> int:
        try:
            header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            return 0
        return sum(_name(cell) in known for cell in header)

    return max(_DELIMITERS, key=names_found)


def _rows(text: str, delimiter: str, table: CsvTable) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with the line it begins on, up to the first that cannot be told from the next."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            table.faults.append(RowFault(line, "", say("row_quotation")))
            return
        if any(cells):
            yield line, cells


def _name(cell: str) -> str:
    return "_".join(cell.strip().casefold().split())


def _check_header(line: int, header: list[str], names: list[str], known: Collection[str], table: CsvTable) -> None:
    for position, (cell, name) in enumerate(zip(header, names, strict=True), start=1):
        if not name:
            if any(header[position:]):
                table.faults.append(RowFault(line, "", say("column_nameless", number=position)))
        elif name not in known:
            hint = near(name, known) or say("column_correct_it")
            table.faults.append(RowFault(line, cell[:60], with_hint(say("column_unknown"), hint)))
    for name, count in Counter(names).items():
        if name in known and count > 1:
            table.faults.append(RowFault(line, name, say("column_twice")))
