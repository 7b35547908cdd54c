"""What SQLite left beside a file when its process was killed: it is read as nobody else's, and deleted by nothing.

Each case is walked: the database's file there, empty or moved away; what was written last to it beside it, that of
another one, or nothing; and whatever makes a file, or opens one, at that place."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.services import moving, readiness
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.moving import MoveRefused
from surveyapp.services.privacy import restored as restored_backup
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.backups import archive, backup
from surveyapp.services.security.backups.folder import BackupRefused
from surveyapp.store.connecting.beside import family
from surveyapp.store.connecting.engines import file_of
from surveyapp.store.security import copies
from surveyapp.store.security.copying import contents, of_files
from surveyapp.store.security.copying.contents import CopyRefused
from tests import factories
from tests.conftest import Clock

IDENTITY, RECIPIENT = archive.new_identity()

KILLED = """
import os, signal, sys
from tests import factories
from tests.conftest import Clock
runtime = factories.create_runtime(sys.argv[1], Clock())
for number in range(int(sys.argv[2])):
    factories.create_participant(runtime, reference=f"BF-1{number:03}")
os.kill(os.getpid(), signal.SIGKILL)
"""

FILES = ("there", "empty", "moved away")
SEVERAL = 40
"""People whose rows are a good part of a small database: most of its pages are written anew."""


def people_in(path: Path) -> int:
    connection = sqlite3.connect(path)
    (count,) = connection.execute("SELECT count(*) FROM participant").fetchone()
    connection.close()
    return int(count)


def killed_while_writing(url: str, people: int) -> Path:
    """Whoever wrote these people is killed, before they are in the file itself: what holds them."""
    done = subprocess.run([sys.executable, "-c", KILLED, url, str(people)], check=False)
    assert done.returncode == -signal.SIGKILL
    path = file_of(url)
    assert path is not None
    left = path.with_name(f"{path.name}-wal")
    assert left.stat().st_size > 10_000
    return left


@pytest.fixture
def backed_up(sqlite_url: str, clock: Clock, tmp_path: Path) -> tuple[Runtime, backup.MadeBackup]:
    """An installation with somebody in it, and a backup of that."""
    changes = {"backups": tmp_path / "backups", "backup_recipients": (RECIPIENT,), "cache": tmp_path / "cache"}
    runtime = factories.create_runtime(sqlite_url, clock, **changes)
    factories.create_participant(runtime, reference="BF-0001")
    made = backup.create(factories.operator(runtime))
    runtime.database.dispose()
    return runtime, made


def lay_out(url: str, file: str, left: str, tmp_path: Path) -> tuple[Path, Path]:
    """The database's place after its process was killed (`left`: what is beside it), and where its file was moved."""
    path, moved = file_of(url), tmp_path / "suspect.db"
    assert path is not None
    if left == "of another":
        other = tmp_path / "another.db"
        shutil.copy(path, other)
        shutil.copy(killed_while_writing(f"sqlite:///{other}", SEVERAL), path.with_name(f"{path.name}-wal"))
    elif left == "its own":
        killed_while_writing(url, SEVERAL)
    if file != "there":
        path.rename(moved)
    if file == "empty":
        path.touch()
    return path, moved


def bytes_of(path: Path) -> dict[str, bytes]:
    """What holds something there; not what only helps to find it."""
    read = {each.name: each.read_bytes() for each in family(path) if each.exists() and not each.name.endswith("-shm")}
    return {name: content for name, content in read.items() if content or name == path.name}


CASES = [("there", "nothing"), ("there", "its own")] + [
    (file, left) for file in FILES[1:] for left in ("nothing", "its own", "of another")
]


@pytest.mark.parametrize(("file", "left"), CASES)
def test_a_backup_that_is_put_back_is_what_was_backed_up_and_nothing_is_lost(
    backed_up: tuple[Runtime, backup.MadeBackup], file: str, left: str, tmp_path: Path
) -> None:
    runtime, made = backed_up
    url = runtime.settings.database_url
    path, moved = lay_out(url, file, left, tmp_path)
    before = bytes_of(path)
    holds = file == "there" or left != "nothing"
    if holds:
        says = "rows in it where this would go" if file == "there" else "-wal: it may"
        with pytest.raises(BackupRefused, match=says):
            backup.restore(runtime.settings, made.path, IDENTITY, replace=False)
        assert bytes_of(path) == before
    restored = backup.restore(runtime.settings, made.path, IDENTITY, replace=holds)
    assert contents.differences(made.manifest.contents, copies.contents_of(url)) == []
    assert copies.faults_of(url) == []
    restored_backup.settle(factories.operator(runtime))
    assert people_in(path) == 1
    assert (restored.aside is not None) == holds
    if restored.aside is None:
        return
    aside = Path(restored.aside)
    if file == "there":
        assert people_in(aside) == (1 if left == "nothing" else 1 + SEVERAL)
        return
    assert aside.name.endswith("-wal")
    assert aside.read_bytes() == before[f"{path.name}-wal"]
    if left == "its own":
        aside.rename(moved.with_name(f"{moved.name}-wal"))
        assert people_in(moved) == 1 + SEVERAL, "all that was acknowledged is there, once both are together again"


