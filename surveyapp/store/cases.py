"""Cases, what was tried to reach their people, and who holds one open."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update
from sqlalchemy.orm import Bundle, Session

from surveyapp.domain.fieldwork.cases import ENDED, Attempt, Case, Disposition, Lease
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store import participants, results
from surveyapp.store.database import seals_of
from surveyapp.store.tables import (
    AttemptRow,
    CaseRow,
    LeaseRow,
    ParticipantRow,
    ResponseRow,
    StaffRow,
)


@dataclass(frozen=True, kw_only=True)
class CaseOverview:
    """A case with its participant and what there is of a response."""

    case: Case
    participant: Participant
    response_state: ResponseState | None
    submitted_at: dt.datetime | None


def add_case(session: Session, case: Case) -> None:
    session.add(
        CaseRow(
            id=case.id,
            participant_id=case.participant_id,
            touchpoint=case.touchpoint,
            opens_at=case.opens_at,
            due_at=case.due_at,
            closes_at=case.closes_at,
            disposition=case.disposition,
            assigned_to=case.assigned_to,
            next_at=case.next_at,
            moved_at=case.moved_at,
        )
    )
    session.flush()
    results.note_change_of(session, case.participant_id)


def case(session: Session, case_id: uuid.UUID) -> Case | None:
    row = session.get(CaseRow, case_id)
    return None if row is None else case_in(row)


def locked_case(session: Session, case_id: uuid.UUID) -> Case | None:
    """The case, locked until the unit of work ends: whoever answers or interviews queues behind it."""
    lock(session, CaseRow.id == case_id)
    row = session.execute(
        select(CaseRow).where(CaseRow.id == case_id).execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return None if row is None else case_in(row)


def lock(session: Session, which: ColumnElement[bool]) -> None:
    """Locks cases until the unit of work ends, each with what is answered in it; of a database file all of it is
    locked. A save is worked out without a lock, and told by the response's row alone whether it still stands: whoever
    holds the case holds that, too, so that it waits and then looks again."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return
    connection.execute(select(CaseRow.id).where(which).order_by(CaseRow.id).with_for_update()).all()
    theirs = select(CaseRow.id).where(which)
    connection.execute(
        select(ResponseRow.id).where(ResponseRow.case_id.in_(theirs)).order_by(ResponseRow.id).with_for_update()
    ).all()


def lock_one(session: Session, case_id: uuid.UUID) -> None:
    """Locks a case."""
    lock(session, CaseRow.id == case_id)


def cases_of(session: Session, participant_id: uuid.UUID) -> list[Case]:
    """A participant's cases by touchpoint."""
    rows = session.scalars(select(CaseRow).where(CaseRow.participant_id == participant_id).order_by(CaseRow.touchpoint))
    return [case_in(row) for row in rows]


def case_in_scope(session: Session, scope: Scope, reference: str, touchpoint: int) -> Case | None:
    """A participant's case at a touchpoint, if the scope may see them."""
    query = participants.scoped(
        select(CaseRow).join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    ).where(ParticipantRow.reference == reference, CaseRow.touchpoint == touchpoint)
    row: CaseRow | None = session.scalars(query).one_or_none()
    return None if row is None else case_in(row)


def overviews(session: Session, scope: Scope, on: dt.date) -> list[CaseOverview]:
    """Every case in scope with how far its response is, by participant's reference and touchpoint. As many queries
    however many cases."""
    persons = {each.id: each for each in participants.participants(session, scope, on)}
    query = participants.scoped(
        select(CaseRow, ResponseRow.state.label("response_state"), ResponseRow.submitted_at)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id),
        scope,
    ).order_by(ParticipantRow.reference, CaseRow.touchpoint)
    return [
        CaseOverview(
            case=case_in(row.CaseRow),
            participant=persons[row.CaseRow.participant_id],
            response_state=row.response_state,
            submitted_at=row.submitted_at,
        )
        for row in session.execute(query)
    ]


def set_disposition(session: Session, before: Case, disposition: Disposition) -> None:
    """What has become of a case. Who may be asked no longer, or again, is counted anew."""
    if before.disposition is not disposition and ENDED & {before.disposition, disposition}:
        results.note_change_of(session, before.participant_id)
    session.execute(update(CaseRow).where(CaseRow.id == before.id).values(disposition=disposition))


def complete(session: Session, case_id: uuid.UUID) -> None:
    """All of it was answered: no call is to come."""
    closed = {
        "disposition": Disposition.COMPLETE,
        "next_at": None,
        "on_their_own_since": None,
        "on_their_own_of": None,
    }
    session.execute(update(CaseRow).where(CaseRow.id == case_id).values(closed))


def end_leases(session: Session, participant_id: uuid.UUID, now: dt.datetime) -> None:
    """Ends every hold on a person's cases. Whose they were is kept, who are to say what came of their call."""
    mine = select(CaseRow.id).where(CaseRow.participant_id == participant_id)
    ended = update(LeaseRow).where(LeaseRow.case_id.in_(mine), LeaseRow.until > now)
    session.execute(ended.values(until=now))


def set_next(session: Session, case_id: uuid.UUID, at: dt.datetime | None) -> None:
    """Records or clears the agreed time of the next call."""
    session.execute(update(CaseRow).where(CaseRow.id == case_id).values(next_at=at))


