"""A file of participants as rows of text by column, with everything that keeps it from being read."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from surveyapp.domain import normalise
from surveyapp.domain.authoring.file_text import utf_16
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
    cell is evaluated: what begins with =, +, - or @ is text like any other, and of `="0770"`, by which a spreadsheet
    keeps a number as text, the text is read. Never raises."""
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
            row = {name: cell for name, cell in zip(names, cells, strict=False) if name in known}
            table.faults += [RowFault(line, name, why) for name, cell in row.items() if (why := _spoilt(cell))]
            table.rows.append((line, row))
    if not table.rows and not table.faults:
        table.faults.append(RowFault(line, "", say("file_without_people")))
    return table


def _text(data: bytes, table: CsvTable) -> str | None:
    if len(data) > MAXIMUM_BYTES:
        megabytes = MAXIMUM_BYTES // 1_000_000
        table.faults.append(RowFault(1, "", say("file_too_large", megabytes=megabytes)))
        return None
    if data.startswith(_WORKBOOKS):
        table.faults.append(RowFault(1, "", say("file_workbook")))
        return None
    try:
        text = data.decode(utf_16(data) or "utf-8-sig").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        table.faults.append(RowFault(line, "", say("file_not_utf8")))
        return None
    if 50 * text.count("\0") > 2 * len(text):
        table.faults.append(RowFault(1, "", say("file_not_csv")))
        return None
    return text


_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the files of spreadsheet programs begin."""

_KEPT_AS_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"')


def _cell(written: str) -> str:
    kept = _KEPT_AS_TEXT.fullmatch(written.strip())
    return (kept[1].replace('""', '"') if kept else written).strip()


def _spoilt(cell: str) -> Sentence | None:
    """What to do about a cell whose letters were lost before it came here; None where none were."""
    if "\ufffd" in cell:
        return say("letter_lost", mark="\ufffd")
    meant = _as_meant(cell)
    if meant == cell:
        return None
    return say("wrong_characters", written=cell[:60], meant=meant[:60])


_BEGINS, _GOES_ON = "\u00c2-\u00f4", "\u0080-\u00bfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™"
_TWICE_DECODED = re.compile(f"(?:[{_BEGINS}][{_GOES_ON}]+)+")
"""Runs that UTF-8 becomes where it is read as Windows-1252 or Latin-1: letters that begin a sequence, then signs."""

_SURE = re.compile("[ÂÃÄÅ][\u00a1-\u00aa\u00ac-\u00ba\u00bc-\u00bf\u0080-\u009fŒœŠšŸŽžƒ]|[ÂÃ]\u00a0")
"""What a single such letter must be for one to be sure: `É”` and `É »` are French."""


def _as_meant(text: str) -> str:
    """The text with each run decoded as it should have been, where that gives text: `CafÃ©` is `Café`."""
    return _TWICE_DECODED.sub(lambda run: _decoded_anew(run[0]), text)


def _decoded_anew(run: str) -> str:
    try:
        meant = b"".join(_byte(character) for character in run).decode()
    except UnicodeError:
        return run
    return meant if len(run) > 2 or _SURE.fullmatch(run) else run


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")  # what Windows-1252 leaves out is passed through as it is


def _delimiter(text: str, known: Collection[str]) -> str:
    """The delimiter by which the first row (after a line `sep=;`, the second) names the most known columns."""

    def names_found(delimiter: str) -> int:
        try:
            rows = list(itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 2))
        except csv.Error:
            return 0
        return max((sum(_name(cell) in known for cell in header) for header in rows), default=0)

    return max(_DELIMITERS, key=names_found)


def _rows(text: str, delimiter: str, table: CsvTable) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with the line it begins on, up to the first that cannot be told from the next."""
    csv.field_size_limit(MAXIMUM_BYTES)  # what is too long for its column is said of the cell, not of the file
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [_cell(cell) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            table.faults.append(RowFault(line, "", say("row_quotation")))
            return
        if any(cells) and not (line == 1 and cells[0].casefold().startswith("sep=")):
            yield line, cells


def _name(cell: str) -> str:
    return "_".join(normalise.code(_cell(cell)).casefold().split())


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
