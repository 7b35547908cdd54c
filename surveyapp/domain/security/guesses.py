"""Guesses: how long whoever guesses wrong waits, and when somebody is told.

A code has 53 random bits and is tested before anything is counted: a right one is let in whatever went before. A
password has fewer, so that the tries themselves are slowed, apart for each browser that signed in to the account
before, and together for all that never did.
"""

from __future__ import annotations

import datetime as dt
import enum
import ipaddress
from dataclasses import dataclass


class GuessKind(enum.StrEnum):
    """What was guessed at."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - a kind
    """Passwords, and what is asked for after or in place of one."""
    ANY = "any"
    """All of them together, for the alarm."""


@dataclass(frozen=True)
class Slowing:
    """So many wrong guesses without a wait, then one that doubles with each, up to a longest."""

    free: int
    first: dt.timedelta
    longest: dt.timedelta

    def wait(self, wrong: int) -> dt.timedelta:
        """How long to wait after so many wrong guesses in a row."""
        if wrong < self.free:
            return dt.timedelta()
        doublings: int = min(wrong - self.free, 32)
        return min(self.first * (1 << doublings), self.longest)


OF_CODES = Slowing(free=10, first=dt.timedelta(seconds=10), longest=dt.timedelta(hours=1))
"""An address that sends wrong codes."""

OF_AN_ACCOUNT = Slowing(free=5, first=dt.timedelta(seconds=30), longest=dt.timedelta(hours=1))
"""Passwords of one account: all browsers that never signed in to it, or one that did."""

OF_PASSWORDS = Slowing(free=50, first=dt.timedelta(seconds=30), longest=dt.timedelta(hours=1))
"""An address that sends wrong passwords, of whatever accounts, from browsers that never signed in to them."""

FORGOTTEN_AFTER = dt.timedelta(days=1)
"""Without another wrong guess a count begins anew."""

ALARM_AT, ALARM_WITHIN = 200, dt.timedelta(days=1)
"""So many wrong guesses of a kind, over all addresses and accounts, within so long."""


@dataclass(frozen=True)
class GuessCount:
    """Wrong guesses of somebody: how many, the first and the last of them."""

    wrong: int
    first_at: dt.datetime
    last_at: dt.datetime

    def until(self, slowing: Slowing) -> dt.datetime:
        """Up to when they wait."""
        return self.last_at + slowing.wait(self.wrong)

    def left(self, slowing: Slowing, now: dt.datetime) -> int:
        """Whole seconds that they still wait, rounded up; 0 where they need not."""
        if now >= self.last_at + FORGOTTEN_AFTER:
            return 0
        seconds = (self.until(slowing) - now).total_seconds()
        return max(0, -int(-seconds // 1))


def counted_as(address: str) -> str:
    """Whose guesses an address's are: an IPv4 address's own; those of a whole /64 in IPv6, which is one household's."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
