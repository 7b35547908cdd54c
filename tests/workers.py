"""A Dask cluster on this machine, gone afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from distributed import LocalCluster

from surveyapp.services.results import cluster


@contextlib.contextmanager
def workers(count: int = 2) -> Iterator[str]:
    """The address of one with so many worker processes."""
    with LocalCluster(
        n_workers=count, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", memory_limit=0
    ) as made:
        try:
            yield made.scheduler_address
        finally:
            cluster.forget(made.scheduler_address)
