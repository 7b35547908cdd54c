"""The outbox: a row a message. A row moves on only from the state in which it was seen, so that two who send do not
send one twice."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.participants import Origin
from surveyapp.domain.sending.asked import AskedFor
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Scope
from surveyapp.store.database import new_id, rows_changed
from surveyapp.store.participants import scoped
from surveyapp.store.tables import CaseRow, MessageRow, ParticipantRow, SendingSwitchRow


@dataclass(frozen=True, kw_only=True)
class OutboxMessage:
    """A row of the outbox, with whose it is."""

    id: uuid.UUID
    case_id: uuid.UUID
    participant_id: uuid.UUID
    study: str
    reference: str
    group: str
    touchpoint: int
    step: str
    request: str
    way: SendingWay
    state: MessageState
    language: str
    due_at: dt.datetime
    handed_at: dt.datetime | None
    ended_at: dt.datetime | None
    tries: int
    via: str | None
    sender_reference: str | None
    why: WhyNot | None


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A message that is to be planned."""

    case_id: uuid.UUID
    step: str
    way: SendingWay
    language: str
    due_at: dt.datetime
    request: str = ""


def add(session: Session, messages: Sequence[NewMessage], now: dt.datetime) -> list[uuid.UUID]:
    """Plans messages. The caller has seen, in the same unit of work and under its lock, that there is no row of any."""
    ids = [new_id() for _ in messages]
    if messages:
        session.execute(
            insert(MessageRow),
            [
                {
                    "id": id,
                    "case_id": each.case_id,
                    "step": each.step,
                    "request": each.request,
                    "way": each.way,
                    "state": MessageState.PLANNED,
                    "language": each.language,
                    "planned_at": now,
                    "due_at": each.due_at,
                    "tries": 0,
                }
                for id, each in zip(ids, messages, strict=True)
            ],
        )
    return ids


def renew(session: Session, messages: Sequence[NewMessage], now: dt.datetime) -> None:
    """Plans messages anew of which there is a row: they were sent for a window that somebody was moved from. What waits
    or is being handed over stays as it is. Each is another message, by another id: whoever carries it, and tells what
    became of it, knows it from the one before."""
    under_way = (MessageState.PLANNED, MessageState.HANDING_OVER)
    afresh = dict.fromkeys(("handed_at", "ended_at", "via", "reference", "why", "decided_by"))
    for each in messages:
        it = (MessageRow.case_id == each.case_id, MessageRow.step == each.step, MessageRow.request == each.request)
        session.execute(
            update(MessageRow)
            .where(*it, MessageRow.state.not_in(under_way))
            .values(
                id=new_id(),
                state=MessageState.PLANNED,
                way=each.way,
                language=each.language,
                planned_at=now,
                due_at=each.due_at,
                tries=0,
                **afresh,
            )
        )


