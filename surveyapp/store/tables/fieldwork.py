"""Tables of cases: who may be asked when, what lets them in, and what was tried."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.call_stand import ANY_PART, CallHold, DecisionKind
from surveyapp.domain.fieldwork.cases import MAXIMUM_ATTEMPTS, AccessKind, Disposition, Outcome
from surveyapp.store.tables.base import Base, known


class CaseRow(Base):
    """From `calls` on: how it stands for whoever calls (`CallStand`), worked out from attempts and decisions,
    which hold the keys of staff."""

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("participant_id", "touchpoint"),
        known("disposition", Disposition),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"))
    touchpoint: Mapped[int]
    opens_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    closes_at: Mapped[dt.datetime | None]
    disposition: Mapped[Disposition]
    assigned_to: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    next_at: Mapped[dt.datetime | None]
    calls: Mapped[int] = mapped_column(default=0)
    allowed: Mapped[int] = mapped_column(default=MAXIMUM_ATTEMPTS)
    tried_at: Mapped[dt.datetime | None]
    tried_outcome: Mapped[Outcome | None]
    tried_mode: Mapped[Mode | None]
    tried_by: Mapped[uuid.UUID | None]
    keeper: Mapped[uuid.UUID | None]
    not_by: Mapped[uuid.UUID | None]
    rest_until: Mapped[dt.datetime | None]
    parts_left: Mapped[int] = mapped_column(default=ANY_PART)
    again_at: Mapped[dt.datetime | None]
    held_back: Mapped[CallHold | None]


class CallDecisionRow(Base):
    """What was decided of calling somebody. Insert only."""

    __tablename__ = "call_decision"
    __table_args__ = (known("kind", DecisionKind),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[dt.datetime]
    kind: Mapped[DecisionKind]
    more: Mapped[int]


class AccessRow(Base):
    __tablename__ = "access"
    __table_args__ = (known("kind", AccessKind),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[AccessKind]
    issued_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    claim: Mapped[bool]


class AttemptRow(Base):
    """`note_sealed`: the note, with the key of whom it is about; `note`: one from before people had keys.
    `disposition_before` and `next_before`: how the case stood, for an attempt that is undone."""

    __tablename__ = "attempt"
    __table_args__ = (Index(None, "staff_id", "at"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[dt.datetime]
    outcome: Mapped[Outcome]
    mode: Mapped[Mode]
    note: Mapped[str | None]
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    next_at: Mapped[dt.datetime | None]
    disposition_before: Mapped[Disposition | None]
    next_before: Mapped[dt.datetime | None]


class LeaseRow(Base):
    __tablename__ = "lease"
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    until: Mapped[dt.datetime]
