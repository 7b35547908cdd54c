"""The order in which people are called, said to the database: `domain/fieldwork/call_queue.py` says the same in words,
and a test holds the two together. Who is called at all is in `called`."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.call_queue import (
    ALWAYS,
    CALLED_NOW,
    NEVER,
    ORDER,
    SOON,
    Caller,
    QueuePriority,
    Waiting,
    WrittenFirst,
)
from surveyapp.domain.fieldwork.call_stand import CallHold, part_of
from surveyapp.domain.fieldwork.call_wishes import IN_WRITING, day_bit, minute_of, within_call_hours
from surveyapp.domain.fieldwork.cases import Case, Lease, Outcome
from surveyapp.domain.responses import ResponseState
from surveyapp.store.calling import wishes
from surveyapp.store.calling.called import (
    ALL,
    CallScope,
    QueueNarrowed,
    another_first,
    callable_now,
    lines,
    of_cases,
    people_in,
)
from surveyapp.store.calling.stands import stand_of
from surveyapp.store.cases import case_in
from surveyapp.store.tables import (
    CaseRow,
    LeaseRow,
    ParticipantRow,
    ResponseRow,
    SiteRow,
    StaffRow,
)

PLACE = {priority: number for number, priority in enumerate(ORDER)}
FIRST_LATER = PLACE[QueuePriority.LATER]

AHEAD = 20
"""Cases that are looked at beyond twice as many as are wanted: such as another of the person's goes before."""


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """A case with what a line of the queue shows of it. `lease`: who has a case of the person open; `keeper`: the name
    of whose they are."""

    case: Case
    study: str
    group: str
    site: str | None
    response_state: ResponseState | None
    reopened: bool
    waiting: Waiting
    lease: Lease | None
    keeper: str | None


