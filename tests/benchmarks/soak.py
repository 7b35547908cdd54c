"""What a server gives over HTTP for half an hour at half of what it can: that nothing fails, that it becomes no slower
and no larger. `python -m tests.benchmarks soak [--minutes N]`; SQLite and PostgreSQL, as `make demo` starts it.

First eight participants answer as fast as they can: that is its capacity. Then saves come at half of that, at moments
that do not depend on how soon the one before was answered (an open loop: whoever waits for a slow server before asking
again does not notice that it is slow). A save's time is from when it was due.
"""

from __future__ import annotations

import contextlib
import queue
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from surveyapp.services.runtime import system_clock
from surveyapp.store.migrating import upgrade
from tests import factories
from tests.benchmarks import served, walked
from tests.benchmarks.shared import headed, row
from tests.databases import Cluster, find_binary

AT_ONCE = 8
ASKED_FOR_CAPACITY_S = 20
SHARE = 0.5


@dataclass
class Soaked:
    """Seconds from when each save was due, by the minute in which it was; what went wrong; the memory of the largest
    worker, MiB, once a minute, and how many saves there had been by then."""

    minutes: list[list[float]] = field(default_factory=list)
    failed: list[Exception] = field(default_factory=list)
    memory: list[tuple[int, float]] = field(default_factory=list)


def resident(master: int) -> float:
    """Of the largest process under a server's first, MiB."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return max(_mebibytes(int(each)) for each in children)


def _mebibytes(pid: int) -> float:
    # Shared with whom it was forked off, or not: what it keeps from the machine.
    fields = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(each.split()[1]) for each in fields if each.startswith("Pss:")) / 1024


class Answers:
    """Participants without end: each answers every question and then makes room for another."""

    def __init__(self, port: int, links: Callable[[], str], said: Sequence[tuple[str, dict[str, list[str]]]]) -> None:
        self._port, self._links, self._said = port, links, said
        self._save: Callable[[str, dict[str, list[str]]], None] | None = None
        self._left: Iterator[tuple[str, dict[str, list[str]]]] = iter(())

    def prepare(self) -> None:
        """Sees to it that there is a question to answer; opening a link is not measured."""
        self._next = next(self._left, None)
        if self._next is None:
            self._save = walked.saving(served.OverHttp(self._port), self._links())
            self._left = iter(self._said)
            self._next = next(self._left)

    def save(self) -> None:
        assert self._save is not None
        assert self._next is not None
        self._save(*self._next)


def capacity(make: Callable[[], Answers], seconds: float) -> float:
    """Saves a second of so many participants, each as fast as it goes."""
    end = time.monotonic() + seconds
    counted = [0] * AT_ONCE

    def one(place: int) -> None:
        answers = make()
        while time.monotonic() < end:
            answers.prepare()
            answers.save()
            counted[place] += 1

    threads = [threading.Thread(target=one, args=[place]) for place in range(AT_ONCE)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(counted) / seconds


def soak(make: Callable[[], Answers], a_second: float, minutes: float, memory: Callable[[], float]) -> Soaked:
    found = Soaked()
    due: queue.Queue[float | None] = queue.Queue()
    begun = time.monotonic()
    lock = threading.Lock()

    def one() -> None:
        answers = make()
        while True:
            try:
                answers.prepare()
                at = due.get()
                if at is None:
                    return
                answers.save()
                minute = int((at - begun) / 60)
                with lock:
                    while len(found.minutes) <= minute:
                        found.minutes.append([])
                    found.minutes[minute].append(time.monotonic() - at)
            except Exception as error:
                found.failed.append(error)
                answers = make()

    threads = [threading.Thread(target=one) for _ in range(2 * AT_ONCE)]
    for each in threads:
        each.start()
    begun = time.monotonic()
    looked = 0
    for number in range(int(a_second * minutes * 60)):
        at = begun + number / a_second
        time.sleep(max(0.0, at - time.monotonic()))
        due.put(at)
        if at - begun >= looked * 60:
            looked += 1
            found.memory.append((number, memory()))
    for _ in threads:
        due.put(None)
    for each in threads:
        each.join()
    found.memory.append((sum(len(each) for each in found.minutes), memory()))
    return found


def p95(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else float("nan")


@contextlib.contextmanager
def databases() -> Iterator[list[tuple[str, str]]]:
    with tempfile.TemporaryDirectory(prefix="shiftline-soak-") as name, contextlib.ExitStack() as stack:
        found = [("SQLite", f"sqlite:///{Path(name) / 'soak.db'}")]
        if find_binary("initdb") is not None:
            cluster = Cluster(on_disk=True)
            stack.callback(cluster.stop)
            found.append(("PostgreSQL", cluster.url(cluster.create())))
        yield found


def main(minutes: float = 30) -> None:
    with databases() as kinds:
        for kind, url in kinds:
            headed(f"{minutes:g} minutes at half of its capacity, {kind}")
            _one(url, minutes)


def _one(url: str, minutes: float) -> None:
    upgrade(url)
    runtime = factories.create_runtime(url, system_clock, demo=True)
    factories.open_questionnaires(runtime)
    lock = threading.Lock()

    def link() -> str:
        with lock:
            return factories.create_link(runtime, factories.create_participant(runtime))

    with (
        tempfile.TemporaryDirectory(prefix="shiftline-soak-") as name,
        served.as_for_real(url, Path(name)) as (port, server),
    ):
        _, said = walked.without_script(served.OverHttp(port), link())

        def make() -> Answers:
            return Answers(port, link, said)

        can = capacity(make, ASKED_FOR_CAPACITY_S)
        row("saves a second, eight at once", "", f"{can:.1f}")
        found = soak(make, can * SHARE, minutes, lambda: resident(server))
    runtime.database.dispose()
    # The first minute warms what is made once.
    third = max(1, (len(found.minutes) - 1) // 3)
    first = p95([each for minute in found.minutes[1 : 1 + third] for each in minute])
    last = p95([each for minute in found.minutes[-third:] for each in minute])
    saves = sum(len(each) for each in found.minutes)
    row("saves", "", f"{saves:,}")
    row("failed", "0", f"{len(found.failed)}" + (f" ({found.failed[0]!r})" if found.failed else ""))
    row(
        "p95 of the last third against the first",
        "≤ 1.2",
        f"{last / first:.2f}   {first * 1000:.0f} → {last * 1000:.0f} ms",
    )
    warm = next((size for number, size in found.memory if number >= 10_000), found.memory[0][1])
    row(
        "the largest worker, after the first 10,000 saves and at the end",
        "≤ 1.05",
        f"{found.memory[-1][1] / warm:.2f}   {warm:.0f} → {found.memory[-1][1]:.0f} MiB",
    )
