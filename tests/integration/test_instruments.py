"""Freezing and opening versions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.domain.errors import NotPermitted, QuestionnaireFaults, StateRefused
from surveyapp.domain.staff import Role
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT
from tests import factories
from tests.conftest import Clock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "questionnaires"
    shutil.copytree(ROOT / "questionnaires", copied, ignore=shutil.ignore_patterns("demo"))
    return copied


@pytest.fixture
def own(database_url: str, clock: Clock, folder: Path) -> Iterator[Runtime]:
    made = factories.create_runtime(database_url, clock, questionnaires=folder)
    yield made
    made.database.dispose()


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "job_rotation" / "backfill_1" / "v1.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_frozen_file_that_changed_is_refused_before_anything_is_served(
    folder: Path, sqlite_url: str, clock: Clock
) -> None:
    edit(folder, "kind: choice", "hint: A new hint.\n        kind: choice")
    with pytest.raises(QuestionnaireFaults, match=r"job_rotation/backfill_1/v1\.yaml:1:1: frozen_changed"):
        questionnaire_versions.check_frozen(factories.create_runtime(sqlite_url, clock, questionnaires=folder))
    with pytest.raises(QuestionnaireFaults, match="frozen_changed"):
        questionnaire_versions.check_folder(folder)


def test_a_comment_or_other_white_space_changes_nothing(folder: Path) -> None:
    edit(folder, "sections:", "# nothing but a comment\n\nsections:")
    assert questionnaire_versions.check_folder(folder)


def test_a_frozen_file_that_went_away_is_refused(folder: Path, sqlite_url: str, clock: Clock) -> None:
    lock = folder / "job_rotation" / questionnaire_versions.LOCK
    lock.write_text(lock.read_text(encoding="utf-8") + f"backfill_1 v2 {'0' * 64}\n", encoding="utf-8")
    with pytest.raises(QuestionnaireFaults, match="frozen_missing"):
        questionnaire_versions.check_frozen(factories.create_runtime(sqlite_url, clock, questionnaires=folder))


def test_a_frozen_file_that_went_away_is_said_even_where_the_rest_cannot_be_read_for_it(folder: Path) -> None:
    shutil.rmtree(folder / "job_rotation" / "backfill_1")
    with pytest.raises(QuestionnaireFaults) as raised:
        questionnaire_versions.check_folder(folder)
    found = {(fault.file, fault.code) for fault in raised.value.faults}
    assert ("job_rotation/backfill_1/v1.yaml", "frozen_missing") in found
    assert "unknown_questionnaire" in {code for _, code in found}


def test_opening_twice_is_opening_once_and_needs_the_right(own: Runtime) -> None:
    manager = factories.create_staff(own, Role.MANAGER)
    assert questionnaire_versions.open_newest(Desk(own, manager), "job_rotation", "backfill_1") == (1, True)
    assert questionnaire_versions.open_newest(Desk(own, manager), "job_rotation", "backfill_1") == (1, False)
    with pytest.raises(NotPermitted):
        questionnaire_versions.open_newest(
            Desk(own, factories.create_staff(own, Role.EVALUATOR)), "job_rotation", "backfill_1"
        )


def test_what_is_not_frozen_cannot_be_opened(own: Runtime, folder: Path) -> None:
    (folder / "job_rotation" / questionnaire_versions.LOCK).unlink()
    with pytest.raises(StateRefused, match="questionnaires freeze"):
        questionnaire_versions.open_newest(factories.operator(own), "job_rotation", "backfill_1")


def test_a_response_finishes_on_the_version_it_began(
    own: Runtime, folder: Path, database_url: str, clock: Clock
) -> None:
    factories.open_questionnaires(own)
    first = factories.by_link(own, factories.create_participant(own))
    answering.give_consent(own, first, {"take_part": True})
    v1 = folder / "job_rotation" / "backfill_1" / "v1.yaml"
    v2 = v1.with_name("v2.yaml")
    v2.write_text(v1.read_text(encoding="utf-8").replace("version: 1", "version: 2", 1), encoding="utf-8")
    own.database.dispose()
    later = factories.create_runtime(database_url, clock, questionnaires=folder)
    questionnaire_versions.freeze(later, "job_rotation", "backfill_1")
    assert questionnaire_versions.open_newest(factories.operator(later), "job_rotation", "backfill_1") == (2, True)
    second = factories.by_link(later, factories.create_participant(later))
    answering.give_consent(later, second, {"take_part": True})
    assert survey_session.visit(later, first).ready[2].version == 1
    assert survey_session.visit(later, second).ready[2].version == 2
    later.database.dispose()


def test_a_lock_and_a_database_that_disagree_say_what_to_do(own: Runtime, folder: Path) -> None:
    factories.open_questionnaires(own)
    assert questionnaire_versions.disagreements(own, "job_rotation") == ()
    lock = folder / "job_rotation" / questionnaire_versions.LOCK
    lines = lock.read_text(encoding="utf-8").splitlines()
    changed = [f"backfill_1 v1 {'0' * 64}" if line.startswith("backfill_1 ") else line for line in lines]
    lock.write_text("\n".join(line for line in changed if not line.startswith("employee_1 ")), encoding="utf-8")
    other, older = questionnaire_versions.disagreements(own, "job_rotation")
    assert other.startswith("Version 1 of backfill_1 was opened from another file than frozen.lock says.")
    assert older.startswith("Version 1 of employee_1 is open, but frozen.lock does not have it")
