"""What one machine carries: acknowledged saves a second on SQLite with two processes that serve, as `make demo` starts
it, and on PostgreSQL with four and with two; and what a save costs of the processor, of those that serve and of the
database's. Of the last, a larger machine or several are planned (docs/performance.md): unlike the clock it hardly
depends on what else the machine does.

All in one run, in turns, so that a machine that slows down slows all.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import served, walked
from tests.benchmarks.shared import headed, row
from tests.databases import Cluster, find_binary

AT_ONCE = 16
QUESTIONS = 28
TURNS = 2
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Carried:
    """Saves that were acknowledged, seconds by the clock, and of the processor in processes that serve and in the
    database's; whoever was refused."""

    saves: int = 0
    clock: float = 0
    serving: float = 0
    database: float = 0
    failed: list[Exception] = field(default_factory=list)

    def in_words(self) -> str:
        of_database = f" + {self.database / self.saves * 1000:.1f} the database's" if self.database else ""
        return (
            f"{self.saves / self.clock:.1f}, {len(self.failed)} failed   of the processor a save"
            f" {self.serving / self.saves * 1000:.1f} ms{of_database}"
        )


def processor(first: int) -> float:
    """Seconds that a process and its children have had of the processor, those that ended included."""
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return sum(_processor(pid) for pid in [str(first), *children])


def _processor(pid: str) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(each) for each in fields[11:15]) / TICKS


@contextlib.contextmanager
def _cluster() -> Iterator[Cluster]:
    cluster = Cluster(on_disk=True)
    try:
        yield cluster
    finally:
        cluster.stop()


def _turn(url: str, processes: int, cluster: Cluster | None, into: Carried) -> None:
    links = served.links_in(url, 2 * AT_ONCE + 1)
    with (
        tempfile.TemporaryDirectory(prefix="shiftline-carried-") as name,
        served.as_for_real(url, Path(name), processes) as (port, first),
    ):
        _, said = walked.without_script(served.OverHttp(port), links.pop())
        # What a process reads and compiles once is paid by those before.
        served.together([served.saves_of(port, links.pop(), said) for _ in range(AT_ONCE)], QUESTIONS)
        everybody = [served.saves_of(port, link, said) for link in links]
        server = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0]) if cluster else None
        before = processor(first), processor(server) if server else 0.0
        measured = served.together(everybody, QUESTIONS)
        into.serving += processor(first) - before[0]
        into.database += processor(server) - before[1] if server else 0.0
    into.saves += len(measured.taken)
    into.clock += measured.clock
    into.failed += measured.failed


def main() -> None:
    headed(f"What a machine carries: {AT_ONCE} participants at once, {os.cpu_count()} processors")
    if find_binary("initdb") is None:
        print("PostgreSQL is not installed: left out.", flush=True)
        return
    file, server, two = Carried(), Carried(), Carried()
    with tempfile.TemporaryDirectory(prefix="shiftline-carried-") as name, _cluster() as cluster:
        for turn in range(TURNS):
            _turn(f"sqlite:///{Path(name) / f'{turn}.db'}", 2, None, file)
            _turn(cluster.url(cluster.create()), 4, cluster, server)
            _turn(cluster.url(cluster.create()), 2, cluster, two)
    row("saves a second, SQLite, 2 processes that serve", "", file.in_words())
    row("saves a second, PostgreSQL, 4 processes that serve", "≥ 1 ×", server.in_words())
    row("the second by the first", "≥ 1 ×", f"{server.saves / server.clock / (file.saves / file.clock):.2f} ×")
    row("saves a second, PostgreSQL, 2 processes that serve", "", two.in_words())
    row("the last by the first", "", f"{two.saves / two.clock / (file.saves / file.clock):.2f} ×")


if __name__ == "__main__":
    main()
