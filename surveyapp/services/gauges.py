"""What whoever watches an installation wants to know of it: ages of queues, counts by state, when who was seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from surveyapp.domain.errors import DatabaseUnavailable
from surveyapp.domain.staff import Scope
from surveyapp.services import readiness
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.backups import folder as backup_folder
from surveyapp.services.sending.ways.chosen import carried
from surveyapp.store import releases
from surveyapp.store.progress import waiting
from surveyapp.store.sending import outbox, worker
from surveyapp.watching.meters import GaugeReading

KEPT_FOR = dt.timedelta(seconds=15)
"""How long figures stand: whoever asks more often is told them again."""


class Gauges:
    """Looks as often as it is worth while."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._looked_at: dt.datetime | None = None
        self._found: tuple[GaugeReading, ...] = ()

    def readings(self) -> tuple[GaugeReading, ...]:
        now = self.runtime.clock()
        if self._looked_at is None or not dt.timedelta(0) <= now - self._looked_at < KEPT_FOR:
            self._found, self._looked_at = look(self.runtime), now
        return self._found


def look(runtime: Runtime) -> tuple[GaugeReading, ...]:
    """Every figure that there is. While the database cannot work: that it cannot, and what lies beside it."""
    found = list(_of_backups(runtime))
    ready = readiness.problem(runtime) is None
    if ready:
        try:
            found += _of_the_database(runtime)
        except DatabaseUnavailable:
            ready = False
    return (GaugeReading("shiftline_ready", float(ready)), *found)


def _of_backups(runtime: Runtime) -> Iterator[GaugeReading]:
    made = backup_folder.backups_in(runtime.settings.backups)
    if made:
        yield _since("shiftline_backup_age_seconds", runtime, backup_folder.moment_of(made[-1]))


def _of_the_database(runtime: Runtime) -> Iterator[GaugeReading]:
    with runtime.database.reading() as session:
        for state, count in outbox.count_by_state(session).items():
            yield GaugeReading("shiftline_messages", count, (state.value,))
        ways = carried(runtime.settings)
        due = outbox.longest_due(session, runtime.origin, list(runtime.studies), runtime.clock(), ways)
        yield _since("shiftline_message_oldest_due_seconds", runtime, due)
        for task in worker.tasks(session).values():
            if task.done_at is not None:
                yield _since("shiftline_worker_seen_seconds", runtime, task.done_at, task.task)
            yield GaugeReading("shiftline_worker_failed", float(task.failed is not None), (task.task,))
        for study in runtime.studies:
            scope = Scope(study, runtime.origin)
            late = waiting.overdue(session, scope, runtime.clock())
            yield GaugeReading("shiftline_callbacks_overdue", late.count, (study,))
            longest = late.some[0].at if late.some else None
            yield _since("shiftline_callback_oldest_overdue_seconds", runtime, longest, study)
            count, newest = releases.how_many(session, scope)
            yield GaugeReading("shiftline_releases", count, (study,))
            if newest is not None:
                yield _since("shiftline_release_age_seconds", runtime, newest, study)


def _since(name: str, runtime: Runtime, moment: dt.datetime | None, *labels: str) -> GaugeReading:
    """Seconds since a moment; 0 where nothing waits."""
    seconds = 0.0 if moment is None else max(0.0, (runtime.clock() - moment).total_seconds())
    return GaugeReading(name, seconds, labels)
