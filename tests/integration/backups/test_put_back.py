"""What is put back in a database's place, and nobody uses until it is settled; on both databases."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text

from surveyapp.cli import main
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.domain.jobs.long_jobs import JobKind
from surveyapp.domain.staff import Role
from surveyapp.services import readiness, worker
from surveyapp.services import runtime as runtimes
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.doctor import machine
from surveyapp.services.jobs import asking
from surveyapp.services.privacy import erasing, replaying
from surveyapp.services.privacy import restored as restored_backup
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.backups import backup
from surveyapp.services.security.backups.folder import BackupRefused, Pruned
from surveyapp.services.work import Desk
from surveyapp.store import migrating
from surveyapp.store.connecting.beside import ENDS
from surveyapp.store.connecting.engines import file_of
from surveyapp.store.database import Database
from surveyapp.store.security import copies
from surveyapp.store.security.copying import contents, of_files, of_servers
from surveyapp.store.security.copying.contents import CopyRefused
from tests import factories
from tests.integration.backups.installed import IDENTITY, by_command, put_back, rows
from tests.page import Client
from tests.program import Program, token_of

pytestmark = pytest.mark.both_databases


def test_a_backup_is_restored_with_every_row(installed: Runtime, empty_url: str) -> None:
    made = backup.create(factories.operator(installed))
    assert (made.path.stat().st_mode & 0o777, made.older) == (0o600, Pruned((), ()))
    assert b"surveyapp" not in made.path.read_bytes()[:2000].replace(b"age-encryption", b"")
    assert made.manifest.tables["participant"].rows == 1
    assert list(installed.settings.cache.glob("backup-*")) == [], "nothing stays behind unencrypted"
    checked = backup.verify(installed.settings, made.path, IDENTITY)
    assert checked.manifest == made.manifest
    there = dataclasses.replace(installed.settings, database_url=empty_url)
    restored = backup.restore(there, made.path, IDENTITY, replace=False)
    assert restored.aside is None
    assert contents.differences(made.manifest.contents, copies.contents_of(empty_url)) == []
    settled = restored_backup.settle(factories.operator(dataclasses.replace(installed, settings=there)))
    assert (settled.restored.file, settled.restored.aside, settled.migrated) == (made.path.name, None, False)
    assert rows(empty_url, "SELECT reference FROM participant") == [("BF-0001",)]
    actions = {row[0] for row in rows(empty_url, "SELECT action FROM audit")}
    assert AuditAction.BACKUP_RESTORED in actions
    assert AuditAction.BACKUP_MADE not in actions, "that one was made after what was backed up"


def test_what_is_there_is_set_aside_only_when_that_is_asked_for(installed: Runtime) -> None:
    settings = installed.settings
    made = backup.create(factories.operator(installed))
    factories.create_participant(installed, reference="BF-0002")
    url = settings.database_url
    with pytest.raises(BackupRefused, match="--replace"):
        backup.restore(settings, made.path, IDENTITY, replace=False)
    assert rows(url, "SELECT count(*) FROM participant") == [(2,)]
    with installed.database.reading() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(CopyRefused, match="Stop the server"):
            backup.restore(settings, made.path, IDENTITY, replace=True)
    installed.database.dispose()
    restored = backup.restore(settings, made.path, IDENTITY, replace=True)
    assert rows(url, "SELECT reference FROM participant") == [("BF-0001",)]
    assert restored.aside
    if (path := file_of(url)) is not None:
        assert rows(f"sqlite:///{restored.aside}", "SELECT count(*) FROM participant") == [(2,)]
        assert path.stat().st_mode & 0o777 == 0o600
    else:
        schema = restored.aside.removeprefix("the schema ")
        assert rows(url, f"SELECT count(*) FROM {schema}.participant") == [(2,)]


def test_what_was_asked_of_the_worker_before_a_backup_is_not_done_after_it(installed: Runtime) -> None:
    asker = Desk(installed, factories.create_staff(installed, Role.MANAGER))
    with asker.writing() as work:
        asking.ask(work, JobKind.MOVE, factories.STUDY, "backfill_1", version=2, total=1500)
    made = backup.create(factories.operator(installed))
    put_back(installed, made)
    assert rows(installed.settings.database_url, "SELECT subject FROM long_job") == [("backfill_1",)]
    restored_backup.settle(factories.operator(installed))
    assert rows(installed.settings.database_url, "SELECT subject FROM long_job") == []


def test_sessions_and_tokens_that_a_backup_brings_back_open_nothing(installed: Runtime, client: Client) -> None:
    token = token_of(installed, factories.create_staff(installed, Role.VIEWER))
    assert Program(client.raw.application, token.secret).ask("/studies").status_code == 200
    member = factories.create_staff(installed, Role.MANAGER)
    client.sign_in(member.email)
    made = backup.create(factories.operator(installed))
    assert "/staff/login" not in client.get("/staff").location
    put_back(installed, made)
    restored_backup.settle(factories.operator(installed))
    assert "/staff/login" in client.get("/staff").location
    assert Program(client.raw.application, token.secret).ask("/studies").status_code == 401


def test_whoever_was_erased_since_is_erased_from_what_comes_back(installed: Runtime) -> None:
    """Their key is gone, and with it what was sealed; the rows follow."""
    person = factories.create_participant(installed, reference="BF-0002")
    made = backup.create(factories.operator(installed))
    with factories.operator(installed).writing() as work:
        erasing.erase(work, person)
    installed.database.dispose()
    put_back(installed, made)
    assert rows(installed.settings.database_url, "SELECT count(*) FROM participant") == [(2,)]
    settled = restored_backup.settle(factories.operator(installed))
    assert settled.erased_again == 1
    assert rows(installed.settings.database_url, "SELECT reference FROM participant") == [("BF-0001",)]


def test_without_the_file_of_keys_nothing_is_put_back(installed: Runtime) -> None:
    """Whoever was erased since would be there again, and nobody could tell who that is."""
    made = backup.create(factories.operator(installed))
    factories.create_participant(installed, reference="BF-0002")
    installed.database.dispose()
    keys = installed.settings.person_keys
    for spoil in (keys.unlink, keys.touch, lambda: keys.write_bytes(b"something else" * 99)):
        spoil()
        with pytest.raises(BackupRefused, match=r"There is no file with people's keys at .* Nothing was changed"):
            backup.restore(installed.settings, made.path, IDENTITY, replace=True)
        assert rows(installed.settings.database_url, "SELECT count(*) FROM participant") == [(2,)]


UNSETTLED = str(DatabaseUnavailable(DatabaseFault.UNSETTLED))


def test_until_it_is_settled_a_backup_that_was_put_back_is_used_by_nobody(installed: Runtime) -> None:
    """As when it is killed after the swap, or fails there: nothing is served, sent or read, and it is said what to
    run, which can be begun as often as it takes."""
    person = factories.create_participant(installed, reference="BF-0002")
    made = backup.create(factories.operator(installed))
    with factories.operator(installed).writing() as work:
        erasing.erase(work, person)
    put_back(installed, made)
    again = runtimes.build(installed.settings, installed.clock, installed.studies)
    for use in (
        lambda: readiness.check_start(again),
        lambda: readiness.migrate(again.settings),
        lambda: worker.round_of(factories.operator(again), ["messages"]),
        lambda: replaying.replay(factories.operator(again)),
        lambda: backup.create(factories.operator(again)),
    ):
        with pytest.raises(DatabaseUnavailable, match="surveyapp backup settle"):
            use()
    assert readiness.problem(again) == UNSETTLED
    assert [each.todo for each in doctor.look(again) if "cannot serve" in each.what] == [UNSETTLED]
    keys = installed.settings.person_keys
    elsewhere = keys.rename(keys.with_name("elsewhere"))
    with pytest.raises(BackupRefused, match="There is no file with people's keys"):
        restored_backup.settle(factories.operator(again))
    assert readiness.problem(again) == UNSETTLED
    elsewhere.rename(keys)
    settled = restored_backup.settle(factories.operator(again))
    assert (settled.restored.file, settled.erased_again) == (made.path.name, 1)
    assert readiness.problem(again) is None
    readiness.check_start(again)
    assert rows(again.settings.database_url, "SELECT reference FROM participant") == [("BF-0001",)]
    entries = "SELECT count(*) FROM audit WHERE action = 'backup_restored'"
    assert rows(again.settings.database_url, entries) == [(1,)]
    with pytest.raises(BackupRefused, match="nothing to settle"):
        restored_backup.settle(factories.operator(again))
    assert backup.verify(again.settings, backup.create(factories.operator(again)).path, IDENTITY).manifest
    again.database.dispose()


def test_a_restore_that_fails_while_another_is_not_settled_leaves_that_as_it_was(
    installed: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.create(factories.operator(installed))
    put_back(installed, made)
    before = copies.unsettled_in(installed.settings.database_url)
    assert before is not None
    monkeypatch.setattr(of_files, "refuse_unless_equal", _refuse)
    monkeypatch.setattr(of_servers, "refuse_unless_equal", _refuse)
    with pytest.raises(CopyRefused):
        backup.restore(installed.settings, made.path, IDENTITY, replace=True)
    assert copies.unsettled_in(installed.settings.database_url) == before


def _refuse(*_arguments: object) -> None:
    raise CopyRefused("no")


def test_a_server_without_the_database_says_to_create_it(installed: Runtime) -> None:
    url = installed.settings.database_url
    if file_of(url) is not None:
        pytest.skip("a file is made where it is missing")
    made = backup.create(factories.operator(installed))
    there = dataclasses.replace(
        installed.settings, database_url=make_url(url).set(database="lost").render_as_string(False)
    )
    for replace in (False, True):
        with pytest.raises(DatabaseUnavailable, match="run `createdb` and then `surveyapp backup restore`"):
            backup.restore(there, made.path, IDENTITY, replace=replace)


def test_a_restore_to_a_disk_without_room_changes_nothing(
    installed: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if file_of(installed.settings.database_url) is None:
        pytest.skip("a server keeps its files itself")
    made = backup.create(factories.operator(installed))
    installed.database.dispose()

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("flush", "shutil.copyfile"):
        with monkeypatch.context() as patched:
            patched.setattr(f"surveyapp.store.security.copying.of_files.{name}", full)
            with pytest.raises(CopyRefused, match=r"No space left on device\. Nothing was changed"):
                backup.restore(installed.settings, made.path, IDENTITY, replace=True)
        assert rows(installed.settings.database_url, "SELECT count(*) FROM participant") == [(1,)]
        assert not list(tmp_path.glob("*before_restore*"))


def test_a_newer_ones_backup_is_refused_and_an_older_ones_brought_up_to_date(
    installed: Runtime, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = installed.settings.database_url
    there = dataclasses.replace(installed.settings, database_url=empty_url)
    installed.database.dispose()
    migrating.downgrade(url, "0011")
    try:
        runtime = dataclasses.replace(installed, database=Database(url))
        made = backup.create(factories.operator(runtime))
    finally:
        migrating.upgrade(url)
    assert made.manifest.revision == "0011"
    backup.restore(there, made.path, IDENTITY, replace=False)
    assert restored_backup.settle(factories.operator(dataclasses.replace(installed, settings=there))).migrated
    assert rows(empty_url, "SELECT reference FROM participant") == [("BF-0001",)]
    assert rows(empty_url, "SELECT count(*) FROM heartbeat") == [(0,)]
    monkeypatch.setattr(backup.migrating, "is_known", lambda _: False)
    with pytest.raises(BackupRefused, match="newer Shiftline"):
        backup.restore(there, made.path, IDENTITY, replace=False)


def test_a_restore_that_stops_after_the_swap_says_so_and_is_gone_on_with(
    installed: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where what was there before is, and what to run; which then says all that a restore says."""
    made = backup.create(factories.operator(installed))
    installed.database.dispose()
    environment, restore = by_command(installed, made, tmp_path)

    def full(*_arguments: object) -> None:
        raise DatabaseUnavailable(DatabaseFault.FULL)

    with monkeypatch.context() as patched:
        patched.setattr(replaying, "replay", full)
        stopped = CliRunner().invoke(main, restore, env=environment)
    unsettled = copies.unsettled_in(installed.settings.database_url)
    assert unsettled is not None
    assert unsettled.aside
    assert stopped.exit_code == 1
    for said in ("There is no room for the database", "run `surveyapp backup settle`", unsettled.aside):
        assert said in " ".join(stopped.output.split()), stopped.output
    settled = CliRunner().invoke(main, ["backup", "settle"], env=environment)
    assert (settled.exit_code, unsettled.aside in " ".join(settled.output.split())) == (0, True), settled.output
    again = CliRunner().invoke(main, ["backup", "settle"], env=environment)
    assert (again.exit_code, "nothing to settle" in again.output) == (1, True), again.output


