"""A list brought into a study: whole or not at all, some people at a time, so that pages are served meanwhile."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import FieldFault, FieldsRefused, StateRefused
from surveyapp.domain.fieldwork.lists import DoubleChoice, ListState, RowOutcome
from surveyapp.domain.fieldwork.touchpoint_changes import TouchpointStanding
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.privacy.leaving import LeavingReason, Participation, ParticipationChange
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.services.cases import consents as consenting
from surveyapp.services.cases import scheduling, stopping
from surveyapp.services.jobs.doing import JobNotOurs
from surveyapp.services.lists import held
from surveyapp.services.lists.checking import Progress
from surveyapp.services.lists.files.sheet import RowFault
from surveyapp.services.lists.known import KnownChange, KnownRow, compare
from surveyapp.services.lists.putting_back.earlier import BROUGHT_BY
from surveyapp.services.lists.putting_back.kept import between, sealed
from surveyapp.services.lists.sorting import Decisions, Sorted, merged
from surveyapp.services.mending import people as mending
from surveyapp.services.participants import contacts, enrolling, enrolment_form, relating
from surveyapp.services.participants.contacts import PreparedContact
from surveyapp.services.participants.enrolling import Placement
from surveyapp.services.participants.list_columns import declined_contact_at
from surveyapp.services.work import Desk, Work
from surveyapp.store import enrolment as enrolment_store
from surveyapp.store import participants, relationships, results
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.database import after_commit, new_id
from surveyapp.store.enrolment import TakenConsent
from surveyapp.store.lists import records, staging
from surveyapp.store.lists.records import ListRow
from surveyapp.store.lists.standing import PersonStands, lock, standing
from surveyapp.store.mending import touchpoints
from surveyapp.store.participants import Sealed
from surveyapp.store.privacy import participation


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What came of a list: the references of those added, in the order of the rows, and how many were changed."""

    references: tuple[str, ...]
    changed: int
    new_sites: tuple[str, ...]


@dataclass(frozen=True)
class StepOfList:
    """What a transaction of bringing a list in does besides, while it is done by one process: `still` in each before
    the last, `last` in that. Each raises where it is another's by now."""

    still: Callable[[Work], None] = lambda _work: None
    last: Callable[[Work], None] = lambda _work: None


def bring_in(
    desk: Desk,
    scope: Scope,
    study: Study,
    import_id: uuid.UUID,
    rows: Sorted,
    decisions: Decisions,
    sha256: str,
    progress: Progress,
    step: StepOfList,
) -> Brought:
    """Brings everybody in, or nobody. Raises FieldsRefused where something has changed since the list was looked at,
    and whatever else keeps it from being stored: nothing of it is then."""
    try:
        placement, changed, standings = _stage(desk, scope, study, import_id, rows, decisions, progress, step)
        with desk.writing() as work:
            enrolment_store.lock(work.session, study.id)
            if placement.people and touchpoints.standings(work.session, study.id) != standings:
                raise FieldsRefused((FieldFault("file", say("touchpoint_changed_meanwhile")),))
            brought = _take_in(work, scope, study, import_id, rows, placement, changed, sha256)
            step.last(work)
            return brought
    except JobNotOurs:
        raise  # who has it now has cleared it
    except BaseException:
        clear(desk, study, import_id)
        raise


