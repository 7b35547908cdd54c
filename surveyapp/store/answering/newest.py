"""Which save gave the answer to a variable that stands, and which saves are known: so that newest answers are read
without walking the history, and a save that comes again is met once."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveyapp.domain.answering.saves import SeenSave
from surveyapp.domain.responses import Response
from surveyapp.store.tables import AnswerHistoryRow, KnownSaveRow, NewestAnswerRow, ReopeningRow, SaveRow


def point(session: Session, response_id: uuid.UUID, save_id: uuid.UUID, variables: Collection[str]) -> None:
    """What a save said of these variables stands from now on. One statement."""
    if not variables:
        return
    make: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = make(NewestAnswerRow)
    session.execute(
        added.on_conflict_do_update(
            index_elements=[NewestAnswerRow.response_id, NewestAnswerRow.variable],
            set_={"save_id": added.excluded.save_id},
        ),
        [{"response_id": response_id, "variable": each, "save_id": save_id} for each in variables],
    )


def known(session: Session, response_id: uuid.UUID, client_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, SeenSave]:
    """Those of these ids that were met, of each the newest save that brought it. Two statements."""
    changed = (
        select(SaveRow.client_id, SaveRow.id, SaveRow.revision, AnswerHistoryRow.variable)
        .outerjoin(AnswerHistoryRow, AnswerHistoryRow.save_id == SaveRow.id)
        .where(SaveRow.response_id == response_id, SaveRow.client_id.in_(client_ids))
        .order_by(SaveRow.revision)
    )
    found: dict[uuid.UUID, SeenSave] = {}
    for row in session.execute(changed):
        before = found.get(row.client_id)
        said = before.said if before is not None and before.save_id == row.id else frozenset[str]()
        more = frozenset[str]() if row.variable is None else frozenset({row.variable})
        found[row.client_id] = SeenSave(row.id, row.revision, said | more)
    unchanged = select(KnownSaveRow.client_id, KnownSaveRow.revision).where(
        KnownSaveRow.response_id == response_id, KnownSaveRow.client_id.in_(client_ids)
    )
    for each in session.execute(unchanged):
        found.setdefault(each.client_id, SeenSave(None, each.revision, frozenset()))
    return found


def remember(session: Session, response_id: uuid.UUID, client_id: uuid.UUID, revision: int) -> None:
    """Keeps the id of a save that changed nothing."""
    session.execute(insert(KnownSaveRow).values(response_id=response_id, client_id=client_id, revision=revision))


def late_variables(session: Session, response: Response) -> dict[str, uuid.UUID]:
    """What came too late and waits for the answers to be opened again: of each variable the newest save. What came
    before they were last opened waits no longer, nor what is of another version."""
    opened = select(func.max(ReopeningRow.revision)).where(ReopeningRow.response_id == response.id).scalar_subquery()
    rows = session.execute(
        select(AnswerHistoryRow.variable, SaveRow.id)
        .join(SaveRow, SaveRow.id == AnswerHistoryRow.save_id)
        .where(
            SaveRow.response_id == response.id,
            SaveRow.late,
            SaveRow.version == response.version,
            SaveRow.revision > func.coalesce(opened, 0),
        )
        .order_by(SaveRow.revision)
    )
    return {row.variable: row.id for row in rows}
