"""Of somebody who is erased, or merged into another, nothing is left in any table there is."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import RowMapping, delete, func, or_, select
from sqlalchemy.orm import Session

from surveyapp.domain.staff import Role
from surveyapp.services.privacy import erasing, merging
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, enrolment
from surveyapp.store.privacy import retention
from surveyapp.store.tables import Base
from tests import factories
from tests.conftest import Clock
from tests.held import TABLES, Held, Rows
from tests.integration.privacy.test_subject_access import somebody

pytestmark = pytest.mark.both_databases

SHARED = frozenset({"staff", "site", "list_import", "other", "theme_code"})
"""What rows of theirs lead to, and what is not theirs."""


def left_of(session: Session, ids: dict[str, uuid.UUID]) -> dict[str, int]:
    """How many rows lead to what was theirs, by table and column."""
    found = {}
    for table in TABLES.values():
        for column in table.columns:
            for key in column.foreign_keys:
                target = key.column.table.name
                if target in ids and target not in SHARED:
                    many = session.scalar(select(func.count()).where(column == ids[target]))
                    if many:
                        found[f"{table.name}.{column.name}"] = many
    return found


def test_of_whoever_is_erased_nothing_is_left(runtime: Runtime, clock: Clock) -> None:
    person = somebody(runtime, clock)
    with factories.operator(runtime).writing() as work:
        held = Held(work, person)
        assert set(left_of(work.session, held.ids)) > {"answer.response_id", "spot_day.case_id", "merge.kept_id"}
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, person)
    with runtime.database.reading() as session:
        assert left_of(session, held.ids) == {}


def test_whoever_is_merged_into_another_is_that_one_everywhere(runtime: Runtime, clock: Clock) -> None:
    person, kept = somebody(runtime, clock), factories.create_participant(runtime)
    with factories.operator(runtime).writing() as work:
        held = Held(work, person)
        # Into whom somebody was merged is merged into nobody.
        work.session.execute(delete(TABLES["merge"]))
    manager = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    merging.merge(manager, person.study, kept.reference, person.reference)
    with runtime.database.reading() as session:
        assert left_of(session, {"participant": person.id}) == {}
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, kept)
    with runtime.database.reading() as session:
        assert left_of(session, held.ids | {"kept": kept.id}) == {}


STAYS = {
    "answer_history": "what they answered, without their words",
    "answer": "what they answered, without their words",
    "newest_answer": "which answer is the newest",
    "response": "that they answered, and in which version",
    "save": "in how many steps an answer came, and how",
    "case": "at which touchpoint they answered",
    "answer_code": "themes are counted",
    "coded_answer": "themes are counted",
    "consent": "that they were answered with consent",
    "reopening": "that answers were opened again, and for which of few reasons",
}
"""What stays of somebody who is nobody any more, and why."""

LONDON = ZoneInfo("Europe/London")


def belonging_to(session: Session, person: uuid.UUID) -> dict[str, list[RowMapping]]:
    """Every row that leads to somebody, over however many tables, by table."""
    found: dict[str, list[RowMapping]] = {}
    keys: dict[str, set[uuid.UUID]] = {"participant": {person}}
    for table in Base.metadata.sorted_tables:
        owners = [
            (column, keys[key.column.table.name])
            for column in table.columns
            for key in column.foreign_keys
            if key.column.table.name in keys and key.column.table.name not in SHARED
        ]
        if owners:
            query = select(table).where(or_(*(column.in_(list(theirs)) for column, theirs in owners)))
            found[table.name] = list(session.execute(query).mappings())
            if "id" in table.c:
                keys[table.name] = {row["id"] for row in found[table.name]}
    return found


def nobody(session: Session) -> RowMapping:
    """Who was made anonymous."""
    table = TABLES["participant"]
    return session.execute(select(table).where(table.c.reference == "X-1")).mappings().one()


def keys_in(rows: dict[str, list[RowMapping]]) -> set[uuid.UUID]:
    return {value for several in rows.values() for row in several for value in row.values() if type(value) is uuid.UUID}


def test_of_whoever_is_made_anonymous_only_what_is_counted_is_left(runtime: Runtime, clock: Clock) -> None:
    person = somebody(runtime, clock)
    with factories.operator(runtime).writing() as work:
        held = Held(work, person)
        before = belonging_to(work.session, person.id)
    with factories.operator(runtime).writing() as work:
        retention.anonymise(work.session, person.id, "X-1", work.now, LONDON)
    with runtime.database.reading() as session:
        assert left_of(session, held.ids) == {}, "what is left is under keys of its own"
        left = belonging_to(session, nobody(session)["id"])
    assert {name for name, rows in left.items() if rows} == STAYS.keys()
    for name in STAYS.keys() - {"consent"}:
        assert len(left[name]) == len(before[name]), name
    assert {each["purpose"] for each in left["consent"]} == {each["purpose"] for each in before["consent"]}
    shared = {held.ids[each] for each in SHARED if each in held.ids} | {row["code_id"] for row in before["answer_code"]}
    assert keys_in(before) & keys_in(left) <= shared


def test_of_whoever_is_made_anonymous_no_moment_is_nearer_than_a_month(runtime: Runtime, clock: Clock) -> None:
    """What is done is in the trail by their reference, to the microsecond."""
    person = somebody(runtime, clock)
    with factories.operator(runtime).writing() as work:
        Held(work, person)
    with factories.operator(runtime).writing() as work:
        retention.anonymise(work.session, person.id, "X-1", work.now, LONDON)
    with runtime.database.reading() as session:
        whose = nobody(session)
        rows = {**belonging_to(session, whose["id"]), "participant": [whose]}
    told = [
        (name, column, value.astimezone(LONDON))
        for name, several in rows.items()
        for row in several
        for column, value in row.items()
        if isinstance(value, dt.datetime)
    ]
    assert {name for name, _, _ in told} >= {"participant", "case", "response", "save", "consent", "coded_answer"}
    assert whose["enrolled_on"].day == 1
    assert [each for each in told if each[2].time() != dt.time()] == []
    assert {each[:2] for each in told if each[2].day != 1} == {("participant", "anonymised_at")}


OF_CASES = sorted(
    table.name for table in TABLES.values() for key in table.foreign_keys if key.column.table.name == "case"
)


@pytest.mark.parametrize("name", OF_CASES)
def test_a_case_of_which_something_came_is_not_taken_back(runtime: Runtime, name: str) -> None:
    person = factories.create_participant(runtime)
    with factories.operator(runtime).writing() as work:
        (case,) = cases.cases_of(work.session, person.id)
        rows = Rows(work, {"participant": person.id, "case": case.id, "other": uuid.uuid4()})
        rows.add(TABLES[name], **rows.special(TABLES[name]))
        enrolment.take_case_back(work.session, case.id)
        left = [each.id for each in cases.cases_of(work.session, person.id)]
        # One that was planned and did not go out goes with it.
        assert (case.id in left) == (name != "message")
