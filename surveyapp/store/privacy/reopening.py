"""Answers that were sent and are open again.

While they are, the current answers (`answer`) stay those that were sent, so that whatever counts goes on with them;
what is saved meanwhile stands in the history alone, and becomes current when it is sent.
"""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.responses import CorrectionReason, Reopening, Response
from surveyapp.store import results
from surveyapp.store.answering import sent
from surveyapp.store.database import new_id
from surveyapp.store.tables import AnswerHistoryRow, CaseRow, ReopeningRow, ResponseRow, SaveRow


def reopen(session: Session, response: Response, why: CorrectionReason, by: uuid.UUID | None, at: dt.datetime) -> None:
    """Opens answers that were sent. The caller holds the case's lock."""
    session.execute(update(ResponseRow).where(ResponseRow.id == response.id).values(reopened_at=at))
    session.add(
        ReopeningRow(
            id=new_id(), response_id=response.id, why=why, by_staff=by, at=at, revision=response.revision
        )
    )  # fmt: skip


def send_again(session: Session, response_id: uuid.UUID, at: dt.datetime) -> None:
    """Takes answers that were open again as sent. When they were first sent stays: later cases follow from it."""
    session.execute(update(ResponseRow).where(ResponseRow.id == response_id).values(reopened_at=None, sent_again_at=at))
    sent.note_of(session, response_id)
    results.note_change_at(session, response_id)


def close_all(session: Session, participant_id: uuid.UUID) -> None:
    """Ends every opening of a person's answers: those sent first are theirs."""
    mine = select(CaseRow.id).where(CaseRow.participant_id == participant_id)
    session.execute(update(ResponseRow).where(ResponseRow.case_id.in_(mine)).values(reopened_at=None))


def of(session: Session, response_id: uuid.UUID) -> list[Reopening]:
    """Each time it was opened again, oldest first."""
    rows = session.scalars(
        select(ReopeningRow).where(ReopeningRow.response_id == response_id).order_by(ReopeningRow.at, ReopeningRow.id)
    )
    return [Reopening(why=row.why, at=row.at, by_staff=row.by_staff, revision=row.revision) for row in rows]


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
