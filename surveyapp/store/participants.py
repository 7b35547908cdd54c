"""Participants, sites, contacts, consent and events."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.participants import Event, Origin, Participant, Site
from surveyapp.domain.staff import Scope
from surveyapp.store import results
from surveyapp.store.database import new_id
from surveyapp.store.tables import (
    AuditRow,
    ContactLookupRow,
    ContactRow,
    EventRow,
    ParticipantRow,
    SiteAttributeRow,
    SiteRow,
)


@dataclass(frozen=True)
class Sealed:
    """A contact field as stored: which key sealed it, and the ciphertext."""

    key_id: str
    ciphertext: bytes


LIST_PLACE = "list:"
"""How what stands in the place of a study begins, for people on their way in with a list. No study is so called."""

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


def scoped(query: Query, scope: Scope) -> Query:
    """Narrows a query that selects from participants to what the scope may touch."""
    query = query.where(ParticipantRow.study == scope.study, ParticipantRow.origin == scope.origin)
    return query if scope.sites is None else query.where(ParticipantRow.site_id.in_(scope.sites))


def add_site(
    session: Session, study: str, reference: str, name: str, attributes: Mapping[str, str], from_date: dt.date
) -> Site:
    """A new site whose attributes hold from a day on."""
    site = Site(id=new_id(), study=study, reference=reference, name=name, attributes=dict(attributes))
    session.add(SiteRow(id=site.id, study=study, reference=reference, name=name))
    session.flush()
    session.add_all(
        SiteAttributeRow(site_id=site.id, name=key, value=value, from_date=from_date)
        for key, value in attributes.items()
    )
    return site


def sites(session: Session, study: str, on: dt.date) -> list[Site]:
    """The study's sites by reference, with the attributes that hold on a day."""
    rows = session.scalars(select(SiteRow).where(SiteRow.study == study).order_by(SiteRow.reference)).all()
    attributes = _site_attributes(session, [row.id for row in rows], on)
    return [
        Site(id=row.id, study=row.study, reference=row.reference, name=row.name, attributes=attributes.get(row.id, {}))
        for row in rows
    ]


