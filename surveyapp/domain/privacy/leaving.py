"""Three ways out of a study (stopped, withdrawn, erased), the ways back, and why: a code, and never a word about
anybody's health."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass


class ParticipationChange(enum.StrEnum):
    """What somebody asked of their part in a study.

    *Stopped*: never contacted again, and what was given stays. *Taken up*: asked again after that, at their own wish.
    *Withdrawn*: what was given leaves every page, file and count. *Withdrawal undone*: it is back. *Died*: nobody asks
    or writes to them, on any page, and their links have ended; what was given stays. *Death undone*: it was an error.
    *Erased*: gone.
    """

    STOPPED = "stopped"
    TAKEN_UP = "taken_up"
    WITHDRAWN = "withdrawn"
    WITHDRAWAL_UNDONE = "withdrawal_undone"
    DIED = "died"
    DEATH_UNDONE = "death_undone"
    ERASED = "erased"


class LeavingReason(enum.StrEnum):
    """Why, as far as they said. A closed list: free words would soon hold what nobody should write down."""

    NOT_SAID = "not_said"
    TIME = "time"
    NOT_RELEVANT = "not_relevant"
    PRIVACY = "privacy"
    CHANGED_MIND = "changed_mind"
    MISTAKE = "mistake"
    RETENTION = "retention"
    DIED = "died"
    MIXED_UP = "mixed_up"


_OUT = (LeavingReason.NOT_SAID, LeavingReason.TIME, LeavingReason.NOT_RELEVANT, LeavingReason.PRIVACY)
_BACK = (LeavingReason.CHANGED_MIND, LeavingReason.MISTAKE)

REASONS: Mapping[ParticipationChange, tuple[LeavingReason, ...]] = {
    ParticipationChange.STOPPED: _OUT,
    ParticipationChange.TAKEN_UP: _BACK,
    ParticipationChange.WITHDRAWN: _OUT,
    ParticipationChange.WITHDRAWAL_UNDONE: _BACK,
    ParticipationChange.DIED: (LeavingReason.DIED,),
    ParticipationChange.DEATH_UNDONE: (LeavingReason.MISTAKE, LeavingReason.MIXED_UP),
    ParticipationChange.ERASED: _OUT,
}
"""The reasons that whoever records a change chooses from. That the time to keep something is over nobody chooses."""


NOT_SPOKEN_WITH = frozenset({ParticipationChange.DIED, ParticipationChange.DEATH_UNDONE})
"""What is recorded of somebody who is not the one who says it: there is nobody whose identity could be asked."""


def open_changes(
    stopped_at: dt.datetime | None, withdrawn_at: dt.datetime | None, deceased_at: dt.datetime | None = None
) -> tuple[ParticipationChange, ...]:
    """What can be recorded of somebody who is still there."""
    if withdrawn_at is not None:
        return (ParticipationChange.WITHDRAWAL_UNDONE, ParticipationChange.ERASED)
    if deceased_at is not None:
        return (ParticipationChange.DEATH_UNDONE, ParticipationChange.ERASED)
    first = ParticipationChange.STOPPED if stopped_at is None else ParticipationChange.TAKEN_UP
    return (first, ParticipationChange.WITHDRAWN, ParticipationChange.DIED, ParticipationChange.ERASED)


@dataclass(frozen=True, kw_only=True)
class Participation:
    """One change, as it was recorded."""

    change: ParticipationChange
    why: LeavingReason
    at: dt.datetime
    by_staff: uuid.UUID | None
