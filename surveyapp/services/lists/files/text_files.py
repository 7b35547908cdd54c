"""Text files that hold a list: in any usual character set, with any usual delimiter.

Nothing in a cell is evaluated: what begins with =, +, - or @ is text like any other, and of `="0770"`, by which a
spreadsheet keeps a number as text, the text is read.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from charset_normalizer import from_bytes

from surveyapp.domain.authoring.file_text import utf_16
from surveyapp.domain.sentences import say
from surveyapp.services.lists.files.sheet import MAXIMUM_BYTES, TITLE_ROWS, ListSheet, SheetRow
from surveyapp.services.lists.headings import HeadingWords

ENCODINGS = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1256": "Windows-1256",
    "mac_roman": "Mac OS Roman",
    "cp850": "DOS 850",
}
"""The character sets that lists come in beside Unicode's, by the codec's name, and what people call them."""

_CONTROLS = re.compile("[\0-\x08\x0e-\x1f]")

DELIMITERS = (",", ";", "\t", "|")


def decoded(data: bytes, sheet: ListSheet, encoding: str = "") -> str | None:
    """The text, or None and what is wrong with it. What is neither UTF-8 nor UTF-16 is taken to be in `encoding` or,
    without one, in the character set that makes the likeliest letters of it; `sheet` says which."""
    try:
        text: str | None = data.decode(utf_16(data) or "utf-8-sig").removeprefix("\ufeff")
    except UnicodeDecodeError:
        text = _guessed(data, sheet, encoding)
    if text is None or 50 * len(_CONTROLS.findall(text)) > 2 * len(text):
        sheet.encoding = ""
        sheet.refuse(say("file_not_csv"))
        return None
    return text


def _guessed(data: bytes, sheet: ListSheet, encoding: str) -> str | None:
    if 50 * data.count(b"\0") > 2 * len(data):
        return None
    sheet.encoding = encoding if encoding in ENCODINGS else likely_encoding(data)
    try:
        return data.decode(sheet.encoding)
    except UnicodeDecodeError:
        return data.decode(sheet.encoding, "replace")  # a letter that is lost is said where it stands


def likely_encoding(data: bytes) -> str:
    """The codec, among `ENCODINGS`, that makes the likeliest letters of bytes. Lines without any such letter say
    nothing and are not looked at."""
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())[:20_000]
    best = from_bytes(telling, cp_isolation=list(ENCODINGS), enable_fallback=False).best()
    found = best.encoding if best is not None and best.encoding in ENCODINGS else "cp1252"
    # Of those that read the very same letters, the usual one.
    return next(each for each in ENCODINGS if telling.decode(each, "replace") == telling.decode(found, "replace"))


def rows(text: str, words: HeadingWords, sheet: ListSheet) -> Iterator[SheetRow]:
    """Every row that is not blank, with the line it begins on, up to the first that cannot be told from the next."""
    csv.field_size_limit(MAXIMUM_BYTES)  # what is too long for its column is said of the cell, not of the file
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text, words), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell(each) for each in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            sheet.fault(line, "", say("row_quotation"))
            return
        if any(cells) and not (line == 1 and cells[0].casefold().startswith("sep=")):
            yield line, cells


def cell(written: str) -> str:
    """What a cell says, without what a spreadsheet puts around a number to keep it as text."""
    written = written.strip()
    if written.startswith("=") and (kept := _KEPT_AS_TEXT.fullmatch(written)):
        return kept[1].replace('""', '"').strip()
    return written


_KEPT_AS_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"')


def delimiter(text: str, words: HeadingWords) -> str:
    """What a line `sep=;` says; else what makes a row that names the most columns of the first ones; else what parts
    most rows into the same number of cells."""
    if said := re.match(r'\s*"?sep=(.)', text, re.IGNORECASE):
        return said[1] if said[1] in DELIMITERS or said[1] == ":" else ","

    def fits(tried: str) -> tuple[int, int]:
        read = _first_rows(text, tried)
        wide = Counter(len(row) for row in read if len(row) > 1).most_common(1)
        return max((words.known(row) for row in read), default=0), wide[0][1] if wide else 0

    return max(DELIMITERS, key=fits)


def _first_rows(text: str, tried: str) -> Sequence[Sequence[str]]:
    reader, found = csv.reader(io.StringIO(text, newline=""), delimiter=tried), []
    try:
        for row in itertools.islice(reader, TITLE_ROWS):
            found.append([cell(each) for each in row])
    except csv.Error:
        pass
    return found
