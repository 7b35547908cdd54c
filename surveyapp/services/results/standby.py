"""Which database a page of results is read from: a standby of it where there is one, and from when what it has is.

A page says as of when it was read. It is read from the primary, and says why, where the standby does not answer, is too
far behind, or does not have what its reader wrote a moment ago; nobody misses their own note or release.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from dataclasses import dataclass
from typing import Literal

from surveyapp.domain.errors import DatabaseUnavailable
from surveyapp.services.runtime import Runtime
from surveyapp.store import standby
from surveyapp.store.database import Database
from surveyapp.store.standby import ReadFromStandby, StandbyPlace

MOST_BEHIND = dt.timedelta(seconds=30)
"""How far a standby may be behind and still be read."""

MOMENT = 0.2
"""Seconds for which one is waited for that is about to have it all. Where nobody had written for an hour, the newest
that it has is that old until it has what was written just now."""

PAUSE = 30.0
"""Seconds after which one that did not answer is asked again: nobody waits for it meanwhile."""

Why = Literal["standby", "own", "behind", "silent"]
"""*standby*: it is read. Else the primary is: for what the reader wrote themselves, or since the standby is too far
behind or says nothing."""


@dataclass(frozen=True)
class ReadFrom:
    """Where a page is read from (`runtime`), why, and as of when."""

    runtime: Runtime
    why: Why
    as_of: dt.datetime


_silent: dict[int, float] = {}
"""By standby, when it is asked again."""


def read_from(runtime: Runtime, wrote: str | None) -> ReadFrom | None:
    """Where to read results from. `wrote`: up to where the primary had written when the reader last wrote anything
    (`written`). None where there is no standby to choose."""
    if runtime.standby is None:
        return None
    now = runtime.clock()
    found = _place(runtime, wrote)
    if found is None or not found.follows:
        return ReadFrom(runtime, "silent", now)
    if found.behind > MOST_BEHIND:
        return ReadFrom(runtime, "behind", now)
    if not found.reached:
        return ReadFrom(runtime, "own", now)
    both = ReadFromStandby(runtime.database, runtime.standby)
    return ReadFrom(dataclasses.replace(runtime, database=both), "standby", now - found.behind)


def written(runtime: Runtime) -> str | None:
    """Up to where the primary has written; None where nothing is read elsewhere."""
    if runtime.standby is None:
        return None
    try:
        return _written(runtime)
    except DatabaseUnavailable:  # just after it was written: whoever wrote reads nothing that does not have it
        return standby.ALL


def problem(runtime: Runtime) -> str | None:
    """What is wrong with the standby, as a sentence."""
    if runtime.standby is None:
        return None
    primary = _written(runtime)
    try:
        found = _look(runtime.standby, primary, None)
    except DatabaseUnavailable as error:
        return f"The standby that results are read from cannot be read. {error}"
    finally:
        _silent.pop(id(runtime.standby), None)
    if not found.follows:
        return "What SURVEYAPP_STANDBY_URL names is no standby: it takes writes of its own."
    if found.behind > MOST_BEHIND:
        return f"The standby that results are read from is {found.behind.total_seconds():.0f} seconds behind."
    return None


def _written(runtime: Runtime) -> str:
    with runtime.database.reading() as session:
        return standby.position(session)


def _place(runtime: Runtime, wrote: str | None) -> StandbyPlace | None:
    assert runtime.standby is not None
    key = id(runtime.standby)
    if time.monotonic() < _silent.get(key, 0):
        return None
    primary = _written(runtime)
    try:
        return _look(runtime.standby, primary, wrote)
    except DatabaseUnavailable:
        _silent[key] = time.monotonic() + PAUSE
        return None


def _look(database: Database, primary: str, wrote: str | None) -> StandbyPlace:
    """Raises DatabaseUnavailable."""
    until = time.monotonic() + MOMENT
    while True:
        with database.reading() as session:
            found = standby.place(session, primary, wrote)
        near = found.reached and found.behind <= MOST_BEHIND
        if found.whole or near or not found.follows or time.monotonic() > until:
            return found
        time.sleep(MOMENT / 10)
