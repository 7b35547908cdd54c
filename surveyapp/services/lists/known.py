"""What rows say of people who are on record: all that would change of them, and all that cannot be taken. Whoever looks
at a list, tries it or brings it in asks here, so that they say the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.errors import FieldFault, FieldsRefused, SaidError
from surveyapp.domain.fieldwork.lists import DoubleChoice
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant, Site
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.services.lists.files.sheet import RowFault
from surveyapp.services.mending import people as mending
from surveyapp.services.participants import contacts
from surveyapp.services.participants.enrolling import Keyed, Placement, place
from surveyapp.services.participants.enrolment_form import NewParticipant
from surveyapp.services.participants.list_columns import ListedPerson
from surveyapp.services.work import Work
from surveyapp.store import participants, relationships
from surveyapp.store.mending import schedules

EVENT = "event."
"""How the columns of what happened begin."""

KnownRow = tuple[int, str, DoubleChoice, ListedPerson]
"""A line, whom on record it is of, what is done with it, and what it says."""


@dataclass(frozen=True, kw_only=True)
class KnownChange:
    """What a row says of somebody otherwise than it stands, beside how they are reached and what is known of them.
    `written`: where they belong and what happened to them, as `mending.people.plan_in` reads it; `related`: to whom
    they have relationships."""

    line: int
    person: Participant
    written: Mapping[str, str] = field(default_factory=dict)
    related: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A list beside what is on record. `changes`: of the rows of people who are there and can be changed, by line."""

    placement: Placement
    changes: Mapping[int, KnownChange]
    faults: tuple[RowFault, ...]


def compare(
    work: Work,
    scope: Scope,
    study: Study,
    new: Sequence[Keyed],
    rows: Sequence[KnownRow],
    groups: bool,
    *,
    look_for_shared: bool = False,
) -> Compared:
    """Compares newcomers, and rows of people who are there, with what is on record and with one another; stores
    nothing. `groups`: whether a column says which group somebody is in. Shared numbers are no faults."""
    changes, said, faults = dict[int, KnownChange](), list[Keyed](), list[RowFault]()
    stands = _Standing(work, scope, study, rows)
    for line, reference, choice, listed in rows:
        person = stands.people.get(reference)
        if person is None or person.withdrawn_at is not None:
            gone = (
                say("withdrawn_in_list", reference=reference) if person else say("no_participant", reference=reference)
            )
            faults.append(RowFault(line, "reference", gone))
            continue
        faults += [RowFault(line, each.field, each.sentence) for each in _refused(work, person, choice, listed)]
        now = stands.as_said(person, choice, listed, groups)
        said.append((line, now))
        changes[line] = stands.change(line, person, now)
        sentence = say("related_elsewhere", reference=reference)
        for each in changes[line].related:
            if (each, person.id) in stands.elsewhere:
                column = f"relationship.{each}"
                faults.append(RowFault(line, column, sentence))
    placement = place(
        work,
        scope,
        study,
        new,
        lambda line: say("on_line", line=line),
        look_for_shared=look_for_shared,
        known=said,
    )
    faults += [RowFault(line, each.field, each.sentence) for line, each in placement.faults]
    told = {(each.line, each.column) for each in faults}
    coming = {reference: site for reference, (site, _) in placement.new_sites.items()}
    faults += [
        each
        for change in changes.values()
        for each in _cannot_be(work, scope, study, change, coming)
        if (each.line, each.column) not in told
    ]
    return Compared(placement=placement, changes=changes, faults=tuple(sorted(faults)))


def _refused(work: Work, person: Participant, choice: DoubleChoice, listed: ListedPerson) -> Iterator[FieldFault]:
    """What a list cannot say of somebody: that they may be contacted again is theirs to say; and that they prefer what
    there is no number or address for, neither in the row nor on record."""
    if choice is DoubleChoice.UPDATE and listed.may_be_contacted and person.stopped_at is not None:
        yield FieldFault("do_not_contact", say("stopped_take_up", reference=person.reference))
    row = listed.new.contact
    if (needed := contacts.needed_for(row)) and not getattr(row, needed):
        after = contacts.together(contacts.read(work, person.id), row, choice)
        if (needed := contacts.needed_for(after)) and not getattr(after, needed):
            yield FieldFault("preferred", say(f"prefers_without_{needed}"))


def _cannot_be(
    work: Work, scope: Scope, study: Study, change: KnownChange, coming: Mapping[str, Site]
) -> Iterator[RowFault]:
    if change.written:
        try:
            mending.plan_in(work, scope, study, change.person.reference, change.written, coming)
        except FieldsRefused as refused:
            yield from (RowFault(change.line, each.field, each.sentence) for each in refused.faults)
        except SaidError as refused:
            yield RowFault(change.line, "reference", refused.sentence)


class _Standing:
    """How the people of some rows stand: as on record, then as the rows before leave them."""

    def __init__(self, work: Work, scope: Scope, study: Study, rows: Sequence[KnownRow]) -> None:
        there = participants.participants(work.session, scope, work.today(study)) if rows else ()
        self.people = {each.reference: each for each in there}
        self.events = schedules.first_events(work.session, scope) if rows else {}
        listed = {reference for _, reference, _, each in rows if each.new.relationships}
        ids = [self.people[each].id for each in listed if each in self.people]
        self.related = relationships.partners(work.session, scope, ids)
        self.elsewhere = {key for key, other in self.related.items() if other is None}
        self.study = study
        self.belongs: dict[str, dict[str, str]] = {}

    def as_said(self, person: Participant, choice: DoubleChoice, listed: ListedPerson, groups: bool) -> NewParticipant:
        """Somebody on record as a row has them: what goes before what stands, or what is not known yet."""
        new, held = listed.new, self._held(person)
        update = choice is DoubleChoice.UPDATE
        site = new.site if update or not held["site"] else ""
        events = self.events.get(person.id, {})
        return dataclasses.replace(
            new,
            reference=person.reference,
            group=new.group if update and groups and new.group else held["group"],
            enrolled_on=new.enrolled_on if update and listed.dated else dt.date.fromisoformat(held["enrolled_on"]),
            site=site,
            site_name=new.site_name if site else "",
            site_attributes=new.site_attributes if site else {},
            events={event: day for event, day in new.events.items() if update or event not in events},
            relationships={
                each: other
                for each, other in new.relationships.items()
                if update or (each, person.id) not in self.related
            },
        )

    def change(self, line: int, person: Participant, said: NewParticipant) -> KnownChange:
        """What of it stands otherwise. What rows after it change is counted from there."""
        held, events = self._held(person), self.events.setdefault(person.id, {})
        wanted = {"group": said.group, "site": said.site, "enrolled_on": said.enrolled_on.isoformat()}
        belongs = {name: value for name, value in wanted.items() if value and value != held[name]}
        happened = {event: day for event, day in said.events.items() if events.get(event) != day}
        related = {
            each: other
            for each, other in said.relationships.items()
            if self.related.get((each, person.id), "") != other
        }
        held |= belongs
        events |= happened
        self.related |= {(each, person.id): other for each, other in related.items()}
        days = {f"{EVENT}{event}": day.isoformat() for event, day in happened.items()}
        return KnownChange(line=line, person=person, written={**belongs, **days}, related=related)

    def _held(self, person: Participant) -> dict[str, str]:
        if person.reference not in self.belongs:
            written = mending.as_written(self.study, person)
            self.belongs[person.reference] = {name: written[name] for name in ("group", "site", "enrolled_on")}
        return self.belongs[person.reference]
