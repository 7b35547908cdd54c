"""The tables. Private to the store: no mapped class leaves it."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.audit import ActorKind, AuditAction
from surveyapp.domain.fieldwork.cases import AccessKind, Disposition, Outcome
from surveyapp.domain.participants import Origin
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Role
from surveyapp.store.column_types import ExactNumber, OneOf, UtcDateTime


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: UtcDateTime(),
        Decimal: ExactNumber(),
        uuid.UUID: Uuid(),
        dict[str, Any]: JSON(),
        **{
            kind: OneOf(kind)
            for kind in (
                AccessKind,
                ActorKind,
                AuditAction,
                Disposition,
                Mode,
                Origin,
                Outcome,
                Reason,
                ResponseState,
                Role,
            )
        },
    }


def known(column: str, kind: type[enum.Enum]) -> CheckConstraint:
    """Lets a column hold the enum's members alone. A new member needs a migration that lets it in."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(each.value) for each in kind)})", name=f"{column}_known")


class QuestionnaireVersionRow(Base):
    __tablename__ = "questionnaire_version"
    study: Mapped[str] = mapped_column(primary_key=True)
    questionnaire: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    document: Mapped[str]
    frozen_at: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime]
    opened_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))


class WordingRow(Base):
    """A version's words in a language, by id: insert only. A corrected translation is a new revision."""

    __tablename__ = "wording"
    __table_args__ = (
        ForeignKeyConstraint(
            ["study", "questionnaire", "version"],
            ["questionnaire_version.study", "questionnaire_version.questionnaire", "questionnaire_version.version"],
        ),
    )
    study: Mapped[str] = mapped_column(primary_key=True)
    questionnaire: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    words: Mapped[dict[str, Any]]
    recorded_at: Mapped[dt.datetime]
    recorded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))


class SiteRow(Base):
    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("study", "reference"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    study: Mapped[str]
    reference: Mapped[str]
    name: Mapped[str]


class SiteAttributeRow(Base):
    """What is known of a site, and from which day: an employer that grows keeps its past."""

    __tablename__ = "site_attribute"
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    from_date: Mapped[dt.date] = mapped_column(primary_key=True)
    value: Mapped[str]


class ParticipantRow(Base):
    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("study", "reference"),
        Index(None, "study", "group_id"),
        known("origin", Origin),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    study: Mapped[str]
    group_id: Mapped[str]
    reference: Mapped[str]
    origin: Mapped[Origin]
    site_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("site.id"), index=True)
    attributes: Mapped[dict[str, Any]]
    enrolled_on: Mapped[dt.date]
    withdrawn_at: Mapped[dt.datetime | None]


class ContactRow(Base):
    """One field of a contact, encrypted and bound to its participant and field."""

    __tablename__ = "contact"
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str]
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class ContactLookupRow(Base):
    """A keyed hash of a phone or e-mail, to find whom it belongs to without reading any contact."""

    __tablename__ = "contact_lookup"
    __table_args__ = (Index(None, "kind", "digest"),)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]


