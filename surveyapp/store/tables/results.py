"""Tables of results: releases, and what the working view is looked up from."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.participants import Origin
from surveyapp.store.tables.base import Base, known


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
