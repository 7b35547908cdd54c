"""What still rests on which key of the installation, and what each access key is known by, which is not the key."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveyapp.store.participants import Sealed
from surveyapp.store.tables import AccessKeyRow, AccessRow, PinRow, StaffRow


def live_accesses(session: Session, now: dt.datetime) -> dict[str, int]:
    """How many links and codes that work rest on each access key, listed in the settings or not; under an empty name
    those from before keys had names."""
    return _by_key(session, AccessRow.digest, *works(now))


def works(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """That a link or code opens something."""
    return AccessRow.revoked_at.is_(None), or_(AccessRow.expires_at.is_(None), AccessRow.expires_at > now)


def pins(session: Session) -> dict[str, int]:
    """How many PINs are hashed under each access key, listed in the settings or not; under an empty name those from
    before keys had names."""
    return _by_key(session, PinRow.hashed)


def _by_key(session: Session, hashed: Any, *which: ColumnElement[bool]) -> dict[str, int]:
    """How many rows by the name that stands before a colon in what is hashed."""
    # Every sign but colons is taken off the end: what is left is all up to the last one, in both databases.
    name = func.rtrim(hashed, func.replace(hashed, ":", "")).label("key_name")
    found = session.execute(select(name, func.count()).where(*which).group_by("key_name"))
    return {named.removesuffix(":"): many for named, many in found}


def second_factors(session: Session, key_id: str) -> list[tuple[uuid.UUID, Sealed]]:
    """Whose second factor is sealed with another key than this."""
    rows = session.scalars(
        select(StaffRow)
        .where(StaffRow.totp_ciphertext.is_not(None), StaffRow.totp_key_id != key_id)
        .order_by(StaffRow.id)
    )
    return [
        (row.id, Sealed(row.totp_key_id, row.totp_ciphertext))
        for row in rows
        if row.totp_key_id is not None and row.totp_ciphertext is not None
    ]


def marks(session: Session) -> dict[str, str]:
    """What the key of each name is known by."""
    return {row.name: row.known_by for row in session.execute(select(AccessKeyRow.name, AccessKeyRow.known_by))}


def note_marks(session: Session, made: Mapping[str, str], now: dt.datetime) -> None:
    """Keeps what keys are known by, in the place of what was known of the same names."""
    if not made:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"name": name, "known_by": mark, "noted_at": now} for name, mark in sorted(made.items())]
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
