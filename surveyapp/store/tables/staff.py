"""Tables of staff and of what they may do."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.staff import Role
from surveyapp.store.tables.base import Base, known


class StaffRow(Base):
    """`speaks`: codes of the languages in which they interview, with commas between; `gender`: `woman`, `man` or not
    said; so that people are called by whom they asked for."""

    __tablename__ = "staff"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    totp_key_id: Mapped[str | None]
    totp_ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    single_keys: Mapped[bool] = mapped_column(default=True)
    speaks: Mapped[str] = mapped_column(default="")
    gender: Mapped[str] = mapped_column(default="")
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


class PasskeyRow(Base):
    """What is kept of a passkey: its public half."""

    __tablename__ = "passkey"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    transports: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]


class ProgramTokenRow(Base):
    """A token by which programs read in somebody's name: its hash, and how often it was used within the last minute."""

    __tablename__ = "program_token"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    scopes: Mapped[str]
    purpose: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]
    counted_from: Mapped[dt.datetime | None]
    calls: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[dt.datetime | None]


class SpentChallengeRow(Base):
    """A challenge that a passkey has answered, until it would be too old anyway."""

    __tablename__ = "spent_challenge"
    digest: Mapped[str] = mapped_column(primary_key=True)
    spent_at: Mapped[dt.datetime]


class RecoveryCodeRow(Base):
    __tablename__ = "recovery_code"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class PasswordLinkRow(Base):
    """A link by which somebody chooses their password: an invitation, or a way back in."""

    __tablename__ = "password_link"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class ProviderAccountRow(Base):
    """Whom a sign-in provider (OpenID Connect) means by a subject of its own."""

    __tablename__ = "provider_account"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime]
