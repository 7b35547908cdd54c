"""How many cases stand where: counted by the database, so that nobody's case is read to say how many there are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Result, Select, Text, and_, case, cast, func, literal, null, select
from sqlalchemy.orm import Session, aliased

from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.fieldwork.standing import AnswerCount, CaseCount, Standing
from surveyapp.domain.instrument.easy.renderings import VARIETY
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store.answering.sent import last_sent
from surveyapp.store.participants import scoped
from surveyapp.store.tables import AnswerRow, CaseRow, ParticipantRow, ResponseRow, SaveRow
from surveyapp.store.windows import ends_at


def case_counts(
    session: Session, scope: Scope, group: str, before: Mapping[int, int], now: dt.datetime
) -> list[CaseCount]:
    """The cases of a group, as many together as are alike. `before`: the touchpoint before each that has one. One
    query; what comes of it is as long as there are different people, and no longer."""
    earlier_case, earlier = aliased(CaseRow), aliased(ResponseRow)
    previous = case(*((CaseRow.touchpoint == later, first) for later, first in before.items()), else_=None)
    counted = {
        "touchpoint": CaseRow.touchpoint,
        "standing": standing_column(CaseRow, now),
        "before": earlier.id.is_not(None) if before else literal(False),
        "mode": CaseRow.sent_mode,
        "easy": case((CaseRow.sent, SaveRow.language.endswith(VARIETY)), else_=False),
        "site": ParticipantRow.site_id,
        # As text: neither database groups by what is JSON. Two orders of the same keys are two rows, and add up.
        "attributes": cast(ParticipantRow.attributes, Text),
    }
    query: Any = (
        select(*(column.label(name) for name, column in counted.items()))
        .select_from(CaseRow)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)
        # The save that ended it.
        .outerjoin(
            SaveRow, and_(SaveRow.response_id == ResponseRow.id, SaveRow.revision == last_sent(aliased(SaveRow)))
        )
    )
    if before:
        query = query.outerjoin(
            earlier_case,
            and_(earlier_case.participant_id == CaseRow.participant_id, earlier_case.touchpoint == previous),
        ).outerjoin(earlier, and_(earlier.case_id == earlier_case.id, earlier.state == ResponseState.SUBMITTED))
    rows = _alike(session, scoped(query, scope).where(ParticipantRow.group_id == group))
    return [
        CaseCount(
            touchpoint=row.touchpoint,
            standing=Standing(row.standing),
            people=row.people,
            before=bool(row.before),
            mode=row.mode,
            easy=bool(row.easy),
            site=row.site,
            attributes=json.loads(row.attributes),
        )
        for row in rows
    ]


def answer_counts(
    session: Session, scope: Scope, group: str, variable: str, first: int, later: int, now: dt.datetime
) -> list[AnswerCount]:
    """The people of a group who handed in a touchpoint, by their one answer to a variable there and by where their case
    at a later touchpoint stands. Those who withdrew are left out."""
    later_case = aliased(CaseRow)
    counted = {
        "version": ResponseRow.version,
        "code": AnswerRow.code,
        "standing": case((later_case.id.is_(None), null()), else_=standing_column(later_case, now)),
    }
    query: Any = (
        select(*(column.label(name) for name, column in counted.items()))
        .select_from(CaseRow)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .join(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .outerjoin(AnswerRow, and_(AnswerRow.response_id == ResponseRow.id, AnswerRow.variable == variable))
        .outerjoin(
            later_case,
            and_(later_case.participant_id == CaseRow.participant_id, later_case.touchpoint == later),
        )
    )
    query = scoped(query, scope).where(
        ParticipantRow.group_id == group,
        ParticipantRow.withdrawn_at.is_(None),
        CaseRow.touchpoint == first,
        ResponseRow.state == ResponseState.SUBMITTED,
    )
    return [
        AnswerCount(
            version=row.version,
            code=row.code,
            standing=None if row.standing is None else Standing(row.standing),
            people=row.people,
        )
        for row in _alike(session, query)
    ]


def _alike(session: Session, query: Select[Any]) -> Result[Any]:
    """The different rows of a query, each with how many `people` there are like it."""
    each = query.subquery()
    return session.execute(select(*each.c, func.count().label("people")).group_by(*each.c))


def standing_column(
    of: Any, now: dt.datetime, said: Callable[[Standing], Any] = lambda each: each.value
) -> ColumnElement[Any]:
    """`standing_of` as the database reckons it, and a test holds the two together. `said`: what stands for each."""
    return case(
        (ParticipantRow.withdrawn_at.is_not(None), said(Standing.WITHDRAWN)),
        (of.sent, said(Standing.ANSWERED)),
        (of.disposition == Disposition.NOT_ELIGIBLE, said(Standing.NOT_ELIGIBLE)),
        (of.opens_at > now, said(Standing.NOT_OPEN)),
        (of.disposition == Disposition.REFUSAL, said(Standing.REFUSED)),
        (of.disposition == Disposition.DECEASED, said(Standing.CLOSED)),
        (ends_at(of) <= now, said(Standing.CLOSED)),
        else_=said(Standing.OPEN),
    )
