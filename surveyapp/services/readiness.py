"""Whether the installation can serve."""

from __future__ import annotations

from surveyapp.services.runtime import Runtime
from surveyapp.store.database import DatabaseDown


def problem(runtime: Runtime) -> str | None:
    """What keeps it from serving, in a sentence without secrets; None when nothing does."""
    try:
        migrated = runtime.database.is_ready()
    except DatabaseDown:
        return "The database does not answer."
    return None if migrated else "The database has not been migrated. Run `alembic upgrade head`."
