"""Tables of staff and of what they may do."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.staff import Role
from surveyapp.store.tables.base import Base, known


class StaffRow(Base):
    __tablename__ = "staff"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    password_expires_at: Mapped[dt.datetime | None]
    totp_key_id: Mapped[str | None]
    totp_ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int | None]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]


class GrantRow(Base):
    __tablename__ = "grant"
    __table_args__ = (
        known("role", Role),
        CheckConstraint("study IS NOT NULL OR role IN ('administrator', 'auditor')", name="study_or_all"),
        UniqueConstraint("staff_id", "role", "study", "site_id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[Role]
    study: Mapped[str | None]
    site_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("site.id"))
    true_counts: Mapped[bool]
