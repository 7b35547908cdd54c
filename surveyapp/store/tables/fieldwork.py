"""Tables of cases: who may be asked when, what lets them in, and what was tried."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import AccessKind, Disposition, Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.consequences import ReferralDecision, ReferralKind
from surveyapp.store.tables.base import Base, known


class CaseRow(Base):
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
    on_their_own_since: Mapped[dt.datetime | None]
    on_their_own_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    proxy: Mapped[str | None]


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
    `detail`: why somebody is not eligible, or what is known of where they moved; `before`: how everything stood that
    can follow from it, for an attempt that is undone."""

    __tablename__ = "attempt"
    __table_args__ = (known("detail", OutcomeDetail),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[dt.datetime]
    outcome: Mapped[Outcome]
    mode: Mapped[Mode]
    note: Mapped[str | None]
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    next_at: Mapped[dt.datetime | None]
    detail: Mapped[OutcomeDetail | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ReferralRow(Base):
    """What came of an attempt that somebody else has to see to; what was said is the attempt's note. Whoever has one
    that `blocks_calls` is not called."""

    __tablename__ = "referral"
    __table_args__ = (
        Index(None, "participant_id", "blocks_calls"),
        known("kind", ReferralKind),
        known("decision", ReferralDecision),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attempt.id"), unique=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"))
    kind: Mapped[ReferralKind]
    at: Mapped[dt.datetime]
    blocks_calls: Mapped[bool]
    decision: Mapped[ReferralDecision | None]
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))


class LeaseRow(Base):
    __tablename__ = "lease"
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    until: Mapped[dt.datetime]
