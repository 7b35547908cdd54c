"""The table of exports that the worker makes."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.exports.jobs import ExportState
from surveyapp.store.tables.base import Base, known


class ExportJobRow(Base):
    """An export that somebody asked for. Its file lies beside the database, sealed to a key of its own (`ciphertext`,
    itself sealed): without that nobody can open it, and it goes with the file."""

    __tablename__ = "export_job"
    __table_args__ = (known("shape", ExportShape), known("state", ExportState))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    study: Mapped[str]
    shape: Mapped[ExportShape]
    form: Mapped[str]
    release: Mapped[int | None]
    references: Mapped[bool]
    purpose: Mapped[str]
    language: Mapped[str]
    state: Mapped[ExportState]
    asked_at: Mapped[dt.datetime]
    tries: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str | None]
    until: Mapped[dt.datetime | None]
    began_at: Mapped[dt.datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[dt.datetime | None]
    file: Mapped[str | None]
    name: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    key_id: Mapped[str | None]
    ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)
    why: Mapped[dict[str, Any] | None]