def _stage(
    desk: Desk,
    scope: Scope,
    study: Study,
    import_id: uuid.UUID,
    rows: Sorted,
    decisions: Decisions,
    progress: Progress,
    step: StepOfList,
) -> tuple[Placement, _Changes, Mapping[tuple[str, int], TouchpointStanding]]:
    """Stores whoever is new, out of sight, with cases by how touchpoints stand: that is the last returned."""
    several = [(line, listed.new) for line, listed in rows.new]
    with desk.reading() as work:
        # Read first: whatever changes from here on is seen when they are taken in.
        named = relationships.by_reference(work.session, scope, {row[1] for row in rows.known})
        stood = _stand(work, {person for person, _ in named.values()})
        compared = compare(work, scope, study, several, rows.known, rows.groups)
        if compared.faults:
            raise FieldsRefused(tuple(_of_row(each) for each in compared.faults[:20]))
        placement = compared.placement
        # The sites that are new wait with the people.
        waiting = dataclasses.replace(study, id=staging.place_of(import_id))
        for reference, (site, since) in placement.new_sites.items():
            placement.new_sites[reference] = (dataclasses.replace(site, study=waiting.id), since)
        listed = dict(rows.new)
        with desk.writing() as writing:
            step.still(writing)
            sites = enrolling.add_sites(writing, placement)
        lines = [line for line, _ in rows.new]
        for start in range(0, len(placement.people), staging.AT_ONCE):
            some = placement.people[start : start + staging.AT_ONCE]
            work.seals.expect_new(person.id for new, person in some if new.contact != Contact())
            made = []
            for line, (new, placed) in zip(lines[start : start + staging.AT_ONCE], some, strict=True):
                person = enrolling.at_site(placed, sites)
                if listed[line].do_not_contact:
                    person = dataclasses.replace(person, stopped_at=work.now)
                if (declined := declined_contact_at(study, listed[line])) is not None:
                    person = dataclasses.replace(person, declined_contact_at=declined)
                consents = listed[line].consents
                made.append(enrolling.prepared(work, new, person, "import", decisions.late, consents))
            with desk.writing() as writing:
                step.still(writing)
                staging.stage(writing.session, import_id, made)
            progress(start + len(some))
        standings = touchpoints.standings(work.session, study.id)
        return placement, _Changes(_changes(work, rows.known, compared.changes), stood), standings


def _of_row(fault: RowFault) -> FieldFault:
    return FieldFault(fault.column, say("in_row", line=fault.line, why=fault.sentence))


@dataclass(frozen=True, kw_only=True)
class _Change:
    """Somebody on record as a row changes them: beside `known`, how they were reached before it, how they are `reached`
    after it, sealed, and what is known of them; `consents`: by their keys; `stops`: whether they are contacted no
    more."""

    known: KnownChange
    choice: DoubleChoice
    before: Contact
    reached: Contact
    contact: PreparedContact
    attributes: Mapping[str, str]
    consents: Mapping[uuid.UUID, TakenConsent]
    stops: bool

    @property
    def person(self) -> Participant:
        return self.known.person


@dataclass(frozen=True)
class _Changes:
    """What rows change of people who are there, and how those stood when that was worked out, by key."""

    changes: Sequence[_Change]
    stood: Mapping[uuid.UUID, object]


def _stand(work: Work, people: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[PersonStands, Mapping[str, Sealed]]]:
    """How people stand; how they are reached sealed, as it is stored."""
    held = participants.contacts_of(work.session, people)
    return {person: (stands, held.get(person, {})) for person, stands in standing(work.session, people).items()}


def _changes(work: Work, rows: Sequence[KnownRow], known: Mapping[int, KnownChange]) -> list[_Change]:
    """What the rows that change somebody come to, everything sealed."""
    work.seals.expect(each.person.id for each in known.values())
    found, so_far = [], dict[str, tuple[Contact, Mapping[str, str]]]()
    stopped = {each.person.id for each in known.values() if each.person.stopped_at is not None}
    for line, reference, choice, listed in rows:
        change, person = known[line], known[line].person
        before, attributes = so_far.get(reference) or (contacts.read_to_act(work, person.id), person.attributes)
        stops = listed.do_not_contact and person.id not in stopped
        stopped |= {person.id} if stops else set()
        contact = contacts.together(before, listed.new.contact, choice)
        attributes = merged(attributes, listed.new.attributes, choice)
        so_far[reference] = (contact, attributes)
        found.append(
            _Change(
                known=change,
                choice=choice,
                before=before,
                reached=contact,
                contact=contacts.prepared(work, person.id, before, contact),
                attributes=attributes,
                consents={new_id(): each for each in listed.consents},
                stops=stops,
            )
        )
    return found


