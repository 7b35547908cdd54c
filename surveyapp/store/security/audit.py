"""The audit trail. Insert only; it names participants by reference and never holds contact details or answers."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.domain.audit import Actor, ActorKind, AuditAction, kind_of
from surveyapp.domain.staff import Staff
from surveyapp.store.database import new_id
from surveyapp.store.tables import AuditRow


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """Who did what to whom, and when. `staff_id` is set where staff acted, `subject` a reference, a questionnaire or
    an e-mail address of staff."""

    at: dt.datetime
    actor: ActorKind
    staff_id: uuid.UUID | None
    action: AuditAction
    study: str | None
    subject: str | None
    detail: dict[str, Any]


def record(
    session: Session,
    at: dt.datetime,
    actor: Actor,
    action: AuditAction,
    study: str | None,
    subject: str | None,
    detail: dict[str, Any],
) -> None:
    """Adds an entry to the unit of work that does what it tells of: both happen or neither."""
    session.add(
        AuditRow(
            id=new_id(),
            at=at,
            actor=kind_of(actor),
            staff_id=actor.id if isinstance(actor, Staff) else None,
            action=action,
            study=study,
            subject=subject,
            detail=detail,
        )
    )


def entries(session: Session, study: str | None = None) -> list[AuditEntry]:
    """The trail, oldest first."""
    query = select(AuditRow).order_by(AuditRow.at, AuditRow.id)
    if study is not None:
        query = query.where(AuditRow.study == study)
    return [_entry(row) for row in session.scalars(query)]


def about(session: Session, study: str, subject: str) -> list[AuditEntry]:
    """What the trail has of one participant of a study, oldest first."""
    query = select(AuditRow).where(AuditRow.study == study, AuditRow.subject == subject)
    return [_entry(row) for row in session.scalars(query.order_by(AuditRow.at, AuditRow.id))]


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        at=row.at,
        actor=row.actor,
        staff_id=row.staff_id,
        action=row.action,
        study=row.study,
        subject=row.subject,
        detail=row.detail,
    )


def details(session: Session, study: str, action: AuditAction) -> list[tuple[dt.datetime, dict[str, Any]]]:
    """When something was done in a study and what was noted of it, oldest first."""
    query = select(AuditRow.at, AuditRow.detail).where(AuditRow.study == study, AuditRow.action == action)
    return [(row.at, row.detail) for row in session.execute(query.order_by(AuditRow.at, AuditRow.id))]
