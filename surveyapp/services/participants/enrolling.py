"""Where newcomers fit in among the people and sites of a study, and storing them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import FieldFault
from surveyapp.domain.instrument.study import Attribute, Study
from surveyapp.domain.participants import Contact, Event, Participant, Site
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.cases.call_wishes import read_wishes
from surveyapp.services.participants import contacts, enrolment_form, relating
from surveyapp.services.participants.enrolment_form import NewParticipant
from surveyapp.services.work import Work
from surveyapp.store import enrolment as store
from surveyapp.store import participants
from surveyapp.store.database import new_id
from surveyapp.store.mending import merging
from surveyapp.store.relationships import RelatedPair

LOOKED_UP = {"phone": "phone number", "email": "e-mail address"}
"""What of a contact can be compared without being read."""

Keyed = tuple[int, NewParticipant]
"""A newcomer and what they are told apart by: their line in a file, or 0 for the only one."""


@dataclass(kw_only=True)
class Placement:
    """What came of comparing newcomers with who is there. `shared` may be confirmed, `faults` may not; both say which
    newcomer they are about. `people` and `pairs` are empty when there are faults."""

    people: list[tuple[NewParticipant, Participant]] = field(default_factory=list)
    new_sites: dict[str, tuple[Site, dt.date]] = field(default_factory=dict)
    faults: list[tuple[int, FieldFault]] = field(default_factory=list)
    shared: list[tuple[int, FieldFault]] = field(default_factory=list)
    pairs: list[RelatedPair] = field(default_factory=list)

    def fault(self, key: int, column: str, sentence: Sentence) -> None:
        self.faults.append((key, FieldFault(column, sentence)))


def place(
    work: Work,
    scope: Scope,
    study: Study,
    several: Sequence[Keyed],
    where: Callable[[int], str] = str,
    key: uuid.UUID | None = None,
    *,
    look_for_shared: bool = True,
    known: Sequence[Keyed] = (),
) -> Placement:
    """Compares newcomers with who is there and with one another; stores nothing. Gives those without a reference the
    next free numbers. `where` says a line in words, such as “line 7”; `key` is to be the identity of the only one;
    `look_for_shared`: whether numbers and addresses are looked for among who is there; `known`: what is said of people
    who are there already, whose sites may be new and whom newcomers may belong with."""
    found = Placement()
    on_record = {site.reference.upper(): site for site in participants.sites(work.session, study.id, work.today(study))}
    place_sites(study, scope, on_record, [*several, *(each for each in known if each[1].site)], found)
    taken = participants.references(work.session, study.id)
    written: dict[str, int] = {}
    for line, new in several:
        if new.reference in taken:
            found.fault(line, "reference", _taken(work, study, new.reference))
        elif new.reference and written.setdefault(new.reference, line) != line:
            found.fault(
                line, "reference", say("reference_twice", reference=new.reference, where=where(written[new.reference]))
            )
    if look_for_shared:
        _find_shared(work, scope, several, where, found)
    on_record_already = relating.find(work, scope, study, several, where, found.fault, known)
    if not found.faults:
        sites = on_record | {reference: site for reference, (site, _) in found.new_sites.items()}
        found.people = _numbered(work, study, several, taken | set(written), sites)
        if key is not None:
            found.people = [(new, dataclasses.replace(participant, id=key)) for new, participant in found.people]
        found.pairs = relating.pairs(study, found.people, on_record_already)
    return found


def _taken(work: Work, study: Study, reference: str) -> Sentence:
    """Why a reference is not somebody new's. Nobody who was merged or erased is to be enrolled anew for want of it."""
    if participants.has_reference(work.session, study.id, reference):
        return say("reference_taken", reference=reference)
    if kept := merging.kept_reference(work.session, study.id, reference):
        return say("reference_merged", reference=reference, kept=kept)
    return say("reference_gone", reference=reference)


def _numbered(
    work: Work, study: Study, several: Sequence[Keyed], taken: set[str], sites: dict[str, Site]
) -> list[tuple[NewParticipant, Participant]]:
    numbers = {group.id: enrolment_form.next_number(group, taken) for group in study.groups}
    numbered, origin = [], work.runtime.origin  # once: where there is nobody yet, each time is a look
    for _, new in several:
        group = study.group(new.group)
        if group is None:
            continue
        reference = new.reference
        if not reference:
            reference = f"{group.reference_prefix}-{numbers[group.id]:04d}"
            numbers[group.id] += 1
        site = sites.get(new.site)
        participant = Participant(
            id=new_id(),
            study=study.id,
            group=group.id,
            reference=reference,
            origin=origin,
            enrolled_on=new.enrolled_on,
            site=site,
            attributes=new.attributes,
        )
        numbered.append((new, participant))
    return numbered


