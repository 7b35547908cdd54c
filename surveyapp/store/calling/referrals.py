"""What came of attempts that somebody else has to see to before the person is called again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.consequences import ENDS_WAY, STILL_NOT_CALLED, ReferralDecision, ReferralKind
from surveyapp.domain.staff import Scope
from surveyapp.store.database import new_id
from surveyapp.store.participants import scoped
from surveyapp.store.sending import recipients
from surveyapp.store.tables import AttemptRow, CaseRow, ParticipantRow, ReferralRow, StaffRow


@dataclass(frozen=True, kw_only=True)
class Referral:
    """A referral that nobody has decided yet, of whom, and from whose attempt."""

    id: uuid.UUID
    attempt_id: uuid.UUID
    case_id: uuid.UUID
    participant_id: uuid.UUID
    reference: str
    touchpoint: int
    kind: ReferralKind
    at: dt.datetime
    staff_id: uuid.UUID | None
    staff_name: str | None


def blocked() -> Select[uuid.UUID]:
    """The keys of those whom something keeps from being called."""
    return select(ReferralRow.participant_id).where(ReferralRow.blocks_calls)


def add(
    session: Session, attempt_id: uuid.UUID, participant_id: uuid.UUID, kind: ReferralKind, at: dt.datetime
) -> None:
    """Notes what came of an attempt, and ends the way by which messages would go to somebody else."""
    if kind in ENDS_WAY:
        recipients.end_channel(session, participant_id, *ENDS_WAY[kind], at)
    session.add(
        ReferralRow(
            id=new_id(),
            attempt_id=attempt_id,
            participant_id=participant_id,
            kind=kind,
            at=at,
            blocks_calls=True,
        )
    )


def waiting(session: Session, scope: Scope, kinds: Collection[ReferralKind]) -> list[Referral]:
    """Those of these kinds in scope that wait to be decided, oldest first."""
    return _found(session, scope, ReferralRow.kind.in_(kinds))


def in_scope(session: Session, scope: Scope, referral_id: uuid.UUID) -> Referral | None:
    """One that waits to be decided, if the scope may see its person."""
    found = _found(session, scope, ReferralRow.id == referral_id)
    return found[0] if found else None


def _found(session: Session, scope: Scope, which: ColumnElement[bool]) -> list[Referral]:
    query = scoped(
        select(ReferralRow, AttemptRow.case_id, AttemptRow.staff_id, ParticipantRow.reference, CaseRow.touchpoint,
               StaffRow.name)
        .join(AttemptRow, AttemptRow.id == ReferralRow.attempt_id)
        .join(CaseRow, CaseRow.id == AttemptRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == ReferralRow.participant_id)
        .outerjoin(StaffRow, StaffRow.id == AttemptRow.staff_id),
        scope,
    ).where(which, ReferralRow.decision.is_(None), ParticipantRow.withdrawn_at.is_(None))  # fmt: skip
    return [
        Referral(
            id=row.ReferralRow.id,
            attempt_id=row.ReferralRow.attempt_id,
            case_id=row.case_id,
            participant_id=row.ReferralRow.participant_id,
            reference=row.reference,
            touchpoint=row.touchpoint,
            kind=row.ReferralRow.kind,
            at=row.ReferralRow.at,
            staff_id=row.staff_id,
            staff_name=row.name,
        )
        for row in session.execute(query.order_by(ReferralRow.at, ReferralRow.id))
    ]


def kinds_blocking(session: Session, participant_id: uuid.UUID) -> set[ReferralKind]:
    """What keeps somebody from being called."""
    return set(blocking(session, {participant_id}).get(participant_id, ()))


def blocking(session: Session, people: Collection[uuid.UUID]) -> dict[uuid.UUID, frozenset[ReferralKind]]:
    """What keeps each of these people from being called whom anything does."""
    found = dict[uuid.UUID, set[ReferralKind]]()
    if people:
        query = select(ReferralRow.participant_id, ReferralRow.kind)
        for row in session.execute(query.where(ReferralRow.participant_id.in_(people), ReferralRow.blocks_calls)):
            found.setdefault(row.participant_id, set()).add(row.kind)
    return {person: frozenset(kinds) for person, kinds in found.items()}


def decide(
    session: Session, referral_id: uuid.UUID, decision: ReferralDecision, at: dt.datetime, by: uuid.UUID | None
) -> None:
    """Notes what was decided of one; where how to reach them is right, messages go there again."""
    found = session.get_one(ReferralRow, referral_id)
    if decision is ReferralDecision.MENDED and found.kind in ENDS_WAY:
        way, why = ENDS_WAY[found.kind]
        recipients.open_channel(session, found.participant_id, (way,), (why,))
    session.execute(
        update(ReferralRow)
        .where(ReferralRow.id == referral_id)
        .values(decision=decision, decided_at=at, decided_by=by, blocks_calls=decision in STILL_NOT_CALLED)
    )


def mend(
    session: Session,
    participant_id: uuid.UUID,
    kinds: Collection[ReferralKind],
    at: dt.datetime,
    by: uuid.UUID | None,
) -> None:
    """How somebody is reached was put right: they are called again, where it was one of these that kept them from it.
    By which way messages go is told apart: a new number is no new address."""
    session.execute(
        update(ReferralRow)
        .where(ReferralRow.participant_id == participant_id, ReferralRow.kind.in_(kinds), ReferralRow.blocks_calls)
        .values(decision=ReferralDecision.MENDED, decided_at=at, decided_by=by, blocks_calls=False)
    )


def as_before(
    session: Session,
    referral_id: uuid.UUID,
    blocks_calls: bool,
    decision: ReferralDecision | None,
    at: dt.datetime | None,
    by: uuid.UUID | None,
) -> None:
    """Puts back how one stood, where what had mended it was an error."""
    session.execute(
        update(ReferralRow)
        .where(ReferralRow.id == referral_id)
        .values(blocks_calls=blocks_calls, decision=decision, decided_at=at, decided_by=by)
    )


def mended_at(session: Session, participant_id: uuid.UUID, at: dt.datetime) -> list[tuple[uuid.UUID, ReferralKind]]:
    """Those of somebody that were mended at a moment."""
    mended = (ReferralRow.decision == ReferralDecision.MENDED, ReferralRow.decided_at == at)
    query = select(ReferralRow.id, ReferralRow.kind).where(ReferralRow.participant_id == participant_id, *mended)
    return [(row.id, row.kind) for row in session.execute(query.order_by(ReferralRow.id))]


def is_decided(session: Session, attempt_id: uuid.UUID) -> bool:
    """Whether somebody has decided what came of an attempt."""
    decision = select(ReferralRow.decision).where(ReferralRow.attempt_id == attempt_id)
    return session.scalar(decision) is not None
