"""What was just tried."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import UNDO_FOR, Outcome
from surveyapp.store.tables import AttemptRow, CaseRow, ParticipantRow


@dataclass(frozen=True, kw_only=True)
class RecentAttempt:
    """An attempt that was just recorded, and of whom."""

    id: uuid.UUID
    case_id: uuid.UUID
    participant_id: uuid.UUID
    at: dt.datetime
    outcome: Outcome
    mode: Mode
    study: str
    reference: str
    touchpoint: int

    @property
    def until(self) -> dt.datetime:
        """Until when it can be taken back."""
        return self.at + UNDO_FOR


def count(session: Session, case_id: uuid.UUID) -> int:
    """How many attempts were recorded for a case."""
    return session.scalar(select(func.count()).where(AttemptRow.case_id == case_id)) or 0


def newest_by(session: Session, staff_id: uuid.UUID, since: dt.datetime) -> RecentAttempt | None:
    """What a staff member recorded last, if that was after a moment and nothing was recorded for its case since."""
    later = aliased(AttemptRow)
    row = session.execute(
        select(AttemptRow, ParticipantRow, CaseRow.touchpoint)
        .join(CaseRow, CaseRow.id == AttemptRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .where(AttemptRow.staff_id == staff_id, AttemptRow.at > since)
        .where(~select(later.id).where(later.case_id == AttemptRow.case_id, later.at > AttemptRow.at).exists())
        .order_by(AttemptRow.at.desc(), AttemptRow.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return RecentAttempt(
        id=row.AttemptRow.id,
        case_id=row.AttemptRow.case_id,
        participant_id=row.ParticipantRow.id,
        at=row.AttemptRow.at,
        outcome=row.AttemptRow.outcome,
        mode=row.AttemptRow.mode,
        study=row.ParticipantRow.study,
        reference=row.ParticipantRow.reference,
        touchpoint=row.touchpoint,
    )
