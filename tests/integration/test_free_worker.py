"""Kept connections and the two workers that serve them, as `deploy/gunicorn.conf.py` has them."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from surveyapp.cli.context import AS_FOR_REAL

APP = """
import os, time

def app(environ, start):
    time.sleep(0.02)
    start("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
"""

VISITORS, REQUESTS = 8, 12


def test_whoever_is_free_serves(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(APP)
    place = tmp_path / "socket"
    command = [sys.executable, "-m", "gunicorn", "slow:app", *AS_FOR_REAL, "--workers", "2", "--bind", f"unix:{place}"]
    server = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    served: list[Counter[bytes]] = []
    try:
        while server.poll() is None and not place.exists():
            threading.Event().wait(0.05)
        visitors = [threading.Thread(target=_visit, args=[str(place), served]) for _ in range(VISITORS)]
        for each in visitors:
            each.start()
        for each in visitors:
            each.join()
    finally:
        server.terminate()
        server.wait()
    by_worker = sum(served, Counter())
    assert by_worker.total() == VISITORS * REQUESTS
    assert len(by_worker) == 2
    assert min(by_worker.values()) > by_worker.total() / 3, by_worker


class _Local(http.client.HTTPConnection):
    """A connection to a socket in a folder; asked again after a close, it connects again, as a browser does."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self._path)


def _visit(path: str, served: list[Counter[bytes]]) -> None:
    found = Counter[bytes]()
    with contextlib.closing(_Local(path)) as connection:
        for _ in range(REQUESTS):
            connection.request("GET", "/")
            found[connection.getresponse().read()] += 1
    served.append(found)
