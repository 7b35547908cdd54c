"""Backups: made under load, encrypted, verified, restored; on both databases. Which of them stay is in
`test_backup_folder`."""

from __future__ import annotations

import dataclasses
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text

from surveyapp.cli import main
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.domain.jobs.long_jobs import JobKind
from surveyapp.domain.security.audit_chain import Tampering
from surveyapp.domain.staff import Role
from surveyapp.services import readiness, worker
from surveyapp.services import runtime as runtimes
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.jobs import asking
from surveyapp.services.privacy import erasing, replaying
from surveyapp.services.privacy import restored as restored_backup
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import audit_chain
from surveyapp.services.security.backups import archive, backup
from surveyapp.services.security.backups.folder import BackupRefused, Pruned
from surveyapp.services.work import Desk
from surveyapp.store import migrating
from surveyapp.store.connecting.engines import file_of
from surveyapp.store.database import Database
from surveyapp.store.security import copies
from surveyapp.store.security.copying import contents, of_files, of_servers
from surveyapp.store.security.copying.contents import CopyRefused
from surveyapp.store.security.protection import unprotected
from tests import factories, once
from tests.conftest import Clock
from tests.page import Client
from tests.program import Program, token_of

pytestmark = pytest.mark.both_databases

IDENTITY, RECIPIENT = archive.new_identity()


@pytest.fixture(autouse=True)
def nobody_is_kept_connected(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is restored over must be nobody's. The first test of a run that has the database has it made before."""
    if "database_url" in request.fixturenames:
        request.getfixturevalue("database_url")
    for each in once.kept_connections.values():
        each.close()
    monkeypatch.setattr(once, "kept_connections", {})


@pytest.fixture
def installed(runtime: Runtime, tmp_path: Path) -> Iterator[Runtime]:
    """An installation that is backed up, with somebody in it."""
    settings = dataclasses.replace(
        runtime.settings, backups=tmp_path / "backups", backup_recipients=(RECIPIENT,), cache=tmp_path / "cache"
    )
    made = dataclasses.replace(runtime, settings=settings)
    factories.create_participant(made, reference="BF-0001")
    yield made
    url = made.settings.database_url
    if file_of(url) is None:
        # The server of the tests is every test's: nothing of a restore stays there.
        made.database.dispose()
        like = f"{contents.SET_ASIDE}%"
        for (schema,) in rows(url, f"SELECT nspname FROM pg_namespace WHERE nspname LIKE '{like}'"):
            of_servers.command(url, f'DROP SCHEMA "{schema}" CASCADE')


@pytest.fixture
def empty_url(installed: Runtime, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where there is no database yet, on the same kind of server."""
    if file_of(installed.settings.database_url) is not None:
        return f"sqlite:///{tmp_path / 'elsewhere' / 'new.db'}"
    cluster = request.getfixturevalue("cluster")
    made: str = cluster.url(cluster.create())
    return made


def put_back(runtime: Runtime, made: backup.MadeBackup) -> backup.RestoredBackup:
    """In the database's place, and not settled."""
    runtime.database.dispose()
    return backup.restore(runtime.settings, made.path, IDENTITY, replace=True)


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    database = Database(url, any_revision=True, settling=True)
    with database.reading() as session:
        found = [tuple(row) for row in session.execute(text(query))]
    database.dispose()
    return found


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


def test_a_restore_that_stops_after_the_swap_says_so_and_is_gone_on_with(
    installed: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where what was there before is, and what to run; which then says all that a restore says."""
    made = backup.create(factories.operator(installed))
    (tmp_path / "identity").write_text(IDENTITY)
    installed.database.dispose()
    environment = {
        **factories.environment(installed.settings.database_url),
        "SURVEYAPP_CACHE": str(installed.settings.cache),
        "SURVEYAPP_PERSON_KEYS": str(installed.settings.person_keys),
    }
    restore = ["backup", "restore", str(made.path), "--identity", str(tmp_path / "identity"), "--replace"]

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
