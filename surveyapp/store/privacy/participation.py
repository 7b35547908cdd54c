"""How people left a study and came back: insert only."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.domain.privacy.leaving import Participation
from surveyapp.domain.staff import Scope
from surveyapp.store.database import new_id
from surveyapp.store.participants import scoped
from surveyapp.store.tables import ParticipantRow, ParticipationRow


def add(session: Session, participant_id: uuid.UUID, made: Participation) -> None:
    session.add(
        ParticipationRow(
            id=new_id(),
            participant_id=participant_id,
            change=made.change,
            why=made.why,
            by_staff=made.by_staff,
            at=made.at,
        )
    )


def newest(session: Session, scope: Scope, limit: int) -> list[tuple[str, Participation]]:
    """What was recorded last of the people in scope, each with whose reference, newest first."""
    query = scoped(
        select(ParticipationRow, ParticipantRow.reference).join(
            ParticipantRow, ParticipantRow.id == ParticipationRow.participant_id
        ),
        scope,
    )
    rows = session.execute(query.order_by(ParticipationRow.at.desc(), ParticipationRow.id.desc()).limit(limit))
    return [(row.reference, _participation(row.ParticipationRow)) for row in rows]


def of(session: Session, participant_id: uuid.UUID) -> list[Participation]:
    """Everything that was recorded of somebody, oldest first."""
    rows = session.scalars(
        select(ParticipationRow)
        .where(ParticipationRow.participant_id == participant_id)
        .order_by(ParticipationRow.at, ParticipationRow.id)
    )
    return [_participation(row) for row in rows]


def _participation(row: ParticipationRow) -> Participation:
    return Participation(change=row.change, why=row.why, at=row.at, by_staff=row.by_staff)
