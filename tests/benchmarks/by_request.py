"""What each kind of request costs the processor, beside a threshold; and, with `--json`, for `compared`.

A threshold is what the kind took when it was set, times 1.25, times how much longer *a piece of work* takes on this
machine and in this hour than it took then. That piece is of what requests are made of (a template, rows in memory,
JSON, a hash), of the standard library and of libraries whose versions are pinned, and of nothing of ours: so that a
machine half as quick is no fault, and a page that became dearer is.

It runs against whichever version stands first on the path.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2

from tests.benchmarks import walked
from tests.benchmarks.shared import headed, row

STUDY = "mentoring"
PEOPLE, SEED = 300, 7
TIMES = 15
MARGIN = 1.25

REFERENCE_MS = 4.0
"""The piece of work, when the thresholds were set."""

MEASURED_MS: dict[str, float] = {}
"""Of the processor, then: the median of `TIMES`."""

_TEMPLATE = jinja2.Environment(autoescape=True).from_string(
    "<table>{% for row in rows %}<tr>{% for each in row %}<td>{{ each }}</td>{% endfor %}</tr>{% endfor %}</table>"
)


def reference() -> float:
    """Milliseconds of the processor that the piece of work takes: the median of so many."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE answer (id INTEGER PRIMARY KEY, said TEXT, at REAL)")
    rows = [(number, f"said & <written> {number}", number / 7) for number in range(600)]
    connection.executemany("INSERT INTO answer VALUES (?, ?, ?)", rows)

    def work() -> None:
        found = connection.execute("SELECT * FROM answer ORDER BY said, at").fetchall()
        page = _TEMPLATE.render(rows=found)
        hashlib.sha256(json.dumps([page, found]).encode()).hexdigest()

    try:
        return statistics.median(_taken(work, 5 * TIMES)[5:])
    finally:
        connection.close()


def _taken(work: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append((time.process_time() - began) * 1000)
    return found


def measured() -> dict[str, float]:
    """Milliseconds of the processor by kind of request."""
    from surveyapp import create_app, get_ready
    from surveyapp.services.runtime import system_clock
    from surveyapp.services.simulation.making import simulate
    from surveyapp.store.migrating import upgrade
    from tests import factories

    with tempfile.TemporaryDirectory(prefix="shiftline-requests-") as folder:
        url = f"sqlite:///{Path(folder) / 'requests.db'}"
        upgrade(url)
        runtime = factories.create_runtime(url, system_clock, demo=True)
        factories.open_questionnaires(runtime)
        simulate(factories.operator(runtime), STUDY, PEOPLE, SEED)
        app = create_app(runtime)
        get_ready(app)
        found = {**dict(_of_participants(app, runtime)), **dict(_of_staff(app, runtime))}
        runtime.database.dispose()
    return found


def _of_participants(app: Any, runtime: Any) -> Iterator[tuple[str, float]]:
    from tests import factories

    def link() -> str:
        made: str = factories.create_link(runtime, factories.create_participant(runtime))
        return made

    def browser() -> walked.InProcess:
        return walked.InProcess(app)

    opened = []
    for _ in range(TIMES):
        who = browser()
        status, _, _ = who.call("GET", link())
        assert status in (200, 302, 303), status
        opened.append(who.spent * 1000)
    yield "a link opened", statistics.median(opened)
    walked.without_script(browser(), link())  # what is read and compiled once
    taken, said = walked.without_script(browser(), link())
    yield "a question answered without script", statistics.median(taken) * 1000
    yield "an acknowledged save", statistics.median(walked.with_script(browser(), link(), said)) * 1000
    who = browser()
    address, _ = walked.begun(who, link())

    def looked() -> None:
        assert who.call("GET", address)[0] == 200

    yield "a question looked at", statistics.median(_taken(looked, TIMES + 2)[2:])


def _of_staff(app: Any, runtime: Any) -> Iterator[tuple[str, float]]:
    from surveyapp.domain.staff import Role
    from tests import factories
    from tests.page import Client

    pages = {
        "the queue of an interviewer": (Role.INTERVIEWER, "/interviews"),
        "where a study stands": (Role.SUPERVISOR, f"/standing/{STUDY}"),
        "the people of a study": (Role.MANAGER, f"/manage/{STUDY}"),
        "who may do what": (Role.MANAGER, f"/manage/{STUDY}/who-may"),
        "results: the overview": (Role.EVALUATOR, f"/results/{STUDY}"),
        "results: a measure": (Role.EVALUATOR, f"/results/{STUDY}/measures/belonging"),
        "results: every question of a touchpoint": (Role.EVALUATOR, f"/results/{STUDY}/questions/mentee/1"),
        "results: the same, split": (Role.EVALUATOR, f"/results/{STUDY}/questions/mentee/1?by=age_band"),
        "results: a table as CSV": (Role.EVALUATOR, f"/results/{STUDY}/questions/mentee/1.csv"),
        "the audit trail": (Role.AUDITOR, "/audit"),
    }
    for name, (role, address) in pages.items():
        email = f"{role.value}-{len(name)}@example.org"
        factories.create_staff(runtime, role, email=email, study=STUDY)
        client = Client(app.test_client())
        assert client.sign_in(email).status_code == 302, name

        def asked(client: Client = client, address: str = address) -> None:
            answered = client.raw.get(address, headers={"Accept-Encoding": "br"})
            assert answered.status_code == 200, (address, answered.status)

        yield name, statistics.median(_taken(asked, TIMES + 3)[3:])


def main() -> None:
    slower = reference() / REFERENCE_MS
    headed(f"Each kind of request: milliseconds of processor. A piece of work takes {slower:.2f} × what it took")
    for name, taken in measured().items():
        then = MEASURED_MS.get(name)
        threshold = None if then is None else then * MARGIN * slower
        row(
            name,
            "" if threshold is None else f"≤ {threshold:.1f}",
            f"{taken:.1f} ms" + ("   OVER" if threshold is not None and taken > threshold else ""),
        )


if __name__ == "__main__":
    if "--json" in sys.argv:
        json.dump({"reference": reference(), "kinds": measured()}, sys.stdout)
    else:
        main()
