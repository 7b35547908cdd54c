"""What somebody has to see to in a study: counted, and those that have waited longest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, null, or_, select
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.call_stand import CallHold
from surveyapp.domain.fieldwork.cases import ENDED
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.progress.standing import MOST_NAMED, NamedCase, SomeCases
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store.calling.called import not_held_back, not_referred
from surveyapp.store.tables import CaseRow, LeaseRow, ParticipantRow, ReferralRow, ResponseRow, SaveRow, StaffRow
from surveyapp.store.windows import not_paused


def _cases(query: Any, which: Any, scope: Scope, now: dt.datetime) -> Any:
    """Narrows to cases of which answers are taken now, of people who are in the study; `which`: the few they are of."""
    return _of_few(query, which, scope).where(
        ParticipantRow.withdrawn_at.is_(None),
        ParticipantRow.stopped_at.is_(None),
        CaseRow.opens_at <= now,
        or_(CaseRow.closes_at.is_(None), CaseRow.closes_at > now),
        not_paused(CaseRow),
    )


def _of_few(query: Any, which: Any, scope: Scope) -> Any:
    """Narrows to those of some cases that are in scope, and begins with the cases: there are few of them, and many
    people in scope."""
    query = query.join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    return _in_scope(query.where(CaseRow.id.in_(which)), scope)


def _in_scope(query: Any, scope: Scope) -> Any:
    # A column with nothing put behind it is in no index: SQLite would begin with everybody in the study.
    query = query.where(ParticipantRow.study.concat("") == scope.study, ParticipantRow.origin == scope.origin)
    return query if scope.sites is None else query.where(ParticipantRow.site_id.in_(scope.sites))


def _some(session: Session, query: Any, at: Any) -> SomeCases:
    """How many a query of cases finds, and the first by a moment. `by`: a column of that name, where it has one. One
    statement."""
    named = query.add_columns(
        ParticipantRow.reference,
        ParticipantRow.group_id,
        CaseRow.touchpoint,
        at.label("at"),
        func.count().over().label("all"),
    )
    rows = session.execute(named.order_by(at, CaseRow.id).limit(MOST_NAMED)).all()
    return SomeCases(
        count=rows[0].all if rows else 0,
        some=tuple(
            NamedCase(
                reference=row.reference,
                group=row.group_id,
                touchpoint=row.touchpoint,
                at=row.at,
                by=getattr(row, "name", None),
            )
            for row in rows
        ),
    )


def nobody() -> SomeCases:
    """None, of what a study does not have."""
    return SomeCases(count=0)


def used_up(session: Session, scope: Scope, now: dt.datetime) -> SomeCases:
    """All attempts are used up and no time is agreed, since the last of them: those of `queue.held_back`."""
    which = select(CaseRow.id).where(CaseRow.held_back == CallHold.SUPERVISOR)
    query = _cases(_answering(select(CaseRow.id)), which, scope, now)
    # As in `_in_scope`: SQLite would begin with every case that has no time agreed, and that is most of them.
    none_agreed = func.coalesce(CaseRow.next_at, null()).is_(None)
    query = query.where(none_agreed, CaseRow.disposition.not_in(ENDED), _not_sent(), not_referred())
    return _some(session, query, CaseRow.tried_at)


def softly(session: Session, scope: Scope, now: dt.datetime) -> SomeCases:
    """Refused softly, and could be asked once more, since the day on which that could be."""
    which = select(CaseRow.id).where(CaseRow.again_at <= now)
    return _some(session, _cases(select(CaseRow.id), which, scope, now).where(not_referred()), CaseRow.again_at)


def overdue(session: Session, scope: Scope, now: dt.datetime) -> SomeCases:
    """Times agreed that have passed, and who agreed them: of those alone whom the queue has somebody call."""
    which = select(CaseRow.id).where(CaseRow.next_at < now)
    named = _answering(select(CaseRow.id, StaffRow.name).outerjoin(StaffRow, StaffRow.id == CaseRow.keeper))
    query = _cases(named, which, scope, now).where(CaseRow.disposition.not_in(ENDED), _not_sent())
    return _some(session, query.where(not_held_back(CaseRow), not_referred()), CaseRow.next_at)


def stuck(session: Session, scope: Scope, now: dt.datetime, before: dt.datetime) -> SomeCases:
    """Begun and not sent, and nothing was saved after a moment: since the last save."""
    last = (
        select(SaveRow.recorded_at)
        .where(SaveRow.response_id == ResponseRow.id)
        .order_by(SaveRow.revision.desc())
        .limit(1)
        .correlate(ResponseRow)
        .scalar_subquery()
    )
    since = func.coalesce(last, ResponseRow.started_at, type_=ResponseRow.started_at.type)
    which = select(ResponseRow.case_id).where(ResponseRow.state == ResponseState.STARTED)
    begun = select(CaseRow.id).join(ResponseRow, ResponseRow.case_id == CaseRow.id)
    query = _cases(begun, which, scope, now).where(CaseRow.disposition.not_in(ENDED), since < before)
    return _some(session, query, since)


def held(session: Session, scope: Scope, now: dt.datetime) -> SomeCases:
    """Open with somebody of the staff now, and until when."""
    which = select(LeaseRow.case_id).where(LeaseRow.until > now)
    named = (
        select(CaseRow.id, StaffRow.name)
        .join(LeaseRow, LeaseRow.case_id == CaseRow.id)
        .join(StaffRow, StaffRow.id == LeaseRow.staff_id)
    )
    return _some(session, _of_few(named, which, scope), LeaseRow.until)


def referred(session: Session, scope: Scope) -> Mapping[ReferralKind, int]:
    """What came of calls that nobody has decided, by its kind."""
    query = select(ReferralRow.kind, func.count()).join(ParticipantRow, ParticipantRow.id == ReferralRow.participant_id)
    query = _in_scope(query, scope).where(ReferralRow.decision.is_(None), ParticipantRow.withdrawn_at.is_(None))
    return {row[0]: row[1] for row in session.execute(query.group_by(ReferralRow.kind))}


def _answering(query: Any) -> Any:
    return query.outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)


def _not_sent() -> Any:
    return or_(
        ResponseRow.id.is_(None),
        ResponseRow.state != ResponseState.SUBMITTED,
        ResponseRow.reopened_at.is_not(None),
    )
