"""Single answers as numbers, for formats that hold numbers and give them words: SPSS, Stata and Triple-S."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from surveyapp.domain.exports.dataset import AnswerExport, ColumnType, Dataset, ExportColumn, ExportValue, MissingKind
from surveyapp.domain.exports.reasons import number_of, reasons_beside

WITH_REASON_BESIDE = frozenset({ColumnType.TEXT, ColumnType.DATE, ColumnType.TIME, ColumnType.MOMENT})
"""Types that cannot hold why there is no answer."""

ROOM = 10
"""Numbers that are kept for kinds of absence."""

MOST_EXACT = 9_000_000_000_000_000
"""The largest round number whose neighbours a double tells apart."""


def floor_of(column: ExportColumn) -> int:
    """The number beneath which the kinds of absence of a column stand, from -90 on as far down as its own numbers
    reach: no answer can be one of them."""
    if column.type is not ColumnType.NUMBER:
        return -90
    bases = [-(10**digits - ROOM) for digits in range(2, 16)]
    return next((each for each in bases if column.least is not None and column.least > each - 1), -MOST_EXACT)


def absent_number(column: ExportColumn, kind: MissingKind) -> int:
    """What a kind of absence is in a column of numbers: -91 is not asked, -92 don't know and so on."""
    return floor_of(column) - number_of(kind)


@dataclass(frozen=True)
class NumberedColumn:
    """A column whose values are numbers; of text, strings. `absent`: by row, where there is a kind of absence."""

    column: ExportColumn
    values: Any
    absent: dict[int, MissingKind] = field(default_factory=dict)


def parted_columns(export: AnswerExport, dataset: Dataset) -> tuple[ExportColumn, ...]:
    """The columns of a dataset with those beside that say why there is no answer."""
    return tuple(reasons_beside(dataset, WITH_REASON_BESIDE, export.missing_labels).columns)


def numbered(export: AnswerExport, dataset: Dataset, since: dt.date) -> list[NumberedColumn]:
    """A dataset column by column. Days are days after `since`, times and moments seconds (of the day, after `since`);
    nothing is not-a-number, and of text an empty string. What there is no answer for is not-a-number too, and its
    kind."""
    parted = reasons_beside(dataset, WITH_REASON_BESIDE, export.missing_labels)
    made = [
        NumberedColumn(
            column,
            [""] * dataset.count if column.type is ColumnType.TEXT else np.full(dataset.count, np.nan),
        )
        for column in parted.columns
    ]
    codes = [{value.value: float(value.number) for value in column.values} for column in parted.columns]
    for place, row in enumerate(parted.rows()):
        for each, numbers, value in zip(made, codes, row, strict=True):
            if value is None:
                continue
            if isinstance(value, MissingKind):
                each.absent[place] = value
            elif each.column.type is ColumnType.TEXT:
                each.values[place] = str(value)
            else:
                each.values[place] = _number(each.column, numbers, value, since)
    return made


def _number(column: ExportColumn, codes: Mapping[str, float], value: ExportValue, since: dt.date) -> float:
    match value:
        case str():
            return codes[value]
        case dt.datetime():
            plain = value.astimezone(dt.UTC).replace(tzinfo=None)
            return (plain - dt.datetime.combine(since, dt.time())).total_seconds()
        case dt.date():
            return float((value - since).days)
        case dt.time():
            return float(value.hour * 3600 + value.minute * 60 + value.second)
        case _:
            return float(value)  # type: ignore[arg-type]  # a number: all else is above


def labels_of(column: ExportColumn, words: Mapping[MissingKind, str]) -> Iterable[tuple[int, str]]:
    """Every number of a column that has words: its values, then the kinds of absence that it can have."""
    yield from ((value.number, value.label) for value in column.values)
    yield from ((absent_number(column, kind), words[kind]) for kind in column.missing)
