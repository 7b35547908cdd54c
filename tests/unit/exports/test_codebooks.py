"""The codebook beside the files of an export: every column by its name there, every value and kind of absence by what
it is there."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import openpyxl
import pyreadstat
import pytest
from lxml import etree
from pyarrow import parquet

from surveyapp.domain.exports.dataset import AnswerExport, ColumnRole, ColumnType, Dataset, ExportColumn, ExportShape
from surveyapp.reports.exports import folder
from surveyapp.reports.exports.texts import absence, words_of
from tests.unit.exports import every_answer


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[ExportShape, AnswerExport]:
    made = every_answer.study(tmp_path_factory.mktemp("study"))
    answers = every_answer.every_answer(made.questionnaires["guest_1", 1])
    return {shape: every_answer.export_of(made, shape, answers) for shape in ExportShape}


def book_of(export: AnswerExport, at: Path) -> list[dict[str, str]]:
    with (at / f"{export.stem}_codebook.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


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
            assert [row["number"] for row in mine if row["value_label"] and not row["missing"]] == [
                str(value.number) for value in column.values
            ]


def names_in(form: str, at: Path) -> list[str]:
    """What the columns of a file are called in it."""
    if form in ("sav", "dta"):
        return list(getattr(pyreadstat, f"read_{form}")(at)[1].column_names)
    if form == "parquet":
        return list(parquet.read_schema(at).names)
    with at.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


@pytest.mark.parametrize(
    ("form", "ending"), [("csv",) * 2, ("sav",) * 2, ("dta",) * 2, ("parquet",) * 2, ("triples", "csv")]
)
def test_the_codebook_has_every_column_of_the_files_beside_it_by_its_name_there(
    exports: dict[ExportShape, AnswerExport], form: str, ending: str, tmp_path: Path
) -> None:
    """Long names are cut, and why there is no answer stands in columns of its own: each can be looked up."""
    export = exports[ExportShape.WIDE]
    datasets = tuple(
        dataclasses.replace(
            each,
            columns=tuple(
                dataclasses.replace(column, name=f"t1_a_question_with_a_long_name_{column.name}")
                for column in each.columns
            ),
        )
        for each in export.datasets
    )
    export = dataclasses.replace(export, datasets=datasets)
    folder.write(export, form, tmp_path)
    with (tmp_path / f"{export.stem}_codebook.csv").open(encoding="utf-8-sig", newline="") as file:
        book = list(csv.DictReader(file))
    for dataset in datasets:
        told = {row["in_file"]: row["column"] for row in book if row["dataset"] == dataset.name}
        there = names_in(form, tmp_path / export.file_name(dataset, ending))
        # A text that goes on in a further column of SPSS is one column of the codebook.
        assert list(told) == [name for name in there if form != "sav" or name in told]
        assert set(told.values()) >= {column.name for column in dataset.columns}


@pytest.mark.parametrize("form", folder.WRITERS)
def test_the_codebook_has_every_absence_by_what_it_is_in_the_file(
    exports: dict[ExportShape, AnswerExport], form: str, tmp_path: Path
) -> None:
    """By the words that the file itself gives it; of a number that can be any, too, whose absences stand far down."""
    export = exports[ExportShape.RESPONSES]
    main = export.datasets[0]
    columns = tuple(
        dataclasses.replace(column, least=None) if column.name == "nights" else column for column in main.columns
    )
    export = dataclasses.replace(export, datasets=(dataclasses.replace(main, columns=columns), *export.datasets[1:]))
    folder.write(export, form, tmp_path)
    absent = [row for row in book_of(export, tmp_path) if row["missing"] and row["dataset"] == main.name]
    if form == "parquet":
        assert absent == [], "why there is no answer stands beside"
        return
    assert ("nights" in {row["in_file"] for row in absent}) == (form != "triples")
    if form in ("csv", "xlsx", "ddi"):
        assert {row["number"] for row in absent} == {""}, "it stands in the cell"
        return
    there = labels_in(form, export, main, tmp_path)
    for row in absent:
        assert there[row["in_file"]][row["number"]] == row["value_label"], (row["in_file"], row["value"])


def labels_in(form: str, export: AnswerExport, dataset: Dataset, at: Path) -> dict[str, dict[str, str]]:
    """The words of each value that the file itself has, by column and by how the value is written."""
    if form == "triples":
        root = etree.parse(at / export.file_name(dataset, "sss")).getroot()
        return {
            str(each.findtext("name")): {str(value.get("code")): str(value.text) for value in each.iter("value")}
            for each in root.iter("variable")
        }
    told = getattr(pyreadstat, f"read_{form}")(at / export.file_name(dataset, form), user_missing=True)[1]
    return {
        name: {f".{value}" if isinstance(value, str) else f"{value:.0f}": words for value, words in labels.items()}
        for name, labels in told.variable_value_labels.items()
    }


def test_columns_of_spss_are_called_what_the_codebook_says_whatever_goes_on_in_further_ones(
    exports: dict[ExportShape, AnswerExport], tmp_path: Path
) -> None:
    """Two questions whose names are cut alike, and the answers to the first are longer than a variable takes."""
    export = exports[ExportShape.RESPONSES]
    start = "a" * 70
    texts = [
        ExportColumn(name=f"{start}{end}", label=end, type=ColumnType.TEXT, role=ColumnRole.ANSWER) for end in "abc"
    ]
    values = ("\N{GRINNING FACE}" * 20_000, "second", "third")
    made = Dataset(name="long", title="Long", columns=tuple(texts), count=1, rows=lambda: iter([values]))
    export = dataclasses.replace(export, datasets=(made,))
    folder.write(export, "sav", tmp_path)
    read, _ = pyreadstat.read_sav(tmp_path / export.file_name(made, "sav"))
    named = {row["column"]: row["in_file"] for row in book_of(export, tmp_path)}
    assert [read[named[f"{start}{end}"]][0] for end in "bc"] == ["second", "third"]
    assert len(read.columns) == 5
    first = named[f"{start}a"]
    at = list(read.columns).index(first)
    assert "".join(read.iloc[0, at : at + 3]) == values[0]


def test_a_text_that_a_spreadsheets_cell_does_not_take_ends_where_it_was_cut(
    exports: dict[ExportShape, AnswerExport], tmp_path: Path
) -> None:
    texts = ("\N{GRINNING FACE}" * 20_000, "x" * 32_767, "x" * 32_768, "\N{GRINNING FACE}" * 16_383 + "x")
    column = ExportColumn(name="words", label="Words", type=ColumnType.TEXT, role=ColumnRole.ANSWER)
    made = Dataset(
        name="long", title="Long", columns=(column,), count=len(texts), rows=lambda: iter([(each,) for each in texts])
    )
    export = dataclasses.replace(exports[ExportShape.RESPONSES], datasets=(made,))
    [path] = [each for each in folder.write(export, "xlsx", tmp_path) if each.suffix == ".xlsx"]
    found = [str(row[0]) for row in openpyxl.load_workbook(path)["long"].iter_rows(min_row=2, values_only=True)]
    assert all(len(each.encode("utf-16-le")) <= 2 * 32_767 for each in found)
    assert [each == text for each, text in zip(found, texts, strict=True)] == [False, True, False, True]
    assert all(each == text or text.startswith(each.removesuffix("…")) for each, text in zip(found, texts, strict=True))
    assert (found[0][-1], found[2][-1]) == ("…", "…")
