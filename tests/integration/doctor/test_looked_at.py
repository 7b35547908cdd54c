"""What the doctor looks at: whoever is fit, the door, keys, the disk, what should have been done by itself; and the
command. What can be wrong, one by one, is in `test_what_is_wrong`."""

from __future__ import annotations

import dataclasses
import shutil
import ssl
import types
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from surveyapp.cli import main
from surveyapp.domain.instrument.consent.retention import KeepUntil, RetentionRule
from surveyapp.domain.instrument.study import ReleaseRule
from surveyapp.domain.security.fitness import Weight
from surveyapp.environment.vault import SecretPlace
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.doctor import machine, servers
from surveyapp.services.privacy import retention
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.front_door import meet
from surveyapp.store.database import new_id
from surveyapp.store.tables import AlarmRow
from tests import factories
from tests.conftest import NOW, Clock
from tests.integration.doctor.fit import fit, said, setting
from tests.integration.test_who_answered import hand_in
from tests.interviewer import create_reachable


def test_what_is_fit_has_nothing_wrong_but_what_a_server_of_tests_has(runtime: Runtime, tmp_path: Path) -> None:
    """PostgreSQL's clock is the real one here, and what it acknowledges is not on the disk."""
    found = said(fit(runtime, tmp_path), Weight.WRONG).splitlines()
    if runtime.database.engine.dialect.name == "sqlite":
        assert found == []
    else:
        words = ["database server’s are", "fsync = off", "full_page_writes = off", "synchronous_commit = off"]
        assert [word for word, line in zip(words, found, strict=True) if word in line] == words


def of_rule(runtime: Runtime, **changes: Any) -> Runtime:
    study = dataclasses.replace(runtime.study(factories.STUDY), **changes)
    return dataclasses.replace(runtime, studies={**runtime.studies, study.id: study})


def test_what_should_have_been_done_by_itself_is_told_by_what_the_data_says(
    runtime: Runtime, clock: Clock, tmp_path: Path
) -> None:
    """Whoever should have done it: the worker leaves both out if it is not told, and something else may do them."""
    ends = clock().date()
    rule = RetentionRule(study_ends=ends, contacts=KeepUntil(), words=KeepUntil(days=900), answers=KeepUntil(days=900))
    made = of_rule(fit(runtime, tmp_path), retention=rule)
    for _ in range(2):
        create_reachable(made)
    held = "contacts of 2 people should be held no longer, and the first of it since 2026-06-15."
    clock.forward(days=2)
    assert "held no longer" not in said(made), "it is done each day"
    clock.forward(days=1)
    assert held in said(made, Weight.WRONG)
    assert "To have that done each day: the worker does that where SURVEYAPP_WORKER lists `retention`." in said(made)
    retention.run(factories.operator(made), factories.STUDY)
    assert "held no longer" not in said(made)


def test_a_release_that_is_due_and_that_nobody_makes_is_told(runtime: Runtime, clock: Clock, tmp_path: Path) -> None:
    made = of_rule(fit(runtime, tmp_path), releases=ReleaseRule(every="week"))
    assert "a release is due" not in said(made), "nobody has answered"
    factories.open_questionnaires(made)
    for _ in range(30):
        hand_in(made, create_reachable(made), recommend="very_likely")
    assert "a release is due that nobody makes. `surveyapp releases make job_rotation` makes it" in said(made)
    listed = setting(worker=("messages", "exports", "releases"))(made, clock, pytest.MonkeyPatch())
    assert "a release is due" not in said(listed), "what the worker does not do is told of the worker"
    assert "task “releases” is late" in said(listed, Weight.WRONG)
    releases.make_due(factories.operator(made), factories.STUDY)
    assert "a release is due" not in said(made)


@pytest.mark.parametrize(
    ("met", "weight", "sentence"),
    [
        ([404, 60], Weight.WRONG, "/health/live answers 404, and not from Shiftline"),
        ([200, 9], Weight.WRONG, "The certificate of study.example.org ends on 2026-06-24."),
        (
            [ssl.SSLCertVerificationError("x"), 0],
            Weight.WRONG,
            "study.example.org is not believed: certificate has expired.",
        ),
        ([ConnectionRefusedError(), 0], Weight.BETTER, "https://study.example.org could not be reached"),
    ],
)
def test_the_door_that_people_come_in_by_is_tried(
    runtime: Runtime, tmp_path: Path, door: list[Any], met: list[Any], weight: Weight, sentence: str
) -> None:
    made = fit(runtime, tmp_path)
    assert sentence not in said(made)
    if isinstance(met[0], ssl.SSLCertVerificationError):
        met[0].verify_message = "certificate has expired"
    door[:] = met
    assert sentence in said(made, weight)


