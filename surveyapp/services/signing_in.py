"""Staff signing in: password, second factor, and the limits that make guessing hopeless."""

from __future__ import annotations

import datetime as dt
import uuid

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.staff import Staff
from surveyapp.services.keyring import hash_password, password_fits
from surveyapp.services.runtime import Runtime
from surveyapp.store import audit
from surveyapp.store import staff as store

MAXIMUM_FAILURES, LOCKED_FOR = 10, dt.timedelta(minutes=15)
"""Wrong passwords in a row after which an account rests."""

WRONG = "The e-mail address or the password is not right. Check both and try again."

_NOBODY = hash_password("the password of nobody")


def check_password(runtime: Runtime, email: str, password: str) -> Staff:
    """Whose e-mail and password these are. Raises InputRefused with one sentence for every reason, after the same work,
    so that nothing tells which accounts exist."""
    now = runtime.clock()
    with runtime.database.writing() as session:
        found = store.credentials(session, email)
        fits = password_fits(found.password_hash if found else _NOBODY, password)
        locked = bool(found and found.locked_until and found.locked_until > now)
        if found is not None and found.staff.active and fits and not locked:
            store.set_failures(session, found.staff.id, 0, None)
            audit.record(session, now, found.staff.id, "signed_in")
            return found.staff
        if found is not None and not locked:
            failures = found.failures + 1
            store.set_failures(session, found.staff.id, failures % MAXIMUM_FAILURES,
                               now + LOCKED_FOR if failures >= MAXIMUM_FAILURES else None)
            audit.record(session, now, found.staff.id, "sign_in_refused")
    raise InputRefused(WRONG)


def staff_of_session(runtime: Runtime, staff_id: uuid.UUID, session_version: int) -> Staff | None:
    """The staff member a signed-in session belongs to; None once they are inactive or the password changed."""
    with runtime.database.reading() as session:
        found = store.staff_by_id(session, staff_id)
    return found if found and found.active and found.session_version == session_version else None
