"""Long jobs are done, some people at a time: in the name of whoever asked, whose right to it is asked anew of each."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping

from surveyapp.domain.errors import DatabaseUnavailable, FieldsRefused, NotPermitted, SaidError, StateRefused
from surveyapp.domain.jobs.long_jobs import JobKind, LongJob
from surveyapp.domain.sentences import Sentence, say
from surveyapp.services.kept_sentences import packed
from surveyapp.services.work import Desk, Work
from surveyapp.store import staff
from surveyapp.store.database import after_commit, new_id
from surveyapp.store.jobs import long_jobs as store

BEATS_EVERY = 10.0
"""Seconds between two signs of life of what takes long in one piece."""

_log = logging.getLogger(__name__)


class JobNotOurs(Exception):
    """Another process has it, or it was forgotten."""


class JobStopping(Exception):
    """The worker is to end."""


class JobEnded(SaidError):
    """Whoever asked may not do it any more: it is ended, where another fault is of one person."""


class JobInHand:
    """A job that this process does. `may`: raises NotPermitted where somebody may not do it; `wanted`: whether the
    process is to go on. `changed`: how many this process changed; `wrong`: what went wrong first."""

    def __init__(self, desk: Desk, job: LongJob, holder: str, wanted: Callable[[], bool] = lambda: True) -> None:
        self.desk, self.job, self._holder, self._wanted = desk.as_written, job, holder, wanted
        self.changed = 0
        self.ended = False
        self.wrong: Exception | None = None

    def asker(self, may: Callable[[Desk], object]) -> Desk:
        """Where whoever asked acts from, as they may now."""
        with self.desk.reading() as work:
            return self._asker(work, may)

    def _asker(self, work: Work, may: Callable[[Desk], object]) -> Desk:
        whoever = staff.staff_by_id(work.session, self.job.staff_id)
        if whoever is None or not whoever.active:
            raise JobEnded(say("job_account_closed"))
        theirs = Desk(self.desk.runtime, whoever)
        try:
            may(theirs)
        except NotPermitted:
            raise JobEnded(say("job_not_permitted")) from None
        return theirs

    def begin(self, left: int) -> None:
        """Notes how many are still to be seen to."""
        with self.desk.writing() as work:
            self._noted(store.begin(work.session, self.job.id, self._holder, work.now, left))

    def one(self, may: Callable[[Desk], object], act: Callable[[Work], int]) -> None:
        """Sees to one of many, in a transaction of their own which also notes that they are through; `act` returns how
        many it changed. What goes wrong is of this one alone."""
        self.check_wanted()
        try:
            with self.desk.writing() as work:
                changed = act(work.by(self._asker(work, may).actor))
                self._noted(store.went_on(work.session, self.job.id, self._holder, work.now, changed))
            self.changed += changed
        except (DatabaseUnavailable, JobEnded, JobNotOurs):
            raise
        except Exception as error:  # whatever it is, it is of this one
            self.wrong = self.wrong or error
            why = packed(_sentence_of(error))
            with self.desk.writing() as work:
                self._noted(store.refused(work.session, self.job.id, self._holder, work.now, why))

    def check_wanted(self) -> None:
        """Raises JobStopping where the process is to end."""
        if not self._wanted():
            raise JobStopping

    @contextlib.contextmanager
    def alive(self) -> Iterator[None]:
        """Says that it lives while the block lasts, for what takes longer than may be silent. Where SQLite is being
        written meanwhile it cannot, and nobody else can take it up either."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(BEATS_EVERY):
                with contextlib.suppress(DatabaseUnavailable), self.desk.writing() as work:
                    if not store.going_on(work.session, self.job.id, self._holder, work.now):
                        return

        beating = threading.Thread(target=beat, name=f"job {self.job.id}", daemon=True)
        beating.start()
        try:
            yield
        finally:
            over.set()
            beating.join()

    def still(self, work: Work) -> None:
        """Raises JobNotOurs where another process has it by now; none takes it while the work lasts."""
        self._noted(store.going_on(work.session, self.job.id, self._holder, work.now))

    def last(self, work: Work, may: Callable[[Desk], object]) -> None:
        """Notes that nobody is left, as part of what sees to the last; whoever asked may still do it, or JobEnded is
        raised."""
        self._asker(work, may)
        self._noted(store.through(work.session, self.job.id, self._holder, work.now))
        after_commit(work.session, self._end)

    def _end(self) -> None:
        self.ended = True

    def through(self) -> None:
        """Notes that nobody is left."""
        with self.desk.writing() as work:
            self._noted(store.through(work.session, self.job.id, self._holder, work.now))

    def give_back(self) -> None:
        """Leaves the rest to whoever comes next."""
        with self.desk.writing() as work:
            store.given_back(work.session, self.job.id, self._holder)

    def fail(self, why: Sentence) -> None:
        """Ends it before its end."""
        with self.desk.writing() as work:
            store.failed(work.session, self.job.id, self._holder, work.now, packed(why))

    @staticmethod
    def _noted(ours: bool) -> None:
        if not ours:
            raise JobNotOurs


Act = Callable[[JobInHand], None]
"""Does what is left of a job."""


def new_holder() -> str:
    """What a process that has a job in hand is called."""
    return f"{new_id().hex}{secrets.token_hex(4)}"


def do_now(desk: Desk, job: LongJob, holder: str, act: Act) -> int:
    """Does one that was asked for just now, while whoever asked waits; how many it changed. Raises what went wrong
    first, once all others are done."""
    mine = JobInHand(desk, job, holder)
    if (wrong := _do(mine, act)) is not None:
        raise wrong
    return mine.changed


def do_waiting(desk: Desk, wanted: Callable[[], bool], acts: Mapping[JobKind, Act]) -> str:
    """Does what waits, until nothing does; how many were done."""
    _tidy(desk)
    done = 0
    while wanted():
        with desk.reading() as work:
            if not store.anything_to_do(work.session, work.now):
                break
        holder = new_holder()
        with desk.writing() as work:
            job = store.claim(work.session, holder, work.now)
        if job is None:
            break
        done += _do(JobInHand(desk, job, holder, wanted), acts[job.kind]) is None
    return f"{done} done" if done else ""


def _tidy(desk: Desk) -> None:
    with desk.reading() as work:
        if not store.anything_over(work.session, work.now):
            return
    with desk.writing() as work:
        store.over(work.session, work.now, packed(say("job_given_up")))


def _do(mine: JobInHand, act: Act) -> Exception | None:
    """What went wrong, if anything did: it stands in the job."""
    try:
        act(mine)
        if not mine.ended:
            mine.through()
    except (JobNotOurs, JobStopping) as left:
        if isinstance(left, JobStopping):
            mine.give_back()
        return StateRefused(say("job_taken_up"))
    except DatabaseUnavailable:
        raise  # it goes on once there is one
    except Exception as error:
        mine.fail(_sentence_of(error))
        return error
    return mine.wrong


def _sentence_of(error: Exception) -> Sentence:
    match error:
        case SaidError():
            return error.sentence
        case FieldsRefused():
            return error.faults[0].sentence
    # What it says may hold what nobody should read on a page: that is in the log.
    _log.error("a long job went wrong", exc_info=error)
    return say("job_failed")
