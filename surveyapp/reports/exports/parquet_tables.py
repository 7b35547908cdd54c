"""Single answers as Parquet: typed columns, why there is no answer in a column beside, labels in the file's own
metadata. Written some thousands of rows at a time."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from surveyapp.domain.exports.dataset import AnswerExport, ColumnType, Dataset, ExportColumn, ExportValue
from surveyapp.domain.exports.reasons import reasons_beside
from surveyapp.reports.exports.texts import as_they_are

AT_A_TIME = 20_000

_TYPES: dict[ColumnType, Any] = {
    ColumnType.CODE: pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
    ColumnType.FLAG: pyarrow.bool_(),
    ColumnType.NUMBER: pyarrow.decimal128(25, 10),
    ColumnType.DATE: pyarrow.date32(),
    ColumnType.TIME: pyarrow.time32("s"),
    ColumnType.MOMENT: pyarrow.timestamp("us", tz="UTC"),
    ColumnType.TEXT: pyarrow.string(),
}


def write(export: AnswerExport, folder: Path) -> list[Path]:
    """A file for each dataset; numbers are exact."""
    made = []
    for dataset in export.datasets:
        parted = reasons_beside(dataset, frozenset(ColumnType), export.missing_labels)
        schema = pyarrow.schema([_field(column) for column in parted.columns], metadata=_about(export))
        target = folder / export.file_name(dataset, "parquet")
        rows = parted.rows()
        with parquet.ParquetWriter(target, schema) as writer:
            while some := list(itertools.islice(rows, AT_A_TIME)):
                columns = zip(*some, strict=True)
                arrays = [_array(field, column, values) for field, column, values in zip(
                    schema, parted.columns, columns, strict=True)]  # fmt: skip
                writer.write_table(pyarrow.table(arrays, schema=schema))
        made.append(target)
    return made


def columns(export: AnswerExport, dataset: Dataset) -> Iterable[tuple[ExportColumn, str]]:
    """A dataset's columns as `write` names them."""
    return as_they_are(export, reasons_beside(dataset, frozenset(ColumnType), export.missing_labels))


def _array(field: Any, column: ExportColumn, values: tuple[ExportValue, ...]) -> Any:
    if column.type is ColumnType.CODE:
        # Every code stands in the dictionary, in the order of the options, whether it was chosen or not.
        codes = [value.value for value in column.values]
        places = {code: place for place, code in enumerate(codes)}
        indices = pyarrow.array([None if each is None else places[str(each)] for each in values], pyarrow.int32())
        return pyarrow.DictionaryArray.from_arrays(indices, pyarrow.array(codes, pyarrow.string()))
    if column.type is ColumnType.NUMBER:
        return pyarrow.array([None if each is None else Decimal(str(each)) for each in values], field.type)
    return pyarrow.array([str(each) if isinstance(each, str) else each for each in values], field.type)


def _field(column: ExportColumn) -> Any:
    about = {
        "label": column.label,
        "level": column.level,
        "role": column.role.value,
        "values": {value.value: value.label for value in column.values},
    }
    return pyarrow.field(
        column.name, _TYPES[column.type], metadata={"shiftline": json.dumps(about, ensure_ascii=False)}
    )


def _about(export: AnswerExport) -> dict[str, str]:
    about = {
        "study": export.study,
        "title": export.title,
        "edition": export.edition,
        "made_at": export.made_at.isoformat(),
        "purpose": export.purpose,
        "notes": list(export.notes),
    }
    return {"shiftline": json.dumps(about, ensure_ascii=False)}
