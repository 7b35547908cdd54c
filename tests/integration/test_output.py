"""What cannot be written, wherever a command writes, is said in a sentence: a file, or what it says itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from surveyapp.domain.participants import Contact
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from surveyapp.settings import ROOT
from tests import factories
from tests.integration.test_audit_of_commands import CONFIRMED, EVERY_COMMAND
from tests.rights import kept_to_modes

FILE = "/dev/null/x"

WRITERS = {
    "audit chain": ["--head", FILE],
    "backup key": [FILE],
    "export": [factories.STUDY, "--purpose", "To see", "--out", FILE],
    "keys copy": [FILE],
    "participants access": [factories.STUDY, "BF-9001", *CONFIRMED, "--out", FILE],
    "report": [factories.STUDY, "--out", f"{FILE}.docx"],
}
READERS = {"audit verify", "backup restore", "backup verify"}


def _command(name: str) -> click.Command:
    found: click.Command = main
    for part in name.split():
        assert isinstance(found, click.Group)
        within = found.get_command(click.Context(found), part)
        assert within is not None
        found = within
    return found


def _named_files() -> Iterator[str]:
    for name in EVERY_COMMAND:
        for each in _command(name).params:
            if isinstance(each.type, click.Path) and not each.type.exists:
                yield name


def test_every_command_that_writes_a_file_is_tried() -> None:
    assert set(_named_files()) == WRITERS.keys() | READERS


@pytest.fixture
def environment(demo_runtime: Runtime) -> dict[str, str]:
    """Of a demonstration in which somebody can be asked who they are."""
    person = factories.create_participant(demo_runtime, reference="BF-9001")
    with factories.operator(demo_runtime).writing() as work:
        contacts.write(work, person, Contact(name="Ada", phone="020 7946 0018"))
    named = factories.environment(demo_runtime.settings.database_url)
    return {**os.environ, **named, "SURVEYAPP_DEMO": "yes"}


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_a_file_that_cannot_be_written_is_named(environment: dict[str, str], name: str) -> None:
    done = CliRunner().invoke(main, [*name.split(), *WRITERS[name]], env=environment)
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 1
    if name != "report":  # of which nothing was released that it could be made of
        assert FILE in done.stderr
        assert "Not a directory" in done.stderr


def test_a_folder_that_may_not_be_written_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "beside"
    folder.mkdir(mode=0o500)
    with kept_to_modes():
        asked = [*WRITERS["participants access"][:-1], str(folder / "new")]
        done = CliRunner().invoke(main, ["participants", "access", *asked], env=environment)
        assert (done.exit_code, "cannot be written to (Permission denied)" in done.stderr) == (1, True), done.output
        migrated = {**environment, "SURVEYAPP_DATABASE_URL": f"sqlite:///{folder / 'a' / 'new.db'}"}
        done = CliRunner().invoke(main, ["migrate"], env=migrated)
        assert (done.exit_code, "cannot be read or written (Permission denied)" in done.stderr) == (1, True)


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_what_a_command_says_and_nobody_can_read_ends_in_a_sentence(
    name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(SystemExit) as ended:
            main.main([*name.split(), "--help"])
        monkeypatch.undo()
    assert ended.value.code == 1
    assert capfd.readouterr().err.startswith("Not all could be written (No space left on device).")


@pytest.mark.parametrize("arguments", [["users", "roles"], ["results", factories.STUDY], ["questionnaires", "schema"]])
def test_a_program_whose_output_is_full_ends_without_a_traceback(
    environment: dict[str, str], arguments: list[str]
) -> None:
    """Also what is said all at once, at the end; and whoever reads only the beginning is told nothing."""
    command = [sys.executable, "-c", "from surveyapp.cli import main; main()", *arguments]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith("Not all could be written (No space left on device).")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
