"""The one row that shows whether the database takes writes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from surveyapp.store.tables import HeartbeatRow


def beat(session: Session, now: dt.datetime) -> None:
    """Writes the moment."""
    written = session.execute(update(HeartbeatRow).where(HeartbeatRow.id == 1).values(at=now))
    if not written.rowcount:  # type: ignore[attr-defined]
        session.merge(HeartbeatRow(id=1, at=now))