def set_on_their_own(session: Session, case_id: uuid.UUID, since: dt.datetime | None, of: uuid.UUID | None) -> None:
    """Since when the person answers by themselves, and in whose call; None: the interviewer asks."""
    values = {"on_their_own_since": since, "on_their_own_of": of}
    session.execute(update(CaseRow).where(CaseRow.id == case_id).values(values))


def set_proxy(session: Session, case_id: uuid.UUID, proxy: str) -> None:
    """Who answers for the person."""
    session.execute(update(CaseRow).where(CaseRow.id == case_id).values(proxy=proxy))


CASE: Bundle[Any] = Bundle("case", *(getattr(CaseRow, each.name) for each in dataclasses.fields(Case)))
"""A case among the columns of a query of many: `case_in` reads it off a row's `case`, and no object is kept of it."""


def case_in(row: CaseRow | Row[Any]) -> Case:
    """A case as it is stored."""
    return Case(
        id=row.id,
        participant_id=row.participant_id,
        touchpoint=row.touchpoint,
        opens_at=row.opens_at,
        due_at=row.due_at,
        closes_at=row.closes_at,
        disposition=row.disposition,
        assigned_to=row.assigned_to,
        next_at=row.next_at,
        moved_at=row.moved_at,
        paused_at=row.paused_at,
        on_their_own_since=row.on_their_own_since,
        on_their_own_of=row.on_their_own_of,
        proxy=row.proxy,
    )


def add_attempt(session: Session, attempt: Attempt, before: Mapping[str, Any] | None = None) -> None:
    """Stores an attempt, its note sealed with the key of whom it is about. `before`: how everything stands that can
    follow from it (`undoing.standing`)."""
    sealed, case_row = None, session.get_one(CaseRow, attempt.case_id)
    if attempt.note is not None:
        sealed = seals_of(session).seal(case_row.participant_id, bound_note(attempt.id), attempt.note)
    session.add(
        AttemptRow(
            id=attempt.id,
            case_id=attempt.case_id,
            staff_id=attempt.staff_id,
            at=attempt.at,
            outcome=attempt.outcome,
            mode=attempt.mode,
            note_sealed=sealed,
            next_at=attempt.next_at,
            detail=attempt.detail,
            before=None if before is None else dict(before),
        )
    )


def has_attempt(session: Session, attempt_id: uuid.UUID) -> bool:
    """Whether an attempt with this key was recorded: a form sent twice."""
    return session.get(AttemptRow, attempt_id) is not None


def attempts_of(session: Session, case_id: uuid.UUID) -> list[Attempt]:
    """The attempts to reach somebody, oldest first."""
    return _attempts(session, AttemptRow.case_id == case_id)


def attempts_by_key(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Attempt]:
    """These attempts, whoever they were to reach, in one statement."""
    return {each.id: each for each in _attempts(session, AttemptRow.id.in_(ids))} if ids else {}


def _attempts(session: Session, which: ColumnElement[bool]) -> list[Attempt]:
    query = (
        select(AttemptRow, StaffRow.name, CaseRow.participant_id)
        .join(CaseRow, CaseRow.id == AttemptRow.case_id)
        .outerjoin(StaffRow, StaffRow.id == AttemptRow.staff_id)
        .where(which)
        .order_by(AttemptRow.at, AttemptRow.id)
    )
    rows = session.execute(query).all()
    if sealed := {row.participant_id for row in rows if row.AttemptRow.note_sealed is not None}:
        seals_of(session).expect(sealed)
    return [_attempt(session, row.AttemptRow, row.name, row.participant_id) for row in rows]


def bound_note(attempt_id: uuid.UUID) -> str:
    """What a note is bound to beside the person."""
    return f"note {attempt_id.hex}"


def _attempt(session: Session, row: AttemptRow, name: str | None, person: uuid.UUID) -> Attempt:
    note = row.note
    if row.note_sealed is not None:
        # What no key opens any more is not known: there may be more of them that is.
        note = seals_of(session).unsealed(person, bound_note(row.id), row.note_sealed)
    return Attempt(
        id=row.id,
        case_id=row.case_id,
        staff_id=row.staff_id,
        staff_name=name,
        at=row.at,
        outcome=row.outcome,
        mode=row.mode,
        note=note,
        next_at=row.next_at,
        detail=row.detail,
    )


def lease_of(session: Session, case_id: uuid.UUID) -> Lease | None:
    found = session.execute(
        select(LeaseRow, StaffRow.name)
        .join(StaffRow, StaffRow.id == LeaseRow.staff_id)
        .where(LeaseRow.case_id == case_id)
    ).one_or_none()
    return None if found is None else _lease(found.LeaseRow, found.name)


def _lease(row: LeaseRow, name: str) -> Lease:
    return Lease(case_id=row.case_id, staff_id=row.staff_id, staff_name=name, until=row.until)


def set_lease(session: Session, case_id: uuid.UUID, staff_id: uuid.UUID, until: dt.datetime) -> None:
    """Gives the hold on a case to a staff member. The caller has locked the case."""
    row = session.get(LeaseRow, case_id)
    if row is None:
        session.add(LeaseRow(case_id=case_id, staff_id=staff_id, until=until))
    else:
        row.staff_id, row.until = staff_id, until


def release_lease(session: Session, case_id: uuid.UUID, staff_id: uuid.UUID) -> None:
    session.execute(delete(LeaseRow).where(LeaseRow.case_id == case_id, LeaseRow.staff_id == staff_id))
