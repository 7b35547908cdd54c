"""The audit trail is chained, and the chain is verified."""

from __future__ import annotations

import contextlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from surveyapp.domain.errors import InputRefused, StateRefused
from surveyapp.domain.security.audit_chain import ChainHead, TrailFault, first_fault, fits, lengthened
from surveyapp.domain.sentences import say
from surveyapp.services.work import Desk
from surveyapp.store.security import audit_chain as store

logger = logging.getLogger("surveyapp.audit")


@dataclass(frozen=True)
class Chained:
    """What a run did: how many entries it chained, and how far the chain now goes (None: there is nothing yet)."""

    added: int
    head: ChainHead | None


def chain(desk: Desk, head_file: Path | None = None, *, anyway: bool = False) -> Chained:
    """Chains every entry that is not yet, some at a time, so that nobody waits long to write; two runs at once wait for
    each other. The head is logged and, with a file, written there: it replaces what stood in it at once or not at all.
    What is added with another key than the chain was made with spoils it for good: raises StateRefused where the last
    link does not fit the key, unless it is to go on `anyway`; InputRefused for a file that cannot be written, or holds
    something else."""
    if head_file is not None:
        _refuse_something_else(head_file)
    begun, added = desk.runtime.clock(), 0
    key = desk.runtime.settings.audit_key
    while True:
        with desk.writing() as work:
            store.lock(work.session)
            if not anyway and not key_fits(work.session, key):
                raise StateRefused(say("audit_key_other"))
            head = store.head(work.session)
            links = list(lengthened(key, head, begun, store.unchained(work.session, store.ROWS_AT_ONCE)))
            store.add(work.session, links)
        added += len(links)
        if links:
            head = ChainHead(links[-1].number, links[-1].mac)
        if len(links) < store.ROWS_AT_ONCE:
            break
    if head is not None:
        logger.info("the audit trail is chained up to %s", head)
        if head_file is not None:
            _write(head_file, head)
    return Chained(added, head)


def verify(desk: Desk, head_file: Path | None = None) -> tuple[int, TrailFault | None]:
    """How many links there are, and the first entry that was changed, removed or inserted (None: none was). A trail
    whose end was cut off is found with the head that `chain` wrote. Raises InputRefused for a file that is none."""
    known = None if head_file is None else read_head(head_file)
    with desk.reading() as work:
        head = store.head(work.session)
        fault = fault_in(work.session, desk.runtime.settings.audit_key, known)
    return head.number if head else 0, fault


def key_fits(session: Session, key: bytes) -> bool:
    """Whether the chain's last link was made with a key, of an entry that is as it was then; so it is while there is no
    link."""
    last = store.last(session)
    if last is None:
        return True
    link, entry, before = last
    return fits(key, link, before, entry)


def fault_in(session: Session, key: bytes, known: ChainHead | None) -> TrailFault | None:
    """The first thing wrong with the trail of a database; `known`: a link it must have."""
    unchained = store.unchained(session)
    # The first fault ends the reading, and the database is told so.
    with contextlib.closing(store.links(session)) as links:
        return first_fault(key, links, unchained, known)


LONGEST = 200
"""Characters that a file with a head has at most."""


def read_head(file: Path) -> ChainHead:
    """The head that a run wrote. Raises InputRefused."""
    try:
        with file.open(encoding="utf-8") as stream:
            return ChainHead.read(stream.read(LONGEST))
    except (OSError, ValueError) as error:
        raise InputRefused(say("no_audit_head", file=str(file))) from error


def _refuse_something_else(file: Path) -> None:
    """What holds neither a head nor nothing is not written over: it may be the database."""
    try:
        if not file.exists() or (file.is_file() and not file.stat().st_size):
            return
        read_head(file)
    except (OSError, InputRefused) as error:
        raise InputRefused(say("audit_head_elsewhere", file=str(file))) from error


def _write(file: Path, head: ChainHead) -> None:
    beside = file.with_name(f".{file.name}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write(f"{head}\n")
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    except OSError as error:
        raise InputRefused(say("audit_head_unwritable", file=str(file), why=error.strerror or "")) from error
