"""Who has a case open. A hold is a lease: it lapses by itself when nothing is saved for `settings.hold_minutes`."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveyapp.domain.errors import HeldByAnother, NotHeld
from surveyapp.domain.fieldwork.cases import Lease
from surveyapp.domain.staff import Staff
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases


@dataclass(frozen=True)
class Taken:
    """A hold, whether it was taken afresh (not merely kept), and the live hold of a colleague that it ended."""

    lease: Lease
    afresh: bool
    ended: Lease | None


def take(runtime: Runtime, session: Session, case_id: uuid.UUID, staff: Staff, take_over: bool = False) -> Taken:
    """Takes or renews the hold on a case, which the caller has locked. Raises HeldByAnother while a colleague's is
    live, unless it is taken over."""
    now = runtime.clock()
    found = live(cases.lease_of(session, case_id), now)
    other = found if found is not None and found.staff_id != staff.id else None
    if other is not None and not take_over:
        raise HeldByAnother(other.staff_name, other.until)
    until = now + dt.timedelta(minutes=runtime.settings.hold_minutes)
    cases.set_lease(session, case_id, staff.id, until)
    return Taken(Lease(case_id, staff.id, staff.name, until), found is None or other is not None, other)


def held(runtime: Runtime, session: Session, case_id: uuid.UUID, staff: Staff) -> Lease:
    """The staff member's own live hold. Raises HeldByAnother, or NotHeld when it lapsed or never was."""
    found = live(cases.lease_of(session, case_id), runtime.clock())
    if found is None:
        raise NotHeld
    if found.staff_id != staff.id:
        raise HeldByAnother(found.staff_name, found.until)
    return found


def live(lease: Lease | None, now: dt.datetime) -> Lease | None:
    """The hold, unless it has lapsed."""
    return lease if lease is not None and lease.live(now) else None
