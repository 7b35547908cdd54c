"""What leaves in a file comes out of the format's own reader as it was stored: values, kinds of absence, labels, order;
every kind of question with every answer, and words that files have trouble with."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import os
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pyreadstat
import pytest
from lxml import etree
from pyarrow import parquet

from surveyapp.domain.exports.dataset import (
    AnswerExport,
    ColumnType,
    Dataset,
    ExportColumn,
    ExportShape,
    ExportValue,
    MissingKind,
)
from surveyapp.reports.exports import folder, stat_files
from surveyapp.reports.exports.texts import absence, words_of
from surveyapp.settings import ROOT
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


def from_sav(export: AnswerExport, dataset: Dataset, at: Path) -> Rows:
    read, about = pyreadstat.read_sav(at / export.file_name(dataset, "sav"), user_missing=True)
    assert all(len(name.encode()) <= 64 for name in about.column_names)
    return from_numbers(export, dataset, read, about, levels=True)


def from_dta(export: AnswerExport, dataset: Dataset, at: Path) -> Rows:
    read, about = pyreadstat.read_dta(at / export.file_name(dataset, "dta"), user_missing=True)
    assert all(len(name) <= 32 for name in about.column_names)
    return from_numbers(export, dataset, read, about, levels=False)


def from_numbers(export: AnswerExport, dataset: Dataset, read: pandas.DataFrame, about: Any, *, levels: bool) -> Rows:
    """Rows of a file of numbers with words, read by those words alone: what is written stands for itself."""
    labels = about.variable_value_labels
    kinds = {words: kind for kind, words in export.missing_labels.items()}
    found: Rows = [{} for _ in range(dataset.count)]
    left = list(about.column_names)
    for column in dataset.columns:
        name = left.pop(0)
        assert about.column_names_to_labels[name].rstrip("…") in " ".join(column.label.split())
        if levels:
            assert about.variable_measure[name] == column.level
        pieces = [read[name]]
        while column.type is ColumnType.TEXT and left and re.fullmatch(rf"{re.escape(name)}_\d+", left[0]):
            pieces.append(read[left.pop(0)])
        why = read[left.pop(0)] if left and left[0] == f"{name}_missing" else None
        if column.values:
            named = {value.label for value in column.values}
            assert named <= set(labels[name].values())
        for place in range(dataset.count):
            cell = "".join(piece[place] for piece in pieces) if column.type is ColumnType.TEXT else pieces[0][place]
            reason = None if why is None or pandas.isna(why[place]) else labels[f"{name}_missing"][why[place]]
            found[place][column.name] = (
                kinds[reason] if reason else of_number(column, cell, labels.get(name, {}), kinds)
            )
    assert left == []
    return found


def of_number(
    column: ExportColumn, cell: Any, labels: Mapping[Any, str], kinds: Mapping[str, MissingKind]
) -> ExportValue:
    if column.type is ColumnType.TEXT:
        return str(cell) or None
    if pandas.isna(cell):
        return None
    label = labels.get(cell)
    if label in kinds:
        return kinds[label]
    match column.type:
        case ColumnType.CODE:
            return {value.label: value.value for value in column.values}[str(label)]
        case ColumnType.FLAG:
            return bool(cell)
        case ColumnType.NUMBER:
            return Decimal(repr(float(cell)))
        case ColumnType.MOMENT:
            return pandas.Timestamp(cell).to_pydatetime().replace(tzinfo=dt.UTC)
        case _:
            return cell  # type: ignore[no-any-return]


def from_parquet(export: AnswerExport, dataset: Dataset, at: Path) -> Rows:
    read = parquet.read_table(at / export.file_name(dataset, "parquet"))
    found = read.to_pylist()
    for column in dataset.columns:
        about = json.loads(read.schema.field(column.name).metadata[b"shiftline"])
        assert (about["label"], about["level"]) == (column.label, column.level)
        assert about["values"] == {value.value: value.label for value in column.values}
    names = {column.name for column in dataset.columns}
    for row in found:
        for name in [each for each in row if each not in names]:
            if (why := row.pop(name)) is not None:
                row[name.removesuffix("_missing")] = MissingKind(why)
    return found


def from_triples(export: AnswerExport, dataset: Dataset, at: Path) -> Rows:
    """By the metadata alone: where a variable stands, of which type it is, what its codes mean."""
    root = etree.parse(at / export.file_name(dataset, "sss")).getroot()
    assert (root.tag, root.get("version")) == ("sss", "3.0")
    [record] = root.iter("record")
    assert (record.get("format"), record.get("skip")) == ("csv", "1")
    with (at / str(record.get("href"))).open(encoding="utf-8", newline="") as file:
        _, *lines = csv.reader(file)
    kinds = {words: kind for kind, words in export.missing_labels.items()}
    columns = {column.name: column for column in dataset.columns}
    found: Rows = [dict.fromkeys(columns) for _ in lines]
    for variable in record.iter("variable"):
        name, place = str(variable.findtext("name")), int(variable.find("position").get("start")) - 1
        codes = {each.get("code"): str(each.text) for each in variable.iter("value")}
        for row, line in zip(found, lines, strict=True):
            cell = line[place]
            if cell == "":
                continue
            assert variable.get("type") != "character" or len(cell) <= int(str(variable.findtext("size")))
            if codes.get(cell) in kinds:
                row[name.removesuffix("_missing") if name not in columns else name] = kinds[codes[cell]]
            else:
                row[name] = of_triples(columns[name], cell, codes)
    return found


def of_triples(column: ExportColumn, cell: str, codes: Mapping[Any, str]) -> ExportValue:
    match column.type:
        case ColumnType.CODE:
            return {value.label: value.value for value in column.values}[codes[cell]]
        case ColumnType.FLAG:
            return cell == "1"
        case ColumnType.NUMBER:
            return Decimal(cell)
        case ColumnType.DATE:
            return dt.date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
        case ColumnType.TIME:
            return dt.time(int(cell[:2]), int(cell[2:4]), int(cell[4:]))
        case ColumnType.MOMENT:
            return dt.datetime.fromisoformat(cell).replace(tzinfo=dt.UTC)
        case _:
            return cell


def from_ddi(export: AnswerExport, dataset: Dataset, at: Path) -> Rows:
    """What the description says of every column, and the data beside it."""
    [path] = at.glob("*_ddi.xml")
    root = etree.parse(path).getroot()
    names = {"d": "ddi:codebook:2_6"}
    if SCHEMA.exists():
        etree.XMLSchema(etree.parse(SCHEMA)).assertValid(root)
    [file] = [
        each
        for each in root.iterfind("d:fileDscr", names)
        if each.findtext("d:fileTxt/d:fileName", namespaces=names) == export.file_name(dataset, "csv")
    ]
    described = [each for each in root.iterfind("d:dataDscr/d:var", names) if each.get("files") == file.get("ID")]
    assert [each.get("name") for each in described] == [column.name for column in dataset.columns]
    for variable, column in zip(described, dataset.columns, strict=True):
        assert variable.findtext("d:labl", namespaces=names) == column.label
        values = [
            (
                each.findtext("d:catValu", namespaces=names),
                each.findtext("d:labl", namespaces=names),
                each.get("missing"),
            )
            for each in variable.iterfind("d:catgry", names)
        ]
        assert values == [
            *((value.value, value.label, "N") for value in column.values),
            *((absence(kind), export.missing_labels[kind], "Y") for kind in column.missing),
        ]
    return from_csv(export, dataset, at)


SCHEMA = Path(os.environ.get("DDI_SCHEMA", ROOT.parent / "shared/reference/schemas/ddi_codebook/codebook.xsd"))
"""DDI-Codebook's schema, where it is there."""

