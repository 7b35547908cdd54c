"""What a server gives over HTTP, started as `make demo` starts it: saves and pages a second, with 8 participants at
once and with 64. `OTREE=/path/to/bin/otree` measures oTree's pages beside it, in the same run: forty questions of two
options.

Everybody is on their first question before the clock starts. A page is a POST, its redirect and the page that follows.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surveyapp.cli.context import AS_FOR_REAL
from surveyapp.services.runtime import system_clock
from surveyapp.settings import ROOT
from surveyapp.store.migrating import upgrade
from tests import factories
from tests.benchmarks import walked
from tests.benchmarks.shared import headed, row

AT_ONCE = {8: 40, 64: 10}
"""Participants at once, and how many questions each answers at most."""

TURNS = 3
"""How often each is measured, in turns: a machine that slows down slows all."""

PATIENCE_S = 60

Step = Callable[[], float | None]
"""Answers a question; returns the seconds it took, None where there is none left."""


class Line:
    """A connection that is kept. What asks shares its processors with what answers: it does no more than it must, where
    Python's own client would take a quarter of them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._read: Any = None

    def ask(self, asked: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body of the answer."""
        head = self._sent(asked) or self._sent(asked)
        if head is None:
            raise ConnectionError("no answer")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = [(name.title(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        length = next((int(value) for name, value in headers if name == "Content-Length"), None)
        return int(first.split(" ", 2)[1]), headers, self._read.read(length) if length is not None else self._pieces()

    def _sent(self, asked: bytes) -> bytes | None:
        """The head of the answer; None: the server rested the connection, and a browser opens another."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._read = self._socket.makefile("rb")
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(asked)
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                if not (line := self._read.readline()):
                    break
                head += line
            else:
                return head[:-4]
        self._socket.close()
        self._socket = None
        return None

    def _pieces(self) -> bytes:
        """A body that says of each piece how long it is."""
        whole = b""
        while size := int(self._read.readline(), 16):
            whole += self._read.read(size)
            self._read.readline()
        self._read.readline()
        return whole


class OverHttp(walked.InProcess):
    """A browser that keeps its connection. `spent`: seconds by the clock."""

    def __init__(self, port: int) -> None:
        super().__init__(None)
        self._line = Line(port)
        self._host = f"127.0.0.1:{port}"

    def call(
        self, method: str, address: str, body: bytes = b"", kind: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        sent = {
            "Host": self._host,
            "Accept-Encoding": "identity",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **({"Content-Type": kind, "Content-Length": str(len(body))} if method == "POST" else {}),
            **{name.removeprefix("HTTP_").replace("_", "-"): value for name, value in (headers or {}).items()},
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        began = time.perf_counter()
        status, told, page = self._line.ask(f"{method} {address} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        self.spent = time.perf_counter() - began
        self._keep([value for name, value in told if name == "Set-Cookie"])
        return status, dict(told), page.decode()


@dataclass(frozen=True)
class Measured:
    """Seconds that each answer took, what went wrong, and how long all of them took together."""

    taken: Sequence[float]
    failed: Sequence[Exception]
    clock: float

    @property
    def a_second(self) -> float:
        return len(self.taken) / self.clock

    @property
    def troubles(self) -> str:
        return f"{len(self.failed)} failed ({self.failed[0]!r})" if self.failed else "none failed"

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.taken, n=20)[-1] if len(self.taken) > 1 else float("nan")


def together(begin: Sequence[Callable[[], Step]], most: int) -> Measured:
    """Lets everybody begin, and then answer so many questions each, all at once."""
    ready = threading.Barrier(len(begin) + 1)
    taken: list[float] = []
    failed: list[Exception] = []

    def one(begins: Callable[[], Step]) -> None:
        step: Step | None = None
        try:
            step = begins()
        except Exception as error:
            failed.append(error)
        ready.wait()
        try:
            for _ in range(most if step else 0):
                assert step is not None
                if (seconds := step()) is None:
                    break
                taken.append(seconds)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=one, args=[each]) for each in begin]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return Measured(taken, failed, time.perf_counter() - began)


def pages_of(port: int, link: str) -> Callable[[], Step]:
    def begin() -> Step:
        browser = OverHttp(port)
        address, page = walked.begun(browser, link)
        at = [address, page]

        def step() -> float | None:
            if "/q/" not in at[0]:
                return None
            leads = browser.post(at[0].partition("?")[0], walked.filled(at[1]))
            spent = browser.spent
            status, _, page = browser.call("GET", leads)
            assert status == 200, (status, leads)
            at[:] = leads, page
            return spent + browser.spent

        return step

    return begin


def saves_of(port: int, link: str, said: Sequence[tuple[str, dict[str, list[str]]]]) -> Callable[[], Step]:
    def begin() -> Step:
        browser = OverHttp(port)
        save = walked.saving(browser, link)
        left = iter(said)

        def step() -> float | None:
            for page, form in left:
                save(page, form)
                return browser.spent
            return None

        return step

    return begin


def otree_of(port: int, link: str) -> Callable[[], Step]:
    def begin() -> Step:
        browser = OverHttp(port)
        at = list(browser.get(link))

        def step() -> float | None:
            found = re.search(r'name="(q\d+)"', at[1])
            if found is None:
                return None
            leads = browser.post(at[0], {found[1]: ["1"]})
            spent = browser.spent
            status, _, page = browser.call("GET", leads)
            assert status == 200, (status, leads)
            at[:] = leads, page
            return spent + browser.spent

        return step

    return begin


@contextlib.contextmanager
def serving(command: Sequence[str], port: int, ready: str, folder: Path, more: dict[str, str]) -> Iterator[None]:
    """A server, until the block ends."""
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **more}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            end = time.monotonic() + 120
            while time.monotonic() < end and server.poll() is None:
                with contextlib.suppress(OSError):
                    if OverHttp(port).call("GET", ready)[0] < 500:
                        break
                time.sleep(0.2)
            else:
                raise RuntimeError(f"The server never answered: {(folder / 'server.log').read_text()[-2000:]}")
            yield
        finally:
            # With whatever it started besides.
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def links_in(url: str, many: int) -> list[str]:
    """Of so many people, in a database that is made for them."""
    upgrade(url)
    runtime = factories.create_runtime(url, system_clock, demo=True)
    factories.open_questionnaires(runtime)
    links = [factories.create_link(runtime, factories.create_participant(runtime)) for _ in range(many)]
    runtime.database.dispose()
    return links


