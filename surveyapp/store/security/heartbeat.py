"""Whether the database takes writes, and what its server says of itself. A SQLite file has none."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from surveyapp.store.database import rows_changed
from surveyapp.store.tables import HeartbeatRow

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
"""Settings of PostgreSQL that a promise rests on: what was acknowledged is on the disk."""


def beat(session: Session, now: dt.datetime) -> None:
    """Writes the moment."""
    if not rows_changed(session, update(HeartbeatRow).where(HeartbeatRow.id == 1).values(at=now)):
        session.merge(HeartbeatRow(id=1, at=now))


def _is_server(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def clock(session: Session) -> dt.datetime | None:
    """What time it is there; None for a file."""
    if not _is_server(session):
        return None
    found: dt.datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found.astimezone(dt.UTC)


def unsafe_settings(session: Session) -> list[tuple[str, str, str]]:
    """Settings by which something acknowledged can be lost: name, what it is, and what it ought to be."""
    if not _is_server(session):
        return []
    now = {name: session.execute(text(f"SHOW {name}")).scalar_one() for name in SAFE}
    return [(name, now[name], ought) for name, ought in SAFE.items() if now[name] == "off"]


def is_overheard(session: Session) -> bool:
    """Whether this connection leads to another machine and is not encrypted. On one's own both ends have one address,
    or none (a socket)."""
    if not _is_server(session):
        return False
    query = "SELECT NOT ssl AND inet_client_addr() <> inet_server_addr() FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    return bool(session.execute(text(query)).scalar_one())
