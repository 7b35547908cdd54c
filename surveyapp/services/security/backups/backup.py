"""Backups: made while serving, read by nobody but whoever holds the identity, tried before they are needed.

A backup is one file (`archive`), encrypted to public keys: the machine that makes backups cannot read them. The keys of
people and of the installation are not in it. `folder` says which ones stay.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pyrage

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.domain.security.audit_chain import ChainHead, TrailFault
from surveyapp.services.security import audit_chain
from surveyapp.services.security.backups import archive
from surveyapp.services.security.backups.archive import COPY, FORMAT, Manifest, TableManifest
from surveyapp.services.security.backups.folder import (
    KEEP,
    NAME,
    SEALED,
    SUM,
    BackupRefused,
    Keep,
    Pruned,
    is_undamaged,
    prune,
    sum_of,
)
from surveyapp.services.work import Desk
from surveyapp.settings import Settings
from surveyapp.store import migrating
from surveyapp.store.connecting.unsettled import Unsettled
from surveyapp.store.database import Database
from surveyapp.store.security import audit_chain as chain_store
from surveyapp.store.security import copies
from surveyapp.store.security.copying import of_files
from surveyapp.store.security.copying.contents import differences
from surveyapp.store.security.key_file import KeyFile

PEOPLE, ERASED = "participant", "erasure"
"""The tables of people, and of whom was erased: the second is as old as people's keys are."""


@dataclass(frozen=True)
class MadeBackup:
    """A backup that was made, what is in it, and what became of older ones."""

    path: Path
    manifest: Manifest
    older: Pruned


@dataclass(frozen=True)
class CheckedBackup:
    """A backup that is whole. `manifest` is None where nobody gave an identity, so that only its sum was looked at;
    `trail`: what is wrong with the audit trail in it, which was so in the database already."""

    path: Path
    manifest: Manifest | None
    trail: TrailFault | None = None


@dataclass(frozen=True)
class RestoredBackup:
    """A backup that was put back, and is not settled. `aside`: where what was there before is."""

    manifest: Manifest
    aside: str | None


def create(desk: Desk, keep: Keep = KEEP) -> MadeBackup:
    """Makes a backup of all that is committed, while everything goes on, and prunes older ones. Raises BackupRefused,
    CopyRefused, DatabaseUnavailable."""
    settings = desk.runtime.settings
    recipients = archive.recipients(settings)
    current = _is_current(desk)
    folder = settings.backups
    _make_folder(folder, "BACKUPS")
    now = desk.runtime.clock()
    head = _audit_head(desk) if current else None
    with _working(settings) as working:
        copy = working / COPY
        tables = copies.take(settings.database_url, copy)
        revision = copies.revision_of(tables, settings.database_url)
        manifest = Manifest(
            format=FORMAT,
            product=version("surveyapp"),
            kind=copies.kind_of(settings.database_url),
            revision=revision or "",
            made_at=now,
            tables={name: TableManifest(rows=each.rows, sha256=each.sha256) for name, each in tables.items()},
            audit_head=str(head) if head else None,
        )
        path = _written(archive.packed_in(working, manifest), folder, now, recipients)
    if current:
        with desk.writing() as work:
            work.record(AuditAction.BACKUP_MADE, path.name, rows=manifest.rows)
    return MadeBackup(path, manifest, prune(folder, keep))


def _is_current(desk: Desk) -> bool:
    """Whether the database's tables are this program's. Those of an earlier one are backed up, too, before they are
    migrated; there the trail cannot be written."""
    try:
        desk.runtime.database.check_revision()
    except DatabaseUnavailable as error:
        if error.fault is not DatabaseFault.OLDER:
            raise
        return False
    return True


def _audit_head(desk: Desk) -> ChainHead | None:
    with desk.reading() as work:
        return chain_store.head(work.session)