@pytest.mark.parametrize(("file", "left"), [case for case in CASES if "there" not in case and "nothing" not in case])
def test_what_was_left_is_deleted_by_nothing_that_opens_or_makes_a_database(
    backed_up: tuple[Runtime, backup.MadeBackup], file: str, left: str, tmp_path: Path, clock: Clock
) -> None:
    runtime, _ = backed_up
    url = runtime.settings.database_url
    shutil.copy(tmp_path / "test.db", tmp_path / "source.db")
    source = factories.create_runtime(f"sqlite:///{tmp_path / 'source.db'}", clock)
    path, _ = lay_out(url, file, left, tmp_path)
    before = bytes_of(path)
    uses: list[tuple[type[Exception], Callable[[], object]]] = [
        (DatabaseUnavailable, lambda: readiness.migrate(runtime.settings)),
        (DatabaseUnavailable, lambda: readiness.check_start(runtime)),
        (DatabaseUnavailable, lambda: backup.create(factories.operator(runtime))),
        (DatabaseUnavailable, lambda: moving.copy_all(runtime, f"sqlite:///{tmp_path / 'never.db'}")),
        (MoveRefused, lambda: moving.copy_all(source, url)),
    ]
    for refused, use in uses:
        with pytest.raises(refused, match="-wal") as said:
            use()
        assert bytes_of(path) == before, said.value
    said_of_it = str(DatabaseUnavailable(DatabaseFault.LEFT_BEHIND))
    assert [each.todo for each in doctor.look(runtime) if "cannot serve" in each.what] == [said_of_it]
    environment = {**os.environ, **factories.environment(url)}
    for command in (["users", "list"], ["migrate"]):
        told = CliRunner().invoke(main, command, env=environment)
        assert (told.exit_code, "-wal or -journal" in " ".join(told.output.split())) == (1, True), (command, told)
    assert bytes_of(path) == before
    source.database.dispose()


def test_a_copy_beside_which_nothing_lies_is_whole(
    backed_up: tuple[Runtime, backup.MadeBackup], tmp_path: Path
) -> None:
    """The source's own last writes, left by whoever was killed, are in it."""
    runtime, _ = backed_up
    killed_while_writing(runtime.settings.database_url, SEVERAL)
    for before in (None, b""):
        to = tmp_path / f"to {before!r}.db"
        if before is not None:
            to.write_bytes(before)
        moving.copy_all(runtime, f"sqlite:///{to}")
        assert people_in(to) == 1 + SEVERAL


def test_what_shows_to_be_another_only_in_its_place_is_taken_away_again(
    backed_up: tuple[Runtime, backup.MadeBackup], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, made = backed_up
    path = file_of(runtime.settings.database_url)
    assert path is not None
    killed_while_writing(runtime.settings.database_url, SEVERAL)
    looked = of_files.contents_of

    def spoilt(connection: sqlite3.Connection) -> contents.Contents:
        found = dict(looked(connection))
        if Path(connection.execute("PRAGMA database_list").fetchone()[2]) == path:
            found["participant"] = dataclasses.replace(found["participant"], rows=7)
        return found

    monkeypatch.setattr(of_files, "contents_of", spoilt)
    with pytest.raises(CopyRefused, match=r"participant has 7 rows in place of 1.* Nothing was changed"):
        backup.restore(runtime.settings, made.path, IDENTITY, replace=True)
    assert people_in(path) == 1 + SEVERAL
    assert not list(path.parent.glob("*before_restore*"))
    assert not list(path.parent.glob("*.restoring*"))


def test_what_a_restore_that_was_killed_left_spoils_none_after_it(
    backed_up: tuple[Runtime, backup.MadeBackup],
) -> None:
    """Killed while it noted what it put back, it left pages that would be put over those of the next one."""
    runtime, made = backed_up
    path = file_of(runtime.settings.database_url)
    assert path is not None
    coming = path.with_name(f"{path.name}.restoring")
    for number in range(2, SEVERAL):
        factories.create_participant(runtime, reference=f"BF-{number:04}")
    runtime.database.dispose()
    shutil.copy(path, coming)
    script = (
        "import os, signal, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA journal_mode = DELETE'); c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN')\n"
        "c.execute('CREATE TABLE much AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
        " SELECT i, randomblob(99) FROM n'); c.execute('DELETE FROM participant')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(coming)], check=False)
    assert coming.with_name(f"{coming.name}-journal").stat().st_size > 0
    restored = backup.restore(runtime.settings, made.path, IDENTITY, replace=True)
    assert restored.aside
    assert contents.differences(made.manifest.contents, copies.contents_of(runtime.settings.database_url)) == []
