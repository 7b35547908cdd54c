"""Single answers for SPSS and Stata: labels, kinds of absence and levels with the data.

Days and times are written as these programs count them. Limits are in bytes, for that is how the formats have them: in
Urdu or Punjabi a label has fewer characters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pyreadstat

from surveyapp.domain.exports.dataset import AnswerExport, ColumnType, Dataset, ExportColumn, MissingKind
from surveyapp.domain.exports.names import clipped, shortened, unique_names
from surveyapp.domain.exports.reasons import number_of
from surveyapp.reports.exports.numbered import (
    ROOM,
    NumberedColumn,
    absent_number,
    floor_of,
    labels_of,
    numbered,
    parted_columns,
)

SPSS_EPOCH, STATA_EPOCH = dt.date(1582, 10, 14), dt.date(1960, 1, 1)
"""The day from which each counts."""

DAY = 86_400
SPSS_NAME, SPSS_LABEL, SPSS_VALUE, SPSS_TEXT = 64, 256, 120, 32_000
"""Bytes of a name, a label, a value's label and a text; a longer text goes on in a further variable."""

STATA_NAME, STATA_LABEL, STATA_VALUE = 32, 80, 32_000

SPSS_RESERVED = frozenset(("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"))
STATA_RESERVED = frozenset(
    ("byte", "double", "float", "if", "in", "int", "long", "using", "with", *(f"str{each}" for each in range(1, 2046)))
)

_SPSS_FORMATS = {
    ColumnType.DATE: "DATE11",
    ColumnType.TIME: "TIME8",
    ColumnType.MOMENT: "DATETIME20",
    ColumnType.CODE: "F8.0",
    ColumnType.FLAG: "F8.0",
}
_STATA_FORMATS = {ColumnType.DATE: "%td", ColumnType.TIME: "%tcHH:MM:SS", ColumnType.MOMENT: "%tc"}


def write_sav(export: AnswerExport, folder: Path) -> list[Path]:
    """An SPSS file for each dataset. Why there is no answer is a user-missing value, -91 and below, with its words; of
    text, days and times it stands in a variable beside."""
    made = []
    for dataset in export.datasets:
        named = _in_pieces(numbered(export, dataset, SPSS_EPOCH), SPSS_TEXT)
        names, columns = [name for name, _ in named], [each for _, each in named]
        target = folder / export.file_name(dataset, "sav")
        pyreadstat.write_sav(
            pandas.DataFrame({name: _spss(each) for name, each in zip(names, columns, strict=True)}),
            target,
            file_label=clipped(f"{export.title}: {dataset.title}", 60),
            column_labels=[shortened(each.column.label, SPSS_LABEL, ending=True) for each in columns],
            note=_notes(export),
            variable_value_labels={
                name: {
                    float(number): shortened(label, SPSS_VALUE)
                    for number, label in labels_of(each.column, export.missing_labels)
                }
                for name, each in zip(names, columns, strict=True)
                if each.column.values or each.column.missing
            },
            missing_ranges={
                name: [{"lo": floor_of(each.column) - ROOM, "hi": floor_of(each.column) - 1}]
                for name, each in zip(names, columns, strict=True)
                if each.column.missing
            },
            variable_measure={name: each.column.level for name, each in zip(names, columns, strict=True)},
            variable_format={
                name: _SPSS_FORMATS[each.column.type]
                for name, each in zip(names, columns, strict=True)
                if each.column.type in _SPSS_FORMATS
            },
        )  # fmt: skip
        made.append(target)
    return made


def write_dta(export: AnswerExport, folder: Path) -> list[Path]:
    """A Stata file (version 15) for each dataset. Why there is no answer is an extended missing value, .a to .j, with
    its words; of text, days and times it stands in a variable beside."""
    made = []
    for dataset in export.datasets:
        columns = numbered(export, dataset, STATA_EPOCH)
        names = _names([each.column for each in columns], _stata_room(len(columns)), STATA_RESERVED)
        target = folder / export.file_name(dataset, "dta")
        pyreadstat.write_dta(
            pandas.DataFrame({name: _stata(each) for name, each in zip(names, columns, strict=True)}),
            target,
            file_label=clipped(f"{export.study} {export.edition} {dataset.name}", STATA_LABEL),
            column_labels=[shortened(each.column.label, STATA_LABEL, ending=True) for each in columns],
            variable_value_labels={
                name: _stata_labels(each.column, export.missing_labels)
                for name, each in zip(names, columns, strict=True)
                if each.column.values or each.column.missing
            },
            missing_user_values={
                name: [letter(number_of(kind)) for kind in each.column.missing]
                for name, each in zip(names, columns, strict=True)
                if each.column.missing
            },
            variable_format={
                name: _STATA_FORMATS[each.column.type]
                for name, each in zip(names, columns, strict=True)
                if each.column.type in _STATA_FORMATS
            },
        )
        made.append(target)
    return made


