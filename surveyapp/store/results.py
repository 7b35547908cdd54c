"""What results are counted from and kept in: whose answers changed, up to which changes they are counted, and pages of
result objects for every process.

A change is noted in the transaction that makes it, in a row of its own, so that nobody who answers waits for anybody
else. Whoever counts takes in the changes that there are by then; one that is committed later still waits.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Update, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from surveyapp.domain.participants import Origin, Participant
from surveyapp.domain.staff import Scope
from surveyapp.store.database import insert_many, new_id, rows_changed
from surveyapp.store.tables import (
    CaseRow,
    ParticipantRow,
    ResponseRow,
    ResultChangeRow,
    ResultPageRow,
    ResultStateRow,
)


@dataclass(frozen=True, kw_only=True)
class ResultState:
    """Answers counted up to some change. `name` is drawn by lot, `before` the one it was made from; `answers_at`: when
    the newest response in it was handed in; `on`: the day on which attributes were read."""

    name: str
    before: str | None
    answers_at: dt.datetime | None
    on: dt.date


RELEASED = "release "
"""How the state of what is drawn of a release begins: it never changes, whatever is answered."""


def released_state(release_id: uuid.UUID) -> str:
    """The state under which pages of a release are kept."""
    return f"{RELEASED}{release_id.hex}"


def note_change(session: Session, study: str, origin: Origin, participant_id: uuid.UUID) -> None:
    """Says that a participant is to be counted anew."""
    session.add(ResultChangeRow(id=new_id(), study=study, origin=origin, participant_id=participant_id, state=None))


def note_newcomers(session: Session, people: Sequence[Participant], study: str | None = None) -> None:
    """`note_change` of many people who are new, in one statement. `study`: what stands in the place of theirs."""
    _note_all(session, [(study or each.study, each.origin, each.id) for each in people])


def note_changes(session: Session, scope: Scope, people: Collection[uuid.UUID]) -> None:
    """`note_change` of many people of a study, in one statement."""
    _note_all(session, [(scope.study, scope.origin, each) for each in sorted(people)])


def _note_all(session: Session, people: Sequence[tuple[str, Origin, uuid.UUID]]) -> None:
    rows = [
        {"id": new_id(), "study": study, "origin": origin, "participant_id": person, "state": None}
        for study, origin, person in people
    ]
    insert_many(session, ResultChangeRow, rows)


def note_change_of(session: Session, participant_id: uuid.UUID) -> None:
    """`note_change` of a participant by key alone."""
    held = session.identity_map.get(identity_key(ParticipantRow, participant_id))
    if held is not None:  # somebody who is added in the same transaction, with many others perhaps
        note_change(session, held.study, held.origin, participant_id)
        return
    row = session.execute(
        select(ParticipantRow.study, ParticipantRow.origin).where(ParticipantRow.id == participant_id)
    ).one()
    note_change(session, row.study, row.origin, participant_id)


def note_change_at(session: Session, response_id: uuid.UUID) -> None:
    """`note_change` of whoever gave a response."""
    row = session.execute(
        select(ParticipantRow.study, ParticipantRow.origin, ParticipantRow.id)
        .join(CaseRow, CaseRow.participant_id == ParticipantRow.id)
        .join(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .where(ResponseRow.id == response_id)
    ).one()
    note_change(session, row.study, row.origin, row.id)


def state(session: Session, scope: Scope) -> ResultState | None:
    """Up to where a study is counted; None: never yet."""
    row = session.execute(
        select(ResultStateRow.state, ResultStateRow.before, ResultStateRow.answers_at, ResultStateRow.on_date).where(
            ResultStateRow.study == scope.study, ResultStateRow.origin == scope.origin, ResultStateRow.state != ""
        )
    ).one_or_none()
    if row is None:
        return None
    return ResultState(name=row.state, before=row.before, answers_at=row.answers_at, on=row.on_date)


def simulated_only(session: Session) -> bool:
    """Whether what is counted are simulated people who are in linked tables alone, and in no other table."""
    query = select(ResultStateRow.state).where(ResultStateRow.origin == Origin.SIMULATED, ResultStateRow.state != "")
    return session.scalars(query.limit(1)).one_or_none() is not None


def waits(session: Session, scope: Scope) -> bool:
    """Whether there are changes that no state has taken in."""
    query = select(ResultChangeRow.id).where(
        ResultChangeRow.study == scope.study, ResultChangeRow.origin == scope.origin, ResultChangeRow.state.is_(None)
    )
    return session.scalars(query.limit(1)).one_or_none() is not None


def waiting(session: Session, scope: Scope) -> dict[uuid.UUID, uuid.UUID]:
    """The changes that no state has taken in, each with whose it is."""
    rows = session.execute(
        select(ResultChangeRow.id, ResultChangeRow.participant_id).where(
            ResultChangeRow.study == scope.study,
            ResultChangeRow.origin == scope.origin,
            ResultChangeRow.state.is_(None),
        )
    )
    return {row.id: row.participant_id for row in rows}


def claim(session: Session, scope: Scope, who: str, now: dt.datetime, until: dt.datetime) -> bool:
    """Whether `who` is now the one that counts: nobody else is, or is not believed to be any more."""
    row = {"study": scope.study, "origin": scope.origin, "state": "", "on_date": now.date()}
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(ResultStateRow).values(row).on_conflict_do_nothing())
    free = update(ResultStateRow).where(
        ResultStateRow.study == scope.study,
        ResultStateRow.origin == scope.origin,
        or_(ResultStateRow.claimed_until.is_(None), ResultStateRow.claimed_until < now),
    )
    return bool(rows_changed(session, free.values(claim=who, claimed_until=until)))


def release_claim(session: Session, scope: Scope, who: str) -> None:
    """Lets others count."""
    session.execute(_own(scope, who).values(claim=None, claimed_until=None))


def advance(session: Session, scope: Scope, who: str, made: ResultState, changes: Collection[uuid.UUID]) -> bool:
    """Makes a state the current one and takes these changes in, for whoever holds the claim: whether they still do.
    What older states left behind goes."""
    moved = rows_changed(
        session,
        _own(scope, who).values(
            state=made.name,
            before=made.before,
            answers_at=made.answers_at,
            on_date=made.on,
            claim=None,
            claimed_until=None,
        ),
    )
    if not moved:
        return False
    for some in _portions(list(changes)):
        session.execute(update(ResultChangeRow).where(ResultChangeRow.id.in_(some)).values(state=made.name))
    kept = [made.name, made.before or ""]
    for table in (ResultChangeRow, ResultPageRow):
        session.execute(
            delete(table).where(
                table.study == scope.study,
                table.origin == scope.origin,
                table.state.not_in(kept),
                table.state.not_like(f"{RELEASED}%"),
            )
        )
    return True


def drop(session: Session, study: str, origin: Origin) -> None:
    """Forgets everything that was counted of a study: it is counted anew from the answers there are."""
    for table in (ResultChangeRow, ResultPageRow, ResultStateRow):
        session.execute(delete(table).where(table.study == study, table.origin == origin))


def page(session: Session, scope: Scope, state: str, key: str) -> bytes | None:
    """A page as it was kept for a state."""
    return session.scalars(
        select(ResultPageRow.body).where(
            ResultPageRow.study == scope.study,
            ResultPageRow.origin == scope.origin,
            ResultPageRow.state == state,
            ResultPageRow.key == key,
        )
    ).one_or_none()


def keep_page(session: Session, scope: Scope, state: str, key: str, body: bytes) -> None:
    """Keeps a page; one that is kept already stays."""
    row = {"study": scope.study, "origin": scope.origin, "state": state, "key": key, "body": body}
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(ResultPageRow).values(row).on_conflict_do_nothing())


def forget_pages(session: Session, state: str) -> None:
    """Takes away every page of a state."""
    session.execute(delete(ResultPageRow).where(ResultPageRow.state == state))


def _own(scope: Scope, who: str) -> Update:
    return update(ResultStateRow).where(
        ResultStateRow.study == scope.study, ResultStateRow.origin == scope.origin, ResultStateRow.claim == who
    )


def _portions(ids: list[uuid.UUID], size: int = 5_000) -> list[list[uuid.UUID]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]
