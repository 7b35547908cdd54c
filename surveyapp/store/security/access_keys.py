"""What each access key is known by, which is not the key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveyapp.store.security.retiring import works
from surveyapp.store.tables import AccessKeyRow, AccessRow, PinRow


def known(session: Session) -> dict[str, str]:
    """What the key of each name is known by."""
    return {row.name: row.known_by for row in session.execute(select(AccessKeyRow.name, AccessKeyRow.known_by))}


def note(session: Session, marks: Mapping[str, str], now: dt.datetime) -> None:
    """Keeps what keys are known by, in the place of what was known of the same names."""
    if not marks:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"name": name, "known_by": mark, "noted_at": now} for name, mark in sorted(marks.items())]
    added = dialect.insert(AccessKeyRow).values(rows)
    session.execute(
        added.on_conflict_do_update(
            index_elements=[AccessKeyRow.name],
            set_={"known_by": added.excluded.known_by, "noted_at": added.excluded.noted_at},
        )
    )


def is_rested_on(session: Session, name: str, now: dt.datetime) -> bool:
    """Whether anything rests on the key of a name: a link or code that works, or a PIN."""
    return any(
        session.execute(select(1).where(func.substr(hashed, 1, len(name) + 1) == f"{name}:", *which).limit(1)).first()
        for hashed, which in ((AccessRow.digest, works(now)), (PinRow.hashed, ()))
    )
