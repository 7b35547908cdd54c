"""An export as files in a folder: the data in one format, and beside it what has to be known of them."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from surveyapp.domain.errors import StateRefused
from surveyapp.domain.exports.dataset import AnswerExport
from surveyapp.domain.exports.garbage import seldom_looked_for
from surveyapp.domain.sentences import say
from surveyapp.reports.exports import (
    comparability_ld,
    csv_tables,
    ddi,
    parquet_tables,
    stat_files,
    triples,
    workbook_tables,
)
from surveyapp.reports.exports.numbered import absent_number
from surveyapp.reports.exports.texts import InFile, readme

Writer = Callable[[AnswerExport, Path], list[Path]]

WRITERS: Mapping[str, Writer] = {
    "csv": csv_tables.write,
    "xlsx": workbook_tables.write,
    "sav": stat_files.write_sav,
    "dta": stat_files.write_dta,
    "parquet": parquet_tables.write,
    "triples": triples.write,
    "ddi": ddi.write,
}
"""By the name of the format."""

IN_FILE: Mapping[str, InFile] = {
    "sav": InFile(stat_files.sav_columns, lambda column, kind: str(absent_number(column, kind))),
    "dta": InFile(stat_files.dta_columns, lambda _column, kind: stat_files.absent_mark(kind)),
    "parquet": InFile(parquet_tables.columns),
    "triples": InFile(triples.columns, lambda column, kind: str(triples.absent_code(column, kind))),
}
"""Of the formats whose columns are others or called otherwise, or in which an absence is not written out."""


def write(export: AnswerExport, form: str, folder: Path) -> list[Path]:
    """Writes everything into a folder, which is made where it is not there, for its owner alone; what they are, sorted.
    All of it is there in the end, or none. Raises StateRefused where such an export is there already or the disk does
    not take it, and InputRefused (`form`) where the format does not."""
    if folder.exists() and any(folder.glob(f"{export.stem}_*")):
        raise StateRefused(say("folder_holds_export", folder=str(folder)))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with seldom_looked_for(), tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as made_in:
            made = _write(export, form, Path(made_in))
            for each in made:
                os.chmod(each, 0o600)
            return sorted(Path(shutil.move(each, folder / each.name)) for each in made)
    except OSError as error:
        raise StateRefused(say("export_not_written", folder=str(folder), why=error.strerror or "")) from error


def pack(export: AnswerExport, form: str, place: Path, into: IO[bytes]) -> None:
    """Writes everything into one ZIP file, by way of a folder, of which nothing is left. Raises as `write` does."""
    made_in = place / export.stem
    try:
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in write(export, form, made_in):
                archive.write(path, path.name)
                path.unlink()
    except OSError as error:
        raise StateRefused(say("export_not_written", folder=str(place), why=error.strerror or "")) from error
    finally:
        shutil.rmtree(made_in, ignore_errors=True)


def _write(export: AnswerExport, form: str, folder: Path) -> list[Path]:
    made = WRITERS[form](export, folder)
    book = folder / f"{export.stem}_codebook.csv"
    csv_tables.write_codebook(export, book, IN_FILE.get(form, InFile()))
    compared = folder / f"{export.stem}_comparability.jsonld"
    compared.write_text(comparability_ld.document(export), encoding="utf-8")
    about = folder / f"{export.stem}_readme.txt"
    about.write_text(readme(export, [each.name for each in (*made, book, compared)]), encoding="utf-8")
    return [*made, book, compared, about]
