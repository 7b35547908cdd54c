"""What each kind of request costs the processor, beside a threshold; and, with `--json`, for `compared`.

It is told in milliseconds, and counted in *pieces of work*: a piece is made of what requests are made of (a query, a
template, JSON, a hash), of libraries whose versions are pinned and of nothing of ours, and is timed right before and
right after the requests it stands beside. A threshold is the pieces that the kind took when it was set, times 1.5. A
machine half as quick, or slower for a minute, is so no fault, and a page that became dearer is.

It runs against whichever version stands first on the path.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from tests.benchmarks import walked
from tests.benchmarks.shared import headed, row

STUDY = "mentoring"
PEOPLE, SEED = 300, 7
TIMES = 15
MARGIN = 1.5

PIECES = {
    "a link opened": 3.1,
    "a question answered without script": 3.3,
    "an acknowledged save": 1.4,
    "a question looked at": 1.7,
    "the queue of an interviewer": 12.0,
    "where a study stands": 7.1,
    "the people of a study": 14.7,
    "who may do what": 4.5,
    "results: the overview": 3.2,
    "results: a measure": 4.1,
    "results: every question of a touchpoint": 3.2,
    "results: the same, split": 3.8,
    "results: a table as CSV": 4.3,
    "the audit trail": 7.5,
}
"""What each kind took when the thresholds were set."""

_TEMPLATE = jinja2.Environment(autoescape=True).from_string(
    "<table>{% for row in rows %}<tr>{% for each in row %}<td>{{ each }}</td>{% endfor %}</tr>{% endfor %}</table>"
)


@dataclass(frozen=True)
class Cost:
    """Of one request: milliseconds of the processor, and how many pieces of work that was."""

    milliseconds: float
    pieces: float


class Piece:
    """The piece of work."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE TABLE answer (id INTEGER PRIMARY KEY, said TEXT, at REAL)")
        rows = [(number, f"said & <written> {number}", number / 7) for number in range(600)]
        self._database.executemany("INSERT INTO answer VALUES (?, ?, ?)", rows)

    def work(self) -> None:
        found = self._database.execute("SELECT * FROM answer ORDER BY said, at").fetchall()
        page = _TEMPLATE.render(rows=found)
        hashlib.sha256(json.dumps([page, found]).encode()).hexdigest()

    def beside(self, requests: Callable[[], Sequence[float]]) -> Cost:
        """What requests cost, whose milliseconds are returned: the median of them."""
        before = _taken(self.work, TIMES)
        milliseconds = statistics.median(requests())
        return Cost(milliseconds, milliseconds / statistics.median([*before, *_taken(self.work, TIMES)]))


def _taken(work: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append((time.process_time() - began) * 1000)
    return found


def measured() -> dict[str, Cost]:
    """By kind of request."""
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
        piece = Piece()
        found = {**dict(_of_participants(app, runtime, piece)), **dict(_of_staff(app, runtime, piece))}
        runtime.database.dispose()
    return found


def _of_participants(app: Any, runtime: Any, piece: Piece) -> Iterator[tuple[str, Cost]]:
    from tests import factories

    def link() -> str:
        made: str = factories.create_link(runtime, factories.create_participant(runtime))
        return made

    def browser() -> walked.InProcess:
        return walked.InProcess(app)

    links = [link() for _ in range(TIMES)]

    def opened() -> list[float]:
        found = []
        for each in links:
            who = browser()
            status, _, _ = who.call("GET", each)
            assert status in (200, 302, 303), status
            found.append(who.spent * 1000)
        return found

    _, said = walked.without_script(browser(), link())  # what is read and compiled once
    yield "a link opened", piece.beside(opened)
    yield (
        "a question answered without script",
        piece.beside(lambda: [each * 1000 for each in walked.without_script(browser(), link())[0]]),
    )
    yield (
        "an acknowledged save",
        piece.beside(lambda: [each * 1000 for each in walked.with_script(browser(), link(), said)]),
    )
    who = browser()
    address, _ = walked.begun(who, link())

    def looked() -> None:
        assert who.call("GET", address)[0] == 200

    yield "a question looked at", piece.beside(lambda: _taken(looked, TIMES))


def _of_staff(app: Any, runtime: Any, piece: Piece) -> Iterator[tuple[str, Cost]]:
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

        _taken(asked, 3)
        yield name, piece.beside(functools.partial(_taken, asked, TIMES))


def main() -> None:
    headed("Each kind of request: milliseconds of processor, and pieces of work")
    for name, cost in measured().items():
        threshold = PIECES[name] * MARGIN
        row(
            name,
            f"≤ {threshold:.1f}",
            f"{cost.pieces:5.1f}   {cost.milliseconds:5.1f} ms" + ("   OVER" if cost.pieces > threshold else ""),
        )


if __name__ == "__main__":
    if "--json" in sys.argv:
        json.dump({name: cost.pieces for name, cost in measured().items()}, sys.stdout)
    else:
        main()
