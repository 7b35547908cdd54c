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
    assert "first is frozen up to version 2. Commit cafe/frozen.lock." in frozen.stdout
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
