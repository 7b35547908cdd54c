"""Recovery codes of staff: their hashes, and when each was used."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from surveyapp.store.database import new_id
from surveyapp.store.tables import RecoveryCodeRow


@dataclass(frozen=True)
class HashedCode:
    """An unused code. All of one set are hashed with one salt."""

    id: uuid.UUID
    salt: bytes
    digest: bytes


def replace(session: Session, staff_id: uuid.UUID, salt: bytes, digests: Iterable[bytes], at: dt.datetime) -> None:
    """Puts a new set in place of what there is of an older one."""
    remove_all(session, staff_id)
    session.add_all(
        RecoveryCodeRow(id=new_id(), staff_id=staff_id, salt=salt, digest=digest, created_at=at) for digest in digests
    )
    session.flush()


def unused(session: Session, staff_id: uuid.UUID) -> list[HashedCode]:
    query = select(RecoveryCodeRow).where(RecoveryCodeRow.staff_id == staff_id, RecoveryCodeRow.used_at.is_(None))
    return [HashedCode(row.id, row.salt, row.digest) for row in session.scalars(query.order_by(RecoveryCodeRow.id))]


def count_unused(session: Session, staff_id: uuid.UUID) -> int:
    query = select(func.count()).where(RecoveryCodeRow.staff_id == staff_id, RecoveryCodeRow.used_at.is_(None))
    return session.scalars(query).one()


def uses(session: Session, staff_id: uuid.UUID) -> list[dt.datetime]:
    """When codes of the set that stands were used, the newest first."""
    query = select(RecoveryCodeRow.used_at).where(
        RecoveryCodeRow.staff_id == staff_id, RecoveryCodeRow.used_at.is_not(None)
    )
    return sorted((at for at in session.scalars(query) if at is not None), reverse=True)


def set_used(session: Session, code_id: uuid.UUID, at: dt.datetime) -> None:
    session.execute(update(RecoveryCodeRow).where(RecoveryCodeRow.id == code_id).values(used_at=at))


def remove_all(session: Session, staff_id: uuid.UUID) -> None:
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.staff_id == staff_id))
