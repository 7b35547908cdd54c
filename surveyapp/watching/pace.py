"""How much somebody asks for, told by every process of a machine together and kept nowhere.

A minute's worth may come at once; after that as much as a minute has, spread over it (the generic cell rate algorithm,
ITU-T I.371): of each who asks one moment alone is known, up to when what they asked for is spread. These moments
stand in memory that processes share from before they are forked, in places that a keyed hash chooses, two for each, of
which the earlier one counts: somebody is slowed for nothing only where others who ask for too much have both, and
nobody can look for whose places they are. Nothing is locked: of two requests in the same microsecond one may go
uncounted.
"""

from __future__ import annotations

import mmap
import secrets
import time
from collections.abc import Callable
from hashlib import blake2b

MINUTE = 60.0
"""Seconds."""

PLACES = 1 << 17
"""Each of eight bytes: a mebibyte."""


class Pace:
    """Counts requests of many. `clock`: seconds, the same for every process of the machine."""

    def __init__(self, places: int = PLACES, clock: Callable[[], float] = time.monotonic) -> None:
        self._until = memoryview(mmap.mmap(-1, places * 8)).cast("d")
        self._places = places
        self._clock = clock
        self._key = secrets.token_bytes(16)

    def takes(self, whose: str, a_minute: int) -> bool:
        """Whether one more of their requests is taken; counts it if so. What is refused makes nobody wait longer."""
        hashed = int.from_bytes(blake2b(whose.encode(), digest_size=8, key=self._key).digest(), "big")
        one, other = hashed % self._places, (hashed >> 32) % self._places
        now, until = self._clock(), self._until
        at = max(now, min(until[one], until[other])) + MINUTE / a_minute
        if at > now + MINUTE:
            return False
        until[one] = max(until[one], at)
        until[other] = max(until[other], at)
        return True
