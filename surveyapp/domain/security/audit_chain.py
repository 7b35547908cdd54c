"""The chain over the audit trail: each entry's link holds a keyed hash of it and of the link before, so that whoever
can write to the database, but has not the key, cannot change, take out or put in an entry unseen.

A link's hash is HMAC-SHA-256 over the canonical JSON (RFC 8259, keys sorted, no spaces, UTF-8) of its number, the hash
of the link before it, the moment the run that made it began, and every field of the entry.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from surveyapp.domain.audit import AuditEntry

BEGINNING = "0" * 64
"""What the first link has for the hash of the link before."""

LATEST = dt.timedelta(minutes=10)
"""How long after its moment an entry may be committed. One that appears later, though it says that it is older than
what was chained before, was put in."""


@dataclass(frozen=True, kw_only=True)
class ChainLink:
    """The link of one entry: `number` counts from 1 without a gap, `made_at` is when the run that made it began, `mac`
    64 hexadecimal digits."""

    number: int
    entry_id: uuid.UUID
    made_at: dt.datetime
    mac: str


@dataclass(frozen=True)
class ChainHead:
    """How far the chain went, to be kept outside the database: the last link's number and hash."""

    number: int
    mac: str

    def __str__(self) -> str:
        return f"{self.number} {self.mac}"

    @staticmethod
    def read(written: str) -> ChainHead:
        """As `str` writes it. Raises ValueError."""
        number, mac = written.split()
        if len(mac) != 64 or set(mac) - set("0123456789abcdef"):
            raise ValueError(f"{mac!r} is not 64 hexadecimal digits")
        return ChainHead(int(number), mac)


class Tampering(enum.Enum):
    """What was done to the trail."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    CUT_OFF = "cut off"


@dataclass(frozen=True, kw_only=True)
class TrailFault:
    """The first thing that is wrong with a trail: at which link (None: an entry has none), of which entry if known."""

    what: Tampering
    number: int | None
    entry_id: uuid.UUID | None
    at: dt.datetime | None = None


def mac_of(key: bytes, number: int, before: str, made_at: dt.datetime, entry: AuditEntry) -> str:
    """The hash of a link, 64 hexadecimal digits."""
    said = {
        "number": number,
        "before": before,
        "made_at": _moment(made_at),
        "id": str(entry.id),
        "at": _moment(entry.at),
        "actor": entry.actor.value,
        "staff_id": str(entry.staff_id) if entry.staff_id else None,
        "action": entry.action.value,
        "study": entry.study,
        "subject": entry.subject,
        "detail": entry.detail,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def lengthened(
    key: bytes, head: ChainHead | None, made_at: dt.datetime, entries: Iterable[AuditEntry]
) -> Iterator[ChainLink]:
    """The links of entries, in their order, after a head (None: the chain begins)."""
    number, before = (head.number, head.mac) if head else (0, BEGINNING)
    for entry in entries:
        number += 1
        before = mac_of(key, number, before, made_at, entry)
        yield ChainLink(number=number, entry_id=entry.id, made_at=made_at, mac=before)


def fits(key: bytes, link: ChainLink, before: str | None, entry: AuditEntry | None) -> bool:
    """Whether a link was made with a key, of an entry as it is; `before`: the hash of the link before it, None for the
    first."""
    if entry is None:
        return False
    return hmac.compare_digest(link.mac, mac_of(key, link.number, before or BEGINNING, link.made_at, entry))


def first_fault(
    key: bytes,
    links: Iterable[tuple[ChainLink, AuditEntry | None]],
    unchained: Iterable[AuditEntry],
    head: ChainHead | None,
) -> TrailFault | None:
    """The first thing wrong with a trail: `links` in the order of their numbers, each with its entry or None where it
    is gone; `unchained` the entries without a link, oldest first; `head` the last link known from outside."""
    number, before, last_run, run_before = 0, BEGINNING, None, None
    reached = head is None
    for link, entry in links:
        if link.number != number + 1:
            return TrailFault(what=Tampering.REMOVED, number=number + 1, entry_id=None)
        if entry is None:
            return TrailFault(what=Tampering.REMOVED, number=link.number, entry_id=link.entry_id)
        number = link.number
        if not hmac.compare_digest(link.mac, mac_of(key, number, before, link.made_at, entry)):
            return TrailFault(what=Tampering.CHANGED, number=number, entry_id=entry.id, at=entry.at)
        if link.made_at != last_run:
            run_before, last_run = last_run, link.made_at
        if run_before is not None and entry.at < run_before - LATEST:
            return TrailFault(what=Tampering.INSERTED, number=number, entry_id=entry.id, at=entry.at)
        before = link.mac
        if head is not None and number == head.number:
            if before != head.mac:
                return TrailFault(what=Tampering.CHANGED, number=number, entry_id=entry.id, at=entry.at)
            reached = True
    if not reached:
        return TrailFault(what=Tampering.CUT_OFF, number=number + 1, entry_id=None)
    for entry in unchained:
        if last_run is not None and entry.at < last_run - LATEST:
            return TrailFault(what=Tampering.INSERTED, number=None, entry_id=entry.id, at=entry.at)
    return None
