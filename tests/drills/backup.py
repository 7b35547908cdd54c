"""Backups are made while answers are stored, and each is restored into a database of its own and counted there."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
import uuid

from surveyapp.domain.audit import ByLink
from surveyapp.domain.errors import DatabaseUnavailable
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime, system_clock
from surveyapp.services.security.backups import archive, backup
from surveyapp.services.security.backups.folder import BackupRefused, Keep
from surveyapp.store.security import copies
from surveyapp.store.security.copying import contents
from tests import factories
from tests.drills import Ground, Row, none, rounds
from tests.drills._load import people, stored

FULL = {"backups": 50, "participants": 4}
SHORT = {"backups": 3, "participants": 2}


def run(ground: Ground, backups: int, participants: int) -> list[Row]:
    identity, recipient = archive.new_identity()
    runtime = factories.create_runtime(ground.url, system_clock)
    factories.open_questionnaires(runtime)
    settings = dataclasses.replace(
        runtime.settings,
        backups=ground.folder / "backups",
        backup_recipients=(recipient,),
        cache=ground.folder / "cache",
    )
    runtime = dataclasses.replace(runtime, settings=settings)
    end = threading.Event()
    acknowledged: dict[str, list[str]] = {}
    threads = []
    for person in people(runtime, participants):
        who = factories.by_link(runtime, person)
        answering.give_consent(runtime, who, {"take_part": True})
        answering.save_page(runtime, who, "heard_via", {"heard_via": ["job_shop"]}, uuid.uuid4())
        acknowledged[person.reference] = []
        arguments = (runtime, who, acknowledged[person.reference], end)
        threads.append(threading.Thread(target=_write, args=arguments, daemon=True))
    for thread in threads:
        thread.start()
    tried = whole = lacking = counted = 0
    try:
        for _ in rounds("backups", backups):
            tried += 1
            before = {reference: list(texts) for reference, texts in acknowledged.items()}
            made = backup.create(factories.operator(runtime), Keep(daily=1, weekly=0, monthly=0))
            try:
                backup.verify(settings, made.path, identity)
                whole += 1
            except BackupRefused:
                continue
            with backup.opened(settings, made.path, identity) as (manifest, apart):
                history, _ = stored(runtime, apart)
                counted += sum(len(texts) for texts in history.values())
                lacking += sum(
                    text not in history.get(reference, []) for reference, texts in before.items() for text in texts
                )
                lacking += bool(contents.differences(manifest.contents, copies.contents_of(apart)))
    finally:
        end.set()
        for thread in threads:
            thread.join()
        runtime.database.dispose()
    return [
        Row("backups made under load", tried),
        Row("restored whole, counts and hashes equal", whole, whole == tried),
        Row("answers in them", counted, counted > 0),
        none("answers acknowledged before a backup began that it lacks", lacking),
    ]


def _write(runtime: Runtime, who: ByLink, texts: list[str], end: threading.Event) -> None:
    while not end.is_set():
        written, save_id = f"line {len(texts) + 1}", uuid.uuid4()
        # SQLite lets waiters in by chance: who was not let in for ten seconds sends the same again.
        with contextlib.suppress(DatabaseUnavailable):
            answering.save_page(runtime, who, "heard_via_detail", {"heard_via_detail": [written]}, save_id)
            texts.append(written)
        time.sleep(0.005)
