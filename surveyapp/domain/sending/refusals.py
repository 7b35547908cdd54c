"""What a mail server means that does not take a message: whether it is the address, this message, or us whom it
refuses. Pure functions of what it says, in its answer or in a report that comes later."""

from __future__ import annotations

import enum
import re


class Refusal(enum.Enum):
    """*Nobody*: nobody is at the address; *later*: it may be taken another time; *never*: this message will not be;
    *us*: whoever sends is refused, and so it would be with the next."""

    NOBODY = "nobody"
    LATER = "later"
    NEVER = "never"
    US = "us"


_STATUS = re.compile(r"(?:^\s*|#)(?P<class>[245])\.(?P<subject>\d{1,3})\.(?P<detail>\d{1,3})(?!\d)")
"""An enhanced code (RFC 3463), where a server gives one: an answer begins with it, or has it after a `#`."""

_DIAGNOSTIC = re.compile(r"\s*smtp\s*;\s*(?P<code>[45]\d\d)[ -](?P<said>.*)", re.IGNORECASE | re.DOTALL)

_OF_US = re.compile(r"relay|authenti|sender|block|spam|polic|reputation|prohibit|denied|not permitted", re.IGNORECASE)
"""Words about whoever sends, for servers that give no enhanced code. Taken for too many, they cost another try; for too
few, the way to somebody who is there."""

_CLOSING = 421
_UNKNOWN_TO_US = frozenset({500, 502, 503, 504, 521, 530, 534, 535, 538})
"""Answers to how we talk, or to whoever wants to talk at all, whatever the address."""

_NOBODY = frozenset({550, 551, 553, 556})
_FULL = 552


def refusal(code: int, said: str, *, of_words: bool = False) -> Refusal:
    """What an answer of a server means that is not yes, to an address or, `of_words`, to what is said to it."""
    if code == _CLOSING:
        return Refusal.US
    if code < 500:
        return Refusal.LATER
    known = of_status(said)
    if known is not None:
        return known
    if code in _UNKNOWN_TO_US or _OF_US.search(said):
        return Refusal.US
    if of_words:
        return Refusal.NEVER
    return Refusal.NOBODY if code in _NOBODY else Refusal.LATER if code == _FULL else Refusal.NEVER


def of_status(said: str) -> Refusal | None:
    """What an enhanced code means that refuses for good; None where there is none, or it says nothing more."""
    found = _STATUS.search(said)
    if found is None or found["class"] != "5":
        return None
    match int(found["subject"]), int(found["detail"]):
        case 1, 7 | 8:  # the sender's address
            return Refusal.US
        case 1, _:
            return Refusal.NOBODY
        case 2, 2:  # a full mailbox
            return Refusal.LATER
        case 3, 4:  # a message that is too large
            return Refusal.NEVER
        case ((3 | 7), _):  # their system, and what it lets anybody do
            return Refusal.US
        case ((2 | 4 | 6), _):
            return Refusal.NEVER
    return None


def of_report(action: str, status: str, diagnostic: str) -> Refusal | None:
    """What a report (RFC 3464) says of a message in the end; None where it may still arrive, or has."""
    failed = action.strip().casefold().startswith("failed")
    if not failed and (action.strip() or not status.strip().startswith("5")):
        return None
    if (known := of_status(status)) is not None:
        return known
    # Many servers pass a code of three digits on as 5.0.0, and what was said beside it.
    said = _DIAGNOSTIC.match(diagnostic)
    return refusal(int(said["code"]), said["said"]) if said else Refusal.NEVER
