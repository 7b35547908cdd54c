"""Drills: what must not happen when machines die, people guess or somebody is erased, tried and counted.

`python -m tests.drills [NAME …] [--short] [--database sqlite|postgresql]`, or `make drill`.

A drill is a module here with

- `FULL` and `SHORT`: the numbers it takes, as keyword arguments of `run`; tests and `--short` use the short ones;
- `run(ground, **numbers) -> list[Row]`: on a database that is migrated and empty. It raises nothing for what it finds:
  a row says what was counted and whether that holds. What takes long goes in `rounds`, which tell how far it is and
  end early where Ctrl-C or SIGTERM asks for it: the rows then say how many there were.

`DATABASES`, where it is there, names the kinds of database it is about (both without it).
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from surveyapp.store import migrating
from tests.databases import Cluster

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Row:
    """One figure of a drill: what was counted, what came of it, and whether that is what is promised."""

    what: str
    found: object
    holds: bool = True

    def __str__(self) -> str:
        return f"{'' if self.holds else 'NOT SO: '}{self.what}: {self.found}"


def none(what: str, found: int) -> Row:
    """A figure that is promised to be 0."""
    return Row(what, found, found == 0)


enough = threading.Event()
"""Set once whoever started a drill asked it to end and to tell what it has."""

TELL_EVERY_S = 30


def listen() -> None:
    """Lets Ctrl-C and SIGTERM end what goes in rounds, the first time; the second time everything."""

    def end(number: int, _frame: object) -> None:
        enough.set()
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def rounds(what: str, count: int) -> Iterator[int]:
    """0 to `count` - 1, telling now and then how far it is; fewer where it was enough before."""
    begun = told = time.monotonic()
    for number in range(count):
        if enough.is_set():
            return
        if (now := time.monotonic()) - told >= TELL_EVERY_S:
            told = now
            print(f"  … {what}: {number} of {count} after {now - begun:.0f} s", file=sys.stderr, flush=True)
        yield number


@dataclass(frozen=True)
class Ground:
    """Where a drill takes place: a database that is migrated and empty, a folder to work in, and the server that the
    database is on, where it is on one that may be stopped and started."""

    kind: str
    url: str
    folder: Path
    cluster: Cluster | None = None


@contextlib.contextmanager
def ground(kind: str) -> Iterator[Ground]:
    """New ground, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="shiftline-drill-") as name:
        folder = Path(name)
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'drill.db'}"
            migrating.upgrade(url)
            yield Ground(kind, url, folder)
            return
        cluster = Cluster(durable=True)
        try:
            url = cluster.url(cluster.create())
            migrating.upgrade(url)
            yield Ground(kind, url, folder, cluster)
        finally:
            cluster.stop()


def names() -> list[str]:
    """Every drill there is."""
    return sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))


def drill(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")
