"""Results as a CSV file that a spreadsheet opens: UTF-8 with a byte order mark, and no cell that is a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import Category, Cell, Distribution, Shift, ShiftRow, Tally
from surveyapp.reports.text import series
from surveyapp.reports.text.phrasing import ENGLISH, count_words

CsvValue = str | int | Decimal | dt.date | dt.time | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

MEASURE_COLUMNS = (
    "study", "measure", "title", "people", "segment", "segment_value", "moment", "detail", "touchpoint", "looking_back",
    "kind", "category", "label", "count", "percent", "base", "shown", "low_base", "data_at", "note",
)  # fmt: skip
QUESTION_COLUMNS = (
    "study", "group", "touchpoint", "section", "variable", "moment", "question", "statement", "segment",
    "segment_value", "kind", "category", "label", "count", "percent", "value", "base", "shown", "low_base", "note",
)  # fmt: skip


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[CsvValue]]) -> bytes:
    """The file. A text that would be taken for a formula gets an apostrophe before it; numbers stay numbers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_harmless(field) for field in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def measure_rows(shift: Shift) -> Iterator[tuple[CsvValue, ...]]:
    """A row for each count of a measure, columns as `MEASURE_COLUMNS`: options, the net, then reasons for no answer. A
    count that may not be shown is empty, and `shown` says what may be said of it. `note`: what is not as it was, in the
    moment's own answers or since the moment before."""
    people = "answered every time" if shift.matched else "everyone"
    for index, row in ((index, row) for index, together in enumerate(shift.rows) for row in together):
        counted = shift.scale_of(index)
        note = series.row_words(shift, index, ENGLISH)
        for category, cell in _cells(row.tally, (*counted.options, *([counted.net] if counted.net else [])), row):
            yield (
                shift.study, shift.measure, shift.title, people, row.tally.people.segment, row.tally.people.value,
                row.label, row.detail, row.touchpoint, _yes(row.looking_back), category.kind, category.code,
                category.label, cell.count, cell.percent, row.tally.base.count, _shown(cell), _yes(row.tally.low_base),
                _time(shift.edition.at), note or None,
            )  # fmt: skip


def question_rows(study: str, distributions: Iterable[Distribution]) -> Iterator[tuple[CsvValue, ...]]:
    """A row for each count and each statistic of each variable, columns as `QUESTION_COLUMNS`. Of a question that could
    not be counted there is one row, which says so."""
    for each in distributions:
        note = " ".join(series.note_words(note, ENGLISH) for note in each.series_notes) or None
        asked = (
            study, each.group, each.touchpoint, each.section, each.variable, each.moment, each.question, each.statement,
        )  # fmt: skip
        if each.uncounted:
            yield (*asked, None, None, "uncounted", *(None for _ in range(6)), "not counted", None, note)
        for tally in each.tallies:
            people = (*asked, tally.people.segment, tally.people.value)
            base, low = tally.base.count, _yes(tally.low_base)
            if not each.options:
                yield (
                    *people, "answered", "answered", "Answered", base, None, None, base, _shown(tally.base), low, note,
                )  # fmt: skip
            for category, cell in _cells(tally, (*each.options, *each.nets)):
                yield (
                    *people, category.kind, category.code, category.label, cell.count, cell.percent, None, base,
                    _shown(cell), low, note,
                )  # fmt: skip
            for name, value in tally.quantity.statistics if tally.quantity else ():
                if name != "mean" or each.summary is Summary.QUANTITY:
                    shown = "yes" if value is not None else "not shown"
                    yield *people, "statistic", name, name.capitalize(), None, None, value, base, shown, low, note


def _cells(
    tally: Tally, categories: Sequence[Category], row: ShiftRow | None = None
) -> Iterator[tuple[Category, Cell]]:
    for category in categories:
        if row is not None and category.kind == "net":
            yield category, row.net
        elif category.code in tally.cells:
            yield category, tally.cells[category.code]
    for reason, cell in tally.missing.items():
        yield Category(reason, reason, "missing"), cell


def _shown(cell: Cell) -> str:
    if cell.shown:
        return "not for publication" if cell.private else "yes"
    return count_words(cell, ENGLISH)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _time(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def _harmless(field: CsvValue) -> CsvValue:
    return f"'{field}" if isinstance(field, str) and field.startswith(_FORMULA) else field
