"""An operator brings out version 2: freezes, opens and moves, each after reading what it means."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from surveyapp.cli import main
from surveyapp.services.questionnaires import versions as questionnaire_versions
from tests import factories, versioned
from tests.conftest import Clock
from tests.integration.test_moving import CHANGES, NEW, OLD, answer_four, guest

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, clock: Clock, tmp_path: Path) -> Run:
    """The commands, on a study whose version 1 is open with somebody midway, and whose version 2 is written."""
    files = {"first/v1": versioned.questionnaire("first", 1, *OLD)}
    versioned.write(tmp_path, files)
    made = factories.create_runtime(sqlite_url, clock, tmp_path)
    for name in ("first", "second"):
        questionnaire_versions.freeze(made, versioned.NAME, name)
    factories.open_questionnaires(made, versioned.NAME)
    answer_four(made, guest(made, "GU-0001"))
    made.database.dispose()
    versioned.write(tmp_path, {**files, "first/v2": versioned.questionnaire("first", 2, *NEW, changes=CHANGES)})
    environment = {**factories.environment(sqlite_url), "SURVEYAPP_QUESTIONNAIRES": str(tmp_path)}

    def command(*arguments: str, say: str | None = None) -> Result:
        return CliRunner().invoke(main, ["questionnaires", *arguments], env=environment, input=say)

    return command


def test_nothing_happens_before_the_question_is_answered(run: Run) -> None:
    refused = run("freeze", "cafe", "first", say="n\n")
    assert refused.exit_code == 1
    assert "From first v1 to first v2" in refused.stdout
    assert "gone: What is your favourite cup?" in refused.stdout
    assert "reworded, declared not comparable: It now names a friend." in refused.stdout
    assert "Freeze version 2 of first? [y/N]" in refused.stdout
    assert "somewhat becomes good" in refused.stdout
    assert "Nothing was changed." in refused.stderr
    assert "No version" not in refused.stdout
    assert "was open already" in run("open", "cafe", "first").stdout, "version 2 is not frozen, so 1 stays"


def test_from_writing_to_moving(run: Run) -> None:
    frozen = run("freeze", "cafe", "first", say="y\n")
    assert "first is frozen up to version 2. Commit cafe/frozen.lock and frozen.study.json beside it." in frozen.stdout
    assert "frozen already" in run("freeze", "cafe", "first").stdout
    opened = run("open", "cafe", "first", "--yes")
    assert "Midway on version 1: 1. They finish on it, unless they are moved." in opened.stdout
    assert "first version 2 is now open." in opened.stdout
    refused = run("move", "cafe", "first", say="n\n")
    assert refused.exit_code == 1
    assert "GU-0001, touchpoint 1, from version 1: 2 answers kept, 1 asked again, 1 set aside" in refused.stdout
    assert "“A little” becomes “Fair”: 1" in refused.stdout
    assert "1 moved to version 2." in run("move", "cafe", "first", "--yes").stdout
    assert "Nobody is midway on an older version of first than 2." in run("move", "cafe", "first").stdout


def test_nothing_is_frozen_or_opened_on_top_of_a_frozen_file_that_changed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cafe" / "first" / "v1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Is that all?", "Is it all?"), encoding="utf-8")
    second = path.with_name("v2.yaml")
    second.write_text(second.read_text(encoding="utf-8").replace("Is that all?", "Is it all?"), encoding="utf-8")
    for command in ("freeze", "open"):
        refused = run(command, "cafe", "first", "--yes")
        assert refused.exit_code == 1
        assert "cafe/first/v1.yaml: Version 1 is frozen" in refused.stderr


def test_an_unknown_questionnaire_is_said(run: Run) -> None:
    for command in ("freeze", "open", "move"):
        result = run(command, "cafe", "fisrt")
        assert result.exit_code == 1
        assert "fisrt" in result.stderr


def test_a_study_is_checked_by_its_name_or_its_folder(run: Run, tmp_path: Path) -> None:
    by_name = run("check", "cafe")
    assert by_name.exit_code == 0
    assert by_name.output.splitlines()[0].startswith("cafe/first v1: ")
    assert run("check", str(tmp_path / "cafe")).output == by_name.output
    wrong = run("check", "caffe")
    assert (wrong.exit_code, "Did you mean “cafe”?" in wrong.stderr) == (1, True)


def test_a_difference_looks_from_the_earlier_to_the_later(run: Run) -> None:
    said = run("diff", "cafe", "first", "v1", "v2").output
    assert said.startswith("From first v1 to first v2")
    assert run("diff", "cafe", "first", "2", "1").output == said


def test_a_draft_is_not_served_where_it_cannot_be(run: Run) -> None:
    for arguments, said in (
        (("caffe", "first"), "Did you mean “cafe”?"),
        (("cafe", "fisrt"), "Did you mean “first”?"),
    ):
        result = run("try", *arguments)
        assert (result.exit_code, said in result.stderr) == (1, True), result.stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("try", "cafe", "first", "--port", str(taken.getsockname()[1]))
    assert (result.exit_code, "is taken. Name another one with --port." in result.stderr) == (1, True)


def test_a_history_says_of_whom_it_was_asked_and_what_counts_as_what(run: Run, tmp_path: Path) -> None:
    said = run("history", "cafe", "mood").output
    assert "Since first v1: rescaled, comparable. Four options became three." in said
    assert "little becomes fair" in said
    file = tmp_path / "cafe" / "first" / "v2.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("text: How is your mood?}", "text: How is your mood?, ask_if: {coffee: much}}"))
    assert "Asked if: coffee is Very much" in run("history", "cafe", "mood").output


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_the_study_counts_is_frozen_with_it_and_said_where_it_changed(run: Run, tmp_path: Path) -> None:
    study = tmp_path / "cafe" / "study.yaml"
    assert run("diff", "cafe").output == "Nothing of study.yaml is different from when it was frozen.\n"
    replace(study, "minimum_base: 1,", "minimum_base: 5,")
    replace(study, "label: Touchpoint 2}", "label: Later}")
    checked = run("check", "cafe")
    assert checked.exit_code == 0
    line = study.read_text(encoding="utf-8").split("\n").index("thresholds: {minimum_base: 5, minimum_cell: 1}") + 1
    assert f"note: cafe/study.yaml:{line}:" in checked.output
    assert "`thresholds.minimum_base` was “1” when it was frozen, and is “5”." in checked.output
    said = run("diff", "cafe").output
    assert "Measure liking.rows.2.label:" in said
    assert "- Touchpoint 2" in said
    assert "+ Later" in said
    frozen = run("freeze", "cafe", "second", say="y\n")
    assert "Threshold minimum_base:" in frozen.stdout
    assert "Freeze study.yaml as it is? [y/N]" in frozen.stdout
    assert "study_changed" not in run("check", "cafe").output


def test_consent_changes_by_a_version_of_its_own_or_not_at_all(run: Run, tmp_path: Path) -> None:
    study = tmp_path / "cafe" / "study.yaml"
    replace(study, "text: I agree to take part.", "text: I agree to everything.")
    refused = run("check", "cafe")
    assert refused.exit_code == 1
    assert "consent_changed: The consent “take_part” says something else than version 1" in refused.stdout
    assert "Write `version: 2`, and everybody is asked again" in refused.stdout
    for command in ("freeze", "open"):
        assert "“take_part” says something else" in run(command, "cafe", "first", "--yes").stderr
    replace(study, "{id: take_part, version: 1,", "{id: take_part, version: 2,")
    assert run("check", "cafe").exit_code == 0
    assert run("freeze", "cafe", "first", "--yes").exit_code == 0
    said = run("history", "cafe", "take_part").output
    assert "Version 1, required\n  I agree to take part.\n\nVersion 2, required\n  I agree to everything." in said
    replace(study, "{id: take_part, version: 2,", "{id: take_part, version: 1,")
    assert "Version 2 of the consent “take_part” was frozen" in run("check", "cafe").stdout


def test_a_lock_that_is_spoilt_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cafe" / "frozen.study.json").write_text("{]", encoding="utf-8")
    refused = run("check", "cafe")
    assert (refused.exit_code, "cafe/frozen.study.json:1:1: bad_lock" in refused.stdout) == (1, True)
