"""Tables of people and sites. Nothing but `contact` says who somebody is."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.lists import ListState, RowOutcome
from surveyapp.domain.participants import Origin
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.store.tables.base import Base, known


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
    """`call_…`: how they asked to be called, as read from their contact record (`CallWishes`): it neither names nor
    reaches anybody. `call_way` is None until it was read; `call_languages` has a comma around each code."""

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("study", "reference"),
        # All that a study's standing reads of a person.
        Index(
            "ix_participant_standing",
            *("study", "group_id", "origin", "id", "withdrawn_at", "declined_contact_at", "site_id"),
        ),
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
    stopped_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    deceased_at: Mapped[dt.datetime | None]
    declined_contact_at: Mapped[dt.datetime | None]
    language_asked: Mapped[str | None]
    not_called_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    anonymised_at: Mapped[dt.datetime | None]
    call_way: Mapped[str | None]
    call_languages: Mapped[str | None]
    call_interviewer: Mapped[str | None]
    call_begins: Mapped[int | None]
    call_ends: Mapped[int | None]
    call_days: Mapped[int | None]


class ContactRow(Base):
    """One field of a contact, encrypted and bound to its participant and field. `key_id`: `person` for the person's own
    key, else a contact key by its name, from before people had keys."""

    __tablename__ = "contact"
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str]
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class ContactLookupRow(Base):
    """What finds a person: the parts of their name, their phone number and e-mail address in the forms that are looked
    up, together, sealed with the person's own key."""

    __tablename__ = "contact_lookup"
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class MergeRow(Base):
    """Somebody who was found to be the same person as another, and is that one since. `before`: what did not go over to
    them, and what did, sealed with the key of whom it is now, so that it can be taken apart; None once it cannot."""

    __tablename__ = "merge"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kept_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"), index=True)
    folded_id: Mapped[uuid.UUID]
    reference: Mapped[str]
    made_at: Mapped[dt.datetime]
    by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    before: Mapped[bytes | None] = mapped_column(LargeBinary)


class ConsentRow(Base):
    """What was said of a purpose. Insert only, unless it shows that somebody else said it; the latest counts."""

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
    given_to: Mapped[str | None]


class ParticipationRow(Base):
    """How somebody left the study or came back. Insert only."""

    __tablename__ = "participation"
    __table_args__ = (
        Index(None, "participant_id"),
        known("change", ParticipationChange),
        known("why", LeavingReason),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"))
    change: Mapped[ParticipationChange]
    why: Mapped[LeavingReason]
    by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[dt.datetime]


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


class ListImportRow(Base):
    """A list of people that is being brought in, or was. `file` and `kept` are it as it came and as it was understood,
    sealed with a key of its own, until it is brought in or thrown away, three days at most; so is `file_name`. `sha256`
    is a keyed hash."""

    __tablename__ = "list_import"
    __table_args__ = (Index(None, "study", "made_at"), known("state", ListState))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    study: Mapped[str]
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    file_name: Mapped[str]
    sha256: Mapped[str]
    state: Mapped[ListState]
    made_at: Mapped[dt.datetime]
    done: Mapped[int]
    total: Mapped[int]
    beat_at: Mapped[dt.datetime]
    failed: Mapped[str | None]
    summary: Mapped[dict[str, Any]]
    finished_at: Mapped[dt.datetime | None]
    key_id: Mapped[str | None]
    file: Mapped[bytes | None] = mapped_column(LargeBinary)
    kept: Mapped[bytes | None] = mapped_column(LargeBinary)


class ListRowRow(Base):
    """What came of a row of a list. `before`: of the first row of somebody, what the list changed of them, how it was
    and how the list left it, sealed with their own key, so that it can be taken back; then what stays, if anything."""

    __tablename__ = "list_row"
    __table_args__ = (known("outcome", RowOutcome),)
    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_import.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("participant.id"), index=True)
    outcome: Mapped[RowOutcome]
    before: Mapped[bytes | None] = mapped_column(LargeBinary)
