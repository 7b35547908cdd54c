"""Erase people, and look for them everywhere: in the database and its log, in what is counted, in files taken out, in
releases, in the program's log, in backups from before, between and after, unpacked by whoever has the identity, and in
a restore of each."""

from __future__ import annotations

import datetime as dt
import json
import logging
import zlib
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import func, select

from surveyapp.domain.errors import KeyMissing
from surveyapp.domain.staff import Role
from surveyapp.reports.files.results_table import as_record
from surveyapp.services import runtime as runtimes
from surveyapp.services.fieldwork import call_queue
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import copying, erasing, replaying
from surveyapp.services.results import current
from surveyapp.services.results import table as results_table
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.backups import archive, backup
from surveyapp.services.security.backups import folder as backup_folder
from surveyapp.services.work import Desk
from surveyapp.store import participants, responses
from surveyapp.store.database import Database
from surveyapp.store.security import erasures
from surveyapp.store.security.key_file import KeyFile
from surveyapp.store.tables import Base, ReleasePageRow, ResponseRow
from tests import factories
from tests.drills import Ground, Row, none, rounds
from tests.sealed import KnownPerson, know

FULL = {"people": 100, "others": 20}
SHORT = {"people": 4, "others": 2}

CANARY = "Canary Bakery Ltd"
"""The name of a site, which is no secret: a search that does not find it looks in the wrong place."""

IDENTITY, RECIPIENT = archive.new_identity()


def run(ground: Ground, people: int, others: int) -> list[Row]:
    runtime = _installation(ground, ground.url)
    log = logging.FileHandler(ground.folder / "program.log")
    logging.getLogger().addHandler(log)
    try:
        return _run(ground, runtime, people, others)
    finally:
        logging.getLogger().removeHandler(log)
        log.close()
        runtime.database.dispose()


def _run(ground: Ground, runtime: Runtime, people: int, others: int) -> list[Row]:
    factories.open_questionnaires(runtime)
    with factories.operator(runtime).writing() as work:
        attributes = {"employer_size": "sme", "asks_uc": "yes"}
        participants.add_site(work.session, factories.STUDY, "CB", CANARY, attributes, work.now.date())
    staff = factories.create_staff(runtime, Role.INTERVIEWER)
    known = [know(runtime, staff, number) for number in range(people + others)]
    gone, stay = known[:people], known[people:]
    desk = factories.operator(runtime)
    _use(runtime, Desk(runtime, staff), known)
    _take_out(ground, desk)
    copying.copy(desk, ground.folder / "keys.copy")
    backups = [_backup(desk, "before")]
    erased: list[KnownPerson] = []
    for number in rounds("people erased", people):
        if number == people // 2:
            backups.append(_backup(desk, "between"))
        _erase(desk, gone[number])
        erased.append(gone[number])
    gone = erased
    current.up_to_date(desk, runtime.study(factories.STUDY))
    _take_out(ground, desk)
    copying.copy(desk, ground.folder / "keys.copy")
    backups.append(_backup(desk, "after"))
    erasures.scrub(runtime.database.engine)
    secrets = {secret.encode() for each in gone for secret in each.secrets}
    rows = [
        Row("people erased, of people there", f"{len(gone)} of {len(known)}"),
        none("answers and other rows of theirs in the live database", sum(rows_of(runtime, gone).values())),
    ]
    places = {
        "database and its log": _database_files(ground),
        "what is counted": runtime.settings.cache.rglob("*"),
        "files taken out": (ground.folder / "exports").iterdir(),
        "program's log": [ground.folder / "program.log"],
        "backups, unpacked": [_unpacked(runtime, each) for each in backups],
        "keys and their copy": [runtime.settings.person_keys, ground.folder / "keys.copy"],
    }
    pages, found = _in_releases(runtime, secrets)
    rows.append(none(f"names, contacts or words of theirs readable in {pages} pages of releases", found))
    for place, files in places.items():
        read = [path.read_bytes() for path in files if path.is_file()]
        found = sum(secret in content for secret in secrets for content in read)
        rows.append(none(f"names, contacts or words of theirs readable in {len(read)} files: {place}", found))
        if place in ("database and its log", "backups, unpacked"):
            seen = any(CANARY.encode() in content for content in read)
            rows.append(Row("a name that is no secret is found there", "yes" if seen else "no", seen))
    ids = [each.participant.id.bytes for each in gone]
    rows.append(none("their ids in what is counted", _with_ids(runtime.settings.cache.rglob("*"), ids)))
    for path in places["keys and their copy"]:
        there = {record.person for record in KeyFile(path).everything() if record.keys}
        rows.append(none(f"keys of theirs in {path.name}", len(there & {each.participant.id for each in gone})))
    for each in backups:
        rows += _restored(ground, each, gone, stay)
    return rows


