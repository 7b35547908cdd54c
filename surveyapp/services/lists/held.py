"""What is held of a list while it is brought in: where it stands, and sealed what was in it, for whoever may see it."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
import zlib
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag

from surveyapp.domain.errors import (
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
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store.jobs import long_jobs
from surveyapp.store.lists import records
from surveyapp.store.lists.records import ListRow
from surveyapp.store.participants import Sealed


def sealed(work: Work, import_id: uuid.UUID, name: str, data: bytes) -> Sealed:
    return work.runtime.keyring.seal(import_id, f"list {name}", base64.b64encode(zlib.compress(data, 6)).decode())


def unsealed(work: Work, import_id: uuid.UUID, name: str) -> bytes:
    """Raises StateRefused where it is gone, or its key is."""
    kept = records.sealed(work.session, import_id, kept=name == "kept")
    if kept is None:
        raise StateRefused(say("list_gone"))
    try:
        text = work.runtime.keyring.unseal(import_id, f"list {name}", kept)
        return zlib.decompress(base64.b64decode(text))
    except (InvalidTag, KeyError, binascii.Error, zlib.error):  # its key is gone, or another release kept it
        raise StateRefused(say("list_gone")) from None


def seal_anew(desk: Desk) -> int:
    """Seals with the first contact key the lists that an older one seals, each in a transaction of its own: a list may
    be megabytes. Returns how many. One whose key is no longer listed stays until it is thrown away."""
    keyring, first = desk.runtime.keyring, desk.runtime.settings.contact_key_id
    with desk.reading() as work:
        waiting = records.sealed_otherwise(work.session, first)
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
    return found


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
        return records.of_study(work.session, study_id, own, 50)


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
