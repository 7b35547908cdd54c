"""What takes longer than a page waits is asked for: one at a time of the same, and how it stands is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from surveyapp.domain.jobs.long_jobs import LEASE, JobKind, JobState, LongJob
from surveyapp.domain.sentences import Sentence
from surveyapp.services.kept_sentences import unpacked
from surveyapp.services.work import Work
from surveyapp.store.database import new_id
from surveyapp.store.jobs import long_jobs as store
from surveyapp.store.sending import worker

TASK = "jobs"
"""What the worker calls them."""

SOON = dt.timedelta(minutes=2)
"""How long a worker that has nothing else to do takes, at most, to begin one, or to take up what was interrupted."""


@dataclass(frozen=True, kw_only=True)
class JobStand:
    """A job as its page shows it. `worked`: a worker looks for them here; `interrupted`: whoever did it has fallen
    silent; `late`: it waits longer than it should; `why`: it was ended, or the first could not be seen to."""

    job: LongJob
    worked: bool
    interrupted: bool
    late: bool
    why: Sentence | None


@dataclass(frozen=True)
class AskedJob:
    """What became of asking: the job, and whether it is one that was under way `already`."""

    job: LongJob
    already: bool


def ask(
    work: Work, kind: JobKind, study_id: str, subject: str, *, version: int, total: int, holder: str | None = None
) -> AskedJob:
    """Asks the worker for something, or says what is under way already. With a `holder` it is that one's to do now."""
    store.lock(work.session, study_id)
    newest = store.newest(work.session, study_id, kind, subject)
    if newest is not None and newest.open:
        return AskedJob(newest, already=True)
    job = LongJob(
        id=new_id(),
        kind=kind,
        study=study_id,
        subject=subject,
        version=version,
        staff_id=work.staff.id,
        staff_name=work.staff.name,
        state=JobState.DOING if holder else JobState.WAITING,
        asked_at=work.now,
        total=total,
        until=work.now + LEASE if holder else None,
    )
    store.add(work.session, job, holder)
    return AskedJob(job, already=False)


def standing(work: Work, job: LongJob) -> JobStand:
    """How a job stands."""
    interrupted = job.interrupted(work.now)
    doing = job.state is JobState.DOING and not interrupted
    since = job.until if interrupted and job.until else job.asked_at
    return JobStand(
        job=job,
        worked=doing or worker.looks_for(work.session, TASK, work.now),
        interrupted=interrupted,
        late=job.open and not doing and work.now - since > SOON,
        why=None if job.why is None else unpacked(job.why),
    )
