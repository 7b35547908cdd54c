"""An installation that is backed up: who opens its backups, and what a database holds."""

from __future__ import annotations

from sqlalchemy import text

from surveyapp.services.runtime import Runtime
from surveyapp.services.security.backups import archive, backup
from surveyapp.store.database import Database

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
