"""Releases that earlier programs made are read by this one: as they were stored, whatever was thought of since."""

from __future__ import annotations

import datetime as dt
import json
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from surveyapp.domain.staff import Role
from surveyapp.services.results.releasing import released
from surveyapp.services.runtime import Runtime
from surveyapp.store.database import new_id
from surveyapp.store.tables import ReleasePageRow, ReleaseRow
from tests import factories
from tests.conftest import Clock
from tests.integration.test_releases import MENTORING, client

STORED: dict[str, dict[str, Any]] = json.loads(
    lzma.decompress((Path(__file__).parents[1] / "releases_of_before.json.xz").read_bytes())
)
"""The first release of the demonstration's mentoring study, as programs of November 2026 stored it. One is added where
what is stored of a release changes."""

KINDS = {"measure", "questions", "people", "crosstab", "published"}


@pytest.fixture(params=STORED)
def older(database_url: str, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Runtime]:
    """An installation with a release in it that was made long ago."""
    runtime = factories.create_runtime(database_url, clock, demo=True)
    stored = STORED[request.param]
    moments = {name: dt.datetime.fromisoformat(stored["release"][name] + "+00:00") for name in ("cut_at", "answers_at")}
    with runtime.database.writing() as session:
        release = {**stored["release"], **moments, "id": new_id(), "origin": runtime.origin, "made_by": None}
        session.execute(insert(ReleaseRow).values(release | {"log": zlib.compress(b"[]")}))
        for key, page in stored["pages"].items():
            body = zlib.compress(json.dumps(page).encode())
            session.execute(insert(ReleasePageRow).values(release_id=release["id"], key=key, body=body))
    yield runtime
    runtime.database.dispose()


def test_each_kind_of_page_is_among_what_is_kept_for_this() -> None:
    assert {key.partition(" ")[0] for each in STORED.values() for key in each["pages"]} == KINDS


def test_every_page_that_was_stored_is_read(older: Runtime) -> None:
    release, tables = released.tables(factories.operator(older), MENTORING, 1)
    assert (release.number, release.people) == (1, 62)
    assert len(tables) > 30
    for each in tables:
        assert each.told


def test_every_page_of_it_opens_and_every_file(older: Runtime) -> None:
    viewer = client(older, Role.VIEWER)
    seen, ahead = set(), [f"/released/{MENTORING}/1"]
    while ahead:
        path = ahead.pop()
        if path in seen:
            continue
        seen.add(path)
        answered = viewer.get(path)
        assert answered.status_code == 200, path
        if answered.mimetype == "text/html" and not path.endswith("/report") and len(seen) < 120:
            there = [link.partition("#")[0] for link in viewer.page(path).links() if link.startswith("/released/")]
            ahead += [link for link in there if "lang=" not in link]
    kinds = ("/measures/", "/questions/", "/people/", "/report")
    assert [kind for kind in kinds if not any(kind in path for path in seen)] == []
