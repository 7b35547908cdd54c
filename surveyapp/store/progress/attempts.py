"""What calling came to, counted by the database: by interviewer, by the hour, and how many attempts it took."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, case, cast, extract, func, select
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import REFUSALS, Outcome
from surveyapp.domain.staff import Scope
from surveyapp.store.tables import AttemptRow, CaseRow, ParticipantRow, ResponseRow, StaffRow

SITTING = dt.timedelta(hours=3)
"""What took longer from beginning to sending was not one sitting."""

HALF_HOUR = 1800

NOBODY = (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.ANSWERPHONE, Outcome.WRONG_NUMBER, Outcome.MOVED, Outcome.LINK_SENT)
"""Outcomes of calls at which nobody was talked to."""


@dataclass(frozen=True, kw_only=True)
class InterviewerCount:
    """What one interviewer did in a time."""

    staff_id: uuid.UUID
    name: str
    attempts: int
    interviews: int
    refused: int


@dataclass(frozen=True)
class HalfHour:
    """How many calls were made in the half hour that begins at a moment, and how many were answered."""

    at: dt.datetime
    made: int
    reached: int


def _in_time(query: Any, scope: Scope, since: dt.datetime, until: dt.datetime) -> Any:
    """Narrows a query of attempts to those of people in scope, in a time."""
    query = query.join(CaseRow, CaseRow.id == AttemptRow.case_id)
    query = query.join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    # A column with nothing put behind it is in no index: SQLite would begin with everybody in the study.
    query = query.where(
        AttemptRow.at >= since,
        AttemptRow.at < until,
        ParticipantRow.study.concat("") == scope.study,
        ParticipantRow.origin == scope.origin,
    )
    return query if scope.sites is None else query.where(ParticipantRow.site_id.in_(scope.sites))


def _how_many(*outcomes: Outcome) -> Any:
    return func.sum(case((AttemptRow.outcome.in_(outcomes), 1), else_=0))


def by_interviewer(session: Session, scope: Scope, since: dt.datetime, until: dt.datetime) -> list[InterviewerCount]:
    """What each interviewer did in a time, by name."""
    query = select(
        AttemptRow.staff_id,
        StaffRow.name,
        func.count().label("attempts"),
        _how_many(Outcome.COMPLETED).label("interviews"),
        _how_many(*REFUSALS).label("refused"),
    ).join(StaffRow, StaffRow.id == AttemptRow.staff_id)
    query = _in_time(query, scope, since, until).group_by(AttemptRow.staff_id, StaffRow.name)
    return [
        InterviewerCount(
            staff_id=row.staff_id,
            name=row.name,
            attempts=row.attempts,
            interviews=row.interviews,
            refused=row.refused,
        )
        for row in session.execute(query.order_by(StaffRow.name, AttemptRow.staff_id))
    ]


def minutes(session: Session, scope: Scope, since: dt.datetime, until: dt.datetime) -> dict[uuid.UUID, dict[int, int]]:
    """How many interviews of each interviewer took so many minutes, of those begun and sent in one sitting."""
    taken = extract("epoch", ResponseRow.submitted_at) - extract("epoch", ResponseRow.started_at)
    whole = cast(taken, Integer) // 60
    query = (
        select(AttemptRow.staff_id, whole.label("minutes"), func.count().label("interviews"))
        .join(ResponseRow, ResponseRow.case_id == AttemptRow.case_id)
        .where(
            AttemptRow.outcome == Outcome.COMPLETED,
            AttemptRow.staff_id.is_not(None),
            ResponseRow.submitted_at.is_not(None),
            taken < SITTING.total_seconds(),
        )
    )
    query = _in_time(query, scope, since, until).group_by(AttemptRow.staff_id, whole)
    found: dict[uuid.UUID, dict[int, int]] = {}
    for row in session.execute(query):
        found.setdefault(row.staff_id, {})[row.minutes] = row.interviews
    return found


def by_half_hour(session: Session, scope: Scope, since: dt.datetime, until: dt.datetime) -> list[HalfHour]:
    """Calls by phone in a time, by the half hour in which they were made."""
    slot = cast(extract("epoch", AttemptRow.at), Integer) // HALF_HOUR
    query = select(
        slot.label("slot"),
        func.count().label("made"),
        _how_many(*NOBODY).label("nobody"),
    ).where(AttemptRow.mode == Mode.PHONE, AttemptRow.outcome != Outcome.LINK_SENT)
    query = _in_time(query, scope, since, until).group_by(slot)
    return [
        HalfHour(dt.datetime.fromtimestamp(int(row.slot) * HALF_HOUR, dt.UTC), row.made, row.made - row.nobody)
        for row in session.execute(query)
    ]


def totals(session: Session, scope: Scope, since: dt.datetime, until: dt.datetime) -> tuple[int, int, int]:
    """Attempts, interviews and refusals in a time."""
    query = select(func.count(), _how_many(Outcome.COMPLETED), _how_many(*REFUSALS)).select_from(AttemptRow)
    row = session.execute(_in_time(query, scope, since, until)).one()
    return row[0], row[1] or 0, row[2] or 0
