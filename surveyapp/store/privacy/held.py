"""What is held of one person that nothing else reads: every consent, and every answer ever given."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer, Mode
from surveyapp.domain.instrument.easy.renderings import Rendering, rendering_of
from surveyapp.domain.participants import ConsentGiven
from surveyapp.store.answer_rows import PersonWords, answer_of
from surveyapp.store.tables import AnswerHistoryRow, CaseRow, ConsentRow, ResponseRow, SaveRow


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """An answer in the history, and how it came."""

    variable: str
    answer: Answer
    save_id: uuid.UUID
    mode: Mode
    rendering: Rendering
    by_staff: bool
    at: dt.datetime


def consents(session: Session, participant_id: uuid.UUID) -> list[tuple[ConsentGiven, Mode, str | None]]:
    """Everything that was ever said of each purpose, oldest first: in which mode and, where it came with a list, who
    took it."""
    rows = session.scalars(
        select(ConsentRow)
        .where(ConsentRow.participant_id == participant_id)
        .order_by(ConsentRow.recorded_at, ConsentRow.id)
    )
    return [
        (ConsentGiven(row.purpose, row.version, row.given, row.recorded_at), row.mode, row.given_to) for row in rows
    ]


def answers(session: Session, response_id: uuid.UUID) -> list[GivenAnswer]:
    """Every answer ever given in a response, oldest first."""
    rows = session.execute(
        select(AnswerHistoryRow, SaveRow)
        .join(SaveRow, SaveRow.id == AnswerHistoryRow.save_id)
        .where(SaveRow.response_id == response_id)
        .order_by(SaveRow.revision, AnswerHistoryRow.variable, AnswerHistoryRow.position)
    ).all()
    words = PersonWords(session, response_id=response_id)
    together: dict[tuple[uuid.UUID, str], tuple[SaveRow, list[AnswerHistoryRow]]] = {}
    for row in rows:
        cell: AnswerHistoryRow = row.AnswerHistoryRow
        together.setdefault((cell.save_id, cell.variable), (row.SaveRow, []))[1].append(cell)
    return [
        GivenAnswer(
            variable=variable,
            answer=answer_of(cells, words),
            save_id=save_id,
            mode=save.mode,
            rendering=rendering_of(save.language),
            by_staff=save.by_staff is not None,
            at=save.recorded_at,
        )
        for (save_id, variable), (save, cells) in together.items()
    ]


def last_language(session: Session, participant_id: uuid.UUID) -> str | None:
    """The language somebody last answered in; None: they have not."""
    return session.scalars(
        select(SaveRow.language)
        .join(ResponseRow, ResponseRow.id == SaveRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .where(CaseRow.participant_id == participant_id)
        .order_by(SaveRow.recorded_at.desc(), SaveRow.revision.desc())
        .limit(1)
    ).one_or_none()
