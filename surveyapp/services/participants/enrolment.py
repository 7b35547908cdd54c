"""Managers adding people to a study, correcting how they are reached, and recording what happened to them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy.orm import Session

from surveyapp.domain.errors import ContactShared, EnrolmentRefused, FieldFault, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import window
from surveyapp.domain.participants import CONTACT_FIELDS, Contact, Event, Participant, Site
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Staff, scope_of
from surveyapp.services.cases import scheduling
from surveyapp.services.participants import contacts, enrolment_form
from surveyapp.services.participants.enrolling import enrol, place
from surveyapp.services.runtime import Runtime
from surveyapp.store import audit, cases, participants
from surveyapp.store import enrolment as store
from surveyapp.store.database import new_id


def add(
    runtime: Runtime,
    staff: Staff,
    study_id: str,
    written: Mapping[str, str],
    *,
    confirmed: bool = False,
    key: uuid.UUID | None = None,
) -> Participant:
    """Enrols somebody, written down as `newcomers.columns` says, with the cases that follow. The same `key` (of
    `new_key`) again adds nobody and returns who was added. Raises NotPermitted, EnrolmentRefused with everything that
    is wrong, and, unless `confirmed`, ContactShared."""
    scope = scope_of(staff, Action.MANAGE_PARTICIPANTS, study_id, runtime.origin)
    study = runtime.study(study_id)
    new, faults = enrolment_form.check(study, runtime.today(study), written)
    with runtime.database.writing() as session:
        store.lock(session, study_id)
        added = participants.participant(session, key, runtime.today(study)) if key else None
        if added is not None and added.study == study_id:
            return added
        placement = place(runtime, session, scope, study, [(0, new)], key=key)
        told = {fault.field for fault in faults}
        faults += [fault for _, fault in placement.faults if fault.field not in told]
        if faults:
            raise EnrolmentRefused(tuple(faults))
        if placement.shared and not confirmed:
            raise ContactShared(tuple(fault for _, fault in placement.shared))
        return enrol(runtime, session, placement, staff, "manager")[0]


def new_key() -> uuid.UUID:
    """What tells one adding of somebody from another."""
    return new_id()


def contact_of(runtime: Runtime, staff: Staff, study_id: str, reference: str) -> tuple[Participant, Contact]:
    """A participant and how they are reached. Every sight of it is audited. Raises NotPermitted, NotFound."""
    staff.check(Action.SEE_CONTACTS, study_id)
    with runtime.database.writing() as session:
        participant = _participant(runtime, session, staff, study_id, reference)
        audit.record(session, runtime.clock(), staff.id, "contact_seen", study_id, reference)
        return participant, contacts.read(runtime, session, participant.id)


def correct_contact(
    runtime: Runtime,
    staff: Staff,
    study_id: str,
    reference: str,
    written: Mapping[str, str],
    *,
    confirmed: bool = False,
) -> None:
    """Replaces a participant's contact record. Raises NotPermitted, NotFound, EnrolmentRefused, ContactShared."""
    staff.check(Action.SEE_CONTACTS, study_id)
    contact, faults = enrolment_form.check_contact(written)
    if faults:
        raise EnrolmentRefused(tuple(faults))
    with runtime.database.writing() as session:
        participant = _participant(runtime, session, staff, study_id, reference)
        _check_here(participant)
        scope = scope_of(staff, Action.MANAGE_PARTICIPANTS, study_id, runtime.origin)
        before = contacts.read(runtime, session, participant.id)
        changed = [name for name in CONTACT_FIELDS if getattr(contact, name) != getattr(before, name)]
        shared = []
        for kind, digest in contacts.lookups(runtime, contact).items():
            others = [
                each for each in store.owners(session, scope, kind, [digest]).get(digest, ()) if each != reference
            ]
            if others and kind in changed:
                shared.append(FieldFault(kind, say(f"{kind}_shared", others=others)))
        if shared and not confirmed:
            raise ContactShared(tuple(shared))
        if changed:
            contacts.write(runtime, session, participant, contact)
            audit.record(session, runtime.clock(), staff.id, "contact_corrected", study_id, reference, fields=changed)


def set_event(runtime: Runtime, staff: Staff, study_id: str, reference: str, event: str, written_day: str) -> None:
    """Records the day on which something happened to a participant, or corrects it, and opens what follows from it.
    Cases that followed from the wrong day move, unless somebody has begun to answer. Raises NotPermitted, NotFound,
    EnrolmentRefused naming `event` or `on`."""
    study = runtime.study(study_id)
    day, faults = enrolment_form.check_event(study, runtime.today(study), event, written_day)
    if day is None:
        raise EnrolmentRefused(tuple(faults))
    with runtime.database.writing() as session:
        participant = _participant(runtime, session, staff, study_id, reference)
        _check_here(participant)
        before = {each.event: each.on for each in participants.events(session, participant.id)}
        if before.get(event) == day:
            return
        store.set_event(session, participant.id, Event(event, day, "manager"))
        unanswered = store.unanswered_touchpoints(session, participant.id)
        for case in cases.cases_of(session, participant.id):
            touchpoint = study.touchpoint(participant.group, case.touchpoint)
            if touchpoint and touchpoint.opens.event == event and case.touchpoint in unanswered:
                store.move_case(session, case.id, window(touchpoint, day, runtime.zone(study)))
        scheduling.plan_cases(runtime, session, participant)
        audit.record(
            session,
            runtime.clock(),
            staff.id,
            "event_corrected" if event in before else "event_recorded",
            study_id,
            reference,
            event=event,
        )


def _participant(runtime: Runtime, session: Session, staff: Staff, study_id: str, reference: str) -> Participant:
    scope = scope_of(staff, Action.MANAGE_PARTICIPANTS, study_id, runtime.origin)
    today = runtime.today(runtime.study(study_id))
    found = participants.participant_by_reference(session, scope, reference, today)
    if found is None:
        raise NotFound(say("no_participant", reference=reference))
    return found


def _check_here(participant: Participant) -> None:
    if participant.withdrawn_at is not None:
        raise StateRefused(say("withdrawn", reference=participant.reference))


def sites(runtime: Runtime, staff: Staff, study_id: str) -> list[Site]:
    """The sites at which the staff member may add people. Raises NotPermitted."""
    scope = scope_of(staff, Action.MANAGE_PARTICIPANTS, study_id, runtime.origin)
    with runtime.database.reading() as session:
        found = participants.sites(session, study_id, runtime.today(runtime.study(study_id)))
    return [site for site in found if scope.sites is None or site.id in scope.sites]
