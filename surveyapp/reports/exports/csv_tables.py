"""Single answers as CSV: UTF-8 with a byte order mark, a file a dataset, row by row. No cell is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from surveyapp.domain.exports.dataset import AnswerExport
from surveyapp.reports.exports.texts import CODEBOOK, InFile, cells_text, codebook, words_cell


def write(export: AnswerExport, folder: Path) -> list[Path]:
    """A file for each dataset. Codes are the instrument's own; why there is no answer stands in the cell
    (`.not_asked`)."""
    made = []
    for dataset in export.datasets:
        target = folder / export.file_name(dataset, "csv")
        _file(target, [column.name for column in dataset.columns], map(cells_text, dataset.rows()))
        made.append(target)
    return made


def write_codebook(export: AnswerExport, target: Path, there: InFile) -> None:
    """What every column is, what it is called in the files beside, and what its values mean."""
    # Values and kinds of absence stand as they do in the data.
    plain = {CODEBOOK.index("value"), CODEBOOK.index("number")}
    rows = (
        [cell if place in plain else words_cell(cell) for place, cell in enumerate(row)]
        for row in codebook(export, there)
    )
    _file(target, CODEBOOK, rows)


def _file(target: Path, header: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)
