"""Values as files of text have them, and the notes that stand beside every format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from surveyapp.domain.exports.dataset import AnswerExport, Dataset, ExportColumn, ExportRow, MissingKind
from surveyapp.reports.text.phrasing import ENGLISH

MARK = "."
"""Stands before a kind of absence in a cell: `.not_asked`."""

ESCAPE = "'"
"""Stands before a text that would be taken for something else; whoever reads takes one away."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


_RISKY_WORDS = (MARK, ESCAPE)
_RISKY = (*_RISKY_WORDS, *FORMULA)

_ABSENT = {kind: f"{MARK}{kind.value}" for kind in MissingKind}


def absence(kind: MissingKind) -> str:
    """A kind of absence as a cell has it."""
    return _ABSENT[kind]


def words_cell(text: str, *, formulas: bool = True) -> str:
    """A text that is neither a formula nor a kind of absence: with an apostrophe before it where it would be. One that
    begins with an apostrophe has one more, so that taking one away gives every text back."""
    return f"{ESCAPE}{text}" if text.startswith(_RISKY if formulas else _RISKY_WORDS) else text


def words_of(cell: str) -> str:
    """The text of a cell: the inverse of `words_cell`."""
    return cell.removeprefix(ESCAPE)


def number_text(value: Decimal | int) -> str:
    """A number with all its digits, and none that say nothing."""
    written = str(value)
    # A whole number is what it is written as; there are many.
    return written if written.isdigit() else format(Decimal(value).normalize() + 0, "f")


_TEXT_OF: Mapping[type, Callable[[Any], str]] = {
    MissingKind: absence,
    type(None): lambda _: "",
    bool: lambda value: "1" if value else "0",
    int: number_text,
    Decimal: number_text,
    dt.datetime: lambda value: value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ", "seconds"),
    dt.date: dt.date.isoformat,
    dt.time: lambda value: value.isoformat("minutes"),
}
"""By what a value is: looked up, for there are millions of cells."""


def cells_text(row: ExportRow) -> list[str]:
    """A row as cells of text; nothing is an empty one."""
    look_up = _TEXT_OF.get
    return [writes(value) if (writes := look_up(type(value))) else words_cell(str(value)) for value in row]


def readme(export: AnswerExport, files: list[str]) -> str:
    """What the files are, for whoever opens the folder: of which study and when, what for, how many, what is left
    out."""
    return "\n".join(
        [
            f"{export.title} ({export.study})",
            f"{export.edition} · {export.made_at:%Y-%m-%d %H:%M} UTC · {export.shape.value}",
            f"{ENGLISH.whole(export.people)} people, {ENGLISH.whole(export.responses)} responses",
            "",
            export.purpose,
            "",
            *export.notes,
            "",
            *sorted(files),
            "",
        ]
    )


CODEBOOK = (
    "dataset",
    "column",
    "in_file",
    "label",
    "type",
    "level",
    "role",
    "touchpoint",
    "variable",
    "option",
    "question",
    "value",
    "number",
    "value_label",
    "missing",
)


NamedColumns = Callable[[AnswerExport, Dataset], Iterable[tuple[ExportColumn, str]]]
"""The columns of a dataset as a format has them, each with what it is called in the file."""


def as_they_are(_export: AnswerExport, dataset: Dataset) -> Iterable[tuple[ExportColumn, str]]:
    return ((column, column.name) for column in dataset.columns)


@dataclass(frozen=True)
class InFile:
    """What a codebook says of the files of a format: what columns are called there, and what a kind of absence of a
    column is there, where it is not written out (`.not_asked`)."""

    columns: NamedColumns = as_they_are
    absent: Callable[[ExportColumn, MissingKind], str] = lambda _column, _kind: ""


def codebook(export: AnswerExport, there: InFile = InFile()) -> Iterator[list[str]]:
    """A row a column, and one for each value and kind of absence that it can have, beneath `CODEBOOK`."""
    for dataset in export.datasets:
        for column, in_file in there.columns(export, dataset):
            head = [
                dataset.name,
                column.name,
                in_file,
                column.label,
                column.type.value,
                column.level,
                column.role.value,
                "" if column.touchpoint is None else str(column.touchpoint),
                column.variable or "",
                column.option or "",
                column.question or "",
            ]
            yield [*head, "", "", "", ""]
            for value in column.values:
                yield [*head, value.value, str(value.number), value.label, ""]
            for kind in column.missing:
                yield [*head, absence(kind), there.absent(column, kind), export.missing_labels[kind], "yes"]
