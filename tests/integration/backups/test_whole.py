"""Backups: made under load, encrypted, and told from what is damaged, cut or of no use; on both databases. Which of
them stay is in `test_backup_folder`."""

from __future__ import annotations

import dataclasses
import resource
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from surveyapp.cli import main
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.security.audit_chain import Tampering
from surveyapp.services import readiness
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import audit_chain
from surveyapp.services.security.backups import archive, backup
from surveyapp.services.security.backups.folder import BackupRefused
from surveyapp.store.security import copies
from surveyapp.store.security.copying import contents
from surveyapp.store.security.copying.contents import CopyRefused
from surveyapp.store.security.protection import unprotected
from tests import factories
from tests.conftest import Clock
from tests.integration.backups.installed import IDENTITY, RECIPIENT, rows

pytestmark = pytest.mark.both_databases


def test_backups_under_load_hold_every_answer_acknowledged_before(sqlite_url: str, tmp_path: Path) -> None:
    from tests.drills import Ground, drill

    found = drill("backup").run(Ground("sqlite", sqlite_url, tmp_path), **drill("backup").SHORT)
    assert [str(row) for row in found if not row.holds] == []


def test_the_sum_tells_damage_without_the_identity(installed: Runtime) -> None:
    made = backup.create(factories.operator(installed))
    assert backup.verify(installed.settings, made.path, None).manifest is None
    done = subprocess.run(["sha256sum", "--check", f"{made.path.name}.sha256"], cwd=made.path.parent, check=False)
    assert done.returncode == 0
    content = bytearray(made.path.read_bytes())
    content[-40] ^= 1
    made.path.write_bytes(content)
    for identity in (None, IDENTITY):
        with pytest.raises(BackupRefused, match="damaged"):
            backup.verify(installed.settings, made.path, identity)


def test_a_backup_keeps_the_head_of_the_audit_trail(installed: Runtime, tmp_path: Path) -> None:
    """What was cut off the trail since is found with it, in the database and in a later backup; a trail that was
    changed before is said of a backup that is whole."""
    desk = factories.operator(installed)
    assert backup.create(desk).manifest.audit_head is None, "nothing is chained yet"
    head = audit_chain.chain(desk).head
    made = backup.create(desk)
    assert made.manifest.audit_head == str(head)
    desk.note(AuditAction.CONTACT_SEEN, "BF-0001")
    assert backup.verify(installed.settings, made.path, IDENTITY).trail is None
    (tmp_path / "head").write_text(made.manifest.audit_head)
    assert audit_chain.verify(desk, tmp_path / "head")[1] is None
    with installed.database.writing() as session, unprotected(session):
        session.execute(text("DELETE FROM audit_chain WHERE number = (SELECT max(number) FROM audit_chain)"))
    (_, fault) = audit_chain.verify(desk, tmp_path / "head")
    assert fault is not None
    assert fault.what is Tampering.CUT_OFF
    with installed.database.writing() as session, unprotected(session):
        first = "SELECT entry_id FROM audit_chain WHERE number = 1"
        session.execute(text(f"UPDATE audit SET subject = 'BF-0777' WHERE id = ({first})"))
    later = backup.verify(installed.settings, backup.create(desk).path, IDENTITY)
    assert later.manifest is not None
    assert later.trail is not None
    assert later.trail.what is Tampering.CHANGED


