"""What a server and the commands look at first: a database that is there, whole, private and of this release."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.services import readiness
from surveyapp.services.runtime import Runtime
from surveyapp.settings import ROOT
from surveyapp.store import migrating
from surveyapp.store.database import Database
from surveyapp.store.tables import QuestionnaireVersionRow
from tests import factories
from tests.conftest import Clock
from tests.databases import copy_database
from tests.integration.test_database_faults import damaged, database_file, gone
from tests.integration.test_database_faults import runtime as runtime


@pytest.mark.parametrize(
    ("revision", "fault"),
    [("0009", DatabaseFault.OLDER), ("9999", DatabaseFault.NEWER), (None, DatabaseFault.NOT_MIGRATED)],
)
def test_a_database_of_another_revision_is_refused(
    database_url: str, revision: str | None, fault: DatabaseFault
) -> None:
    """By serving, commands and readiness alike: all of them connect."""
    other = Database(database_url, any_revision=True)

    def set_to(wanted: str | None) -> None:
        with other.engine.begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            if wanted:
                connection.execute(text(f"INSERT INTO alembic_version VALUES ('{wanted}')"))

    set_to(revision)
    try:
        runtime = factories.create_runtime(database_url, Clock())
        with pytest.raises(DatabaseUnavailable) as caught, runtime.database.reading():
            pass
        assert caught.value.fault is fault
        assert readiness.problem(runtime) == str(caught.value)
        with pytest.raises(DatabaseUnavailable):
            readiness.check_start(runtime)
        runtime.database.dispose()
        if fault is DatabaseFault.NEWER:
            with pytest.raises(DatabaseUnavailable, match="by a newer Shiftline than this one"):
                readiness.migrate(runtime.settings)
    finally:
        set_to(migrating.head())
        other.dispose()


def test_a_server_that_was_not_stopped_for_a_migration_serves_no_further(database_url: str, clock: Clock) -> None:
    """As when `migrate` of a newer one runs beside it: whoever connects anew sees that, and so does the next look
    whether it is ready, after which nobody goes on over what was connected before."""
    runtime = factories.create_runtime(database_url, clock)
    other = Database(database_url, any_revision=True)

    def set_to(wanted: str) -> None:
        with other.engine.begin() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{wanted}'"))

    factories.create_participant(runtime, reference="BF-0001")
    with runtime.database.reading() as held:
        held.execute(text("SELECT 1"))
        set_to("9999")
        try:
            # The pool has none but the one that is held.
            with pytest.raises(DatabaseUnavailable, match="by a newer Shiftline than this one"):
                factories.create_participant(runtime, reference="BF-0002")
        finally:
            set_to(migrating.head())
    factories.create_participant(runtime, reference="BF-0003")
    set_to("9999")
    try:
        assert "by a newer Shiftline than this one" in str(readiness.problem(runtime))
        with pytest.raises(DatabaseUnavailable, match="by a newer Shiftline than this one"):
            factories.create_participant(runtime, reference="BF-0004")
    finally:
        set_to(migrating.head())
        other.dispose()
    with runtime.database.reading() as session:
        assert set(session.scalars(text("SELECT reference FROM participant"))) == {"BF-0001", "BF-0003"}
    runtime.database.dispose()


def test_a_server_does_not_start_on_a_database_that_is_gone_or_damaged(runtime: Runtime) -> None:
    """gunicorn is told not to try again."""
    for breaks, says in ((gone, "There is no database"), (damaged, "is damaged")):
        runtime.database.dispose()
        mend = breaks(runtime)
        try:
            begun = subprocess.run(
                [sys.executable, "-c", "import wsgi"],
                cwd=ROOT,
                env={**os.environ, **factories.environment(runtime.settings.database_url)},
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            mend()
        assert begun.returncode == 3, begun.stderr
        assert says in begun.stderr
        assert "Traceback" not in begun.stderr


@pytest.mark.parametrize("written", ["postgresql://u@127.0.0.1:abc/x", "postgresql://u@[::1/x"])
def test_an_address_of_a_database_that_cannot_be_read_is_said_by_the_server_and_by_every_command(
    written: str, tmp_path: Path
) -> None:
    """gunicorn is told not to try again, and so is systemd by what it ends with."""
    environment = {**os.environ, **factories.environment(f"sqlite:///{tmp_path / 'none.db'}")}
    wrong = {**environment, "SURVEYAPP_DATABASE_URL": written}
    command = "from surveyapp.cli import main; main()"
    other = ["db", "copy", "--from", written, "--to", f"sqlite:///{tmp_path / 'to.db'}"]
    asked: list[tuple[list[str], dict[str, str], int, str]] = [
        (["import wsgi"], wrong, 3, "SURVEYAPP_DATABASE_URL"),
        ([command, "migrate"], wrong, 1, "SURVEYAPP_DATABASE_URL"),
        ([command, "doctor"], wrong, 1, "SURVEYAPP_DATABASE_URL"),
        ([command, *other], environment, 1, "--from"),
        ([command, "db", "copy", "--to", written], environment, 1, "--to"),
    ]
    for arguments, given, code, named in asked:
        begun = subprocess.run(
            [sys.executable, "-c", *arguments], cwd=ROOT, env=given, capture_output=True, text=True, check=False
        )
        assert (begun.returncode, "Traceback" in begun.stderr) == (code, False), begun.stderr
        assert f"{named} cannot be read as an address." in begun.stderr
    assert not (tmp_path / "to.db").exists()


def test_what_tests_keep_of_opening_has_the_moments_of_whoever_takes_it(sqlite_template: Path, tmp_path: Path) -> None:
    """Else it would be opened tomorrow in the eyes of whoever comes after a drill, whose clock is the machine's."""
    for days in (0, -400):
        copy_database(sqlite_template, tmp_path / f"{days}.db")
        clock = Clock()
        clock.forward(days=days)
        made = factories.create_runtime(f"sqlite:///{tmp_path / f'{days}.db'}", clock)
        factories.open_questionnaires(made)
        with made.database.reading() as session:
            assert set(session.scalars(select(QuestionnaireVersionRow.opened_at))) == {clock()}
        made.database.dispose()


def test_damage_within_a_file_is_seen_at_the_start(runtime: Runtime) -> None:
    path = database_file(runtime)
    runtime.database.dispose()
    readiness.check_start(runtime)
    runtime.database.dispose()
    content = bytearray(path.read_bytes())
    for place in range(8 * 4096, len(content) - 4096, 4096):
        content[place : place + 100] = b"\xff" * 100
    path.write_bytes(content)
    with pytest.raises(DatabaseUnavailable) as caught:
        readiness.check_start(runtime)
    assert caught.value.fault is DatabaseFault.DAMAGED


def test_files_are_private(tmp_path: Path) -> None:
    environment = {**os.environ, **factories.environment(f"sqlite:///{tmp_path / 'in' / 'own.db'}")}
    command = [sys.executable, "-c", "from surveyapp.cli import main; main()", "migrate"]
    said = subprocess.run(command, env=environment, cwd=ROOT, umask=0o022, capture_output=True, text=True, check=True)
    assert "A new, empty database was made" in said.stdout
    made = [each for each in (tmp_path / "in").rglob("*") if each.is_file()]
    assert [each.name for each in made if each.stat().st_mode & 0o077] == []
    assert tmp_path / "in" / "own.db" in made
    again = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert again.stdout == "The database is up to date.\n"
