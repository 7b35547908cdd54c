"""The record of each list: where it stands, what it is sealed, and what came of each row."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.lists import ListRecord, ListState, RowOutcome
from surveyapp.domain.staff import Scope
from surveyapp.store.database import insert_many, rows_changed
from surveyapp.store.participants import Sealed, scoped
from surveyapp.store.tables import CaseRow, ListImportRow, ListRowRow, ParticipantRow, ResponseRow, StaffRow

_PLAIN = (
    ListImportRow.id,
    ListImportRow.study,
    ListImportRow.staff_id,
    ListImportRow.file_name,
    ListImportRow.sha256,
    ListImportRow.state,
    ListImportRow.made_at,
    ListImportRow.done,
    ListImportRow.total,
    ListImportRow.beat_at,
    ListImportRow.failed,
    ListImportRow.summary,
    ListImportRow.finished_at,
    StaffRow.name.label("staff_name"),
)
"""All but what is sealed, which may be megabytes."""

_THROUGH = (ListState.IMPORTED, ListState.UNDONE)


def add(session: Session, record: ListRecord, file: Sealed) -> None:
    session.add(
        ListImportRow(
            id=record.id,
            study=record.study,
            staff_id=record.staff_id,
            file_name=record.file_name,
            sha256=record.sha256,
            state=record.state,
            made_at=record.made_at,
            done=record.done,
            total=record.total,
            beat_at=record.beat_at,
            failed=None,
            summary=dict(record.summary),
            finished_at=None,
            key_id=file.key_id,
            file=file.ciphertext,
            kept=None,
        )
    )


def get(session: Session, study: str, import_id: uuid.UUID) -> ListRecord | None:
    """A list of a study."""
    query = select(*_PLAIN).outerjoin(StaffRow, StaffRow.id == ListImportRow.staff_id)
    row = session.execute(query.where(ListImportRow.id == import_id, ListImportRow.study == study)).one_or_none()
    return None if row is None else ListRecord(**row._mapping)


def of_study(session: Session, study: str, staff_id: uuid.UUID | None, most: int) -> list[ListRecord]:
    """A study's lists, the newest first; `staff_id`: those that this one brought alone."""
    query = select(*_PLAIN).outerjoin(StaffRow, StaffRow.id == ListImportRow.staff_id)
    query = query.where(ListImportRow.study == study)
    if staff_id is not None:
        query = query.where(ListImportRow.staff_id == staff_id)
    rows = session.execute(query.order_by(ListImportRow.made_at.desc(), ListImportRow.id.desc()).limit(most))
    return [ListRecord(**row._mapping) for row in rows]


def sealed(session: Session, import_id: uuid.UUID, kept: bool) -> Sealed | None:
    """The file as it came or, `kept`, as it was understood; None where it is gone."""
    column = ListImportRow.kept if kept else ListImportRow.file
    row = session.execute(
        select(ListImportRow.key_id, column.label("sealed")).where(ListImportRow.id == import_id)
    ).one_or_none()
    return None if row is None or row.sealed is None or row.key_id is None else Sealed(row.key_id, row.sealed)


def sealed_otherwise(session: Session, key_ids: Collection[str]) -> list[uuid.UUID]:
    """The lists that are sealed with another key than these."""
    query = select(ListImportRow.id).where(ListImportRow.key_id.is_not(None), ListImportRow.key_id.not_in(key_ids))
    return list(session.scalars(query.order_by(ListImportRow.id)))


def lock(session: Session, import_id: uuid.UUID) -> None:
    """Locks a list until the unit of work ends; of a database file all of it is locked."""
    session.execute(select(ListImportRow.id).where(ListImportRow.id == import_id).with_for_update()).all()


def step(
    session: Session, import_id: uuid.UUID, before: Collection[ListState], after: ListState, **values: Any
) -> bool:
    """Takes a list from one of some states to another; False where it is in none of them: somebody else was first."""
    return bool(
        rows_changed(
            session,
            update(ListImportRow)
            .where(ListImportRow.id == import_id, ListImportRow.state.in_(before))
            .values(state=after, **values),
        )
    )


def change(session: Session, import_id: uuid.UUID, **values: Any) -> None:
    session.execute(update(ListImportRow).where(ListImportRow.id == import_id).values(**values))


def remove(session: Session, import_id: uuid.UUID) -> None:
    session.execute(delete(ListRowRow).where(ListRowRow.import_id == import_id))
    session.execute(delete(ListImportRow).where(ListImportRow.id == import_id))


def old(session: Session, before: dt.datetime) -> dict[uuid.UUID, str]:
    """The lists that were begun before a moment and never brought in, each with its study."""
    query = select(ListImportRow.id, ListImportRow.study).where(
        ListImportRow.made_at < before, ListImportRow.state.not_in(_THROUGH)
    )
    return {row.id: row.study for row in session.execute(query.order_by(ListImportRow.id))}


