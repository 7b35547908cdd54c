"""Who has a case open. A hold is a lease: it lapses by itself when nothing is saved for `settings.hold_minutes`."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from surveyapp.domain.errors import HeldByAnother, NotHeld
from surveyapp.domain.fieldwork.cases import Lease
from surveyapp.services.work import Work
from surveyapp.store import cases


@dataclass(frozen=True)
class Taken:
    """A hold, whether it was taken afresh (not merely kept), and the live hold of a colleague that it ended."""

    lease: Lease
    afresh: bool
    ended: Lease | None


def take(work: Work, case_id: uuid.UUID, take_over: bool = False) -> Taken:
    """Takes or renews the hold on a case, which the caller has locked. Raises HeldByAnother while a colleague's is
    live, unless it is taken over."""
    staff = work.staff
    found = live(cases.lease_of(work.session, case_id), work.now)
    other = found if found is not None and found.staff_id != staff.id else None
    if other is not None and not take_over:
        raise HeldByAnother(other.staff_name, other.until)
    until = work.now + dt.timedelta(minutes=work.runtime.settings.hold_minutes)
    cases.set_lease(work.session, case_id, staff.id, until)
    return Taken(Lease(case_id, staff.id, staff.name, until), found is None or other is not None, other)


def held(work: Work, case_id: uuid.UUID) -> Lease:
    """The staff member's own live hold. Raises HeldByAnother, or NotHeld when it lapsed or never was."""
    found = live(cases.lease_of(work.session, case_id), work.now)
    if found is None:
        raise NotHeld
    if found.staff_id != work.staff.id:
        raise HeldByAnother(found.staff_name, found.until)
    return found


def live(lease: Lease | None, now: dt.datetime) -> Lease | None:
    """The hold, unless it has lapsed."""
    return lease if lease is not None and lease.live(now) else None
