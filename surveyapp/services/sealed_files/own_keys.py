"""Keys of their own for what lies in the database for some days and may be of anybody: a list that waits, a form that
staff had typed as their session ended.

They lie with the keys of persons, outside the database and its backups, and are destroyed with what they seal: no copy
of the database that was made meanwhile tells of anybody what was in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from surveyapp.services.work import Work
from surveyapp.store.database import after_commit, new_id
from surveyapp.store.lists import records
from surveyapp.store.participants import Sealed
from surveyapp.store.security import web_sessions
from surveyapp.store.security.key_file import of_thing

JUST_MADE = 3_600_000
"""Milliseconds in which a key may be of something that is not stored yet."""


def seal(work: Work, thing: uuid.UUID, name: str, text: str) -> Sealed:
    """Seals what belongs to a thing, with its own key, made if there is none. Raises KeyMissing once it was
    forgotten."""
    return work.seals.sealed(of_thing(thing), name, text)


def unseal(work: Work, thing: uuid.UUID, name: str, sealed: bytes) -> str:
    """Raises KeyMissing where its key is gone; cryptography's InvalidTag if it was tampered with."""
    return work.seals.unseal(of_thing(thing), name, sealed)


def forget(work: Work, things: Iterable[uuid.UUID]) -> None:
    """Destroys the keys of things that are let go of, once that is committed. Killed in between, `sweep` does it."""
    keys = [of_thing(each) for each in things]

    def follow() -> None:
        if there := work.runtime.person_keys.file.read(keys):
            work.runtime.person_keys.forget(list(there), work.now)

    if keys:
        after_commit(work.session, follow)


def sweep(work: Work) -> None:
    """Destroys the keys of things that are no longer there."""
    # What there are keys of is looked at before what is stored: a thing that comes in between is passed over.
    there = work.runtime.person_keys.of_things()
    stored = {of_thing(each) for each in (*records.waiting(work.session), *web_sessions.forms(work.session))}
    # One of a unit of work that still runs is not stored yet. Both times are of the clock by which ids are made.
    now = _made(new_id())
    if gone := [each for each in there - stored if now - _made(each) > JUST_MADE]:
        work.runtime.person_keys.forget(gone, work.now)


def _made(key: uuid.UUID) -> int:
    """When an id was made, in milliseconds."""
    return key.int >> 80
