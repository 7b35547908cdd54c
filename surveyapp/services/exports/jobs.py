"""Exports that take longer than a page waits: asked for with their purpose, and taken by whoever asked."""

from __future__ import annotations

import datetime as dt
import tempfile
import uuid
from dataclasses import dataclass
from typing import IO, Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, StateRefused
from surveyapp.domain.exports.jobs import (
    MOST_OPEN,
    OPEN,
    ExportJob,
    ExportRequest,
    ExportState,
)
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Action
from surveyapp.services.exports.answers import cut, edition_of, may_export
from surveyapp.services.exports.whose import whose
from surveyapp.services.kept_sentences import packed, unpacked
from surveyapp.services.sealed_files import export_files
from surveyapp.services.sealed_files.export_files import FileGone
from surveyapp.services.staff.granting import checked_purpose
from surveyapp.services.work import Desk, Work
from surveyapp.store.answering import export_jobs as store
from surveyapp.store.database import new_id
from surveyapp.store.sending import worker

TASK = "exports"
"""What the worker calls it."""


@dataclass(frozen=True, kw_only=True)
class ExportStand:
    """An export as its page shows it. `left`: about how long it still takes; `interrupted`: whoever made it has fallen
    silent; `why`: it failed, or is void."""

    job: ExportJob
    left: dt.timedelta | None
    interrupted: bool
    why: Sentence | None


@dataclass(frozen=True, kw_only=True)
class OwnExports:
    """What somebody asked for in a study, the newest first. `worked`: a worker makes exports here."""

    study: Study
    stands: tuple[ExportStand, ...]
    worked: bool

    @property
    def moving(self) -> bool:
        """Whether something waits or is being made."""
        return any(each.job.state in (ExportState.WAITING, ExportState.MAKING) for each in self.stands)


@dataclass(frozen=True)
class TakenExport:
    """A file that was opened for whoever asked for it: what it is called, and its content."""

    name: str
    content: IO[bytes]


def ask(desk: Desk, study_id: str, request: ExportRequest) -> None:
    """Asks for an export, which the worker makes. Raises NotFound, NotPermitted, InputRefused (`purpose`,
    `references`), and StateRefused where the same is there already, or too many are."""
    study = may_export(desk, study_id)
    purpose = checked_purpose(request.purpose)
    if not purpose:
        raise InputRefused(say("export_purpose_wanted"), "purpose")
    scope = desk.scope(Action.EXPORT_ANSWERS, study_id)
    with desk.writing() as work:
        whose(work, study, scope, cut(work, scope, request.release), request.references, named={})
        there = [each for each in store.of_staff(work.session, work.staff.id, study_id) if each.state in OPEN]
        if any(each.is_like(study_id, request) for each in there):
            raise StateRefused(say("export_asked_already"))
        if len(there) >= MOST_OPEN:
            raise StateRefused(say("exports_too_many", most=MOST_OPEN))
        job = ExportJob(
            id=new_id(),
            staff_id=work.staff.id,
            study=study_id,
            request=request,
            language=desk.language or study.source_language,
            state=ExportState.WAITING,
            asked_at=work.now,
        )
        store.add(work.session, job)
        work.record(AuditAction.EXPORT_ASKED, study=study_id, purpose=purpose, **_noted(job))


def own(desk: Desk, study_id: str) -> OwnExports:
    """What whoever asks has asked for in a study. Raises NotFound, NotPermitted."""
    study = may_export(desk, study_id)
    tidy(desk)
    with desk.reading() as work:
        jobs = store.of_staff(work.session, work.staff.id, study_id)
        making = any(each.state is ExportState.MAKING and not each.interrupted(work.now) for each in jobs)
        stands = [
            ExportStand(
                job=each,
                left=each.left(work.now),
                interrupted=each.interrupted(work.now),
                why=None if each.why is None else unpacked(each.why),
            )
            for each in jobs
        ]
        worked = making or worker.looks_for(work.session, TASK, work.now)
    return OwnExports(study=study, stands=tuple(stands), worked=worked)


def tidy(desk: Desk) -> None:
    """Lets go of what is over: files whose day has passed, and what was begun too often. Looks before it writes."""
    with desk.reading() as work:
        if not store.anything_over(work.session, work.now):
            return
    with desk.writing() as work:
        store.over(work.session, work.now, packed(say("export_given_up")))
    export_files.sweep(desk.runtime)


def take(desk: Desk, study_id: str, job_id: uuid.UUID) -> TakenExport:
    """The file of one's own export; the trail has it, with its purpose, before it leaves. Raises NotFound,
    NotPermitted, and StateRefused where there is no file, or one that may leave no more: it is gone then."""
    study = may_export(desk, study_id)
    scope = desk.scope(Action.EXPORT_ANSWERS, study_id)
    tidy(desk)
    with desk.reading() as work:
        job = _own(work, study_id, job_id)
        key = store.key(work.session, job_id)
        if job.state is not ExportState.READY or key is None or job.file is None or job.began_at is None:
            raise StateRefused(unpacked(job.why) if job.why else say("export_not_there"))
        redacted = store.words_redacted(work.session, scope, job.began_at)
        may_leave = whose(work, study, scope, work.now, job.request.references).people
    content = tempfile.TemporaryFile(dir=export_files.folder(desk.runtime))  # noqa: SIM115 (whoever sends it closes it)
    try:
        if not export_files.people_in(desk.runtime, job.id, job.file, key) <= may_leave.keys():
            raise _ended(desk, job, ExportState.VOID, say("export_void"))
        if redacted:
            raise _ended(desk, job, ExportState.VOID, say("export_void_words"))
        export_files.unseal(desk.runtime, job.id, job.file, key, content)
        with desk.writing() as work:
            # Whoever is erased meanwhile takes it with them.
            if _own(work, study_id, job_id).state is not ExportState.READY:
                raise StateRefused(say("export_void"))
            work.record(AuditAction.EXPORT_TAKEN, study=study_id, purpose=job.request.purpose, **_noted(job))
    except FileGone:
        content.close()
        raise _ended(desk, job, ExportState.GONE, say("export_not_there")) from None
    except BaseException:
        content.close()
        raise
    content.seek(0)
    return TakenExport(job.name or "", content)


def throw_away(desk: Desk, study_id: str, job_id: uuid.UUID) -> None:
    """Forgets one of one's own, whatever has become of it, and its file. Raises NotFound, NotPermitted."""
    may_export(desk, study_id)
    with desk.writing() as work:
        store.remove(work.session, _own(work, study_id, job_id).id)
    export_files.sweep(desk.runtime)


def _own(work: Work, study_id: str, job_id: uuid.UUID) -> ExportJob:
    found = store.of_one(work.session, work.staff.id, study_id, job_id)
    if found is None:
        raise NotFound(say("no_export"))
    return found


def _ended(desk: Desk, job: ExportJob, state: ExportState, why: Sentence) -> StateRefused:
    """Lets go of a file that leaves no more."""
    with desk.writing() as work:
        store.end(work.session, job.id, work.now, state, packed(why))
    export_files.sweep(desk.runtime)
    return StateRefused(why)


def _noted(job: ExportJob) -> dict[str, Any]:
    """What the trail has of an export."""
    request = job.request
    return {
        "export": str(job.id),
        "shape": request.shape.value,
        "form": request.form,
        "edition": edition_of(request.release),
        "references": request.references,
    }