class ConsentRow(Base):
    """What was said of a purpose. Insert only; the latest counts."""

    __tablename__ = "consent"
    __table_args__ = (Index(None, "participant_id", "purpose"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"))
    purpose: Mapped[str]
    version: Mapped[int]
    given: Mapped[bool]
    mode: Mapped[Mode]
    recorded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[dt.datetime]


class EventRow(Base):
    __tablename__ = "event"
    __table_args__ = (Index(None, "participant_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"))
    event: Mapped[str]
    on_date: Mapped[dt.date]
    source: Mapped[str]


class RelationshipRow(Base):
    """What one participant is to another, as the study declares it: to one at most, on either side."""

    __tablename__ = "relationship"
    __table_args__ = (UniqueConstraint("relationship", "second_id"),)
    relationship: Mapped[str] = mapped_column(primary_key=True)
    first_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    second_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"), index=True)
    recorded_at: Mapped[dt.datetime]


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


class ResponseRow(Base):
    __tablename__ = "response"
    __table_args__ = (known("state", ResponseState),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), unique=True)
    questionnaire: Mapped[str]
    version: Mapped[int]
    state: Mapped[ResponseState]
    revision: Mapped[int]
    seed: Mapped[int]
    started_at: Mapped[dt.datetime]
    submitted_at: Mapped[dt.datetime | None]


class SaveRow(Base):
    __tablename__ = "save"
    __table_args__ = (
        UniqueConstraint("response_id", "revision"),
        known("mode", Mode),
        Index(None, "response_id", "client_id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    client_id: Mapped[uuid.UUID]
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"))
    revision: Mapped[int]
    section: Mapped[str]
    version: Mapped[int]
    language: Mapped[str]
    wording: Mapped[int | None]
    mode: Mapped[Mode]
    by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    client_at: Mapped[dt.datetime | None]
    recorded_at: Mapped[dt.datetime]
    payload_hash: Mapped[str]


class _AnswerColumns:
    """A value or the reason there is none. A multiple has a row an option, told apart by `position`."""

    variable: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None]
    number: Mapped[Decimal | None]
    day: Mapped[dt.date | None]
    time_of_day: Mapped[dt.time | None]
    text: Mapped[str | None]
    reason: Mapped[Reason | None]


class AnswerHistoryRow(_AnswerColumns, Base):
    """Every answer ever given. Insert only."""

    __tablename__ = "answer_history"
    save_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("save.id"), primary_key=True)


class AnswerRow(_AnswerColumns, Base):
    """The current answer of each variable on the route, and *not asked* for those off it. All that results read."""

    __tablename__ = "answer"
    __table_args__ = (Index(None, "variable"),)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    save_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("save.id"))


class AttemptRow(Base):
    __tablename__ = "attempt"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[dt.datetime]
    outcome: Mapped[Outcome]
    mode: Mapped[Mode]
    note: Mapped[str | None]
    next_at: Mapped[dt.datetime | None]


class LeaseRow(Base):
    __tablename__ = "lease"
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    until: Mapped[dt.datetime]


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
    session_version: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]


class GrantRow(Base):
    __tablename__ = "grant"
    __table_args__ = (
        known("role", Role),
        UniqueConstraint("staff_id", "role", "study", "site_id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[Role]
    study: Mapped[str]
    site_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("site.id"))
    true_counts: Mapped[bool]


class ReleaseRow(Base):
    """A frozen, numbered cut of a study's results: counts alone, of nobody in particular. It is there whole or not at
    all: made in one transaction with its pages. `log`: what gave way in it and why, for those who see true counts."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("study", "origin", "number"), known("origin", Origin))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    study: Mapped[str]
    origin: Mapped[Origin]
    number: Mapped[int]
    cut_at: Mapped[dt.datetime]
    answers_at: Mapped[dt.datetime]
    made_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    people: Mapped[int]
    new_or_changed: Mapped[int]
    terms: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]
    collecting: Mapped[dict[str, Any]]
    log: Mapped[bytes] = mapped_column(LargeBinary)


class ReleasePageRow(Base):
    """Result objects of a release, by what they are of. One that was taken down keeps its place and loses its body."""

    __tablename__ = "release_page"
    release_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("release.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    taken_down_at: Mapped[dt.datetime | None]


class ResultStateRow(Base):
    """Up to which changes the answers of a study are counted: a state by name, and the one before it. `claim`: who is
    counting what came since, and until when that is believed."""

    __tablename__ = "result_state"
    __table_args__ = (known("origin", Origin),)
    study: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[Origin] = mapped_column(primary_key=True)
    state: Mapped[str]
    before: Mapped[str | None]
    answers_at: Mapped[dt.datetime | None]
    on_date: Mapped[dt.date]
    claim: Mapped[str | None]
    claimed_until: Mapped[dt.datetime | None]


class ResultChangeRow(Base):
    """Somebody whose counted answers or attributes changed, and the state that took it in; none yet: it waits. The
    participant may be gone since."""

    __tablename__ = "result_change"
    __table_args__ = (Index(None, "study", "origin", "state"), known("origin", Origin))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    study: Mapped[str]
    origin: Mapped[Origin]
    participant_id: Mapped[uuid.UUID]
    state: Mapped[str | None]


class ResultPageRow(Base):
    """Result objects of a state, kept for every process: a cache."""

    __tablename__ = "result_page"
    __table_args__ = (known("origin", Origin),)
    study: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[Origin] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


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
