"""Until when a study keeps what it holds of people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class KeepUntil:
    """Until the end of which day something is kept: `date`; or so many `days` after the last day of a `touchpoint` (by
    its number) of the person's own or, without one, after the study's end."""

    date: dt.date | None = None
    touchpoint: int | None = None
    days: int = 0


@dataclass(frozen=True, kw_only=True)
class RetentionRule:
    """Until when a study keeps what it holds of people. `then`: what becomes of answers; `withdrawn_days`: for how long
    all of somebody who withdrew is kept, so that it can be undone."""

    study_ends: dt.date
    contacts: KeepUntil
    words: KeepUntil
    answers: KeepUntil
    then: Literal["anonymise", "erase"] = "anonymise"
    withdrawn_days: int = 30

    def day_of(self, keep: KeepUntil) -> dt.date | None:
        """The last day on which something is kept, where it is one for everybody: None where it follows a touchpoint of
        each person's own."""
        if keep.touchpoint is not None:
            return None
        return keep.date or self.study_ends + dt.timedelta(days=keep.days)