def sav_columns(export: AnswerExport, dataset: Dataset) -> list[tuple[ExportColumn, str]]:
    """A dataset's columns as `write_sav` names them; not the further pieces of long texts."""
    return _named(export, dataset, SPSS_NAME, SPSS_RESERVED)


def dta_columns(export: AnswerExport, dataset: Dataset) -> list[tuple[ExportColumn, str]]:
    """A dataset's columns as `write_dta` names them."""
    parted = parted_columns(export, dataset)
    return _named(export, dataset, _stata_room(len(parted)), STATA_RESERVED)


def _named(
    export: AnswerExport, dataset: Dataset, most: int, reserved: frozenset[str]
) -> list[tuple[ExportColumn, str]]:
    parted = parted_columns(export, dataset)
    return list(zip(parted, _names(parted, most, reserved), strict=True))


def _stata_room(columns: int) -> int:
    """Bytes of a name: what writes the file calls the words of a variable's values by its name and number, and that is
    a name, too."""
    return STATA_NAME - len(str(columns))


def _stata_labels(column: ExportColumn, words: Mapping[MissingKind, str]) -> Any:
    """Words by number and, of the kinds of absence, by letter."""
    labels: dict[int | str, str] = {value.number: value.label for value in column.values}
    labels |= {letter(number_of(kind)): words[kind] for kind in column.missing}
    # Plain strings, and no kind of them: what writes the file looks at their very class.
    return {value: shortened(label, STATA_VALUE) for value, label in labels.items()}


def letter(number: int) -> str:
    """a for 1 and so on: how Stata tells kinds of absence apart."""
    return chr(ord("a") + number - 1)


def absent_mark(kind: MissingKind) -> str:
    """A kind of absence as Stata shows it: .a is not asked."""
    return f".{letter(number_of(kind))}"


def _names(columns: Sequence[ExportColumn], most: int, reserved: frozenset[str]) -> list[str]:
    """Names that the program takes; one that is a word of its language has an underscore after it."""
    wanted = (each.name for each in columns)
    return unique_names((f"{name}_" if name in reserved else name for name in wanted), most)


def _in_pieces(columns: Sequence[NumberedColumn], most: int) -> list[tuple[str, NumberedColumn]]:
    """The columns with their names, those with a text longer than so many bytes in as many as it needs, one after the
    other. Every column is called what it is without the further ones: those are named last."""
    pieces = [list(_pieces(each, most)) for each in columns]
    firsts = _names([each.column for each in columns], SPSS_NAME, SPSS_RESERVED)
    further = [name for name, some in zip(firsts, pieces, strict=True) for _ in some[1:]]
    last = iter(unique_names([*firsts, *further], SPSS_NAME)[len(firsts) :])
    return [
        (next(last) if place else name, piece)
        for name, some in zip(firsts, pieces, strict=True)
        for place, piece in enumerate(some)
    ]


def _pieces(each: NumberedColumn, most: int) -> Iterator[NumberedColumn]:
    longest = max((len(text.encode()) for text in each.values), default=0) if _is_text(each) else 0
    if longest <= most:
        yield each
        return
    left = list(each.values)
    while any(left):
        piece = [clipped(text, most) for text in left]
        yield NumberedColumn(each.column, piece)
        left = [text[len(first) :] for text, first in zip(left, piece, strict=True)]


def _is_text(each: NumberedColumn) -> bool:
    return each.column.type is ColumnType.TEXT


def _spss(each: NumberedColumn) -> Any:
    if _is_text(each):
        return pandas.Series(each.values, dtype=object)
    values = each.values * DAY if each.column.type is ColumnType.DATE else each.values
    for place, kind in each.absent.items():
        values[place] = absent_number(each.column, kind)
    return values


def _stata(each: NumberedColumn) -> Any:
    if _is_text(each):
        return pandas.Series(each.values, dtype=object)
    thousand = each.column.type in (ColumnType.TIME, ColumnType.MOMENT)
    values = each.values * 1000 if thousand else each.values
    if not each.column.missing:
        return values
    mixed = np.array(values, dtype=object)
    for place, kind in each.absent.items():
        mixed[place] = letter(number_of(kind))
    return pandas.Series(mixed, dtype=object)


def _notes(export: AnswerExport) -> list[str]:
    """What has to be known of the file, in lines of the 80 bytes that the format has."""
    made = []
    for line in (export.purpose, f"{export.edition} {export.made_at:%Y-%m-%d %H:%M} UTC", *export.notes):
        left = " ".join(line.split())
        while left:
            piece = clipped(left, 80)
            made.append(piece)
            left = left[len(piece) :]
    return made
