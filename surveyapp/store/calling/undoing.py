"""How everything stands that can follow from an attempt, before it and after, so that undoing the attempt brings all of
it back, and nothing else that happened since."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.fieldwork.consequences import ENDS_WAY
from surveyapp.domain.responses import ResponseState
from surveyapp.store import results
from surveyapp.store.tables import (
    AccessRow,
    AttemptRow,
    CaseRow,
    ChannelEndRow,
    ParticipantRow,
    ReferralRow,
    ResponseRow,
)

_OF_PERSON = ("stopped_at", "withdrawn_at", "deceased_at")

_AFTER = "after"
"""Where, in what is kept of how everything stood before an attempt, it is kept how the attempt left it."""


def standing(session: Session, participant_id: uuid.UUID) -> dict[str, Any]:
    """How a person, their cases and their answers stand: `participant`, `cases` (with how often each was tried),
    `reopened` (what is open again), `sent` and `begun`, by key, in what JSON can hold. What was saved of answers that
    were begun is not in it: they are as they are either way. The caller has locked whatever the attempt changes."""
    session.flush()
    person = session.execute(
        select(ParticipantRow).where(ParticipantRow.id == participant_id).execution_options(populate_existing=True)
    ).scalar_one()
    tried = select(func.count()).where(AttemptRow.case_id == CaseRow.id).correlate(CaseRow).scalar_subquery()
    rows = session.execute(
        select(CaseRow, ResponseRow.id, ResponseRow.state, ResponseRow.reopened_at, ResponseRow.submitted_at, tried)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .where(CaseRow.participant_id == participant_id)
        .execution_options(populate_existing=True)
    ).all()
    return {
        "participant": {name: _written(getattr(person, name)) for name in _OF_PERSON}
        | {
            "language_asked": person.language_asked,
            "not_called_by": person.not_called_by and person.not_called_by.hex,
        },
        "cases": {
            row.CaseRow.id.hex: {
                "disposition": row.CaseRow.disposition.value,
                "next_at": _written(row.CaseRow.next_at),
                "on_their_own_since": _written(row.CaseRow.on_their_own_since),
                "on_their_own_of": row.CaseRow.on_their_own_of and row.CaseRow.on_their_own_of.hex,
                "tried": row[-1],
            }
            for row in rows
        },
        "reopened": {row.id.hex: _written(row.reopened_at) for row in rows if row.reopened_at is not None},
        "sent": {
            row.id.hex: _written(row.submitted_at) for row in rows if row.state is ResponseState.SUBMITTED
        },
        "begun": sorted(row.id.hex for row in rows if row.state is ResponseState.STARTED),
    }  # fmt: skip


def keep_after(session: Session, attempt_id: uuid.UUID, participant_id: uuid.UUID) -> None:
    """Keeps how an attempt left everything, beside how it stood before."""
    session.flush()
    row = session.get_one(AttemptRow, attempt_id)
    row.before = {**(row.before or {}), _AFTER: standing(session, participant_id)}


def went_on(session: Session, attempt_id: uuid.UUID, participant_id: uuid.UUID) -> bool:
    """Whether anything of what an attempt left is not as it left it, or nobody can say. The caller has locked the
    person's cases."""
    row = session.get_one(AttemptRow, attempt_id)
    after = (row.before or {}).get(_AFTER)
    return after is None or after != standing(session, participant_id)


def undo(session: Session, attempt_id: uuid.UUID, *, links: bool, accesses_ended: bool) -> None:
    """Takes an attempt out again, and everything stands as it did before it. `links`: those that came of it end;
    `accesses_ended`: those that it ended open again."""
    row = session.get_one(AttemptRow, attempt_id)
    case = session.get_one(CaseRow, row.case_id)
    mine = select(CaseRow.id).where(CaseRow.participant_id == case.participant_id)
    if row.before is not None:
        _restore(session, case.participant_id, row.before)
    if links:
        session.execute(
            update(AccessRow)
            .where(AccessRow.case_id == row.case_id, AccessRow.issued_at == row.at, AccessRow.revoked_at.is_(None))
            .values(revoked_at=row.at)
        )
    if accesses_ended:
        session.execute(
            update(AccessRow).where(AccessRow.case_id.in_(mine), AccessRow.revoked_at == row.at).values(revoked_at=None)
        )
    session.execute(delete(ReferralRow).where(ReferralRow.attempt_id == attempt_id))
    ended = (ChannelEndRow.participant_id == case.participant_id, ChannelEndRow.at == row.at)
    session.execute(delete(ChannelEndRow).where(*ended, ChannelEndRow.why.in_(why for _, why in ENDS_WAY.values())))
    session.flush()
    session.delete(row)
    session.flush()
    session.expire_all()
    results.note_change_of(session, case.participant_id)


def _restore(session: Session, participant_id: uuid.UUID, before: Mapping[str, Any]) -> None:
    person = before["participant"]
    session.execute(
        update(ParticipantRow)
        .where(ParticipantRow.id == participant_id)
        .values(
            language_asked=person["language_asked"],
            not_called_by=person["not_called_by"] and uuid.UUID(person["not_called_by"]),
            **{name: _read(person[name]) for name in _OF_PERSON},
        )
    )
    for key, stood in before["cases"].items():
        session.execute(
            update(CaseRow)
            .where(CaseRow.id == uuid.UUID(key))
            .values(
                disposition=Disposition(stood["disposition"]),
                next_at=_read(stood["next_at"]),
                on_their_own_since=_read(stood["on_their_own_since"]),
                on_their_own_of=stood["on_their_own_of"] and uuid.UUID(stood["on_their_own_of"]),
            )
        )
    for key, at in before["reopened"].items():
        session.execute(update(ResponseRow).where(ResponseRow.id == uuid.UUID(key)).values(reopened_at=_read(at)))


def _written(at: dt.datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _read(written: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(written) if written else None