def held(session: Session, scopes: Sequence[CallScope], now: dt.datetime) -> dict[uuid.UUID, Lease]:
    """Who has somebody's case open now, by the person's key."""
    # The few that are held, and then whose they are: asked at once, SQLite begins with everybody in scope.
    query = (
        select(LeaseRow, StaffRow.name)
        .join(StaffRow, StaffRow.id == LeaseRow.staff_id)
        .where(LeaseRow.until > now)
        .order_by(LeaseRow.until, LeaseRow.case_id)
    )
    leases = [
        Lease(row.LeaseRow.case_id, row.LeaseRow.staff_id, row.name, row.LeaseRow.until)
        for row in session.execute(query)
    ]
    if not leases:
        return {}
    whose = (
        select(CaseRow.id, CaseRow.participant_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .where(CaseRow.id.in_([each.case_id for each in leases]), people_in(scopes))
    )
    of_person = {row.id: row.participant_id for row in session.execute(whose)}
    return {of_person[each.case_id]: each for each in leases if each.case_id in of_person}


def counts(
    session: Session,
    scopes: Sequence[CallScope],
    caller: Caller,
    leases: Mapping[uuid.UUID, Lease],
    narrowed: QueueNarrowed = ALL,
) -> dict[QueuePriority, int]:
    """How many people are in the queue, by why."""
    place = _keys(scopes, caller, leases)["place"].label("place")
    query = lines(select(place, func.count()), scopes, caller, narrowed)
    return {ORDER[row[0]]: row[1] for row in session.execute(query.group_by("place").order_by("place"))}


def places(
    session: Session,
    scopes: Sequence[CallScope],
    caller: Caller,
    leases: Mapping[uuid.UUID, Lease],
    narrowed: QueueNarrowed = ALL,
    *,
    skip: int = 0,
    limit: int | None = None,
) -> list[uuid.UUID]:
    """The keys of cases in the order of the queue, one a person."""
    keys = _keys(scopes, caller, leases)
    another = another_first(scopes, caller.now)

    def everybody() -> Select[Any]:
        query = of_cases(select(CaseRow.id), scopes, caller, narrowed)
        if narrowed.later:
            query = query.where(keys["place"] >= FIRST_LATER)
        return query.order_by(*keys.values(), CaseRow.id)

    if limit is not None:
        # To ask of everybody whether another of their cases goes first costs more than their order. Few have two.
        wanted = skip + limit
        most, first = 2 * wanted + AHEAD, list[uuid.UUID]()
        if not narrowed.later:
            first = _off_the_index(session, keys, scopes, caller, leases, narrowed, most)
        if len(first) < most:
            first = list(session.scalars(everybody().limit(most)))
        behind = _behind(session, scopes, caller, first)
        ahead = [each for each in first if each not in behind]
        if len(ahead) >= wanted or len(first) < most:
            return ahead[skip:wanted]
    return list(session.scalars(everybody().where(~another).offset(skip).limit(limit)))


def _behind(
    session: Session, scopes: Sequence[CallScope], caller: Caller, some: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """Those of some cases before which another of their person's goes."""
    if not some:
        return set()
    query = select(CaseRow.id).join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    return set(session.scalars(query.where(CaseRow.id.in_(some), another_first(scopes, caller.now))))


def _off_the_index(
    session: Session,
    keys: Mapping[str, Any],
    scopes: Sequence[CallScope],
    caller: Caller,
    leases: Mapping[uuid.UUID, Lease],
    narrowed: QueueNarrowed,
    most: int,
) -> list[uuid.UUID]:
    """The first of the queue, as far as an index says who they are without a look at everybody: those open or agreed,
    those who have begun, one's own that are overdue, and of those that are nobody's whoever was never tried, then who
    was tried longest ago. Fewer than `most` where others come between."""
    place, whose = keys["place"], select(CaseRow.id)
    some = union_all(
        whose.where(CaseRow.next_at <= caller.now + SOON),
        whose.where(CaseRow.keeper == caller.staff_id),
        whose.where(CaseRow.participant_id.in_(leases)),
        select(ResponseRow.case_id).where(
            or_(ResponseRow.state != ResponseState.SUBMITTED, ResponseRow.reopened_at.is_not(None))
        ),
    )
    overdue = place == PLACE[QueuePriority.OVERDUE]
    before = or_(place < PLACE[QueuePriority.OVERDUE], and_(overdue, CaseRow.keeper == caller.staff_id))
    free = and_(overdue, CaseRow.due_at <= caller.now, CaseRow.keeper.is_(None), keys["tried_now"] == 0)
    by_day = (CaseRow.due_at, ParticipantRow.reference, CaseRow.touchpoint, CaseRow.id)
    by_case = session.get_bind().dialect.name == "sqlite"  # which knows nothing of how many there are of anything
    query = of_cases(select(CaseRow.id), scopes, caller, narrowed, by_case=by_case)
    found: list[uuid.UUID] = []
    for stage in (
        query.where(CaseRow.id.in_(some), before).order_by(*keys.values(), CaseRow.id),
        query.where(free, CaseRow.tried_at.is_(None)).order_by(*by_day),
        query.where(free, CaseRow.tried_at.is_not(None)).order_by(CaseRow.tried_at, *by_day),
    ):
        found += session.scalars(stage.limit(most - len(found)))
        if len(found) == most:
            break
    return found


def rows(session: Session, ids: Sequence[uuid.UUID], leases: Mapping[uuid.UUID, Lease]) -> list[QueueRow]:
    """What lines of the queue show of these cases, in this order. From when somebody is called is the study's rule, and
    not in it."""
    query = (
        select(
            CaseRow,
            ParticipantRow,
            SiteRow.name.label("site"),
            ResponseRow.state.label("response_state"),
            ResponseRow.reopened_at,
            StaffRow.name.label("keeper"),
        )
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .outerjoin(SiteRow, SiteRow.id == ParticipantRow.site_id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .outerjoin(StaffRow, StaffRow.id == CaseRow.keeper)
        .where(CaseRow.id.in_(ids))
    )
    found = {row.CaseRow.id: row for row in session.execute(query)}
    return [_row(found[each], leases.get(found[each].ParticipantRow.id)) for each in ids]


def _row(row: Any, lease: Lease | None) -> QueueRow:
    waiting = Waiting(
        reference=row.ParticipantRow.reference,
        touchpoint=row.CaseRow.touchpoint,
        begun=row.response_state is not None,
        due_at=row.CaseRow.due_at,
        next_at=row.CaseRow.next_at,
        stand=stand_of(row.CaseRow),
        wishes=wishes.of_row(row.ParticipantRow),
        held_by=lease.staff_id if lease else None,
        not_called_by=row.ParticipantRow.not_called_by,
    )
    return QueueRow(
        case=case_in(row.CaseRow),
        study=row.ParticipantRow.study,
        group=row.ParticipantRow.group_id,
        site=row.site,
        response_state=row.response_state,
        reopened=row.reopened_at is not None,
        waiting=waiting,
        lease=lease,
        keeper=row.keeper,
    )


def found(
    session: Session, scopes: Sequence[CallScope], references: Collection[str], now: dt.datetime
) -> list[uuid.UUID]:
    """The cases that have come for these people, whether anybody calls them or not, unless they withdrew or stopped."""
    query = (
        select(CaseRow.id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .where(
            people_in(scopes),
            ParticipantRow.reference.in_(references),
            ParticipantRow.withdrawn_at.is_(None),
            ParticipantRow.stopped_at.is_(None),
            CaseRow.opens_at <= now,
        )
        .order_by(ParticipantRow.reference, CaseRow.touchpoint)
    )
    return list(session.scalars(query))


def held_back(
    session: Session, scopes: Sequence[CallScope], why: CallHold, now: dt.datetime, skip: int = 0, limit: int = 50
) -> tuple[int, list[uuid.UUID]]:
    """How many cases nobody calls because of this, and the keys of some, longest ago first."""
    query = callable_now(select(CaseRow.id), scopes, now).where(CaseRow.held_back == why)
    if why is CallHold.SUPERVISOR:
        query = query.where(CaseRow.next_at.is_(None))
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return count, list(session.scalars(query.order_by(CaseRow.tried_at, CaseRow.id).offset(skip).limit(limit)))


def _for_another(caller: Caller) -> ColumnElement[bool]:
    """`is_for_another`."""
    found: list[ColumnElement[bool]] = [func.coalesce(CaseRow.not_by == caller.staff_id, false())]
    found.append(func.coalesce(ParticipantRow.not_called_by == caller.staff_id, false()))
    if caller.gender:
        found.append(func.coalesce(ParticipantRow.call_interviewer != caller.gender, false()))
    if caller.speaks:
        # What was asked for in a call goes before what the contact record says.
        asked = case(
            (ParticipantRow.language_asked.is_not(None), literal(",") + ParticipantRow.language_asked + literal(",")),
            else_=ParticipantRow.call_languages,
        )
        shared = or_(*(asked.like(f"%,{code},%") for code in caller.speaks))
        found.append(and_(asked.is_not(None), ~shared))
    return or_(*found)


def _keys(scopes: Sequence[CallScope], caller: Caller, leases: Mapping[uuid.UUID, Lease]) -> dict[str, Any]:
    """`order_of`, a column each."""
    now = caller.now
    mine = [person for person, lease in leases.items() if lease.staff_id == caller.staff_id]
    others = [person for person, lease in leases.items() if lease.staff_id != caller.staff_id]
    by_study = functools.partial(_by_study, scopes)
    minute, part, day = by_study(minute_of), by_study(part_of), by_study(day_bit)
    in_hours = ParticipantRow.study.in_([each.scope.study for each in scopes if within_call_hours(each.local)])
    begins, ends, days = ParticipantRow.call_begins, ParticipantRow.call_ends, ParticipantRow.call_days
    suits = and_(
        or_(days.is_(None), days.bitwise_and(day) != 0),
        or_(and_(begins.is_(None), in_hours), and_(begins <= minute, ends > minute)),
    )
    agreed = CaseRow.next_at.is_not(None)
    return {
        "place": case(
            (CaseRow.participant_id.in_(mine), PLACE[QueuePriority.OPEN]),
            (CaseRow.participant_id.in_(others), PLACE[QueuePriority.TALKING]),
            (_for_another(caller), PLACE[QueuePriority.ANOTHER]),
            (CaseRow.next_at > now + SOON, FIRST_LATER),
            (and_(agreed, CaseRow.tried_outcome == Outcome.APPOINTMENT), PLACE[QueuePriority.APPOINTMENT]),
            (agreed, PLACE[QueuePriority.CALLBACK]),
            (_not_yet(scopes), PLACE[QueuePriority.NOT_YET]),
            (CaseRow.rest_until > now, PLACE[QueuePriority.RESTING]),
            (~func.coalesce(suits, false()), PLACE[QueuePriority.OTHER_HOURS]),
            (ResponseRow.state.is_not(None), PLACE[QueuePriority.BEGUN]),
            (CaseRow.due_at <= now, PLACE[QueuePriority.OVERDUE]),
            (ParticipantRow.call_way.in_(sorted(IN_WRITING)), PLACE[QueuePriority.IN_WRITING]),
            else_=PLACE[QueuePriority.WAITING],
        ),
        "whose": case((CaseRow.keeper == caller.staff_id, 0), (CaseRow.keeper.is_(None), 1), else_=2),
        "next_at": func.coalesce(CaseRow.next_at, literal(ALWAYS, CaseRow.next_at.type)),
        "tried_now": case((CaseRow.parts_left.bitwise_and(part) == 0, 1), else_=0),
        "tried_at": func.coalesce(CaseRow.tried_at, literal(NEVER, CaseRow.tried_at.type)),
        "due_at": func.coalesce(CaseRow.due_at, literal(ALWAYS, CaseRow.due_at.type)),
        "reference": ParticipantRow.reference,
        "touchpoint": CaseRow.touchpoint,
    }


def _not_yet(scopes: Sequence[CallScope]) -> ColumnElement[bool]:
    """That the study writes to them first, and not long enough ago: `called_from`."""

    def within(study: str, first: WrittenFirst) -> ColumnElement[bool]:
        late = and_(ParticipantRow.study == study, CaseRow.opens_at >= first.since)
        return and_(late, ParticipantRow.group_id.in_(first.groups)) if first.groups else late

    rules = ((each.scope.study, each.written_first) for each in scopes)
    return or_(false(), *(within(study, first) for study, first in rules if first is not None))


def _by_study(scopes: Sequence[CallScope], of: Callable[[dt.datetime], int]) -> ColumnElement[int]:
    """What the clock of each study says."""
    said = {each.scope.study: of(each.local) for each in scopes}
    if len(set(said.values())) == 1:
        return literal(next(iter(said.values())))
    return case(said, value=ParticipantRow.study, else_=0)


assert all(PLACE[each] < FIRST_LATER for each in CALLED_NOW)
