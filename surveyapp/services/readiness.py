"""Whether the installation can serve."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable, KeyMissing
from surveyapp.domain.sentences import say
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import access_keys
from surveyapp.settings import Settings
from surveyapp.store import migrating
from surveyapp.store.connecting.beside import family
from surveyapp.store.connecting.engines import file_of
from surveyapp.store.database import Database
from surveyapp.store.security import copies, heartbeat, sealed_rows
from surveyapp.store.security.key_file import KeyFile, KeyFileMissing

PROVED_FOR = dt.timedelta(seconds=2)
"""How long an answer stands: whoever asks more often is told it again, and costs the database nothing."""

PASSING = frozenset(
    {
        DatabaseFault.DOWN,
        DatabaseFault.UNKNOWN_HOST,
        DatabaseFault.STARTING,
        DatabaseFault.STANDBY,
        DatabaseFault.CONNECTIONS,
        DatabaseFault.BUSY,
        DatabaseFault.MEMORY,
        DatabaseFault.FULL,
        DatabaseFault.READ_ONLY,
        DatabaseFault.KEYS_SHUT,
        DatabaseFault.DISK,
    }
)
"""What may be over in a minute without anybody starting anything again: served through, with 503 until it is."""

_log = logging.getLogger(__name__)


def problem(runtime: Runtime) -> str | None:
    """What keeps it from serving, in a sentence without secrets; None when nothing does. The database must take a
    write."""
    try:
        runtime.database.check_revision()
        with runtime.database.writing() as session:
            heartbeat.beat(session, runtime.clock())
        _provide_keys(runtime.settings)
    except (DatabaseUnavailable, KeyMissing) as error:
        return str(error)
    return None


class Watch:
    """Answers whether it can serve as often as it is asked, and looks now and then."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._looked_at: dt.datetime | None = None
        self._ready = False

    def is_ready(self) -> bool:
        """Writes what is wrong to the log: it is nobody else's business."""
        now = self.runtime.clock()
        if self._looked_at is None or not dt.timedelta(0) <= now - self._looked_at < PROVED_FOR:
            found = problem(self.runtime)
            if found:
                _log.error("not ready: %s", found)
            self._looked_at, self._ready = now, found is None
        return self._ready


def check_start(runtime: Runtime) -> bool:
    """Before serving: the database is there, of this program's revision and whole, and people's keys are, with what
    opens them. Raises DatabaseUnavailable or KeyMissing with what to do; what may pass by itself is only written to the
    log. Whether it could be looked at."""
    try:
        runtime.database.check_revision()
        runtime.database.check_whole()
        _provide_keys(runtime.settings)
        _try_keys(runtime)
        access_keys.confirm(runtime)
    except DatabaseUnavailable as error:
        if error.fault not in PASSING:
            raise
        _log.error("Serving all the same, with 503 until this is over: %s", error)
        return False
    if (path := file_of(runtime.settings.database_url)) is not None:
        _make_private(path)
    return True


def migrate(settings: Settings, *, settling: bool = False) -> bool:
    """Brings the tables up to date; one process at a time, others wait. Makes the file of people's keys where nothing
    is sealed yet. Whether a new database file was made, and its folder if need be. `settling`: of a
    backup that was put back, which nobody else may use. Raises DatabaseUnavailable, and KeyMissing where something is
    sealed and the file of keys is not there."""
    if not settling and copies.unsettled_in(settings.database_url) is not None:
        raise DatabaseUnavailable(DatabaseFault.UNSETTLED)
    path = file_of(settings.database_url)
    made = path is not None and not path.exists()
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    migrating.upgrade(settings.database_url, settings.questionnaires)
    if path is not None:
        _make_private(path)
    _provide_keys(settings, settling=settling)
    return made


def _provide_keys(settings: Settings, *, settling: bool = False) -> None:
    keys = KeyFile(settings.person_keys)
    if keys.exists():
        return
    database = Database(settings.database_url, settling=settling)
    with database.reading() as session:
        lost = sealed_rows.anything(session)
    database.dispose()
    if lost and not settings.person_keys.exists():
        raise KeyMissing(say("person_keys_lost", path=str(settings.person_keys)))
    try:
        keys.create()
    except KeyFileMissing as error:
        raise KeyMissing(say("not_person_keys", path=str(settings.person_keys))) from error


def _try_keys(runtime: Runtime) -> None:
    """Where a contact key opens some people's keys and others not, those are served and it is written to the log."""
    opened, shut = runtime.person_keys.tried()
    if shut:
        wrong = KeyMissing(say("contact_keys_wrong", names=sorted(shut)))
        if not opened:
            raise wrong
        _log.error("%s", wrong)


def _make_private(path: Path) -> None:
    """A file that was made with another umask becomes its user's alone, where it is this user's."""
    for each in family(path):
        try:
            each.chmod(0o600)
        except (FileNotFoundError, PermissionError):
            continue
