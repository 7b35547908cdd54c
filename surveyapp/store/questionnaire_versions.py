"""Questionnaire versions as they were opened: the documents that are served."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store.participants import scoped
from surveyapp.store.tables import CaseRow, ParticipantRow, QuestionnaireVersionRow, ResponseRow, StaffRow


def add_version(
    session: Session,
    study: str,
    questionnaire: str,
    version: int,
    sha256: str,
    document: str,
    opened_at: dt.datetime,
    opened_by: uuid.UUID | None,
) -> None:
    """Stores a frozen version's document and opens it for new responses."""
    session.add(
        QuestionnaireVersionRow(
            study=study,
            questionnaire=questionnaire,
            version=version,
            sha256=sha256,
            document=document,
            opened_at=opened_at,
            opened_by=opened_by,
        )
    )


def versions(session: Session, study: str) -> list[tuple[str, int, str, dt.datetime]]:
    """(questionnaire, version, sha256, opened at) of every version opened in a study."""
    rows = session.execute(
        select(
            QuestionnaireVersionRow.questionnaire,
            QuestionnaireVersionRow.version,
            QuestionnaireVersionRow.sha256,
            QuestionnaireVersionRow.opened_at,
        )
        .where(QuestionnaireVersionRow.study == study)
        .order_by(QuestionnaireVersionRow.questionnaire, QuestionnaireVersionRow.version)
    )
    return [(row.questionnaire, row.version, row.sha256, row.opened_at) for row in rows]


def openers(session: Session, study: str) -> dict[tuple[str, int], str]:
    """Who of staff opened each version, by questionnaire and version: none of those that the command line did."""
    query = select(QuestionnaireVersionRow.questionnaire, QuestionnaireVersionRow.version, StaffRow.name)
    query = query.join(StaffRow, StaffRow.id == QuestionnaireVersionRow.opened_by)
    rows = session.execute(query.where(QuestionnaireVersionRow.study == study))
    return {(row.questionnaire, row.version): row.name for row in rows}


def document(session: Session, study: str, questionnaire: str, version: int) -> str | None:
    """The stored document of a version."""
    return session.scalars(
        select(QuestionnaireVersionRow.document).where(
            and_(
                QuestionnaireVersionRow.study == study,
                QuestionnaireVersionRow.questionnaire == questionnaire,
                QuestionnaireVersionRow.version == version,
            )
        )
    ).one_or_none()


def open_version(session: Session, study: str, questionnaire: str) -> int | None:
    """The version that new responses begin on: the newest opened."""
    return session.scalars(
        select(QuestionnaireVersionRow.version)
        .where(QuestionnaireVersionRow.study == study, QuestionnaireVersionRow.questionnaire == questionnaire)
        .order_by(QuestionnaireVersionRow.version.desc())
        .limit(1)
    ).one_or_none()


def midway(session: Session, scope: Scope) -> dict[tuple[str, int], int]:
    """How many responses in scope are begun and not handed in, by questionnaire and version."""
    query = scoped(
        select(ResponseRow.questionnaire, ResponseRow.version, func.count().label("responses"))
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    ).where(ResponseRow.state == ResponseState.STARTED, ParticipantRow.withdrawn_at.is_(None))
    query = query.group_by(ResponseRow.questionnaire, ResponseRow.version)
    query = query.order_by(ResponseRow.questionnaire, ResponseRow.version)
    return {(row.questionnaire, row.version): row.responses for row in session.execute(query)}
