"""A worker that has only let somebody sign in: its first requests, timed. `DATABASE CACHE EMAIL ADDRESS…`, to JSON."""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from surveyapp import create_app, get_ready
from surveyapp.services.runtime import system_clock
from tests import factories
from tests.benchmarks.browser import interactive
from tests.page import Client

WARM = 5


def main(url: str, cache: str, email: str, *addresses: str) -> None:
    runtime = factories.create_runtime(url, system_clock, cache=Path(cache))
    app = create_app(runtime)
    get_ready(app)
    client = Client(app.test_client())
    assert client.sign_in(email).status_code == 302
    found = []
    for address in addresses:
        taken = []
        for _ in range(1 + WARM):
            clock, processor = time.perf_counter(), time.process_time()
            response = client.raw.get(address, headers={"Accept-Encoding": "gzip, br"})
            taken.append((time.perf_counter() - clock, time.process_time() - processor))
            assert response.status_code == 200, (address, response.status)
        plain = client.raw.get(address, headers={"Accept-Encoding": "identity"})
        found.append(
            {
                "first": taken[0],
                "warm": [statistics.median(each) for each in zip(*taken[1:], strict=True)],
                "wire": len(response.data),
                "interactive": interactive(app, email, address) if len(addresses) == 1 else None,
                "charts": plain.text.count("chart-box"),
            }
        )
    runtime.database.dispose()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
