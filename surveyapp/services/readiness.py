"""Whether the installation can serve."""

from __future__ import annotations

from pathlib import Path

from surveyapp.services.runtime import Runtime
from surveyapp.settings import Settings
from surveyapp.store import migrating
from surveyapp.store.database import DatabaseDown


def problem(runtime: Runtime) -> str | None:
    """What keeps it from serving, in a sentence without secrets; None when nothing does."""
    try:
        migrated = runtime.database.is_ready()
    except DatabaseDown:
        return "The database does not answer."
    return None if migrated else "The database has not been migrated. Run `surveyapp migrate`."


def migrate(settings: Settings) -> None:
    """Brings the tables up to date, making the folder of a SQLite file if need be."""
    if settings.database_url.startswith("sqlite:///"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    migrating.upgrade(settings.database_url, settings.questionnaires)
