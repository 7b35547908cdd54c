"""Counting a table that is in parts: on a Dask cluster where there is one, or else here, a part after the other.

Both run `counted` over the same files and add what comes of it, so that the numbers are the same; what a cluster that
loses a worker had not counted yet it counts again. One that does not answer at all costs nothing but time.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from surveyapp.analysis.counting.alike import Together, added, alike
from surveyapp.analysis.linked import partitions
from surveyapp.analysis.linked.table import LinkedTable
from surveyapp.services.results.keeping import program_print

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds to wait for a scheduler that does not answer, and for a cluster that has no worker."""

PAUSE = 60.0
"""Seconds after which a cluster that failed is tried again."""

AT_ONCE = 8
"""How many counted parts wait to be added: more are added at once, so that they do not pile up."""


TASKS = 8
"""How many tasks each thread of a cluster has: each is of several parts, and what is lost with a worker is one."""


class ClusterFailed(Exception):
    """What was to be counted there was not; why, as a sentence."""


def counted_in_parts(address: str | None, paths: Sequence[Path], asked: Sequence[Together]) -> list[LinkedTable]:
    """The people of all parts that are alike in each of what is asked."""
    if address is not None and time.monotonic() >= _failed.get(address, 0):
        try:
            return _added(_on_cluster(address, paths, asked))
        except ClusterFailed as error:
            _failed[address] = time.monotonic() + PAUSE
            log.warning("%s It is counted here, which takes longer.", error)
    return counted(paths, asked)


def counted(paths: Sequence[Path], asked: Sequence[Together]) -> list[LinkedTable]:
    """The people of some parts that are alike in each of what is asked. One part is held at a time."""
    wanted = {key for each in asked for key in each.read}
    known = {name for each in asked for name in each.attributes}

    def each_part() -> Iterator[list[LinkedTable]]:
        for path in paths:
            part = partitions.read(path, wanted, known)
            yield [alike(part, each) for each in asked]

    return _added(each_part())


def problem(address: str) -> str | None:
    """What is wrong with a cluster, as a sentence; None: it would count."""
    try:
        client = _client(address)
        if not client.scheduler_info()["workers"]:
            return f"The cluster at {address} has no worker."
        prints = set(client.run(_print_there).values())
    except ClusterFailed as error:
        return str(error)
    except Exception as error:  # whatever a network and other machines come to
        return f"The cluster at {address} does not answer ({type(error).__name__})."
    if prints != {program_print()}:
        return f"Workers of the cluster at {address} run another version of this program."
    return None


_failed: dict[str, float] = {}
_clients: dict[str, Any] = {}


def _client(address: str) -> Any:
    """Connected once a process. Raises ClusterFailed."""
    try:
        from distributed import Client
    except ImportError:
        raise ClusterFailed("Dask is not installed here: `pip install -r requirements-cluster.txt`.") from None
    found = _clients.get(address)
    if found is None or found.status != "running":
        try:
            _knock(address)
            found = _clients[address] = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]  # without types there
        except (OSError, TimeoutError, ValueError, ImportError) as error:
            raise ClusterFailed(f"The cluster at {address} does not answer ({error}).") from error
    return found


def _knock(address: str) -> None:
    """A client tries again and again where nobody listens: a door that is shut is told at once. Raises OSError, and
    ValueError for what is no address."""
    parts = urlsplit(address)
    if parts.scheme in ("tcp", "tls"):
        socket.create_connection((parts.hostname or "", parts.port or 8786), timeout=PATIENCE).close()


def forget(address: str) -> None:
    """Lets go of a cluster."""
    _failed.pop(address, None)
    if (client := _clients.pop(address, None)) is not None:
        client.close()


def _on_cluster(address: str, paths: Sequence[Path], asked: Sequence[Together]) -> Iterator[list[LinkedTable]]:
    """What each of some parts comes to, as it is counted. Raises ClusterFailed."""
    from distributed import wait

    client = _client(address)
    tasks = TASKS * max(1, sum(client.nthreads().values()))
    size = -(-len(paths) // tasks)
    several = [[str(path) for path in paths[first : first + size]] for first in range(0, len(paths), size)]
    futures = client.map(_counted_there, several, asked=list(asked), program=program_print(), pure=False)
    lonely = time.monotonic() + PATIENCE
    try:
        waiting = set(futures)
        while waiting:
            try:
                with client.as_current():
                    done, waiting = wait(waiting, 1, "FIRST_COMPLETED")  # type: ignore[no-untyped-call]  # without types there
            except TimeoutError:
                done = set()
            if done or client.scheduler_info()["workers"]:
                lonely = time.monotonic() + PATIENCE
            if client.status != "running" or time.monotonic() > lonely:
                raise ClusterFailed(f"The cluster at {address} has no worker left.")
            for future in done:
                if future.status != "finished":
                    raise ClusterFailed(f"The cluster at {address} could not count ({future.exception()}).")
                yield future.result()
                future.release()
    except OSError as error:
        raise ClusterFailed(f"The cluster at {address} went away ({error}).") from error
    finally:
        for future in futures:
            future.cancel()


def _print_there() -> str:
    return program_print()


def _counted_there(paths: Sequence[str], asked: Sequence[Together], program: str) -> list[LinkedTable]:
    if program_print() != program:
        raise RuntimeError("a worker runs another version of this program")
    return counted([Path(path) for path in paths], asked)


def _added(parts: Iterable[list[LinkedTable]]) -> list[LinkedTable]:
    held: list[list[LinkedTable]] = []
    for part in parts:
        held.append(part)
        if len(held) > AT_ONCE:
            held = [[added(each) for each in zip(*held, strict=True)]]
    return [added(each) for each in zip(*held, strict=True)]