KILLED = """
import os, pathlib, signal
moved, wanted, move = [], int(os.environ["KILLED_AT"]), pathlib.Path.rename
def rename(path, to):
    moved.append(path)
    if len(moved) == wanted:
        os.kill(os.getpid(), signal.SIGKILL)
    return move(path, to)
pathlib.Path.rename = rename
from surveyapp.cli import main
main()
"""
"""The command, killed before a rename."""


def test_what_a_restore_that_was_killed_set_aside_is_named_by_the_next_and_by_the_doctor(
    installed: Runtime, tmp_path: Path
) -> None:
    path = file_of(installed.settings.database_url)
    if path is None:
        pytest.skip("a server does both in one step")
    made = backup.create(factories.operator(installed))
    installed.database.dispose()
    environment, restore = by_command(installed, made, tmp_path)
    for number in range(1, 9):
        stopped = subprocess.run(
            [sys.executable, "-c", KILLED, *restore],
            env={**os.environ, **environment, "KILLED_AT": str(number)},
            capture_output=True,
            check=False,
        )
        assert stopped.returncode == -signal.SIGKILL, stopped.stderr
        if not path.exists():
            break
    (aside,) = (each for each in path.parent.glob("*.before_restore_*") if not each.name.endswith(ENDS))
    assert any(str(aside) in what for what in _set_aside(installed))
    again = CliRunner().invoke(main, restore, env=environment)
    said = " ".join(again.output.split())
    assert (again.exit_code, f"What was there before is {aside}. Delete it" in said) == (0, True), again.output
    (what,) = _set_aside(installed)
    assert f"A restore left {aside}: nobody is erased from that" in what
    for each in path.parent.glob("*.before_restore_*"):
        each.unlink()
    assert _set_aside(installed) == []


def test_what_was_set_aside_is_named_by_the_doctor_until_it_is_deleted(installed: Runtime) -> None:
    made = backup.create(factories.operator(installed))
    assert _set_aside(installed) == []
    restored = put_back(installed, made)
    restored_backup.settle(factories.operator(installed))
    (what,) = _set_aside(installed)
    assert restored.aside
    assert f"A restore left {restored.aside}: " in what


def _set_aside(installed: Runtime) -> list[str]:
    return [what for _, what, _ in machine.set_aside(installed)]
