"""An installation that is backed up: who opens its backups, and what a database holds."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from surveyapp.services.runtime import Runtime
from surveyapp.services.security.backups import archive, backup
from surveyapp.store.database import Database
from tests import factories

IDENTITY, RECIPIENT = archive.new_identity()


def put_back(runtime: Runtime, made: backup.MadeBackup) -> backup.RestoredBackup:
    """In the database's place, and not settled."""
    runtime.database.dispose()
    return backup.restore(runtime.settings, made.path, IDENTITY, replace=True)


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    database = Database(url, any_revision=True, settling=True)
    with database.reading() as session:
        found = [tuple(row) for row in session.execute(text(query))]
    database.dispose()
    return found


def by_command(runtime: Runtime, made: backup.MadeBackup, folder: Path) -> tuple[dict[str, str], list[str]]:
    """What the command line runs in and is told, to put a backup in the database's place."""
    (folder / "identity").write_text(IDENTITY)
    environment = {
        **factories.environment(runtime.settings.database_url),
        "SURVEYAPP_CACHE": str(runtime.settings.cache),
        "SURVEYAPP_PERSON_KEYS": str(runtime.settings.person_keys),
    }
    return environment, ["backup", "restore", str(made.path), "--identity", str(folder / "identity"), "--replace"]
