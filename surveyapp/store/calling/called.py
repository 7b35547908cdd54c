"""Who is called at all, said to the database: whose answers are taken now, whom nothing holds back, and which of a
person's cases goes first. In which order is in `queue`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.call_queue import ALWAYS, Caller, WrittenFirst
from surveyapp.domain.fieldwork.call_stand import CallHold
from surveyapp.domain.fieldwork.cases import ENDED, Disposition
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store.calling import referrals
from surveyapp.store.tables import CaseRow, ParticipantRow, ResponseRow
from surveyapp.store.windows import not_paused

_OTHER, _ANSWERED = aliased(CaseRow), aliased(ResponseRow)
"""Another case of a person, and its response. Made once: making them costs more than the statement they are in."""


@dataclass(frozen=True, kw_only=True)
class CallScope:
    """Whom of a study somebody calls, and how late it is there. `soft_again`: whether the study lets somebody who
    refused softly be asked once more; `written_first`: whom it writes to before it calls them."""

    scope: Scope
    local: dt.datetime
    soft_again: bool = False
    written_first: WrittenFirst | None = None


@dataclass(frozen=True, kw_only=True)
class QueueNarrowed:
    """What a queue is narrowed to. `in_person`: those who want to be visited, or with whom a visit is agreed; `later`:
    those who are not called now."""

    group: str = ""
    touchpoint: int | None = None
    in_person: bool = False
    later: bool = False


ALL = QueueNarrowed()


def lines(query: Select[Any], scopes: Sequence[CallScope], caller: Caller, narrowed: QueueNarrowed) -> Select[Any]:
    """Narrows to the lines of the queue: of each person the case that `of_person` says."""
    return of_cases(query, scopes, caller, narrowed).where(~another_first(scopes, caller.now))


def of_cases(
    query: Select[Any], scopes: Sequence[CallScope], caller: Caller, narrowed: QueueNarrowed, *, by_case: bool = False
) -> Select[Any]:
    """Narrows to the cases that somebody is called for, however many of them a person has. `by_case`: begins with the
    cases, in the order of an index of theirs, and looks at whose they are one by one."""
    query = callable_now(query, scopes, caller.now, by_case=by_case).where(not_held_back(CaseRow))
    query = of_touchpoint(query, narrowed)
    if narrowed.in_person:
        visit = and_(CaseRow.next_at.is_not(None), CaseRow.tried_mode == Mode.IN_PERSON)
        query = query.where(or_(ParticipantRow.call_way == "in_person", visit))
    return query


def of_touchpoint(query: Select[Any], narrowed: QueueNarrowed) -> Select[Any]:
    """Narrows to a group and a touchpoint, where either is wanted."""
    if narrowed.group:
        query = query.where(ParticipantRow.group_id == narrowed.group)
    if narrowed.touchpoint is not None:
        query = query.where(CaseRow.touchpoint == narrowed.touchpoint)
    return query


def not_held_back(table: Any) -> ColumnElement[bool]:
    """That nothing holds a case back: `hold_on`."""
    agreed_anyway = and_(table.held_back == CallHold.SUPERVISOR, table.next_at.is_not(None))
    return or_(table.held_back.is_(None), agreed_anyway)


def another_first(scopes: Sequence[CallScope], now: dt.datetime) -> ColumnElement[bool]:
    """That another case of the person is the one they are called for."""
    other, answered = _OTHER, _ANSWERED
    mine, theirs = (func.coalesce(each.next_at, literal(ALWAYS, CaseRow.next_at.type)) for each in (CaseRow, other))
    return exists(
        select(other.id)
        .outerjoin(answered, answered.case_id == other.id)
        .where(
            other.participant_id == CaseRow.participant_id,
            other.id != CaseRow.id,
            *_open(other, answered, scopes, now),
            not_held_back(other),
            or_(theirs < mine, and_(theirs == mine, other.touchpoint < CaseRow.touchpoint)),
        )
        .correlate(CaseRow, ParticipantRow)
    )


def callable_now(
    query: Select[Any], scopes: Sequence[CallScope], now: dt.datetime, *, by_case: bool = False
) -> Select[Any]:
    """Narrows to cases of which answers are taken now, and to refusals that may be tried once more."""
    return (
        query.select_from(CaseRow)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .where(
            people_in(scopes, by_index=not by_case),
            ParticipantRow.withdrawn_at.is_(None),
            ParticipantRow.stopped_at.is_(None),
            *_open(CaseRow, ResponseRow, scopes, now),
        )
    )


def _open(case: Any, response: Any, scopes: Sequence[CallScope], now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """That answers are taken of a case now, or that it is a refusal that may be tried once more."""
    softly = [each.scope.study for each in scopes if each.soft_again]
    refused_softly = and_(case.again_at <= now, ParticipantRow.study.in_(softly)) if softly else false()
    return (
        not_paused(case),
        not_referred(),
        case.opens_at <= now,
        or_(case.closes_at.is_(None), case.closes_at > now),
        case.disposition.not_in(ENDED - {Disposition.REFUSAL}),
        or_(case.disposition != Disposition.REFUSAL, refused_softly),
        or_(
            response.state.is_(None),
            response.state != ResponseState.SUBMITTED,
            response.reopened_at.is_not(None),
        ),
    )


def not_referred() -> ColumnElement[bool]:
    """That nothing that came of a call waits for somebody to decide it before the person is called again."""
    return ParticipantRow.id.not_in(referrals.blocked())


def people_in(scopes: Sequence[CallScope], *, by_index: bool = True) -> ColumnElement[bool]:
    """That a person is one of those in scope."""
    # A column with nothing put behind it is in no index: SQLite would begin with everybody in the study.
    study = ParticipantRow.study if by_index else ParticipantRow.study.concat("")

    def within(scope: Scope) -> ColumnElement[bool]:
        there = and_(study == scope.study, ParticipantRow.origin == scope.origin)
        return there if scope.sites is None else and_(there, ParticipantRow.site_id.in_(scope.sites))

    return or_(false(), *(within(each.scope) for each in scopes))
