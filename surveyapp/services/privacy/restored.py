"""What a database that was put back from a copy does not know of: sessions and tokens that ended since, people who were
erased since. Until that is settled the database is used by nobody, and settling it can be begun again."""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import DatabaseUnavailable
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services import readiness
from surveyapp.services.privacy import replaying, retention
from surveyapp.services.sealed_files import export_files
from surveyapp.services.security.backups.backup import refuse_without_keys
from surveyapp.services.security.backups.folder import BackupRefused
from surveyapp.services.work import Desk
from surveyapp.store import migrating
from surveyapp.store.connecting import unsettled
from surveyapp.store.connecting.unsettled import Unsettled
from surveyapp.store.database import Database
from surveyapp.store.jobs import long_jobs
from surveyapp.store.security import copies, web_sessions
from surveyapp.store.sign_in import program_tokens

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settled:
    """A backup that was put back and can be served from. `migrated`: its tables were brought up to date;
    `erased_again`: how many people who were erased since it was made."""

    restored: Unsettled
    migrated: bool
    erased_again: int


def settle(desk: Desk) -> Settled:
    """Brings what was put back up to date, erases again whoever was erased, lets go of what is kept no longer, ends
    every session and token that came back and forgets every export; the trail says what came. Killed in between, it is
    done again. Raises BackupRefused where there is nothing to settle or the file of keys is not there,
    DatabaseUnavailable."""
    settings = desk.runtime.settings
    restored = copies.unsettled_in(settings.database_url)
    if restored is None:
        raise BackupRefused("There is nothing to settle: no backup was put in the database's place.")
    revision = copies.revision_now(settings.database_url)
    if revision is None:
        raise BackupRefused(
            f"{restored.file} was not all put back before that was stopped. Run `surveyapp backup restore` again; what "
            f"was there before it is {restored.aside or 'nothing'}."
        )
    refuse_without_keys(settings, restored)
    readiness.migrate(settings, settling=True)
    database = Database(settings.database_url, desk.runtime.person_keys.seals, settling=True)
    alone = Desk(dataclasses.replace(desk.runtime, database=database), desk.actor)
    try:
        again = replaying.replay(alone).people
        _let_go(alone)
        with alone.writing() as work:
            web_sessions.end_all(work.session, work.now, EndedWhy.ENDED_BY_ADMINISTRATOR)
            program_tokens.end_all(work.session, work.now)
            export_files.let_go(work)
            long_jobs.remove_all(work.session)
            work.record(AuditAction.BACKUP_RESTORED, restored.file, made_at=restored.made_at)
            unsettled.clear(work.session)
    finally:
        database.dispose()
    return Settled(restored, revision != migrating.head(), again)


def _let_go(desk: Desk) -> None:
    """What was let go of since came back with the backup, sealed with keys that were renewed."""
    for study in sorted(desk.runtime.studies):
        try:
            retention.run(desk, study)
        except DatabaseUnavailable:
            raise
        except Exception:
            # Of one person, while all others are done: the worker tries again, and says so.
            _log.exception("Not all that is kept no longer could be let go of.", extra={"study": study})