@contextlib.contextmanager
def as_for_real(url: str, folder: Path, processes: int | None = None) -> Iterator[tuple[int, int]]:
    """Our server on a database: its port, and its first process."""
    port, pid = free_port(), folder / "pid"
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--chdir", str(ROOT), "--bind", f"127.0.0.1:{port}"]
    more = {
        **factories.environment(url),
        "SURVEYAPP_DEMO": "yes",
        "SURVEYAPP_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SURVEYAPP_CACHE": str(folder / "cache"),
        "PYTHONPATH": str(ROOT),
        **({"WEB_CONCURRENCY": str(processes)} if processes else {}),
    }
    with serving([*command, *AS_FOR_REAL, "--pid", str(pid)], port, "/health/ready", folder, more):
        yield port, int(pid.read_text())


@dataclass(frozen=True)
class Asked:
    """What is asked of a server: `begun` begins for one more participant."""

    what: str
    begun: Callable[[], Callable[[], Step]]


@contextlib.contextmanager
def ours(folder: Path) -> Iterator[list[Asked]]:
    """Pages and saves."""
    url = f"sqlite:///{folder / 'served.db'}"
    links = links_in(url, 2 * TURNS * sum(AT_ONCE) + 1)
    with as_for_real(url, folder) as (port, _):
        _, said = walked.without_script(OverHttp(port), links.pop())
        yield [
            Asked("pages", lambda: pages_of(port, links.pop())),
            Asked("saves", lambda: saves_of(port, links.pop(), said)),
        ]


