"""Who has somebody open, whichever of their cases it is."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.cases import Lease
from surveyapp.store.tables import CaseRow, LeaseRow, StaffRow


def lock_person(session: Session, participant_id: uuid.UUID) -> None:
    """Locks somebody's cases until the unit of work ends; of a database file all of it is locked."""
    mine = select(CaseRow.id).where(CaseRow.participant_id == participant_id).order_by(CaseRow.id)
    session.execute(mine.with_for_update()).all()


def elsewhere(
    session: Session, participant_id: uuid.UUID, case_id: uuid.UUID, staff_id: uuid.UUID, now: dt.datetime
) -> Lease | None:
    """A colleague's live hold on another case of somebody."""
    query = (
        select(LeaseRow, StaffRow.name)
        .join(CaseRow, CaseRow.id == LeaseRow.case_id)
        .join(StaffRow, StaffRow.id == LeaseRow.staff_id)
        .where(
            CaseRow.participant_id == participant_id,
            CaseRow.id != case_id,
            LeaseRow.staff_id != staff_id,
            LeaseRow.until > now,
        )
        .order_by(LeaseRow.until.desc(), LeaseRow.case_id)
    )
    row = session.execute(query).first()
    return None if row is None else Lease(row.LeaseRow.case_id, row.LeaseRow.staff_id, row.name, row.LeaseRow.until)
