"""Erasing somebody: all there is of them goes at once, and what cannot be reached any more becomes unreadable.

Gone from the database: the person, how they are reached, whom they belong with, what they consented to, their cases
and links, what was tried, every answer and save, their sessions. Gone from beside it: their key, and with it whatever
copies of the database hold of contacts, notes and words; files of single answers that lie ready to be taken; lists of
the study that wait to be brought in, and what staff had typed of them as a session ended; the working view's counts,
which are made anew. What stays:
releases, which are counts of nobody in particular; audit entries, which have references alone; and that somebody was
erased.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from cryptography.exceptions import InvalidTag

from surveyapp.domain.audit import AuditAction, System
from surveyapp.domain.errors import DatabaseUnavailable, KeyMissing
from surveyapp.domain.participants import Contact, Origin, Participant
from surveyapp.services.lists import taking_back
from surveyapp.services.participants import contacts
from surveyapp.services.results import current
from surveyapp.services.results.releasing import cuts
from surveyapp.services.runtime import Runtime
from surveyapp.services.sealed_files import export_files
from surveyapp.services.security import kept_forms
from surveyapp.services.work import Desk, Work
from surveyapp.store import results
from surveyapp.store.database import after_commit
from surveyapp.store.mending import merging
from surveyapp.store.security import erasures, sealed_rows

_DOING = "erasing"
_log = logging.getLogger(__name__)


def erase(work: Work, participant: Participant) -> None:
    """Erases somebody, in the caller's unit of work, who has checked that the actor may. Their key is destroyed once
    that is committed; killed in between, `replaying` does it. The audit entry names no one."""
    erase_by_key(work, participant.id, AuditAction.ERASED)


def erase_by_key(work: Work, person: uuid.UUID, action: AuditAction) -> None:
    """`erase` of whoever has this key, if they are there; listed as erased either way."""
    # Whoever was merged into them had a key of their own, and goes with them.
    folded = merging.folded_into(work.session, [person])
    _let_go_besides(work, person)
    place = erasures.erase(work.session, person, work.now)
    if place is not None:
        study, origin = place
        results.drop(work.session, study, origin)
        export_files.void(work, study)
        work.record(action, study=study)
    _afterwards(work, person, place)
    for each in folded:
        erase_by_key(work, each, action)


def _let_go_besides(work: Work, person: uuid.UUID) -> None:
    """What is no row of theirs and may be of them: lists that wait, and what staff had typed as a session ended."""
    found = work.person(person)
    if found is None:
        return
    try:
        contact = contacts.read(work, person)
    except (KeyError, KeyMissing, InvalidTag):  # they were erased before, and are back
        contact = Contact()
    kept_forms.let_go_of(work, found, contact)
    taking_back.void(work, found.study)


def was_erased(runtime: Runtime, whose: str) -> bool:
    """Whether whoever a phone names (`Keyring.whose`) was erased. That nothing is found of somebody is no proof: a
    database may have been put back from before they came."""
    person = runtime.keyring.person_of(whose)
    if person is None:
        return False
    with Desk(runtime, System()).reading() as work:
        return erasures.is_listed(work.session, person)


def renew_key(work: Work, person: uuid.UUID) -> None:
    """Gives somebody of whom nothing is sealed any more, but whose answers stay, a new key once that is committed:
    what copies of the database hold of their contacts and words cannot be opened with it."""
    work.session.flush()
    if not sealed_rows.anything_of(work.session, person):
        after_commit(work.session, lambda: work.runtime.person_keys.renew(person))


def _afterwards(work: Work, person: uuid.UUID, place: tuple[str, Origin] | None) -> None:
    """What is outside the database follows what is in it: together for all whom one unit of work erases."""
    info = work.session.info
    if _DOING not in info:
        info[_DOING] = ([], set())
        after_commit(work.session, _follow(work))
    people, places = info[_DOING]
    people.append(person)
    if place is not None:
        places.add(place)


def _follow(work: Work) -> Callable[[], None]:
    def follow() -> None:
        people, places = work.session.info.pop(_DOING)
        work.runtime.person_keys.forget(people, work.now)
        for study, origin in sorted(places, key=str):
            current.forget(work.runtime, study, origin)
            cuts.forget(work.runtime, study, origin, {each.bytes for each in people})
        try:
            done = erasures.scrub(work.runtime.database.engine)
        except DatabaseUnavailable:
            done = False
        if not done:
            _log.warning("Somebody was erased, and the database's log still holds it: the next erasure empties it.")

    return follow
