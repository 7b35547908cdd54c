"""Where the files of a study stand, and what stands there that would not be read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from surveyapp.domain.authoring.file_text import exists, shown
from surveyapp.domain.errors import Fault

STUDY = "study.yaml"
REPORT_TEMPLATE, REPORT_FIGURES = "report/report.md", "report/figures.yaml"
"""What a study's report is written in, and the figures that were loaded for it."""
MEDIA = "media/media.yaml"
"""What stands beside easy words: of each file in its folder, where it is shown."""
_STUDY_NAME = re.compile(r"[a-z][a-z0-9_]*")
"""Else it is what others keep beside studies: `.git`, `lost+found`."""
_VERSION_FILE = re.compile(r"v[1-9]\d{0,3}\.yaml")


def study_folders(folder: Path) -> list[Path]:
    """Every study's folder under one, by name: those with a study.yaml, be it one that cannot be read."""
    return sorted(each for each in _entries(folder) if exists(each / STUDY))


def version_files(study: Path) -> list[Path]:
    """Every file of a version of a questionnaire of a study."""
    return [path for path in _yaml_files(study) if path.parent != study and _VERSION_FILE.fullmatch(path.name)]


def misplaced(study: Path) -> Iterator[Fault]:
    """A fault for each YAML file of a study that would not be read."""
    for path in _yaml_files(study):
        version = path.parent != study and _VERSION_FILE.fullmatch(path.name)
        if version or path in (study / STUDY, study / REPORT_FIGURES, study / MEDIA):
            continue
        sentence = (
            "A version's file is called v1.yaml, v2.yaml, … and stands in its questionnaire's folder; this one would "
            "not be read. Rename or move it."
        )
        yield Fault(file=shown_in(study, path), line=1, column=1, code="wrong_file", sentence=sentence)


def not_studies(folder: Path) -> Iterator[Fault]:
    """A fault for each folder under one that looks like a study's and has no study.yaml."""
    for each in _entries(folder):
        if not exists(each / STUDY) and any(_VERSION_FILE.fullmatch(path.name) for path in _yaml_files(each)):
            sentence = f"Questionnaires stand here, but no {STUDY} beside them. Write one, or take the folder away."
            yield Fault(file=shown(each.name), line=1, column=1, code="no_study", sentence=sentence)


def closed(folder: Path, name: str) -> Iterator[Fault]:
    """A fault for a folder, called by `name`, and for each in it, that cannot be looked into: what stands there would
    be taken for what is not there."""
    if (why := _why_closed(folder)) is not None:
        sentence = (
            f"This folder cannot be looked into ({why}), so nobody knows what stands there. Let the user that runs "
            "this read and enter it, or take it away."
        )
        yield Fault(file=name, line=1, column=1, code="unreadable", sentence=sentence)
        return
    for each in _entries(folder):
        if not each.name.startswith("."):
            yield from closed(each, f"{name}/{shown(each.name)}")


def closed_studies(folder: Path) -> Iterator[Fault]:
    """A fault for a folder of studies, and for each in it that could be a study's, that cannot be looked into."""
    if _why_closed(folder) is not None:
        yield from closed(folder, shown(str(folder)))
        return
    for each in _entries(folder):
        if _STUDY_NAME.fullmatch(each.name) and not exists(each / STUDY) and _why_closed(each) is not None:
            yield from closed(each, shown(each.name))


def _why_closed(folder: Path) -> str | None:
    try:
        os.stat(os.path.join(folder, "."))  # which takes the right to enter
        with os.scandir(folder):
            return None
    except FileNotFoundError:
        return None
    except OSError as error:
        return error.strerror


def shown_in(study: Path, path: Path) -> str:
    """A file of a study as faults name it: `job_rotation/backfill_1/v1.yaml`."""
    return shown(study.name, *path.relative_to(study).parts)


def _yaml_files(study: Path) -> list[Path]:
    return sorted(path for pattern in ("*.y*ml", "*/*.y*ml") for path in study.glob(pattern))


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(each for each in folder.iterdir() if each.is_dir())
    except OSError:
        return []
