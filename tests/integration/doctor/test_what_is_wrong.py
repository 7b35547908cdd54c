"""What is not right for real use is said, with what to do: one spoilt thing after another."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import ShiftlineError
from surveyapp.domain.security.fitness import BACKUP_AGE, CHAIN_AGE, DUE_AGE, Weight
from surveyapp.domain.staff import Role
from surveyapp.environment.outside import MailSettings
from surveyapp.services import worker
from surveyapp.services.doctor import kept, machine
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.lists import imports, list_pages
from surveyapp.services.privacy import erasing, replaying, retention
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending.ways.mail_server import MailServer
from surveyapp.services.work import Desk
from surveyapp.store import staff as staff_store
from surveyapp.store.database import new_id
from surveyapp.store.lists import records, staging
from surveyapp.store.privacy import retention as privacy
from surveyapp.store.tables import ParticipantRow
from tests import factories
from tests.conftest import NOW, Clock
from tests.integration.doctor.fit import Spoil, fit, said, setting
from tests.interviewer import create_reachable
from tests.sealed import know

MAIL = MailSettings("smtp://127.0.0.1:9", "a@example.org")


def _same_keys(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
    return setting(audit_key=next(iter(runtime.settings.access_keys.values())))(runtime, _clock, _patch)


def _sending(**changed: Any) -> Spoil:
    def spoil(runtime: Runtime, clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
        patch.setattr(kept.outbox, "sends", lambda *_arguments: (True, NOW))
        return setting(**changed)(runtime, clock, patch)

    return spoil


def _waiting(runtime: Runtime, clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
    patch.setattr(kept.outbox, "longest_due", lambda *_arguments: NOW - DUE_AGE - dt.timedelta(minutes=1))
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


def _taken_out(setting_: str, name: str = "other") -> Spoil:
    """Another key is listed in place of the one that something rests on, not before it; or under its name."""

    def spoil(runtime: Runtime, clock: Clock, patch: pytest.MonkeyPatch) -> Runtime:
        person = factories.create_participant(runtime, reference="BF-0001")
        factories.create_link(runtime, person)
        factories.set_pin(runtime, person, "482913")
        manager = factories.create_staff(runtime, Role.MANAGER)
        listed = imports.begin(Desk(runtime, manager), factories.STUDY, "list.csv", b"First Name\nAmina\n")
        with runtime.database.writing() as session:  # from before lists had keys of their own
            records.change(session, listed, key_id="first")
        keyring = dataclasses.replace(runtime.keyring, **{setting_: {name: b"o" * 32}})
        made = dataclasses.replace(runtime, keyring=keyring)
        return setting(**{setting_: {name: b"o" * 32}})(made, clock, patch)

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
        (_taken_out("access_keys", "first"), "has another key under the name first than the one that links, codes and"),
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


def test_keys_of_nobody_are_told_and_open_no_copy_once_they_are_renewed(runtime: Runtime, tmp_path: Path) -> None:
    """As were left of whoever had been merged into somebody who became anonymous. Of those renewed nothing is said."""
    made = fit(runtime, tmp_path)
    known, stranger = factories.create_participant(made), uuid.uuid4()
    before = made.person_keys.ensured([known.id, stranger])
    assert "The file of keys has 1 of people whom the database does not know" in said(made, Weight.BETTER)
    assert replaying.renew_of_nobody(factories.operator(made)) == 1
    after = made.person_keys.ensured([known.id, stranger])
    assert (after[known.id], after[stranger] != before[stranger]) == (before[known.id], True)
    assert "does not know" not in said(made)
    assert made.person_keys.forgotten() == {}, "whoever comes back with a newer database is not erased for that"


def test_keys_of_lists_and_of_whoever_became_anonymous_are_nobodys_that_is_told_of(
    runtime: Runtime, tmp_path: Path
) -> None:
    """A list that waits has a key of its own, by which it is read; the key that whoever is nobody's now had opens
    nothing."""
    made = fit(runtime, tmp_path)
    person = know(made, factories.create_staff(made, Role.INTERVIEWER), 1).participant
    with factories.operator(made).writing() as work:
        privacy.anonymise(work.session, person.id, "X-1", work.now, work.runtime.zone(made.study(factories.STUDY)))
        erasing.renew_key(work, person.id)
    manager = Desk(made, factories.create_staff(made, Role.MANAGER))
    import_id = imports.begin(manager, factories.STUDY, "list.csv", b"First Name\nAmina\n")
    assert "does not know" not in said(made)
    assert replaying.renew_of_nobody(factories.operator(made)) == 0
    assert list_pages.opened(manager, factories.STUDY, import_id).sheet
