"""Workbooks (XLSX) that hold a list: read cell by cell, within bounds, and nothing in them is run.

A workbook is a ZIP of XML: how much it says it unpacks to is looked at before any of it is, and a document type, by
which a few bytes become gigabytes, is refused, in whichever part it stands and however that is written.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from xml.parsers import expat

from openpyxl.utils import column_index_from_string

from surveyapp.domain.sentences import Sentence, say
from surveyapp.services.lists.files.sheet import ListSheet, SheetRow
from surveyapp.services.lists.files.workbook_parts import WorkbookParts
from surveyapp.services.lists.files.workbook_readers import TooMuch

MAXIMUM_UNPACKED, MAXIMUM_PARTS = 100_000_000, 2_000

_BEGINNING = 100_000
"""Bytes of a part in which it is looked whether it declares a document type."""

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How workbooks begin; the second: those of before 2007, and those with a password."""

_BROKEN = (
    zipfile.BadZipFile,
    expat.ExpatError,
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
"""What the parser and the ZIP raise for files that are no workbooks after all."""


def refusal(data: bytes) -> Sentence | None:
    """Why a file is no workbook that can be read; None where it may be one."""
    if data.startswith(OLD):
        protected = "EncryptedPackage".encode("utf-16-le") in data
        return say("workbook_protected") if protected else say("workbook_old")
    if data.count(_ENTRY) > MAXIMUM_PARTS:  # before any is read: each costs as much as hundreds of its bytes
        return say("workbook_too_much")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {each.filename for each in parts}
            if "xl/workbook.xml" not in names:
                return say("workbook_other")
            if any(each.flag_bits & 1 for each in parts):
                return say("workbook_protected")
            if sum(each.file_size for each in parts) > MAXIMUM_UNPACKED:
                return say("workbook_too_large", megabytes=MAXIMUM_UNPACKED // 1_000_000)
            if any(_has_document_type(archive, each) for each in parts):
                return say("workbook_broken")
    except _BROKEN:
        return say("workbook_broken")
    return None


_ENTRY = b"PK\x01\x02"
"""How each entry of a ZIP's table of contents begins."""


class _Seen(Exception):
    """What stands before a document's first element was read; its argument says whether a document type was there."""


def _has_document_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part declares one before its first element. What begins later than can be seen here is refused by
    whoever reads the part."""
    reader = expat.ParserCreate()

    def see(there: bool) -> None:
        raise _Seen(there)

    reader.StartDoctypeDeclHandler = lambda *_named: see(True)
    reader.StartElementHandler = lambda *_named: see(False)
    try:
        with archive.open(part) as content:
            # In one piece: the parser goes through a remark that is not complete again and again.
            reader.Parse(content.read(_BEGINNING), False)
    except _Seen as seen:
        return bool(seen.args[0])
    except expat.ExpatError:
        pass  # A picture, or what is no XML for the reader of sheets either.
    return False


def rows(data: bytes, sheet: ListSheet, wanted: str = "") -> Iterator[SheetRow]:
    """The rows of the sheet `wanted` or, without one, of the first that holds more than one, each with its number: a
    note alone is no list, and what is hidden is taken where nothing else is one. Merged cells, and formulas whose value
    was not saved, are said on `sheet`."""
    if (why := refusal(data)) is not None:
        sheet.refuse(why)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = WorkbookParts(archive)
            held = [each for each in parts.sheets() if parts.rows_held(each.part)]
            lists = [each for each in held if parts.rows_held(each.part) > 1] or held
            proposed = next((each for each in lists if not each.hidden), lists[0] if lists else None)
            chosen = next((each for each in held if each.title == wanted), proposed)
            if chosen is None:
                return
            sheet.name, sheet.hidden = chosen.title, frozenset(each.title for each in held if each.hidden)
            sheet.sheets = tuple(each.title for each in held) if len(held) > 1 or chosen.hidden else ()
            sheet.lists = tuple(each.title for each in lists)
            found = parts.cells(chosen.part)
        _say_merged(found.merged, sheet)
        _say_unsaved(found.unsaved, sheet)
    except TooMuch:
        sheet.refuse(say("workbook_too_much"))
        return
    except _BROKEN:
        sheet.refuse(say("workbook_broken"))
        return
    yield from found.rows


_MERGED = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})", re.ASCII)


def _say_merged(merged: Sequence[str], sheet: ListSheet) -> None:
    """What is merged over several rows would leave all but the first without it. A title over several columns is no
    harm, nor is what is merged above the first person."""
    for first, top, last, bottom in (found.groups() for each in merged if (found := _MERGED.fullmatch(each))):
        place = column_index_from_string(first) - 1
        if top != bottom and sheet.is_room_for(place):
            across = range(place, column_index_from_string(last))
            sheet.cell_fault(int(top), across, "", say("cells_merged", cells=f"{first}{top}:{last}{bottom}"))


def _say_unsaved(unsaved: Sequence[tuple[int, str]], sheet: ListSheet) -> None:
    for row, letters in unsaved:
        place = column_index_from_string(letters) - 1
        if sheet.is_room_for(place):
            sheet.cell_fault(row, range(place, place + 1), "", say("formula_without_value", cell=f"{letters}{row}"))
