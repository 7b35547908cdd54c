"""tests/questionnaires: the smallest file for each key of the format, and for each thing that can be wrong with one.

A file is a study.yaml or a questionnaire and takes that file's place in the base study; a folder takes the place of
several. A file of `keys/` has no fault; one of `faults/` has the fault it is named after, and no other. Where a fault
can come about in several ways, what follows a full stop in the name says in which.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from surveyapp.domain.authoring.checks.names import check_lists
from surveyapp.domain.authoring.fault_codes import FAULT_CODES
from surveyapp.domain.authoring.loader import load_study, read_studies, read_study
from surveyapp.domain.authoring.schema import Fits, Model, QuestionnaireW
from surveyapp.domain.authoring.shape_faults import validated
from surveyapp.domain.authoring.study_schema import StudyW
from surveyapp.domain.authoring.yaml_source import Place, read_source
from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.domain.instrument.kinds import KINDS
from surveyapp.services.questionnaires.versions import check_folder
from surveyapp.services.translation.wording_faults import faults_of
from tests.rights import kept_to_modes

FOLDER = Path(__file__).parents[1] / "questionnaires"
README = Path(__file__).parents[2] / "questionnaires" / "README.md"
KEYS, FAULTS = (
    {path.name.removesuffix(".yaml"): path for path in (FOLDER / each).iterdir()} for each in ("keys", "faults")
)
NOT_ONE_FILE = {
    "too_large": "tests/unit/test_source.py",
    "no_study": "a folder with nothing in it",
    "frozen_changed": "tests/integration/test_instruments.py",
    "frozen_missing": "tests/integration/test_instruments.py",
    "study_changed": "tests/integration/test_cli_versions.py",
    "not_offered": "tests/unit/test_wording.py",
}


def study_of(path: Path, tmp_path: Path) -> Path:
    """The base study with a file, or a folder of them, put in its place."""
    folder = tmp_path / "smallest"
    shutil.copytree(FOLDER / "base", folder)
    if path.is_dir():
        shutil.copytree(path, folder, dirs_exist_ok=True)
    elif path.read_bytes().startswith(b"study:"):
        shutil.copy(path, folder / "study.yaml")
    else:
        shutil.copy(path, folder / "first" / "v1.yaml")
    return folder


@pytest.mark.parametrize("name", sorted(KEYS))
def test_the_smallest_file_of_a_key_has_no_fault(name: str, tmp_path: Path) -> None:
    folder = study_of(KEYS[name], tmp_path)
    assert faults_of(folder, load_study(folder)) == ()


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_the_smallest_file_of_a_fault_has_that_fault_alone(name: str, tmp_path: Path) -> None:
    folder = study_of(FAULTS[name], tmp_path)
    try:
        check_folder(folder)
        faults = read_study(folder)[1]
    except QuestionnaireFaults as error:
        faults = error.faults
    assert {fault.code for fault in faults} == {name.partition(".")[0]}
    assert all(fault.line > 0 and fault.sentence.endswith((".", "?")) for fault in faults)


@pytest.mark.parametrize("mode", [0o000, 0o100, 0o400])
@pytest.mark.parametrize("where", ["", "one", "one/first", "one/text"])
def test_a_folder_that_cannot_be_looked_into_is_named(tmp_path: Path, where: str, mode: int) -> None:
    """What stands there would vanish: a study, a version that people answer, a language."""
    studies = tmp_path / "studies"
    for name in ("one", "two"):
        shutil.copytree(FOLDER / "base", studies / name)
        text = (studies / name / "study.yaml").read_text(encoding="utf-8")
        (studies / name / "study.yaml").write_text(text.replace("study: smallest", f"study: {name}"), encoding="utf-8")
        (studies / name / "text").mkdir(exist_ok=True)
    (studies / "lost+found").mkdir(mode=0)
    with kept_to_modes():
        assert set(read_studies(studies)[0]) == {"one", "two"}
        (studies / where).chmod(mode)
        try:
            with pytest.raises(QuestionnaireFaults) as found:
                check_folder(studies)
        finally:
            (studies / where).chmod(0o700)
    (fault,) = [each for each in found.value.faults if "looked into" in each.sentence]
    assert (fault.file, fault.code) == (where or str(studies), "unreadable")
    assert "(Permission denied)" in fault.sentence


def test_every_fault_has_its_smallest_file() -> None:
    assert {name.partition(".")[0] for name in FAULTS} | set(NOT_ONE_FILE) == set(FAULT_CODES)


def keys_of(written: object) -> Iterator[str]:
    """Every key set in what was written, as `question.hint`."""
    if isinstance(written, BaseModel):
        for name in written.model_fields_set:
            alias = type(written).model_fields[name].alias or name
            yield f"{type(written).__name__.removesuffix('W').lower()}.{alias}"
            yield from keys_of(getattr(written, name))
    elif isinstance(written, dict):
        for value in written.values():
            yield from keys_of(value)
    elif isinstance(written, list):
        for value in written:
            yield from keys_of(value)


def test_every_key_that_may_be_left_out_has_a_smallest_file_that_has_it(tmp_path: Path) -> None:
    lacking = []
    for model in Model.__subclasses__():
        for name, field in model.model_fields.items():
            key = f"{model.__name__.removesuffix('W').lower()}.{field.alias or name}"
            if field.is_required():
                continue
            if key not in KEYS:
                lacking.append(key)
                continue
            folder = study_of(KEYS[key], tmp_path / key)
            used: set[str] = set()
            for path in folder.rglob("*.yaml"):
                shape: type[Model] = StudyW if path.stem == "study" else QuestionnaireW
                used.update(keys_of(validated(shape, read_source(path, ""))))
            if key not in used:
                lacking.append(f"{key} is not in its own file")
    assert lacking == []


def places_of(data: object, place: Place = ()) -> Iterator[tuple[Place, Any, str | int]]:
    """(place, what it stands in, its key) of every value."""
    for step, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*place, step), data, step
        yield from places_of(value, (*place, step))


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_key_with_nothing_after_it_is_empty_wherever_it_stands(name: str) -> None:
    """Taken as not written, a condition would ask everybody, a touchpoint would never close."""
    for path in [KEYS[name]] if KEYS[name].is_file() else KEYS[name].rglob("*.yaml"):
        if path.parent.name == "text":
            continue
        source = read_source(path, "")
        shape: type[Model] = StudyW if "study" in source.data else QuestionnaireW
        assert validated(shape, source) is not None
        for place, within, step in list(places_of(source.data)):
            whole, within[step] = within[step], None
            source.faults.clear()
            assert validated(shape, source) is None
            assert [(fault.code, fault.line) for fault in source.faults] == [("empty", source.positions[place][0])]
            assert "None" not in source.faults[0].sentence
            within[step] = whole


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_word_stands_in_a_list_once_whatever_the_list(name: str) -> None:
    for path in [KEYS[name]] if KEYS[name].is_file() else KEYS[name].rglob("*.yaml"):
        source = read_source(path, "")
        check_lists(source)
        assert source.faults == []
        for place, within, step in list(places_of(source.data)):
            items = within[step]
            if not isinstance(items, list) or isinstance(items[0], dict | list):
                continue
            items.append(items[0])
            check_lists(source)
            assert [fault.code for fault in source.faults] == ["written_twice"], place
            items.pop()
            source.faults.clear()


def strings_of(shape: Any) -> Iterator[tuple[Any, ...]]:
    """What is said beside each text of a shape, as pydantic holds it."""
    if get_origin(shape) is Annotated:
        yield shape.__metadata__
    for each in get_args(shape):
        yield from strings_of(each)


def test_every_pattern_of_a_file_says_what_fits_it() -> None:
    lacking = []
    for model in [each for base in Model.__subclasses__() for each in (base, *base.__subclasses__())]:
        for name, field in model.model_fields.items():
            for said in (tuple(field.metadata), *strings_of(field.annotation)):
                if any(getattr(each, "pattern", None) for each in said) and not any(
                    isinstance(each, Fits) for each in said
                ):
                    lacking.append(f"{model.__name__}.{name}")
    assert lacking == []


def test_every_kind_and_condition_has_a_smallest_file() -> None:
    assert {f"kind.{name}" for name in KINDS} <= set(KEYS)
    forms = {"is", "answered", "changed", "at_least", "at_most", "more_than", "less_than", "all", "any", "not"}
    assert {f"condition.{form}" for form in forms} <= set(KEYS)


def test_the_readme_has_every_key_and_every_fault() -> None:
    said = README.read_text(encoding="utf-8")
    names = {field.alias or name for model in Model.__subclasses__() for name, field in model.model_fields.items()}
    assert [name for name in sorted(names) if f"{name}:" not in said and f"`{name}`" not in said] == []
    assert [code for code in FAULT_CODES if f"`{code}`" not in said] == []
