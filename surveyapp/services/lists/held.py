"""What is held of a list while it is brought in: where it stands, and sealed what was in it, for whoever may see it."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import hashlib
import json
import uuid
import zlib
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import (
    KeyMissing,
    NotFound,
    StateRefused,
)
from surveyapp.domain.fieldwork.lists import BUSY, ListRecord, ListState
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.jobs.long_jobs import JobKind, LongJob
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.jobs import asking
from surveyapp.services.jobs.asking import JobStand
from surveyapp.services.kept_sentences import unpacked
from surveyapp.services.lists import doubles
from surveyapp.services.lists.doubles import LikelyDouble
from surveyapp.services.person_keys import PERSONAL
from surveyapp.services.sealed_files import own_keys
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store.jobs import long_jobs
from surveyapp.store.lists import records
from surveyapp.store.lists.records import ListRow
from surveyapp.store.participants import Sealed

_SEALED = "sealed:"
"""How the name of a file begins while it waits: people are named in names of files, too."""


def sealed(work: Work, import_id: uuid.UUID, name: str, data: bytes) -> Sealed:
    """With the list's own key, which goes with it from every copy of the database (`own_keys`)."""
    return own_keys.seal(work, import_id, f"list {name}", base64.b64encode(zlib.compress(data, 6)).decode())


def unsealed(work: Work, import_id: uuid.UUID, name: str) -> bytes:
    """Raises StateRefused where it is gone, or its key is."""
    kept = records.sealed(work.session, import_id, kept=name == "kept")
    if kept is None:
        raise StateRefused(say("list_gone"))
    try:
        if kept.key_id == PERSONAL:
            text = own_keys.unseal(work, import_id, f"list {name}", kept.ciphertext)
        else:  # it is from before lists had keys of their own
            text = work.runtime.keyring.unseal(import_id, f"list {name}", kept)
        return zlib.decompress(base64.b64decode(text))
    except (InvalidTag, KeyError, KeyMissing, binascii.Error, zlib.error):  # or another release kept it
        raise StateRefused(say("list_gone")) from None


def sealed_name(work: Work, import_id: uuid.UUID, name: str) -> str:
    """What a file is called, as it is stored while the list waits."""
    if not name:
        return ""
    text = own_keys.seal(work, import_id, "list name", name[:200]).ciphertext
    return _SEALED + base64.b64encode(text).decode()


def _named(work: Work, found: ListRecord) -> ListRecord:
    """A list with the name of its file to be read, where that is kept still."""
    if not found.file_name.startswith(_SEALED):
        return found
    try:
        text = base64.b64decode(found.file_name.removeprefix(_SEALED))
        name = own_keys.unseal(work, found.id, "list name", text)
    except (InvalidTag, KeyMissing, binascii.Error):
        name = ""
    return dataclasses.replace(found, file_name=name)


def forget(work: Work, import_id: uuid.UUID) -> None:
    """Destroys the key of a list that is let go of."""
    own_keys.forget(work, [import_id])


def print_of(data: bytes) -> str:
    """By which a file is known again. Plain, it tells whoever tries who was in a short list: it is never stored."""
    return hashlib.sha256(data).hexdigest()


def mark(work: Work, file_print: str) -> str:
    """What is stored of a file for good: a keyed hash."""
    return work.runtime.keyring.digest("list", file_print)


def brought_before(work: Work, study: Study, file_print: str) -> dt.date | None:
    """The last day on which this very file was brought in, with whichever access key that was marked; before marks had
    keys, the plain hash stood in the trail."""
    known = {file_print, *work.runtime.keyring.digests("list", file_print)}
    days = [
        at.astimezone(work.runtime.zone(study)).date()
        for at, detail in work.recorded(study.id, AuditAction.PARTICIPANTS_IMPORTED)
        if detail.get("sha256") in known
    ]
    return days[-1] if days else None


