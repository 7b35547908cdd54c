"""A code that is sent to somebody who asks for it: how long it lives, how often it may be tried and asked for.

Six digits are few: what keeps them from being guessed is that a code lives ten minutes, is given five times at most,
and in the browser that asked for it alone. Over a day that is 25 tries at a million.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from surveyapp.domain import normalise
from surveyapp.domain.entry.doors import Door, Familiarity

DIGITS = 6

LIVES = dt.timedelta(minutes=10)
"""From when it was asked for, whether it could be sent or not: its end says nothing of that."""

TRIES = 5

OF_A_PERSON = ((dt.timedelta(hours=1), 3), (dt.timedelta(days=1), 5))
"""Within so long, so many codes for one person, over all their links."""

OF_AN_ADDRESS = ((dt.timedelta(hours=1), 30),)
"""The same from one address, which may be a whole house's."""

KEPT_FOR = dt.timedelta(days=1)
"""How long it is known that one was asked for."""


@dataclass(frozen=True, kw_only=True)
class SentCode:
    """What is kept of a code that was asked for. `digest` is never the code, and None until one was sent; `tries`: how
    often one was given for it."""

    id: uuid.UUID
    session_id: uuid.UUID
    asked_at: dt.datetime
    digest: str | None = field(repr=False)
    tries: int = 0
    used_at: dt.datetime | None = None

    def alive(self, now: dt.datetime) -> bool:
        """Whether it can be given. So it is, too, of one that never left for want of somewhere to go."""
        return self.used_at is None and self.tries < TRIES and now < self.asked_at + LIVES


def takes_code(opened: Door, by: Familiarity) -> bool:
    """Whether a code lets somebody further: wherever a PIN would, and where there is none."""
    if opened is Door.QUESTIONS:
        return by not in (Familiarity.STRANGE, Familiarity.PROVEN)
    return opened not in (Door.CLAIM, Door.RECEIPT)


def code_in(typed: str) -> str | None:
    """The digits of what was typed (`normalise.digits_in`); None where they are not six and nothing else."""
    digits = normalise.digits_in(typed)
    return digits if digits is not None and len(digits) == DIGITS else None


def written(digits: str) -> str:
    """In groups of three, as it is read."""
    return " ".join(digits[start : start + 3] for start in range(0, len(digits), 3))
