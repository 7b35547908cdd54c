"""The links and codes that let a participant in to a case; of each, only a keyed hash."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.cases import Access, AccessKind
from surveyapp.store.cases import lock
from surveyapp.store.database import new_id, rows_changed
from surveyapp.store.tables import AccessRow, CaseRow


def add_access(session: Session, access: Access, digest: str) -> None:
    session.add(
        AccessRow(
            id=access.id,
            digest=digest,
            case_id=access.case_id,
            kind=access.kind,
            issued_at=access.issued_at,
            expires_at=access.expires_at,
            revoked_at=access.revoked_at,
            claim=access.claim,
        )
    )


def set_expiry(session: Session, case_id: uuid.UUID, at: dt.datetime | None) -> None:
    """Until when the links and codes of a case live that nobody has ended."""
    session.execute(
        update(AccessRow).where(AccessRow.case_id == case_id, AccessRow.revoked_at.is_(None)).values(expires_at=at)
    )


def access_by_digest(session: Session, digests: Sequence[str]) -> Access | None:
    """The link or code that is stored in one of these forms."""
    row = session.scalars(select(AccessRow).where(AccessRow.digest.in_(digests))).one_or_none()
    return None if row is None else access_in(row)


def access(session: Session, access_id: uuid.UUID) -> Access | None:
    row = session.get(AccessRow, access_id)
    return None if row is None else access_in(row)


def lock_case(session: Session, access_id: uuid.UUID) -> None:
    """Locks the case that an access is for until the unit of work ends."""
    lock(session, CaseRow.id == select(AccessRow.case_id).where(AccessRow.id == access_id).scalar_subquery())


def person_of(session: Session, access_id: uuid.UUID) -> uuid.UUID | None:
    """Whose questions an access is for."""
    query = select(CaseRow.participant_id).join(AccessRow, AccessRow.case_id == CaseRow.id)
    return session.scalar(query.where(AccessRow.id == access_id))


def accesses_of(session: Session, case_id: uuid.UUID) -> list[Access]:
    """The links and codes given out for a case, oldest first."""
    rows = session.scalars(
        select(AccessRow).where(AccessRow.case_id == case_id).order_by(AccessRow.issued_at, AccessRow.id)
    )
    return [access_in(row) for row in rows]


def revoke_accesses(session: Session, case_id: uuid.UUID, at: dt.datetime) -> int:
    """Revokes every live link and code of a case; returns how many."""
    query = update(AccessRow).where(AccessRow.case_id == case_id, AccessRow.revoked_at.is_(None))
    return rows_changed(session, query.values(revoked_at=at))


def remove(session: Session, access_id: uuid.UUID) -> None:
    """Takes a link or code away with all that it let in, as if it had never been: it says nothing of why it opens
    nothing, and no other browser of the person's is known the less for it."""
    session.execute(delete(AccessRow).where(AccessRow.id == access_id))


def open_again(session: Session, case_id: uuid.UUID, revoked_at: dt.datetime) -> None:
    """Lets the links and codes of a case that were revoked at a moment open it again."""
    query = update(AccessRow).where(AccessRow.case_id == case_id, AccessRow.revoked_at == revoked_at)
    session.execute(query.values(revoked_at=None))


def last_revoked(session: Session, case_id: uuid.UUID) -> dt.datetime | None:
    """When links or codes of a case were last revoked."""
    return session.scalar(select(func.max(AccessRow.revoked_at)).where(AccessRow.case_id == case_id))


def access_in(row: AccessRow) -> Access:
    return Access(
        id=row.id,
        case_id=row.case_id,
        kind=row.kind,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        claim=row.claim,
    )


def new_access(
    case_id: uuid.UUID, kind: AccessKind, issued_at: dt.datetime, expires_at: dt.datetime | None, *, claim: bool
) -> Access:
    return Access(
        id=new_id(),
        case_id=case_id,
        kind=kind,
        issued_at=issued_at,
        expires_at=expires_at,
        revoked_at=None,
        claim=claim,
    )
