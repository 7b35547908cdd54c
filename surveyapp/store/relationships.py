"""What participants are to one another. Each has a relationship to one person at most, on either side."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from surveyapp.domain.participants import RelatedPerson
from surveyapp.domain.staff import Scope
from surveyapp.store.participants import scoped
from surveyapp.store.tables import ParticipantRow, RelationshipRow


@dataclass(frozen=True)
class RelatedPair:
    """Two participants and what they are to one another; `first` is of the group that the study names first."""

    relationship: str
    first: uuid.UUID
    second: uuid.UUID


def add(session: Session, pairs: Sequence[RelatedPair], at: dt.datetime) -> None:
    """Records pairs, of whom nobody has that relationship yet, in one statement."""
    if pairs:
        session.flush()
        rows = [
            {"relationship": each.relationship, "first_id": each.first, "second_id": each.second, "recorded_at": at}
            for each in pairs
        ]
        session.execute(insert(RelationshipRow), rows)


def remove(session: Session, relationship: str, participant_id: uuid.UUID) -> None:
    """Takes a participant's relationship away, whichever side they are on."""
    either = or_(RelationshipRow.first_id == participant_id, RelationshipRow.second_id == participant_id)
    session.execute(delete(RelationshipRow).where(RelationshipRow.relationship == relationship, either))


def related_to(session: Session, scope: Scope, participant_id: uuid.UUID) -> list[RelatedPerson]:
    """Whom a participant has relationships to, among the people in scope."""
    found: list[RelatedPerson] = []
    for own, other in (
        (RelationshipRow.first_id, RelationshipRow.second_id),
        (RelationshipRow.second_id, RelationshipRow.first_id),
    ):
        query = select(RelationshipRow.relationship, ParticipantRow.reference).join(
            ParticipantRow, ParticipantRow.id == other
        )
        rows = session.execute(scoped(query.where(own == participant_id), scope))
        found += [RelatedPerson(row.relationship, row.reference) for row in rows]
    return sorted(found, key=lambda each: (each.relationship, each.reference))


def by_reference(session: Session, scope: Scope, references: Iterable[str]) -> dict[str, tuple[uuid.UUID, str]]:
    """The identity and the group of those of these references who are in scope."""
    query = select(ParticipantRow.reference, ParticipantRow.id, ParticipantRow.group_id)
    query = scoped(query.where(ParticipantRow.reference.in_(sorted(references))), scope)
    return {row.reference: (row.id, row.group_id) for row in session.execute(query)}


def partners(session: Session, scope: Scope, people: Iterable[uuid.UUID]) -> dict[tuple[str, uuid.UUID], str | None]:
    """By relationship and participant, the reference of whom each of these people has it to already, whoever that is;
    None for somebody who is out of scope."""
    wanted = list(people)
    found: dict[tuple[str, uuid.UUID], str | None] = {}
    for own, other in (
        (RelationshipRow.first_id, RelationshipRow.second_id),
        (RelationshipRow.second_id, RelationshipRow.first_id),
    ):
        query = select(RelationshipRow.relationship, own.label("person"), ParticipantRow).join(
            ParticipantRow, ParticipantRow.id == other
        )
        for row in session.execute(query.where(own.in_(wanted))):
            seen = scope.sites is None or row.ParticipantRow.site_id in scope.sites
            found[row.relationship, row.person] = row.ParticipantRow.reference if seen else None
    return found
