"""What whoever runs the installation does is in the audit trail: each command, and settings that are not what they
were."""

from __future__ import annotations

import hashlib
import hmac

from surveyapp.domain.audit import AuditAction, Operator, System
from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk

NOTHING_OF_OURS = frozenset(
    {
        DatabaseFault.GONE,
        DatabaseFault.LEFT_BEHIND,
        DatabaseFault.NO_DATABASE,
        DatabaseFault.NO_SCHEMA,
        DatabaseFault.TOO_OLD,
        DatabaseFault.ENCODING,
        DatabaseFault.DAMAGED,
        DatabaseFault.NOT_MIGRATED,
        DatabaseFault.UNFINISHED,
        DatabaseFault.OLDER,
        DatabaseFault.NEWER,
        DatabaseFault.UNSETTLED,
    }
)
"""Where there is no trail that this program could add to."""


def note_command(runtime: Runtime, command: str) -> None:
    """Notes a command by its name; what it was given may hold an e-mail address and is not kept. Where there is no
    database of this program yet there is nothing to note it in, and the command says so itself if it needs one. Raises
    DatabaseUnavailable where it is there and takes no entry."""
    try:
        runtime.database.check_revision()
        Desk(runtime, Operator()).note(AuditAction.COMMAND_RUN, command=command)
    except DatabaseUnavailable as error:
        if error.fault not in NOTHING_OF_OURS:
            raise


def note_settings(runtime: Runtime) -> None:
    """Notes, when a server begins, which settings are not what they were when one last began, by name: of their values
    it keeps a keyed hash."""
    values = {name: repr(value) for name, value in vars(runtime.settings).items()}
    now = {name: _digest(runtime, name, value) for name, value in sorted(values.items())}
    with Desk(runtime, System()).writing() as work:
        before = (work.newest(AuditAction.SETTINGS_CHANGED) or {}).get("values", {})
        changed = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
        if changed:
            work.record(AuditAction.SETTINGS_CHANGED, changed=changed, values=now)


def _digest(runtime: Runtime, name: str, value: str) -> str:
    return hmac.new(runtime.settings.audit_key, f"setting\0{name}\0{value}".encode(), hashlib.sha256).hexdigest()[:16]
