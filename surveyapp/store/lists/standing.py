"""How people stand whom a list changes: read before it changes them, when it has, and when it is taken back, so that
what the list changed is told from what happened since."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from surveyapp.domain.sending.planning import NOT_THEIRS
from surveyapp.store.tables import CaseRow, ChannelEndRow, EventRow, ParticipantRow, ReferralRow, RelationshipRow

PersonStands = dict[str, Any]
"""What stands of somebody, in what JSON can hold, by what it is of: `group`, `site`, `enrolled_on`, `stopped_at` and
the like; `attribute.…` by name; `event.…` with the day and who says so; `related.…` with the other's reference;
`window.…` and `standing.…` by the key of a case; `ended.…` by way and reason; `referral.…` by its key. What is not
there is not known."""

_OF_PERSON = ("stopped_at", "withdrawn_at", "deceased_at", "declined_contact_at")

AT_ONCE = 500


def lock(session: Session, people: Collection[uuid.UUID]) -> None:
    """Locks people until the unit of work ends, so that who corrects one of them meanwhile waits; of a database file
    all of it is locked."""
    wanted = sorted(people)
    for start in range(0, len(wanted), AT_ONCE):
        some = ParticipantRow.id.in_(wanted[start : start + AT_ONCE])
        query = select(ParticipantRow.id).where(some).order_by(ParticipantRow.id)
        session.execute(query.with_for_update(key_share=True)).all()


def standing(session: Session, people: Collection[uuid.UUID]) -> dict[uuid.UUID, PersonStands]:
    """How these people stand; whoever is gone is left out."""
    session.flush()
    found: dict[uuid.UUID, PersonStands] = {}
    wanted = sorted(people)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        found |= dict(_belonging(session, some))
        for read in (_events, _related, _cases, _ended, _referrals):
            for person, key, value in read(session, some):
                found[person].setdefault(key, value)
    return found


def _belonging(session: Session, people: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, PersonStands]]:
    query = select(
        ParticipantRow.id,
        ParticipantRow.group_id,
        ParticipantRow.site_id,
        ParticipantRow.enrolled_on,
        ParticipantRow.attributes,
        ParticipantRow.language_asked,
        *(getattr(ParticipantRow, name) for name in _OF_PERSON),
    )
    for row in session.execute(query.where(ParticipantRow.id.in_(people))):
        stands = {
            "group": row.group_id,
            "site": row.site_id and row.site_id.hex,
            "enrolled_on": row.enrolled_on.isoformat(),
            "language_asked": row.language_asked,
            **{name: _written(getattr(row, name)) for name in _OF_PERSON},
            **{f"attribute.{name}": value for name, value in row.attributes.items()},
        }
        yield row.id, stands


StandsOf = Iterator[tuple[uuid.UUID, str, Any]]


def _events(session: Session, people: Sequence[uuid.UUID]) -> StandsOf:
    query = select(EventRow.participant_id, EventRow.event, EventRow.on_date, EventRow.source)
    query = query.where(EventRow.participant_id.in_(people)).order_by(EventRow.on_date, EventRow.id)
    for row in session.execute(query):
        yield row.participant_id, f"event.{row.event}", [row.on_date.isoformat(), row.source]


def _related(session: Session, people: Sequence[uuid.UUID]) -> StandsOf:
    other = aliased(ParticipantRow)
    for own, theirs in (
        (RelationshipRow.first_id, RelationshipRow.second_id),
        (RelationshipRow.second_id, RelationshipRow.first_id),
    ):
        query = select(own.label("person"), RelationshipRow.relationship, other.reference).join(
            other, other.id == theirs
        )
        for row in session.execute(query.where(own.in_(people))):
            yield row.person, f"related.{row.relationship}", row.reference


def _cases(session: Session, people: Sequence[uuid.UUID]) -> StandsOf:
    columns = ("opens_at", "due_at", "closes_at", "moved_at", "disposition", "next_at", "tried_at")
    query = select(CaseRow.id, CaseRow.participant_id, *(getattr(CaseRow, name) for name in columns))
    for row in session.execute(query.where(CaseRow.participant_id.in_(people))):
        yield row.participant_id, f"window.{row.id.hex}", [_written(getattr(row, name)) for name in columns[:4]]
        came = [row.disposition.value, _written(row.next_at), _written(row.tried_at)]
        yield row.participant_id, f"standing.{row.id.hex}", came


def _ended(session: Session, people: Sequence[uuid.UUID]) -> StandsOf:
    query = select(ChannelEndRow.participant_id, ChannelEndRow.way, ChannelEndRow.why, ChannelEndRow.at)
    query = query.where(ChannelEndRow.participant_id.in_(people), ChannelEndRow.why.in_(NOT_THEIRS))
    for row in session.execute(query):
        yield row.participant_id, f"ended.{row.way.value}.{row.why.value}", _written(row.at)


def _referrals(session: Session, people: Sequence[uuid.UUID]) -> StandsOf:
    for row in session.scalars(
        select(ReferralRow).where(ReferralRow.participant_id.in_(people)).execution_options(populate_existing=True)
    ):
        decision = row.decision and row.decision.value
        decided = [decision, _written(row.decided_at), row.decided_by and row.decided_by.hex]
        yield row.participant_id, f"referral.{row.id.hex}", [row.kind.value, row.blocks_calls, *decided]


def _written(at: dt.datetime | None) -> str | None:
    return None if at is None else at.isoformat()