@pytest.mark.parametrize("limit", [512, 40_000])
def test_where_no_file_may_grow_no_backup_is_made_and_it_is_said(installed: Runtime, limit: int) -> None:
    """As under a limit of the shell's (`ulimit -f`), or on a disk that is full."""
    desk = factories.operator(installed)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        with pytest.raises((CopyRefused, BackupRefused), match=r"could not be|pg_dump failed"):
            backup.create(desk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(installed.settings.backups.iterdir()) == []
    assert list(installed.settings.cache.glob("backup-*")) == []
    made = backup.create(desk)
    assert backup.verify(installed.settings, made.path, IDENTITY).manifest == made.manifest


@pytest.mark.parametrize("limit", [512, 40_000, 200_000])
def test_where_no_file_may_grow_nothing_is_said_of_a_backup(installed: Runtime, limit: int) -> None:
    """The disk is full that it is unpacked on, at whichever step: the backup is as good as before."""
    made = backup.create(factories.operator(installed))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for look in (
        lambda: backup.verify(installed.settings, made.path, IDENTITY),
        lambda: backup.restore(installed.settings, made.path, IDENTITY, replace=True),
    ):
        installed.database.dispose()
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        try:
            with pytest.raises(BackupRefused, match="Nothing is said of the backup"):
                look()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert rows(installed.settings.database_url, "SELECT count(*) FROM participant") == [(1,)]
    assert backup.verify(installed.settings, made.path, IDENTITY).manifest == made.manifest


@pytest.mark.parametrize("setting", ["cache", "backups"])
@pytest.mark.parametrize("place", ["a file", "a file/within", "/proc/nothing"])
def test_a_folder_that_is_none_or_cannot_be_written_is_named(
    installed: Runtime, tmp_path: Path, setting: str, place: str
) -> None:
    (tmp_path / "a file").touch()
    settings = dataclasses.replace(installed.settings, **{setting: tmp_path / place})  # type: ignore[arg-type]
    with pytest.raises(BackupRefused, match=f"SURVEYAPP_{setting.upper()} names .*, and nothing can be written"):
        backup.create(factories.operator(dataclasses.replace(installed, settings=settings)))


def test_an_identity_that_is_no_text_is_said(installed: Runtime, tmp_path: Path) -> None:
    made = backup.create(factories.operator(installed))
    (tmp_path / "picture").write_bytes(bytes(range(256)))
    environment = {**factories.environment(installed.settings.database_url), "SURVEYAPP_CACHE": str(tmp_path / "cache")}
    for command in ("verify", "restore"):
        arguments = ["backup", command, str(made.path), "--identity", str(tmp_path / "picture")]
        done = CliRunner().invoke(main, arguments, env=environment)
        assert (done.exit_code, "not one of age (AGE-SECRET-KEY-1" in done.output) == (1, True), done.output


@pytest.mark.parametrize("cut", [0, 10, 300, -1])
def test_half_a_backup_is_none(installed: Runtime, cut: int) -> None:
    made = backup.create(factories.operator(installed))
    made.path.write_bytes(made.path.read_bytes()[:cut])
    made.path.with_name(made.path.name + ".sha256").unlink()
    with pytest.raises(BackupRefused, match="cannot be read"):
        backup.verify(installed.settings, made.path, IDENTITY)
    with pytest.raises(BackupRefused, match="cannot be read"):
        backup.restore(installed.settings, made.path, IDENTITY, replace=True)


@pytest.mark.parametrize("damage", ["in_the_copy", "in_the_file"])
def test_damage_in_a_backup_that_is_not_encrypted_is_not_taken_for_damage_of_the_database(
    sqlite_url: str, clock: Clock, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is what a demonstration makes: nothing but what is read of it tells."""
    runtime = factories.create_runtime(sqlite_url, clock, demo=True)
    if damage == "in_the_copy":
        packed = archive.packed_in

        def spoilt(working: Path, manifest: archive.Manifest) -> Path:
            copy = (working / archive.COPY).read_bytes()
            (working / archive.COPY).write_bytes(copy[:100] + b"\xff" * 9000 + copy[9100:])
            return packed(working, manifest)

        monkeypatch.setattr(archive, "packed_in", spoilt)
    made = backup.create(factories.operator(runtime))
    made.path.with_name(made.path.name + ".sha256").unlink()
    if damage == "in_the_file":
        whole = made.path.read_bytes()
        made.path.write_bytes(whole[:2000] + b"\xff" * 500 + whole[2500:])
    says = "Use another one" if damage == "in_the_copy" else "cannot be read: it is damaged"
    with pytest.raises((BackupRefused, CopyRefused), match=says):
        backup.verify(runtime.settings, made.path, None)
    runtime.database.dispose()
    with pytest.raises((BackupRefused, CopyRefused), match=says):
        backup.restore(runtime.settings, made.path, None, replace=True)
    readiness.check_start(runtime)
    runtime.database.dispose()


def test_another_identity_opens_nothing(installed: Runtime) -> None:
    made = backup.create(factories.operator(installed))
    other, _ = archive.new_identity()
    for identity, says in ((other, "another identity"), ("nonsense", "AGE-SECRET-KEY-1")):
        with pytest.raises(BackupRefused, match=says):
            backup.verify(installed.settings, made.path, identity)


def test_one_that_counts_other_rows_than_it_says_is_not_whole(
    installed: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = copies.take

    def miscounted(url: str, target: Path) -> contents.Contents:
        found = dict(take(url, target))
        found["participant"] = dataclasses.replace(found["participant"], rows=7)
        return found

    monkeypatch.setattr(copies, "take", miscounted)
    made = backup.create(factories.operator(installed))
    with pytest.raises(BackupRefused, match="participant has 1 rows in place of 7"):
        backup.verify(installed.settings, made.path, IDENTITY)
    installed.database.dispose()
    with pytest.raises(CopyRefused, match="Nothing was changed"):
        backup.restore(installed.settings, made.path, IDENTITY, replace=True)
    assert rows(installed.settings.database_url, "SELECT count(*) FROM participant") == [(1,)]


def test_without_a_recipient_only_a_demonstration_is_backed_up(installed: Runtime) -> None:
    def with_settings(**changes: object) -> Runtime:
        return dataclasses.replace(installed, settings=dataclasses.replace(installed.settings, **changes))  # type: ignore[arg-type]

    with pytest.raises(BackupRefused, match="SURVEYAPP_BACKUP_RECIPIENT"):
        backup.create(factories.operator(with_settings(backup_recipients=())))
    with pytest.raises(BackupRefused, match="Copy the whole"):
        backup.create(factories.operator(with_settings(backup_recipients=(RECIPIENT[:-3],))))
    assert not installed.settings.backups.exists()
    plain = backup.create(factories.operator(with_settings(backup_recipients=(), demo=True)))
    assert backup.verify(installed.settings, plain.path, None).manifest == plain.manifest


def test_a_backup_that_cannot_be_written_leaves_nothing(installed: Runtime, tmp_path: Path) -> None:
    tiny = tmp_path / "tiny"
    tiny.mkdir()
    if (
        shutil.which("mount") is None
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(tiny)], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("a small disk cannot be mounted here")
    try:
        small = dataclasses.replace(installed, settings=dataclasses.replace(installed.settings, backups=tiny))
        with pytest.raises(BackupRefused, match="None was made"):
            backup.create(factories.operator(small))
        assert list(tiny.iterdir()) == []
    finally:
        subprocess.run(["umount", str(tiny)], check=True)
