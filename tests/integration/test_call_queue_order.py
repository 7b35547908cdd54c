"""The order of the queue is one rule: what the database sorts by is what `priority_of` and `order_of` say in words."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from dataclasses import asdict, replace
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.call_queue import (
    Caller,
    Waiting,
    called_from,
    of_person,
    order_of,
    priority_of,
    written_first,
)
from surveyapp.domain.fieldwork.call_stand import CallHold, CallStand
from surveyapp.domain.fieldwork.call_wishes import CallWishes
from surveyapp.domain.fieldwork.cases import Disposition, Lease, Outcome
from surveyapp.domain.participants import Origin
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.sending.rules import CallRule
from surveyapp.domain.staff import Scope
from surveyapp.store.calling import queue
from surveyapp.store.calling import wishes as stored_wishes
from surveyapp.store.calling.called import CallScope
from surveyapp.store.database import Database, new_id
from surveyapp.store.tables import CaseRow, ParticipantRow, ResponseRow
from tests.conftest import NOW

ME, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
HOUR, SHORTLY = dt.timedelta(hours=1), dt.timedelta(microseconds=1)
STUDIES = ("first", "second")
LONDON = ZoneInfo("Europe/London")
MOMENTS = [
    None,
    *(NOW + step for step in (-26 * HOUR, -HOUR, -SHORTLY, dt.timedelta(0), SHORTLY, HOUR, HOUR + SHORTLY)),
]
MINUTES = [None, (9 * 60, 12 * 60), (10 * 60, 11 * 60), (11 * 60, 20 * 60), (17 * 60, 20 * 60 + 30)]

wishes = st.builds(
    lambda way, languages, interviewer, between, days: CallWishes(
        way=way,
        languages=languages,
        interviewer=interviewer,
        begins=between[0] if between else None,
        ends=between[1] if between else None,
        days=days,
    ),
    st.sampled_from(["", "phone", "email", "text", "in_person"]),
    st.sampled_from([(), ("pl",), ("en", "pl"), ("so",)]),
    st.sampled_from(["", "", "woman", "man"]),
    st.sampled_from(MINUTES),
    st.sampled_from([None, None, 1, 2, 3]),
)
stands = st.builds(
    CallStand,
    tried_at=st.sampled_from([each for each in MOMENTS if each is None or each <= NOW]),
    tried_outcome=st.sampled_from([None, *Outcome]),
    tried_mode=st.sampled_from([None, Mode.PHONE, Mode.IN_PERSON]),
    keeper=st.sampled_from([None, ME, OTHER]),
    not_by=st.sampled_from([None, None, ME, OTHER]),
    rest_until=st.sampled_from(MOMENTS),
    parts_left=st.integers(1, 7),
    held_back=st.sampled_from([None, None, None, *CallHold]),
)
OPENED = [NOW - step for step in (SHORTLY, HOUR, 10 * HOUR, 11 * HOUR, 25 * HOUR, 35 * HOUR, 60 * HOUR)]
people = st.lists(
    st.tuples(
        st.sampled_from(STUDIES),
        st.lists(
            st.tuples(
                st.booleans(), st.sampled_from(MOMENTS), st.sampled_from(MOMENTS), stands, st.sampled_from(OPENED)
            ),
            min_size=1,
            max_size=2,
        ),
        wishes,
        st.sampled_from([None, None, None, ME, OTHER]),
    ),
    min_size=1,
    max_size=25,
)
callers = st.builds(
    lambda speaks, gender, shift: (speaks, gender, NOW.replace(tzinfo=None) + shift),
    st.sampled_from([(), ("pl",), ("en",), ("so", "pl")]),
    st.sampled_from(["", "woman", "man"]),
    st.sampled_from([dt.timedelta(hours=step) for step in (0, 1, 6.5, 9.9, 10.1, 14, 48, 54.5, 60)]),
)
rules = st.one_of(st.none(), st.builds(CallRule, st.integers(0, 3), st.sampled_from([(), ("g",), ("h",)])))


def test_the_database_sorts_as_the_rule_says(database_url: str) -> None:
    database = Database(database_url)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(people, callers, rules, st.randoms(use_true_random=False))
    def walk(made: list[Any], asker: Any, rule: CallRule | None, chance: random.Random) -> None:
        speaks, gender, local = asker
        # The second study is elsewhere: its clock is nine hours ahead.
        clocks = {"first": local, "second": local + 9 * HOUR}
        first = None if rule is None else written_first(rule, NOW, LONDON)
        scopes = [
            CallScope(scope=Scope(each, Origin.REAL), local=clocks[each], written_first=first) for each in STUDIES
        ]
        leases: dict[uuid.UUID, Lease] = {}
        persons, rows, responses = [], [], []
        best: list[tuple[Any, uuid.UUID]] = []
        numbers = list(range(len(made)))
        chance.shuffle(numbers)
        for number, (study, its, wished, holder) in zip(numbers, made, strict=True):
            person = new_id()
            reference = f"G-{number:04}"
            persons.append(
                {
                    "id": person,
                    "study": study,
                    "group_id": "g",
                    "reference": reference,
                    "origin": Origin.REAL,
                    "attributes": {},
                    "enrolled_on": NOW.date(),
                    **stored_wishes.columns(wished),
                }
            )
            mine = []
            for touchpoint, (begun, due_at, next_at, stand, opened) in enumerate(its, start=1):
                case_id = new_id()
                rows.append(
                    {
                        "id": case_id,
                        "participant_id": person,
                        "touchpoint": touchpoint,
                        "opens_at": opened,
                        "due_at": due_at,
                        "disposition": Disposition.UNKNOWN,
                        "next_at": next_at,
                        **asdict(stand),
                    }
                )
                if holder is not None:
                    leases[person] = Lease(case_id, holder, "somebody", NOW + HOUR)
                if begun:
                    responses.append(a_response(case_id))
                caller = Caller(staff_id=ME, now=NOW, local=clocks[study], speaks=speaks, gender=gender)
                waiting = Waiting(
                    reference=reference,
                    touchpoint=touchpoint,
                    begun=begun,
                    due_at=due_at,
                    next_at=next_at,
                    stand=stand,
                    wishes=wished,
                    held_by=holder,
                    called_from=called_from(rule, "g", opened, LONDON),
                )
                mine.append((waiting, case_id))
            if (first := of_person(each for each, _ in mine)) is not None:
                best += [(order_of(each, caller), case_id) for each, case_id in mine if each is first]
        with database.writing() as session:
            for table in (ResponseRow, CaseRow, ParticipantRow):
                session.execute(delete(table))
            for table, of_it in ((ParticipantRow, persons), (CaseRow, rows), (ResponseRow, responses)):
                if of_it:
                    session.execute(insert(table), of_it)
        caller = Caller(staff_id=ME, now=NOW, local=local, speaks=speaks, gender=gender)
        with database.reading() as session:
            found = queue.places(session, scopes, caller, leases)
            page = queue.places(session, scopes, caller, leases, limit=2)
            with mock.patch.object(queue, "AHEAD", 0):
                several = [queue.places(session, scopes, caller, leases, limit=many) for many in range(1, 7)]
            rest = queue.places(session, scopes, caller, leases, skip=2)
            counts = queue.counts(session, scopes, caller, leases)
            read = queue.rows(session, found, leases)
        assert found == [case_id for _, case_id in sorted(best)]
        assert page + rest == found
        # However many are wanted, and whether an index has them or not.
        assert several == [found[:many] for many in range(1, 7)]
        assert sum(counts.values()) == len(found)
        # What is read back for a line of the screen is what the rule was asked with.
        again = [
            priority_of(
                replace(each.waiting, called_from=called_from(rule, "g", each.case.opens_at, LONDON)),
                at_the_clock(caller, clocks[each.study]),
            )
            for each in read
        ]
        assert {priority: again.count(priority) for priority in set(again)} == counts

    walk()
    database.dispose()


def at_the_clock(caller: Caller, local: dt.datetime) -> Caller:
    return Caller(staff_id=ME, now=NOW, local=local, speaks=caller.speaks, gender=caller.gender)


def a_response(case_id: uuid.UUID) -> dict[str, Any]:
    return {
        "id": new_id(),
        "case_id": case_id,
        "questionnaire": "q",
        "version": 1,
        "state": ResponseState.STARTED,
        "revision": 0,
        "seed": 0,
        "started_at": NOW,
    }
