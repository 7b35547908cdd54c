"""The operator's commands, run as they are typed."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from surveyapp.reports.files.results_table import COLUMNS
from surveyapp.services.simulation import making
from surveyapp.settings import ROOT
from tests import factories
from tests.databases import copy_database
from tests.unit.test_loading import write


@pytest.fixture(scope="module")
def demonstration(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy: commands go by the clock on the wall, and whoever takes the template finds it counted on no other day."""
    path = tmp_path_factory.mktemp("cli") / "demo.db"
    copy_database(demo_template, path)
    return path


@pytest.fixture
def environment(demonstration: Path) -> dict[str, str]:
    return {
        "SURVEYAPP_SECRET_KEY": "s" * 40,
        "SURVEYAPP_ACCESS_KEYS": f"first:{factories.KEY}",
        "SURVEYAPP_CONTACT_KEYS": f"first:{factories.KEY}",
        "SURVEYAPP_AUDIT_KEY": factories.KEY,
        "SURVEYAPP_DATABASE_URL": f"sqlite:///{demonstration}",
        "SURVEYAPP_DEMO": "yes",
    }


def run(*arguments: str, environment: dict[str, str]) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments, env=environment)
    return result.exit_code, result.stdout, result.stderr


def test_questionnaires_check_says_what_it_checked(environment: dict[str, str]) -> None:
    code, said, _ = run("questionnaires", "check", environment=environment)
    assert code == 0
    assert "job_rotation/backfill_1 v1: 38 questions" in said
    assert (
        run("questionnaires", "check", str(ROOT / "questionnaires" / "job_rotation"), environment=environment)[0] == 0
    )


def test_questionnaires_check_says_every_fault_and_fails(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "study.yaml").write_text("study: tiny\ntitle: Tiny\n", encoding="utf-8")
    code, said, error = run("questionnaires", "check", str(tmp_path), environment=environment)
    assert code == 1
    assert "tiny/study.yaml:1:1: missing_key: “groups” is missing. Add it." in said
    assert "faults" in error


def test_results_as_csv_and_json_are_the_same_numbers(environment: dict[str, str]) -> None:
    code, written, _ = run("results", "job_rotation", "--format", "csv", environment=environment)
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(written)))
    assert tuple(rows[0]) == COLUMNS
    records = json.loads(run("results", "job_rotation", "--format", "json", environment=environment)[1])
    assert [{key: "" if value is None else str(value) for key, value in each.items()} for each in records] == rows


def test_an_unknown_study_is_a_sentence(environment: dict[str, str]) -> None:
    code, _, error = run("results", "job_rotatoin", environment=environment)
    assert (code, error) == (1, "There is no study “job_rotatoin”.\n")


def test_without_a_secret_key_nothing_starts(environment: dict[str, str]) -> None:
    bad = {**environment, "SURVEYAPP_SECRET_KEY": "too short"}
    code, _, error = run("results", "job_rotation", environment=bad)
    assert code == 1
    assert "SURVEYAPP_SECRET_KEY" in error


def test_what_keeps_data_safe_does_so_beside_a_questionnaire_with_a_fault(sqlite_url: str, tmp_path: Path) -> None:
    studies = tmp_path / "studies"
    (studies / "tiny").mkdir(parents=True)
    (studies / "tiny" / "study.yaml").write_text("study: tiny\ntitle: Tiny\n", encoding="utf-8")
    places = {"QUESTIONNAIRES": studies, "BACKUPS": tmp_path / "backups", "PERSON_KEYS": tmp_path / "person.keys"}
    whole = factories.environment(sqlite_url) | {
        "SURVEYAPP_DEMO": "yes",
        "SURVEYAPP_QUESTIONNAIRES": str(ROOT / "questionnaires"),
    }
    faulty = whole | {f"SURVEYAPP_{name}": str(place) for name, place in places.items()}
    head = str(tmp_path / "head")
    for command in (("backup", "create"), ("audit", "chain", "--head", head), ("audit", "verify", "--head", head)):
        code, _, error = run(*command, environment=faulty)
        assert (code, error.replace("It is not encrypted: this is a demonstration.\n", "")) == (0, ""), command
    for command in (("keys", "copy", str(tmp_path / "copy.keys")), ("audit", "protect", "--role", "reader")):
        # There are no keys yet, and a file has no roles; neither is refused for the questionnaire.
        _, _, error = run(*command, environment=faulty)
        assert "missing_key" not in error, command
    [made] = [each for each in (tmp_path / "backups").iterdir() if each.suffix != ".sha256"]
    there = set(tmp_path.iterdir())
    # What needs the studies afterwards is refused before, and not half-way.
    code, _, error = run("backup", "restore", str(made), "--replace", environment=faulty)
    assert (code, "missing_key" in error) == (1, True)
    assert set(tmp_path.iterdir()) == there
    code, said, _ = run("doctor", environment=faulty)
    assert code == 1
    assert "Wrong: The questionnaires’ files have faults (" in said


