"""Where somebody stands, read without the ORM in one statement: who they are, and how far they have come."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from surveyapp.domain.entry.pins import Pin
from surveyapp.domain.fieldwork.cases import Access, Case
from surveyapp.domain.participants import Participant, Site
from surveyapp.domain.responses import Response
from surveyapp.domain.web_sessions import WebSession
from surveyapp.store.answering.prepared import Prepared
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
_PERSON = {
    name: column
    for name, column in _PERSON.items()
    if not name.startswith("call_") and name not in ("site_id", "anonymised_at")
}
_CASE["paused_at"] = CaseRow.paused_at.expression  # no column: worked out from what was done to the touchpoint


_READ = {
    "case": _CASE,
    "person": _PERSON,
    "site": _SITE,
    "response": _RESPONSE,
    "pin": _PIN,
    "access": {name: column for name, column in _ACCESS.items() if name != "digest"},
    "session": {name: column for name, column in _SESSION.items() if name != "digest"},
}
"""The columns of each table, in the order in which they are read, after the newest revision of the words."""


def _places() -> Iterator[tuple[str, tuple[str, ...], slice]]:
    place = 1
    for table, columns in _READ.items():
        yield table, tuple(columns), slice(place, place + len(columns))
        place += len(columns)


_PLACES = {table: (names, place) for table, names, place in _places()}
"""Of each table the names of its columns, and where they stand in a row."""


def _standing(*, digests: int = 0, by_access: bool = False) -> Prepared:
    """By the token of a session, of which there are so many `digests`, by an access, or else by a case."""
    from_access = digests > 0 or by_access
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
    left_out = {"access": not from_access, "session": not digests}
    columns = [
        column.label(f"{table}_{name}")
        for table, of_it in _READ.items()
        if not left_out.get(table)
        for name, column in of_it.items()
    ]
    query = select(wording.label("wording"), *columns)
    if digests:
        query = query.select_from(WebSessionRow).join(AccessRow, AccessRow.id == WebSessionRow.access_id)
        query = query.where(WebSessionRow.digest.in_([bindparam(f"digest_{each}") for each in range(digests)]))
    elif by_access:
        query = query.select_from(AccessRow).where(AccessRow.id == bindparam("access"))
    query = query.join(CaseRow, CaseRow.id == AccessRow.case_id) if from_access else query.select_from(CaseRow)
    if not from_access:
        query = query.where(CaseRow.id == bindparam("case"))
    return Prepared(
        query.join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .outerjoin(SiteRow, SiteRow.id == ParticipantRow.site_id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .outerjoin(PinRow, PinRow.participant_id == ParticipantRow.id)
    )


_BY_ACCESS, _BY_CASE = _standing(by_access=True), _standing()


@functools.cache
def _by_session(digests: int) -> Prepared:
    return _standing(digests=digests)


def of_session(session: Session, digests: Sequence[str], language: str) -> Arrived | None:
    """Whose session's token this is the hash of, over or not."""
    named = {f"digest_{each}": digest for each, digest in enumerate(digests)}
    return _one(session, _by_session(len(digests)), language=language, **named)


def of_access(session: Session, access_id: uuid.UUID, language: str) -> Arrived | None:
    """Who came by a link or code, whether it works or not."""
    return _one(session, _BY_ACCESS, access=access_id, language=language)


def of_case(session: Session, case_id: uuid.UUID, language: str) -> Arrived | None:
    """Whose case it is."""
    return _one(session, _BY_CASE, case=case_id, language=language)


def _one(session: Session, query: Prepared, **named: Any) -> Arrived | None:
    row = query.row(session, named)
    if row is None:
        return None
    of = {
        table: dict(zip(names, row[place], strict=True))
        for table, (names, place) in _PLACES.items()
        if place.start < len(row)
    }
    return Arrived(
        web_session=WebSession(**of["session"]) if "session" in of else None,
        access=Access(**of["access"]) if "access" in of else None,
        pin=None if of["pin"]["participant_id"] is None else Pin(**of["pin"]),
        case=Case(**of["case"]),
        participant=_participant(of["person"], of["site"]),
        response=None if of["response"]["id"] is None else Response(**of["response"]),
        language=named["language"],
        wording=row[0] or 0,
    )


def _participant(person: dict[str, Any], site: dict[str, Any]) -> Participant:
    group = person.pop("group_id")
    return Participant(**person, group=group, site=None if site["id"] is None else Site(**site))
