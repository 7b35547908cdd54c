"""Links by which staff choose their password: the hash of each, how long it works, and when it was used."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from surveyapp.store.database import new_id
from surveyapp.store.tables import PasswordLinkRow


@dataclass(frozen=True)
class PasswordLink:
    """Whose link it is, and whether it still works."""

    id: uuid.UUID
    staff_id: uuid.UUID
    expires_at: dt.datetime
    used_at: dt.datetime | None

    def works(self, now: dt.datetime) -> bool:
        return self.used_at is None and now < self.expires_at


def replace(session: Session, staff_id: uuid.UUID, digest: str, at: dt.datetime, expires_at: dt.datetime) -> None:
    """Gives somebody a link; any other of theirs goes."""
    session.execute(delete(PasswordLinkRow).where(PasswordLinkRow.staff_id == staff_id))
    session.add(PasswordLinkRow(id=new_id(), staff_id=staff_id, digest=digest, created_at=at, expires_at=expires_at))
    session.flush()


def by_digest(session: Session, digest: str) -> PasswordLink | None:
    return _one(session, PasswordLinkRow.digest == digest)


def by_id(session: Session, link_id: uuid.UUID) -> PasswordLink | None:
    return _one(session, PasswordLinkRow.id == link_id)


def _one(session: Session, which: ColumnElement[bool]) -> PasswordLink | None:
    row = session.scalars(select(PasswordLinkRow).where(which)).one_or_none()
    return None if row is None else PasswordLink(row.id, row.staff_id, row.expires_at, row.used_at)


def set_used(session: Session, link_id: uuid.UUID, at: dt.datetime) -> None:
    session.execute(update(PasswordLinkRow).where(PasswordLinkRow.id == link_id).values(used_at=at))
