"""Everybody of a study at every touchpoint, with what a plan of messages rests on. No contact is opened: which fields
there are is enough."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session, aliased

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import Case
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.instrument.easy.renderings import is_easy, plain_of
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.sending.planning import PastMessage, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Scope
from surveyapp.store.cases import CASE, case_in
from surveyapp.store.database import new_id
from surveyapp.store.participants import scoped
from surveyapp.store.tables import (
    CaseRow,
    ChannelEndRow,
    ContactRow,
    MessageRow,
    ParticipantRow,
    ReferralRow,
    ResponseRow,
    SaveRow,
)

REACHED_BY = {"email": SendingWay.EMAIL, "phone": SendingWay.TEXT, "address": SendingWay.LETTER}
"""The ways that fields of a contact record open."""

PREFERRED = {"email": SendingWay.EMAIL, "text": SendingWay.TEXT}
"""How somebody prefers to be reached, where it is a way of sending."""


@dataclass(frozen=True, kw_only=True)
class RecipientFacts:
    """Somebody at a touchpoint. `languages`: codes of those they speak: what they asked for in a call, what they last
    answered in by themselves, what their contact record says; `reached_by`: every way, in no order that means
    anything; `preferred`: the way they prefer; `referred`: what keeps them from being called; `easy`: whether they were
    last asked in easy words."""

    participant_id: uuid.UUID
    reference: str
    group: str
    languages: tuple[str, ...]
    stopped: bool
    withdrawn: bool
    declined: bool
    case: Case
    response_state: ResponseState | None
    reopened: bool
    submitted_at: dt.datetime | None
    reached_by: tuple[SendingWay, ...]
    preferred: SendingWay | None
    ended: tuple[tuple[SendingWay, WhyNot], ...]
    history: tuple[PastMessage, ...]
    referred: frozenset[ReferralKind] = frozenset()
    easy: bool = False


def everyone(
    session: Session, scope: Scope, cases: Collection[uuid.UUID] | None = None, *, asked_in: bool = False
) -> list[RecipientFacts]:
    """Everybody in scope at each of their touchpoints, by reference and touchpoint; or those `cases` alone. Five
    queries, however many people; six, where it is looked up what words they were last `asked_in`."""
    query = scoped(
        select(
            ParticipantRow.id.label("person"),
            ParticipantRow.reference,
            ParticipantRow.group_id,
            ParticipantRow.call_way,
            ParticipantRow.call_languages,
            ParticipantRow.language_asked,
            ParticipantRow.stopped_at,
            ParticipantRow.withdrawn_at,
            ParticipantRow.declined_contact_at,
            CASE,
            ResponseRow.state.label("response_state"),
            ResponseRow.submitted_at,
            ResponseRow.reopened_at,
        )
        .join(CaseRow, CaseRow.participant_id == ParticipantRow.id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id),
        scope,
    ).order_by(ParticipantRow.reference, CaseRow.touchpoint)
    if cases is not None:
        query = query.where(CaseRow.id.in_(cases))
    rows = session.execute(query).all()
    few = {row.person for row in rows} if cases is not None else None
    ways = _ways(session, scope, few)
    ended = _ended(session, scope, few)
    history = _history(session, scope, cases)
    referred = _referred(session, scope, few)
    spoken = _asked_in(session, scope, few) if asked_in else {}
    found = []
    for row in rows:
        words = spoken.get(row.person, _AskedIn())
        languages = [row.language_asked or "", words.by_themselves, row.call_languages or ""]
        found.append(
            RecipientFacts(
                participant_id=row.person,
                reference=row.reference,
                group=row.group_id,
                languages=tuple(dict.fromkeys(each for said in languages for each in said.split(",") if each)),
                stopped=row.stopped_at is not None,
                withdrawn=row.withdrawn_at is not None,
                declined=row.declined_contact_at is not None,
                case=case_in(row.case),
                response_state=row.response_state,
                reopened=row.reopened_at is not None,
                submitted_at=row.submitted_at,
                reached_by=ways.get(row.person, ()),
                preferred=PREFERRED.get(row.call_way or ""),
                ended=ended.get(row.person, ()),
                history=history.get(row.case.id, ()),
                referred=referred.get(row.person, frozenset()),
                easy=words.easy,
            )
        )
    return found


def _ways(
    session: Session, scope: Scope, people: Collection[uuid.UUID] | None
) -> dict[uuid.UUID, tuple[SendingWay, ...]]:
    query = scoped(
        select(ContactRow.participant_id, ContactRow.field)
        .join(ParticipantRow, ParticipantRow.id == ContactRow.participant_id)
        .where(ContactRow.field.in_(REACHED_BY)),
        scope,
    )
    if people is not None:
        query = query.where(ContactRow.participant_id.in_(people))
    there: dict[uuid.UUID, set[SendingWay]] = {}
    for row in session.execute(query):
        there.setdefault(row.participant_id, set()).add(REACHED_BY[row.field])
    order = list(SendingWay)
    return {person: tuple(sorted(found, key=order.index)) for person, found in there.items()}


def _referred(
    session: Session, scope: Scope, people: Collection[uuid.UUID] | None
) -> dict[uuid.UUID, frozenset[ReferralKind]]:
    query = scoped(
        select(ReferralRow.participant_id, ReferralRow.kind)
        .join(ParticipantRow, ParticipantRow.id == ReferralRow.participant_id)
        .where(ReferralRow.blocks_calls),
        scope,
    )
    if people is not None:
        query = query.where(ReferralRow.participant_id.in_(people))
    there: dict[uuid.UUID, frozenset[ReferralKind]] = {}
    for row in session.execute(query):
        there[row.participant_id] = there.get(row.participant_id, frozenset()) | {row.kind}
    return there


@dataclass(frozen=True)
class _AskedIn:
    """Whether somebody was last asked in easy words, and the language in which they last answered by themselves: one
    in which they were called is whoever called them's to know."""

    easy: bool = False
    by_themselves: str = ""


