"""Pages of results are read from a standby, say as of when, and never lack what their reader wrote."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from surveyapp import create_app
from surveyapp.domain.staff import Role
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.results import standby
from surveyapp.services.runtime import Runtime
from surveyapp.store import migrating, participants
from surveyapp.store.standby import ReadFromStandby
from tests import factories
from tests.conftest import Clock, unavailable
from tests.databases import Cluster, find_binary
from tests.page import Client

RESULTS = f"/results/{factories.STUDY}"
RELEASES = f"/released/{factories.STUDY}/releases"
READ, OWN = "Read from a copy of the database", "does not have yet what you changed"
BEHIND, SILENT = "its copy has fallen behind", "its copy does not answer"


@dataclass(frozen=True)
class Pair:
    """A primary and its standby, with an installation on both."""

    primary: Cluster
    follower: Cluster
    runtime: Runtime

    def caught_up(self) -> None:
        """Waits until the standby has everything."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            written = self.primary.say("SELECT pg_current_wal_lsn()::text")
            if self.follower.say(f"SELECT pg_last_wal_replay_lsn() >= '{written}'"):
                return
            time.sleep(0.02)
        raise AssertionError("the standby did not catch up")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    if find_binary("initdb") is None:
        unavailable("PostgreSQL")
    # Durable: up to where a server has written is what tells which of the two has what, and one that writes a moment
    # after it acknowledged says too little.
    primary, follower = Cluster(durable=True), Cluster(durable=True)
    try:
        name = primary.create()
        migrating.upgrade(primary.url(name))
        follower.follow(primary)
        # Nobody has to wait for it here.
        primary.say("ALTER SYSTEM RESET synchronous_standby_names")
        runtime = factories.create_runtime(primary.url(name), Clock(), standby_url=follower.url(name))
        yield Pair(primary, follower, runtime)
        runtime.database.dispose()
        assert runtime.standby is not None
        runtime.standby.dispose()
    finally:
        follower.stop()
        primary.stop()


def signed_in(runtime: Runtime) -> Client:
    app = create_app(runtime)
    app.testing = True
    client = Client(app.test_client())
    client.sign_in(factories.create_staff(runtime, Role.EVALUATOR).email)
    return client


def test_a_page_says_where_it_was_read_and_misses_nothing_of_its_reader(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = pair.runtime
    reader = signed_in(runtime)
    for page in (RESULTS, RELEASES):  # once it was counted
        assert reader.get(page).status_code == 200
    pair.caught_up()
    for page in (RESULTS, RELEASES):
        assert READ in reader.get(page).text
    assert READ not in reader.get("/staff/account").text
    assert standby.problem(runtime) is None

    pair.follower.say("SELECT pg_wal_replay_pause()")
    factories.create_participant(runtime)
    with runtime.database.reading() as session:
        there = sum(participants.counts_by_origin(session).values())
    chosen = standby.read_from(runtime, None)
    assert chosen is not None
    assert isinstance(chosen.runtime.database, ReadFromStandby)
    with chosen.runtime.database.reading() as session:
        assert sum(participants.counts_by_origin(session).values()) == there - 1
    with chosen.runtime.of_primary.database.reading() as session:
        assert sum(participants.counts_by_origin(session).values()) == there
    assert READ in reader.get(RELEASES).text
    writer = signed_in(runtime)  # which is written down
    assert OWN in writer.get(RELEASES).text
    assert writer.get(RESULTS).status_code == 200  # counted, although the copy does not have the newest

    monkeypatch.setattr(standby, "MOST_BEHIND", dt.timedelta(0))
    assert BEHIND in reader.get(RELEASES).text
    assert "seconds behind" in (standby.problem(runtime) or "")
    monkeypatch.undo()

    pair.follower.say("SELECT pg_wal_replay_resume()")
    pair.caught_up()
    for client in (reader, writer):
        assert READ in client.get(RELEASES).text

    pair.follower.stop_at_once()
    try:
        assert SILENT in reader.get(RELEASES).text
        assert SILENT in reader.get(RESULTS).text
        said = standby.problem(runtime) or ""
        assert "does not answer" in said
        assert "SURVEYAPP_STANDBY_URL" in said
        assert any("standby" in each.what for each in doctor.look(runtime))
    finally:
        pair.follower.start()
        standby._silent.clear()


def test_a_server_that_takes_writes_is_no_standby(pair: Pair) -> None:
    runtime = factories.create_runtime(
        pair.runtime.settings.database_url, Clock(), standby_url=pair.runtime.settings.database_url
    )
    chosen = standby.read_from(runtime, None)
    assert chosen is not None
    assert chosen.why == "silent"
    assert "takes writes of its own" in (standby.problem(runtime) or "")
    runtime.database.dispose()
    assert runtime.standby is not None
    runtime.standby.dispose()
