"""What is not right for real use is said, with what to do; an installation that is fit says so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import shutil
import ssl
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, update

from surveyapp.cli import main
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import ShiftlineError
from surveyapp.domain.instrument.consent.retention import KeepUntil, RetentionRule
from surveyapp.domain.instrument.study import ReleaseRule
from surveyapp.domain.security.fitness import BACKUP_AGE, CHAIN_AGE, DUE_AGE, Weight
from surveyapp.domain.staff import Role
from surveyapp.environment.outside import MailSettings
from surveyapp.environment.vault import SecretPlace
from surveyapp.services import readiness, worker
from surveyapp.services.doctor import kept, machine, servers
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.lists import imports
from surveyapp.services.privacy import erasing, replaying, retention
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import audit_chain
from surveyapp.services.security.backups import archive, backup
from surveyapp.services.security.front_door import meet
from surveyapp.services.sending.ways.mail_server import MailServer
from surveyapp.services.work import Desk
from surveyapp.store import staff as staff_store
from surveyapp.store.database import new_id
from surveyapp.store.lists import staging
from surveyapp.store.tables import AlarmRow, ParticipantRow
from tests import factories
from tests.conftest import NOW, Clock
from tests.integration.test_who_answered import hand_in
from tests.interviewer import create_reachable


def made_private(*folders: Path) -> None:
    for each in folders:
        each.mkdir(parents=True, exist_ok=True)
        each.chmod(0o700)


@pytest.fixture(autouse=True)
def door(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the doctor meets at the address that people are given: a status and how many days are left, or an error."""
    met: list[Any] = [200, 60]

    def meet(_host: str, _port: int) -> tuple[int, dt.datetime]:
        if isinstance(met[0], Exception):
            raise met[0]
        return met[0], NOW + dt.timedelta(days=met[1])

    monkeypatch.setattr(servers.front_door, "meet", meet)
    return met


def fit(runtime: Runtime, tmp_path: Path) -> Runtime:
    """As it should be: an address, a proxy, a backup of last night, whoever invites, a trail that is chained."""
    _identity, recipient = archive.new_identity()
    settings = dataclasses.replace(
        runtime.settings,
        public_url="https://study.example.org",
        proxies=1,
        backups=tmp_path / "backups",
        backup_recipients=(recipient,),
        breached_passwords=tmp_path,
        secret_key=secrets.token_hex(32),
        access_keys={"first": secrets.token_bytes(32)},
        contact_keys={"first": secrets.token_bytes(32)},
        audit_key=secrets.token_bytes(32),
    )
    made_private(settings.cache, settings.backups)
    made = dataclasses.replace(runtime, settings=settings)
    factories.create_staff(made, Role.ADMINISTRATOR)
    readiness.check_start(made)
    desk = factories.operator(made)
    worker.round_of(desk, ["messages", "exports", "jobs"])
    backup.create(desk, backup.KEEP)
    audit_chain.chain(desk)
    return made


def said(runtime: Runtime, weight: Weight | None = None) -> str:
    return "\n".join(f"{each.what} {each.todo}" for each in doctor.look(runtime) if weight in (None, each.weight))


def test_what_is_fit_has_nothing_wrong_but_what_a_server_of_tests_has(runtime: Runtime, tmp_path: Path) -> None:
    """PostgreSQL's clock is the real one here, and what it acknowledges is not on the disk."""
    found = said(fit(runtime, tmp_path), Weight.WRONG).splitlines()
    if runtime.database.engine.dialect.name == "sqlite":
        assert found == []
    else:
        words = ["database server’s are", "fsync = off", "full_page_writes = off", "synchronous_commit = off"]
        assert [word for word, line in zip(words, found, strict=True) if word in line] == words


MAIL = MailSettings("smtp://127.0.0.1:9", "a@example.org")

Spoil = Callable[[Runtime, Clock, pytest.MonkeyPatch], Runtime]


def setting(**changed: Any) -> Spoil:
    def spoil(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
        return dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, **changed))

    return spoil


