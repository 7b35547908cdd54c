"""The server as it is started for real, killed and started again, and one request to it over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from surveyapp.cli.context import AS_FOR_REAL
from surveyapp.settings import ROOT
from tests import factories
from tests.drills import Ground

PATIENCE_S = 20
"""How long an answer is waited for."""


class NoAnswer(Exception):
    """The server was not there, or went away before a whole answer came."""


class Server:
    """gunicorn as README starts it, with two workers, on a free port. It may be killed and started.
    `name`: of a machine of its own, which shares the database and people's keys with the others and no cache."""

    def __init__(self, ground: Ground, name: str = "server") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.log: IO[bytes] = (ground.folder / f"{name}.log").open("ab")
        self.environment = {
            **os.environ,
            **factories.environment(ground.url),
            "SURVEYAPP_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "SURVEYAPP_CACHE": str(ground.folder / f"{name}-cache"),
        }
        self.master = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{self.port}"]
        more = [*AS_FOR_REAL, "--workers", "2"]
        return subprocess.Popen(
            [*command, *more],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            stdin=subprocess.DEVNULL,
        )

    def workers(self) -> list[int]:
        try:
            return [int(each) for each in _children(self.master.pid).split()]
        except FileNotFoundError:
            return []

    def kill_worker(self, random_: random.Random) -> None:
        for worker in random_.sample(self.workers(), 1):
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    def kill_master(self) -> None:
        """Its workers find themselves alone and end; it is then started again, as whoever watches it would."""
        left = self.workers()
        self.master.kill()
        self.master.wait()
        while any(_is_there(each) for each in left):
            time.sleep(0.1)
        self.master = self._started()

    def keep_up(self) -> None:
        """Starts it again where it ended, as whoever watches it would: its place was still taken."""
        if self.master.poll() is not None:
            time.sleep(0.5)
            self.master = self._started()

    def wait_until_ready(self, limit_s: float = 900) -> None:
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            with contextlib.suppress(NoAnswer):
                if ask(self.port, "GET", "/health/ready", {}).status == 200:
                    return
            if self.master.poll() is not None:
                raise RuntimeError(f"The server ended: {Path(self.log.name).read_text()[-2000:]}")
            time.sleep(0.2)
        raise RuntimeError(f"The server was never ready: {Path(self.log.name).read_text()[-2000:]}")

    def stop(self) -> None:
        self.master.terminate()
        self.master.wait()
        self.log.close()


def _children(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


def _is_there(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except FileNotFoundError:
        return False


@dataclass
class HttpAnswer:
    """What came back: all of it."""

    status: int
    location: str
    text: str
    cookies: dict[str, str]


FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def ask(port: int, method: str, path: str, cookies: dict[str, str], body: str | None = None, **more: str) -> HttpAnswer:
    """`more`: headers, underscores for hyphens. Raises NoAnswer, also where an answer breaks off."""
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        whole = response.read().decode()
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer from error
    finally:
        connection.close()
    given = dict(
        each.partition(";")[0].split("=", 1) for name, each in response.getheaders() if name.lower() == "set-cookie"
    )
    return HttpAnswer(response.status, response.getheader("Location", ""), whole, given)
