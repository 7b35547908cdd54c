"""How people asked to be called, as it is stored."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.call_wishes import CallWishes
from surveyapp.store.tables import ParticipantRow


def columns(wishes: CallWishes) -> dict[str, Any]:
    """What is stored of how somebody asked to be called."""
    return {
        "call_way": wishes.way,
        "call_languages": f",{','.join(wishes.languages)}," if wishes.languages else None,
        "call_interviewer": wishes.interviewer or None,
        "call_begins": wishes.begins,
        "call_ends": wishes.ends,
        "call_days": wishes.days,
    }


def of_row(row: ParticipantRow) -> CallWishes:
    """How somebody asked to be called: the language that they asked a caller for goes before those on record."""
    return CallWishes(
        way=row.call_way or "",
        languages=tuple(filter(None, (row.language_asked or row.call_languages or "").split(","))),
        interviewer=row.call_interviewer or "",
        begins=row.call_begins,
        ends=row.call_ends,
        days=row.call_days,
    )


def write(session: Session, wishes: Mapping[uuid.UUID, CallWishes]) -> None:
    """Stores how people asked to be called. Where other languages are on record from now on, those are what was said
    last, and not what a caller wrote down before."""
    for person, each in wishes.items():
        written = columns(each)
        same = ParticipantRow.call_languages.is_not_distinct_from(written["call_languages"])
        asked = case((same, ParticipantRow.language_asked), else_=None)
        mine = update(ParticipantRow).where(ParticipantRow.id == person)
        session.execute(mine.values(written | {"language_asked": asked}))


def forget(session: Session, people: Collection[uuid.UUID]) -> None:
    """Takes away how people asked to be called, with how they are reached."""
    nothing = dict.fromkeys(columns(CallWishes()))
    session.execute(update(ParticipantRow).where(ParticipantRow.id.in_(people)).values(nothing))