def waiting(session: Session, study: str | None = None) -> list[uuid.UUID]:
    """The lists, of one study or of all, that are not brought in yet, nor taken back."""
    query = select(ListImportRow.id).where(ListImportRow.state.not_in(_THROUGH))
    if study is not None:
        query = query.where(ListImportRow.study == study)
    return list(session.scalars(query.order_by(ListImportRow.id)))


LET_GO: Mapping[str, Any] = {"key_id": None, "file": None, "kept": None, "file_name": "", "summary": {}}
"""What a list is without what was in it."""


def let_go(session: Session, import_id: uuid.UUID, state: ListState, **values: Any) -> None:
    """Lets go of what a list holds, whatever is being done with it."""
    change(session, import_id, state=state, **LET_GO, **values)


def forget_names(session: Session) -> None:
    """Lets go of what names the files of lists that are through, and of their plain hashes: from before both went with
    the file."""
    named = update(ListImportRow).where(ListImportRow.state.in_(_THROUGH), ListImportRow.file_name != "")
    session.execute(named.values(file_name="", sha256="", summary={}))


@dataclass(frozen=True, kw_only=True)
class ListRow:
    """What came of a row; `participant_id`: of whom, `reference`: theirs, where they are there still."""

    line: int
    outcome: RowOutcome
    participant_id: uuid.UUID | None = None
    reference: str | None = None
    before: bytes | None = None


def add_rows(session: Session, import_id: uuid.UUID, rows: Sequence[ListRow]) -> None:
    made = [
        {
            "import_id": import_id,
            "line": each.line,
            "participant_id": each.participant_id,
            "outcome": each.outcome,
            "before": each.before,
        }
        for each in rows
    ]
    insert_many(session, ListRowRow, made)


def rows_of(session: Session, import_id: uuid.UUID, person: uuid.UUID | None = None) -> list[ListRow]:
    """What came of every row, or of those of one `person`, by line."""
    query = (
        select(ListRowRow, ParticipantRow.reference)
        .outerjoin(ParticipantRow, ParticipantRow.id == ListRowRow.participant_id)
        .where(ListRowRow.import_id == import_id)
        .order_by(ListRowRow.line)
    )
    found = session.execute(query if person is None else query.where(ListRowRow.participant_id == person))
    return [
        ListRow(
            line=row.ListRowRow.line,
            outcome=row.ListRowRow.outcome,
            participant_id=row.ListRowRow.participant_id,
            reference=row.reference,
            before=row.ListRowRow.before,
        )
        for row in found
    ]


def people_in(session: Session, scope: Scope, import_id: uuid.UUID) -> set[uuid.UUID]:
    """Those of whom a row came, and who are in scope now."""
    query = select(ListRowRow.participant_id).join(ParticipantRow, ParticipantRow.id == ListRowRow.participant_id)
    found = session.scalars(scoped(query.where(ListRowRow.import_id == import_id), scope))
    return {each for each in found if each is not None}


def later_of(session: Session, import_id: uuid.UUID, person: uuid.UUID) -> list[tuple[uuid.UUID, int, bytes]]:
    """What later lists keep of how somebody was before them, the first of them first: the list, the line, and that."""
    mine = select(ListImportRow.finished_at).where(ListImportRow.id == import_id).scalar_subquery()
    query = (
        select(ListRowRow.import_id, ListRowRow.line, ListRowRow.before)
        .join(ListImportRow, ListImportRow.id == ListRowRow.import_id)
        .where(
            ListRowRow.participant_id == person,
            ListRowRow.import_id != import_id,
            ListRowRow.before.is_not(None),
            ListImportRow.state == ListState.IMPORTED,
            ListImportRow.finished_at >= mine,
        )
        .order_by(ListImportRow.finished_at, ListRowRow.line)
    )
    return [(row.import_id, row.line, row.before) for row in session.execute(query)]


def keep_before(session: Session, import_id: uuid.UUID, line: int, before: bytes | None) -> None:
    """Keeps something else of how the person of a row was before it."""
    row = (ListRowRow.import_id == import_id, ListRowRow.line == line)
    session.execute(update(ListRowRow).where(*row).values(before=before))


def forget_lines(session: Session, import_id: uuid.UUID, lines: Collection[int]) -> None:
    row = (ListRowRow.import_id == import_id, ListRowRow.line.in_(lines))
    session.execute(delete(ListRowRow).where(*row))


def forget_added(session: Session, import_id: uuid.UUID) -> None:
    """Forgets the rows that changed nobody on record."""
    mine = (ListRowRow.import_id == import_id, ListRowRow.outcome.in_([RowOutcome.ADDED, RowOutcome.LEFT_OUT]))
    session.execute(delete(ListRowRow).where(*mine))


def answered(session: Session, import_id: uuid.UUID) -> int:
    """How many of those whom a list added have begun to answer."""
    query = (
        select(func.count(func.distinct(CaseRow.participant_id)))
        .join(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .join(ListRowRow, ListRowRow.participant_id == CaseRow.participant_id)
        .where(ListRowRow.import_id == import_id, ListRowRow.outcome == RowOutcome.ADDED)
    )
    return int(session.scalars(query).one())
