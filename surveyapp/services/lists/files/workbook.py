"""Workbooks (XLSX) that hold a list: read cell by cell, within bounds, and nothing in them is run.

A workbook is a ZIP of XML: how much it says it unpacks to is looked at before any of it is, and a document type, by
which a few bytes become gigabytes, is refused, in whichever part it stands and however that is written.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

from surveyapp.domain.sentences import Sentence, say
from surveyapp.services.lists.files.sheet import MAXIMUM_COLUMNS, ListSheet, SheetRow

MAXIMUM_UNPACKED, MAXIMUM_PARTS = 250_000_000, 2_000

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How workbooks begin; the second: those of before 2007, and those with a password."""

_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    zlib.error,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
"""What the library raises for files that are no workbooks after all."""


def refusal(data: bytes) -> Sentence | None:
    """Why a file is no workbook that can be read; None where it may be one."""
    if data.startswith(OLD):
        protected = "EncryptedPackage".encode("utf-16-le") in data
        return say("workbook_protected") if protected else say("workbook_old")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {each.filename for each in parts}
            if "xl/workbook.xml" not in names:
                return say("workbook_other")
            if any(each.flag_bits & 1 for each in parts):
                return say("workbook_protected")
            if len(parts) > MAXIMUM_PARTS or sum(each.file_size for each in parts) > MAXIMUM_UNPACKED:
                return say("workbook_too_large", megabytes=MAXIMUM_UNPACKED // 1_000_000)
            if any(_has_document_type(archive, each) for each in parts):
                return say("workbook_broken")
    except _BROKEN:
        return say("workbook_broken")
    return None


class _Seen(Exception):
    """What stands before a document's first element was read; its argument says whether a document type was there."""


def _has_document_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part declares one. Read up to its first element, by the parser that reads sheets: whatever stands
    before it and in whichever characters, a declaration that that parser follows is seen."""
    reader = expat.ParserCreate()

    def see(there: bool) -> None:
        raise _Seen(there)

    reader.StartDoctypeDeclHandler = lambda *_named: see(True)
    reader.StartElementHandler = lambda *_named: see(False)
    try:
        with archive.open(part) as content:
            reader.ParseFile(content)
    except _Seen as seen:
        return bool(seen.args[0])
    except expat.ExpatError:
        pass  # A picture, or what is no XML for the reader of sheets either.
    return False


def rows(data: bytes, sheet: ListSheet, wanted: str = "") -> Iterator[SheetRow]:
    """The rows of the sheet `wanted` or, without one, of the first that holds more than one, each with its number: a
    note alone is no list. Merged cells, and formulas whose value was not saved, are said on `sheet`."""
    if (why := refusal(data)) is not None:
        sheet.refuse(why)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            held = [(each, many) for each in book.worksheets if (many := _rows_held(each))]
            there = [each for each, _many in held]
            sheet.sheets = tuple(each.title for each in there) if len(there) > 1 else ()
            lists = [each for each, many in held if many > 1] or there
            chosen = next((each for each in there if each.title == wanted), lists[0] if lists else None)
            if chosen is None:
                return
            sheet.name = chosen.title
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                source = archive.read(chosen._worksheet_path)
            _say_merged(source, sheet)
            blank = _formulas_without_value(source)
            for number, values in enumerate(chosen.iter_rows(values_only=True), start=1):
                cells = [written(value) for value in values[: MAXIMUM_COLUMNS + 50]]
                for letters in blank.get(number, ()):
                    place = column_index_from_string(letters) - 1
                    cell = f"{letters}{number}"
                    sheet.cell_fault(number, range(place, place + 1), "", say("formula_without_value", cell=cell))
                while cells and not cells[-1]:
                    cells.pop()
                if any(cells):
                    yield number, cells
    except _BROKEN:
        sheet.refuse(say("workbook_broken"))


def _rows_held(sheet: Any) -> int:
    """How many rows hold something, looked at up to the second."""
    if not hasattr(sheet, "reset_dimensions"):  # a chart
        return 0
    sheet.reset_dimensions()
    held = (row for row in sheet.iter_rows(values_only=True) if any(value is not None for value in row))
    return sum(1 for _row in itertools.islice(held, 2))


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


_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')


def _say_merged(source: bytes, sheet: ListSheet) -> None:
    """What is merged over several rows would leave all but the first without it. A title over several columns is no
    harm, nor is what is merged above the first person."""
    for first, top, last, bottom in (found.groups() for found in _MERGED.finditer(source)):
        if top != bottom:
            place = f"{first.decode()}{top.decode()}:{last.decode()}{bottom.decode()}"
            across = range(column_index_from_string(first.decode()) - 1, column_index_from_string(last.decode()))
            sheet.cell_fault(int(top), across, "", say("cells_merged", cells=place))
            if len(sheet.cell_faults) > 200:
                return


_FORMULA = re.compile(
    rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>\s*|<v></v>\s*)?</c>'
)


def _formulas_without_value(source: bytes) -> dict[int, list[str]]:
    """The letters of the columns, by row, whose cells hold a formula and not what came of it."""
    found: dict[int, list[str]] = {}
    if b"<f" in source:
        for match in _FORMULA.finditer(source):
            found.setdefault(int(match[2]), []).append(match[1].decode())
    return found
