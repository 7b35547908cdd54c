"""Managers adding people to a study, correcting how they are reached, and recording what happened to them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import ContactShared, FieldFault, FieldsRefused, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import window
from surveyapp.domain.fieldwork.touchpoint_changes import with_window
from surveyapp.domain.participants import CONTACT_FIELDS, Contact, Event, Participant, Site
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.participants import contacts, enrolment_form
from surveyapp.services.participants.enrolling import enrol, place
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants
from surveyapp.store import enrolment as store
from surveyapp.store.database import new_id
from surveyapp.store.lists.standing import lock


def add(
    desk: Desk, study_id: str, written: Mapping[str, str], *, confirmed: bool = False, key: uuid.UUID | None = None
) -> Participant:
    """Enrols somebody, written down as `enrolment_form.columns` says, with the cases that follow. The same `key` (of
    `new_key`) again adds nobody and returns who was added. Raises NotPermitted, FieldsRefused with everything that
    is wrong, StateRefused where they are at another's site since, and, unless `confirmed`, ContactShared."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    study = desk.runtime.study(study_id)
    with desk.writing() as work:
        new, faults = enrolment_form.check(study, work.today(study), written)
        store.lock(work.session, study_id)
        added = participants.participant(work.session, key, work.today(study)) if key else None
        if added is not None:
            if not scope.has(added):
                raise StateRefused(say("added_elsewhere"))
            return added
        placement = place(work, scope, study, [(0, new)], key=key)
        told = {fault.field for fault in faults}
        faults += [fault for _, fault in placement.faults if fault.field not in told]
        if faults:
            raise FieldsRefused(tuple(faults))
        if placement.shared and not confirmed:
            raise ContactShared(tuple(fault for _, fault in placement.shared))
        return enrol(work, placement, "manager")[0]


def new_key() -> uuid.UUID:
    """What tells one adding of somebody from another."""
    return new_id()


def contact_of(desk: Desk, study_id: str, reference: str) -> tuple[Participant, Contact]:
    """A participant and how they are reached. Every sight of it is audited. Raises NotPermitted, NotFound, and
    StateRefused for somebody who withdrew, unless the actor handles that."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id, Action.SEE_CONTACTS)
    with desk.writing() as work:
        participant = _participant(work, scope, reference)
        if participant.withdrawn_at is not None and not desk.may_of(Action.HANDLE_RIGHTS, participant):
            raise StateRefused(say("withdrawn_contacts", reference=reference))
        work.record(AuditAction.CONTACT_SEEN, reference, study=study_id)
        return participant, contacts.read(work, participant.id)


def correct_contact(
    desk: Desk, study_id: str, reference: str, written: Mapping[str, str], *, confirmed: bool = False
) -> None:
    """Replaces a participant's contact record. Whoever was not called because of a wrong number, or because they moved,
    is called again. Raises NotPermitted, NotFound, FieldsRefused, ContactShared."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id, Action.SEE_CONTACTS)
    contact, faults = enrolment_form.check_contact(written)
    if faults:
        raise FieldsRefused(tuple(faults))
    with desk.writing() as work:
        participant = _participant(work, scope, reference)
        _check_here(participant)
        lock(work.session, [participant.id])  # a list may be changing them, or be taken back
        before = contacts.read_to_act(work, participant.id)
        changed = [name for name in CONTACT_FIELDS if getattr(contact, name) != getattr(before, name)]
        shared = []
        reached = contacts.reached_by(contact)
        owners = contacts.owners(work, scope, reached.values())
        for kind, value in reached.items():
            others = [each for each in owners.get(value, ()) if each != reference]
            if others and kind in changed:
                shared.append(FieldFault(kind, say(f"{kind}_shared", others=others)))
        if shared and not confirmed:
            raise ContactShared(tuple(shared))
        if changed:
            contacts.write(work, participant, contact)
            work.record(AuditAction.CONTACT_CORRECTED, reference, study=study_id, fields=changed)


def set_event(desk: Desk, study_id: str, reference: str, event: str, written_day: str) -> None:
    """Records the day on which something happened to a participant, or corrects it, and opens what follows from it.
    Cases that followed from the wrong day move, unless somebody has begun to answer. Raises NotPermitted, NotFound,
    FieldsRefused naming `event` or `on`."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    study = desk.runtime.study(study_id)
    with desk.writing() as work:
        store.lock(work.session, study_id)
        day, faults = enrolment_form.check_event(study, work.today(study), event, written_day)
        if day is None:
            raise FieldsRefused(tuple(faults))
        participant = _participant(work, scope, reference)
        _check_here(participant)
        before = {each.event: each.on for each in participants.events(work.session, participant.id)}
        if before.get(event) == day:
            return
        store.set_event(work.session, participant.id, Event(event, day, "manager"))
        unanswered = store.unanswered_touchpoints(work.session, participant.id)
        standing = scheduling.as_it_stands(work, study)
        for case in cases.cases_of(work.session, participant.id):
            touchpoint = standing.touchpoint(participant.group, case.touchpoint)
            follows = touchpoint is not None and touchpoint.opens.event == event and case.moved_at is None
            if touchpoint is not None and follows and case.touchpoint in unanswered:
                days = window(touchpoint, day, work.runtime.zone(study))
                scheduling.move(work, study, with_window(case, days))
        scheduling.plan_cases(work, participant)
        action = AuditAction.EVENT_CORRECTED if event in before else AuditAction.EVENT_RECORDED
        work.record(action, reference, study=study_id, event=event)


def _participant(work: Work, scope: Scope, reference: str) -> Participant:
    today = work.today(work.runtime.study(scope.study))
    found = participants.participant_by_reference(work.session, scope, reference, today)
    if found is None:
        raise NotFound(say("no_participant", reference=reference))
    return found


def _check_here(participant: Participant) -> None:
    if participant.withdrawn_at is not None:
        raise StateRefused(say("withdrawn", reference=participant.reference))


def sites(desk: Desk, study_id: str) -> list[Site]:
    """The sites at which the staff member may add people. Raises NotPermitted."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.reading() as work:
        found = participants.sites(work.session, study_id, work.today(work.runtime.study(study_id)))
    return [site for site in found if scope.sites is None or site.id in scope.sites]
