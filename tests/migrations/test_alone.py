"""Two processes migrate one database at once: one works, one waits, both find it done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from surveyapp.settings import ROOT
from surveyapp.store import migrating
from surveyapp.store.connecting.engines import make_engine
from surveyapp.store.database import Database
from tests.databases import Cluster

MIGRATE = "import sys; from surveyapp.store import migrating; migrating.upgrade(sys.argv[1]); print('done')"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.url(cluster.create())


def begun(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MIGRATE, url], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_of_two_at_once_one_works_and_one_waits(new_url: str) -> None:
    both = [begun(new_url), begun(new_url)]
    for process in both:
        said, error = process.communicate(timeout=300)
        assert (process.returncode, said) == (0, "done\n"), error
    database = Database(new_url)
    database.check_revision()
    database.dispose()


def test_whoever_comes_while_another_works_waits_for_it(new_url: str) -> None:
    engine = make_engine(new_url, may_create=True)
    with migrating.alone(engine):
        waiting = begun(new_url)
        assert waiting.stderr is not None
        line = waiting.stderr.readline()
        assert "Waiting for it" in line
        assert waiting.poll() is None
    engine.dispose()
    said, error = waiting.communicate(timeout=300)
    assert (waiting.returncode, said) == (0, "done\n"), error


def test_one_that_is_killed_lets_go(new_url: str) -> None:
    holding = (
        "import sys; from surveyapp.store import migrating\n"
        "from surveyapp.store.connecting.engines import make_engine\n"
        "with migrating.alone(make_engine(sys.argv[1], may_create=True)): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", holding, new_url], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    migrating.upgrade(new_url)
