"""Tables of what was done by whom."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.audit import ActorKind, AuditAction
from surveyapp.store.tables.base import Base, known


class AuditRow(Base):
    """Acts of staff, consent, withdrawal, erasure, every sight of contacts. Names no participant but by reference."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "study", "at"), known("actor", ActorKind))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    actor: Mapped[ActorKind]
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[AuditAction]
    study: Mapped[str | None]
    subject: Mapped[str | None]
    detail: Mapped[dict[str, Any]]


class AuditChainRow(Base):
    """The chain over the audit trail: a keyed hash of each entry and of the link before it."""

    __tablename__ = "audit_chain"
    __table_args__ = (UniqueConstraint("entry_id"),)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[uuid.UUID]
    made_at: Mapped[dt.datetime]
    mac: Mapped[str]
