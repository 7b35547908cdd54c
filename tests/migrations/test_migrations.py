"""Migrations end where the models are, and each goes up and down with rows in the tables."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from surveyapp.store import migrating
from surveyapp.store.database import Database
from surveyapp.store.tables import Base
from tests import factories
from tests.conftest import Clock


def empty_url(request_url: str) -> str:
    """The same database without its tables."""
    database = Database(request_url)
    Base.metadata.drop_all(database.engine)
    database.dispose()
    return request_url


def test_the_head_equals_the_models(database_url: str) -> None:
    migrating.upgrade(empty_url(database_url))
    database = Database(database_url)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, {"compare_type": True}), Base.metadata) == []
    database.dispose()


def test_each_migration_goes_up_and_down_with_rows(database_url: str, clock: Clock) -> None:
    migrating.upgrade(empty_url(database_url))
    runtime = factories.create_runtime(database_url, clock)
    factories.open_questionnaires(runtime)
    participant = factories.create_participant(runtime, site=factories.create_site(runtime))
    factories.create_staff(runtime, factories.Role.MANAGER)
    who = factories.by_link(runtime, participant)
    from surveyapp.services import answering

    answering.give_consent(runtime, who, {"take_part": True})
    runtime.database.dispose()
    script = ScriptDirectory.from_config(migrating.config(database_url))
    for revision in [each.revision for each in script.walk_revisions()]:
        below = script.get_revision(revision).down_revision
        migrating.downgrade(database_url, str(below) if below else "base")
        migrating.upgrade(database_url, revision)
        migrating.downgrade(database_url, str(below) if below else "base")
    database = Database(database_url)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.dispose()
    migrating.upgrade(database_url)
