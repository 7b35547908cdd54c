"""A Dask cluster on this machine, gone afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from surveyapp.services.results import cluster


@contextlib.contextmanager
def workers(count: int = 2) -> Iterator[str]:
    """The address of one with so many worker processes."""
    # Of the processes of a run, one has a cluster; the others need not read Dask.
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=count, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", memory_limit=0
    ) as made:
        try:
            yield made.scheduler_address
        finally:
            cluster.forget(made.scheduler_address)
