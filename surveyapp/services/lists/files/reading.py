"""A file of people as a sheet: which kind of file it is, and what to do about those that are none."""

from __future__ import annotations

from surveyapp.domain.sentences import Sentence, say
from surveyapp.services.lists.files import text_files, workbook
from surveyapp.services.lists.files.sheet import MAXIMUM_BYTES, ListSheet, fill
from surveyapp.services.lists.headings import HeadingWords

_OTHERS = (
    (b"%PDF", say("file_is_pdf")),
    (b"{\\rtf", say("file_is_document")),
    (b"\x1f\x8b", say("file_is_packed")),
    (b"7z\xbc\xaf", say("file_is_packed")),
    (b"Rar!", say("file_is_packed")),
)


def read_sheet(data: bytes, words: HeadingWords, *, encoding: str = "", sheet_name: str = "") -> ListSheet:
    """Reads a list. `encoding`, `sheet_name`: what somebody chose where it was a guess. Never raises."""
    sheet = ListSheet()
    if len(data) > MAXIMUM_BYTES:
        return sheet.refuse(say("file_too_large", megabytes=MAXIMUM_BYTES // 1_000_000))
    if (other := _other_kind(data)) is not None:
        return sheet.refuse(other)
    if data.startswith((workbook.ZIP, workbook.OLD)):
        return fill(sheet, workbook.rows(data, sheet, sheet_name), words)
    text = text_files.decoded(data, sheet, encoding)
    return sheet if text is None else fill(sheet, text_files.rows(text, words, sheet), words)


def _other_kind(data: bytes) -> Sentence | None:
    for begins, sentence in _OTHERS:
        if data.startswith(begins):
            return sentence
    start = data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        return say("file_is_page")
    if start.startswith((b"{", b"[{")):
        return say("file_is_json")
    return None
