"""Participants' PINs."""

from __future__ import annotations

import uuid

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from surveyapp.domain.entry.pins import Pin
from surveyapp.store.database import rows_changed
from surveyapp.store.tables import PinRow


def pin_of(session: Session, participant_id: uuid.UUID) -> Pin | None:
    return _pin(session.get(PinRow, participant_id, populate_existing=True))


def _pin(row: PinRow | None) -> Pin | None:
    if row is None:
        return None
    return Pin(
        participant_id=row.participant_id,
        hashed=row.hashed,
        set_at=row.set_at,
        wrong=row.wrong,
        once_until=row.once_until,
    )


def set_pin(session: Session, pin: Pin) -> None:
    """Gives somebody a PIN, in place of the one they had."""
    remove(session, pin.participant_id)
    session.add(
        PinRow(
            participant_id=pin.participant_id,
            hashed=pin.hashed,
            set_at=pin.set_at,
            wrong=pin.wrong,
            once_until=pin.once_until,
        )
    )
    session.flush()


def take_try(session: Session, participant_id: uuid.UUID, most: int) -> bool:
    """Counts a try as a wrong one, before it is looked at: so many at once are no more tries. False where there is none
    left."""
    query = update(PinRow).where(PinRow.participant_id == participant_id, PinRow.wrong < most)
    return bool(rows_changed(session, query.values(wrong=PinRow.wrong + 1)))


def give_try_back(session: Session, participant_id: uuid.UUID) -> None:
    """It was the right one."""
    query = update(PinRow).where(PinRow.participant_id == participant_id, PinRow.wrong > 0)
    session.execute(query.values(wrong=PinRow.wrong - 1))


def renew(session: Session, pin: Pin, hashed: str) -> None:
    """Keeps another hash of the same PIN, unless another was chosen meanwhile."""
    query = update(PinRow).where(PinRow.participant_id == pin.participant_id, PinRow.hashed == pin.hashed)
    session.execute(query.values(hashed=hashed))


def remove(session: Session, participant_id: uuid.UUID) -> None:
    session.execute(delete(PinRow).where(PinRow.participant_id == participant_id))


def spend(session: Session, pin: Pin) -> bool:
    """Takes out this very PIN; whether it was there still: of two who give it at once one is let in."""
    return bool(
        rows_changed(
            session, delete(PinRow).where(PinRow.participant_id == pin.participant_id, PinRow.hashed == pin.hashed)
        )
    )
