"""Migrations end where the models are, and each goes up and down with rows in the tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from surveyapp.store import migrating
from surveyapp.store.database import Database
from surveyapp.store.tables import Base
from tests import factories
from tests.conftest import Clock
from tests.databases import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.url(cluster.create())


def test_the_head_equals_the_models(new_url: str) -> None:
    migrating.upgrade(new_url)
    database = Database(new_url)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, {"compare_type": True}), Base.metadata) == []
    database.dispose()


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
        migrating.downgrade(new_url, str(below) if below else "base")
        migrating.upgrade(new_url, revision=revision)
        migrating.downgrade(new_url, str(below) if below else "base")
    database = Database(new_url)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.dispose()
    migrating.upgrade(new_url)
