"""What participants are to one another: found out of what is written of newcomers, and set by a manager."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import FieldFault, FieldsRefused, NotFound, StateRefused
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.participants import enrolment_form
from surveyapp.services.participants.enrolment_form import NewParticipant
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store import relationships as store
from surveyapp.store.relationships import RelatedPair

OnRecord = Mapping[str, tuple[uuid.UUID, str]]
"""Identity and group by reference."""


def find(
    work: Work,
    scope: Scope,
    study: Study,
    several: Sequence[tuple[int, NewParticipant]],
    where: Callable[[int], str],
    fault: Callable[[int, str, Sentence], None],
    known: Sequence[tuple[int, NewParticipant]] = (),
) -> OnRecord:
    """Looks up whom newcomers are related to, on record or among themselves, and says what cannot be. Returns those on
    record. `known`: what is said of people who are there already."""
    wanted = {reference for _, new in (*several, *known) for reference in new.relationships.values()}
    if not wanted:
        return {}
    on_record = store.by_reference(work.session, scope, wanted)
    taken = store.partners(work.session, scope, [id for id, _ in on_record.values()])
    among = {new.reference: new for _, new in (*several, *known) if new.reference}
    first: dict[tuple[str, str], int] = {}
    for key, new in (*several, *known):
        for relationship, reference in new.relationships.items():
            declared = study.relationship(relationship)
            column = f"relationship.{relationship}"
            named = among[reference].relationships if reference in among else {}
            if declared is None:
                continue
            if first.setdefault((relationship, reference), key) != key:
                fault(key, column, say("named_twice", reference=reference, where=where(first[relationship, reference])))
            elif named.get(relationship, new.reference) != new.reference:
                fault(key, column, say("names_somebody_else", reference=reference))
            elif reference in on_record:
                id, group = on_record[reference]
                other = taken.get((relationship, id), new.reference)
                if group != declared.other(new.group):
                    fault(key, column, say("in_another_group", reference=reference))
                elif other != new.reference:
                    said = say("related_take_away", reference=reference, other=other) if other else None
                    fault(key, column, said or say("related_elsewhere", reference=reference))
            elif reference not in among:
                fault(key, column, say("not_there_to_relate", reference=reference))
    return on_record


def pairs(study: Study, people: Sequence[tuple[NewParticipant, Participant]], on_record: OnRecord) -> list[RelatedPair]:
    """The pairs that newcomers make with those on record and with one another, each once."""
    ids = {reference: id for reference, (id, _) in on_record.items()}
    ids |= {participant.reference: participant.id for _, participant in people}
    found = {
        _pair(study, relationship, participant.group, participant.id, ids[reference])
        for new, participant in people
        for relationship, reference in new.relationships.items()
    }
    return sorted(found, key=lambda each: (each.relationship, each.first))


def _pair(study: Study, relationship: str, group: str, own: uuid.UUID, other: uuid.UUID) -> RelatedPair:
    declared = study.relationship(relationship)
    is_first = declared is not None and declared.first == group
    return RelatedPair(relationship, *((own, other) if is_first else (other, own)))


def record(work: Work, made: Sequence[RelatedPair], people: Sequence[tuple[NewParticipant, Participant]]) -> None:
    """Stores the pairs that newcomers make, and notes each once, with the first of them who names the other."""
    store.add(work.session, made, work.now)
    noted: set[tuple[str, str]] = set()
    for new, person in people:
        for relationship, other in new.relationships.items():
            if (relationship, other) not in noted:
                detail = {"relationship": relationship, "other": other}
                work.record(AuditAction.RELATIONSHIP_RECORDED, person.reference, study=person.study, **detail)
            noted.add((relationship, person.reference))


def set_related(desk: Desk, study_id: str, reference: str, relationship: str, written: str) -> None:
    """Says to whom a participant has a relationship, in place of what was said before; nothing written: to nobody.

    Raises NotPermitted, NotFound, StateRefused, FieldsRefused naming `relationship` or `other`.
    """
    scope, study = desk.scope(Action.MANAGE_PARTICIPANTS, study_id), desk.runtime.study(study_id)
    with desk.writing() as work:
        person = participants.participant_by_reference(work.session, scope, reference, work.today(study))
        if person is None:
            raise NotFound(say("no_participant", reference=reference))
        if person.withdrawn_at is not None:
            raise StateRefused(say("withdrawn", reference=reference))
        wanted, faults = enrolment_form.check_related(study, person.group, relationship, written)
        if faults:
            raise FieldsRefused(tuple(faults))
        relate(work, scope, study, person, relationship, wanted)


def relate(work: Work, scope: Scope, study: Study, person: Participant, relationship: str, wanted: str) -> None:
    """`set_related` by the reference `wanted` (empty: nobody), in the caller's unit of work. Raises FieldsRefused."""
    before = store.partners(work.session, scope, [person.id]).get((relationship, person.id), "")
    if before is None:
        raise FieldsRefused((FieldFault("other", say("related_elsewhere", reference=person.reference)),))
    if wanted == before:
        return
    store.remove(work.session, relationship, person.id)
    if wanted:
        other = _free_other(work, scope, relationship, wanted)
        store.add(work.session, [_pair(study, relationship, person.group, person.id, other)], work.now)
    action = AuditAction.RELATIONSHIP_RECORDED if wanted else AuditAction.RELATIONSHIP_REMOVED
    work.record(action, person.reference, study=study.id, relationship=relationship, other=wanted or before)


def take_back(
    work: Work, scope: Scope, study: Study, person: Participant, relationship: str, had: str, given: str
) -> bool:
    """Puts back to whom somebody had a relationship (empty: nobody), where it is still whom they were given; whether
    it is. One who is gone, or has another since, is not taken from them."""
    now = store.partners(work.session, scope, [person.id]).get((relationship, person.id), "")
    if now != given:
        return False
    there = store.by_reference(work.session, scope, [had]).get(had)
    free = there is not None and (relationship, there[0]) not in store.partners(work.session, scope, [there[0]])
    relate(work, scope, study, person, relationship, had if free else "")
    return free or not had


def _free_other(work: Work, scope: Scope, relationship: str, reference: str) -> uuid.UUID:
    """Who has this reference, if nobody has the relationship to them. Raises FieldsRefused."""
    found = store.by_reference(work.session, scope, [reference]).get(reference)
    if found is None:
        raise FieldsRefused((FieldFault("other", say("not_there_check", reference=reference)),))
    taken = store.partners(work.session, scope, [found[0]])
    if (relationship, found[0]) in taken:
        other = taken[relationship, found[0]]
        sentence = say("related_take_away", reference=reference, other=other) if other else None
        raise FieldsRefused((FieldFault("other", sentence or say("related_elsewhere", reference=reference)),))
    return found[0]
