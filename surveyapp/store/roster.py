"""Everybody in a study with where they stand, for the people who run it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, insert, or_, select
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.cases import Access, Case
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store import windows
from surveyapp.store.cases import CASE, case_in
from surveyapp.store.participants import scoped
from surveyapp.store.tables import AccessRow, AttemptRow, CaseRow, ParticipantRow, ResponseRow, SiteRow


@dataclass(frozen=True, kw_only=True)
class RosterLine:
    """A participant at a touchpoint; `case` is None for somebody whom no touchpoint has come for yet."""

    participant_id: uuid.UUID
    reference: str
    group: str
    site: str | None
    withdrawn: bool
    stopped: bool
    reopened: bool
    case: Case | None
    response_state: ResponseState | None
    submitted_at: dt.datetime | None


def lines(session: Session, scope: Scope, at: tuple[str, int] | None = None) -> list[RosterLine]:
    """Everybody in scope at every touchpoint they have come to, by reference and touchpoint; or those of a group `at`
    one. One query of plain columns: a study may have ten thousand of these."""
    query = scoped(
        select(
            ParticipantRow.id.label("person"),
            ParticipantRow.reference,
            ParticipantRow.group_id,
            SiteRow.name.label("site"),
            ParticipantRow.withdrawn_at,
            ParticipantRow.stopped_at,
            CASE,
            ResponseRow.state.label("response_state"),
            ResponseRow.submitted_at,
            ResponseRow.reopened_at,
        )
        .outerjoin(SiteRow, SiteRow.id == ParticipantRow.site_id)
        .outerjoin(CaseRow, CaseRow.participant_id == ParticipantRow.id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id),
        scope,
    ).order_by(ParticipantRow.reference, CaseRow.touchpoint)
    if at is not None:
        query = query.where(ParticipantRow.group_id == at[0], CaseRow.touchpoint == at[1])
    found = []
    for row in session.execute(query):
        found.append(
            RosterLine(
                participant_id=row.person,
                reference=row.reference,
                group=row.group_id,
                site=row.site,
                withdrawn=row.withdrawn_at is not None,
                stopped=row.stopped_at is not None,
                reopened=row.reopened_at is not None,
                case=case_in(row.case) if row.case.id is not None else None,
                response_state=row.response_state,
                submitted_at=row.submitted_at,
            )
        )
    return found


def attempt_counts(session: Session, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How often each of these cases was tried; those never tried are left out."""
    rows = session.execute(
        select(AttemptRow.case_id, func.count())
        .where(AttemptRow.case_id.in_(list(case_ids)))
        .group_by(AttemptRow.case_id)
        .order_by(AttemptRow.case_id)
    )
    return dict(rows.all())


def cases_with_live_access(session: Session, scope: Scope, now: dt.datetime) -> set[uuid.UUID]:
    """The cases in scope for which a link or code was given out that still works."""
    # `Access.ends_at`: what outlasts the window of its case does not run out while that is paused.
    held = and_(CaseRow.closes_at.is_not(None), windows.ends_at(CaseRow).is_(None))
    lasts = or_(
        AccessRow.expires_at.is_(None), AccessRow.expires_at > now, and_(held, AccessRow.expires_at > CaseRow.closes_at)
    )
    query = scoped(
        select(AccessRow.case_id)
        .join(CaseRow, CaseRow.id == AccessRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    ).where(AccessRow.revoked_at.is_(None), lasts)
    return set(session.scalars(query))


def add_accesses(session: Session, accesses: Sequence[tuple[Access, str]]) -> None:
    """Stores many links and codes, each with its keyed hash, in one statement."""
    if accesses:
        session.execute(
            insert(AccessRow),
            [
                {
                    "id": access.id,
                    "digest": digest,
                    "case_id": access.case_id,
                    "kind": access.kind,
                    "issued_at": access.issued_at,
                    "expires_at": access.expires_at,
                    "revoked_at": access.revoked_at,
                    "claim": access.claim,
                }
                for access, digest in accesses
            ],
        )