def _asked_in(session: Session, scope: Scope, people: Collection[uuid.UUID] | None) -> dict[uuid.UUID, _AskedIn]:
    """By the last save of each of their touchpoints."""
    of_it = aliased(SaveRow)
    last = select(func.max(of_it.revision)).where(of_it.response_id == ResponseRow.id).correlate(ResponseRow)
    query = scoped(
        select(CaseRow.participant_id, SaveRow.language, SaveRow.mode, SaveRow.by_staff)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .join(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .join(
            SaveRow,
            and_(SaveRow.response_id == ResponseRow.id, SaveRow.revision == last.scalar_subquery()),
        ),
        scope,
    ).order_by(SaveRow.recorded_at)
    if people is not None:
        query = query.where(CaseRow.participant_id.in_(people))
    said: dict[uuid.UUID, _AskedIn] = {}
    for row in session.execute(query):
        before = said.get(row.participant_id, _AskedIn()).by_themselves
        by_themselves = row.mode is Mode.SELF and row.by_staff is None
        mine = plain_of(row.language) if by_themselves else before
        said[row.participant_id] = _AskedIn(is_easy(row.language), mine)
    return said


def _ended(
    session: Session, scope: Scope, people: Collection[uuid.UUID] | None
) -> dict[uuid.UUID, tuple[tuple[SendingWay, WhyNot], ...]]:
    query = scoped(
        select(ChannelEndRow.participant_id, ChannelEndRow.way, ChannelEndRow.why).join(
            ParticipantRow, ParticipantRow.id == ChannelEndRow.participant_id
        ),
        scope,
    ).order_by(ChannelEndRow.at, ChannelEndRow.id)
    if people is not None:
        query = query.where(ChannelEndRow.participant_id.in_(people))
    there: dict[uuid.UUID, dict[SendingWay, WhyNot]] = {}
    for row in session.execute(query):
        ends = there.setdefault(row.participant_id, {})
        # What somebody said themselves outlasts what became of a message.
        if ends.get(row.way) is not WhyNot.OPTED_OUT:
            ends[row.way] = row.why
    return {person: tuple(found.items()) for person, found in there.items()}


def _history(
    session: Session, scope: Scope, cases: Collection[uuid.UUID] | None
) -> dict[uuid.UUID, tuple[PastMessage, ...]]:
    query = scoped(
        select(
            MessageRow.case_id,
            MessageRow.step,
            MessageRow.way,
            MessageRow.state,
            MessageRow.due_at,
            MessageRow.handed_at,
        )
        .join(CaseRow, CaseRow.id == MessageRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .where(MessageRow.request == ""),
        scope,
    ).order_by(MessageRow.planned_at, MessageRow.id)
    if cases is not None:
        query = query.where(MessageRow.case_id.in_(cases))
    there: dict[uuid.UUID, list[PastMessage]] = {}
    for row in session.execute(query):
        past = PastMessage(row.step, row.way, row.state, row.handed_at or row.due_at)
        there.setdefault(row.case_id, []).append(past)
    return {case: tuple(found) for case, found in there.items()}


def end_channel(session: Session, person: uuid.UUID, way: SendingWay, why: WhyNot, at: dt.datetime) -> bool:
    """Notes that somebody is reached by a way no more. Whether that is new."""
    same = (ChannelEndRow.participant_id == person, ChannelEndRow.way == way, ChannelEndRow.why == why)
    if session.scalars(select(ChannelEndRow.id).where(*same).limit(1)).first() is not None:
        return False
    session.add(ChannelEndRow(id=new_id(), participant_id=person, way=way, why=why, at=at))
    session.flush()
    return True


def ended_ways(session: Session, person: uuid.UUID) -> list[tuple[SendingWay, WhyNot, dt.datetime]]:
    """The ways by which somebody is reached no more, why, and since when."""
    query = select(ChannelEndRow).where(ChannelEndRow.participant_id == person)
    rows = session.scalars(query.order_by(ChannelEndRow.at, ChannelEndRow.id))
    return [(row.way, row.why, row.at) for row in rows]


def open_channel(
    session: Session, person: uuid.UUID, ways: Collection[SendingWay], whys: Collection[WhyNot] = tuple(WhyNot)
) -> None:
    """Takes back that somebody is not reached by some ways, as far as it was for these reasons."""
    theirs = (ChannelEndRow.participant_id == person, ChannelEndRow.way.in_(ways), ChannelEndRow.why.in_(whys))
    session.execute(delete(ChannelEndRow).where(*theirs))
