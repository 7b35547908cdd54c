"""The words of an opened version in each language, in numbered revisions."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.store.tables import StaffRow, WordingRow


@dataclass(frozen=True)
class RecordedRevision:
    """A revision, without its words."""

    version: int
    language: str
    revision: int
    sha256: str


def newest(session: Session, study: str, questionnaire: str) -> dict[tuple[int, str], RecordedRevision]:
    """The newest revision of each version and language of a questionnaire."""
    rows = session.execute(
        select(WordingRow.version, WordingRow.language, WordingRow.revision, WordingRow.sha256)
        .where(WordingRow.study == study, WordingRow.questionnaire == questionnaire)
        .order_by(WordingRow.version, WordingRow.language, WordingRow.revision)
    )
    return {
        (row.version, row.language): RecordedRevision(
            version=row.version, language=row.language, revision=row.revision, sha256=row.sha256
        )
        for row in rows
    }


@dataclass(frozen=True)
class RevisionTaken:
    """A revision, when it was taken up, and by whom of staff (None: by the command line)."""

    language: str
    revision: int
    at: dt.datetime
    by: str | None


def taken(session: Session, study: str) -> dict[tuple[str, int], list[RevisionTaken]]:
    """The newest revision in each language of every version of a study, by questionnaire and version."""
    rows = session.execute(
        select(
            WordingRow.questionnaire, WordingRow.version, WordingRow.language, WordingRow.revision,
            WordingRow.recorded_at, StaffRow.name,
        )
        .outerjoin(StaffRow, StaffRow.id == WordingRow.recorded_by)
        .where(WordingRow.study == study)
        .order_by(WordingRow.revision)
    )  # fmt: skip
    newest = {
        (row.questionnaire, row.version, row.language): RevisionTaken(
            row.language, row.revision, row.recorded_at, row.name
        )
        for row in rows
    }
    found: dict[tuple[str, int], list[RevisionTaken]] = {}
    for questionnaire, version, language in sorted(newest):
        found.setdefault((questionnaire, version), []).append(newest[questionnaire, version, language])
    return found


def ever_taken_up(session: Session, study: str) -> dict[tuple[str, int], dict[str, frozenset[str]]]:
    """The ids that any revision of a version's words in a language has, by questionnaire and version, and language."""
    rows = session.execute(
        select(WordingRow.questionnaire, WordingRow.version, WordingRow.language, WordingRow.words).where(
            WordingRow.study == study
        )
    )
    found: dict[tuple[str, int], dict[str, frozenset[str]]] = {}
    for row in rows:
        of_version = found.setdefault((row.questionnaire, row.version), {})
        of_version[row.language] = of_version.get(row.language, frozenset()) | row.words.keys()
    return found


def newest_revision(session: Session, study: str, questionnaire: str, version: int, language: str) -> int | None:
    """The number of the newest revision; None where the version has no words in the language."""
    return session.scalars(
        select(func.max(WordingRow.revision)).where(
            WordingRow.study == study,
            WordingRow.questionnaire == questionnaire,
            WordingRow.version == version,
            WordingRow.language == language,
        )
    ).one()


def words(
    session: Session, study: str, questionnaire: str, version: int, language: str, revision: int
) -> dict[str, str]:
    """A revision's words, by id. Raises NoResultFound."""
    found: dict[str, str] = session.scalars(
        select(WordingRow.words).where(
            WordingRow.study == study,
            WordingRow.questionnaire == questionnaire,
            WordingRow.version == version,
            WordingRow.language == language,
            WordingRow.revision == revision,
        )
    ).one()
    return found


def add(
    session: Session,
    study: str,
    questionnaire: str,
    recorded: RecordedRevision,
    said: Mapping[str, str],
    recorded_at: dt.datetime,
    recorded_by: uuid.UUID | None,
) -> None:
    """Stores a revision."""
    session.add(
        WordingRow(
            study=study,
            questionnaire=questionnaire,
            version=recorded.version,
            language=recorded.language,
            revision=recorded.revision,
            sha256=recorded.sha256,
            words=dict(said),
            recorded_at=recorded_at,
            recorded_by=recorded_by,
        )
    )
