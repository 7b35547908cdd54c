"""What is found of the settings, and of what lies on this machine: nothing is asked of any server."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from urllib.parse import urlsplit

from surveyapp.domain.errors import DatabaseUnavailable
from surveyapp.domain.security.fitness import (
    BACKUP_AGE,
    LEAST_FREE,
    LEAST_SIGNS,
    said_of_age,
)
from surveyapp.environment.values import LOCAL, PREFIX
from surveyapp.environment.vault import SecretPlace
from surveyapp.services.doctor.finding import BETTER, WRONG, Found
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.backups import backup
from surveyapp.services.security.backups import folder as backup_folder
from surveyapp.settings import Settings
from surveyapp.store.connecting.beside import family
from surveyapp.store.connecting.engines import file_of


def address(runtime: Runtime) -> Found:
    settings = runtime.settings
    parts = urlsplit(settings.public_url)
    if settings.demo:
        yield (
            WRONG,
            "This is a demonstration.",
            "Unset SURVEYAPP_DEMO: it takes no second factor and sends cookies open.",
        )
    elif parts.hostname in LOCAL:
        yield (
            WRONG,
            f"People are given links to {settings.public_url}, which is each reader’s own machine.",
            "Set SURVEYAPP_PUBLIC_URL to the address that people open, with https://.",
        )
    if parts.scheme == "https" and settings.proxies > 1:
        yield (
            BETTER,
            f"Headers of {settings.proxies} proxies are believed. If fewer stand before it, any visitor can say which "
            "address they come from, and guess as fast as they like.",
            "Set SURVEYAPP_PROXIES to how many there are, each of which adds to X-Forwarded-For.",
        )
    if parts.scheme == "https" and settings.proxies == 0:
        yield (
            BETTER,
            "No proxy is believed: every visitor has the proxy’s address, and guesses are slowed for all together.",
            "Set SURVEYAPP_PROXIES to how many proxies stand before it (mostly 1).",
        )


def keys(runtime: Runtime) -> Found:
    """One secret in two places falls with the weaker of them."""
    settings = runtime.settings
    used: dict[bytes, str] = {}
    several = {"ACCESS_KEYS": settings.access_keys.values(), "CONTACT_KEYS": settings.contact_keys.values()}
    named = [(name, key) for name, keys in several.items() for key in set(keys)]
    named += [("AUDIT_KEY", settings.audit_key), ("SECRET_KEY", settings.secret_key.encode())]
    for name, key in named:
        if key in used:
            yield (
                WRONG,
                f"SURVEYAPP_{used[key]} and SURVEYAPP_{name} hold the same key: whoever learns one has both.",
                "Give one of them a key of its own (`openssl rand -base64 32`), and `surveyapp keys list` for what "
                "rests on it.",
            )
        used.setdefault(key, name)
        if len(set(key)) < LEAST_SIGNS:
            yield (
                WRONG,
                f"SURVEYAPP_{name} is not random: it is made of {len(set(key))} different signs.",
                "Make another with `openssl rand -base64 32`, and `surveyapp keys list` for how it is changed.",
            )


def read_from(runtime: Runtime) -> list[str]:
    """Where each secret that is set was read from, in a sentence for each such place."""
    said = []
    for place in SecretPlace:
        if names := _standing_in(runtime, place):
            where = f"{place.value} {runtime.settings.secrets}" if place is SecretPlace.FOLDER else place.value
            said.append(f"Read from {where}: {', '.join(names)}.")
    return said


def _standing_in(runtime: Runtime, place: SecretPlace) -> list[str]:
    return sorted(f"{PREFIX}{name}" for name, each in runtime.settings.places.items() if each is place)


def vault(runtime: Runtime) -> Found:
    settings = runtime.settings
    open_there = [name for name in _standing_in(runtime, SecretPlace.ENVIRONMENT) if "KEY" in name]
    if open_there and not settings.demo:
        yield (
            BETTER,
            f"{', '.join(open_there)} {'stand' if len(open_there) > 1 else 'stands'} in the environment: what this "
            "program starts inherits it, and a copy of the file of settings is a copy of the keys.",
            "`deploy/seal` makes systemd credentials of them; anything else that keeps secrets writes them into a "
            "folder that SURVEYAPP_SECRETS names.",
        )
    if settings.secrets is not None and _is_open(settings.secrets):
        yield (
            WRONG,
            f"Others on this machine can read secrets in {settings.secrets}.",
            f"chmod -R o= {settings.secrets}, or have whatever writes them do so.",
        )


def _is_open(folder: Path) -> bool:
    """Whether others may read a secret in a folder. Groups are left out: an orchestrator hands them on by one."""
    if not folder.stat().st_mode & stat.S_IXOTH:
        return False
    return any(each.stat().st_mode & stat.S_IROTH for each in folder.glob(f"{PREFIX}*"))


def files(runtime: Runtime) -> Found:
    settings = runtime.settings
    if os.geteuid() == 0:
        yield BETTER, "This runs as root.", "Run it as a user of its own, who owns its files and nothing else."
    database = file_of(settings.database_url)
    kept = [("the database", database), ("people’s keys", settings.person_keys)]
    # SQLite makes what stands beside its file with the rights that the file has then, and leaves it so.
    beside = [] if database is None else family(database)[1:]
    kept += [("what is written of the database", each) for each in beside]
    kept += [("what results are counted from", settings.cache), ("the folder of backups", settings.backups)]
    for what, path in kept:
        if path is None or not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            todo = f"chmod {'700' if path.is_dir() else '600'} {path}"
            yield WRONG, f"Others on this machine can open {what} ({path}, {mode:o}).", todo
        if not os.access(path, os.W_OK):
            yield (
                WRONG,
                f"This user cannot write to {what} ({path}).",
                "Run this as the user that serves; if it is that one, chown it to them.",
            )
    if settings.backups.resolve() in settings.person_keys.resolve().parents:
        yield (
            WRONG,
            "People’s keys lie in the folder of backups: whoever was erased could be read in an older copy of it.",
            "Set SURVEYAPP_PERSON_KEYS to a file elsewhere, and move it there.",
        )
    if settings.secret_keys_before:
        yield (
            BETTER,
            "Older session keys are still accepted.",
            "A day after the change, unset SURVEYAPP_SECRET_KEYS_BEFORE.",
        )


def disks(runtime: Runtime) -> Found:
    settings = runtime.settings
    places = [file_of(settings.database_url), settings.person_keys, settings.cache, settings.backups]
    seen: set[int] = set()
    for place in places:
        there = None if place is None else _nearest(place)
        if there is None or there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        free = shutil.disk_usage(there).free
        if free < LEAST_FREE:
            yield WRONG, f"The disk of {there} has {free // 1024**2} MiB left.", "Make room, or move to a larger one."


def _nearest(path: Path) -> Path:
    """A path, or the folder above it that is there."""
    return next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())


def by_the_worker(settings: Settings, task: str) -> str:
    """What makes it that something is done by itself."""
    if task in settings.worker:
        return "the worker does that (`surveyapp worker --status`, and its log)"
    return f"the worker does that where SURVEYAPP_WORKER lists `{task}`"


def backups(runtime: Runtime) -> Found:
    settings = runtime.settings
    if not settings.backup_recipients and not settings.demo:
        yield (
            WRONG,
            "No backup can be made: nobody is named to encrypt it to.",
            "`surveyapp backup key FILE` on another machine, then set SURVEYAPP_BACKUP_RECIPIENT here.",
        )
        return
    there = backup_folder.backups_in(settings.backups)
    if not there:
        todo = f"`surveyapp backup create`, and have one made each night: {by_the_worker(settings, 'backup')}."
        yield WRONG, f"There is no backup in {settings.backups}.", todo
        return
    age = runtime.clock() - backup_folder.moment_of(there[-1])
    if age > BACKUP_AGE:
        todo = (
            f"Look why it is not made each night: {by_the_worker(settings, 'backup')}, room on the disk, `surveyapp "
            "backup create` by hand."
        )
        yield WRONG, f"The newest backup is {said_of_age(age)} old.", todo
    if not backup_folder.is_undamaged(there[-1]):
        yield (
            WRONG,
            f"{there[-1]} is damaged, or cannot be read.",
            "Look at its disk and who may read it, and make another one.",
        )
    database = file_of(settings.database_url)
    if database is not None and database.exists() and database.stat().st_dev == there[-1].stat().st_dev:
        yield (
            BETTER,
            "Backups lie on the disk of the database: what takes one takes both.",
            "Set SURVEYAPP_BACKUPS to another disk, or copy them away each night.",
        )


def set_aside(runtime: Runtime) -> Found:
    """What restores left, whether they came to their end or not."""
    try:
        there = backup.set_aside(runtime.settings)
    except DatabaseUnavailable:
        return  # which is said by itself
    if there:
        yield (
            BETTER,
            f"A restore left {', '.join(there)}: nobody is erased from that, whoever was erased since is in it.",
            "Delete it once the database is the right one; of a file also what is beside it under its name.",
        )


def passwords(runtime: Runtime) -> Found:
    if runtime.settings.breached_passwords is None and runtime.settings.provider is None:
        yield (
            BETTER,
            "Stolen passwords can be chosen, but for the commonest.",
            "Set SURVEYAPP_BREACHED_PASSWORDS to a folder that Have I Been Pwned’s downloader filled.",
        )
