"""People on their way into a study. They are stored some at a time, in short transactions, as if they were of a study
of the list's own, which nobody's scope has; one statement then takes all of them into the study they join."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.call_wishes import CallWishes
from surveyapp.domain.participants import Origin
from surveyapp.store import enrolment, participants, results
from surveyapp.store.calling import wishes
from surveyapp.store.cases import lock
from surveyapp.store.database import insert_many, table_of
from surveyapp.store.enrolment import Enrolment
from surveyapp.store.security.erasures import belonging_to
from surveyapp.store.tables import (
    Base,
    CaseRow,
    ContactLookupRow,
    ContactRow,
    ErasureRow,
    ParticipantRow,
    ResultChangeRow,
    SiteAttributeRow,
    SiteRow,
)

AT_ONCE = 1_000


def place_of(import_id: uuid.UUID) -> str:
    """What stands for a study of the people a list is bringing. No study is so called."""
    return f"{participants.LIST_PLACE}{import_id}"


def stage(session: Session, import_id: uuid.UUID, people: Sequence[Enrolment]) -> None:
    enrolment.add_newcomers(session, people, place_of(import_id))


def renumber(session: Session, references: Mapping[uuid.UUID, str]) -> None:
    """Gives people other references."""
    if references:
        people = table_of(ParticipantRow)
        session.connection().execute(
            update(people).where(people.c.id == bindparam("whose")).values(reference=bindparam("new")),
            [{"whose": person, "new": reference} for person, reference in references.items()],
        )


def take_in(session: Session, import_id: uuid.UUID, study: str) -> None:
    """Takes everybody into the study."""
    place = place_of(import_id)
    for table in (SiteRow, ParticipantRow, ResultChangeRow):
        session.execute(
            update(table).where(table.study == place).values(study=study).execution_options(synchronize_session=False)
        )


def staged(session: Session, import_id: uuid.UUID) -> list[uuid.UUID]:
    """Whom a list has brought so far and not taken in."""
    return list(session.scalars(select(ParticipantRow.id).where(ParticipantRow.study == place_of(import_id))))


def remove(session: Session, import_id: uuid.UUID, people: Collection[uuid.UUID], study: str, at: dt.datetime) -> None:
    """Deletes all there is of people who never answered anything, and lists them as erased: their keys go."""
    session.flush()
    session.expunge_all()
    for some in _some(sorted(people)):
        for table in reversed(Base.metadata.sorted_tables):
            if (theirs := belonging_to(table, some)) is not None:
                session.execute(delete(table).where(theirs))
        session.execute(insert(ErasureRow), [{"participant_id": each, "study": study, "at": at} for each in some])
    mine = select(SiteRow.id).where(SiteRow.study == place_of(import_id))
    session.execute(delete(SiteAttributeRow).where(SiteAttributeRow.site_id.in_(mine)))
    session.execute(delete(SiteRow).where(SiteRow.study == place_of(import_id)))


def lock_cases(session: Session, people: Collection[uuid.UUID]) -> None:
    """Locks people's cases until the unit of work ends."""
    for some in _some(sorted(people)):
        lock(session, CaseRow.participant_id.in_(some))


def forget_counts(session: Session, study: str, origin: Origin) -> None:
    """The study's people are counted anew, without those who went."""
    results.drop(session, study, origin)


def set_attributes(session: Session, person: uuid.UUID, attributes: Mapping[str, str]) -> None:
    session.execute(update(ParticipantRow).where(ParticipantRow.id == person).values(attributes=dict(attributes)))


def replace_contacts(
    session: Session, contacts: Mapping[uuid.UUID, tuple[Mapping[str, Any], bytes | None, CallWishes]]
) -> None:
    """Replaces many people's contact records, each field sealed, what finds them, and how they asked to be called."""
    for some in _some(sorted(contacts)):
        session.execute(delete(ContactRow).where(ContactRow.participant_id.in_(some)))
        session.execute(delete(ContactLookupRow).where(ContactLookupRow.participant_id.in_(some)))
    fields = [
        {"participant_id": person, "field": name, "key_id": sealed.key_id, "ciphertext": sealed.ciphertext}
        for person, (contact, _, _) in contacts.items()
        for name, sealed in contact.items()
    ]
    lookups = [
        {"participant_id": person, "ciphertext": lookup}
        for person, (_, lookup, _) in contacts.items()
        if lookup is not None
    ]
    for table, rows in ((ContactRow, fields), (ContactLookupRow, lookups)):
        insert_many(session, table, rows)
    wishes.write(session, {person: wished for person, (_, _, wished) in contacts.items()})


def _some(people: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(people), 500):
        yield people[start : start + 500]