def _as_they_stand(work: Work, scope: Scope, study: Study, rows: Sorted, worked_out: _Changes) -> list[_Change]:
    """The changes, worked out again of those who stand otherwise than when they were read: what somebody has said
    meanwhile is said. Whoever else says something of them waits from here on. Raises FieldsRefused where a row cannot
    be taken any more."""
    people = {each.person.id for each in worked_out.changes}
    staging.lock_cases(work.session, people)
    lock(work.session, people)
    now = _stand(work, people)
    other = {each for each in people if now.get(each) != worked_out.stood.get(each)}
    if not other:
        return list(worked_out.changes)
    lines = {each.known.line for each in worked_out.changes if each.person.id in other}
    again = [row for row in rows.known if row[0] in lines]
    compared = compare(work, scope, study, (), again, rows.groups)
    if compared.faults:
        raise FieldsRefused(tuple(_of_row(each) for each in compared.faults[:20]))
    anew = {each.known.line: each for each in _changes(work, again, compared.changes)}
    return [anew.get(each.known.line, each) for each in worked_out.changes]


def _take_in(
    work: Work,
    scope: Scope,
    study: Study,
    import_id: uuid.UUID,
    rows: Sorted,
    placement: Placement,
    worked_out: _Changes,
    sha256: str,
) -> Brought:
    session = work.session
    people = _free_references(work, study, rows, placement)
    staging.take_in(session, import_id, study.id)
    work.record_many(
        AuditAction.PARTICIPANT_ADDED,
        [(each.reference, {"group": each.group, "source": "import"}) for each in people],
        study=study.id,
    )
    relating.record(work, placement.pairs, placement.people)
    for (_, listed), person in zip(rows.new, people, strict=True):
        if listed.do_not_contact:
            _stopped(work, person)
    changes = _as_they_stand(work, scope, study, rows, worked_out)
    kept = _change(work, scope, study, changes)
    outcomes = [
        ListRow(line=line, outcome=RowOutcome.ADDED, participant_id=person.id)
        for (line, _), person in zip(rows.new, people, strict=True)
    ]
    outcomes += [
        ListRow(
            line=each.known.line,
            outcome=RowOutcome.UPDATED if each.choice is DoubleChoice.UPDATE else RowOutcome.FILLED_IN,
            participant_id=each.person.id,
            before=kept.get(each.known.line),
        )
        for each in changes
    ]
    outcomes += [ListRow(line=line, outcome=RowOutcome.LEFT_OUT) for line in (*rows.left_out, *rows.folded)]
    records.add_rows(session, import_id, outcomes)
    total = len(outcomes)
    through = records.step(
        session,
        import_id,
        [ListState.IMPORTING],
        ListState.IMPORTED,
        done=total,
        total=total,
        finished_at=work.now,
        beat_at=work.now,
        failed=None,
        **records.LET_GO,
    )
    if not through:  # somebody was erased meanwhile who may be in it
        raise StateRefused(say("list_moved_on"))
    held.forget(work, import_id)
    noted: dict[str, Any] = {"count": len(people), "sha256": sha256}
    changed = len({each.person.id for each in changes})
    if changed:
        noted["changed"] = changed
    work.record(AuditAction.PARTICIPANTS_IMPORTED, study=study.id, **noted)
    return Brought(
        references=tuple(each.reference for each in people),
        changed=changed,
        new_sites=tuple(placement.new_sites),
    )


