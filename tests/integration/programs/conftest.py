"""A study that programs read, and one that may read all of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from surveyapp import create_app
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from tests import factories, versioned
from tests.conftest import Clock
from tests.program import ALL_ROLES, Program, member, token_of


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def cafe(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Runtime]:
    """Guests at three touchpoints and one release: read by all tests here, and left as it is."""
    folder = tmp_path_factory.mktemp("programs")
    shutil.copy(sqlite_template, folder / "test.db")
    made = versioned.create_three_touchpoints(
        f"sqlite:///{folder / 'test.db'}", clock, folder / "q", "releases: {live: true}\n"
    )
    releases.make(factories.operator(made), versioned.NAME)
    yield made
    made.database.dispose()


@pytest.fixture(scope="module")
def app(cafe: Runtime) -> Flask:
    made = create_app(cafe)
    made.testing = True
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def everything(cafe: Runtime, app: Flask) -> Program:
    return Program(app, token_of(cafe, member(cafe, *ALL_ROLES)).secret)


@pytest.fixture(autouse=True)
def _another_minute(clock: Clock) -> None:
    clock.forward(minutes=2)
