"""The worker: what is due is done once, one task that fails keeps none of the others, and it says that it lives."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal
import subprocess
import sys

import pytest

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
    came = worker.round_of(desk, ("messages", "exports", "retention", "chain"))
    assert came == {"messages": "", "exports": "", "retention": "", "chain": ""}
    assert [each.failed for each in worker.standing(desk)] == [None, None, None]
    assert worker.EVERY["messages"] == dt.timedelta(0)


def test_it_ends_cleanly_when_it_is_told_to(runtime: Runtime) -> None:
    environment = {**os.environ, **factories.environment(runtime.settings.database_url), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", "from surveyapp.cli import main; main()", "worker"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("Working: messages")
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=60) == 0
