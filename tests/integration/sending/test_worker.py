"""The worker: what is due is done once, one task that fails keeps none of the others, and it says that it lives."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.sentences import say
from surveyapp.services import worker
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT
from tests import factories
from tests.conftest import Clock


def told(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, *tasks: str) -> tuple[Desk, list[str]]:
    """A worker of these tasks, none of which does anything, and what it did."""
    did: list[str] = []

    def of(task: str) -> object:
        def done(desk: Desk, wanted: object) -> str:
            did.append(task)
            return task

        return done

    monkeypatch.setattr(worker, "_TASKS", {task: of(task) for task in worker.EVERY})
    settings = dataclasses.replace(runtime.settings, worker=tasks)
    return factories.operator(dataclasses.replace(runtime, settings=settings)), did


def test_each_task_is_done_as_often_as_it_is_due(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, did = told(runtime, monkeypatch, "messages", "releases", "retention")
    for minutes in (0, 1, 59, 60 * 23):
        clock.forward(minutes=minutes)
        worker.round_of(desk, desk.runtime.settings.worker)
    assert {task: did.count(task) for task in did} == {"messages": 4, "releases": 3, "retention": 2}


def test_two_workers_do_a_task_once(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, did = told(runtime, monkeypatch, "retention")
    for _ in range(2):
        worker.round_of(desk, desk.runtime.settings.worker)
    assert did == ["retention"]


def test_a_task_that_fails_is_noted_and_the_others_are_done(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, did = told(runtime, monkeypatch, "messages", "releases", "chain")

    def refused(desk: Desk, wanted: object) -> str:
        raise StateRefused(say("sending_already"))

    def broken(desk: Desk, wanted: object) -> str:
        raise ZeroDivisionError("somebody@example.org")

    monkeypatch.setitem(worker._TASKS, "messages", refused)  # type: ignore[arg-type]
    monkeypatch.setitem(worker._TASKS, "releases", broken)  # type: ignore[arg-type]
    worker.round_of(desk, desk.runtime.settings.worker)
    assert did == ["chain"]
    stands = {each.task: each.failed for each in worker.standing(desk)}
    assert stands["messages"] == "Messages are being sent at this moment. Try again in a few minutes."
    # Never what an error says: an address may stand in it.
    assert stands["releases"] == "ZeroDivisionError"


def refusing(desk: Desk, wanted: object) -> str:
    raise StateRefused(say("sending_already"))


RARE = [task for task, every in worker.EVERY.items() if every]


@pytest.mark.parametrize("task", RARE)
def test_what_failed_is_not_done_and_is_tried_again_soon(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    """Not in every round: what fails for want of room would take what is left of it."""
    desk, did = told(runtime, monkeypatch, task)
    works = worker._TASKS[task]
    monkeypatch.setitem(worker._TASKS, task, refusing)  # type: ignore[arg-type]
    assert list(worker.round_of(desk, [task]).failed) == [task]
    (stand,) = [each for each in worker.standing(desk) if each.task == task]
    assert (stand.done_at, stand.late) == (None, True)
    monkeypatch.setitem(worker._TASKS, task, works)  # type: ignore[arg-type]
    clock.forward(minutes=9)
    worker.round_of(desk, [task])
    assert did == []
    clock.forward(minutes=1)
    worker.round_of(desk, [task])
    assert did == [task]
    (stand,) = [each for each in worker.standing(desk) if each.task == task]
    assert (stand.done_at, stand.failed, stand.late) == (clock.now, None, False)


@pytest.mark.parametrize("task", RARE)
def test_what_a_worker_was_killed_over_is_done_by_the_next(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    desk, did = told(runtime, monkeypatch, task)
    works = worker._TASKS[task]

    def killed(desk: Desk, wanted: object) -> str:
        raise SystemExit  # nothing of it is noted, as nothing is after SIGKILL

    monkeypatch.setitem(worker._TASKS, task, killed)  # type: ignore[arg-type]
    with pytest.raises(SystemExit):
        worker.round_of(desk, [task])
    assert [each.done_at for each in worker.standing(desk) if each.task == task] == [None]
    monkeypatch.setitem(worker._TASKS, task, works)  # type: ignore[arg-type]
    worker.round_of(desk, [task])
    assert did == [], "it could be in hand"
    clock.forward(seconds=worker.IN_HAND.total_seconds())
    worker.round_of(desk, [task])
    assert did == [task]


def test_what_is_looked_for_in_every_round_is_tried_in_the_next(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, did = told(runtime, monkeypatch, "messages")
    works = worker._TASKS["messages"]
    monkeypatch.setitem(worker._TASKS, "messages", refusing)  # type: ignore[arg-type]
    worker.round_of(desk, ["messages"])
    monkeypatch.setitem(worker._TASKS, "messages", works)
    worker.round_of(desk, ["messages"])
    assert did == ["messages"]


@pytest.mark.parametrize("task", ["retention", "releases"])
def test_a_task_that_is_stopped_in_the_middle_is_not_done(runtime: Runtime, task: str) -> None:
    """The next worker does it at once, and nothing is said to have failed."""
    desk = factories.operator(runtime)
    turns = iter([True])
    came = worker.round_of(desk, [task], lambda: next(turns, False))
    assert (came.did, came.failed) == ({}, {})
    assert worker.round_of(desk, [task]).did == {task: ""}


def test_once_ends_with_1_where_a_task_failed(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SURVEYAPP_WORKER", "messages,chain")
    assert CliRunner().invoke(main, ["worker", "--once"]).exit_code == 0
    monkeypatch.setitem(worker._TASKS, "messages", refusing)  # type: ignore[arg-type]
    done = CliRunner().invoke(main, ["worker", "--once"])
    assert (done.exit_code, "messages failed: Messages are being sent" in done.output) == (1, True), done.output


def test_it_stops_after_the_task_in_hand(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, did = told(runtime, monkeypatch, "messages", "releases", "chain")
    worker.round_of(desk, desk.runtime.settings.worker, lambda: not did)
    assert did == ["messages"]


def test_one_that_says_nothing_any_more_is_late(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _ = told(runtime, monkeypatch, "messages")
    assert all(each.late for each in worker.standing(desk))
    worker.round_of(desk, desk.runtime.settings.worker)
    assert not any(each.late for each in worker.standing(desk))
    clock.forward(minutes=16)
    assert all(each.late for each in worker.standing(desk))


def test_every_task_that_can_be_set_is_one_that_can_be_done(runtime: Runtime, clock: Clock) -> None:
    """As they are, in an installation without anything to do."""
    desk = factories.operator(runtime)
    came = worker.round_of(desk, ("messages", "exports", "jobs", "retention", "chain"))
    assert (came.did, came.failed) == ({"messages": "", "exports": "", "jobs": "", "retention": "", "chain": ""}, {})
    assert [each.failed for each in worker.standing(desk)] == [None] * 4
    assert worker.EVERY["messages"] == dt.timedelta(0)


def test_it_ends_cleanly_when_it_is_told_to(runtime: Runtime) -> None:
    environment = {**os.environ, **factories.environment(runtime.settings.database_url), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", "from surveyapp.cli import main; main()", "worker"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("Working: messages")
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=60) == 0
