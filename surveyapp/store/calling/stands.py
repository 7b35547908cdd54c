"""How a case stands for whoever calls: what a queue is sorted by."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.call_stand import CallDecision, CallStand
from surveyapp.domain.fieldwork.cases import Attempt
from surveyapp.store.tables import AttemptRow, CallDecisionRow, CaseRow, ContactRow, ParticipantRow, StaffRow


def tried(session: Session, case_id: uuid.UUID) -> list[Attempt]:
    """The attempts of a case, oldest first, without their notes and without names."""
    rows = session.scalars(
        select(AttemptRow).where(AttemptRow.case_id == case_id).order_by(AttemptRow.at, AttemptRow.id)
    )
    return [
        Attempt(
            id=row.id,
            case_id=row.case_id,
            staff_id=row.staff_id,
            staff_name=None,
            at=row.at,
            outcome=row.outcome,
            mode=row.mode,
            next_at=row.next_at,
        )
        for row in rows
    ]


def last_tried(session: Session, case_id: uuid.UUID) -> tuple[dt.datetime | None, str | None]:
    """When a case was tried last, and the name of who did."""
    query = select(CaseRow.tried_at, StaffRow.name).outerjoin(StaffRow, StaffRow.id == CaseRow.tried_by)
    row = session.execute(query.where(CaseRow.id == case_id)).one()
    return row.tried_at, row.name


def of_case(session: Session, case_id: uuid.UUID) -> tuple[CallStand, dt.datetime | None]:
    """How the calls of a case stand, and the time that is agreed."""
    row = session.scalars(select(CaseRow).where(CaseRow.id == case_id)).one()
    return stand_of(row), row.next_at


def counts(session: Session, case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many attempts there were of each of these cases that had any."""
    query = select(AttemptRow.case_id, func.count()).where(AttemptRow.case_id.in_(case_ids))
    return dict(session.execute(query.group_by(AttemptRow.case_id)).all())


def decisions(session: Session, case_id: uuid.UUID) -> list[CallDecision]:
    """What was decided of calling somebody, oldest first."""
    rows = session.scalars(
        select(CallDecisionRow)
        .where(CallDecisionRow.case_id == case_id)
        .order_by(CallDecisionRow.at, CallDecisionRow.id)
    )
    return [
        CallDecision(id=row.id, case_id=row.case_id, staff_id=row.staff_id, at=row.at, kind=row.kind, more=row.more)
        for row in rows
    ]


def declined_contact_at(session: Session, case_id: uuid.UUID) -> dt.datetime | None:
    """Since when the person of a case does not want to be contacted again; None: they may be."""
    query = select(ParticipantRow.declined_contact_at).join(CaseRow, CaseRow.participant_id == ParticipantRow.id)
    return session.scalar(query.where(CaseRow.id == case_id))


def add_decision(session: Session, decision: CallDecision) -> None:
    session.add(CallDecisionRow(**asdict(decision)))
    session.flush()


def set_stand(session: Session, case_id: uuid.UUID, stand: CallStand) -> None:
    session.flush()
    session.execute(update(CaseRow).where(CaseRow.id == case_id).values(asdict(stand)))


def stored(session: Session, case_id: uuid.UUID) -> CallStand:
    """How a case stands."""
    return stand_of(session.get_one(CaseRow, case_id, populate_existing=True))


def forget_stands(session: Session, participant_id: uuid.UUID) -> None:
    """Takes away who tried to reach somebody, when, and what came of it."""
    mine = update(CaseRow).where(CaseRow.participant_id == participant_id)
    session.execute(mine.values(asdict(CallStand())))


def stand_of(row: CaseRow) -> CallStand:
    return CallStand(**{name: getattr(row, name) for name in CallStand.__dataclass_fields__})


def uncounted(session: Session, studies: Collection[str], limit: int) -> list[tuple[uuid.UUID, str]]:
    """Cases with attempts of which it was not worked out how they stand, with which of these studies they are of."""
    query = (
        select(CaseRow.id, ParticipantRow.study)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .where(CaseRow.tried_at.is_(None), select(AttemptRow.id).where(AttemptRow.case_id == CaseRow.id).exists())
        .where(ParticipantRow.study.in_(studies))
        .order_by(CaseRow.id)
        .limit(limit)
    )
    return [(row.id, row.study) for row in session.execute(query)]


def unread(session: Session, limit: int) -> list[uuid.UUID]:
    """People with a contact record out of which it was not read how they asked to be called."""
    reachable = select(ContactRow.field).where(ContactRow.participant_id == ParticipantRow.id).exists()
    query = select(ParticipantRow.id).where(ParticipantRow.call_way.is_(None), reachable)
    return list(session.scalars(query.order_by(ParticipantRow.id).limit(limit)))
