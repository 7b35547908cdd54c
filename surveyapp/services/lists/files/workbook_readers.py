"""What is made of each part of a workbook while it is parsed, element by element."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, TypeVar

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601

from surveyapp.services.lists.files.sheet import MAXIMUM_BYTES, MAXIMUM_COLUMNS, SheetRow

MAXIMUM_SHEETS, MOST_MERGED = 250, 100_000
LAST_ROW = 1_048_576
"""The highest number that a row of a workbook can have."""

WIDEST = MAXIMUM_COLUMNS + 50
"""Cells beyond are left out: enough are there to say that the columns are too many."""

_LONGEST_FORMAT, _LONGEST_TITLE = 255, 100

Attributes = Mapping[str, str]


class TooMuch(Exception):
    """There is more in a workbook than is gone through."""


class Enough(Exception):
    """What was looked for is found."""


@dataclass(kw_only=True)
class SheetCells:
    """What a sheet holds. `merged`: as `A2:A3`; `unsaved`: row and letters of cells that hold a formula and not what
    came of it."""

    rows: list[SheetRow] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    unsaved: list[tuple[int, str]] = field(default_factory=list)


_SPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
)
"""Of the elements that say something here, in either sort of workbook that there is."""

Begin: TypeAlias = Callable[[Attributes], None]
End: TypeAlias = Callable[[], None]

_Done = TypeVar("_Done")


def by_element(of: Mapping[str, _Done]) -> dict[str, _Done]:
    """What is done at elements, by their full names."""
    return {f"{space}}}{tag}": done for space in _SPACES for tag, done in of.items()}


class PartReader:
    """Is told of the elements of one part that it names. `pieces`: the text since they were last cleared."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def begins(self) -> dict[str, Begin]:
        """What is done where an element begins, by its name."""
        raise NotImplementedError

    def ends(self) -> dict[str, End]:
        """What is done where one ends."""
        return {}


class Relations(PartReader):
    """The kind (`worksheet`) and the part of what a workbook names by an id."""

    def __init__(self) -> None:
        super().__init__()
        self.by_id: dict[str, tuple[str, str]] = {}

    def begins(self) -> dict[str, Begin]:
        return {"Relationship": self._add}

    def _add(self, attributes: Attributes) -> None:
        part = posixpath.normpath(posixpath.join("/xl", attributes["Target"])).lstrip("/")
        self.by_id[attributes["Id"]] = attributes["Type"].rpartition("/")[2], part


class NamedSheet(NamedTuple):
    """A sheet of a workbook: its title, its id or its part, and whether whoever opens the workbook does not see it."""

    title: str
    part: str
    hidden: bool


class Book(PartReader):
    """Title and id of every sheet, and which day is the first."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[NamedSheet] = []
        self.from_1904 = False

    def begins(self) -> dict[str, Begin]:
        return {"workbookPr": self._begin_book, "sheet": self._begin_sheet}

    def _begin_book(self, attributes: Attributes) -> None:
        self.from_1904 = attributes.get("date1904", "0") in ("1", "true", "on")

    def _begin_sheet(self, attributes: Attributes) -> None:
        if len(self.sheets) == MAXIMUM_SHEETS:
            raise TooMuch
        named = next((value for name, value in attributes.items() if name.endswith("}id")), "")
        hidden = attributes.get("state", "visible") != "visible"
        self.sheets.append(NamedSheet(attributes["name"][:_LONGEST_TITLE], named, hidden))


class _Texts(PartReader):
    """Text that may be in pieces, each of a font of its own. How words are pronounced stands between and is no part."""

    def __init__(self) -> None:
        super().__init__()
        self._said: list[str] = []
        self._pronounced = 0

    def begins(self) -> dict[str, Begin]:
        return {"t": self._clear, "rPh": lambda _attributes: self._pronounce(1)}

    def ends(self) -> dict[str, End]:
        return {"t": self._keep, "rPh": lambda: self._pronounce(-1)}

    def _clear(self, _attributes: Attributes) -> None:
        self.pieces.clear()

    def _keep(self) -> None:
        if not self._pronounced:
            self._said.extend(self.pieces)

    def _pronounce(self, more: int) -> None:
        self._pronounced += more

    def _whole(self) -> str:
        said = "".join(self._said)
        self._said.clear()
        return said


class Strings(_Texts):
    """What is kept once for all the cells that say it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def ends(self) -> dict[str, End]:
        return {**super().ends(), "si": lambda: self.found.append(self._whole().replace("x005F_", ""))}


