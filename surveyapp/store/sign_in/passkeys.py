"""Passkeys of staff, and the challenges that they have answered."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.security.passkeys import Passkey
from surveyapp.store.tables import PasskeyRow, SpentChallengeRow


def add(session: Session, passkey: Passkey) -> None:
    session.add(
        PasskeyRow(
            id=passkey.id,
            staff_id=passkey.staff_id,
            credential_id=passkey.credential_id,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            transports=",".join(passkey.transports),
            name=passkey.name,
            created_at=passkey.created_at,
            last_used_at=passkey.last_used_at,
        )
    )
    session.flush()


def of_staff(session: Session, staff_id: uuid.UUID) -> tuple[Passkey, ...]:
    """Somebody's passkeys, the oldest first."""
    query = select(PasskeyRow).where(PasskeyRow.staff_id == staff_id)
    return tuple(_passkey(row) for row in session.scalars(query.order_by(PasskeyRow.created_at, PasskeyRow.id)))


def by_credential(session: Session, credential_id: bytes) -> Passkey | None:
    """By the number its authenticator gave it."""
    row = session.scalars(select(PasskeyRow).where(PasskeyRow.credential_id == credential_id)).one_or_none()
    return None if row is None else _passkey(row)


def set_used(session: Session, passkey_id: uuid.UUID, sign_count: int, at: dt.datetime) -> None:
    session.execute(
        update(PasskeyRow).where(PasskeyRow.id == passkey_id).values(sign_count=sign_count, last_used_at=at)
    )


def remove(session: Session, passkey_id: uuid.UUID) -> None:
    session.execute(delete(PasskeyRow).where(PasskeyRow.id == passkey_id))


def remove_all(session: Session, staff_id: uuid.UUID) -> None:
    session.execute(delete(PasskeyRow).where(PasskeyRow.staff_id == staff_id))


def spend(session: Session, digest: str, at: dt.datetime, forget_before: dt.datetime) -> bool:
    """Marks a challenge as answered; False where it was before. Forgets those answered so long ago that they are too
    old to be answered again. The caller holds a lock that whoever could answer the same one waits for."""
    session.execute(delete(SpentChallengeRow).where(SpentChallengeRow.spent_at < forget_before))
    if session.get(SpentChallengeRow, digest) is not None:
        return False
    session.add(SpentChallengeRow(digest=digest, spent_at=at))
    session.flush()
    return True


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(
        id=row.id,
        staff_id=row.staff_id,
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        transports=tuple(filter(None, row.transports.split(","))),
        name=row.name,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