def _select() -> Any:
    return (
        select(
            MessageRow.id,
            MessageRow.case_id,
            CaseRow.participant_id,
            ParticipantRow.study,
            ParticipantRow.reference,
            ParticipantRow.group_id,
            CaseRow.touchpoint,
            MessageRow.step,
            MessageRow.request,
            MessageRow.way,
            MessageRow.state,
            MessageRow.language,
            MessageRow.due_at,
            MessageRow.handed_at,
            MessageRow.ended_at,
            MessageRow.tries,
            MessageRow.via,
            MessageRow.reference.label("sender_reference"),
            MessageRow.why,
        )
        .join(CaseRow, CaseRow.id == MessageRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    )


def _found(session: Session, query: Any) -> list[OutboxMessage]:
    return [
        OutboxMessage(
            id=row.id,
            case_id=row.case_id,
            participant_id=row.participant_id,
            study=row.study,
            reference=row.reference,
            group=row.group_id,
            touchpoint=row.touchpoint,
            step=row.step,
            request=row.request,
            way=row.way,
            state=row.state,
            language=row.language,
            due_at=row.due_at,
            handed_at=row.handed_at,
            ended_at=row.ended_at,
            tries=row.tries,
            via=row.via,
            sender_reference=row.sender_reference,
            why=row.why,
        )
        for row in session.execute(query)
    ]


def waiting(
    session: Session,
    scope: Scope,
    now: dt.datetime | None,
    ways: Collection[SendingWay] | None = None,
    most: int = 500,
) -> list[OutboxMessage]:
    """What the study has planned and is due in scope, the longest waiting first. `now`: None for what rests as well
    before a carrier is tried again."""
    query = scoped(_select(), scope).where(MessageRow.state == MessageState.PLANNED)
    if now is not None:
        query = query.where(MessageRow.due_at <= now)
    if ways is not None:
        query = query.where(MessageRow.way.in_(ways))
    return _found(session, query.where(MessageRow.request == "").order_by(MessageRow.due_at, MessageRow.id).limit(most))


def asked_for(
    session: Session,
    origin: Origin,
    studies: Collection[str],
    now: dt.datetime,
    ways: Collection[SendingWay],
    most: int = 50,
) -> list[OutboxMessage]:
    """What people of these studies asked for and is due, the longest waiting first."""
    theirs = (
        ParticipantRow.origin == origin,
        ParticipantRow.study.in_(studies),
        MessageRow.request > "",
        MessageRow.way.in_(ways),
    )
    query = _select().where(MessageRow.state == MessageState.PLANNED, MessageRow.due_at <= now, *theirs)
    return _found(session, query.order_by(MessageRow.due_at, MessageRow.id).limit(most))


def in_states(
    session: Session, scope: Scope, states: Collection[MessageState], most: int | None = None
) -> list[OutboxMessage]:
    """The messages in scope that are in one of these states, the newest first. Codes are left out: whoever got none
    asks for another."""
    query = scoped(_select(), scope).where(MessageRow.state.in_(states), MessageRow.step != AskedFor.CODE.value)
    return _found(session, query.order_by(MessageRow.handed_at.desc(), MessageRow.id.desc()).limit(most))


def handing_over(session: Session) -> list[OutboxMessage]:
    """Every message of whatever study that is being handed over, or was when whoever did it stopped."""
    return _found(session, _select().where(MessageRow.state == MessageState.HANDING_OVER))


def message(session: Session, id: uuid.UUID) -> OutboxMessage | None:
    found = _found(session, _select().where(MessageRow.id == id))
    return found[0] if found else None


def _waits(case_id: uuid.UUID, step: str) -> Sequence[ColumnElement[bool]]:
    """What the study has planned for somebody and was not handed over yet."""
    theirs = (MessageRow.case_id == case_id, MessageRow.step == step, MessageRow.request == "")
    return (*theirs, MessageRow.state == MessageState.PLANNED)


def take_back(session: Session, id: uuid.UUID) -> None:
    """Takes a planned message out: it is planned anew when its time has come."""
    session.execute(delete(MessageRow).where(MessageRow.id == id, MessageRow.state == MessageState.PLANNED))


def take_back_step(session: Session, case_id: uuid.UUID, step: str) -> None:
    """The same of what the study has planned of a step."""
    session.execute(delete(MessageRow).where(*_waits(case_id, step)))


def go_otherwise(session: Session, message: NewMessage) -> None:
    """What the study has planned goes by another way, as soon as it is due: what kept it back was the way before."""
    values = {"way": message.way, "language": message.language, "due_at": message.due_at}
    session.execute(update(MessageRow).where(*_waits(message.case_id, message.step)).values(**values))


def of_case(session: Session, case_id: uuid.UUID) -> list[OutboxMessage]:
    """All that was or is to be sent of one case, oldest first."""
    query = _select().where(MessageRow.case_id == case_id)
    return _found(session, query.order_by(MessageRow.planned_at, MessageRow.id))


def asked_of_case(session: Session, case_id: uuid.UUID, what: AskedFor) -> list[OutboxMessage]:
    """What somebody asked to be sent of a kind, at one touchpoint, oldest first."""
    query = _select().where(MessageRow.case_id == case_id, MessageRow.step == what.value, MessageRow.request > "")
    return _found(session, query.order_by(MessageRow.planned_at, MessageRow.id))


def by_sender_reference(session: Session, reference: str) -> OutboxMessage | None:
    """The message that whoever carried it knows by this."""
    found = _found(session, _select().where(MessageRow.reference == reference))
    return found[0] if found else None


def moved(
    session: Session, id: uuid.UUID, before: Collection[MessageState], after: MessageState, **more: object
) -> bool:
    """Moves a message on from one of these states; whether it was in one."""
    query = update(MessageRow).where(MessageRow.id == id, MessageRow.state.in_(before))
    return bool(rows_changed(session, query.values(state=after, **more)))


def counts(session: Session, scope: Scope) -> Mapping[tuple[str, MessageState], int]:
    """How many of the study's messages in scope are how far, by step."""
    query = scoped(
        select(MessageRow.step, MessageRow.state, func.count().label("many"))
        .join(CaseRow, CaseRow.id == MessageRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .where(MessageRow.request == ""),
        scope,
    ).group_by(MessageRow.step, MessageRow.state)
    return {(row.step, row.state): row.many for row in session.execute(query)}


def count_by_state(session: Session) -> Mapping[MessageState, int]:
    """How many messages of the whole installation are how far."""
    query = select(MessageRow.state, func.count()).group_by(MessageRow.state)
    found: dict[MessageState, int] = {row[0]: row[1] for row in session.execute(query)}
    return {state: found.get(state, 0) for state in MessageState}


def longest_due(
    session: Session, origin: Origin, studies: Collection[str], now: dt.datetime, ways: Collection[SendingWay]
) -> dt.datetime | None:
    """Since when the message is due that has waited longest of what is to go by these ways: of these studies, in those
    that send, and what people asked for in any."""
    on = [study for study in studies if sends(session, study)[0]]
    query = (
        select(func.min(MessageRow.due_at))
        .join(CaseRow, CaseRow.id == MessageRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .where(MessageRow.state == MessageState.PLANNED, MessageRow.due_at <= now, MessageRow.way.in_(ways))
        .where(ParticipantRow.origin == origin, ParticipantRow.study.in_(studies))
        .where(or_(ParticipantRow.study.in_(on), MessageRow.request > ""))
    )
    return session.execute(query).scalar_one()


def switch(session: Session, study: str, sends: bool, at: dt.datetime, by_staff: uuid.UUID | None) -> None:
    session.add(SendingSwitchRow(id=new_id(), study=study, sends=sends, made_at=at, by_staff=by_staff))
    session.flush()


def sends(session: Session, study: str) -> tuple[bool, dt.datetime | None]:
    """Whether a study sends, and since when it does or does not."""
    query = select(SendingSwitchRow.sends, SendingSwitchRow.made_at).where(SendingSwitchRow.study == study)
    row = session.execute(query.order_by(SendingSwitchRow.made_at.desc(), SendingSwitchRow.id.desc()).limit(1)).first()
    return (False, None) if row is None else (row.sends, row.made_at)
