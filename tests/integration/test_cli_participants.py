"""`surveyapp participants`, as an operator types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete

from surveyapp.cli import main
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from surveyapp.store.security import audit
from surveyapp.store.tables import CaseRow
from tests import factories


@pytest.fixture(autouse=True)
def _installation(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def run(content: str, *options: str, study: str = factories.STUDY) -> Result:
    Path("people.csv").write_text(content, encoding="utf-8")
    return CliRunner().invoke(main, ["participants", "import", study, "people.csv", *options])


def references(runtime: Runtime) -> set[str]:
    with runtime.database.reading() as session:
        return participants.references(session, factories.STUDY)


def test_a_file_is_imported(runtime: Runtime) -> None:
    result = run("group,site,site.employer_size,site.asks_uc\nbackfill,,,\nemployee,S9,sme,yes\n")
    assert result.exit_code == 0, result.output
    assert result.output == "2 participants added.\nNew sites: S9.\n"
    assert references(runtime) == {"BF-0001", "EM-0001"}
    with runtime.database.reading() as session:
        assert {entry.staff_id for entry in audit.entries(session)} == {None}


def test_a_dry_run_stores_nothing(runtime: Runtime) -> None:
    assert run("group\nbackfill\n", "--dry-run").output == "1 participant can be added. Nothing was stored.\n"
    assert references(runtime) == set()


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_every_fault_is_listed_and_nothing_stored(runtime: Runtime, options: tuple[str, ...]) -> None:
    result = run("group,age,phone\nbackfill,,\nbackfil,old,1\n", *options)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "people.csv: line 3: age: “old” is not one of the values. Use one of: under_25, 25_50, over_50.",
        "people.csv: line 3: group: “backfil” is not one of the values. Did you mean “backfill”?",
        "people.csv: line 3: phone: Enter one phone number with its area code, such as 07700 900 142 or "
        "+48 22 123 45 67.",
        "3 faults. Nobody was added.",
    ]
    assert references(runtime) == set()


def test_shared_numbers_are_allowed_by_an_option(runtime: Runtime) -> None:
    content = "group,phone\nbackfill,07700 900142\nbackfill,07700 900142\n"
    result = run(content)
    assert result.exit_code == 1
    assert "line 3: phone: This phone number is also that of line 2." in result.output
    assert "--allow-shared" in result.output
    assert references(runtime) == set()
    assert "2 participants added." in run(content, "--allow-shared").output


def test_an_unknown_study_is_said() -> None:
    result = run("group\nbackfill\n", study="job_rotatoin")
    assert result.exit_code == 1
    assert "There is no study “job_rotatoin”." in result.output


def test_the_columns_are_listed() -> None:
    result = CliRunner().invoke(main, ["participants", "columns", factories.STUDY])
    assert "group\tGroup: employee, backfill; needed" in result.output.splitlines()
    assert "age\tAge: under_25, 25_50, over_50" in result.output.splitlines()


def test_a_schedule_that_changed_is_told_and_carried_out(runtime: Runtime) -> None:
    factories.create_participant(runtime)

    def ask(*options: str) -> str:
        result = CliRunner().invoke(main, ["participants", "replan", factories.STUDY, *options])
        assert result.exit_code == 0, result.output
        return result.output

    assert "backfill 1: 1 same (then: 1 closed)" in ask()
    with runtime.database.writing() as session:
        session.execute(delete(CaseRow))
    said = ask()
    assert "backfill 1: 1 new (then: 1 closed)" in said
    assert "Nothing was stored" in said
    assert "backfill 1: 1 new" in ask("--sure")
    assert "backfill 1: 1 same" in ask("--sure", "--ended", "--late", "not_asked")
