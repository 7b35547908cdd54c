"""People joining a study: many at once, and what keeps two managers from giving out one number twice."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, delete, exists, func, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.call_wishes import NO_WISHES, CallWishes
from surveyapp.domain.fieldwork.cases import Case
from surveyapp.domain.participants import ConsentGiven, Event, Participant
from surveyapp.domain.sending.planning import MessageState
from surveyapp.store import results
from surveyapp.store.calling import wishes
from surveyapp.store.database import insert_many, new_id, rows_changed, table_of
from surveyapp.store.entry import accesses
from surveyapp.store.participants import Sealed
from surveyapp.store.tables import (
    Base,
    CaseRow,
    ConsentRow,
    ContactLookupRow,
    ContactRow,
    EventRow,
    MessageRow,
    ParticipantRow,
    ResponseRow,
)


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """Somebody who joins, with everything that is stored of them from the start."""

    participant: Participant
    contact: Mapping[str, Sealed]
    lookup: bytes | None
    wishes: CallWishes = NO_WISHES
    events: Sequence[Event]
    cases: Sequence[Case]
    consents: Sequence[TakenConsent] = ()


@dataclass(frozen=True, kw_only=True)
class TakenConsent:
    """Consent that was given before somebody joined: what was said, how, and to whom (empty: not known)."""

    given: ConsentGiven
    mode: Mode
    to: str


def lock(session: Session, study: str) -> None:
    """Lets one unit of work at a time enrol in a study, until it ends. On SQLite only one writes anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"enrolment {study}"))))


def add_newcomers(session: Session, newcomers: Sequence[Enrolment], study: str | None = None) -> None:
    """Stores them in a handful of statements, however many. They are new: nothing is looked up. `study`: what stands in
    the place of theirs for now."""
    people = [
        {
            "id": person.id,
            "study": study or person.study,
            "group_id": person.group,
            "reference": person.reference,
            "origin": person.origin,
            "site_id": person.site.id if person.site else None,
            "attributes": dict(person.attributes),
            "enrolled_on": person.enrolled_on,
            "stopped_at": person.stopped_at,
            "declined_contact_at": person.declined_contact_at,
            "withdrawn_at": None,
            **wishes.columns(wished),
        }
        for person, wished in ((each.participant, each.wishes) for each in newcomers)
    ]
    contacts = [
        {"participant_id": each.participant.id, "field": name, "key_id": sealed.key_id, "ciphertext": sealed.ciphertext}
        for each in newcomers
        for name, sealed in each.contact.items()
    ]
    lookups = [
        {"participant_id": each.participant.id, "ciphertext": each.lookup}
        for each in newcomers
        if each.lookup is not None
    ]
    events = [
        {
            "id": new_id(),
            "participant_id": each.participant.id,
            "event": event.event,
            "on_date": event.on,
            "source": event.source,
        }
        for each in newcomers
        for event in each.events
    ]
    consents = [
        {
            "id": new_id(),
            "participant_id": each.participant.id,
            "purpose": consent.given.purpose,
            "version": consent.given.version,
            "given": consent.given.given,
            "mode": consent.mode,
            "recorded_by": None,
            "recorded_at": consent.given.recorded_at,
            "given_to": consent.to or None,
        }
        for each in newcomers
        for consent in each.consents
    ]
    cases = [as_row(case) for each in newcomers for case in each.cases]
    for table, rows in (
        (ParticipantRow, people),
        (ContactRow, contacts),
        (ContactLookupRow, lookups),
        (EventRow, events),
        (CaseRow, cases),
        (ConsentRow, consents),
    ):
        insert_many(session, table, rows)
    if newcomers:
        results.note_newcomers(session, [each.participant for each in newcomers], study)


def as_row(case: Case) -> dict[str, Any]:
    """A case as it is stored: that its touchpoint is paused is not kept with it."""
    return {name: value for name, value in vars(case).items() if name != "paused_at"}


def set_event(session: Session, participant_id: uuid.UUID, event: Event) -> None:
    """Says when something happened to a participant, in place of what was said of it before."""
    session.execute(delete(EventRow).where(EventRow.participant_id == participant_id, EventRow.event == event.event))
    session.add(
        EventRow(id=new_id(), participant_id=participant_id, event=event.event, on_date=event.on, source=event.source)
    )
    session.flush()


def take_event_back(session: Session, participant_id: uuid.UUID, event: Event) -> bool:
    """Takes out that something happened, where that is still what is said of it; whether it was."""
    return bool(
        rows_changed(
            session,
            delete(EventRow).where(
                EventRow.participant_id == participant_id,
                EventRow.event == event.event,
                EventRow.on_date == event.on,
                EventRow.source == event.source,
            ),
        )
    )


@functools.cache
def _leading_to_cases() -> tuple[Column[Any], ...]:
    """Whatever says of which case a row is: no table that is new can be forgotten."""
    return tuple(
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.references(table_of(CaseRow)) for key in column.foreign_keys)
    )


def take_case_back(session: Session, case_id: uuid.UUID) -> None:
    """Takes out a case that nothing has come of (no link, no call, no answer), and messages that only wait to be sent
    with it. Any other stays."""
    waits = MessageRow.state == MessageState.PLANNED
    unused = [
        ~exists().where(column == case_id, *([~waits] if column.table is table_of(MessageRow) else []))
        for column in _leading_to_cases()
    ]
    session.execute(delete(MessageRow).where(MessageRow.case_id == case_id, waits, *unused))
    session.execute(delete(CaseRow).where(CaseRow.id == case_id, *unused))


def unanswered_touchpoints(session: Session, participant_id: uuid.UUID) -> set[int]:
    """The touchpoints at which a participant has a case that nobody has begun to answer."""
    rows = session.scalars(
        select(CaseRow.touchpoint)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .where(CaseRow.participant_id == participant_id, ResponseRow.id.is_(None))
        .order_by(CaseRow.touchpoint)
    )
    return set(rows)


def move_case(session: Session, moved: Case, expires_at: dt.datetime | None) -> None:
    """Gives a case the window that it has now, and the links and codes of it that nobody has ended their expiry. Its
    person is counted anew. Of many at once: `touchpoints.change_cases`."""
    values = {name: getattr(moved, name) for name in ("opens_at", "due_at", "closes_at", "moved_at")}
    session.execute(update(CaseRow).where(CaseRow.id == moved.id).values(values))
    accesses.set_expiry(session, moved.id, expires_at)
    results.note_change_of(session, moved.participant_id)