READERS: Mapping[str, Reader] = {
    "csv": from_csv,
    "xlsx": from_xlsx,
    "sav": from_sav,
    "dta": from_dta,
    "parquet": from_parquet,
    "triples": from_triples,
    "ddi": from_ddi,
}


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


@pytest.mark.parametrize(("form", "most"), [("sav", stat_files.SPSS_NAME), ("dta", stat_files.STATA_NAME)])
def test_names_and_labels_as_long_as_they_may_be_are_written(
    exports: dict[ExportShape, AnswerExport], form: str, most: int, tmp_path: Path
) -> None:
    def long(column: ExportColumn, place: int) -> ExportColumn:
        values = tuple(dataclasses.replace(each, label="ż" * 400) for each in column.values)
        return dataclasses.replace(column, name=f"a_name_{place:03d}_".ljust(most, "x"), label="ż" * 400, values=values)

    export = exports[ExportShape.RESPONSES]
    datasets = tuple(
        dataclasses.replace(each, columns=tuple(long(column, place) for place, column in enumerate(each.columns)))
        for each in export.datasets
    )
    export = dataclasses.replace(export, datasets=datasets)
    folder.write(export, form, tmp_path / "out")
    for dataset in datasets:
        _, told = getattr(pyreadstat, f"read_{form}")(tmp_path / "out" / export.file_name(dataset, form))
        assert len(told.column_names) >= len(dataset.columns)
        assert all(len(name) <= most for name in told.column_names)
        labelled = any(column.values or column.missing for column in dataset.columns)
        assert bool(told.variable_value_labels) == labelled


@pytest.mark.parametrize("shape", [ExportShape.RESPONSES, ExportShape.WIDE])
def test_every_answer_and_every_absence_is_in_what_is_read_back(
    exports: dict[ExportShape, AnswerExport], shape: ExportShape
) -> None:
    """So that the round trip means something."""
    main = exports[shape].datasets[0]
    rows = expected(main)
    prefix = "" if shape is ExportShape.RESPONSES else "t1_"
    assert {row[f"{prefix}by_proxy"] for row in rows} == {"none", "some", "all"}
    assert {row[f"{prefix}proxy"] for row in rows} == {None, *every_answer.PROXIES, MissingKind.NOT_KNOWN}
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


def test_the_files_say_what_they_are(exports: dict[ExportShape, AnswerExport], tmp_path: Path) -> None:
    export = exports[ExportShape.RESPONSES]
    made = folder.write(export, "csv", tmp_path / "new" / "folder")
    about = (tmp_path / "new" / "folder" / f"{export.stem}_readme.txt").read_text(encoding="utf-8")
    assert all(each.name.startswith("every_kind_live_2026-03-07_") for each in made)
    assert {export.purpose, "A note.", "live · 2026-03-07 09:30 UTC · responses"} <= set(about.splitlines())
    assert {each.stat().st_mode & 0o777 for each in made} == {0o600}
    assert made == sorted((tmp_path / "new" / "folder").iterdir())
