"""What is held of one person that nothing else reads, or nothing else of one person: every consent, every answer ever
given, what was referred, ways that ended, lists, browsers."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer, Mode
from surveyapp.domain.instrument.easy.renderings import Rendering, plain_of, rendering_of
from surveyapp.domain.participants import ConsentGiven
from surveyapp.domain.privacy.held import HeldBrowser, HeldChannelEnd, HeldList, HeldReferral
from surveyapp.store.answer_rows import PersonWords, answer_of
from surveyapp.store.tables import (
    AccessRow,
    AnswerHistoryRow,
    CaseRow,
    ChannelEndRow,
    ConsentRow,
    ListImportRow,
    ListRowRow,
    ReferralRow,
    ResponseRow,
    SaveRow,
    WebSessionRow,
)


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """An answer in the history, and how it came."""

    variable: str
    answer: Answer
    save_id: uuid.UUID
    mode: Mode
    rendering: Rendering
    language: str
    by_staff: bool
    at: dt.datetime
    device_at: dt.datetime | None
    late: bool


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
            language=plain_of(save.language),
            by_staff=save.by_staff is not None,
            at=save.recorded_at,
            device_at=save.client_at,
            late=save.late,
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


def referrals(session: Session, participant_id: uuid.UUID) -> dict[uuid.UUID, HeldReferral]:
    """What came of each attempt, by its key, that somebody else has to see to, or had."""
    rows = session.scalars(select(ReferralRow).where(ReferralRow.participant_id == participant_id))
    return {
        row.attempt_id: HeldReferral(
            kind=row.kind,
            at=row.at,
            blocks_calls=row.blocks_calls,
            decision=row.decision,
            decided_at=row.decided_at,
        )
        for row in rows
    }


def channel_ends(session: Session, participant_id: uuid.UUID) -> list[HeldChannelEnd]:
    """Every way by which they are reached no more, in the order that it ended."""
    query = select(ChannelEndRow).where(ChannelEndRow.participant_id == participant_id)
    rows = session.scalars(query.order_by(ChannelEndRow.at, ChannelEndRow.id))
    return [HeldChannelEnd(way=row.way, why=row.why, at=row.at) for row in rows]


def lists(session: Session, participant_id: uuid.UUID) -> list[HeldList]:
    """The lists that they were on, in the order they came."""
    rows = session.execute(
        select(ListImportRow.made_at, ListRowRow.outcome)
        .join(ListImportRow, ListImportRow.id == ListRowRow.import_id)
        .where(ListRowRow.participant_id == participant_id)
        .order_by(ListImportRow.made_at, ListRowRow.line)
    )
    return [HeldList(at=row.made_at, outcome=row.outcome) for row in rows]


def browsers(session: Session, participant_id: uuid.UUID) -> list[HeldBrowser]:
    """The browsers in which a link or code of theirs was opened, as long as they are kept."""
    rows = session.scalars(
        select(WebSessionRow)
        .join(AccessRow, AccessRow.id == WebSessionRow.access_id)
        .join(CaseRow, CaseRow.id == AccessRow.case_id)
        .where(CaseRow.participant_id == participant_id)
        .order_by(WebSessionRow.created_at, WebSessionRow.id)
    )
    return [
        HeldBrowser(began_at=row.created_at, seen_at=row.seen_at, ended_at=row.ended_at, words=row.user_agent)
        for row in rows
    ]
