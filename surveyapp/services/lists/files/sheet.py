"""A list as rows of cells, whatever file it came in, with everything that keeps it from being read."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from surveyapp.domain import normalise
from surveyapp.domain.sentences import Sentence, say
from surveyapp.services.lists import headings

MAXIMUM_BYTES, MAXIMUM_ROWS, MAXIMUM_COLUMNS = 20_000_000, 50_000, 200

LONGEST_CELL = 2_000
"""Characters: more than anything that a list holds, and less than what would keep others waiting."""

FAULTS_OF_A_COLUMN = 200

TITLE_ROWS = 15
"""How many rows may stand above the one that names the columns."""


@dataclass(frozen=True, order=True)
class RowFault:
    """One thing wrong in a file: the line it is on, counted as an editor or a spreadsheet counts, the column (empty:
    the whole row or file) and what to do."""

    line: int
    column: str
    sentence: Sentence

    def __str__(self) -> str:
        return (
            f"line {self.line}: {self.column}: {self.sentence}" if self.column else f"line {self.line}: {self.sentence}"
        )


SheetRow = tuple[int, Sequence[str]]
"""A line and its cells."""


@dataclass(kw_only=True)
class ListSheet:
    """What was read. `faults`: what is wrong whatever its columns are; `cell_faults`: what is wrong with cells, by the
    columns they stand in, counted from 0, which matters where one of those is not left out; `faulty`: how many, by the
    first of those. `encoding`: of which
    character set a text file was taken to be, where that was a guess; `sheets`: the names of a workbook's, where
    several hold something or what was read is hidden, of which `name` was read; `lists`: of those that may be one, and
    `hidden`: of those that are not seen."""

    line: int = 1
    header: tuple[str, ...] = ()
    rows: list[SheetRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    cell_faults: list[tuple[range, RowFault]] = field(default_factory=list)
    faulty: Counter[int] = field(default_factory=Counter)
    encoding: str = ""
    sheets: tuple[str, ...] = ()
    name: str = ""
    lists: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()

    def fault(self, line: int, column: str, sentence: Sentence) -> None:
        self.faults.append(RowFault(line, column, sentence))

    def cell_fault(self, line: int, places: range, column: str, sentence: Sentence) -> None:
        self.faulty[places.start] += 1
        self.cell_faults.append((places, RowFault(line, column, sentence)))

    def is_room_for(self, place: int) -> bool:
        """Whether one more thing that is wrong with cells of a column is said: somebody who reads so many knows."""
        return self.faulty[place] < FAULTS_OF_A_COLUMN

    def refuse(self, sentence: Sentence) -> ListSheet:
        """The same with nothing in it but what is wrong with the file."""
        self.rows, self.header, self.faults, self.cell_faults = [], (), [RowFault(1, "", sentence)], []
        return self

    @property
    def everything_wrong(self) -> list[RowFault]:
        """For where there is nothing to say of columns."""
        return [*self.faults, *(fault for _, fault in self.cell_faults)]

    def faults_in(self, columns: Sequence[str]) -> list[tuple[str, RowFault]]:
        """What is wrong with cells below the headings, each with the first of its columns that is not left out:
        `columns` says what each is, empty where it is left out."""
        found = []
        for places, fault in self.cell_faults:
            column = next((columns[place] for place in places if place < len(columns) and columns[place]), "")
            if column and fault.line > self.line:
                found.append((column, fault))
        return found

    def samples(self, column: int, most: int = 3) -> list[str]:
        """The first few different values of a column."""
        found: dict[str, None] = {}
        for _, cells in self.rows[:500]:
            if column < len(cells) and cells[column]:
                found[cells[column][:60]] = None
                if len(found) == most:
                    break
        return list(found)


def fill(sheet: ListSheet, rows: Iterable[SheetRow], words: headings.HeadingWords) -> ListSheet:
    """Takes rows in: those above the one that names the columns are left out, what is wrong with any is said."""
    read, above = iter(rows), list[SheetRow]()
    for row in read:
        above.append(row)
        if len(above) == TITLE_ROWS:
            break
    if not above:
        if not sheet.everything_wrong:
            sheet.fault(1, "", say("file_empty"))
        return sheet
    place = words.header_among([cells for _, cells in above])
    sheet.line, header = above[place]
    sheet.header = tuple(header)
    if len(header) > MAXIMUM_COLUMNS:
        return sheet.refuse(say("too_many_columns", columns=len(header), limit=MAXIMUM_COLUMNS))
    for row in (*above[place + 1 :], *read):
        if len(sheet.rows) == MAXIMUM_ROWS:
            sheet.fault(row[0], "", say("file_too_long", rows=MAXIMUM_ROWS))
            break
        _take(sheet, *row)
    if not sheet.rows and not sheet.everything_wrong:
        sheet.fault(sheet.line, "", say("file_without_people"))
    return sheet


def _take(sheet: ListSheet, line: int, cells: Sequence[str]) -> None:
    wide = len(sheet.header)
    if len(cells) > wide and any(cells[wide:]):
        sheet.fault(line, "", say("row_cells", cells=len(cells), header=wide))
        return
    for place, (name, cell) in enumerate(zip(sheet.header, cells, strict=False)):
        if cell and sheet.is_room_for(place) and (why := spoilt(cell)) is not None:
            sheet.cell_fault(line, range(place, place + 1), name[:60], why)
    sheet.rows.append((line, [cell[:LONGEST_CELL] for cell in cells[:wide]]))


def spoilt(cell: str) -> Sentence | None:
    """What to do about a cell that was spoilt before it came here, or is too long; None where nothing is wrong."""
    if len(cell) > LONGEST_CELL:
        return say("text_too_long", limit=LONGEST_CELL)
    if cell.isascii():
        if cell[0] == "#" and _CELL_ERROR.fullmatch(cell):
            return say("cell_error", written=cell[:60])
        if ("&" in cell or "<" in cell) and _MARKUP.search(cell):
            return say("cell_markup", written=cell[:60], meant=_without_markup(cell)[:60])
        return None
    if "\ufffd" in cell:
        return say("letter_lost", mark="\ufffd")
    if _MARKUP.search(cell):
        return say("cell_markup", written=cell[:60], meant=_without_markup(cell)[:60])
    meant = _as_meant(cell)
    return None if meant == cell else say("wrong_characters", written=cell[:60], meant=meant[:60])


def _without_markup(cell: str) -> str:
    return normalise.one_line(html.unescape(_TAG.sub(" ", cell)))


_CELL_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|#{2,})")
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(rf"{_TAG.pattern}|&(?:#\d{{2,5}}|#x[0-9a-f]{{2,5}}|[a-z]{{2,8}});", re.IGNORECASE)

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
