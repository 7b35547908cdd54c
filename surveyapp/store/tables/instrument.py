"""Tables of the instrument: versions as they were opened, and their words."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.store.tables.base import Base


class QuestionnaireVersionRow(Base):
    __tablename__ = "questionnaire_version"
    study: Mapped[str] = mapped_column(primary_key=True)
    questionnaire: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    document: Mapped[str]
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
