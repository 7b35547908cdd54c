"""A list of people that is being brought into a study: how far it has come, and what is decided of it."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class ListState(enum.StrEnum):
    """How far a list has come."""

    READ = "read"
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    UNDONE = "undone"


BUSY = frozenset({ListState.CHECKING, ListState.IMPORTING})
"""States in which something works on it."""

SILENT = dt.timedelta(seconds=60)
"""After how long without a sign the process that worked on a list is taken to have ended."""

KEPT_FOR = dt.timedelta(days=3)
"""For how long a list that is not brought in is kept."""


class RowOutcome(enum.StrEnum):
    """What came of a row."""

    ADDED = "added"
    UPDATED = "updated"
    FILLED_IN = "filled_in"
    LEFT_OUT = "left_out"


CHANGED_ROWS = frozenset({RowOutcome.UPDATED, RowOutcome.FILLED_IN})
"""What came of rows of people who were on record."""


class DoubleChoice(enum.StrEnum):
    """What is done with a row that may be somebody who is there already: they are another person; what is empty of
    theirs is filled in from it; what it says is put in place of theirs; it is left out."""

    ANOTHER = "another"
    MERGE = "merge"
    UPDATE = "update"
    LEAVE = "leave"


CHANGES = frozenset({DoubleChoice.MERGE, DoubleChoice.UPDATE})
"""What is chosen of a likely double that changes somebody on record."""


class LateChoice(enum.StrEnum):
    """What becomes of a case whose window is over when its person joins: it is closed; its window is counted from
    today; its person is not asked."""

    CLOSED = "closed"
    FROM_TODAY = "from_today"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, kw_only=True)
class ListRecord:
    """A list and where it stands. `done` of `total` rows are through; `beat_at`: when something last worked on it;
    `summary`: counts, and what was decided: nothing of anybody."""

    id: uuid.UUID
    study: str
    staff_id: uuid.UUID | None
    staff_name: str | None
    file_name: str
    sha256: str
    state: ListState
    made_at: dt.datetime
    done: int
    total: int
    beat_at: dt.datetime
    failed: str | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    finished_at: dt.datetime | None = None

    def interrupted(self, now: dt.datetime) -> bool:
        """Whether what worked on it has ended before it was through."""
        return self.state in BUSY and now - self.beat_at > SILENT
