"""The one lock of whoever sends, who has which of the worker's tasks in hand, and when each was last done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from surveyapp.store.database import rows_changed
from surveyapp.store.tables import WorkerTaskRow

SENDING = "sending"
"""The task that one process at a time does."""

BEAT = "worker"
"""The row that says that a worker runs."""

SILENT_AFTER = dt.timedelta(minutes=15)
"""After how long without a sign of life no worker is taken to run: longer than a round of sending rests."""


@dataclass(frozen=True, kw_only=True)
class WorkerTask:
    task: str
    holder: str | None
    until: dt.datetime | None
    done_at: dt.datetime | None
    failed: str | None


def tasks(session: Session) -> Mapping[str, WorkerTask]:
    """Every task that was ever done, by name."""
    return {
        row.task: WorkerTask(task=row.task, holder=row.holder, until=row.until, done_at=row.done_at, failed=row.failed)
        for row in session.scalars(select(WorkerTaskRow))
    }


def runs(session: Session, now: dt.datetime) -> bool:
    """Whether a worker has been seen lately."""
    return looks_for(session, BEAT, now)


def looks_for(session: Session, task: str, now: dt.datetime) -> bool:
    """Whether a worker has lately looked for what there is to do of a task."""
    last = session.scalar(select(WorkerTaskRow.done_at).where(WorkerTaskRow.task == task))
    return last is not None and now - last <= SILENT_AFTER


def take(session: Session, holder: str, now: dt.datetime, until: dt.datetime) -> bool:
    """Takes the lock, or keeps it; whether it is this holder's now."""
    _there(session, SENDING)
    free = or_(WorkerTaskRow.holder.is_(None), WorkerTaskRow.holder == holder, WorkerTaskRow.until < now)
    query = update(WorkerTaskRow).where(WorkerTaskRow.task == SENDING, free)
    return bool(rows_changed(session, query.values(holder=holder, until=until)))


def let_go(session: Session, holder: str) -> None:
    mine = (WorkerTaskRow.task == SENDING, WorkerTaskRow.holder == holder)
    session.execute(update(WorkerTaskRow).where(*mine).values(holder=None, until=None))


def done(session: Session, task: str, at: dt.datetime) -> None:
    """Notes that a task was done, and ended well."""
    _there(session, task)
    session.execute(update(WorkerTaskRow).where(WorkerTaskRow.task == task).values(done_at=at, failed=None))


def not_done(session: Session, task: str, until: dt.datetime, failed: str | None) -> None:
    """Notes that a task was begun and not done, and until when it rests; why it `failed`, None where it was only
    stopped."""
    session.execute(update(WorkerTaskRow).where(WorkerTaskRow.task == task).values(until=until, failed=failed))


def claim(session: Session, task: str, now: dt.datetime, every: dt.timedelta, until: dt.datetime) -> bool:
    """Whether a task is this process's to do now: it was not done for so long, and nobody has it in hand. It is in hand
    `until` then at most: whoever is killed over it leaves it to the next. Two who ask at once are not both told so."""
    _there(session, task)
    due = or_(WorkerTaskRow.done_at.is_(None), WorkerTaskRow.done_at <= now - every)
    free = or_(WorkerTaskRow.until.is_(None), WorkerTaskRow.until <= now)
    query = update(WorkerTaskRow).where(WorkerTaskRow.task == task, due, free)
    return bool(rows_changed(session, query.values(until=until)))


def _there(session: Session, task: str) -> None:
    if session.get(WorkerTaskRow, task) is None:
        session.add(WorkerTaskRow(task=task, holder=None, until=None, done_at=None, failed=None))
        session.flush()