def _installation(ground: Ground, url: str) -> Runtime:
    settings = factories.create_settings(
        url,
        cache=ground.folder / "cache",
        person_keys=ground.folder / "people.keys",
        backups=ground.folder / "backups",
        backup_recipients=(RECIPIENT,),
    )
    runtime = runtimes.build(settings, lambda: dt.datetime.now(dt.UTC))
    runtime.person_keys.file.create()
    return runtime


def _use(runtime: Runtime, interviewer: Desk, known: list[KnownPerson]) -> None:
    """What leaves traces: the answers are handed in, counted and released, people are looked for by name."""
    for each in known[:5]:
        found = call_queue.find(interviewer, each.contact.name).lines
        assert [line.reference for line in found] == [each.participant.reference]
    study = runtime.study(factories.STUDY)
    with factories.operator(runtime).writing() as work:
        for response in work.session.scalars(select(ResponseRow.id)).all():
            responses.submit(work.session, response, work.now)
    if not releases.outlook(factories.operator(runtime), study.id).missing:
        releases.make(factories.operator(runtime), study.id)
    tables = current.tables(factories.operator(runtime), study, current.up_to_date(factories.operator(runtime), study))
    assert len(tables["backfill"].people) == len(known)
    logging.getLogger("surveyapp").warning("the drill begins")


def _take_out(ground: Ground, desk: Desk) -> None:
    folder = ground.folder / "exports"
    folder.mkdir(exist_ok=True)
    rows = [as_record(factories.STUDY, row) for row in results_table.table(desk, factories.STUDY)]
    (folder / f"results{len(list(folder.iterdir()))}.json").write_text(json.dumps(rows, ensure_ascii=False))


def _erase(desk: Desk, known: KnownPerson) -> None:
    with desk.writing() as work:
        erasing.erase(work, known.participant)


def rows_of(runtime: Runtime, people: Iterable[KnownPerson]) -> dict[str, int]:
    found: dict[str, int] = {}
    with runtime.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for each in people:
                theirs = erasures.belonging_to(table, each.participant.id)
                if theirs is not None:
                    count = session.scalar(select(func.count()).select_from(table).where(theirs)) or 0
                    found[table.name] = found.get(table.name, 0) + count
    return found


def _in_releases(runtime: Runtime, secrets: Iterable[bytes]) -> tuple[int, int]:
    with runtime.database.reading() as session:
        pages = [zlib.decompress(body) for body in session.scalars(select(ReleasePageRow.body)) if body is not None]
    return len(pages), sum(secret in page for secret in secrets for page in pages)


def _with_ids(files: Iterable[Path], ids: list[bytes]) -> int:
    read = [path.read_bytes() for path in files if path.is_file()]
    return sum(each in content for each in ids for content in read)


def _database_files(ground: Ground) -> list[Path]:
    if ground.cluster is None:
        place = Path(ground.url.removeprefix("sqlite:///"))
        return [path for end in ("", "-wal") if (path := place.with_name(place.name + end)).exists()]
    database = Database(ground.url)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")
    database.dispose()
    return [path for path in (ground.cluster.folder / "data").rglob("*") if path.is_file()]


def _backup(desk: Desk, name: str) -> Path:
    """A backup as whoever runs it makes one, out of the way of the next one's pruning."""
    made = backup.create(desk).path
    return made.rename(made.with_name(f"{name}{backup_folder.SEALED}"))


def _unpacked(runtime: Runtime, sealed: Path) -> Path:
    """The copy of the database in a backup, as whoever has the identity reads it."""
    folder = sealed.with_suffix(".unpacked")
    folder.mkdir()
    archive.unpacked(sealed, IDENTITY, folder)
    return folder / backup.COPY


def _restored(ground: Ground, sealed: Path, gone: list[KnownPerson], stay: list[KnownPerson]) -> list[Row]:
    settings = factories.create_settings(ground.url, cache=ground.folder / "cache")
    with backup.opened(settings, sealed, IDENTITY) as (_, url):
        runtime = _installation(ground, url)
        desk = factories.operator(runtime)
        opened = 0
        with desk.reading() as work:
            for each in gone:
                try:
                    opened += contacts.read(work, each.participant.id).name != ""
                except KeyMissing:
                    continue
        before = sum(rows_of(runtime, gone).values())
        replaying.replay(desk)
        left = sum(rows_of(runtime, gone).values())
        with desk.reading() as work:
            whole = sum(contacts.read(work, each.participant.id) == each.contact for each in stay)
        runtime.database.dispose()
    return [
        none(f"contacts of theirs that open in the backup from {sealed.stem}", opened),
        none(f"rows of theirs after restoring it, of {before} in it", left),
        Row("people who stay and are whole in it", f"{whole} of {len(stay)}", whole == len(stay)),
    ]
