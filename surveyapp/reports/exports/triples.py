"""Single answers as Triple-S 3.0: what tabulation programs open. A metadata file in XML and a data file (CSV) for each
dataset.

A choice is `single`; each of several options is one too, of 0 and 1, so that why there is no answer is kept with it.
Numbers are `quantity`, words `character`, days `date` and times `time`; why one of those is missing stands in a
`single` beside it.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from surveyapp.domain.exports.dataset import (
    AnswerExport,
    ColumnType,
    Dataset,
    ExportColumn,
    ExportValue,
    MissingKind,
)
from surveyapp.domain.exports.names import shortened
from surveyapp.domain.exports.reasons import number_of, reasons_beside
from surveyapp.reports.exports.texts import as_they_are, number_text
from surveyapp.reports.exports.xml_text import add, save

LABEL = 250
WITH_REASON_BESIDE = frozenset(ColumnType) - {ColumnType.CODE, ColumnType.FLAG}


@dataclass
class _Extent:
    """What a column's values reach, as the format wants to know beforehand: characters, and from which number to
    which."""

    longest: int = 1
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    def take(self, written: str, value: ExportValue) -> None:
        self.longest = max(self.longest, len(written))
        if isinstance(value, Decimal):
            self.low, self.high = min(self.low, value), max(self.high, value)


def write(export: AnswerExport, folder: Path) -> list[Path]:
    """Two files for each dataset, `.sss` and `.csv`."""
    made = []
    for dataset in export.datasets:
        parted = reasons_beside(dataset, WITH_REASON_BESIDE, export.missing_labels)
        data = folder / export.file_name(dataset, "csv")
        extents = [_Extent() for _ in parted.columns]
        codes = [{value.value: value.number for value in column.values} for column in parted.columns]
        with data.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow([column.name for column in parted.columns])
            for row in parted.rows():
                cells = [_cell(*each) for each in zip(parted.columns, codes, row, strict=True)]
                for extent, cell, value in zip(extents, cells, row, strict=True):
                    extent.take(cell, value)
                writer.writerow(cells)
        described = folder / export.file_name(dataset, "sss")
        save(_metadata(export, parted, extents, data.name), described)
        made += [data, described]
    return made


def columns(export: AnswerExport, dataset: Dataset) -> Iterable[tuple[ExportColumn, str]]:
    """A dataset's columns as `write` names them."""
    return as_they_are(export, reasons_beside(dataset, WITH_REASON_BESIDE, export.missing_labels))


def absent_code(column: ExportColumn, kind: MissingKind) -> int:
    """The code of a kind of absence in a `single`: codes are not negative there. 91 is not asked, where the column has
    fewer options than that."""
    most = max((value.number for value in column.values), default=0)
    base = next(each for each in (90, 990, 9990, 99990) if most < each)
    return base + number_of(kind)


def _cell(column: ExportColumn, codes: dict[str, int], value: ExportValue) -> str:
    match value:
        case None:
            return ""
        case MissingKind():
            return str(absent_code(column, value))
        case bool():
            return str(int(value))
        case Decimal() | int():
            return number_text(value)
        case dt.datetime():
            return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ", "seconds")
        case dt.date():
            return f"{value:%Y%m%d}" if value.year >= 1000 else f"{value.year:04d}{value:%m%d}"
        case dt.time():
            return f"{value:%H%M%S}"
        case _:
            return str(codes[value]) if column.type is ColumnType.CODE else value


def _metadata(export: AnswerExport, dataset: Dataset, extents: list[_Extent], data: str) -> Any:
    root = etree.Element("sss", version="3.0")
    add(root, "date", f"{export.made_at:%Y-%m-%d}")
    add(root, "time", f"{export.made_at:%H:%M}")
    add(root, "origin", "Shiftline")
    survey = add(root, "survey")
    add(survey, "name", f"{export.study}_{export.edition}")
    add(survey, "title", f"{export.title}: {dataset.title}. {export.purpose}. {' '.join(export.notes)}")
    record = add(survey, "record", ident="A", href=data, format="csv", skip="1")
    for place, (column, extent) in enumerate(zip(dataset.columns, extents, strict=True), 1):
        _variable(record, place, column, extent, export)
    return root


def _variable(record: Any, place: int, column: ExportColumn, extent: _Extent, export: AnswerExport) -> None:
    kind = {
        ColumnType.CODE: "single",
        ColumnType.FLAG: "single",
        ColumnType.NUMBER: "quantity",
        ColumnType.DATE: "date",
        ColumnType.TIME: "time",
    }.get(column.type, "character")
    variable = add(record, "variable", ident=str(place), type=kind)
    add(variable, "name", column.name)
    add(variable, "label", shortened(column.label, LABEL))
    add(variable, "position", start=str(place))
    if kind == "character":
        add(variable, "size", str(extent.longest))
    elif kind in ("single", "quantity"):
        values = add(variable, "values")
        if kind == "quantity":
            add(values, "range", **{"from": number_text(extent.low), "to": number_text(extent.high)})
        else:
            for code, label in _codes(column, export):
                add(values, "value", label, code=str(code))


def _codes(column: ExportColumn, export: AnswerExport) -> Iterator[tuple[int, str]]:
    yield from ((value.number, value.label) for value in column.values)
    yield from ((absent_code(column, kind), export.missing_labels[kind]) for kind in column.missing)
