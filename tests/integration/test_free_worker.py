"""Connections, and the workers that serve them as `deploy/gunicorn.conf.py` has them."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from surveyapp.cli.context import AS_FOR_REAL

APP = """
import os, time

def app(environ, start):
    time.sleep(0.02)
    start("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
"""

LONG = """
import threading

def app(environ, start):
    if environ["PATH_INFO"] == "/long":
        threading.Event().wait(3.5)
    said = environ["PATH_INFO"].encode()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]
"""

VISITORS, REQUESTS = 8, 12


def test_whoever_is_free_serves(tmp_path: Path) -> None:
    served: list[Counter[bytes]] = []
    with _serving(tmp_path, APP, "--workers", "2") as place:
        visitors = [threading.Thread(target=_visit, args=[place, served]) for _ in range(VISITORS)]
        for each in visitors:
            each.start()
        for each in visitors:
            each.join()
    by_worker = sum(served, Counter())
    assert by_worker.total() == VISITORS * REQUESTS
    assert len(by_worker) == 2
    assert min(by_worker.values()) > by_worker.total() / 3, by_worker


def test_who_connects_and_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    """gunicorn waits five seconds for each: whoever asks after ten of them has lost patience."""
    with _serving(tmp_path, LONG, "--workers", "1") as place, contextlib.ExitStack() as stack:
        silent = [stack.enter_context(_connected(place)) for _ in range(10)]
        assert _asked(place, "/") == b"/"
        silent[-1].sendall(b"GET /last HTTP/1.0\r\n\r\n")
        assert _until_closed(silent[-1]).endswith(b"/last")


def test_what_takes_long_is_not_taken_for_dead(tmp_path: Path) -> None:
    with _serving(tmp_path, LONG, "--workers", "1", "--timeout", "2") as place:
        assert _asked(place, "/long") == b"/long"


def test_what_was_sent_in_one_go_is_answered_in_turn(tmp_path: Path) -> None:
    many = 1_200
    with _serving(tmp_path, LONG, "--workers", "1") as place, _connected(place) as connection:
        asked = b"".join(b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % n for n in range(many))
        sending = threading.Thread(target=connection.sendall, args=[asked + b"GET /end HTTP/1.0\r\n\r\n"])
        sending.start()
        found = _until_closed(connection)
        sending.join()
    assert re.findall(rb"\r\n\r\n/(\d+|end)", found) == [*(b"%d" % n for n in range(many)), b"end"]


@contextlib.contextmanager
def _serving(folder: Path, app: str, *arguments: str) -> Iterator[str]:
    """Where the server listens."""
    (folder / "served.py").write_text(app)
    place = folder / "socket"
    command = [sys.executable, "-m", "gunicorn", "served:app", *AS_FOR_REAL, *arguments, "--bind", f"unix:{place}"]
    server = subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    try:
        while server.poll() is None and not place.exists():
            threading.Event().wait(0.05)
        yield str(place)
    finally:
        server.terminate()
        server.wait()


def _connected(place: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(30)
    connection.connect(place)
    return connection


def _until_closed(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def _asked(place: str, path: str) -> bytes:
    with contextlib.closing(_Local(place)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read()


class _Local(http.client.HTTPConnection):
    """A connection to a socket in a folder; asked again after a close, it connects again, as a browser does."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = _connected(self._path)


def _visit(path: str, served: list[Counter[bytes]]) -> None:
    found = Counter[bytes]()
    with contextlib.closing(_Local(path)) as connection:
        for _ in range(REQUESTS):
            connection.request("GET", "/")
            found[connection.getresponse().read()] += 1
    served.append(found)
