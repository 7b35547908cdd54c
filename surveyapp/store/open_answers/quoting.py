"""Quotations as they are stored: places in people's words, what was decided of them, and the reports they stand in."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.open_answers.quoting import QuotationState, QuotationUse
from surveyapp.domain.staff import Scope
from surveyapp.store.database import seals_of
from surveyapp.store.participants import scoped
from surveyapp.store.tables import CaseRow, ParticipantRow, QuotationRow, QuotationUseRow, ResponseRow, StaffRow


@dataclass(frozen=True, kw_only=True)
class StoredQuotation:
    """A place in somebody's words that was chosen: by whom and when, and who decided what of it. `words` is the keyed
    hash of the text it is a place in; `segment`, an attribute's name, may be empty."""

    id: uuid.UUID
    response_id: uuid.UUID
    variable: str
    language: str
    start: int
    end: int
    words: str
    segment: str
    state: QuotationState
    asked_by: uuid.UUID | None
    asked_at: dt.datetime
    decided_by: uuid.UUID | None = None
    decided_at: dt.datetime | None = None
    why: str = ""

    @property
    def place(self) -> tuple[uuid.UUID, str]:
        return self.response_id, self.variable


def fingerprint(session: Session, person: uuid.UUID, text: str) -> str:
    """What names a text of somebody's without saying it."""
    return seals_of(session).fingerprint(person, text)


def is_of(session: Session, words: str, person: uuid.UUID, text: str) -> bool:
    """Whether that is what a quotation's `words` name."""
    return words in seals_of(session).fingerprints(person, text)


def add(session: Session, made: StoredQuotation) -> None:
    session.add(QuotationRow(**{name: getattr(made, name) for name in StoredQuotation.__dataclass_fields__}))
    session.flush()


def quotations(session: Session, scope: Scope) -> list[StoredQuotation]:
    """Every quotation of people in scope who have not withdrawn, in the order asked for."""
    query = scoped(
        select(QuotationRow)
        .join(ResponseRow, ResponseRow.id == QuotationRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    ).where(ParticipantRow.withdrawn_at.is_(None))
    rows = session.scalars(query.order_by(QuotationRow.asked_at, QuotationRow.id))
    return [_stored(row) for row in rows]


def of_person(session: Session, person: uuid.UUID) -> list[StoredQuotation]:
    """Somebody's quotations, in the order asked for."""
    query = (
        select(QuotationRow)
        .join(ResponseRow, ResponseRow.id == QuotationRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .where(CaseRow.participant_id == person)
        .order_by(QuotationRow.asked_at, QuotationRow.id)
    )
    return [_stored(row) for row in session.scalars(query)]


def _stored(row: QuotationRow) -> StoredQuotation:
    return StoredQuotation(**{name: getattr(row, name) for name in StoredQuotation.__dataclass_fields__})


def decide(
    session: Session,
    quotation: uuid.UUID,
    state: QuotationState,
    by: uuid.UUID | None,
    at: dt.datetime,
    why: str = "",
) -> None:
    """Keeps what was decided of a quotation."""
    mine = update(QuotationRow).where(QuotationRow.id == quotation)
    session.execute(mine.values(state=state, decided_by=by, decided_at=at, why=why))


def forget(session: Session, person: uuid.UUID) -> None:
    """Takes away what was chosen of somebody's words. In which reports it stands stays."""
    theirs = (
        select(ResponseRow.id).join(CaseRow, CaseRow.id == ResponseRow.case_id).where(CaseRow.participant_id == person)
    )
    session.execute(delete(QuotationRow).where(QuotationRow.response_id.in_(theirs)))


def note_uses(session: Session, study: str, uses: Iterable[QuotationUse]) -> None:
    """Keeps that a report holds quotations; one that is known to hold them holds them once."""
    for each in uses:
        session.merge(
            QuotationUseRow(
                quotation_id=each.quotation, digest=each.digest, study=study, report=each.report, at=each.at
            )
        )
    session.flush()


def uses(session: Session, study: str) -> dict[uuid.UUID, list[QuotationUse]]:
    """The reports of a study that hold quotations, by quotation, oldest first: of those that are gone as well."""
    query = select(QuotationUseRow).where(QuotationUseRow.study == study)
    found: dict[uuid.UUID, list[QuotationUse]] = {}
    for row in session.scalars(query.order_by(QuotationUseRow.at, QuotationUseRow.digest)):
        use = QuotationUse(quotation=row.quotation_id, report=row.report, digest=row.digest, at=row.at)
        found.setdefault(row.quotation_id, []).append(use)
    return found


def names(session: Session, staff: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """What staff are called."""
    rows = session.execute(select(StaffRow.id, StaffRow.name).where(StaffRow.id.in_(staff)))
    return {row.id: row.name for row in rows}
