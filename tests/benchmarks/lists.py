"""A list of 50,000 people, from the file to everybody in the study, and what a page takes meanwhile: both in one
process, which is the worker's too."""

from __future__ import annotations

import random
import statistics
import string
import tempfile
import threading
import time
from collections.abc import Callable

import surveyapp
from surveyapp.domain.fieldwork.lists import BUSY, DoubleChoice, ListRecord
from surveyapp.domain.staff import Role
from surveyapp.services import worker
from surveyapp.services.lists import held, imports
from surveyapp.services.lists.mapping import ListMapping
from surveyapp.services.runtime import Runtime, system_clock
from surveyapp.services.work import Desk
from surveyapp.store.migrating import upgrade
from tests import factories
from tests.benchmarks.shared import headed, row
from tests.page import Client

PEOPLE = 50_000

_FIRST = ("Asha", "Bartek", "Carla", "Dilan", "Emre", "Fiona", "Goran", "Hana", "Ivo", "Jana")
_LAST = ("Adams", "Baker", "Chowdhury", "Dunn", "Ellis", "Fox", "Gill", "Hughes", "Iqbal", "Jones")


def main(people: int = PEOPLE) -> None:
    headed(f"A list of {people:,} people, on SQLite: seconds by the clock, and of the processor")
    with tempfile.TemporaryDirectory(prefix="shiftline-bench-") as folder:
        url = f"sqlite:///{folder}/bench.db"
        upgrade(url)
        runtime = factories.create_runtime(url, system_clock)
        factories.open_questionnaires(runtime)
        desk = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
        link = factories.create_link(runtime, factories.create_participant(runtime))
        with Pages(runtime, link) as pages:
            import_id = imports.begin(desk, factories.STUDY, "people.csv", made(people))
            record = _record(desk, import_id)
            mapping = ListMapping.of_json(record.summary["mapping"])
            looked = _timed(lambda: imports.tell_columns(desk, factories.STUDY, import_id, mapping), desk, import_id)
            brought = _timed(
                lambda: imports.decide(desk, factories.STUDY, import_id, imports.Decisions(), DoubleChoice.ANOTHER),
                desk,
                import_id,
            )
        record = _record(desk, import_id)
        row("every row looked at", "", "{:.1f} s, {:.1f} s of the processor".format(*looked))
        row("brought in", "", "{:.1f} s, {:.1f} s of the processor".format(*brought))
        row("both", "≤ 60 s", f"{looked[0] + brought[0]:.1f} s ({record.state.value})")
        row("a participant's page meanwhile, median and slowest", "", pages.said())
        runtime.database.dispose()


def made(people: int) -> bytes:
    """A list of people no two of whom are alike, the same each time."""
    drawn = random.Random(12)
    lines = ["group,name,phone,email,enrolled_on,preferred,address"]
    for number in range(people):
        first = drawn.choice(_FIRST) + "".join(drawn.choices(string.ascii_lowercase, k=4))
        last = drawn.choice(_LAST) + "".join(drawn.choices(string.ascii_lowercase, k=5))
        lines.append(
            f"backfill,{first} {last},07{400_000_000 + number * 37:09d},{first}.{last}{number}@example.org,"
            f"2026-11-{1 + number % 20:02d},phone,{number} High Street Leeds"
        )
    return "\n".join(lines).encode()


def _record(desk: Desk, import_id: object) -> ListRecord:
    return held.record(desk, factories.STUDY, import_id)  # type: ignore[arg-type]


def _timed(act: Callable[[], None], desk: Desk, import_id: object) -> tuple[float, float]:
    """Asks for a step and does it: by the clock, and of the processor, that of the pages with it."""
    wall, busy = time.perf_counter(), time.process_time()
    act()
    worker.look_for_jobs(factories.operator(desk.runtime), lambda: True, sends=False)
    assert _record(desk, import_id).state not in BUSY
    return time.perf_counter() - wall, time.process_time() - busy


class Pages:
    """Somebody who opens their link over and over, five times a second."""

    def __init__(self, runtime: Runtime, link: str) -> None:
        app = surveyapp.create_app(runtime)
        app.testing = True
        self._client, self._link = Client(app.test_client()), link
        self._stop, self.took = threading.Event(), list[float]()
        self._thread = threading.Thread(target=self._open, daemon=True)

    def __enter__(self) -> Pages:
        self._client.get(self._link)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _open(self) -> None:
        while not self._stop.wait(0.2):
            began = time.perf_counter()
            assert self._client.get(self._link).status_code < 400
            self.took.append(time.perf_counter() - began)

    def said(self) -> str:
        if not self.took:
            return "none was opened"
        return f"{1000 * statistics.median(self.took):.0f} ms and {1000 * max(self.took):.0f} ms of {len(self.took)}"


if __name__ == "__main__":
    main()