@contextlib.contextmanager
def otrees(folder: Path, otree: str) -> Iterator[list[Asked]]:
    """oTree's pages: forty questions of two options, as its production server serves them, on its own database."""
    for made in ("survey", "_static"):
        (folder / made).mkdir()
    questions = range(40)
    (folder / "settings.py").write_text(
        f"SECRET_KEY = {secrets.token_hex()!r}\n"
        "SESSION_CONFIGS = [dict(name='survey', app_sequence=['survey'], num_demo_participants=1)]\n"
        "SESSION_CONFIG_DEFAULTS = dict(real_world_currency_per_point=1.00, participation_fee=0.00, doc='')\n"
        "PARTICIPANT_FIELDS = []\nSESSION_FIELDS = []\nLANGUAGE_CODE = 'en'\nREAL_WORLD_CURRENCY_CODE = 'GBP'\n"
        "USE_POINTS = False\nADMIN_USERNAME = 'admin'\nADMIN_PASSWORD = ''\nDEMO_PAGE_INTRO_HTML = ''\n"
    )
    (folder / "survey" / "__init__.py").write_text(
        "from otree.api import *\n\nclass C(BaseConstants):\n    NAME_IN_URL = 'survey'\n    PLAYERS_PER_GROUP = None\n"
        "    NUM_ROUNDS = 1\n\nclass Subsession(BaseSubsession):\n    pass\n\nclass Group(BaseGroup):\n    pass\n\n"
        "class Player(BasePlayer):\n"
        + "".join(
            f"    q{n} = models.IntegerField(choices=[[1, 'Yes'], [2, 'No']], widget=widgets.RadioSelect, label='?')\n"
            for n in questions
        )
        + "".join(f"\nclass Q{n}(Page):\n    form_model = 'player'\n    form_fields = ['q{n}']\n" for n in questions)
        + f"\npage_sequence = [{', '.join(f'Q{n}' for n in questions)}]\n"
    )
    for n in questions:
        (folder / "survey" / f"Q{n}.html").write_text(
            "{{ block title }}A question{{ endblock }}\n{{ block content }}\n{{ formfields }}\n{{ next_button }}\n"
            "{{ endblock }}\n"
        )
    port = free_port()
    more = {"OTREE_PRODUCTION": "1", "PATH": f"{Path(otree).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": ""}
    with serving([otree, "prodserver1of2", f"127.0.0.1:{port}"], port, "/", folder, more):
        body = json.dumps({"session_config_name": "survey", "num_participants": TURNS * sum(AT_ONCE)}).encode()
        status, _, made = OverHttp(port).call("POST", "/api/sessions", body, "application/json")
        assert status == 200, made
        link = urllib.parse.urlsplit(json.loads(made)["session_wide_url"]).path
        yield [Asked(OTREE, lambda: otree_of(port, link))]


OTREE = "oTree's pages"


def main() -> None:
    headed("Answering over HTTP, as `make demo` starts it")
    found: dict[tuple[str, int], list[Measured]] = {}
    with tempfile.TemporaryDirectory(prefix="shiftline-served-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        (folder / "otree").mkdir()
        otree = os.environ.get("OTREE")
        asked = stack.enter_context(otrees(folder / "otree", otree)) if otree else []
        asked += stack.enter_context(ours(folder))
        for _ in range(TURNS):
            for people, most in AT_ONCE.items():
                for each in asked:
                    measured = together([each.begun() for _ in range(people)], most)
                    found.setdefault((each.what, people), []).append(measured)
    for (what, people), turns in found.items():
        if what == OTREE:
            continue
        all_turns = _joined(turns)
        beside = _joined(found[OTREE, people]) if (OTREE, people) in found else None
        row(
            f"{what} a second, {people} at once",
            {"saves": "10 ×", "pages": "4 ×"}[what],
            f"{all_turns.a_second:.1f}, {all_turns.troubles}"
            + (f"   {all_turns.a_second / beside.a_second:.1f} × oTree's ({beside.a_second:.1f})" if beside else ""),
        )
        row(
            "their p95",
            {"saves": "1/6", "pages": "1/2"}[what],
            f"{all_turns.p95 * 1000:.0f} ms"
            + (f"   {all_turns.p95 / beside.p95:.2f} of oTree's ({beside.p95 * 1000:.0f} ms)" if beside else ""),
        )


def _joined(turns: Sequence[Measured]) -> Measured:
    return Measured(
        [taken for each in turns for taken in each.taken],
        [error for each in turns for error in each.failed],
        sum(each.clock for each in turns),
    )


if __name__ == "__main__":
    main()
