"""How people left a study and came back: insert only."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.domain.privacy.leaving import Participation
from surveyapp.store.database import new_id
from surveyapp.store.tables import ParticipationRow


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


def of(session: Session, participant_id: uuid.UUID) -> list[Participation]:
    """Everything that was recorded of somebody, oldest first."""
    rows = session.scalars(
        select(ParticipationRow)
        .where(ParticipationRow.participant_id == participant_id)
        .order_by(ParticipationRow.at, ParticipationRow.id)
    )
    return [Participation(change=row.change, why=row.why, at=row.at, by_staff=row.by_staff) for row in rows]
