"""The parts of a workbook that say what a sheet holds, each read in one pass, and all of them within bounds.

One parser goes through them, and makes nothing of what a list does not need: of no style but those of days, of no
chart, of no formula. How much there is to go through is counted as it goes, whatever the sizes in a file say: a few
thousand bytes of ZIP can hold millions of rows.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from xml.parsers import expat

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from surveyapp.services.lists.files.sheet import MAXIMUM_ROWS, TITLE_ROWS
from surveyapp.services.lists.files.workbook_readers import (
    Attributes,
    Book,
    CellsOfSheet,
    Enough,
    NamedSheet,
    PartReader,
    Relations,
    SheetCells,
    Strings,
    Styles,
    TooMuch,
    by_element,
)

MAXIMUM_ELEMENTS = 3_000_000
"""How many elements of XML are gone through for one file: a cell that says something is two, and what it says another
two, once for all that say the same. As many rows as a list may have, of thirty columns, or fifteen all different."""

_AT_A_TIME, _LONGEST_TAG = 1 << 16, 1 << 20
"""Bytes that the parser is handed, and of which one tag may be: it goes through one that is not complete again and
again."""


class WorkbookParts:
    """A workbook, of which each part is read when it is asked for. `looked_at`: how many elements were, so far.

    Every method raises TooMuch, and what the parser and the ZIP raise for what is broken.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.looked_at = 0
        self._archive = archive
        self._there = set(archive.namelist())
        self._held: dict[str, int] = {}
        self._parts: dict[str, str] = {}
        self._strings: list[str] | None = None
        self._days: Mapping[str, bool] = {}
        self._epoch = CALENDAR_WINDOWS_1900

    def sheets(self) -> list[NamedSheet]:
        """Each sheet of cells with its part, in their order."""
        relations, book = Relations(), Book()
        if "xl/_rels/workbook.xml.rels" in self._there:
            self._parse("xl/_rels/workbook.xml.rels", relations)
        self._parse("xl/workbook.xml", book)
        self._epoch = CALENDAR_MAC_1904 if book.from_1904 else CALENDAR_WINDOWS_1900
        self._parts = dict(relations.by_id.values())
        named = [(each, *relations.by_id.get(each.part, ("", ""))) for each in book.sheets]
        return [each._replace(part=part) for each, kind, part in named if kind == "worksheet" and part in self._there]

    def rows_held(self, part: str) -> int:
        """How many rows of a sheet hold something, looked at up to the second; and once, however many name it."""
        if part not in self._held:
            self._held[part] = len(self._cells(part, 2).rows)
        return self._held[part]

    def cells(self, part: str) -> SheetCells:
        """What a sheet holds, of its rows one more than are taken."""
        return self._cells(part, TITLE_ROWS + MAXIMUM_ROWS + 1)

    def _cells(self, part: str, most: int) -> SheetCells:
        if self._strings is None:
            strings, styles = Strings(), Styles()
            self._parse_if_there("sharedStrings", strings)
            self._parse_if_there("styles", styles)
            self._strings, self._days = strings.found, styles.days()
        sheet = CellsOfSheet(self._strings, self._days, self._epoch, most)
        self._parse(part, sheet)
        return sheet.found

    def _parse_if_there(self, kind: str, reader: PartReader) -> None:
        if (part := self._parts.get(kind, "")) in self._there:
            self._parse(part, reader)

    def _parse(self, part: str, reader: PartReader) -> None:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        begins, ends, looked_at = by_element(reader.begins()), by_element(reader.ends()), self.looked_at

        def begin(name: str, attributes: Attributes) -> None:
            nonlocal looked_at
            looked_at += 1 + len(attributes) // 4  # one with many is as much as several
            if looked_at > MAXIMUM_ELEMENTS:
                raise TooMuch
            if name in begins:
                begins[name](attributes)

        def end(name: str) -> None:
            if name in ends:
                ends[name]()

        parser.StartElementHandler, parser.EndElementHandler = begin, end
        parser.CharacterDataHandler = reader.pieces.append
        parser.StartDoctypeDeclHandler = _refuse_document_type
        handed = 0
        try:
            with self._archive.open(part) as content:
                while read := content.read(_AT_A_TIME):
                    parser.Parse(read, False)
                    handed += len(read)
                    if handed - parser.CurrentByteIndex > _LONGEST_TAG:
                        raise TooMuch
            parser.Parse(b"", True)
        except Enough:
            pass
        finally:
            self.looked_at = looked_at


def _refuse_document_type(*_named: object) -> None:
    raise ValueError("a document type")
