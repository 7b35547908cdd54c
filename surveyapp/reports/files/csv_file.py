"""A CSV file that a spreadsheet opens: UTF-8 with a byte order mark, and no cell that is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from surveyapp.reports.files.records import COLUMNS, FileValue, Record

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[FileValue]]) -> bytes:
    """The file. A text that would be taken for a formula gets an apostrophe before it; numbers stay numbers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_harmless(field) for field in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def records_file(records: Iterable[Record]) -> bytes:
    """The same of records: a row a number."""
    return csv_file(COLUMNS, ([record.get(column) for column in COLUMNS] for record in records))


def _harmless(field: FileValue) -> FileValue:
    return f"'{field}" if isinstance(field, str) and field.startswith(_FORMULA) else field
