"""What leaves in a file comes out of the format's own reader as it was stored: values, kinds of absence, labels, order;
every kind of question with every answer, and words that files have trouble with."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pytest

from surveyapp.domain.exports.dataset import (
    AnswerExport,
    ColumnType,
    Dataset,
    ExportColumn,
    ExportShape,
    ExportValue,
    MissingKind,
)
from surveyapp.reports.exports import folder
from surveyapp.reports.exports.texts import absence, words_of
from tests.unit.exports import every_answer

Rows = list[dict[str, ExportValue]]
Reader = Callable[[AnswerExport, Dataset, Path], Rows]

KINDS = {absence(kind): kind for kind in MissingKind}


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[ExportShape, AnswerExport]:
    made = every_answer.study(tmp_path_factory.mktemp("study"))
    answers = every_answer.every_answer(made.questionnaires["guest_1", 1])
    return {shape: every_answer.export_of(made, shape, answers) for shape in ExportShape}


def expected(dataset: Dataset) -> Rows:
    names = [column.name for column in dataset.columns]
    return [dict(zip(names, row, strict=True)) for row in dataset.rows()]


def of_text(column: ExportColumn, cell: str) -> ExportValue:
    """A cell of text as the value it stands for, by what the codebook says of its column."""
    if cell == "":
        return None
    if cell in KINDS:
        return KINDS[cell]
    match column.type:
        case ColumnType.FLAG:
            return cell == "1"
        case ColumnType.NUMBER:
            return Decimal(cell)
        case ColumnType.DATE:
            return dt.date.fromisoformat(cell)
        case ColumnType.TIME:
            return dt.time.fromisoformat(cell)
        case ColumnType.MOMENT:
            return dt.datetime.fromisoformat(cell).replace(tzinfo=dt.UTC)
        case _:
            return words_of(cell)


def from_csv(export: AnswerExport, dataset: Dataset, at: Path) -> Rows:
    # As the guide has it; what is no answer is told apart afterwards.
    read = pandas.read_csv(at / export.file_name(dataset, "csv"), dtype=str, keep_default_na=False)
    assert list(read) == [column.name for column in dataset.columns]
    return [
        {column.name: of_text(column, str(row[column.name])) for column in dataset.columns}
        for row in read.to_dict("records")
    ]


def from_xlsx(export: AnswerExport, dataset: Dataset, at: Path) -> Rows:
    [path] = at.glob("*.xlsx")
    sheet = openpyxl.load_workbook(path)[dataset.name]
    header, *rows = sheet.iter_rows(values_only=True)
    assert header == tuple(column.name for column in dataset.columns)

    def value(column: ExportColumn, cell: Any) -> ExportValue:
        if cell is None or (isinstance(cell, str) and cell in KINDS):
            return None if cell is None else KINDS[cell]
        match column.type:
            case ColumnType.FLAG:
                return bool(cell)
            case ColumnType.NUMBER:
                return Decimal(str(cell))
            case ColumnType.DATE:
                return cell.date() if isinstance(cell, dt.datetime) else dt.date.fromisoformat(cell)
            case ColumnType.MOMENT:
                return cell.replace(tzinfo=dt.UTC)
            case ColumnType.TIME:
                return cell
            case _:
                return words_of(cell)

    return [{c.name: value(c, cell) for c, cell in zip(dataset.columns, row, strict=True)} for row in rows]


READERS: Mapping[str, Reader] = {"csv": from_csv, "xlsx": from_xlsx}


def test_every_format_is_read_back() -> None:
    assert set(READERS) == set(folder.WRITERS)


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("shape", ExportShape)
def test_what_leaves_comes_out_as_it_was_stored(
    exports: dict[ExportShape, AnswerExport], form: str, shape: ExportShape, tmp_path: Path
) -> None:
    export = exports[shape]
    folder.write(export, form, tmp_path / "out")
    for dataset in export.datasets:
        found, wanted = READERS[form](export, dataset, tmp_path / "out"), expected(dataset)
        assert len(found) == len(wanted) == dataset.count
        for row, (one, other) in enumerate(zip(found, wanted, strict=True)):
            assert one == other, (dataset.name, row)


@pytest.mark.parametrize("shape", [ExportShape.RESPONSES, ExportShape.WIDE])
def test_every_answer_and_every_absence_is_in_what_is_read_back(
    exports: dict[ExportShape, AnswerExport], shape: ExportShape
) -> None:
    """So that the round trip means something."""
    main = exports[shape].datasets[0]
    rows = expected(main)
    for column in main.columns:
        if column.role.value != "answer":
            continue
        there = {row[column.name] for row in rows}
        stored = {MissingKind.NOT_ASKED, MissingKind.SKIPPED, MissingKind.NOT_REACHED}
        assert stored <= there, column.name
        if column.type is ColumnType.CODE:
            assert {value.value for value in column.values} <= there
        if column.type is ColumnType.FLAG:
            assert {True, False} <= there
        if column.type is ColumnType.TEXT:
            assert set(every_answer.HOSTILE) <= there
        of_kinds = {each for each in there if isinstance(each, MissingKind)}
        assert of_kinds <= set(column.missing), column.name


def test_the_codebook_says_what_every_column_and_code_is(
    exports: dict[ExportShape, AnswerExport], tmp_path: Path
) -> None:
    export = exports[ExportShape.RESPONSES]
    folder.write(export, "csv", tmp_path)
    with (tmp_path / f"{export.stem}_codebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for dataset in export.datasets:
        for column in dataset.columns:
            mine = [row for row in rows if (row["dataset"], row["column"]) == (dataset.name, column.name)]
            assert [words_of(mine[0][name]) for name in ("label", "type", "level")] == [
                column.label, column.type.value, column.level
            ]  # fmt: skip
            assert [
                (row["value"], row["value_label"]) for row in mine if row["value_label"] and not row["missing"]
            ] == [(value.value, value.label) for value in column.values]
            assert [row["value"] for row in mine if row["missing"]] == [absence(kind) for kind in column.missing]


def test_the_files_say_what_they_are(exports: dict[ExportShape, AnswerExport], tmp_path: Path) -> None:
    export = exports[ExportShape.RESPONSES]
    made = folder.write(export, "csv", tmp_path / "new" / "folder")
    about = (tmp_path / "new" / "folder" / f"{export.stem}_readme.txt").read_text(encoding="utf-8")
    assert all(each.name.startswith("every_kind_live_2026-03-07_") for each in made)
    assert {export.purpose, "A note.", "live · 2026-03-07 09:30 UTC · responses"} <= set(about.splitlines())
    assert {each.stat().st_mode & 0o777 for each in made} == {0o600}
    assert made == sorted((tmp_path / "new" / "folder").iterdir())