def site_references(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The references of these sites; of none nothing is asked."""
    if not ids:
        return {}
    rows = session.execute(select(SiteRow.id, SiteRow.reference).where(SiteRow.id.in_(ids)).order_by(SiteRow.reference))
    return dict(rows.all())


def _site_attributes(session: Session, ids: Sequence[uuid.UUID], on: dt.date) -> dict[uuid.UUID, dict[str, str]]:
    found: dict[uuid.UUID, dict[str, str]] = {}
    if not ids:
        return found
    rows = session.scalars(
        select(SiteAttributeRow)
        .where(SiteAttributeRow.site_id.in_(ids), SiteAttributeRow.from_date <= on)
        .order_by(SiteAttributeRow.from_date, SiteAttributeRow.name)
    )
    for row in rows:
        found.setdefault(row.site_id, {})[row.name] = row.value
    return found


def add_participant(session: Session, participant: Participant) -> None:
    session.add(
        ParticipantRow(
            id=participant.id,
            study=participant.study,
            group_id=participant.group,
            reference=participant.reference,
            origin=participant.origin,
            site_id=participant.site.id if participant.site else None,
            attributes=dict(participant.attributes),
            enrolled_on=participant.enrolled_on,
            stopped_at=None,
            withdrawn_at=None,
        )
    )
    results.note_change(session, participant.study, participant.origin, participant.id)
    session.flush()


def references(session: Session, study: str) -> set[str]:
    """Every participant reference taken in a study, of every origin; of those erased too: the audit trail has entries
    under it, and they must not become somebody else's."""
    here = session.scalars(select(ParticipantRow.reference).where(ParticipantRow.study == study))
    once = session.scalars(
        select(AuditRow.subject).where(AuditRow.study == study, AuditRow.action == AuditAction.PARTICIPANT_ADDED)
    )
    return {*here, *(each for each in once if each is not None)}


def has_reference(session: Session, study: str, reference: str) -> bool:
    """Whether somebody of a study, of any origin, is called so now."""
    query = select(ParticipantRow.id).where(ParticipantRow.study == study, ParticipantRow.reference == reference)
    return session.scalars(query.limit(1)).one_or_none() is not None


def ids(session: Session, scope: Scope, group: str) -> list[uuid.UUID]:
    """The keys of everybody of a group who is there, whether they take part still or not."""
    return list(session.scalars(scoped(select(ParticipantRow.id).where(ParticipantRow.group_id == group), scope)))


def references_by_key(session: Session, people: Collection[uuid.UUID]) -> list[str]:
    """What these people are called by, in order."""
    query = select(ParticipantRow.reference).where(ParticipantRow.id.in_(people))
    return list(session.scalars(query.order_by(ParticipantRow.reference)))


def references_in(session: Session, scope: Scope) -> list[str]:
    """The references of everybody in scope, in order."""
    query = scoped(select(ParticipantRow.reference), scope).order_by(ParticipantRow.reference)
    return list(session.scalars(query))


def counts_by_study(session: Session, origin: Origin, anonymous: str) -> dict[str, int]:
    """How many participants of an origin each study has, also one that has no folder any more. Those on their way in
    with a list are of none. `anonymous`: how references of those begin who are nobody any more, and are not counted."""
    query = select(ParticipantRow.study, func.count()).where(
        ParticipantRow.origin == origin,
        ParticipantRow.study.not_like(f"{LIST_PLACE}%"),
        ParticipantRow.reference.not_like(f"{anonymous}%"),
    )
    rows = session.execute(query.group_by(ParticipantRow.study).order_by(ParticipantRow.study))
    return dict(rows.all())


def counts_by_origin(session: Session) -> dict[Origin, int]:
    """How many participants there are of each origin, over all studies."""
    rows = session.execute(
        select(ParticipantRow.origin, func.count()).group_by(ParticipantRow.origin).order_by(ParticipantRow.origin)
    )
    return dict(rows.all())


def first_origin(session: Session) -> Origin | None:
    """The origin of one participant, which is everybody's: they are never mixed. None where there is nobody."""
    found = session.scalars(select(ParticipantRow.origin).limit(1)).one_or_none()
    return Origin.SIMULATED if found is None and results.simulated_only(session) else found


def participant(
    session: Session, participant_id: uuid.UUID, on: dt.date | Callable[[str], dt.date]
) -> Participant | None:
    """A participant by key, their site's attributes as they hold on a day, or on that which it is in their study. For
    code that came by way of their own link or a case already scoped."""
    row = session.get(ParticipantRow, participant_id)
    if row is None:
        return None
    return of_rows(session, [row], on if isinstance(on, dt.date) else on(row.study))[0]


def is_anonymous(session: Session, participant_id: uuid.UUID) -> bool:
    """Whether somebody's answers are nobody's any more."""
    query = select(ParticipantRow.id).where(
        ParticipantRow.id == participant_id, ParticipantRow.anonymised_at.is_not(None)
    )
    return session.execute(query).first() is not None


def participants(
    session: Session, scope: Scope, on: dt.date, group: str | None = None, only: Collection[uuid.UUID] | None = None
) -> list[Participant]:
    """The participants in scope, by reference; their sites' attributes as they hold on a day. `only`: of these
    alone."""
    query = scoped(select(ParticipantRow), scope).order_by(ParticipantRow.reference)
    if group is not None:
        query = query.where(ParticipantRow.group_id == group)
    if only is not None:
        query = query.where(ParticipantRow.id.in_(only))
    rows: Sequence[ParticipantRow] = session.scalars(query).all()
    return of_rows(session, rows, on)


def counted_people(
    session: Session, scope: Scope, on: dt.date, group: str, only: Collection[uuid.UUID] | None = None
) -> list[Participant]:
    """Those of a group whose answers count, by key: whoever withdrew is left out. `only`: of these alone."""
    query = scoped(select(ParticipantRow), scope).where(
        ParticipantRow.group_id == group, ParticipantRow.withdrawn_at.is_(None)
    )
    if only is not None:
        query = query.where(ParticipantRow.id.in_(only))
    rows: Sequence[ParticipantRow] = session.scalars(query.order_by(ParticipantRow.id)).all()
    return of_rows(session, rows, on)


def attributes_turn(session: Session, study: str, after: dt.date, until: dt.date) -> bool:
    """Whether something that is known of a site begins to hold after one day and until another."""
    query = (
        select(SiteAttributeRow.site_id)
        .join(SiteRow, SiteRow.id == SiteAttributeRow.site_id)
        .where(SiteRow.study == study, SiteAttributeRow.from_date > after, SiteAttributeRow.from_date <= until)
    )
    return session.scalars(query.limit(1)).one_or_none() is not None


def participant_by_reference(session: Session, scope: Scope, reference: str, on: dt.date) -> Participant | None:
    """The participant with this reference, if the scope may see them."""
    query = scoped(select(ParticipantRow), scope).where(ParticipantRow.reference == reference)
    row: ParticipantRow | None = session.scalars(query).one_or_none()
    return None if row is None else of_rows(session, [row], on)[0]


def of_rows(session: Session, rows: Sequence[ParticipantRow], on: dt.date) -> list[Participant]:
    """Participants as they are stored, their sites' attributes as they hold on a day. Two statements at most."""
    ids = {row.site_id for row in rows if row.site_id}
    known = {row.id: row for row in session.scalars(select(SiteRow).where(SiteRow.id.in_(ids)))} if ids else {}
    attributes = _site_attributes(session, list(known), on)
    made = []
    for row in rows:
        site_row = known.get(row.site_id) if row.site_id else None
        site = (
            Site(
                id=site_row.id,
                study=site_row.study,
                reference=site_row.reference,
                name=site_row.name,
                attributes=attributes.get(site_row.id, {}),
            )
            if site_row
            else None
        )
        made.append(
            Participant(
                id=row.id,
                study=row.study,
                group=row.group_id,
                reference=row.reference,
                origin=row.origin,
                enrolled_on=row.enrolled_on,
                site=site,
                attributes=row.attributes,
                stopped_at=row.stopped_at,
                withdrawn_at=row.withdrawn_at,
                deceased_at=row.deceased_at,
                declined_contact_at=row.declined_contact_at,
                language_asked=row.language_asked,
                not_called_by=row.not_called_by,
            )
        )
    return made


def contact(session: Session, participant_id: uuid.UUID) -> dict[str, Sealed]:
    """A participant's contact fields, still sealed."""
    rows = session.scalars(
        select(ContactRow).where(ContactRow.participant_id == participant_id).order_by(ContactRow.field)
    )
    return {row.field: Sealed(row.key_id, row.ciphertext) for row in rows}


def contacts_of(session: Session, people: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Sealed]]:
    """The contact fields of many people, still sealed."""
    found: dict[uuid.UUID, dict[str, Sealed]] = {}
    wanted = sorted(people)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        query = select(ContactRow).where(ContactRow.participant_id.in_(some))
        for row in session.scalars(query.order_by(ContactRow.participant_id, ContactRow.field)):
            found.setdefault(row.participant_id, {})[row.field] = Sealed(row.key_id, row.ciphertext)
    return found


