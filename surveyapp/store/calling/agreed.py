"""Times at which somebody agreed to call, whether anybody can call then or not: the queue has those alone who are
called now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.call_queue import STILL_SAID, Caller
from surveyapp.domain.fieldwork.call_stand import CallStand
from surveyapp.domain.fieldwork.cases import ENDED, Case
from surveyapp.domain.responses import ResponseState
from surveyapp.store.calling.called import ALL, CallScope, QueueNarrowed, of_touchpoint, people_in
from surveyapp.store.calling.stands import stand_of
from surveyapp.store.cases import case_in
from surveyapp.store.tables import CaseRow, ParticipantRow, ResponseRow
from surveyapp.store.windows import ends_at


@dataclass(frozen=True, kw_only=True)
class AgreedRow:
    """A case with a time that was agreed, and what says whether somebody can call then."""

    case: Case
    response_state: ResponseState | None
    reopened: bool
    stand: CallStand


def agreed_by(
    session: Session, scopes: Sequence[CallScope], caller: Caller, narrowed: QueueNarrowed = ALL
) -> list[AgreedRow]:
    """The times agreed that are the caller's to keep, the earliest first, whether anybody can call then or not: those
    of which nothing more is asked for as long as it is said (`STILL_SAID`), and none of whoever left the study."""
    goes_on = and_(
        CaseRow.disposition.not_in(ENDED),
        or_(ends_at(CaseRow).is_(None), ends_at(CaseRow) > caller.now),
        or_(ResponseRow.state.is_(None), ResponseRow.state != ResponseState.SUBMITTED),
    )
    columns: list[Any] = [CaseRow, ResponseRow.state, ResponseRow.reopened_at]
    query = (
        select(*columns)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .where(
            people_in(scopes, by_index=False),
            ParticipantRow.withdrawn_at.is_(None),
            ParticipantRow.stopped_at.is_(None),
            CaseRow.keeper == caller.staff_id,
            CaseRow.next_at.is_not(None),
            or_(CaseRow.next_at > caller.now - STILL_SAID, goes_on),
        )
        .order_by(CaseRow.next_at, CaseRow.id)
    )
    return [
        AgreedRow(
            case=case_in(row.CaseRow),
            response_state=row.state,
            reopened=row.reopened_at is not None,
            stand=stand_of(row.CaseRow),
        )
        for row in session.execute(of_touchpoint(query, narrowed))
    ]
