"""The audit trail. Insert only; it names participants by reference and never holds contact details or answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from surveyapp.domain.audit import Actor, AuditAction, AuditEntry, AuditFilter, kind_of
from surveyapp.domain.staff import Staff
from surveyapp.store.database import insert_many, new_id
from surveyapp.store.tables import AuditRow


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


def record_many(
    session: Session,
    at: dt.datetime,
    actor: Actor,
    action: AuditAction,
    study: str,
    subjects: Sequence[tuple[str, dict[str, Any]]],
) -> None:
    """`record` of one action done to many, each with its detail, in one statement."""
    staff_id = actor.id if isinstance(actor, Staff) else None
    same = {"at": at, "actor": kind_of(actor), "staff_id": staff_id, "action": action, "study": study}
    rows = [{"id": new_id(), "subject": subject, "detail": detail, **same} for subject, detail in subjects]
    insert_many(session, AuditRow, rows)


def entry_of(row: AuditRow) -> AuditEntry:
    """An entry as it is stored."""
    return AuditEntry(
        id=row.id,
        at=row.at,
        actor=row.actor,
        staff_id=row.staff_id,
        action=row.action,
        study=row.study,
        subject=row.subject,
        detail=row.detail,
    )


def entries(session: Session, study: str | None = None) -> list[AuditEntry]:
    """The trail, oldest first."""
    query = select(AuditRow).order_by(AuditRow.at, AuditRow.id)
    if study is not None:
        query = query.where(AuditRow.study == study)
    return [entry_of(row) for row in session.scalars(query)]


def last_at(session: Session) -> dt.datetime | None:
    """When the newest entry was made."""
    return session.scalar(select(func.max(AuditRow.at)))


def about(session: Session, study: str, subject: str) -> list[AuditEntry]:
    """What the trail has of one participant of a study, oldest first."""
    query = select(AuditRow).where(AuditRow.study == study, AuditRow.subject == subject)
    return [entry_of(row) for row in session.scalars(query.order_by(AuditRow.at, AuditRow.id))]


def page(
    session: Session, wanted: AuditFilter, within: Collection[str] | None, most: int, skipped: int
) -> list[AuditEntry]:
    """Some of the trail, the newest first: of these studies alone (None: of every study and of none), after the first
    so many that fit."""
    query = _narrowed(select(AuditRow), wanted, within).order_by(AuditRow.at.desc(), AuditRow.id.desc())
    return [entry_of(row) for row in session.scalars(query.limit(most).offset(skipped))]


def count(session: Session, wanted: AuditFilter, within: Collection[str] | None) -> int:
    """How many entries fit."""
    return int(session.scalars(_narrowed(select(func.count()).select_from(AuditRow), wanted, within)).one())


def actors(session: Session, within: Collection[str] | None) -> list[uuid.UUID]:
    """Keys of the staff who did something in these studies (None: anywhere)."""
    query = _narrowed(select(AuditRow.staff_id).distinct(), AuditFilter(), within).where(AuditRow.staff_id.is_not(None))
    return [each for each in session.scalars(query) if each is not None]


def newest(session: Session, action: AuditAction) -> AuditEntry | None:
    """The last entry of an action."""
    query = select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(1)
    row = session.scalars(query).one_or_none()
    return None if row is None else entry_of(row)


def _narrowed(query: Select[Any], wanted: AuditFilter, within: Collection[str] | None) -> Select[Any]:
    if within is not None:
        query = query.where(AuditRow.study.in_(within))
    for column, value in (
        (AuditRow.study, wanted.study),
        (AuditRow.actor, wanted.actor),
        (AuditRow.staff_id, wanted.staff_id),
        (AuditRow.action, wanted.action),
        (AuditRow.subject, wanted.subject),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditRow.at >= _beginning(wanted.since))
    if wanted.until is not None and wanted.until < dt.date.max:
        query = query.where(AuditRow.at < _beginning(wanted.until + dt.timedelta(days=1)))
    return query


def _beginning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def details(session: Session, study: str, action: AuditAction) -> list[tuple[dt.datetime, dict[str, Any]]]:
    """When something was done in a study and what was noted of it, oldest first."""
    query = select(AuditRow.at, AuditRow.detail).where(AuditRow.study == study, AuditRow.action == action)
    return [(row.at, row.detail) for row in session.execute(query.order_by(AuditRow.at, AuditRow.id))]