def _same_keys(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
    return setting(audit_key=next(iter(runtime.settings.access_keys.values())))(runtime, _clock, _patch)


def _sending(**changed: Any) -> Spoil:
    def spoil(runtime: Runtime, clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
        patch.setattr(kept.outbox, "sends", lambda *_arguments: (True, NOW))
        return setting(**changed)(runtime, clock, patch)

    return spoil


def _waiting(runtime: Runtime, clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
    due = type("due", (), {"due_at": NOW - DUE_AGE - dt.timedelta(minutes=1)})
    patch.setattr(kept.outbox, "waiting", lambda *_arguments: [due])
    patch.setattr(MailServer, "answers", lambda _self: True)
    return _sending(mail=MAIL)(runtime, clock, patch)


def _folder_open(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
    runtime.settings.backups.chmod(0o755)
    return runtime


def _not_ours(runtime: Runtime, _clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
    patch.setattr(machine.os, "access", lambda path, _how: path != runtime.settings.person_keys)
    return runtime


def _late(by: dt.timedelta) -> Spoil:
    def spoil(runtime: Runtime, clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
        factories.create_staff(runtime, Role.VIEWER, email="late@example.org")
        factories.operator(runtime).note(AuditAction.COMMAND_RUN, command="x")
        clock.forward(seconds=by.total_seconds())
        return runtime

    return spoil


def _open_to_others(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
    runtime.settings.person_keys.chmod(0o644)
    return runtime


def _full(runtime: Runtime, _clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
    usage = type("usage", (), {"free": 5 * 1024**2})
    patch.setattr(machine.shutil, "disk_usage", lambda _place: usage)
    return runtime


def _damaged(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
    (newest,) = runtime.settings.backups.glob("*.age")
    newest.write_bytes(newest.read_bytes()[:-9])
    return runtime


def _none(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
    for each in runtime.settings.backups.iterdir():
        each.unlink()
    return runtime


def _none_by_the_worker(runtime: Runtime, clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
    return setting(worker=("messages", "backup"))(_none(runtime, clock, patch), clock, patch)


def _keys_lost(several: int) -> Spoil:
    def spoil(runtime: Runtime, clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
        for number in range(1, several + 1):
            create_reachable(runtime, reference=f"BF-{number:04}")
        runtime.person_keys.file.empty()
        return runtime

    return spoil


def _erased_and_back(several: int) -> Spoil:
    """As after a copy of the database's file was put back: their keys say that they were erased."""

    def spoil(runtime: Runtime, clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
        people = [create_reachable(runtime, reference=f"BF-{number:04}") for number in range(1, several + 1)]
        runtime.person_keys.forget([each.id for each in people], clock.now)
        return runtime

    return spoil


def _another_key(**keys: bytes) -> Spoil:
    """What people's keys and second factors are sealed with is not what is listed."""

    def spoil(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
        create_reachable(runtime, reference="BF-0001")
        member = factories.create_staff(runtime, Role.INTERVIEWER)
        with runtime.database.writing() as session:
            staff_store.set_totp(session, member.id, runtime.keyring.seal(member.id, "totp", "SECRET"))
        return dataclasses.replace(
            runtime,
            settings=dataclasses.replace(runtime.settings, contact_keys=keys),
            keyring=dataclasses.replace(runtime.keyring, contact_keys=keys),
            person_keys=dataclasses.replace(runtime.person_keys, contact_keys=keys),
        )

    return spoil


def _taken_out(setting_: str) -> Spoil:
    """Another key is listed in place of the one that something rests on, not before it."""

    def spoil(runtime: Runtime, clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
        person = factories.create_participant(runtime, reference="BF-0001")
        factories.create_link(runtime, person)
        factories.set_pin(runtime, person, "482913")
        manager = factories.create_staff(runtime, Role.MANAGER)
        imports.begin(Desk(runtime, manager), factories.STUDY, "list.csv", b"First Name\nAmina\n")
        return setting(**{setting_: {"other": b"o" * 32}})(runtime, clock, patch)

    return spoil


def _keys_back(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
    """As after a copy of the file of keys was put back: the database says whom it is of that was erased."""
    person = create_reachable(runtime, reference="BF-0001")
    older = runtime.settings.person_keys.read_bytes()
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, person)
    runtime.settings.person_keys.write_bytes(older)
    return runtime


def _clock_back(runtime: Runtime, clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
    clock.forward(hours=-1)
    return runtime


def _nobody(runtime: Runtime, _clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
    patch.setattr(kept.staff, "everyone", lambda _session: [])
    return runtime


def _folder_gone(several: int) -> Spoil:
    def spoil(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
        for each in range(1, several + 1):
            factories.create_participant(runtime, reference=f"BF-{each:04d}")
        # Of whom nothing but answers is held, and who is on the way in with a list.
        factories.create_participant(runtime, reference=f"{retention.ANONYMOUS}0a1b")
        with runtime.database.writing() as session:
            session.execute(
                update(ParticipantRow)
                .where(ParticipantRow.reference == "BF-0001")
                .values(study=staging.place_of(new_id()))
            )
        studies = {name: study for name, study in runtime.studies.items() if name != factories.STUDY}
        return dataclasses.replace(runtime, studies=studies)

    return spoil


def _failing(runtime: Runtime, _clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
    def fail(*_arguments: Any) -> str:
        raise ShiftlineError("the mail server said no")

    patch.setitem(worker._TASKS, "messages", fail)
    worker.round_of(factories.operator(runtime), ["messages"])
    return runtime


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (setting(public_url="http://127.0.0.1:8000"), "which is each reader’s own machine"),
        (setting(demo=True), "This is a demonstration."),
        (setting(backup_recipients=()), "nobody is named to encrypt it to"),
        (_none, "have one made each night: the worker does that where SURVEYAPP_WORKER lists `backup`"),
        (_none_by_the_worker, "the worker does that (`surveyapp worker --status`, and its log)"),
        (_damaged, "is damaged, or cannot be read. Look at its disk"),
        (_late(BACKUP_AGE + dt.timedelta(minutes=1)), "The newest backup is 26 hours old."),
        (_late(CHAIN_AGE + dt.timedelta(minutes=1)), "chained each hour: the worker does that where SURVEYAPP_WORKER"),
        (_open_to_others, "Others on this machine can open people’s keys"),
        (_full, "has 5 MiB left"),
        (_keys_lost(1), "The key of BF-0001 is not in the file of keys"),
        (_erased_and_back(1), "BF-0001 was erased, and the database has them again: it was put back from a copy. "),
        (_erased_and_back(7), "BF-0005 and 2 more were erased, and the database has them again"),
        (_erased_and_back(1), "`surveyapp keys replay` erases them again."),
        (_keys_back, "The keys of 1 who was erased are in the file of keys again"),
        (_another_key(other=b"o" * 32), "does not open people’s keys that are sealed with first"),
        (_another_key(first=b"o" * 32), "does not open people’s keys that are sealed with first"),
        (_another_key(first=b"o" * 32), "does not open second factors of staff, who cannot sign in"),
        (_taken_out("access_keys"), "no key first any more, and on it rest: links and codes that work (1), PINs (1)."),
        (_taken_out("contact_keys"), "no key first any more, and on it rest: list being brought in (1)."),
        (_keys_lost(7), "The keys of BF-0001, BF-0002, BF-0003, BF-0004, BF-0005 and 2 more are not in the file"),
        (_clock_back, "before the newest entry of the audit trail"),
        (_nobody, "Nobody can invite staff."),
        (_folder_gone(2), "holds 1 person of a study that has no folder any more, job_rotation: "),
        (_folder_gone(3), "holds 2 people of a study that has no folder any more, job_rotation: "),
        (_late(worker.SILENT_AFTER + dt.timedelta(minutes=1)), "No worker has been seen for 16 minutes"),
        (setting(worker=("messages", "retention")), "task “retention” is late"),
        (_failing, "task “messages” failed: the mail server said no"),
        (setting(mail=MAIL), "The mail server does not let us in"),
        (setting(cluster="tcp://127.0.0.1:9"), "The cluster at tcp://127.0.0.1:9 does not answer"),
        (setting(audit_key=b"another key than it was" * 2), "does not fit the last link of the audit trail’s chain"),
        (_same_keys, "SURVEYAPP_ACCESS_KEYS and SURVEYAPP_AUDIT_KEY hold the same key"),
        (setting(secret_key="ab" * 32), "SURVEYAPP_SECRET_KEY is not random: it is made of 2 different signs"),
        (_sending(), "sending is switched on, and nothing carries a message"),
        (_sending(worker=("chain",)), "Sending is switched on, and the worker does not send."),
        (_waiting, "A message has been due for 2 hours and was not sent."),
        (_folder_open, "Others on this machine can open the folder of backups"),
        (_not_ours, "This user cannot write to people’s keys"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    runtime: Runtime, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Spoil, sentence: str
) -> None:
    made = spoil(fit(runtime, tmp_path), clock, monkeypatch)
    assert sentence in said(made, Weight.WRONG)
    assert all(each.todo for each in doctor.look(made))


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


def test_faulty_files_are_no_folder_that_is_gone(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _folder_gone(2)(runtime, clock, monkeypatch)
    assert "has no folder" in said(made)
    assert "has no folder" not in "\n".join(each.what for each in doctor.look(made, faults=1))


@pytest.mark.parametrize("spoil", [_erased_and_back(2), _keys_back])
def test_nobody_is_told_to_bring_back_a_key_that_was_destroyed(
    runtime: Runtime, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Spoil
) -> None:
    """And what is said helps."""
    made = spoil(fit(runtime, tmp_path), clock, monkeypatch)
    assert "not in the file of keys" not in said(made)
    assert "keys replay" in said(made, Weight.WRONG)
    replaying.replay(factories.operator(made))
    assert "keys replay" not in said(made)


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
