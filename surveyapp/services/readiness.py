"""Whether the installation can serve."""

from __future__ import annotations

from pathlib import Path

from surveyapp.domain.errors import KeyMissing
from surveyapp.domain.sentences import say
from surveyapp.services.runtime import Runtime
from surveyapp.settings import Settings
from surveyapp.store import migrating
from surveyapp.store.database import Database, DatabaseDown
from surveyapp.store.security import sealed_rows
from surveyapp.store.security.key_file import KeyFile


def problem(runtime: Runtime) -> str | None:
    """What keeps it from serving, in a sentence without secrets; None when nothing does."""
    try:
        migrated = runtime.database.is_ready()
    except DatabaseDown:
        return "The database does not answer."
    if not migrated:
        return "The database has not been migrated. Run `surveyapp migrate`."
    if not runtime.person_keys.file.exists():
        return (
            f"There is no file with people's keys at {runtime.person_keys.file.path}. Put it or its copy there, or set "
            "SURVEYAPP_PERSON_KEYS to where it is; for a new installation `surveyapp migrate` makes it."
        )
    return None


def migrate(settings: Settings) -> None:
    """Brings the tables up to date, making the folder of a SQLite file if need be, and the file of people's keys where
    nothing is sealed yet. Raises KeyMissing where something is and the file is not there."""
    if settings.database_url.startswith("sqlite:///"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    migrating.upgrade(settings.database_url, settings.questionnaires)
    keys = KeyFile(settings.person_keys)
    if not keys.exists():
        database = Database(settings.database_url)
        with database.reading() as session:
            lost = sealed_rows.anything(session)
        database.dispose()
        if lost:
            raise KeyMissing(say("person_keys_lost", path=str(settings.person_keys)))
        keys.create()
