"""Tables of what was done by whom."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index
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


class ErasureRow(Base):
    """That somebody was erased: their key, which nothing else has any more, so that a database brought back from a copy
    can be freed of them again."""

    __tablename__ = "erasure"
    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    study: Mapped[str | None]
    at: Mapped[dt.datetime]