class Styles(PartReader):
    """The formats of cells, by the number that a cell names."""

    def __init__(self) -> None:
        super().__init__()
        self._formats: dict[int, str] = dict(BUILTIN_FORMATS)
        self._numbers: list[int] = []
        self._of_cells = False

    def begins(self) -> dict[str, Begin]:
        return {"numFmt": self._format, "cellXfs": lambda _attributes: self._go_in(True), "xf": self._style}

    def ends(self) -> dict[str, End]:
        return {"cellXfs": lambda: self._go_in(False)}

    def _format(self, attributes: Attributes) -> None:
        if "numFmtId" in attributes:
            self._formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")[:_LONGEST_FORMAT]

    def _go_in(self, of_cells: bool) -> None:
        self._of_cells = of_cells

    def _style(self, attributes: Attributes) -> None:
        if self._of_cells:
            self._numbers.append(int(attributes.get("numFmtId", "0")))

    def days(self) -> dict[str, bool]:
        """The styles that make a day of a number; whether it is how long something took."""
        used = {each: self._formats.get(each, "") for each in set(self._numbers)}
        days = {each: is_timedelta_format(code) for each, code in used.items() if is_date_format(code)}
        return {str(style): days[number] for style, number in enumerate(self._numbers) if number in days}


class CellsOfSheet(_Texts):
    """The rows of a sheet that hold something, up to `most`; `days`: what `Styles.days` found."""

    def __init__(self, strings: list[str], days: Mapping[str, bool], epoch: dt.datetime, most: int) -> None:
        super().__init__()
        self.found = SheetCells()
        self._strings, self._days, self._epoch, self._most = strings, days, epoch, most
        self._length = 0
        self._row = self._column = 0
        self._letters = ""
        self._cells: list[str] = []
        self._type, self._style = "n", "0"
        self._formula, self._value = False, ""

    def begins(self) -> dict[str, Begin]:
        return {
            **super().begins(),
            "row": self._begin_row,
            "c": self._begin_cell,
            "v": self._clear,
            "f": self._begin_formula,
            "mergeCell": self._merge,
        }

    def ends(self) -> dict[str, End]:
        return {**super().ends(), "row": self._end_row, "c": self._end_cell, "v": self._end_value}

    def _merge(self, attributes: Attributes) -> None:
        if len(self.found.merged) == MOST_MERGED:
            raise TooMuch
        self.found.merged.append(attributes.get("ref", ""))

    def _begin_formula(self, _attributes: Attributes) -> None:
        self._formula = True

    def _end_value(self) -> None:
        self._value = "".join(self.pieces)

    def _begin_row(self, attributes: Attributes) -> None:
        said = attributes.get("r")
        number = self._row + 1 if said is None else float(said)
        if not (self._row < number <= LAST_ROW and number == int(number)):
            raise ValueError("no row has this number, or it is not in its place")
        self._row, self._column, self._cells = int(number), 0, []

    def _begin_cell(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        if place is None:
            self._column, self._letters = self._column + 1, ""
        else:
            self._letters = place.rstrip("0123456789")
            self._column = column_index_from_string(self._letters)
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._formula, self._value = False, ""

    def _end_cell(self) -> None:
        if self._formula and not self._value and self._letters:
            self.found.unsaved.append((self._row, self._letters))
        said = self._said_in_cell()
        if said and self._column <= WIDEST:
            # As much as a text file may say: one text that is kept once can stand in every cell.
            self._length += len(said)
            if self._length > MAXIMUM_BYTES:
                raise TooMuch
            self._cells.extend([""] * (self._column - len(self._cells)))
            self._cells[self._column - 1] = said.strip()

    def _said_in_cell(self) -> str:
        value = self._value
        match self._type:
            case "inlineStr":
                return self._whole()
            case _ if not value:
                return ""
            case "s":
                return self._strings[int(value)]
            case "n":
                return self._number(value)
            case "b":
                return written(bool(int(value)))
            case "d":
                return written(from_ISO8601(value))
            case _:
                return value

    def _number(self, value: str) -> str:
        number = float(value) if "." in value or "E" in value or "e" in value else int(value)
        took = self._days.get(self._style)
        if took is None:
            return written(number)
        try:
            return written(from_excel(number, self._epoch, timedelta=took))
        except (OverflowError, ValueError):
            return "#VALUE!"

    def _end_row(self) -> None:
        while self._cells and not self._cells[-1]:
            self._cells.pop()
        if self._cells:
            self.found.rows.append((self._row, self._cells))
            if len(self.found.rows) == self._most:
                raise Enough


def written(value: object) -> str:
    """A cell's value as somebody would write it: whole numbers without a point, days as 2026-01-31."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            return "yes" if value else "no"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case dt.datetime():
            plain = value.time() == dt.time()
            return value.date().isoformat() if plain else value.isoformat(" ", "minutes")
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)
