"""A list that is thrown away, or taken back whole."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import (
    StateRefused,
)
from surveyapp.domain.fieldwork.lists import BUSY, ListState, RowOutcome
from surveyapp.domain.participants import Contact
from surveyapp.domain.sentences import say
from surveyapp.services.cases.call_wishes import read_wishes
from surveyapp.services.lists import bringing, held
from surveyapp.services.participants import contacts
from surveyapp.services.work import Desk, Work
from surveyapp.store.lists import records, staging
from surveyapp.store.lists.records import ListRow


def discard(desk: Desk, study_id: str, import_id: uuid.UUID) -> None:
    """Throws a list away that was not brought in. Raises NotPermitted, NotFound, StateRefused."""
    held.scope_of(desk, study_id)
    study = desk.runtime.study(study_id)
    with desk.reading() as work:
        found = held.record_in(work, desk, study_id, import_id)
    if found.state in (ListState.IMPORTED, ListState.UNDONE) or (
        found.state in BUSY and not found.interrupted(desk.runtime.clock())
    ):
        raise StateRefused(say("list_moved_on"))
    bringing.clear(desk, study, import_id)
    with desk.writing() as work:
        records.remove(work.session, import_id)


def undo(desk: Desk, study_id: str, import_id: uuid.UUID) -> None:
    """Takes a whole list back: whoever it added goes, whoever it changed is as before. Raises NotPermitted, NotFound,
    and StateRefused once somebody of it has begun to answer."""
    scope, study = held.scope_of(desk, study_id), desk.runtime.study(study_id)
    with desk.writing() as work:
        found = held.record_in(work, desk, study_id, import_id)
        if found.state is not ListState.IMPORTED:
            raise StateRefused(say("list_moved_on"))
        rows = records.rows_of(work.session, import_id)
        added = [each.participant_id for each in rows if each.outcome is RowOutcome.ADDED and each.participant_id]
        # Whoever is about to answer waits; whoever has answered keeps the list from being taken back.
        staging.lock_cases(work.session, added)
        if answered := records.answered(work.session, import_id):
            raise StateRefused(say("list_answered", people=answered))
        _restore(work, rows)
        records.forget_rows(work.session, import_id)
        staging.remove(work.session, import_id, added, study_id, work.now)
        staging.forget_counts(work.session, study_id, scope.origin)
        records.step(work.session, import_id, [ListState.IMPORTED], ListState.UNDONE, finished_at=work.now)
        work.record(AuditAction.IMPORT_UNDONE, study=study.id, count=len(added), sha256=found.sha256)
    desk.runtime.person_keys.forget(added, desk.runtime.clock())


def _restore(work: Work, rows: Sequence[ListRow]) -> None:
    """Puts back how people were reached before the list. Of several rows of one person, the first knows."""
    changed = {}
    for each in reversed(rows):
        if each.before is not None and each.participant_id is not None:
            changed[each.participant_id] = json.loads(
                work.seals.unseal(each.participant_id, bringing.BEFORE, each.before)
            )
    whole = {}
    for person, before in changed.items():
        contact = Contact(**before["contact"])
        whole[person] = (
            contacts.sealed(work, person, contact),
            contacts.sealed_lookup(work, person, contact),
            read_wishes(contact),
        )
        staging.set_attributes(work.session, person, before["attributes"])
    staging.replace_contacts(work.session, whole)
