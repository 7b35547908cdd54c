"""What schedules follow from, of everybody in a study at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.cases import Case
from surveyapp.domain.staff import Scope
from surveyapp.store import results
from surveyapp.store.enrolment import as_row
from surveyapp.store.participants import scoped
from surveyapp.store.tables import CaseRow, EventRow, ParticipantRow


def first_events(session: Session, scope: Scope) -> dict[uuid.UUID, dict[str, dt.date]]:
    """On which day each event first happened to each participant in scope to whom any did."""
    rows = session.execute(
        scoped(
            select(EventRow.participant_id, EventRow.event, func.min(EventRow.on_date).label("first")).join(
                ParticipantRow, ParticipantRow.id == EventRow.participant_id
            ),
            scope,
        )
        .group_by(EventRow.participant_id, EventRow.event)
        .order_by(EventRow.participant_id, EventRow.event)
    )
    found: dict[uuid.UUID, dict[str, dt.date]] = {}
    for row in rows:
        found.setdefault(row.participant_id, {})[row.event] = row.first
    return found


def lock_cases(session: Session, scope: Scope) -> None:
    """Locks every case in scope until the unit of work ends; of a database file all of it is locked."""
    if session.get_bind().dialect.name == "sqlite":
        return
    session.execute(
        scoped(select(CaseRow.id).join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id), scope)
        .order_by(CaseRow.id)
        .with_for_update(of=CaseRow)
    ).all()


def add_cases(session: Session, scope: Scope, made: Sequence[Case]) -> None:
    """Stores many new cases. Their people are counted anew."""
    if made:
        session.flush()
        session.execute(insert(CaseRow), [as_row(each) for each in made])
        results.note_changes(session, scope, {each.participant_id for each in made})
