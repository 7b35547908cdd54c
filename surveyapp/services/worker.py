"""What an installation does by itself: sends, makes exports that were asked for and releases that are due, lets go of
what is kept no longer, chains the audit trail, makes backups. Any number of workers is harmless: a task is claimed in
the database before it is done, one process at a time sends, and an export is one worker's."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import secrets
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from surveyapp.domain.errors import ShiftlineError
from surveyapp.domain.fieldwork.lists import ListState
from surveyapp.domain.jobs.long_jobs import JobKind
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.sending.planning import MessageState
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.exports.packing import PackExport
from surveyapp.services.jobs import doing
from surveyapp.services.jobs.doing import Act, JobInHand
from surveyapp.services.one_by_one import one_by_one
from surveyapp.services.questionnaires import moves
from surveyapp.services.sealed_files import own_keys
from surveyapp.services.security import kept_forms
from surveyapp.services.sending import hearing, outbox
from surveyapp.services.sending.ways.chosen import carriers
from surveyapp.services.work import Desk, Work
from surveyapp.settings import WORKER_TASKS
from surveyapp.store.sending import outbox as outbox_store
from surveyapp.store.sending import worker as store
from surveyapp.store.sending.worker import BEAT, SILENT_AFTER

_log = logging.getLogger(__name__)

ROUND = dt.timedelta(seconds=30)
"""How long a worker rests between two looks at what is due."""

LOOKS_EVERY = dt.timedelta(seconds=3)
"""How long somebody who asked for a code waits, at most, before a worker sees it."""

EVERY: Mapping[str, dt.timedelta] = {
    "messages": dt.timedelta(0),
    "exports": dt.timedelta(0),
    "jobs": dt.timedelta(0),
    "releases": dt.timedelta(hours=1),
    "retention": dt.timedelta(days=1),
    "chain": dt.timedelta(hours=1),
    "backup": dt.timedelta(days=1),
}
"""How often each task is done."""

assert set(EVERY) == set(WORKER_TASKS)

IN_HAND = dt.timedelta(minutes=30)
"""How long a task is left to whoever has begun it: one that is killed over it may have done nothing."""

AGAIN_AFTER = dt.timedelta(minutes=10)
"""How long a task that failed rests. What is looked for in every round is tried in the next."""

assert all(not each or each > IN_HAND for each in EVERY.values())

LEFTOVERS, LEFTOVERS_EVERY = "leftovers", dt.timedelta(hours=1)
"""What is kept for days alone goes by the hour, by whichever worker sees to what is kept for years."""


@dataclass(frozen=True, kw_only=True)
class WorkerStand:
    """A task as it stands; `late`: it should have been done again by now."""

    task: str
    done_at: dt.datetime | None
    failed: str | None
    late: bool


@dataclass(frozen=True)
class CameOfRound:
    """What each task that was done came to (empty: nothing was due), and why others `failed`."""

    did: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class _Stopped(Exception):
    """The worker was told to stop in the middle of a task, which is not done."""


@dataclass(frozen=True)
class WorkerRound:
    """What a task is given: whether it is to go on, how files of single answers are written (None: not here), and
    whether messages are this worker's too."""

    wanted: Callable[[], bool] = lambda: True
    pack: PackExport | None = None
    sends: bool = False


def round_of(
    desk: Desk, tasks: Collection[str], wanted: Callable[[], bool] = lambda: True, pack: PackExport | None = None
) -> CameOfRound:
    """Does what is due of these tasks, once. A task that fails is noted and tried again soon, and does not keep the
    others from being done; so is one in the middle of which it is wanted no more. `pack`: how files of single answers
    are written."""
    this = WorkerRound(wanted, pack, "messages" in tasks)
    came = CameOfRound()
    with desk.writing() as work:
        store.done(work.session, BEAT, work.now)
        if "retention" in tasks and _claim(work, LEFTOVERS, LEFTOVERS_EVERY):
            _remove_leftovers(work)
            store.done(work.session, LEFTOVERS, work.now)
    for task in (each for each in EVERY if each in tasks):
        if not wanted():
            break
        with desk.writing() as work:
            mine = _claim(work, task, EVERY[task])
        if mine:
            _do(desk, task, this, came)
    return came


def _claim(work: Work, task: str, every: dt.timedelta) -> bool:
    # What is looked for in every round has locks of its own: it is nobody's for longer.
    return store.claim(work.session, task, work.now, every, work.now + (IN_HAND if every else every))


def _do(desk: Desk, task: str, this: WorkerRound, came: CameOfRound) -> None:
    """Does a task that is this worker's, and notes what came of it."""
    rests = dt.timedelta(0)
    try:
        came.did[task] = _TASKS[task](desk, this)
        if came.did[task]:
            _log.info("did what was due", extra={"task": task, "came": came.did[task]})
    except _Stopped:
        pass
    except ShiftlineError as error:
        came.failed[task], rests = str(error), AGAIN_AFTER
        _log.warning("the worker's task failed; `surveyapp worker --status` says why", extra={"task": task})
    except Exception as error:
        # Whatever it is, the others go on, and it is tried again. What it says may hold what nobody should read in a
        # table: its kind is enough there, and the log has where it happened.
        _log.exception("the worker's task failed", extra={"task": task})
        came.failed[task], rests = type(error).__name__, AGAIN_AFTER
    with desk.writing() as work:
        if task in came.did:
            store.done(work.session, task, work.now)
        else:
            until = work.now + (rests if EVERY[task] else EVERY[task])
            store.not_done(work.session, task, until, came.failed.get(task))


