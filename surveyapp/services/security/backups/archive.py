"""What a backup is as a file: a manifest (what is in it, table by table, and how far the audit trail was chained) and a
copy of the database, in a tar, in gzip, in age (https://age-encryption.org/v1)."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import shutil
import tarfile
import zlib
from pathlib import Path

import pyrage
from pydantic import BaseModel, ValidationError

from surveyapp.services.security.backups.folder import SEALED, BackupRefused
from surveyapp.settings import Settings
from surveyapp.store.security.copying.contents import Contents, TableContents

FORMAT = 1
MANIFEST, COPY = "manifest.json", "database"


class TableManifest(BaseModel):
    """What a table held: how many rows, and the SHA-256 of all of them."""

    rows: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself. `kind`: of database; `revision`: of its tables; `made_at`: in UTC;
    `audit_head`: the last link of the audit trail's chain when it began, as `audit verify --head` reads it."""

    format: int
    product: str
    kind: str
    revision: str
    made_at: dt.datetime
    tables: dict[str, TableManifest]
    audit_head: str | None = None

    @property
    def contents(self) -> Contents:
        return {name: TableContents(each.rows, each.sha256) for name, each in self.tables.items()}

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.tables.values())


def new_identity() -> tuple[str, str]:
    """An identity, which opens backups, and the recipient that belongs to it, which closes them."""
    made = pyrage.x25519.Identity.generate()
    return str(made), str(made.to_public())


def recipients(settings: Settings) -> list[pyrage.x25519.Recipient]:
    if not settings.backup_recipients and not settings.demo:
        raise BackupRefused(
            "Set SURVEYAPP_BACKUP_RECIPIENT to the public key that backups are encrypted to (age1…). `surveyapp backup "
            "key FILE` makes a pair; keep the file away from this machine, and a copy of it in a second place."
        )
    try:
        return [pyrage.x25519.Recipient.from_str(each) for each in settings.backup_recipients]
    except pyrage.RecipientError as error:
        raise BackupRefused(
            f"SURVEYAPP_BACKUP_RECIPIENT is not a public key of age (age1…): {error}. Copy the whole of it."
        ) from error


def packed_in(working: Path, manifest: Manifest) -> Path:
    """The manifest and the copy in one file."""
    packed = working / "packed"
    try:
        (working / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        with gzip.open(packed, "wb", compresslevel=3) as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
            for name in (MANIFEST, COPY):
                tar.add(working / name, name)
    except OSError as error:
        raise BackupRefused(f"The backup could not be packed in {working.parent}: {error}. None was made.") from error
    return packed


def unpacked(path: Path, identity: str | None, working: Path) -> Manifest:
    """What a backup says of itself, its copy of the database now in the folder. What is wrong with that folder is not
    said of the backup."""
    refuse_unreadable(path)
    packed = working / "packed"
    try:
        if path.suffix == SEALED:
            with path.open("rb") as sealed, packed.open("wb") as plain:
                pyrage.decrypt_io(sealed, plain, _identities(identity or ""))
        else:
            shutil.copyfile(path, packed)
        with gzip.open(packed) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                if member.name in (MANIFEST, COPY) and member.isfile():
                    tar.extract(member, working, filter="data")
            while stream.read(1 << 20):  # to its end, where the sum of all of it stands
                pass
        packed.unlink()
        if not (working / MANIFEST).exists() or not (working / COPY).exists():
            raise EOFError
        manifest = Manifest.model_validate_json((working / MANIFEST).read_bytes())
    except (OSError, EOFError, tarfile.TarError, zlib.error, pyrage.DecryptError, ValidationError) as error:
        # What a disk or a limit refuses has a number; what is read and makes no sense has none.
        if isinstance(error, OSError) and error.errno is not None:
            raise BackupRefused(
                f"{path} could not be unpacked in {working.parent}: {os.strerror(error.errno)}. Make room there, or "
                "set SURVEYAPP_CACHE to a folder on a larger disk. Nothing is said of the backup."
            ) from error
        raise BackupRefused(
            f"{path} cannot be read: it is damaged, or was made for another identity than this one."
        ) from error
    if manifest.format != FORMAT:
        raise BackupRefused(f"{path} was made by a newer Shiftline ({manifest.product}). Install that one.")
    return manifest


def refuse_unreadable(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise BackupRefused(
            f"{path} cannot be opened: {error.strerror}. Let whoever runs this read it, or look at its disk."
        ) from error


def _identities(written: str) -> list[pyrage.x25519.Identity]:
    """Every identity in a file as age-keygen writes it."""
    lines = [line.strip() for line in written.splitlines()]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise BackupRefused(
            "The identity is not one of age (AGE-SECRET-KEY-1…). Name the file that was made with the key."
        )
    return found
