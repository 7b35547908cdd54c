"""Fixtures every test may use: a runtime on either database, a clock that stands still, a client that checks pages."""

from __future__ import annotations

import datetime as dt
import fcntl
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

import surveyapp
from surveyapp.services.demo import loading as demo
from surveyapp.services.runtime import Runtime
from surveyapp.store import migrating
from tests import factories, once, two_databases
from tests.databases import Cluster, copy_database, find_binary, quick_folder, take_rows_out
from tests.page import Client

# What was compiled once is kept for the next process, and for those that tests start, whatever the machine says.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Time is measured by benchmarks: a busy machine must not fail a property. In CI every run tries the same examples.
hypothesis.settings.register_profile(
    "shiftline",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
    derandomize=os.environ.get("CI") == "true",
    max_examples=30,
)
hypothesis.settings.load_profile("shiftline")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--both", action="store_true", help="run all there is on SQLite and PostgreSQL both")


def pytest_configure(config: pytest.Config) -> None:
    """Puts the files of a run in memory, unless somebody said where they go."""
    config.addinivalue_line("markers", "both_databases: runs on SQLite and PostgreSQL both, also in the whole run")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(two_databases.Record(), "both-databases")
    else:
        once.compiled.share(Path(config.option.basetemp).parent / "templates")
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        config.option.basetemp = made = tempfile.mkdtemp(prefix="shiftline-tests-", dir=quick_folder())
        config.add_cleanup(lambda: shutil.rmtree(made, ignore_errors=True))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves tests of pages to one database (`two_databases`), and puts first what takes long and is little: at the end
    of a run it would be waited for."""
    if two_databases.is_whole(config):
        items[:], left = two_databases.on_one(items)
        config.hook.pytest_deselected(items=left)
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    """Everything that was read until now stays to the end: to look through it for what may go is a sixth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def pytest_sessionfinish(session: pytest.Session) -> None:
    # What was left open is found once: pytest looks five times more, at a second each.
    gc.collect()
    gc.freeze()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["ran"] = sorted(two_databases.ran)


LONG = ("tests/browser/", "tests/integration/test_drills.py", "tests/integration/test_fuzz.py")

once.keep()
two_databases.watch()

NOW = dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC)
"""When tests happen: a Monday morning, 11:30 in Coventry."""


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += dt.timedelta(**amount)


def unavailable(what: str) -> None:
    """Skips on a laptop without a program; where CI runs, not having it is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI must run every test")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if find_binary("initdb") is None:
        unavailable("PostgreSQL")
    cluster = Cluster()
    yield cluster
    cluster.stop()


def once_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A SQLite database that whichever process of a run is first to need makes for all of them."""
    shared = factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else factory.mktemp("shared")
    ready = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            made = shared / f"in-the-making-{name}"
            make(made)
            copy_database(made, ready)
    return ready


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once_a_run(tmp_path_factory, "template.db", lambda made: migrating.upgrade(f"sqlite:///{made}"))


@pytest.fixture(scope="session")
def postgresql_database(cluster: Cluster) -> str:
    """One database a process: every test finds it empty."""
    url = cluster.url(cluster.create())
    migrating.upgrade(url)
    once.kept_connections[url] = once.Connections()
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "test.db")
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def postgresql_url(postgresql_database: str) -> str:
    take_rows_out(postgresql_database, once.processes_kept(postgresql_database))
    Path(factories.environment(postgresql_database)["SURVEYAPP_PERSON_KEYS"]).unlink(missing_ok=True)
    return postgresql_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Everything that touches the database runs on both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runtime(database_url: str, clock: Clock) -> Iterator[Runtime]:
    """An installation with the Job Rotation study, its questionnaires open, and nobody in it."""
    made = factories.create_runtime(database_url, clock)
    factories.open_questionnaires(made)
    yield made
    made.database.dispose()


@pytest.fixture
def client(runtime: Runtime) -> Client:
    app = surveyapp.create_app(runtime)
    app.testing = True
    return Client(app.test_client())


@pytest.fixture(scope="session")
def demo_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration for the day of `NOW`, without its releases."""

    def load(made: Path) -> None:
        shutil.copy(sqlite_template, made)
        runtime = factories.create_runtime(f"sqlite:///{made}", Clock(), demo=True)
        demo.load(runtime, NOW.date(), with_releases=False)
        runtime.database.dispose()

    ready = once_a_run(tmp_path_factory, "demo.db", load)
    own = tmp_path_factory.mktemp("demo") / "demo.db"
    copy_database(ready, own)
    return own


@pytest.fixture
def demo_runtime(demo_template: Path, tmp_path: Path, clock: Clock) -> Iterator[Runtime]:
    """An installation with the demonstration in it, on SQLite, for a test to do with as it likes."""
    copy_database(demo_template, tmp_path / "demo.db")
    made = factories.create_runtime(f"sqlite:///{tmp_path / 'demo.db'}", clock, demo=True)
    yield made
    made.database.dispose()
