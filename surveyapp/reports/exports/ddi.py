"""Single answers with a DDI-Codebook 2.6: what archives expect. One description of every data file; the data are CSV.

Element names and their order are those of the schema (ddi:codebook:2_6).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from surveyapp.domain.exports.dataset import AnswerExport, ColumnType, Dataset, ExportColumn
from surveyapp.reports.exports import csv_tables
from surveyapp.reports.exports.texts import absence
from surveyapp.reports.exports.xml_text import add, save

NAMESPACE = "ddi:codebook:2_6"

_LEVELS = {"nominal": "nominal", "ordinal": "ordinal", "scale": "interval"}


def write(export: AnswerExport, folder: Path) -> list[Path]:
    """The data as CSV, and their description."""
    made = csv_tables.write(export, folder)
    described = folder / f"{export.stem}_ddi.xml"
    save(codebook(export), described)
    return [*made, described]


def codebook(export: AnswerExport) -> Any:
    """The description: the study, each file, each variable with its question, values and kinds of absence."""
    root = etree.Element(f"{{{NAMESPACE}}}codeBook", nsmap={None: NAMESPACE}, version="2.6")
    root.set("{http://www.w3.org/XML/1998/namespace}lang", export.language)
    study = _add(root, "stdyDscr")
    citation = _add(study, "citation")
    titles = _add(citation, "titlStmt")
    _add(titles, "titl", export.title)
    _add(titles, "IDNo", export.study)
    version = _add(citation, "verStmt")
    _add(version, "version", export.edition, date=f"{export.made_at:%Y-%m-%d}")
    for note in (export.purpose, *export.notes):
        _add(study, "notes", note)
    for number, dataset in enumerate(export.datasets, 1):
        _file(root, number, dataset, export.file_name(dataset, "csv"))
    data = _add(root, "dataDscr")
    for number, dataset in enumerate(export.datasets, 1):
        for place, column in enumerate(dataset.columns, 1):
            _variable(data, number, place, column, export)
    return root


def _file(root: Any, number: int, dataset: Dataset, name: str) -> None:
    described = _add(root, "fileDscr", ID=f"F{number}")
    about = _add(described, "fileTxt")
    _add(about, "fileName", name)
    _add(about, "fileCont", dataset.title)
    size = _add(about, "dimensns")
    _add(size, "caseQnty", str(dataset.count))
    _add(size, "varQnty", str(len(dataset.columns)))
    _add(about, "fileType", "text/csv; charset=utf-8")


def _variable(data: Any, number: int, place: int, column: ExportColumn, export: AnswerExport) -> None:
    counted = column.type in (ColumnType.CODE, ColumnType.FLAG, ColumnType.TEXT)
    variable = _add(
        data,
        "var",
        ID=f"V{number}_{place}",
        name=column.name,
        files=f"F{number}",
        intrvl="discrete" if counted else "contin",
        nature=_LEVELS[column.level],
    )
    _add(variable, "labl", column.label)
    if column.question:
        _add(_add(variable, "qstn"), "qstnLit", column.question)
    for value in column.values:
        category = _add(variable, "catgry", missing="N")
        _add(category, "catValu", value.value)
        _add(category, "labl", value.label)
    for kind in column.missing:
        category = _add(variable, "catgry", missing="Y", missType=kind.value)
        _add(category, "catValu", absence(kind))
        _add(category, "labl", export.missing_labels[kind])
    numbers = column.type in (ColumnType.NUMBER, ColumnType.FLAG)
    _add(
        variable, "varFormat", type="numeric" if numbers else "character", schema="other", formatname=column.type.value
    )


def _add(parent: Any, tag: str, /, text: str | None = None, **attributes: str) -> Any:
    return add(parent, f"{{{NAMESPACE}}}{tag}", text, **attributes)
