"""Where the store narrows by a case's state or a link's life in SQL, it takes exactly what the domain's rule takes:
every disposition, response and window, at each moment that matters and beside it."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

from sqlalchemy import insert

from surveyapp.domain.fieldwork.call_queue import Caller
from surveyapp.domain.fieldwork.cases import ANSWERABLE, Access, AccessKind, Case, Disposition
from surveyapp.domain.fieldwork.touchpoint_changes import TouchpointChangeKind
from surveyapp.domain.participants import Origin
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store import roster
from surveyapp.store.calling import queue
from surveyapp.store.calling.called import CallScope
from surveyapp.store.database import Database, new_id
from surveyapp.store.entry import accesses
from surveyapp.store.tables import CaseRow, ParticipantRow, ResponseRow, TouchpointChangeRow
from tests.conftest import NOW

SCOPE = Scope("first", Origin.REAL)
ANYBODY = Caller(staff_id=uuid.UUID(int=1), now=NOW, local=NOW)
SHORTLY = dt.timedelta(microseconds=1)
MOMENTS = (NOW - SHORTLY, NOW, NOW + SHORTLY)
AT_SOME_TIME = (None, *MOMENTS)


def stored_person(number: int, withdrawn: bool = False) -> dict[str, object]:
    return {
        "id": new_id(),
        "study": SCOPE.study,
        "group_id": "g",
        "reference": f"G-{number:05}",
        "origin": SCOPE.origin,
        "site_id": None,
        "attributes": {},
        "enrolled_on": NOW.date(),
        "withdrawn_at": NOW if withdrawn else None,
    }


def stored_case(
    person: dict[str, object],
    opens_at: dt.datetime = NOW,
    due_at: dt.datetime | None = None,
    closes_at: dt.datetime | None = None,
    disposition: Disposition = Disposition.UNKNOWN,
) -> dict[str, object]:
    return {
        "id": new_id(),
        "participant_id": person["id"],
        "touchpoint": 1,
        "opens_at": opens_at,
        "due_at": due_at,
        "closes_at": closes_at,
        "disposition": disposition,
        "assigned_to": None,
        "next_at": None,
    }


def stored_pause(touchpoint: int, at: dt.datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "study": SCOPE.study,
        "group_id": "g",
        "touchpoint": touchpoint,
        "kind": TouchpointChangeKind.PAUSED,
        "days": 0,
        "made_at": at,
        "by_staff": None,
        "ended_at": None,
        "ended_by": None,
    }


NOT_PAUSED = Case(**stored_case(stored_person(0)))  # type: ignore[arg-type]


def test_who_waits_to_be_called_is_who_can_answer(database_url: str) -> None:
    people, rows, responses, expected = [], [], [], set()
    made = itertools.product((False, True), MOMENTS, AT_SOME_TIME, AT_SOME_TIME, Disposition, (None, *ResponseState))
    for number, (withdrawn, opens_at, due_at, closes_at, disposition, response) in enumerate(made):
        person = stored_person(number, withdrawn)
        row = stored_case(person, opens_at, due_at, closes_at, disposition)
        people.append(person)
        rows.append(row)
        if response is not None:
            responses.append(
                {
                    "id": new_id(),
                    "case_id": row["id"],
                    "questionnaire": "q",
                    "version": 1,
                    "state": response,
                    "revision": 0,
                    "seed": 0,
                    "started_at": NOW,
                    "submitted_at": None,
                }
            )
        if Case(**row).state(NOW, response, withdrawn) in ANSWERABLE:  # type: ignore[arg-type]
            expected.add(row["id"])
    database = Database(database_url)
    with database.writing() as session:
        for table, of_it in ((ParticipantRow, people), (CaseRow, rows), (ResponseRow, responses)):
            session.execute(insert(table), of_it)
    with database.reading() as session:
        found = queue.places(session, [CallScope(scope=SCOPE, local=NOW)], ANYBODY, {})
    database.dispose()
    assert len(people) == 2 * 3 * 4 * 4 * len(Disposition) * 3
    assert 100 < len(expected) < len(people)
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_who_has_a_link_is_whose_link_works(database_url: str) -> None:
    person = stored_person(1)
    people, rows, links, pauses, there = [person], [], [], [], {}
    made = itertools.product(AT_SOME_TIME, AT_SOME_TIME, AT_SOME_TIME, (None, NOW - 2 * SHORTLY, NOW))
    for number, (expires_at, revoked_at, closes_at, paused_at) in enumerate(made):
        row = stored_case(person, closes_at=closes_at) | {"touchpoint": number}
        rows.append(row)
        there[row["id"]] = Case(**row, paused_at=paused_at)  # type: ignore[arg-type]
        if paused_at is not None:
            pauses.append(stored_pause(number, paused_at))
        links.append(
            Access(
                id=new_id(),
                case_id=uuid.UUID(str(row["id"])),
                kind=AccessKind.LINK,
                issued_at=NOW,
                expires_at=expires_at,
                revoked_at=revoked_at,
            )
        )
    database = Database(database_url)
    with database.writing() as session:
        session.execute(insert(ParticipantRow), people)
        session.execute(insert(CaseRow), rows)
        session.execute(insert(TouchpointChangeRow), pauses)
        roster.add_accesses(session, [(each, str(each.id)) for each in links])
    with database.reading() as session:
        found = roster.cases_with_live_access(session, SCOPE, NOW)
        stored = [each for row in rows for each in accesses.accesses_of(session, uuid.UUID(str(row["id"])))]
    database.dispose()
    assert sorted(stored, key=lambda each: each.id) == links
    assert found == {each.case_id for each in links if each.works(NOW, there[each.case_id])}
    held = {each.case_id for each in links if each.works(NOW, there[each.case_id]) and each.expired(NOW, NOT_PAUSED)}
    assert held
    assert len(found) > 10