@pytest.mark.parametrize("name", ["exam ple.org", f"{'a' * 64}.example.org", "nowhere.invalid"])
def test_a_name_that_no_machine_has_is_not_reached(name: str) -> None:
    with pytest.raises(OSError, match=r"\S"):
        meet(name, 443)


def test_what_stands_beside_a_database_file_and_cannot_be_written_is_found(
    sqlite_url: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = fit(factories.create_runtime(sqlite_url, clock), tmp_path)
    monkeypatch.setattr(machine.os, "access", lambda path, _how: not path.name.endswith("-shm"))
    with made.database.reading():
        assert "cannot write to what is written of the database" in said(made, Weight.WRONG)
    made.database.dispose()


def test_keys_among_backups_are_found(runtime: Runtime, tmp_path: Path) -> None:
    made = fit(runtime, tmp_path)
    inside = dataclasses.replace(made.settings, person_keys=made.settings.backups / "keys")
    shutil.move(made.settings.person_keys, inside.person_keys)
    assert "lie in the folder of backups" in said(dataclasses.replace(made, settings=inside), Weight.WRONG)


def test_what_would_be_better_stands_after_what_is_wrong(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = fit(runtime, tmp_path)
    settings = dataclasses.replace(made.settings, proxies=0, breached_passwords=None, public_url="https://localhost")
    found = doctor.look(dataclasses.replace(made, settings=settings))
    assert [each.weight for each in found] == sorted(
        (each.weight for each in found), key=lambda each: each.value, reverse=True
    )
    with runtime.database.writing() as session:
        session.execute(insert(AlarmRow).values(id=new_id(), since=NOW, raised_at=NOW, wrong=200))
    better = said(dataclasses.replace(made, settings=settings), Weight.BETTER)
    assert "1 alarm nobody has read" in better
    assert "SURVEYAPP_PROXIES" in better
    assert "Stolen passwords" in better
    # The server of the tests is on this machine.
    assert "without TLS" not in better
    monkeypatch.setattr(servers.heartbeat, "is_overheard", lambda _session: True)
    assert "sslmode=verify-full" in said(dataclasses.replace(made, settings=settings), Weight.BETTER)


def test_keys_that_stand_where_they_are_inherited_or_read_are_found(tmp_path: Path) -> None:
    """And where each was read from is said. No server and no database is asked."""
    made = types.SimpleNamespace(settings=factories.create_settings())
    assert [each[1][:36] for each in machine.vault(made)] == ["SURVEYAPP_ACCESS_KEYS, SURVEYAPP_AUD"]  # type: ignore[arg-type]
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "SURVEYAPP_AUDIT_KEY").touch()
    folder.chmod(0o755)
    (folder / "SURVEYAPP_AUDIT_KEY").chmod(0o644)
    places = {
        "AUDIT_KEY": SecretPlace.FOLDER,
        "SECRET_KEY": SecretPlace.CREDENTIALS,
        "DATABASE_URL": SecretPlace.ENVIRONMENT,
    }
    made.settings = dataclasses.replace(made.settings, places=places, secrets=folder)
    ((weight, what, todo),) = machine.vault(made)  # type: ignore[arg-type]
    assert (weight, what) == (Weight.WRONG, f"Others on this machine can read secrets in {folder}.")
    assert f"chmod -R o= {folder}" in todo
    folder.chmod(0o700)
    assert list(machine.vault(made)) == []  # type: ignore[arg-type]
    assert machine.read_from(made) == [  # type: ignore[arg-type]
        "Read from the environment: SURVEYAPP_DATABASE_URL.",
        "Read from systemd’s credentials: SURVEYAPP_SECRET_KEY.",
        f"Read from the folder of secrets {folder}: SURVEYAPP_AUDIT_KEY.",
    ]


@pytest.mark.parametrize("there", [True, False])
def test_the_command(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """Without a database it says that, and the rest as well."""
    url = sqlite_url if there else f"sqlite:///{tmp_path / 'nowhere.db'}"
    for name, value in factories.environment(url).items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["doctor"])
    assert done.exit_code == 1, done.output
    assert "Wrong: No backup can be made" in done.output or "This is a demonstration" in done.output
    assert ("The database cannot serve." in done.output) is not there
    assert "to mend before anybody answers" in done.output
    assert "Read from the environment: SURVEYAPP_ACCESS_KEYS, " in done.output