def look_for_asked(desk: Desk) -> Counter[MessageState]:
    """Sends what somebody asked for and waits for, between two rounds. Where another process sends, that one does."""
    try:
        with desk.reading() as work:
            runtime = desk.runtime
            waits = outbox_store.asked_for(
                work.session, runtime.origin, list(runtime.studies), work.now, list(SendingWay), 1
            )
        return outbox.send_asked_for(desk, carriers(desk.runtime.settings)) if waits else Counter()
    except ShiftlineError:
        # Another sends, or the database is away: the next round says so.
        return Counter()


def _messages(desk: Desk, this: WorkerRound) -> str:
    done: Counter[MessageState] = Counter()
    heard: Counter[str] = Counter()

    def send() -> None:
        done.update(
            outbox.send(
                desk,
                sorted(desk.runtime.studies),
                carriers(desk.runtime.settings),
                wanted=this.wanted,
                holder=secrets.token_hex(8),
            )
        )

    # Whatever one of them comes to, who says stop in another is heard.
    steps: list[Callable[[], None]] = [
        send,
        lambda: heard.update(hearing.read_mailbox(desk)),
        lambda: heard.update(stop=hearing.read_texts(desk)),
    ]
    one_by_one(steps, lambda each: each())
    told = [f"{count} {state.value}" for state, count in sorted(done.items())]
    return ", ".join(told + [f"{count} {what} heard" for what, count in sorted(heard.items()) if count])


def _exports(desk: Desk, this: WorkerRound) -> str:
    # Formats take pandas: a worker that writes none does without.
    from surveyapp.services.exports import making

    def wanted() -> bool:
        if this.sends:  # a large one takes a minute, and somebody may wait for a code
            look_for_asked(desk)
        return this.wanted()

    return making.make_waiting(desk, wanted, this.pack) if this.pack else ""


def _jobs(desk: Desk, this: WorkerRound) -> str:
    looked_at = time.monotonic()

    def wanted() -> bool:
        nonlocal looked_at
        if time.monotonic() - looked_at >= LOOKS_EVERY.total_seconds():
            looked_at = time.monotonic()
            with desk.writing() as work:  # one may take an hour, in which the worker lives
                store.done(work.session, BEAT, work.now)
            if this.sends:  # somebody may wait for a code
                look_for_asked(desk)
        return this.wanted()

    return doing.do_waiting(desk, wanted, JOBS)


def _list(mine: JobInHand) -> None:
    # Files take what reads them: a worker whom nobody brings any does without.
    from surveyapp.services.lists import held, imports, taking_back

    state = held.state_of(mine.desk, mine.job.study, uuid.UUID(mine.job.subject))
    # Of one that is in, that it is taken back is all that is asked for.
    carry_on = taking_back.carry_on if state is ListState.IMPORTED else imports.carry_on
    carry_on(mine)


def look_for_jobs(desk: Desk, wanted: Callable[[], bool], sends: bool) -> None:
    """Does what somebody asked for and waits for, between two rounds."""
    with contextlib.suppress(ShiftlineError):  # the database is away: the next round says so
        _jobs(desk, WorkerRound(wanted, sends=sends))


def _releases(desk: Desk, this: WorkerRound) -> str:
    # Counting takes pandas: a worker that makes none does without.
    from surveyapp.services.results.releasing import releases

    made = []

    def make(study: str) -> None:
        if releases.make_due(desk, study) is not None:
            made.append(study)

    one_by_one(_studies(desk, this), make)
    return ", ".join(made)


def _retention(desk: Desk, this: WorkerRound) -> str:
    from surveyapp.services.privacy import retention

    gone = Counter[KeptThing]()
    one_by_one(_studies(desk, this), lambda study: gone.update(retention.run(desk, study)))
    return str(gone.total()) if gone else ""


def _remove_leftovers(work: Work) -> None:
    """What was typed, and lists that were looked at, which nobody came back for."""
    from surveyapp.services.lists import taking_back

    kept_forms.remove_old(work)
    taking_back.remove_old(work)
    own_keys.sweep(work)


def _studies(desk: Desk, this: WorkerRound) -> Iterator[str]:
    """Every study. Raises _Stopped where it is wanted no more before the last."""
    for study in sorted(desk.runtime.studies):
        if not this.wanted():
            raise _Stopped
        yield study


def _chain(desk: Desk, this: WorkerRound) -> str:
    from surveyapp.services.security import audit_chain

    audit_chain.chain(desk)
    return ""


def _backup(desk: Desk, this: WorkerRound) -> str:
    from surveyapp.services.security.backups import backup

    return backup.create(desk).path.name


JOBS: Mapping[JobKind, Act] = {JobKind.MOVE: moves.carry_on, JobKind.LIST: _list}
"""What does each kind of what takes longer than a page waits."""

_TASKS: Mapping[str, Callable[[Desk, WorkerRound], str]] = {
    "messages": _messages,
    "exports": _exports,
    "jobs": _jobs,
    "releases": _releases,
    "retention": _retention,
    "chain": _chain,
    "backup": _backup,
}


def standing(desk: Desk) -> tuple[WorkerStand, ...]:
    """How each task of this installation stands, the worker's own sign of life first."""
    with desk.reading() as work:
        there = store.tasks(work.session)
        found = []
        for task in (BEAT, *desk.runtime.settings.worker):
            last = there.get(task)
            done_at = last.done_at if last else None
            late = done_at is None or work.now - done_at > max(SILENT_AFTER, 2 * EVERY.get(task, dt.timedelta(0)))
            found.append(WorkerStand(task=task, done_at=done_at, failed=last.failed if last else None, late=late))
        return tuple(found)
