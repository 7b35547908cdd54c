"""Migrations end where the models are, and each goes up and down with rows in the tables."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, MetaData, Table, Uuid, inspect

from surveyapp.domain.audit import Operator
from surveyapp.domain.fieldwork.cases import Outcome
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.fieldwork import attempts, calls
from surveyapp.services.work import Desk
from surveyapp.store import cases, migrating
from surveyapp.store.column_types import UtcDateTime
from surveyapp.store.database import Database
from surveyapp.store.security import audit
from surveyapp.store.sending import outbox, recipients
from surveyapp.store.sending.outbox import NewMessage
from surveyapp.store.tables import Base
from tests import factories
from tests.conftest import Clock
from tests.databases import Cluster
from tests.sending import reachable, switch_on


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.url(cluster.create())


def test_the_head_equals_the_models(new_url: str) -> None:
    migrating.upgrade(new_url)
    database = Database(new_url, any_revision=True)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, {"compare_type": True}), Base.metadata) == []
    database.dispose()


def test_what_is_read_of_the_migrations_is_what_alembic_reads() -> None:
    script = ScriptDirectory.from_config(migrating.config("sqlite://"))
    assert script.get_current_head() == migrating.head()
    follows = {each.revision: each.down_revision or "" for each in script.walk_revisions()}
    assert follows == migrating._revisions()
    assert all(map(migrating.is_known, follows))
    assert not migrating.is_known("9999")


def test_each_migration_goes_up_and_down_with_rows(new_url: str, clock: Clock) -> None:
    migrating.upgrade(new_url)
    runtime = factories.create_runtime(new_url, clock)
    factories.open_questionnaires(runtime)
    participant = factories.create_participant(runtime, site=factories.create_site(runtime))
    factories.create_staff(runtime, factories.Role.MANAGER)
    who = factories.by_link(runtime, participant)
    from surveyapp.services.responses import answering

    answering.give_consent(runtime, who, {"take_part": True})
    runtime.database.dispose()
    script = ScriptDirectory.from_config(migrating.config(new_url))
    for revision in [each.revision for each in script.walk_revisions()]:
        below = script.get_revision(revision).down_revision
        # From the second on down past the one that was just gone up to again.
        migrating.downgrade(new_url, str(below) if below else "base")
        migrating.upgrade(new_url, revision=revision)
    migrating.downgrade(new_url, "base")
    database = Database(new_url, any_revision=True)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.dispose()
    migrating.upgrade(new_url)


def test_what_was_audited_before_kinds_of_actors_were_kept_says_who_acted(new_url: str, clock: Clock) -> None:
    script = ScriptDirectory.from_config(migrating.config(new_url))
    below = script.get_revision("0007").down_revision
    migrating.upgrade(new_url, revision=str(below))
    staff_id, now = uuid.uuid4(), clock()
    database = Database(new_url, any_revision=True)
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        staff = table_of(connection, "staff")
        connection.execute(
            staff.insert(),
            {
                "id": staff_id, "email": "a@example.org", "name": "A", "password_hash": "", "failures": 0,
                "session_version": 1, "active": True, "created_at": now,
            },
        )  # fmt: skip
        for action, by in (
            ("contact_seen", staff_id),
            ("consent_given", staff_id),
            ("consent_declined", None),
            ("sign_in_refused", None),
            ("staff_added", None),
        ):
            entry = {"id": uuid.uuid4(), "at": now, "staff_id": by, "action": action, "detail": {}}
            connection.execute(table_of(connection, "audit").insert(), entry)
    migrating.upgrade(new_url)
    runtime = factories.create_runtime(new_url, clock)
    with Desk(runtime, Operator()).reading() as work:
        found = sorted((entry.action.value, entry.actor.value) for entry in audit.entries(work.session))
    runtime.database.dispose()
    assert found == [
        ("consent_declined", "participant"),
        ("consent_given", "staff"),
        ("contact_seen", "staff"),
        ("sign_in_refused", "system"),
        ("staff_added", "operator"),
    ]
    database.dispose()


def test_a_wrong_number_that_waits_ends_texts_and_what_stopped_for_a_reason_goes(new_url: str, clock: Clock) -> None:
    migrating.upgrade(new_url)
    runtime = factories.create_runtime(new_url, clock)
    factories.open_questionnaires(runtime)
    person = reachable(runtime, phone="07700 900142")
    switch_on(runtime)
    who = factories.by_interviewer(factories.create_staff(runtime, factories.Role.INTERVIEWER), person)
    calls.open_case(runtime, who)
    attempts.record_attempt(runtime, who, Outcome.WRONG_NUMBER, uuid.uuid4())
    with Desk(runtime, Operator()).writing() as work:
        case = cases.cases_of(work.session, person.id)[0].id
        for step, why in (("invite", WhyNot.CLOSED), ("remind_3", None)):
            new = NewMessage(case_id=case, step=step, way=SendingWay.TEXT, language="en", due_at=work.now)
            [message] = outbox.add(work.session, [new], work.now)
            outbox.moved(work.session, message, (MessageState.PLANNED,), MessageState.STOPPED, why=why)
    runtime.database.dispose()
    migrating.downgrade(new_url, "0061")
    migrating.upgrade(new_url)
    with runtime.database.reading() as session:
        ended = [(way, why) for way, why, _ in recipients.ended_ways(session, person.id)]
        assert ended == [(SendingWay.TEXT, WhyNot.WRONG_NUMBER)]
        assert [each.step for each in outbox.of_case(session, case)] == ["remind_3"]
    runtime.database.dispose()


def table_of(connection: Connection, name: str) -> Table:
    """A table as it now stands in the database, its ids and times as the program stores them."""
    types = {"id": Uuid(), "staff_id": Uuid(), "at": UtcDateTime(), "created_at": UtcDateTime(), "detail": JSON()}
    table = Table(name, MetaData(), autoload_with=connection)
    for column in table.columns:
        column.type = types.get(column.name, column.type)
    return table
