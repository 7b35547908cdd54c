"""What people consented to: every time something was said of a purpose, and what was said last."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from surveyapp.domain.answers import Mode
from surveyapp.domain.participants import ConsentGiven
from surveyapp.domain.staff import Scope
from surveyapp.store.database import new_id
from surveyapp.store.participants import scoped
from surveyapp.store.tables import ConsentRow, ParticipantRow, StaffRow


def add(
    session: Session,
    participant_id: uuid.UUID,
    given: ConsentGiven,
    mode: Mode,
    recorded_by: uuid.UUID | None,
    given_to: str = "",
    key: uuid.UUID | None = None,
) -> None:
    """`key`: the one it is to have, for whoever may take it back."""
    session.add(
        ConsentRow(
            id=key or new_id(),
            participant_id=participant_id,
            purpose=given.purpose,
            version=given.version,
            given=given.given,
            mode=mode,
            recorded_by=recorded_by,
            recorded_at=given.recorded_at,
            given_to=given_to or None,
        )
    )


def last_said(session: Session, participant_id: uuid.UUID) -> dict[str, ConsentGiven]:
    """What was last said of each purpose."""
    rows = session.scalars(
        select(ConsentRow)
        .where(ConsentRow.participant_id == participant_id)
        .order_by(ConsentRow.recorded_at, ConsentRow.id)
    )
    return {row.purpose: ConsentGiven(row.purpose, row.version, row.given, row.recorded_at) for row in rows}


def last_taken_by(session: Session, participant_id: uuid.UUID) -> dict[str, str]:
    """Who took what was last said of each purpose, where it was not said in a browser by themselves: a member of
    staff's name, or whoever a list says took it."""
    rows = session.execute(
        select(ConsentRow.purpose, func.coalesce(StaffRow.name, ConsentRow.given_to).label("taken_by"))
        .outerjoin(StaffRow, StaffRow.id == ConsentRow.recorded_by)
        .where(ConsentRow.participant_id == participant_id)
        .order_by(ConsentRow.recorded_at, ConsentRow.id)
    )
    newest = {row.purpose: row.taken_by for row in rows}
    return {purpose: taken_by for purpose, taken_by in newest.items() if taken_by}


def last_said_in(
    session: Session, scope: Scope, purposes: Collection[str], only: Collection[uuid.UUID] | None = None
) -> dict[uuid.UUID, dict[str, ConsentGiven]]:
    """What everybody in scope last said of each of these purposes; `only`: of these people alone."""
    query = scoped(
        select(
            ConsentRow.participant_id,
            ConsentRow.purpose,
            ConsentRow.version,
            ConsentRow.given,
            ConsentRow.recorded_at,
        ).join(ParticipantRow, ParticipantRow.id == ConsentRow.participant_id),
        scope,
    ).where(ConsentRow.purpose.in_(list(purposes)))
    if only is not None:
        query = query.where(ConsentRow.participant_id.in_(only))
    last: dict[uuid.UUID, dict[str, ConsentGiven]] = {}
    for row in session.execute(query.order_by(ConsentRow.recorded_at, ConsentRow.id)):
        said = ConsentGiven(row.purpose, row.version, row.given, row.recorded_at)
        last.setdefault(row.participant_id, {})[row.purpose] = said
    return last


def declining(session: Session, study: str, purposes: Collection[str]) -> list[uuid.UUID]:
    """The people of a study who said no to one of these purposes, last, and with whom it is not stored."""
    newer = aliased(ConsentRow)
    since = select(newer.id).where(
        newer.participant_id == ConsentRow.participant_id,
        newer.purpose == ConsentRow.purpose,
        or_(
            newer.recorded_at > ConsentRow.recorded_at,
            and_(newer.recorded_at == ConsentRow.recorded_at, newer.id > ConsentRow.id),
        ),
    )
    query = (
        select(ParticipantRow.id)
        .join(ConsentRow, ConsentRow.participant_id == ParticipantRow.id)
        .where(
            ParticipantRow.study == study,
            ParticipantRow.declined_contact_at.is_(None),
            ConsentRow.purpose.in_(purposes),
            ConsentRow.given.is_(False),
            ~since.exists(),
        )
        .distinct()
        .order_by(ParticipantRow.id)
    )
    return list(session.scalars(query))


def take_back(session: Session, participant_id: uuid.UUID, keys: Collection[uuid.UUID]) -> None:
    """Takes out what a list said of somebody's consent, by its keys."""
    mine = ConsentRow.participant_id == participant_id
    session.execute(delete(ConsentRow).where(mine, ConsentRow.id.in_(list(keys))))


def ask_again(session: Session, participant_id: uuid.UUID) -> None:
    """Takes out what was said by link or code: it was somebody else who said it. The trail has that it was said."""
    session.execute(delete(ConsentRow).where(ConsentRow.participant_id == participant_id, ConsentRow.mode == Mode.SELF))
