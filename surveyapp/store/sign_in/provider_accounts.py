"""Whom a sign-in provider (OpenID Connect) means."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from surveyapp.store.tables import ProviderAccountRow


def staff_of(session: Session, issuer: str, subject: str) -> uuid.UUID | None:
    """The account that a provider's subject was bound to."""
    return session.scalars(
        select(ProviderAccountRow.staff_id).where(
            ProviderAccountRow.issuer == issuer, ProviderAccountRow.subject == subject
        )
    ).one_or_none()


def is_bound(session: Session, staff_id: uuid.UUID) -> bool:
    """Whether an account has a subject already."""
    return session.get(ProviderAccountRow, staff_id) is not None


def bind(session: Session, staff_id: uuid.UUID, issuer: str, subject: str, at: dt.datetime) -> None:
    session.add(ProviderAccountRow(staff_id=staff_id, issuer=issuer, subject=subject, created_at=at, last_used_at=at))
    session.flush()


def set_used(session: Session, staff_id: uuid.UUID, at: dt.datetime) -> None:
    session.execute(update(ProviderAccountRow).where(ProviderAccountRow.staff_id == staff_id).values(last_used_at=at))


def remove(session: Session, staff_id: uuid.UUID) -> None:
    session.execute(delete(ProviderAccountRow).where(ProviderAccountRow.staff_id == staff_id))
