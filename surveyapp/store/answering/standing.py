"""Where somebody stands, read without the ORM in one statement: who they are, and how far they have come."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from surveyapp.domain.entry.pins import Pin
from surveyapp.domain.fieldwork.cases import Access, Case
from surveyapp.domain.participants import Participant, Site
from surveyapp.domain.responses import Response
from surveyapp.domain.web_sessions import WebSession
from surveyapp.store.tables import (
    AccessRow,
    CaseRow,
    ParticipantRow,
    PinRow,
    ResponseRow,
    SiteRow,
    WebSessionRow,
    WordingRow,
)


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """Who somebody is and how far they have come. `web_session`: where they were found by its token; `access`: not for
    an interviewer. What holds of their site is not read here. `wording`: the newest revision of their version's words
    in the `language` asked for; 0 where it has none."""

    web_session: WebSession | None
    access: Access | None
    pin: Pin | None
    case: Case
    participant: Participant
    response: Response | None
    language: str
    wording: int


_columns: list[dict[str, Any]] = [
    {column.name: column for column in table.__table__.columns}
    for table in (WebSessionRow, AccessRow, PinRow, CaseRow, ParticipantRow, SiteRow, ResponseRow)
]
_SESSION, _ACCESS, _PIN, _CASE, _PERSON, _SITE, _RESPONSE = _columns
"""The columns of each table, by name."""

# How people are called is nothing that answering has to do with.
_CASE = {name: _CASE[name] for name in Case.__dataclass_fields__ if name in _CASE}
_PERSON = {name: column for name, column in _PERSON.items() if not name.startswith("call_")}
_CASE["paused_at"] = CaseRow.paused_at.expression  # no column: worked out from what was done to the touchpoint


def _labelled(prefix: str, columns: Mapping[str, Any]) -> list[Any]:
    return [column.label(f"{prefix}_{name}") for name, column in columns.items()]


def _standing(*, by_session: bool = False, by_access: bool = False) -> Select[Any]:
    """By the token of a session, by an access, or else by a case."""
    from_access = by_session or by_access
    wording = (
        select(func.max(WordingRow.revision))
        .where(
            WordingRow.study == ParticipantRow.study,
            WordingRow.questionnaire == ResponseRow.questionnaire,
            WordingRow.version == ResponseRow.version,
            WordingRow.language == bindparam("language"),
        )
        .scalar_subquery()
    )
    columns = [
        *_labelled("case", _CASE),
        *_labelled("person", _PERSON),
        *_labelled("site", _SITE),
        *_labelled("response", _RESPONSE),
        *_labelled("pin", _PIN),
        wording.label("wording"),
    ]
    if from_access:
        columns += _labelled("access", _ACCESS)
    if by_session:
        columns += _labelled("session", _SESSION)
    query = select(*columns)
    if by_session:
        query = query.select_from(WebSessionRow).join(AccessRow, AccessRow.id == WebSessionRow.access_id)
        query = query.where(WebSessionRow.digest.in_(bindparam("digests", expanding=True)))
    elif by_access:
        query = query.select_from(AccessRow).where(AccessRow.id == bindparam("access"))
    query = query.join(CaseRow, CaseRow.id == AccessRow.case_id) if from_access else query.select_from(CaseRow)
    if not from_access:
        query = query.where(CaseRow.id == bindparam("case"))
    return (
        query.join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .outerjoin(SiteRow, SiteRow.id == ParticipantRow.site_id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .outerjoin(PinRow, PinRow.participant_id == ParticipantRow.id)
    )


_BY_SESSION, _BY_ACCESS, _BY_CASE = _standing(by_session=True), _standing(by_access=True), _standing()


def of_session(session: Session, digests: Sequence[str], language: str) -> Arrived | None:
    """Whose session's token this is the hash of, over or not."""
    return _one(session, _BY_SESSION, digests=digests, language=language)


def of_access(session: Session, access_id: uuid.UUID, language: str) -> Arrived | None:
    """Who came by a link or code, whether it works or not."""
    return _one(session, _BY_ACCESS, access=access_id, language=language)


def of_case(session: Session, case_id: uuid.UUID, language: str) -> Arrived | None:
    """Whose case it is."""
    return _one(session, _BY_CASE, case=case_id, language=language)


def _one(session: Session, query: Select[Any], **named: Any) -> Arrived | None:
    row = session.connection().execute(query, named).one_or_none()
    if row is None:
        return None
    cells = row._mapping
    return Arrived(
        web_session=WebSession(**_of("session", _SESSION, cells, "digest")) if "session_id" in cells else None,
        access=Access(**_of("access", _ACCESS, cells, "digest")) if "access_id" in cells else None,
        pin=None if cells["pin_participant_id"] is None else Pin(**_of("pin", _PIN, cells)),
        case=Case(**_of("case", _CASE, cells)),
        participant=_participant(cells),
        response=None if cells["response_id"] is None else Response(**_of("response", _RESPONSE, cells)),
        language=named["language"],
        wording=cells["wording"] or 0,
    )


def _of(prefix: str, columns: Mapping[str, Any], cells: Any, *left_out: str) -> dict[str, Any]:
    return {name: cells[f"{prefix}_{name}"] for name in columns if name not in left_out}


def _participant(cells: Any) -> Participant:
    site = None
    if cells["site_id"] is not None:
        site = Site(**_of("site", _SITE, cells))
    own = _of("person", _PERSON, cells, "group_id", "site_id", "anonymised_at")
    return Participant(**own, group=cells["person_group_id"], site=site)
