"""Where files of answers lie until they are taken: sealed, beside what is counted of the database.

Each is sealed with age (https://age-encryption.org/v1) to an identity of its own, which stands in the database, sealed
too. Whoever has the file alone, or the database alone, can open nothing; where the identity is let go of, nobody can.
"""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

import pyrage
from cryptography.exceptions import InvalidTag

from surveyapp.domain.sentences import say
from surveyapp.services.kept_sentences import packed
from surveyapp.services.keyring import Keyring
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Work
from surveyapp.store.answering import export_jobs as store
from surveyapp.store.database import after_commit
from surveyapp.store.participants import Sealed

ENDING, PEOPLE = ".age", ".people"
_BOUND = "export"


class FileGone(Exception):
    """It is not there, or what is there is not what was written."""


def folder(runtime: Runtime) -> Path:
    """The folder of this user's alone."""
    made = runtime.settings.cache / "exports"
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


@contextlib.contextmanager
def working(runtime: Runtime, holder: str) -> Iterator[Path]:
    """A folder in which somebody makes a file: what is not sealed lies there meanwhile. Gone afterwards; where whoever
    makes it is killed, with `sweep`."""
    made = folder(runtime) / holder
    made.mkdir(mode=0o700)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def seal(runtime: Runtime, job: uuid.UUID, name: str, plain: Path, people: Collection[object]) -> Sealed:
    """Seals a file, and whose answers are in it; what opens both, itself sealed. Raises OSError."""
    identity = pyrage.x25519.Identity.generate()
    to = [identity.to_public()]
    place = folder(runtime)
    with plain.open("rb") as content, (place / f"{name}{ENDING}").open("xb") as sealed:
        pyrage.encrypt_io(content, sealed, to)
    (place / f"{name}{PEOPLE}").write_bytes(
        pyrage.encrypt(b"".join(each.bytes for each in people if isinstance(each, uuid.UUID)), to)
    )
    return runtime.keyring.seal(job, _BOUND, str(identity))


def people_in(runtime: Runtime, job: uuid.UUID, name: str, key: Sealed) -> set[uuid.UUID]:
    """Whose answers are in a file. Raises FileGone."""
    with _readable():
        sealed = (folder(runtime) / f"{name}{PEOPLE}").read_bytes()
        plain = pyrage.decrypt(sealed, [_identity(runtime.keyring, job, key)])
        return {uuid.UUID(bytes=plain[start : start + 16]) for start in range(0, len(plain), 16)}


def unseal(runtime: Runtime, job: uuid.UUID, name: str, key: Sealed, into: IO[bytes]) -> None:
    """Opens a file. Raises FileGone."""
    with _readable(), (folder(runtime) / f"{name}{ENDING}").open("rb") as sealed:
        pyrage.decrypt_io(sealed, into, [_identity(runtime.keyring, job, key)])


def sweep(runtime: Runtime) -> None:
    """Removes every file that belongs to nothing: its time is over, it was thrown away, or whoever made it was
    killed."""
    place = runtime.settings.cache / "exports"
    # What is there is looked at before what belongs to something: a file that comes in between is passed over.
    there = list(place.iterdir()) if place.is_dir() else []
    if not there:
        return
    with runtime.database.reading() as session:
        belong = store.files(session)
    for each in there:
        if each.stem not in belong:
            if each.is_dir():
                shutil.rmtree(each, ignore_errors=True)
            else:
                each.unlink(missing_ok=True)


def void(work: Work, study_id: str, kept_no_longer: bool = False) -> None:
    """Lets go of a study's files, as part of erasing somebody who may be in one, or of letting go of what is in them
    and is `kept_no_longer`; what is being made begins anew."""
    why = say("export_void_kept") if kept_no_longer else say("export_void")
    store.void(work.session, study_id, work.now, packed(why))
    after_commit(work.session, lambda: sweep(work.runtime))


def let_go(work: Work) -> None:
    """Forgets every export of everybody: the database is another than the one that they were asked of."""
    store.remove_all(work.session)
    after_commit(work.session, lambda: sweep(work.runtime))


def _identity(keyring: Keyring, job: uuid.UUID, key: Sealed) -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.from_str(keyring.unseal(job, _BOUND, key))


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (OSError, KeyError, InvalidTag, pyrage.DecryptError, pyrage.IdentityError) as error:
        raise FileGone from error
