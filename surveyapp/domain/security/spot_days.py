"""A day on the spot: an interviewer with a tablet among the people who are due, at an employer's for instance."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from surveyapp.domain.fieldwork.days import end_of

PIN_TRIES = 5
"""Wrong PINs, over a day, after which a tablet is taken back by a passkey or by signing in again."""


@dataclass(frozen=True, kw_only=True)
class SpotDay:
    """Whom somebody sees on the spot, from one session of theirs until `ends_at`: a group's touchpoint at some sites
    (none named: all that they may see). `pin`: the hash of what takes the tablet back, `wrong`: how often another was
    tried; `case_id` and `access_id`: in whose hands it is, and what lets them in."""

    id: uuid.UUID
    session_id: uuid.UUID
    staff_id: uuid.UUID
    study: str
    group: str
    touchpoint: int
    sites: tuple[uuid.UUID, ...] = ()
    began_at: dt.datetime
    ends_at: dt.datetime
    pin: str = field(repr=False)
    wrong: int = 0
    case_id: uuid.UUID | None = None
    access_id: uuid.UUID | None = None

    @property
    def spent(self) -> bool:
        """Whether the PIN may be tried no more."""
        return self.wrong >= PIN_TRIES

    def lasts(self, now: dt.datetime) -> bool:
        return now < self.ends_at


def spot_day_ends(now: dt.datetime, zone: dt.tzinfo, session_ends: dt.datetime) -> dt.datetime:
    """When a day that begins now is over: at midnight where the study is, or with the session before."""
    return min(end_of(now.astimezone(zone).date(), zone), session_ends)
