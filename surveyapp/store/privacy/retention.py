"""What of people is held still, and taking parts of it away."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.privacy.retention import KeptPerson
from surveyapp.domain.staff import Scope
from surveyapp.store import results, windows
from surveyapp.store.calling import stands, wishes
from surveyapp.store.mending.merging import drop_pictures
from surveyapp.store.open_answers import marking, quoting
from surveyapp.store.participants import scoped
from surveyapp.store.privacy.parting import part
from surveyapp.store.tables import (
    AccessRow,
    AnswerHistoryRow,
    AnswerRow,
    AttemptRow,
    CallDecisionRow,
    CaseRow,
    ChangedCaseRow,
    ChannelEndRow,
    ContactLookupRow,
    ContactRow,
    EventRow,
    LeaseRow,
    ListRowRow,
    MergeRow,
    MessageRow,
    ParticipantRow,
    ParticipationRow,
    PinRow,
    ReferralRow,
    RelationshipRow,
    ResponseRow,
    SaveRow,
    SpotArrivalRow,
)


def people(session: Session, scope: Scope) -> list[KeptPerson]:
    """Everybody in scope, with what is held of them that is kept for a time, by reference. Two queries."""
    return _held(session, lambda query: scoped(query, scope))


def person(session: Session, person_id: uuid.UUID) -> KeptPerson | None:
    """One of them; None where they are gone."""
    found = _held(session, lambda query: query.where(ParticipantRow.id == person_id))
    return found[0] if found else None


def _held(session: Session, narrowed: Callable[[Any], Any]) -> list[KeptPerson]:
    closes: dict[uuid.UUID, dict[int, dt.datetime | None]] = {}
    held: dict[uuid.UUID, set[int]] = {}
    cases = select(
        CaseRow.participant_id, CaseRow.touchpoint, CaseRow.closes_at, windows.ends_at(CaseRow).label("ends_at")
    ).join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    for row in session.execute(narrowed(cases)):
        closes.setdefault(row.participant_id, {})[row.touchpoint] = row.closes_at
        if row.ends_at != row.closes_at:
            held.setdefault(row.participant_id, set()).add(row.touchpoint)
    # What was kept of somebody who was merged into them says how they are reached, too.
    pictured = exists().where(MergeRow.kept_id == ParticipantRow.id, MergeRow.before.is_not(None))
    contacts = or_(exists().where(ContactRow.participant_id == ParticipantRow.id), pictured)
    said = exists(
        _saves(ParticipantRow.id)
        .join(AnswerHistoryRow, AnswerHistoryRow.save_id == SaveRow.id)
        .where(_in_words(AnswerHistoryRow))
    )
    noted = exists(
        select(AttemptRow.id)
        .join(CaseRow, CaseRow.id == AttemptRow.case_id)
        .where(
            CaseRow.participant_id == ParticipantRow.id,
            or_(AttemptRow.note.is_not(None), AttemptRow.note_sealed.is_not(None)),
        )
    )
    query = select(
        ParticipantRow.id,
        ParticipantRow.reference,
        ParticipantRow.withdrawn_at,
        ParticipantRow.anonymised_at,
        contacts.label("contacts"),
        or_(said, noted).label("words"),
    )
    return [
        KeptPerson(
            id=row.id,
            reference=row.reference,
            withdrawn_at=row.withdrawn_at,
            closes=closes.get(row.id, {}),
            held_open=frozenset(held.get(row.id, ())),
            contacts=bool(row.contacts),
            words=bool(row.words),
            anonymised=row.anonymised_at is not None,
        )
        for row in session.execute(narrowed(query).order_by(ParticipantRow.reference))
    ]


def _saves(participant_id: Any) -> Any:
    return (
        select(SaveRow.id)
        .join(ResponseRow, ResponseRow.id == SaveRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .where(CaseRow.participant_id == participant_id)
    )


def _in_words(table: Any) -> Any:
    """Rows that hold words: an empty text says only that somebody wrote something."""
    return or_(table.sealed.is_not(None), and_(table.text.is_not(None), table.text != ""))


def erase_contacts(session: Session, person: uuid.UUID) -> None:
    """Takes away how somebody is reached and found, was before a list changed it, and the links and codes that were
    given to them, with the browsers in which those were opened."""
    session.execute(delete(ContactRow).where(ContactRow.participant_id == person))
    session.execute(delete(ContactLookupRow).where(ContactLookupRow.participant_id == person))
    session.execute(delete(ChannelEndRow).where(ChannelEndRow.participant_id == person))
    session.execute(update(ListRowRow).where(ListRowRow.participant_id == person).values(before=None))
    wishes.forget(session, [person])
    drop_pictures(session, person)
    mine = select(CaseRow.id).where(CaseRow.participant_id == person)
    session.execute(delete(AccessRow).where(AccessRow.case_id.in_(mine)))


def erase_words(session: Session, person: uuid.UUID) -> None:
    """Takes away what somebody said in words of their own, now and before, and what interviewers noted. That they wrote
    something stays: results say how many did."""
    drop_pictures(session, person)
    mine = select(CaseRow.id).where(CaseRow.participant_id == person)
    responses = select(ResponseRow.id).where(ResponseRow.case_id.in_(mine))
    for table, whose in (
        (AnswerRow, AnswerRow.response_id.in_(responses)),
        (AnswerHistoryRow, AnswerHistoryRow.save_id.in_(_saves(person))),
    ):
        said = update(table).where(whose, _in_words(table))
        session.execute(said.where(table.reason.is_(None)).values(text="", sealed=None))
        session.execute(said.where(table.reason.is_not(None)).values(text=None, sealed=None))
    marking.forget(session, person)
    quoting.forget(session, person)
    session.execute(update(AttemptRow).where(AttemptRow.case_id.in_(mine)).values(note=None, note_sealed=None))


def anonymise(session: Session, person: uuid.UUID, reference: str, at: dt.datetime, zone: ZoneInfo) -> None:
    """Makes somebody's answers nobody's: another reference and other keys, moments by their month in `zone` alone, and
    nothing left of contacts, words, attempts and what came of them, messages, events, ways out, lists, and whom they
    belong with or were besides. What is known of them stays, as results are counted by it."""
    erase_contacts(session, person)
    erase_words(session, person)
    mine = select(CaseRow.id).where(CaseRow.participant_id == person)
    for table, whose in (
        (ReferralRow, ReferralRow.participant_id == person),
        (AttemptRow, AttemptRow.case_id.in_(mine)),
        (CallDecisionRow, CallDecisionRow.case_id.in_(mine)),
        (MessageRow, MessageRow.case_id.in_(mine)),
        (EventRow, EventRow.participant_id == person),
        (ParticipationRow, ParticipationRow.participant_id == person),
        (RelationshipRow, or_(RelationshipRow.first_id == person, RelationshipRow.second_id == person)),
        (MergeRow, MergeRow.kept_id == person),
        (PinRow, PinRow.participant_id == person),
        (LeaseRow, LeaseRow.case_id.in_(mine)),
        (SpotArrivalRow, SpotArrivalRow.case_id.in_(mine)),
        (ChangedCaseRow, ChangedCaseRow.case_id.in_(mine)),
    ):
        session.execute(delete(table).where(whose))
    # How many rows a list had is told of it still.
    session.execute(update(ListRowRow).where(ListRowRow.participant_id == person).values(participant_id=None))
    session.execute(
        update(CaseRow)
        .where(CaseRow.participant_id == person)
        .values(next_at=None, assigned_to=None, on_their_own_since=None, on_their_own_of=None)
    )
    stands.forget_stands(session, person)
    results.note_change_of(session, person)
    parted = part(session, person, reference, zone)
    day = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(dt.UTC)
    session.execute(
        update(ParticipantRow)
        .where(ParticipantRow.id == parted)
        .values(anonymised_at=day, language_asked=None, not_called_by=None)
    )
    results.note_change_of(session, parted)
