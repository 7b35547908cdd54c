"""The table of what takes longer than a page waits, and the worker does."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.jobs.long_jobs import JobKind, JobState
from surveyapp.store.tables.base import Base, known


class LongJobRow(Base):
    """Something that staff asked for and that is done some people at a time: each is noted in the transaction that sees
    to them, so that what was broken off goes on where it stopped. `subject`: what it is done to; nothing of anybody."""

    __tablename__ = "long_job"
    __table_args__ = (Index(None, "study", "subject"), known("kind", JobKind), known("state", JobState))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[JobKind]
    study: Mapped[str]
    subject: Mapped[str]
    version: Mapped[int]
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    state: Mapped[JobState]
    asked_at: Mapped[dt.datetime]
    total: Mapped[int]
    done: Mapped[int]
    changed: Mapped[int]
    refused: Mapped[int]
    tries: Mapped[int]
    holder: Mapped[str | None]
    until: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    why: Mapped[dict[str, Any] | None]
