"""What became of a study's cases, and what happened in a time, counted by the database: no case is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.standing import Standing
from surveyapp.domain.progress.standing import MOST_CALLS, CaseTally
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store.participants import scoped
from surveyapp.store.response_counts import standing_column
from surveyapp.store.tables import CaseRow, ParticipantRow, ResponseRow, SaveRow


def tallies(
    session: Session, scope: Scope, now: dt.datetime, *, segments: Sequence[str] = (), sites: bool = False
) -> list[CaseTally]:
    """A study's cases, as many together as are alike. `segments`: the attributes of people by which they are told
    apart; `sites`: whether by their sites too. One statement."""
    last = (
        select(SaveRow.mode)
        .where(SaveRow.response_id == ResponseRow.id, SaveRow.late.is_(False))
        .order_by(SaveRow.revision.desc())
        .limit(1)
        .correlate(ResponseRow)
        .scalar_subquery()
    )
    counted: dict[str, Any] = {
        "group": ParticipantRow.group_id,
        "touchpoint": CaseRow.touchpoint,
        "standing": standing_column(CaseRow, ResponseRow, now),
        "disposition": CaseRow.disposition,
        "declined": ParticipantRow.declined_contact_at.is_not(None),
        # The save that ended it: who began in one mode and ended in another counts where they ended.
        "mode": case((ResponseRow.state == ResponseState.SUBMITTED, last)),
        "calls": case((CaseRow.calls < MOST_CALLS, CaseRow.calls), else_=MOST_CALLS),
    }
    if sites:
        counted["site"] = ParticipantRow.site_id
    for number, name in enumerate(segments):
        counted[f"segment_{number}"] = ParticipantRow.attributes[name].as_string()
    each = scoped(
        select(*(column.label(name) for name, column in counted.items()))
        .select_from(ParticipantRow)
        .join(CaseRow, CaseRow.participant_id == ParticipantRow.id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id),
        scope,
    ).subquery()
    rows = session.execute(select(*each.c, func.count().label("people")).group_by(*each.c))
    return [
        CaseTally(
            group=row.group,
            touchpoint=row.touchpoint,
            standing=Standing(row.standing),
            disposition=row.disposition,
            declined=bool(row.declined),
            mode=row.mode,
            calls=row.calls,
            site=row.site if sites else None,
            segments=tuple(getattr(row, f"segment_{number}") for number in range(len(segments))),
            people=row.people,
        )
        for row in rows
    ]


def joined(session: Session, scope: Scope, since: dt.date, until: dt.date) -> int:
    """How many people were enrolled from a day to the one before another."""
    query = scoped(select(func.count()).select_from(ParticipantRow), scope)
    return session.scalar(query.where(ParticipantRow.enrolled_on >= since, ParticipantRow.enrolled_on < until)) or 0


def opened(session: Session, scope: Scope, since: dt.datetime, until: dt.datetime) -> int:
    """How many cases opened in a time, of people who have not withdrawn."""
    query = select(func.count()).select_from(CaseRow).join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    return (
        session.scalar(
            scoped(query, scope).where(
                CaseRow.opens_at >= since, CaseRow.opens_at < until, ParticipantRow.withdrawn_at.is_(None)
            )
        )
        or 0
    )


def answered(
    session: Session, scope: Scope, until: dt.datetime, since: dt.datetime | None = None
) -> dict[tuple[str, int], int]:
    """How many answers had been sent by a moment, or in a time, by group and touchpoint, of people who have not
    withdrawn since."""
    query = (
        select(ParticipantRow.group_id, CaseRow.touchpoint, func.count())
        .select_from(ResponseRow)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    )
    query = scoped(query, scope).where(
        ResponseRow.state == ResponseState.SUBMITTED,
        ResponseRow.submitted_at < until,
        ParticipantRow.withdrawn_at.is_(None),
    )
    if since is not None:
        query = query.where(ResponseRow.submitted_at >= since)
    rows = session.execute(query.group_by(ParticipantRow.group_id, CaseRow.touchpoint))
    return {(group, touchpoint): count for group, touchpoint, count in rows}


def left(session: Session, scope: Scope, since: dt.datetime, until: dt.datetime) -> int:
    """How many people stopped or withdrew in a time and have not come back."""
    query = scoped(select(func.count()).select_from(ParticipantRow), scope)
    in_time = (
        and_(column >= since, column < until) for column in (ParticipantRow.stopped_at, ParticipantRow.withdrawn_at)
    )
    return session.scalar(query.where(or_(*in_time), ParticipantRow.deceased_at.is_(None))) or 0
