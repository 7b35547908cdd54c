"""Tables of what is sent to people, and of the one process that sends."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.store.tables.base import Base, known


class MessageRow(Base):
    """One message of a case, once: no address, no words and no link are in it. `request`: tells what somebody asked for
    from what the study sends (empty); `via`: who was to carry it; `reference`: by what they know it."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("case_id", "step", "request"),
        Index(None, "state", "due_at"),
        # What people asked for is looked for before each message.
        Index(None, "state", "request"),
        known("way", SendingWay),
        known("state", MessageState),
        known("why", WhyNot),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    step: Mapped[str]
    request: Mapped[str]
    way: Mapped[SendingWay]
    state: Mapped[MessageState]
    language: Mapped[str]
    planned_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    tries: Mapped[int]
    handed_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    via: Mapped[str | None]
    reference: Mapped[str | None]
    why: Mapped[WhyNot | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))


class ChannelEndRow(Base):
    """That somebody is reached by a way no more: messages come back, or they said so."""

    __tablename__ = "channel_end"
    __table_args__ = (Index(None, "participant_id"), known("way", SendingWay), known("why", WhyNot))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.id"))
    way: Mapped[SendingWay]
    why: Mapped[WhyNot]
    at: Mapped[dt.datetime]


class SendingSwitchRow(Base):
    """That a study's sending was switched on or off. Insert only; the newest counts, and without one it is off."""

    __tablename__ = "sending_switch"
    __table_args__ = (Index(None, "study"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    study: Mapped[str]
    sends: Mapped[bool]
    made_at: Mapped[dt.datetime]
    by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))


class WorkerTaskRow(Base):
    """What the worker does by itself, and when it last did. The row `sending` is the one lock: who sends, and until
    when that holds. Of the others `until` says when a task that was begun, or failed, is begun again."""

    __tablename__ = "worker_task"
    task: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str | None]
    until: Mapped[dt.datetime | None]
    done_at: Mapped[dt.datetime | None]
    failed: Mapped[str | None]