def _written(packed: Path, folder: Path, now: dt.datetime, recipients: list[pyrage.x25519.Recipient]) -> Path:
    """The packed copy under its final name, encrypted where there is somebody to encrypt it to. It has that name only
    once all of it is on the disk and reads back as it was written."""
    name = NAME.format(moment=now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%S%fZ")) + (SEALED if recipients else "")
    path, coming = folder / name, folder / f".{name}.part"
    try:
        coming.touch(mode=0o600)
        with packed.open("rb") as plain, coming.open("wb") as out:
            if recipients:
                pyrage.encrypt_io(plain, out, recipients)
            else:
                shutil.copyfileobj(plain, out)
        of_files.flush(coming)
        beside = folder / f"{name}{SUM}"
        beside.touch(mode=0o600)
        beside.write_text(f"{sum_of(coming)}  {name}\n", encoding="utf-8")
        of_files.flush(beside)
        coming.rename(path)
        of_files.flush(folder)
    except (OSError, pyrage.EncryptError) as error:
        with contextlib.suppress(OSError):
            (folder / f"{name}{SUM}").unlink(missing_ok=True)
        raise BackupRefused(f"The backup could not be written to {folder}: {error}. None was made.") from error
    finally:
        with contextlib.suppress(OSError):
            coming.unlink(missing_ok=True)
    return path


def verify(settings: Settings, path: Path, identity: str | None) -> CheckedBackup:
    """Looks whether a backup is whole: its sum and, with the identity, all that is in it, put into a database of its
    own and counted there. Raises BackupRefused."""
    if not path.is_file():
        raise BackupRefused(f"There is no backup {path}.")
    archive.refuse_unreadable(path)
    if path.with_name(path.name + SUM).exists() and not is_undamaged(path):
        raise BackupRefused(f"{path} is damaged: it is not what was written. Use another one.")
    if identity is None and path.suffix == SEALED:
        if not path.with_name(path.name + SUM).exists():
            raise BackupRefused(f"Without {path.name}{SUM} and without an identity nothing can be said of {path}.")
        return CheckedBackup(path, None)
    with opened(settings, path, identity) as (manifest, apart):
        said = differences(manifest.contents, copies.contents_of(apart)) + copies.faults_of(apart)
        trail = None if said else _trail_fault(settings, manifest, apart)
    if said:
        raise BackupRefused(f"{path} is not whole: {'; '.join(said)}. Use another one.")
    return CheckedBackup(path, manifest, trail)


def _trail_fault(settings: Settings, manifest: Manifest, apart: str) -> TrailFault | None:
    """What is wrong with the audit trail in a backup, by the head in its manifest. Tables of an earlier program are not
    read."""
    if manifest.revision != migrating.head():
        return None
    database = Database(apart)
    try:
        with database.reading() as session:
            known = ChainHead.read(manifest.audit_head) if manifest.audit_head else None
            return audit_chain.fault_in(session, settings.audit_key, known)
    finally:
        database.dispose()


@contextlib.contextmanager
def opened(settings: Settings, path: Path, identity: str | None) -> Iterator[tuple[Manifest, str]]:
    """What a backup says of itself, and the address of a database of its own that it was put into; gone afterwards.
    Raises BackupRefused, CopyRefused."""
    with _working(settings) as working:
        manifest = archive.unpacked(path, identity, working)
        if manifest.kind != copies.kind_of(settings.database_url):
            raise BackupRefused(_other_kind(manifest))
        with copies.opened_apart(settings.database_url, working / COPY, working) as apart:
            yield manifest, apart


def restore(settings: Settings, path: Path, identity: str | None, *, replace: bool) -> RestoredBackup:
    """Puts a backup in the database's place, if it shows to be whole; nobody uses it before `privacy.restored` has
    settled it. What would stop that is looked for before anything is changed. Raises BackupRefused, CopyRefused."""
    if not path.is_file():
        raise BackupRefused(f"There is no backup {path}.")
    if path.suffix == SEALED and identity is None:
        raise BackupRefused("This backup is encrypted. Name the file with the identity that opens it: --identity FILE.")
    with _working(settings) as working:
        manifest = archive.unpacked(path, identity, working)
        if manifest.kind != copies.kind_of(settings.database_url):
            raise BackupRefused(_other_kind(manifest))
        if not migrating.is_known(manifest.revision):
            raise BackupRefused(
                f"The backup was made by a newer Shiftline ({manifest.product}, tables {manifest.revision}) than this "
                f"one. Install that one, then restore."
            )
        restored = Unsettled(path.name, manifest.made_at.isoformat(), _needs_keys(manifest))
        refuse_without_keys(settings, restored)
        if not replace:
            _refuse_over_anything(settings)
        moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S")
        aside = copies.put_back(settings.database_url, working / COPY, manifest.contents, moment, restored)
    return RestoredBackup(manifest, aside)


def set_aside(settings: Settings) -> list[str]:
    """What restores left beside the database, those that were killed among them: where each is. Nobody is erased from
    it. Raises OSError, DatabaseUnavailable."""
    return copies.set_aside(settings.database_url)


def _refuse_over_anything(settings: Settings) -> None:
    if left := copies.left_behind(settings.database_url):
        raise BackupRefused(
            f"There is no database where this would go, but what was written to one last is there still, {left}: it "
            "may hold answers that are in no backup. If the database was moved elsewhere, move that file after it; "
            "`--replace` sets it aside."
        )
    if copies.has_rows(settings.database_url):
        raise BackupRefused(
            "There is a database with rows in it where this would go. Look whether it is the right one; "
            "`--replace` sets it aside."
        )


def _needs_keys(manifest: Manifest) -> bool:
    """Whether people are in it who have keys: not in one from before there were any."""
    return ERASED in manifest.tables and manifest.tables[PEOPLE].rows > 0


def refuse_without_keys(settings: Settings, restored: Unsettled) -> None:
    """A backup of people who have keys is of no use without them: they open what is sealed, and say who was erased
    since. Raises BackupRefused."""
    if restored.keys_needed and not KeyFile(settings.person_keys).exists():
        raise BackupRefused(
            f"There is no file with people's keys at {settings.person_keys}: whoever was erased since the backup was "
            "made would come back with it, and what is sealed of the others could not be read. Put the file or its "
            "copy there, or set SURVEYAPP_PERSON_KEYS to where it is. Nothing was changed."
        )


def _other_kind(manifest: Manifest) -> str:
    return (
        f"This is a backup of a {manifest.kind} database, and SURVEYAPP_DATABASE_URL names another kind. Set it to one "
        f"of that kind."
    )


@contextlib.contextmanager
def _working(settings: Settings) -> Iterator[Path]:
    """A folder of this user's alone, where what is not encrypted lies meanwhile: with what is counted of the database,
    not with the backups. One that was left by a command that was killed goes."""
    _make_folder(settings.cache, "CACHE")
    for left in settings.cache.glob("backup-*"):
        with contextlib.suppress(OSError):
            if dt.datetime.now(dt.UTC).timestamp() - left.stat().st_mtime > 86_400:
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.cache, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _make_folder(folder: Path, setting: str) -> None:
    """A folder of this user's alone that can be written. Raises BackupRefused."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BackupRefused(
            f"SURVEYAPP_{setting} names {folder}, and nothing can be written there: {error.strerror}. Name a folder "
            "that whoever runs this may write to."
        ) from error
