"""A participant's PIN: what one may be, and how often it may be tried.

NIST SP 800-63B-4, 3.1.1: digits alone, six or more, chosen by the person, none of those that are tried first; nothing
else is asked of it, and it never has to be changed.
"""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from dataclasses import dataclass, field

from surveyapp.domain import normalise
from surveyapp.domain.entry.doors import PinStanding

SHORTEST, LONGEST = 6, 32
"""Digits of a PIN."""

TRIES = 10
"""Wrong ones, over all links of a person and since it was chosen; after that it opens nothing."""

ONCE_LIVES = dt.timedelta(days=7)
"""How long a PIN lets in that staff read out to somebody: once, and then they choose their own."""

_TRIED_FIRST = frozenset(
    ("123123", "112233", "332211", "159753", "147258", "258369", "147852", "789456", "456789", "456123", "159357",
     "789456123", "147258369", "102030", "123321", "101010", "202020", "007007", "696969", "142536", "314159")
)  # fmt: skip
"""Found in lists of PINs that leaked, beside those of a pattern."""


@dataclass(frozen=True, kw_only=True)
class Pin:
    """What is kept of somebody's PIN. `hashed` is never the PIN; `wrong`: how often another was tried; `once_until`: of
    one that staff read out, the first moment at which it no longer lets in; None of one they chose themselves."""

    participant_id: uuid.UUID
    hashed: str = field(repr=False)
    set_at: dt.datetime
    wrong: int = 0
    once_until: dt.datetime | None = None

    def standing(self, now: dt.datetime) -> PinStanding:
        if self.once_until is not None and now >= self.once_until:
            return PinStanding.NONE
        return PinStanding.SPENT if self.wrong >= TRIES else PinStanding.SET


def standing_of(pin: Pin | None, now: dt.datetime) -> PinStanding:
    return PinStanding.NONE if pin is None else pin.standing(now)


def pin_in(typed: str) -> str | None:
    """The digits of what was typed (`normalise.digits_in`). None where there is anything else, too few or too many."""
    digits = normalise.digits_in(typed)
    return digits if digits is not None and SHORTEST <= len(digits) <= LONGEST else None


def is_tried_first(digits: str) -> bool:
    """Whether it is one of those that anybody would try: a run up or down the digits, one piece over and over, pairs or
    triplets in a row, or among the most common of leaked lists."""
    steps = {(int(second) - int(first)) % 10 for first, second in itertools.pairwise(digits)}
    repeated = any(digits == digits[:size] * (len(digits) // size) for size in (1, 2, 3) if len(digits) % size == 0)
    halves = any(
        digits == "".join(each * size for each in digits[::size]) and len(digits) // size <= 3
        for size in (2, 3, 4)
        if len(digits) % size == 0
    )
    run = len(steps) == 1 and steps <= {0, 1, 9}
    return run or repeated or halves or digits in _TRIED_FIRST
