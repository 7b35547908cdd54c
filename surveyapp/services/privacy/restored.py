"""What a database that was put back from a copy does not know of: sessions and tokens that ended since, people who were
erased since."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import KeyMissing
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.privacy import replaying
from surveyapp.services.sealed_files import export_files
from surveyapp.services.security.backup import RestoredBackup
from surveyapp.services.work import Desk
from surveyapp.store.security import web_sessions
from surveyapp.store.sign_in import program_tokens


def settle(desk: Desk, restored: RestoredBackup, path: Path) -> RestoredBackup:
    """Ends every session and token that came back, forgets every export, and erases again whoever was erased; the
    trail says what came."""
    with desk.writing() as work:
        web_sessions.end_all(work.session, work.now, EndedWhy.ENDED_BY_ADMINISTRATOR)
        program_tokens.end_all(work.session, work.now)
        export_files.let_go(work)
        work.record(AuditAction.BACKUP_RESTORED, path.name, made_at=restored.manifest.made_at.isoformat())
    try:
        again = replaying.replay(desk).people
    except KeyMissing:
        again = None
    return dataclasses.replace(restored, erased_again=again)
