"""A release of very many is counted on a Dask cluster of this machine's own, and one of fewer in this process.

What is held together is the processor's time a person: of the process that makes the release, and of the workers. Then
the fewer are counted on the cluster too, one of its workers is killed meanwhile, and every number is compared.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import resource
import shutil
import signal
import threading
import time
from unittest import mock

from surveyapp.analysis.linked import partitions
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.services.results import cluster
from surveyapp.services.results.data import ResultData, read_data
from surveyapp.services.results.releasing import drafting, releases
from surveyapp.services.runtime import system_clock
from surveyapp.services.simulation import making
from surveyapp.services.work import Desk
from surveyapp.store import migrating
from tests import factories
from tests.drills import Ground, Row
from tests.simulated import first_release
from tests.workers import workers as workers_of

DATABASES = ("sqlite",)
FULL = {"people": 10_000_000, "beside": 1_000_000, "workers": 2, "part": partitions.PEOPLE}
SHORT = {"people": 3_000, "beside": 1_500, "workers": 2, "part": 200}
STUDY, SEED = "mentoring", 7
MOST_TIMES = 1.5


def run(ground: Ground, people: int, beside: int, workers: int, part: int) -> list[Row]:
    with (
        mock.patch.object(partitions, "PEOPLE", part),
        mock.patch.object(making, "MOST_STORED", 0),
        mock.patch.object(making, "BATCH", min(part, making.BATCH)),
        workers_of(workers) as address,
    ):
        few, many = (_desk(ground, name, where) for name, where in (("few", None), ("many", address)))
        rows = []
        for name, desk, count in (("in one process", few, beside), (f"on {workers} workers", many, people)):
            begun = time.process_time()
            making.simulate(desk, STUDY, count, SEED)
            rows.append(
                Row(f"{count:,} people drawn, {name}: seconds of processor", f"{time.process_time() - begun:.0f}")
            )
        seconds, wall = _release(few, None)
        rows.append(Row(f"release of {beside:,} in one process", _said(seconds, wall, beside)))
        spent, wall = _release(many, address)
        rows.append(Row(f"release of {people:,} on {workers} workers", _said(spent, wall, people)))
        times = (spent / people) / (seconds / beside)
        rows.append(
            Row(
                f"times the cost a person (at most {MOST_TIMES})", f"{times:.2f}", times <= MOST_TIMES or people < 10**6
            )
        )
        rows.append(Row("most memory of a worker, MB, after the many", _memory(address)))
        rows += _compared(few, address)
        few.runtime.database.dispose()
        many.runtime.database.dispose()
        return rows


def _desk(ground: Ground, name: str, address: str | None) -> Desk:
    url = f"sqlite:///{ground.folder / name}.db"
    migrating.upgrade(url)
    runtime = factories.create_runtime(url, system_clock, cluster=address)
    return factories.operator(runtime)


def _release(desk: Desk, address: str | None) -> tuple[float, float]:
    """A release; what it cost of processor, here and there, and how long it took."""
    gc.collect()
    begun, here, there = time.monotonic(), time.process_time(), _spent(address)
    releases.make(desk, STUDY)
    return time.process_time() - here + _spent(address) - there, time.monotonic() - begun


def _spent(address: str | None) -> float:
    return sum(cluster._client(address).run(time.process_time).values()) if address else 0.0


def _memory(address: str) -> str:
    found = cluster._client(address).run(_most_memory).values()
    return " and ".join(f"{each / 1024:.0f}" for each in found)


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _said(seconds: float, wall: float, people: int) -> str:
    return f"{seconds:.1f} s of processor, {1e6 * seconds / people:.1f} µs a person; {wall:.0f} s by the clock"


def _compared(desk: Desk, address: str) -> list[Row]:
    """Everything that a release of the same people tells, counted here and there while a worker is killed."""
    shared = dataclasses.replace(
        desk,
        runtime=dataclasses.replace(desk.runtime, settings=dataclasses.replace(desk.runtime.settings, cluster=address)),
    )
    here, there = _data(desk), _data(shared)
    killed: list[int] = []
    told = differ = 0
    for group in here.study.groups:
        if (found := there.tables.in_parts(group.id)) is None:
            continue
        release = first_release(here.study)
        folder = found[0]
        hidden = folder.with_name("hidden")
        folder.rename(hidden)  # so that this process counts the whole
        expected = drafting.group_draft(_data(desk), group.id, release, ())
        hidden.rename(folder)
        killer = threading.Thread(target=_kill, args=(address, killed))
        killer.start()
        counted = drafting.group_draft(_data(shared), group.id, release, ())
        killer.join()
        told += len(expected.objects)
        differ += sum(counted.objects.get(key) != page for key, page in expected.objects.items())
        shutil.rmtree(folder)
    return [
        Row("workers killed while they counted", len(killed), bool(killed)),
        Row("pages of a release told alike on the cluster and here", told - differ, told > 0),
        Row("pages that are not", differ, differ == 0),
    ]


def _kill(address: str, killed: list[int]) -> None:
    """Kills the first worker that is seen at work."""
    client = cluster._client(address)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if any(client.processing().values()):
            pid = next(iter(client.run(os.getpid).values()))
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
            return
        time.sleep(0.005)


def _data(desk: Desk) -> ResultData:
    data = read_data(desk, STUDY)
    return dataclasses.replace(data, study=dataclasses.replace(data.study, thresholds=Thresholds(1, 1, 30)))
