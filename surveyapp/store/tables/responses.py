"""Tables of answers: responses, saves, all that was ever said, and what stands."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.responses import CorrectionReason, ResponseState
from surveyapp.store.tables.base import Base, known


class ResponseRow(Base):
    __tablename__ = "response"
    __table_args__ = (Index(None, "state", "case_id"), known("state", ResponseState))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), unique=True)
    questionnaire: Mapped[str]
    version: Mapped[int]
    state: Mapped[ResponseState]
    revision: Mapped[int]
    seed: Mapped[int]
    started_at: Mapped[dt.datetime]
    submitted_at: Mapped[dt.datetime | None]
    reopened_at: Mapped[dt.datetime | None]
    sent_again_at: Mapped[dt.datetime | None]


class ReopeningRow(Base):
    """That answers were opened again after they were sent, and why. Insert only; `revision`: how many saves there were
    by then."""

    __tablename__ = "reopening"
    __table_args__ = (Index(None, "response_id"), known("why", CorrectionReason))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"))
    why: Mapped[CorrectionReason]
    by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[dt.datetime]
    revision: Mapped[int]


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
    late: Mapped[bool]


class KnownSaveRow(Base):
    """The id of a save that changed nothing, so that it is known should it come again. `revision`: how many saves there
    were by then. Insert only."""

    __tablename__ = "known_save"
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]


class _AnswerColumns:
    """A value or the reason there is none. A multiple has a row an option, told apart by `position`. Words are in
    `sealed`, under the person's own key, or in `text` where the study has them so."""

    variable: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None]
    number: Mapped[Decimal | None]
    day: Mapped[dt.date | None]
    time_of_day: Mapped[dt.time | None]
    text: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[Reason | None]


class AnswerHistoryRow(_AnswerColumns, Base):
    """Every answer ever given. Insert only."""

    __tablename__ = "answer_history"
    save_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("save.id"), primary_key=True)


class NewestAnswerRow(Base):
    """Which save gave the answer to a variable that stands, where the current answers do not say so: off the route, or
    while answers that were sent are open again. A current answer of a later save goes before it."""

    __tablename__ = "newest_answer"
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    variable: Mapped[str] = mapped_column(primary_key=True)
    save_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("save.id"))


class AnswerRow(_AnswerColumns, Base):
    """The current answer of each variable on the route, and *not asked* for those off it. All that results read."""

    __tablename__ = "answer"
    __table_args__ = (Index(None, "variable"),)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    save_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("save.id"))