def place_sites(
    study: Study, scope: Scope, on_record: dict[str, Site], several: Sequence[Keyed], found: Placement
) -> None:
    """A site on record is as on record; a new one is put together from everything that these say of it."""
    needed = {attribute.name: attribute for attribute in study.attributes if attribute.scope == "site"}
    mine = [each.reference for each in on_record.values() if scope.sites is not None and each.id in scope.sites]
    first: dict[str, int] = {}
    since: dict[str, dt.date] = {}
    names: dict[str, str] = {}
    attributes: dict[str, dict[str, str]] = {}
    for key, new in several:
        site = on_record.get(new.site)
        if scope.sites is not None and (site is None or site.id not in scope.sites):
            found.fault(key, "site", say("own_sites_only", sites=mine))
        elif site is not None:
            _compare(key, new, site.name, site.attributes, needed, found)
        elif new.site:
            first.setdefault(new.site, key)
            since[new.site] = min(new.enrolled_on, since.get(new.site, new.enrolled_on))
            names[new.site] = names.get(new.site) or new.site_name
            so_far = attributes.setdefault(new.site, {})
            attributes[new.site] = {**new.site_attributes, **so_far}
            _compare(key, new, names[new.site], attributes[new.site], needed, found)
    for reference, key in first.items():
        for name in (name for name in needed if name not in attributes[reference]):
            wanted = needed[name]
            sentence = say("site_new", site=reference, attribute=wanted.label, values=list(wanted.values.values()))
            found.fault(key, wanted.id, sentence)
        site = Site(
            id=new_id(),
            study=study.id,
            reference=reference,
            name=names[reference] or reference,
            attributes=attributes[reference],
        )
        found.new_sites[reference] = (site, since[reference])


def _compare(
    key: int, new: NewParticipant, name: str, held: Mapping[str, str], needed: Mapping[str, Attribute], found: Placement
) -> None:
    """A newcomer may repeat what is known of their site, but not say otherwise."""
    if new.site_name and new.site_name.casefold() != name.casefold():
        found.fault(key, "site_name", say("site_differs", site=new.site, held=name))
    for attribute, value in new.site_attributes.items():
        if held.get(attribute) != value:
            label = needed[attribute].values.get(held.get(attribute, ""))
            sentence = say("site_differs", site=new.site, held=label) if label else say("site_not_known", site=new.site)
            found.fault(key, needed[attribute].id, sentence)


def _find_shared(
    work: Work, scope: Scope, several: Sequence[Keyed], where: Callable[[int], str], found: Placement
) -> None:
    lookups = [(key, contacts.reached_by(new.contact)) for key, new in several]
    owners = contacts.owners(work, scope, {value for _, each in lookups for value in each.values()})
    for kind in LOOKED_UP:
        first: dict[str, int] = {}
        for key, each in lookups:
            if kind in each:
                also = owners.get(each[kind], [])
                if first.setdefault(each[kind], key) != key:
                    also = [*also, where(first[each[kind]])]
                if also:
                    found.shared.append((key, FieldFault(kind, say(f"{kind}_shared", others=also))))


def enrol(work: Work, placement: Placement, source: str) -> list[Participant]:
    """Stores everybody placed, with the sites that are new."""
    sites = add_sites(work, placement)
    # One look into the keys for everybody, and one flush of the new ones to the disk.
    work.seals.expect_new(placed.id for new, placed in placement.people if new.contact != Contact())
    stored = [prepared(work, new, at_site(placed, sites), source) for new, placed in placement.people]
    store.add_newcomers(work.session, stored)
    for each in stored:
        person = each.participant
        work.record(
            AuditAction.PARTICIPANT_ADDED, person.reference, study=person.study, group=person.group, source=source
        )
    relating.record(work, placement.pairs, placement.people)
    return [each.participant for each in stored]


def add_sites(work: Work, placement: Placement) -> dict[str, Site]:
    """Stores the sites that are new, by reference."""
    return {
        reference: participants.add_site(work.session, site.study, reference, site.name, site.attributes, since)
        for reference, (site, since) in placement.new_sites.items()
    }


def at_site(placed: Participant, sites: Mapping[str, Site]) -> Participant:
    """The same with their site as it was stored, where it is one of the new ones."""
    if placed.site is None or placed.site.reference not in sites:
        return placed
    return dataclasses.replace(placed, site=sites[placed.site.reference])


def prepared(
    work: Work,
    new: NewParticipant,
    placed: Participant,
    source: str,
    late: scheduling.LateChoices = scheduling.ALL_CLOSED,
    consents: Sequence[store.TakenConsent] = (),
) -> store.Enrolment:
    """What is to be stored of somebody, everything sealed; nothing is stored yet. `late`: what becomes of cases whose
    window is over."""
    return store.Enrolment(
        participant=placed,
        contact=contacts.sealed(work, placed.id, new.contact),
        lookup=contacts.sealed_lookup(work, placed.id, new.contact),
        wishes=read_wishes(new.contact),
        events=[Event(event, day, source) for event, day in new.events.items()],
        cases=scheduling.first_cases(work, placed, new.events, late),
        consents=consents,
    )
