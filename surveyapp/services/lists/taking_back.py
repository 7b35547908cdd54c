"""A list that is thrown away, or taken back whole."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import (
    StateRefused,
)
from surveyapp.domain.fieldwork.lists import KEPT_FOR, ListState, RowOutcome
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Contact, Event
from surveyapp.domain.privacy.leaving import LeavingReason
from surveyapp.domain.sending.planning import WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.services.cases import consents, stopping
from surveyapp.services.lists import bringing, held
from surveyapp.services.mending import people as mending
from surveyapp.services.mending import placed
from surveyapp.services.participants import contacts, relating
from surveyapp.services.participants.contacts import PreparedContact
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, enrolment, participants
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.lists import records, staging
from surveyapp.store.lists.records import ListRow
from surveyapp.store.mending import merging
from surveyapp.store.sending import recipients


def discard(desk: Desk, study_id: str, import_id: uuid.UUID) -> None:
    """Throws a list away that was not brought in. Raises NotPermitted, NotFound, StateRefused."""
    held.scope_of(desk, study_id)
    with desk.writing() as work:
        found = held.record_in(work, desk, study_id, import_id)
        if found.state in (ListState.IMPORTED, ListState.UNDONE) or not held.let_go(work, found):
            raise StateRefused(say("list_moved_on"))
        bringing.clear_in(work, study_id, import_id)
        records.remove(work.session, import_id)


def remove_old(work: Work) -> None:
    """Throws away the lists that nobody brought in, with whoever one that was interrupted had brought so far."""
    for import_id, study in records.old(work.session, work.now - KEPT_FOR).items():
        found = records.get(work.session, study, import_id)
        if found is None or not held.let_go(work, found):
            continue  # it is being brought in at last
        bringing.clear_in(work, study, import_id)
        records.remove(work.session, import_id)


def undo(desk: Desk, study_id: str, import_id: uuid.UUID) -> None:
    """Takes a whole list back: whoever it added goes, whoever it changed is as before. Raises NotPermitted, NotFound,
    and StateRefused once somebody of it has begun to answer, or is at a site that the actor does not manage."""
    scope, study = held.scope_of(desk, study_id), desk.runtime.study(study_id)
    with desk.writing() as work:
        found = held.record_in(work, desk, study_id, import_id)
        if found.state is not ListState.IMPORTED:
            raise StateRefused(say("list_moved_on"))
        rows = records.rows_of(work.session, import_id)
        if unseen := held.elsewhere(work, scope, import_id, rows):
            raise StateRefused(say("list_elsewhere", people=len(unseen)))
        added = [each.participant_id for each in rows if each.outcome is RowOutcome.ADDED and each.participant_id]
        if merging.any_of(work.session, import_id):
            raise StateRefused(say("list_merged"))
        # Whoever is about to answer waits; whoever has answered keeps the list from being taken back.
        staging.lock_cases(work.session, added)
        if answered := records.answered(work.session, import_id):
            raise StateRefused(say("list_answered", people=answered))
        _restore(work, scope, study, rows, found.finished_at)
        records.forget_rows(work.session, import_id)
        staging.remove(work.session, import_id, added, study_id, work.now)
        staging.forget_counts(work.session, study_id, scope.origin)
        records.step(work.session, import_id, [ListState.IMPORTED], ListState.UNDONE, finished_at=work.now)
        work.record(AuditAction.IMPORT_UNDONE, study=study.id, count=len(added), sha256=found.sha256)
    desk.runtime.person_keys.forget(added, desk.runtime.clock())


def _restore(work: Work, scope: Scope, study: Study, rows: Sequence[ListRow], brought_at: dt.datetime | None) -> None:
    """Puts back how people were before the list. Of several rows of one person, the first knows how they were reached;
    what happened to them, what they consented to and that they stopped is taken out of each."""
    changed: dict[uuid.UUID, dict[str, Any]] = {}
    whole: list[tuple[uuid.UUID, PreparedContact]] = []
    for each in reversed(rows):
        if each.before is None or each.participant_id is None:
            continue
        # Of whom that cannot be opened any more, how they were before is not known.
        if (text := work.seals.unsealed(each.participant_id, bringing.BEFORE, each.before)) is not None:
            before = json.loads(text)
            changed[each.participant_id] = before
            _take_out(work, scope, study, each.participant_id, before, brought_at)
    for person, before in changed.items():
        there, earlier = contacts.read_to_act(work, person), Contact(**before["contact"])
        whole.append((person, contacts.prepared(work, person, there, earlier)))
        staging.set_attributes(work.session, person, before["attributes"])
    contacts.write_many(work, whole)
    for person, made in whole:
        _end_again(work, person, made, changed[person].get("ended", ()))


def _end_again(work: Work, person: uuid.UUID, made: PreparedContact, ended: Sequence[Sequence[str]]) -> None:
    """An address or number that is there again is as wrong as it was before the list."""
    back = {way for name, way in recipients.REACHED_BY.items() if name in made.otherwise}
    for way, why, at in ended:
        if SendingWay(way) in back:
            recipients.end_channel(work.session, person, SendingWay(way), WhyNot(why), dt.datetime.fromisoformat(at))


def _take_out(
    work: Work,
    scope: Scope,
    study: Study,
    person: uuid.UUID,
    before: Mapping[str, Any],
    brought_at: dt.datetime | None,
) -> None:
    """Takes out what a row said of somebody, where it still stands, and puts back what stood before. Rows from before
    this was kept say nothing. Raises StateRefused where they would be back at a site that the actor does not manage."""
    said_of_consent.take_back(work.session, person, [uuid.UUID(each) for each in before.get("consents", ())])
    gone = {
        event
        for event, day in before.get("events", {}).items()
        if enrolment.take_event_back(work.session, person, _event(event, day, bringing.BROUGHT_BY))
    }
    for event, (day, source) in before.get("events_before", {}).items():
        if event in gone:
            enrolment.set_event(work.session, person, _event(event, day, source))
            gone.discard(event)
    there = participants.participant(work.session, person, work.today(study))
    if there is None:
        return
    if "placed" in before:
        placed.take_back(work, study, there, before["placed"])
        there = mending.again(work, study, there)
        if not scope.has(there):
            raise StateRefused(say("list_elsewhere", people=1))
    relating.take_back(work, scope, study, there, before.get("related", {}))
    if before.get("consents"):
        consents.follow(work, study, there)
    for case in cases.cases_of(work.session, person) if gone else ():
        touchpoint = study.touchpoint(there.group, case.touchpoint)
        if touchpoint is not None and touchpoint.opens.event in gone:
            enrolment.take_case_back(work.session, case.id)
    if before.get("stops") and there.stopped_at is not None and there.stopped_at == brought_at:
        stopping.take_up(work, there, LeavingReason.MISTAKE)


def _event(event: str, day: str, source: str) -> Event:
    return Event(event, dt.date.fromisoformat(day), source)
