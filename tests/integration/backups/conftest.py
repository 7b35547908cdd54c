"""An installation with somebody in it, and where it is put back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.services.runtime import Runtime
from surveyapp.store.connecting.engines import file_of
from surveyapp.store.security.copying import contents, of_servers
from tests import factories, once
from tests.integration.backups.installed import RECIPIENT, rows


@pytest.fixture(autouse=True)
def nobody_is_kept_connected(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is restored over must be nobody's. The first test of a run that has the database has it made before."""
    if "database_url" in request.fixturenames:
        request.getfixturevalue("database_url")
    for each in once.kept_connections.values():
        each.close()
    monkeypatch.setattr(once, "kept_connections", {})


@pytest.fixture
def installed(runtime: Runtime, tmp_path: Path) -> Iterator[Runtime]:
    """An installation that is backed up, with somebody in it."""
    settings = dataclasses.replace(
        runtime.settings, backups=tmp_path / "backups", backup_recipients=(RECIPIENT,), cache=tmp_path / "cache"
    )
    made = dataclasses.replace(runtime, settings=settings)
    factories.create_participant(made, reference="BF-0001")
    yield made
    url = made.settings.database_url
    if file_of(url) is None:
        # The server of the tests is every test's: nothing of a restore stays there.
        made.database.dispose()
        like = f"{contents.SET_ASIDE}%"
        for (schema,) in rows(url, f"SELECT nspname FROM pg_namespace WHERE nspname LIKE '{like}'"):
            of_servers.command(url, f'DROP SCHEMA "{schema}" CASCADE')


@pytest.fixture
def empty_url(installed: Runtime, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where there is no database yet, on the same kind of server."""
    if file_of(installed.settings.database_url) is not None:
        return f"sqlite:///{tmp_path / 'elsewhere' / 'new.db'}"
    cluster = request.getfixturevalue("cluster")
    made: str = cluster.url(cluster.create())
    return made
