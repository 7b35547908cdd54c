"""Fixtures every test may use: a runtime on either database, a clock that stands still, a client that checks pages."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import hypothesis
import jinja2
import pytest
from werkzeug.routing import Rule

from surveyapp import create_app
from surveyapp.services import demo
from surveyapp.services.runtime import Runtime
from surveyapp.store import migrating
from tests import factories
from tests.databases import Cluster, copy_database, find_binary, quick_folder, take_rows_out
from tests.page import Client

# Time is measured by benchmarks: a busy machine must not fail a property. In CI every run tries the same examples.
hypothesis.settings.register_profile(
    "shiftline",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
    derandomize=os.environ.get("CI") == "true",
    max_examples=30,
)
hypothesis.settings.load_profile("shiftline")


def pytest_configure(config: pytest.Config) -> None:
    """Puts the files of a run in memory, unless somebody said where they go."""
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        config.option.basetemp = made = tempfile.mkdtemp(prefix="shiftline-tests-", dir=quick_folder())
        config.add_cleanup(lambda: shutil.rmtree(made, ignore_errors=True))


# Every test makes an application of its own: what its templates compile to is kept for the next.
class CompiledOnce(jinja2.BytecodeCache):
    """Compiled templates, in memory."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


flask.Flask.jinja_options = {**flask.Flask.jinja_options, "bytecode_cache": CompiledOnce()}


# Likewise for addresses: Werkzeug compiles a function for each, most of what making an application costs. What the
# function does hangs on the address and what stands in for parts of it.
_compile_builder = Rule._compile_builder
_builders: dict[tuple[Any, ...], Any] = {}


def _builder_compiled_once(rule: Rule, append_unknown: bool = True) -> Any:
    key = (tuple(rule._trace), append_unknown, tuple(sorted((rule.defaults or {}).items())))
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


Rule._compile_builder = _builder_compiled_once  # type: ignore[method-assign]

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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrating.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_database(cluster: Cluster) -> str:
    """One database a process: every test finds it empty."""
    url = cluster.url(cluster.create())
    migrating.upgrade(url)
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "test.db")
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def postgresql_url(postgresql_database: str) -> str:
    take_rows_out(postgresql_database)
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
    app = create_app(runtime)
    app.testing = True
    app.config["RATELIMIT_ENABLED"] = False
    return Client(app.test_client())


def _load_demonstration(url: str) -> None:
    runtime = factories.create_runtime(url, Clock(), demo=True)
    demo.load(runtime, NOW.date(), with_releases=False)
    runtime.database.dispose()


@pytest.fixture(scope="session")
def demo_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration for the day of `NOW`, without its releases: loaded once a run, by whichever process is first to
    need it."""
    shared = (
        tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.mktemp("d")
    )
    ready = shared / "demo.db"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            made = shared / "demo-in-the-making.db"
            shutil.copy(sqlite_template, made)
            _load_demonstration(f"sqlite:///{made}")
            copy_database(made, ready)
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