def seal_anew(desk: Desk) -> int:
    """Seals with the first contact key the lists that an older one seals, each in a transaction of its own: a list may
    be megabytes. Returns how many. One whose key is no longer listed stays until it is thrown away."""
    keyring, first = desk.runtime.keyring, desk.runtime.settings.contact_key_id
    with desk.reading() as work:
        waiting = records.sealed_otherwise(work.session, [first, PERSONAL])
    count = 0
    for import_id in waiting:
        with desk.writing() as work:
            records.lock(work.session, import_id)
            values = {}
            for name in ("file", "kept"):
                before = records.sealed(work.session, import_id, kept=name == "kept")
                if before is not None and before.key_id != first and before.key_id in keyring.contact_keys:
                    text = keyring.unseal(import_id, f"list {name}", before)
                    values[name] = keyring.seal(import_id, f"list {name}", text).ciphertext
            if values:
                records.change(work.session, import_id, key_id=first, **values)
                count += 1
    return count


def scope_of(desk: Desk, study_id: str) -> Scope:
    return desk.scope(Action.MANAGE_PARTICIPANTS, study_id)


def record_in(work: Work, desk: Desk, study_id: str, import_id: uuid.UUID) -> ListRecord:
    """The list, if the actor may see it: their own, or any where they manage the whole study. Raises NotFound."""
    found = records.get(work.session, study_id, import_id)
    everywhere = desk.may_everywhere(Action.MANAGE_PARTICIPANTS, study_id)
    if found is None or not (everywhere or found.staff_id == work.staff_id):
        raise NotFound(say("no_list"))
    return _named(work, found)


def elsewhere(work: Work, scope: Scope, import_id: uuid.UUID, rows: Sequence[ListRow]) -> set[uuid.UUID]:
    """Those of a list's people who are out of scope by now: others have moved them since, or the actor manages fewer
    sites than they did."""
    people = {each.participant_id for each in rows if each.reference is not None and each.participant_id is not None}
    return people - records.people_in(work.session, scope, import_id) if scope.sites is not None else set()


def lists(desk: Desk, study_id: str) -> list[ListRecord]:
    """The study's lists, the newest first: those of the actor alone, where they manage only some sites. Raises
    NotPermitted."""
    scope_of(desk, study_id)
    with desk.reading() as work:
        own = None if desk.may_everywhere(Action.MANAGE_PARTICIPANTS, study_id) else work.staff_id
        return [_named(work, each) for each in records.of_study(work.session, study_id, own, 50)]


def record(desk: Desk, study_id: str, import_id: uuid.UUID) -> ListRecord:
    """Where a list stands. Raises NotPermitted, NotFound."""
    scope_of(desk, study_id)
    with desk.reading() as work:
        return record_in(work, desk, study_id, import_id)


def site_names(work: Work, study: Study) -> dict[str, str]:
    return {each.name: each.reference for each in participants.sites(work.session, study.id, work.today(study))}


def state_of(desk: Desk, study_id: str, import_id: uuid.UUID) -> ListState | None:
    """The step that a list is in, for who works on it in somebody's name; None: it is gone."""
    with desk.reading() as work:
        found = records.get(work.session, study_id, import_id)
    return found.state if found else None


def interrupted(desk: Desk, found: ListRecord) -> bool:
    """Whether what worked on a list has ended before it was through, and nobody goes on with it."""
    with desk.reading() as work:
        return abandoned(work, found)


def abandoned(work: Work, found: ListRecord) -> bool:
    """`interrupted`, in the caller's unit of work."""
    return found.interrupted(work.now) and _asked(work, found) is None


def worked_on(desk: Desk, found: ListRecord) -> JobStand | None:
    """How far the worker is with it, where it is the worker's."""
    with desk.reading() as work:
        job = _asked(work, found)
        return None if job is None else asking.standing(work, job)


def let_go(work: Work, found: ListRecord) -> bool:
    """Forgets what was asked for of a list; False where somebody works on it at this moment."""
    mine = _asked(work, found) is not None
    if not long_jobs.remove_idle(work.session, found.study, JobKind.LIST, str(found.id), work.now):
        return False
    return mine or found.state not in BUSY or found.interrupted(work.now)


def _asked(work: Work, found: ListRecord) -> LongJob | None:
    job = long_jobs.newest(work.session, found.study, JobKind.LIST, str(found.id))
    return job if job is not None and job.open else None


def kept_double(kept: Sequence[Any]) -> LikelyDouble:
    line, by, reference, other_line = kept
    return LikelyDouble(line=line, by=doubles.DoubleBy(by), reference=reference, other_line=other_line)


def failure(found: ListRecord) -> Sentence | None:
    """Why the last step did not come to an end."""
    return unpacked(json.loads(found.failed)) if found.failed else None
