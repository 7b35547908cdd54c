"""The one copy of people's keys, which is written over and never kept in series: a row of copies would bring back
whoever was erased."""

from __future__ import annotations

from pathlib import Path

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import KeyMissing, StateRefused
from surveyapp.domain.sentences import say
from surveyapp.services.work import Desk
from surveyapp.store.security.key_file import KeyFileMissing


def copy(desk: Desk, target: Path) -> int:
    """Writes people's keys over the former copy; how many records it has. Raises KeyMissing without the file of keys,
    StateRefused where something else lies in the copy's place or it cannot be written."""
    file = desk.runtime.person_keys.file
    if not file.exists():
        raise KeyMissing(say("person_keys_gone"))
    if target.exists() and file.path.exists() and target.samefile(file.path):
        raise StateRefused(say("copy_is_the_file", path=str(target)))
    try:
        count = file.copy_to(target)
    except KeyFileMissing as error:
        raise StateRefused(say("not_a_copy", path=str(target))) from error
    except OSError as error:
        raise StateRefused(say("copy_not_written", path=str(target), why=error.strerror or "")) from error
    with desk.writing() as work:
        work.record(AuditAction.KEYS_CHANGED, what="copied", keys=count)
    return count
