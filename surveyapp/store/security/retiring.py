"""What still rests on which key of the installation."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from surveyapp.store.participants import Sealed
from surveyapp.store.tables import AccessRow, PinRow, StaffRow


def live_accesses(session: Session, names: list[str], now: dt.datetime) -> dict[str, int]:
    """How many links and codes that work rest on each of these access keys; under an empty name those from before keys
    had names."""
    live = (AccessRow.revoked_at.is_(None), or_(AccessRow.expires_at.is_(None), AccessRow.expires_at > now))
    found = {}
    for name in names:
        digest = AccessRow.digest.startswith(f"{name}:", autoescape=True)
        found[name] = session.scalar(select(func.count()).where(*live, digest)) or 0
    found[""] = session.scalar(select(func.count()).where(*live, AccessRow.digest.not_like("%:%"))) or 0
    return found


def pins(session: Session, names: list[str]) -> dict[str, int]:
    """How many PINs are hashed under each of these access keys; under an empty name those from before keys had
    names."""
    found = {}
    for name in names:
        found[name] = (
            session.scalar(select(func.count()).where(PinRow.hashed.startswith(f"{name}:", autoescape=True))) or 0
        )
    found[""] = session.scalar(select(func.count()).where(PinRow.hashed.not_like("%:%"))) or 0
    return found


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
