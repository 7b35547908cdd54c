"""What results cost, of simulated cohorts of 1,000, 100,000 and 1,000,000 participants.

A *fresh worker* is a process of its own that has served nothing but the evaluator's signing in.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import resource
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from surveyapp.domain.answers import Codes, Mode
from surveyapp.domain.audit import Operator
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.responses import NewSave, ResponseState, payload_hash
from surveyapp.domain.staff import Role
from surveyapp.services import readiness
from surveyapp.services.progress import standing
from surveyapp.services.results import current, measures
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime, system_clock
from surveyapp.services.simulation.making import MOST_STORED, simulate
from surveyapp.services.work import Desk
from surveyapp.store import responses
from surveyapp.store.tables import ResponseRow, ResultPageRow
from tests import factories
from tests.benchmarks import taken
from tests.benchmarks.shared import Taken, headed, in_words, once, row

SIZES = (1_000, 100_000, 1_000_000)
STUDY, SEED = "mentoring", 7
PAGES = {
    "the overview": f"/results/{STUDY}",
    "a measure with three moments": f"/results/{STUDY}/measures/belonging",
    "a measure split": f"/results/{STUDY}/measures/belonging?by=sector",
    "every question of a touchpoint": f"/results/{STUDY}/questions/mentee/1",
    "every question of a touchpoint, split": f"/results/{STUDY}/questions/mentee/1?by=age_band",
    "one question": f"/results/{STUDY}/questions/mentee/1/apprenticeship_satisfaction",
}
THIRTY_CHARTS = (f"/results/{STUDY}/questions/mentee/1", f"/results/{STUDY}/questions/mentee/1?by=age_band")


def main(folder: Path, most: int) -> None:
    """Prints a table for each size up to the most. Cohorts that are in the folder are used again."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in (each for each in SIZES if each <= most):
        headed(f"{STUDY}, {size:,} simulated participants")
        runtime = _runtime(folder, size)
        desk = Desk(runtime, Operator())
        _cohort(desk, folder, size)
        _building(desk, size)
        _cross(desk)
        if size <= MOST_STORED:
            _new_answer(desk, size)
            taken.main(runtime)
        _standing(desk, size)
        _pages(runtime, folder, size)
        _release(desk, size)
        runtime.database.dispose()


def _standing(desk: Desk, size: int) -> None:
    """Where the study stands: counted, looked at again within the minute, and when it is counted anew meanwhile."""
    if size > MOST_STORED:
        return  # no cases are stored of so many
    target = "≤ 0.3 s" if size == 100_000 else ""
    later = Desk(dataclasses.replace(desk.runtime, clock=lambda: system_clock() + dt.timedelta(minutes=2)), desk.actor)
    looks = (("counted", desk), ("again within a minute", desk), ("two minutes later", later))
    for what, looking in looks:
        found = once(functools.partial(standing.standing, looking, STUDY))
        row(f"where the study stands, {what}", target, in_words(found))
    row("  by site", "", in_words(once(lambda: standing.standing(desk, STUDY, standing.SITE))))


def _runtime(folder: Path, size: int) -> Runtime:
    url = f"sqlite:///{folder / f'{STUDY}-{size}.db'}"
    return factories.create_runtime(url, system_clock, cache=folder / f"{STUDY}-{size}.cache")


def _cohort(desk: Desk, folder: Path, size: int) -> None:
    there = (folder / f"{STUDY}-{size}.db").exists()
    readiness.migrate(desk.runtime.settings)
    if there:
        row("simulating", "", "there already")
        return
    found = once(lambda: simulate(desk, STUDY, size, SEED))
    stored = sum(path.stat().st_size for path in _files(folder, size))
    row("simulating", "", in_words(found))
    row("  participants a second", "", f"{size / found.clock:,.0f}")
    row("  on disk", "", f"{stored / 1e6:,.0f} MB")


def _files(folder: Path, size: int) -> Iterator[Path]:
    yield folder / f"{STUDY}-{size}.db"
    yield from (folder / f"{STUDY}-{size}.cache").rglob("*.arrow")


