"""Tables of what was done by whom, and of who is let in."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.audit import ActorKind, AuditAction
from surveyapp.domain.security.guesses import GuessKind
from surveyapp.domain.web_sessions import EndedWhy, SessionAudience
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


class ErasureRow(Base):
    """That somebody was erased: their key, which nothing else has any more, so that a database brought back from a copy
    can be freed of them again."""

    __tablename__ = "erasure"
    participant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    study: Mapped[str | None]
    at: Mapped[dt.datetime]


class HeartbeatRow(Base):
    """One row, written to show that the database takes writes."""

    __tablename__ = "heartbeat"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]


class AccessKeyRow(Base):
    """What the access key of a name is known by: a keyed hash, which opens nothing. So another key under its name is
    told from it."""

    __tablename__ = "access_key"
    name: Mapped[str] = mapped_column(primary_key=True)
    known_by: Mapped[str]
    noted_at: Mapped[dt.datetime]


class WebSessionRow(Base):
    """Who is let in with which browser. The browser holds the token, we its keyed hash. One row answers a request: it
    is found by `digest` (unique) and joins to `staff`, or to `access` and from there to the case, by key."""

    __tablename__ = "web_session"
    __table_args__ = (known("audience", SessionAudience), known("ended_why", EndedWhy))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    audience: Mapped[SessionAudience]
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    access_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("access.id", ondelete="CASCADE"), index=True)
    own_device: Mapped[bool | None]
    began: Mapped[bool]
    user_agent: Mapped[str]
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    verified_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None]
    ended_why: Mapped[EndedWhy | None]
    lent_until: Mapped[dt.datetime | None]


class KeptFormRow(Base):
    """What somebody had typed when their session ended, sealed for them alone. It goes once it is sent or thrown away,
    and after three days."""

    __tablename__ = "kept_form"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    access_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("access.id", ondelete="CASCADE"), index=True)
    path: Mapped[str]
    key_id: Mapped[str]
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[dt.datetime]


class GuessRow(Base):
    """Wrong guesses, counted by whose they are: a keyed hash of an address, an account or a browser; and everybody's
    together. A row goes two days after its last guess."""

    __tablename__ = "guess"
    __table_args__ = (known("kind", GuessKind),)
    kind: Mapped[GuessKind] = mapped_column(primary_key=True)
    whose: Mapped[str] = mapped_column(primary_key=True)
    wrong: Mapped[int]
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime] = mapped_column(index=True)


class AlarmRow(Base):
    """So many wrong guesses, of everybody together, that somebody is told."""

    __tablename__ = "alarm"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(unique=True)
    raised_at: Mapped[dt.datetime]
    wrong: Mapped[int]
    read_at: Mapped[dt.datetime | None]


class PinRow(Base):
    """A participant's PIN: its hash, peppered with a key outside the database, and how often another was tried."""

    __tablename__ = "pin"
    participant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True
    )
    hashed: Mapped[str]
    set_at: Mapped[dt.datetime]
    wrong: Mapped[int] = mapped_column(default=0)
    once_until: Mapped[dt.datetime | None]


class SentCodeRow(Base):
    """A code that somebody asked for in a browser: the hash of what was sent, which is never the code. Its `id` is the
    request of its message. `asked_from`: a keyed hash of the address. Gone with the session, or after a day."""

    __tablename__ = "sent_code"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("web_session.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[dt.datetime] = mapped_column(index=True)
    asked_from: Mapped[str]
    digest: Mapped[str | None]
    tries: Mapped[int]
    used_at: Mapped[dt.datetime | None]
