"""What staff ask for that takes longer than a page waits: asked for, done by the worker, told."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEASE = dt.timedelta(minutes=1)
"""How long a process that does one may be silent before another takes it up."""

MOST_TRIES = 3
"""How often one is begun without getting any further before it is given up."""

LISTED_FOR = dt.timedelta(days=7)
"""How long it is told what became of one."""


class JobKind(enum.StrEnum):
    """*move*: people are moved to another version of a questionnaire; *list*: a list is looked at, brought in, or
    taken back."""

    MOVE = "move"
    LIST = "list"


class JobState(enum.StrEnum):
    """*failed*: it was ended before its end, or some of it could not be done."""

    WAITING = "waiting"
    DOING = "doing"
    DONE = "done"
    FAILED = "failed"


OPEN_JOBS = frozenset({JobState.WAITING, JobState.DOING})
"""States in which there is still something to do."""


@dataclass(frozen=True, kw_only=True)
class LongJob:
    """A job as it stands. `subject`: what it is done to (a questionnaire; the key of a list), `version`: to which one
    (of a list 0); `done` of `total` people are through, of whom `changed` were and `refused` could not be (a list says
    that of itself); `holder`: the process that does it, until `until` unless it says more; `why`: it failed, or what
    the first could not be for, as a sentence is kept."""

    id: uuid.UUID
    kind: JobKind
    study: str
    subject: str
    version: int
    staff_id: uuid.UUID
    staff_name: str = ""
    state: JobState
    asked_at: dt.datetime
    total: int
    done: int = 0
    changed: int = 0
    refused: int = 0
    until: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    why: Mapping[str, Any] | None = None

    @property
    def open(self) -> bool:
        """Whether there is still something to do."""
        return self.state in OPEN_JOBS

    def interrupted(self, now: dt.datetime) -> bool:
        """Whether the process that does it has said nothing for so long that another takes it up."""
        return self.state is JobState.DOING and (self.until is None or self.until < now)
