"""Why there is no answer, in a column of its own beside the one that has none: for formats, and types of values, that
cannot hold both."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping

from surveyapp.domain.exports.dataset import (
    MISSING_LABELS,
    ColumnType,
    Dataset,
    ExportColumn,
    ExportRow,
    ExportValue,
    MissingKind,
    ValueLabel,
)
from surveyapp.domain.exports.names import unique_names

BESIDE = "_missing"
"""How the name of such a column ends."""


def number_of(kind: MissingKind) -> int:
    """The number of a kind of absence where kinds are numbered from 1."""
    return list(MissingKind).index(kind) + 1


def reason_labels(kinds: Collection[MissingKind], words: Mapping[MissingKind, str]) -> tuple[ValueLabel, ...]:
    """Kinds of absence as the values of a column."""
    return tuple(
        ValueLabel(value=kind.value, number=number_of(kind), label=words[kind])
        for kind in MISSING_LABELS
        if kind in kinds
    )


def reasons_beside(dataset: Dataset, types: Collection[ColumnType], words: Mapping[MissingKind, str]) -> Dataset:
    """The dataset with a column after each one of these types that can be without an answer; what had a kind of absence
    there has nothing."""
    places = [column.type in types and bool(column.missing) for column in dataset.columns]
    columns: list[ExportColumn] = []
    for column, parted in zip(dataset.columns, places, strict=True):
        if not parted:
            columns.append(column)
            continue
        columns.append(dataclasses.replace(column, missing=()))
        columns.append(
            dataclasses.replace(
                column,
                name=f"{column.name}{BESIDE}",
                type=ColumnType.CODE,
                level="nominal",
                values=reason_labels(column.missing, words),
                missing=(),
            )
        )
    names = unique_names(column.name for column in columns)

    def rows() -> Iterator[ExportRow]:
        for row in dataset.rows():
            made: list[ExportValue] = []
            for value, parted in zip(row, places, strict=True):
                if not parted:
                    made.append(value)
                elif isinstance(value, MissingKind):
                    made += [None, value.value]
                else:
                    made += [value, None]
            yield made

    named = tuple(dataclasses.replace(column, name=name) for column, name in zip(columns, names, strict=True))
    return dataclasses.replace(dataset, columns=named, rows=rows)
