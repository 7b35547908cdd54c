"""Exports that take longer than a page waits: asked for, made by the worker, kept sealed for a day, taken, gone."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.exports.dataset import ExportShape

MOST_OPEN = 3
"""How many exports of a study somebody may have that wait, are being made or lie ready."""

KEPT_FOR = dt.timedelta(hours=24)
"""How long a file lies ready."""

LISTED_FOR = dt.timedelta(days=7)
"""How long it is told what became of one."""

LEASE = dt.timedelta(minutes=5)
"""How long a worker that makes one may be silent before another takes it up."""

MOST_TRIES = 3
"""How often one is begun before it is given up."""


class ExportState(enum.StrEnum):
    """*void*: the file was thrown away because it held somebody, or words, that may leave no more; *gone*: because its
    time was over."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    VOID = "void"
    GONE = "gone"


OPEN = frozenset({ExportState.WAITING, ExportState.MAKING, ExportState.READY})


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """What is asked for. `form` is noted alone; `release`: only what had been sent by that release's cut; `references`:
    people by their reference, so that their rows can be put beside what is held elsewhere."""

    shape: ExportShape
    form: str
    purpose: str
    release: int | None = None
    references: bool = False


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """An export as it stands. `language`: of its labels; `done` of `rows` are written; `holder`: the worker that makes
    it, until `until` unless it says more; `file`: what the sealed file is called where files are kept, of `size` bytes
    unsealed; `name`: what it is called by whoever takes it; `why`: it failed or is void, as a sentence is kept."""

    id: uuid.UUID
    staff_id: uuid.UUID
    study: str
    request: ExportRequest
    language: str
    state: ExportState
    asked_at: dt.datetime
    tries: int = 0
    holder: str | None = None
    until: dt.datetime | None = None
    began_at: dt.datetime | None = None
    done: int = 0
    rows: int = 0
    ended_at: dt.datetime | None = None
    file: str | None = None
    name: str | None = None
    size: int = 0
    why: Mapping[str, Any] | None = None

    @property
    def kept_until(self) -> dt.datetime | None:
        """When a file that lies ready goes."""
        return self.ended_at + KEPT_FOR if self.state is ExportState.READY and self.ended_at else None

    def share(self) -> float:
        """How much of one that is being made is written, from 0 to 1."""
        return min(self.done / self.rows, 1.0) if self.rows else 0.0

    def left(self, now: dt.datetime) -> dt.timedelta | None:
        """About how long it still takes, as fast as it went until now; None where that cannot be told yet."""
        share = self.share()
        if self.state is not ExportState.MAKING or self.began_at is None or share < 0.05:
            return None
        return (now - self.began_at) * (1 - share) / share

    def interrupted(self, now: dt.datetime) -> bool:
        """Whether the worker that makes it has said nothing for so long that another takes it up."""
        return self.state is ExportState.MAKING and (self.until is None or self.until < now)

    def is_like(self, study: str, request: ExportRequest) -> bool:
        """Whether it is of the same answers in the same form, whatever it is for."""
        mine, other = self.request, request
        return self.study == study and (mine.shape, mine.form, mine.release, mine.references) == (
            other.shape,
            other.form,
            other.release,
            other.references,
        )