def _free_references(work: Work, study: Study, rows: Sorted, placement: Placement) -> list[Participant]:
    """Those placed, with other numbers for those given to somebody else meanwhile. Raises FieldsRefused where it was
    the list that named one."""
    people = [person for _, person in placement.people]
    taken = participants.references(work.session, study.id)
    if not any(each.reference in taken for each in people):
        return people
    named = {listed.new.reference for _, listed in rows.new if listed.new.reference}
    if clash := sorted(named & taken):
        raise FieldsRefused((FieldFault("reference", say("reference_taken", reference=clash[0])),))
    numbers = {
        group.id: enrolment_form.next_number(group, taken | {each.reference for each in people})
        for group in study.groups
    }
    prefixes = {group.id: group.reference_prefix for group in study.groups}
    changed: dict[uuid.UUID, str] = {}
    for each in people:
        if each.reference in taken:
            changed[each.id] = f"{prefixes[each.group]}-{numbers[each.group]:04d}"
            numbers[each.group] += 1
    staging.renumber(work.session, changed)
    return [dataclasses.replace(each, reference=changed.get(each.id, each.reference)) for each in people]


def _stopped(work: Work, person: Participant) -> None:
    change = Participation(
        change=ParticipationChange.STOPPED, why=LeavingReason.NOT_SAID, at=work.now, by_staff=work.staff_id
    )
    participation.add(work.session, person.id, change)


def _change(work: Work, scope: Scope, study: Study, changes: Sequence[_Change]) -> dict[int, bytes]:
    """Makes the changes; what each came to, sealed, by the first line of whom it is of."""
    people = {each.person.id for each in changes}
    before = standing(work.session, people)
    contacts.write_many(work, [(each.person.id, each.contact) for each in changes])
    for each in changes:
        person = each.person
        if dict(each.attributes) != dict(person.attributes):
            staging.set_attributes(work.session, person.id, each.attributes)
            results.note_change_of(work.session, person.id)
        for key, consent in each.consents.items():
            said_of_consent.add(work.session, person.id, consent.given, consent.mode, None, consent.to, key)
        if each.known.written:
            made = mending.plan_in(work, scope, study, person.reference, each.known.written)
            mending.make(work, study, made, BROUGHT_BY)
            if made.events:
                scheduling.plan_cases(work, mending.again(work, study, person))
        for relationship, other in each.known.related.items():
            there = mending.again(work, study, person)
            relating.relate(work, scope, study, there, relationship, other)
        if each.consents:
            consenting.follow(work, study, person)
        if each.stops:
            stopping.stop(work, person, LeavingReason.NOT_SAID)
    work.record_many(
        AuditAction.CONTACT_CORRECTED,
        [(each.person.reference, {"source": "import"}) for each in changes],
        study=study.id,
    )
    return _kept(work, changes, before, standing(work.session, people))


def _kept(
    work: Work,
    changes: Sequence[_Change],
    before: Mapping[uuid.UUID, PersonStands],
    after: Mapping[uuid.UUID, PersonStands],
) -> dict[int, bytes]:
    rows: dict[uuid.UUID, list[_Change]] = {}
    for each in changes:
        rows.setdefault(each.person.id, []).append(each)
    work.seals.expect_new(rows)
    found = {}
    for person, theirs in rows.items():
        made = between(
            before[person],
            after[person],
            theirs[0].before,
            theirs[-1].reached,
            {relationship for each in theirs for relationship in each.known.related},
            [key for each in theirs for key in each.consents],
        )
        found[theirs[0].known.line] = sealed(work, person, made.as_json())
    return found


def clear(desk: Desk, study: Study, import_id: uuid.UUID) -> None:
    """Takes away whoever a list had brought before it was given up."""
    with desk.writing() as work:
        clear_in(work, study.id, import_id)


def clear_in(work: Work, study_id: str, import_id: uuid.UUID) -> None:
    """`clear`, in the caller's unit of work."""
    people = staging.staged(work.session, import_id)
    staging.remove(work.session, import_id, people, study_id, work.now)
    if people:
        after_commit(work.session, lambda: work.runtime.person_keys.forget(people, work.now))
