"""The guide's own lines read real files, and what they give is what was answered."""

from __future__ import annotations

import ast
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import pytest

from surveyapp.domain.exports.dataset import (
    AnswerExport,
    ColumnType,
    ExportColumn,
    ExportShape,
    ExportValue,
    MissingKind,
)
from surveyapp.reports.exports import folder
from surveyapp.settings import ROOT
from tests.unit.exports import every_answer

GUIDE = (ROOT / "docs/guides/read_an_export.md").read_text(encoding="utf-8")
NUMBERS = frozenset({ColumnType.NUMBER, ColumnType.FLAG})
CODED = frozenset({"sav", "dta", "triples"})
"""Formats of codes that are numbers, of which some stand for kinds of absence."""


def lines() -> tuple[str, dict[str, str]]:
    """What the guide has before it reads, and its line for each format."""
    prepared, reading = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    by_form = {}
    for each in ast.parse(reading).body:
        assert isinstance(each, ast.Assign)
        target = each.targets[0].elts[0] if isinstance(each.targets[0], ast.Tuple) else each.targets[0]
        assert isinstance(target, ast.Name)
        by_form[target.id] = ast.unparse(each)
    return prepared, by_form


def test_there_is_a_line_for_every_format() -> None:
    assert set(lines()[1]) == {"at", "book", *folder.WRITERS} - {"ddi"}


def read(form: str, at: str, of: str, shape: str) -> pandas.DataFrame:
    """A file of an export as the guide reads it."""
    prepared, by_form = lines()
    line = by_form["csv" if form == "ddi" else form]
    known: dict[str, Any] = {"at": at, "of": of, "shape": shape}
    exec("\n".join([prepared, by_form["book"], line]), known)
    found = known["csv" if form == "ddi" else form]
    assert isinstance(found, pandas.DataFrame)
    return found


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[ExportShape, AnswerExport]:
    made = every_answer.study(tmp_path_factory.mktemp("study"))
    # Digits that somebody typed, and nothing else: left to itself a reader takes them for numbers.
    digits = every_answer.every_answer(made.questionnaires["guest_1", 1])
    for place, given in enumerate(digits):
        if "nickname" in given:
            given["nickname"] = every_answer.Text(f"{place:05d}")
    return {shape: every_answer.export_of(made, shape, digits) for shape in ExportShape}


@pytest.mark.parametrize("form", folder.WRITERS)
@pytest.mark.parametrize("shape", [ExportShape.RESPONSES, ExportShape.LONG])
def test_the_lines_of_the_guide_give_what_was_answered(
    exports: dict[ExportShape, AnswerExport], form: str, shape: ExportShape, tmp_path: Path
) -> None:
    export = exports[shape]
    folder.write(export, form, tmp_path)
    for dataset in export.datasets:
        found = read(form, str(tmp_path / export.stem), dataset.name, shape.value)
        rows = list(dataset.rows())
        assert len(found) == len(rows)
        for place, column in enumerate(dataset.columns):
            cells = found[column.name]
            if form not in ("sav", "dta", "parquet") and column.type in NUMBERS:
                assert pandas.api.types.is_numeric_dtype(cells), column.name
            for cell, row in zip(cells, rows, strict=True):
                if isinstance(row[place], MissingKind) and form in CODED:
                    continue
                assert same(cell, row[place], column, form), (column.name, cell, row[place])


def same(cell: Any, value: ExportValue, column: ExportColumn, form: str) -> bool:
    """Whether a cell that was read is this value."""
    if value is None or isinstance(value, MissingKind):
        return bool(pandas.isna(cell)) or cell == ""
    match column.type:
        case ColumnType.CODE if form in CODED:
            return bool(cell == {each.value: each.number for each in column.values}[str(value)])
        case ColumnType.NUMBER | ColumnType.FLAG:
            assert isinstance(value, int | Decimal)
            return float(cell) == float(value)
        case ColumnType.DATE:
            return (cell.date() if isinstance(cell, dt.datetime) else cell) == value
        case ColumnType.TIME:
            assert isinstance(value, dt.time)
            return f"{cell}".replace(":", "").ljust(6, "0")[:6] == f"{value:%H%M%S}"
        case ColumnType.MOMENT:
            assert isinstance(value, dt.datetime)
            return pandas.Timestamp(cell).tz_localize(None) == pandas.Timestamp(value).tz_localize(None)
        case _ if form == "sav":
            # A long one goes on in a further variable.
            return bool(str(value).startswith(cell))
        case _:
            return bool(cell == value)
