"""Forms that came in after the session they were filled in had ended, kept sealed for whoever filled them in."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from surveyapp.store.participants import Sealed
from surveyapp.store.tables import KeptFormRow


@dataclass(frozen=True, kw_only=True)
class SealedForm:
    """A kept form, as it lies in the database. One of `staff_id` and `access_id` says whose it is."""

    id: uuid.UUID
    staff_id: uuid.UUID | None
    access_id: uuid.UUID | None
    path: str
    sealed: Sealed
    kept_at: dt.datetime


def add(session: Session, kept: SealedForm) -> None:
    """Keeps a form, in place of one that the same person sent to the same address before."""
    session.execute(
        delete(KeptFormRow).where(_owned_by(kept.staff_id or kept.access_id), KeptFormRow.path == kept.path)
    )
    session.execute(
        insert(KeptFormRow).values(
            id=kept.id,
            staff_id=kept.staff_id,
            access_id=kept.access_id,
            path=kept.path,
            key_id=kept.sealed.key_id,
            ciphertext=kept.sealed.ciphertext,
            kept_at=kept.kept_at,
        )
    )


def of_owner(session: Session, owner: uuid.UUID, since: dt.datetime) -> list[SealedForm]:
    """What is kept for a staff member or an access, and not older than that, oldest first."""
    columns = KeptFormRow.__table__.columns
    query = select(*columns).where(_owned_by(owner), KeptFormRow.kept_at > since).order_by(KeptFormRow.id)
    return [
        SealedForm(
            id=row.id,
            staff_id=row.staff_id,
            access_id=row.access_id,
            path=row.path,
            sealed=Sealed(row.key_id, row.ciphertext),
            kept_at=row.kept_at,
        )
        for row in session.execute(query)
    ]


def count(session: Session, owner: uuid.UUID) -> int:
    return session.scalar(select(func.count()).select_from(KeptFormRow).where(_owned_by(owner))) or 0


def remove(session: Session, owner: uuid.UUID, kept_id: uuid.UUID) -> None:
    """Lets go of one, if it is theirs."""
    session.execute(delete(KeptFormRow).where(_owned_by(owner), KeptFormRow.id == kept_id))


def remove_old(session: Session, before: dt.datetime) -> None:
    """Lets go of everybody's that were kept before a moment."""
    session.execute(delete(KeptFormRow).where(KeptFormRow.kept_at <= before))


def _owned_by(owner: uuid.UUID | None) -> ColumnElement[bool]:
    return (KeptFormRow.staff_id == owner) | (KeptFormRow.access_id == owner)