def test_where_nobody_can_be_asked_it_says_how_to_answer_beforehand(sqlite_url: str, tmp_path: Path) -> None:
    here = factories.environment(sqlite_url) | {"SURVEYAPP_QUESTIONNAIRES": str(write(tmp_path).parent)}
    code, _, error = run("questionnaires", "freeze", "tiny", "first", environment=here)
    assert (code, "give --yes" in error) == (1, True)


def test_demo_links_are_new_links_one_a_line(environment: dict[str, str]) -> None:
    _, said, _ = run("demo", "links", "--limit", "4", environment=environment)
    links = said.splitlines()
    assert len(set(links)) == 4
    assert all(link.startswith("http://127.0.0.1:8000/s/") for link in links)
    _, said, _ = run("demo", "links", "--limit", "1", "--port", "8731", environment=environment)
    assert said.startswith("http://127.0.0.1:8731/s/")


@pytest.fixture
def simulating(sqlite_url: str) -> tuple[dict[str, str], list[str]]:
    """An environment, and a command that simulates into a database."""
    return factories.environment(factories.UNUSED), [
        "simulate",
        "mentoring",
        "--participants",
        "30",
        "--seed",
        "4",
        "--database",
        sqlite_url,
    ]


def changed(command: list[str], option: str, value: str) -> list[str]:
    place = command.index(option)
    return [*command[: place + 1], value, *command[place + 2 :]]


def test_simulate_makes_a_cohort_that_results_are_about(simulating: tuple[dict[str, str], list[str]]) -> None:
    environment, command = simulating
    code, said, progress = run(*command, environment=environment)
    assert code == 0
    assert said.startswith("30 simulated participants of mentoring: ")
    assert "\r30 of 30 participants" in progress
    there = {**environment, "SURVEYAPP_DATABASE_URL": command[-1]}
    code, written, _ = run("results", "mentoring", environment=there)
    assert code == 0
    assert max(int(row["base"]) for row in csv.DictReader(io.StringIO(written)) if row["base"]) in range(3, 30)
    code, _, error = run(*command, environment=environment)
    assert (code, error.split(":")[0]) == (1, "The cohort is there already")


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--participants", "0", "0 is not in the range"),
        ("--participants", "-5", "-5 is not in the range"),
        ("--participants", "many", "'many' is not a valid integer"),
        ("--seed", "x", "'x' is not a valid integer"),
        ("--database", "mysql://somewhere", "--database must begin with sqlite:/// or postgresql://"),
        ("--database", "sqlite:////nowhere/at/all.db", "There is no database that can be opened where --database says"),
        ("simulate", "mentring", "There is no study “mentring”."),
    ],
)
def test_simulate_says_what_is_wrong(
    simulating: tuple[dict[str, str], list[str]], option: str, value: str, sentence: str
) -> None:
    environment, command = simulating
    code, said, error = run(*changed(command, option, value), environment=environment)
    assert code != 0
    assert said == ""
    assert sentence in error


def test_simulate_says_how_to_migrate(simulating: tuple[dict[str, str], list[str]], tmp_path: Path) -> None:
    environment, command = simulating
    code, _, error = run(*changed(command, "--database", f"sqlite:///{tmp_path / 'new.db'}"), environment=environment)
    assert code == 1
    assert "run `surveyapp migrate`" in error
    assert "set SURVEYAPP_DATABASE_URL to it" in error


def test_simulate_refuses_people_of_the_demonstration(
    simulating: tuple[dict[str, str], list[str]], demonstration: Path
) -> None:
    environment, command = simulating
    code, _, error = run(*changed(command, "--database", f"sqlite:///{demonstration}"), environment=environment)
    assert code == 1
    assert "who are not simulated, and the two are never mixed. Name an empty one" in error


def test_simulate_says_how_to_go_on_when_it_is_stopped(
    simulating: tuple[dict[str, str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "simulate", stopped)
    environment, command = simulating
    code, said, error = run(*command, environment=environment)
    assert (code, said) == (1, "")
    assert "Stopped. What is stored is whole: the same command goes on from there." in error


STOPPED_WHILE_READING = """
import os, signal, sys
# Where this was begun in the background nobody hears it.
signal.signal(signal.SIGINT, signal.default_int_handler)
class Stops:
    @staticmethod
    def find_spec(name, *_rest):
        if name == "sqlalchemy":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Stops)
from surveyapp.cli import main
main()
"""


def test_whoever_stops_a_command_while_its_modules_are_read_sees_no_traceback(environment: dict[str, str]) -> None:
    """Most of a command's first second is that."""
    command = [sys.executable, "-c", STOPPED_WHILE_READING, "users", "list"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", "Aborted!")
