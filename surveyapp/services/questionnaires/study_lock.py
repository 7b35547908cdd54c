"""What freezing records of a study beside its questionnaires: `frozen.study.json` in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from surveyapp.domain.authoring.file_text import UnreadableFile, exists, read_text
from surveyapp.domain.authoring.folders import STUDY
from surveyapp.domain.authoring.yaml_source import Source, read_source
from surveyapp.domain.errors import Fault, QuestionnaireFaults
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions import study_meaning
from surveyapp.domain.versions.diff import Edit
from surveyapp.domain.versions.study_meaning import NOTHING_FROZEN, FrozenStudy

STUDY_LOCK = "frozen.study.json"

_adapter = TypeAdapter(FrozenStudy)


def read(folder: Path) -> FrozenStudy:
    """What was frozen of a study; `NOTHING_FROZEN` where nothing was. Raises QuestionnaireFaults where the file is not
    as freezing wrote it."""
    path, shown = folder / STUDY_LOCK, f"{folder.name}/{STUDY_LOCK}"
    if not exists(path):
        return NOTHING_FROZEN
    try:
        return _adapter.validate_json(read_text(path))
    except UnreadableFile as error:
        fault = Fault(file=shown, line=error.line, column=1, code=error.code, sentence=error.sentence)
    except ValidationError:
        sentence = "This is not what freezing wrote. Bring the last good file back."
        fault = Fault(file=shown, line=1, column=1, code="bad_lock", sentence=sentence)
    raise QuestionnaireFaults((fault,)) from None


def write(folder: Path, study: Study) -> None:
    """Records the study as it is now. The wordings of consent that were frozen before stay."""
    tree = _adapter.dump_python(study_meaning.freeze(study, read(folder)), mode="json", exclude_none=True)
    text = json.dumps(tree, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / STUDY_LOCK).write_text(text + "\n", encoding="utf-8")


def consent_faults(folder: Path, study: Study) -> tuple[Fault, ...]:
    """Consent that says something else under the same version, each where it stands in study.yaml."""
    found = study_meaning.consent_faults(read(folder), study)
    return _located(folder, ((("consent", each.index, each.key), "consent_changed", each.sentence) for each in found))


def notes(folder: Path, study: Study) -> tuple[Fault, ...]:
    """A note for each setting that is not as it was frozen: published numbers may mean something else by it."""
    return _located(
        folder,
        (
            (place, "study_changed", f"{_name(edit)} {_became(edit)} Freezing records it.")
            for edit, place in study_meaning.study_edits(read(folder), study)
        ),
    )


def edits(folder: Path, study: Study) -> tuple[Edit, ...]:
    """Each setting of the study that is not as it was frozen."""
    return tuple(edit for edit, _ in study_meaning.study_edits(read(folder), study))


def _name(edit: Edit) -> str:
    return f"`{edit.what}.{edit.about}`" if edit.about else f"`{edit.what}`"


def _became(edit: Edit) -> str:
    if edit.old is None:
        return f"is new since it was frozen: “{edit.new}”."
    if edit.new is None:
        return f"was “{edit.old}” when it was frozen, and is gone."
    return f"was “{edit.old}” when it was frozen, and is “{edit.new}”."


def _located(folder: Path, said: Iterable[tuple[tuple[str | int, ...], str, str]]) -> tuple[Fault, ...]:
    entries = list(said)
    if not entries:
        return ()
    source: Source = read_source(folder / STUDY, f"{folder.name}/{STUDY}")
    source.faults.clear()
    for place, code, sentence in entries:
        source.fault(place, code, sentence)
    return tuple(source.faults)
