"""The worker makes exports that were asked for: in the name of whoever asked, whose right to it is asked anew, one by
one, the longest waiting first."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from surveyapp.domain.errors import NotPermitted, SaidError, StateRefused
from surveyapp.domain.exports.jobs import ExportJob
from surveyapp.domain.sentences import Sentence, say
from surveyapp.services.exports.answers import export_answers
from surveyapp.services.exports.packing import PackExport
from surveyapp.services.kept_sentences import packed
from surveyapp.services.sealed_files import export_files
from surveyapp.services.translation import interface_catalogues
from surveyapp.services.work import Desk
from surveyapp.store import staff
from surveyapp.store.answering import export_jobs as store
from surveyapp.store.database import new_id

_log = logging.getLogger(__name__)

TELL_EVERY = 1.0
"""Seconds between two notes of how far it is."""


class _NotOurs(Exception):
    """It was thrown away, begins anew, or another worker has it."""


class _Stopping(Exception):
    """The worker is to end."""


def make_waiting(desk: Desk, wanted: Callable[[], bool], pack: PackExport) -> str:
    """Makes what waits, until nothing does; how many were made."""
    made = 0
    with desk.writing() as work:
        store.over(work.session, work.now, packed(say("export_given_up")))
    export_files.sweep(desk.runtime)
    while wanted():
        holder = f"{new_id().hex}{secrets.token_hex(4)}"
        with desk.writing() as work:
            job = store.claim(work.session, holder, work.now)
        if job is None:
            break
        made += _make(desk, job, holder, wanted, pack)
    return f"{made} made" if made else ""


def _make(desk: Desk, job: ExportJob, holder: str, wanted: Callable[[], bool], pack: PackExport) -> bool:
    try:
        _made(desk, job, holder, wanted, pack)
    except _NotOurs:
        return False
    except _Stopping:
        with desk.writing() as work:
            store.given_back(work.session, job.id, holder)
        return False
    except NotPermitted:
        _failed(desk, job, holder, say("export_not_permitted"))
        return False
    except SaidError as error:
        _failed(desk, job, holder, error.sentence)
        return False
    except Exception:
        # Whatever it is, the next one is made; what it says may hold what nobody should read on a page.
        _log.exception("an export failed")
        _failed(desk, job, holder, say("export_failed"))
        return False
    return True


def _made(desk: Desk, job: ExportJob, holder: str, wanted: Callable[[], bool], pack: PackExport) -> None:
    with desk.reading() as work:
        whoever = staff.staff_by_id(work.session, job.staff_id)
    if whoever is None or not whoever.active:
        raise StateRefused(say("export_account_closed"))
    theirs = Desk(desk.runtime, whoever, job.language)
    _known, gettext, _ngettext = interface_catalogues.spoken(job.language)
    told = _Telling(desk, job, holder, wanted)
    export = export_answers(theirs, job.study, job.request, gettext, told.row)
    told.rows = sum(each.count for each in export.datasets)
    told.now()
    try:
        with export_files.working(desk.runtime, holder) as place:
            packed_in = place / "packed"
            with packed_in.open("xb") as content:
                pack(export, job.request.form, place, content)
            told.now()
            key = export_files.seal(desk.runtime, job.id, holder, packed_in, export.whose)
            size = packed_in.stat().st_size
    except OSError as error:
        raise StateRefused(say("export_no_room", why=error.strerror or "")) from error
    name = f"{export.stem}_{job.request.shape.value}_{job.request.form}.zip"
    made = store.MadeExport(file=holder, name=name, size=size, key=key)
    with desk.writing() as work:
        ours = store.ready(work.session, job.id, holder, work.now, made)
    if not ours:
        raise _NotOurs


def _failed(desk: Desk, job: ExportJob, holder: str, why: Sentence) -> None:
    with desk.writing() as work:
        store.failed(work.session, job.id, holder, work.now, packed(why))
    export_files.sweep(desk.runtime)


class _Telling:
    """Notes how far an export is, now and then, and ends it where it is no longer to be made."""

    def __init__(self, desk: Desk, job: ExportJob, holder: str, wanted: Callable[[], bool]) -> None:
        self.desk, self.job, self.holder, self.wanted = desk, job, holder, wanted
        self.rows = self.done = 0
        self.told_at = time.monotonic()

    def row(self, _name: str, _row: int, _count: int) -> None:
        """A row was read."""
        self.done += 1
        if self.done % 50 == 0 and time.monotonic() - self.told_at >= TELL_EVERY:
            self.now()

    def now(self) -> None:
        """Raises _Stopping, _NotOurs."""
        if not self.wanted():
            raise _Stopping
        with self.desk.writing() as work:
            ours = store.going_on(work.session, self.job.id, self.holder, work.now, self.done, self.rows)
        if not ours:
            raise _NotOurs
        self.told_at = time.monotonic()