def _building(desk: Desk, size: int) -> None:
    """The first count of a cohort in the database. A larger one is simulated as linked tables."""
    study = desk.runtime.study(STUDY)
    found = once(lambda: current.up_to_date(desk, study))
    row("building the linked tables" if size <= MOST_STORED else "finding the linked tables", "", in_words(found))


def _cross(desk: Desk) -> None:
    """A measure by an attribute that nobody asked for yet, counted then. Which touchpoints collect is asked of the
    database once for each state of the answers and day: whoever looked first has paid for it."""
    study = desk.runtime.study(STUDY)
    measures.overview(desk, STUDY)
    for name in (each.partition(".")[2] for each in study.segments):
        with desk.writing() as work:
            work.session.execute(delete(ResultPageRow).where(~ResultPageRow.key.contains("|collecting ")))
        found = once(functools.partial(measures.shift, desk, STUDY, "recommend_mentee", segment=name))
        row(f"a measure by {name}, which nobody asked for yet", "500 ms", in_words(found))


def _new_answer(desk: Desk, size: int) -> None:
    """Somebody changes an answer; who looks first afterwards has it counted."""
    measures.overview(desk, STUDY)
    with desk.writing() as work:
        session = work.session
        case = session.scalars(
            select(ResponseRow.case_id)
            .where(ResponseRow.questionnaire == "mentee_1", ResponseRow.state == ResponseState.SUBMITTED)
            .limit(1)
        ).one()
        response = responses.response_of(session, case)
        assert response is not None
        answers = responses.current_answers(session, response.id)
        old = answers["apprenticeship_satisfaction"]
        new = Codes(("neither",) if old != Codes(("neither",)) else ("very_satisfied",))
        given = {"apprenticeship_satisfaction": new}
        save = NewSave(
            id=uuid.uuid4(),
            section="any",
            language="en",
            mode=Mode.SELF,
            by=None,
            client_at=None,
            recorded_at=work.now,
            payload_hash=payload_hash("any", given),
        )
        key = responses.record_save(session, response, save, given)
        responses.replace_answers(session, response.id, key, {**answers, **given}, {})
    target = "500 ms" if size < MOST_STORED else "3 s"
    row("the working view after one new answer", target, in_words(once(lambda: measures.overview(desk, STUDY))))


def _pages(runtime: Runtime, folder: Path, size: int) -> None:
    """Server time of pages that were made before, in a worker that has just begun and in one that is warm."""
    place = [runtime.settings.database_url, str(runtime.settings.cache)]

    def worker(addresses: list[str]) -> list[dict[str, Any]]:
        """With somebody of its own: a code that has signed somebody in does not do so again."""
        email = f"evaluator-{uuid.uuid4().hex[:8]}@example.org"
        factories.create_staff(runtime, Role.EVALUATOR, email=email, study=STUDY)
        return _worker([*place, email], addresses)

    worker(list(PAGES.values()))  # Makes what was never asked for.
    for name, address in PAGES.items():
        [found] = worker([address])
        row(f"{name}, a fresh worker", "50 ms", in_words(Taken(*found["first"])))
        row(f"{name}, warm", "50 ms", in_words(Taken(*found["warm"])))
        if address in THIRTY_CHARTS:
            row(f"  HTML on the wire, {found['charts']} charts", "15 KB", f"{found['wire'] / 1000:,.1f} KB")
            if found["interactive"] is not None:
                row("  interactive in headless Chromium", "1.5 s", f"{found['interactive']:.2f} s")


def _release(desk: Desk, size: int) -> None:
    """A release of everything, audited; and the most memory that this process has held."""
    target = {1_000: "15 s", 100_000: "60 s", 1_000_000: "180 s"}[size]
    try:
        row("a release", target, in_words(once(lambda: releases.make(desk, STUDY))))
    except StateRefused as error:
        row("a release", target, f"refused: {error}")
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    row("  memory at most", "2 GiB", f"{held / 2**30:.2f} GiB")


def _worker(arguments: list[str], addresses: list[str]) -> list[dict[str, Any]]:
    made = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.worker", *arguments, *addresses],
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(made.stdout)
    return found
