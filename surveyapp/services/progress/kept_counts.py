"""Counts of cases that take long, kept in the process for whoever looks next.

Within a minute they are shown as they are. Later they are shown still, with their time, while they are counted anew
beside whoever looks: of 100,000 people nobody waits for that, but who looks first in a process or after long.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.domain.progress.standing import CaseTally
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Work

ANEW_AFTER = dt.timedelta(minutes=1)
"""How long a count of cases is shown as it is."""

SHOWN_FOR = dt.timedelta(minutes=15)
"""How long it is shown while it is counted anew. After that whoever looks waits."""

TAKES_LONG = 0.2
"""Seconds. What is counted sooner is counted each time."""

Count = Callable[[Session, dt.datetime], list[CaseTally]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptCount:
    """What was counted, as of a moment."""

    at: dt.datetime
    tallies: list[CaseTally]


def counted(work: Work, key: Any, count: Count) -> KeptCount:
    """What `count` comes to, now or a little before. `key`: whose cases, and by what they are told apart."""
    kept: dict[Any, KeptCount] = work.runtime.kept_counts
    found, now = kept.get(key), work.now
    if found is None or not found.at <= now < found.at + SHOWN_FOR:
        return _count(work.runtime, key, count, work.session, now)
    if now >= found.at + ANEW_AFTER:
        _count_beside(work.runtime, key, count)
    return found


def _count(runtime: Runtime, key: Any, count: Count, session: Session, now: dt.datetime) -> KeptCount:
    kept: dict[Any, KeptCount] = runtime.kept_counts
    began = time.perf_counter()
    made = KeptCount(now, count(session, now))
    for old in [old for old, each in list(kept.items()) if each.at + SHOWN_FOR <= now]:
        kept.pop(old, None)
    if time.perf_counter() - began >= TAKES_LONG:
        kept[key] = made
    else:
        kept.pop(key, None)
    return made


def _count_beside(runtime: Runtime, key: Any, count: Count) -> None:
    """Counts anew in a thread of its own, unless one is at it."""
    name = f"count {id(runtime)} {key}"
    if any(each.name == name for each in threading.enumerate()):
        return

    def act() -> None:
        try:
            with runtime.database.reading() as session:
                _count(runtime, key, count, session, runtime.clock())
        except Exception:
            _log.exception("Cases could not be counted anew.")

    threading.Thread(target=act, name=name, daemon=True).start()