@dataclass(frozen=True)
class SealedLookup:
    """What finds a person, still sealed with their own key."""

    person: uuid.UUID
    reference: str
    ciphertext: bytes


def lookups(session: Session, scope: Scope) -> list[SealedLookup]:
    """What finds each of the participants in scope who can be reached, by reference."""
    query = scoped(
        select(ParticipantRow.id, ParticipantRow.reference, ContactLookupRow.ciphertext).join(
            ContactLookupRow, ContactLookupRow.participant_id == ParticipantRow.id
        ),
        scope,
    ).order_by(ParticipantRow.reference)
    return [SealedLookup(row.id, row.reference, row.ciphertext) for row in session.execute(query)]


def add_event(session: Session, participant_id: uuid.UUID, event: Event) -> None:
    session.add(
        EventRow(id=new_id(), participant_id=participant_id, event=event.event, on_date=event.on, source=event.source)
    )


def events(session: Session, participant_id: uuid.UUID) -> list[Event]:
    """What happened to a participant, oldest first."""
    rows = session.scalars(
        select(EventRow).where(EventRow.participant_id == participant_id).order_by(EventRow.on_date, EventRow.id)
    )
    return [Event(row.event, row.on_date, row.source) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Where somebody belongs, and what is known of them."""

    group: str
    site_id: uuid.UUID | None
    enrolled_on: dt.date
    attributes: Mapping[str, str]


def replace_placed(session: Session, participant_id: uuid.UUID, placed: Placed) -> None:
    """Puts somebody where they belong now. They are counted anew."""
    session.execute(
        update(ParticipantRow)
        .where(ParticipantRow.id == participant_id)
        .values(
            group_id=placed.group,
            site_id=placed.site_id,
            enrolled_on=placed.enrolled_on,
            attributes=dict(placed.attributes),
        )
    )
    results.note_change_of(session, participant_id)


def set_stopped(session: Session, participant_id: uuid.UUID, at: dt.datetime | None) -> None:
    """Since when nobody contacts somebody; None: they are asked again."""
    session.execute(update(ParticipantRow).where(ParticipantRow.id == participant_id).values(stopped_at=at))


def withdraw(session: Session, participant_id: uuid.UUID, at: dt.datetime | None) -> None:
    """Since when somebody's answers are left out of everything; None: they count again."""
    session.execute(update(ParticipantRow).where(ParticipantRow.id == participant_id).values(withdrawn_at=at))
    results.note_change_of(session, participant_id)


def set_deceased(session: Session, participant_id: uuid.UUID, at: dt.datetime | None) -> None:
    """When it was recorded that somebody died; None: they did not."""
    session.execute(update(ParticipantRow).where(ParticipantRow.id == participant_id).values(deceased_at=at))


def set_declined_contact(session: Session, participant_id: uuid.UUID, at: dt.datetime | None) -> None:
    """Since when somebody does not want to be contacted again; None: they may be."""
    mine = update(ParticipantRow).where(ParticipantRow.id == participant_id)
    session.execute(mine.values(declined_contact_at=at))


def set_language_asked(session: Session, participant_id: uuid.UUID, code: str | None) -> None:
    """The language that whoever calls somebody has to speak; None: none in particular."""
    session.execute(update(ParticipantRow).where(ParticipantRow.id == participant_id).values(language_asked=code))


def set_not_called_by(session: Session, participant_id: uuid.UUID, staff_id: uuid.UUID | None) -> None:
    """Who is not to call somebody again; None: anybody may."""
    session.execute(update(ParticipantRow).where(ParticipantRow.id == participant_id).values(not_called_by=staff_id))
