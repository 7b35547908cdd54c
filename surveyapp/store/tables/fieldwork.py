"""Tables of cases: who may be asked when, what lets them in, and what was tried."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.call_stand import ANY_PART, CallHold, DecisionKind
from surveyapp.domain.fieldwork.cases import MAXIMUM_ATTEMPTS, AccessKind, Disposition, Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.consequences import ReferralDecision, ReferralKind
from surveyapp.domain.fieldwork.touchpoint_changes import TouchpointChangeKind
from surveyapp.store.tables.base import Base, known
from surveyapp.store.tables.people import ParticipantRow


class TouchpointChangeRow(Base):
    """A group's touchpoint paused, extended by some days or closed. It holds until `ended_at`: resumed or taken
    back."""

    __tablename__ = "touchpoint_change"
    __table_args__ = (Index(None, "study", "group_id", "touchpoint"), known("kind", TouchpointChangeKind))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    study: Mapped[str]
    group_id: Mapped[str]
    touchpoint: Mapped[int]
    kind: Mapped[TouchpointChangeKind]
    days: Mapped[int]
    made_at: Mapped[dt.datetime]
    by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))


_whose = aliased(ParticipantRow)


class CaseRow(Base):
    """`moved_at`: when somebody chose this window in place of the study's rule. `paused_at` is no column: it is worked
    out from what was done to the touchpoint. From `calls` on: how it stands for whoever calls (`CallStand`), worked out
    from attempts and decisions, which hold the keys of staff. `sent` and `sent_mode`: whether its answers were sent,
    and how the save that ended them came, as `answering.sent` works it out."""

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("participant_id", "touchpoint"),
        Index(None, "keeper", "tried_at", "due_at"),
        Index(None, "next_at"),
        Index(None, "again_at"),
        Index(None, "held_back"),
        # All that a study's standing reads of a case.
        Index(
            "ix_case_standing",
            *("participant_id", "touchpoint", "sent", "sent_mode", "disposition", "calls", "opens_at", "closes_at"),
        ),
        known("disposition", Disposition),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"))
    touchpoint: Mapped[int] = mapped_column()
    opens_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    closes_at: Mapped[dt.datetime | None]
    disposition: Mapped[Disposition]
    assigned_to: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    next_at: Mapped[dt.datetime | None]
    on_their_own_since: Mapped[dt.datetime | None]
    on_their_own_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    proxy: Mapped[str | None]
    moved_at: Mapped[dt.datetime | None]
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
    sent: Mapped[bool] = mapped_column(default=False)
    sent_mode: Mapped[Mode | None]
    paused_at: Mapped[dt.datetime | None] = column_property(
        select(func.min(TouchpointChangeRow.made_at))
        .join(_whose, (_whose.study == TouchpointChangeRow.study) & (_whose.group_id == TouchpointChangeRow.group_id))
        .where(
            _whose.id == participant_id,
            TouchpointChangeRow.touchpoint == touchpoint,
            TouchpointChangeRow.kind == TouchpointChangeKind.PAUSED,
            TouchpointChangeRow.ended_at.is_(None),
        )
        .correlate_except(TouchpointChangeRow, _whose)
        .scalar_subquery()
    )


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


class ChangedCaseRow(Base):
    """A case as it was before a change of its touchpoint, and as that left it."""

    __tablename__ = "changed_case"
    change_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("touchpoint_change.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True, index=True)
    due_before: Mapped[dt.datetime | None]
    closes_before: Mapped[dt.datetime | None]
    disposition_before: Mapped[Disposition]
    due_after: Mapped[dt.datetime | None]
    closes_after: Mapped[dt.datetime | None]
    disposition_after: Mapped[Disposition]


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
    can follow from it, and how it left that, for an attempt that is undone."""

    __tablename__ = "attempt"
    __table_args__ = (Index(None, "staff_id", "at"), Index(None, "at"), known("detail", OutcomeDetail))
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


class SpotDayRow(Base):
    """Whom a member of staff sees on the spot, from one session and until the day ends. `pin`: the hash of what takes
    the tablet back; `case_id` and `access_id`: in whose hands it is, and what lets them in."""

    __tablename__ = "spot_day"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("web_session.id", ondelete="CASCADE"), unique=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    study: Mapped[str]
    group_id: Mapped[str]
    touchpoint: Mapped[int]
    sites: Mapped[list[str]]
    began_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime] = mapped_column(index=True)
    pin: Mapped[str]
    wrong: Mapped[int] = mapped_column(default=0)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id", ondelete="SET NULL"))
    access_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("access.id", ondelete="SET NULL"))


class SpotArrivalRow(Base):
    """That somebody is there, for all who work on the spot that day. `begun_in`: the session whose tablet they began to
    answer on."""

    __tablename__ = "spot_arrival"
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[dt.datetime]
    until: Mapped[dt.datetime] = mapped_column(index=True)
    begun_in: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("web_session.id", ondelete="SET NULL"))
