"""Whoever writes in a file waits for whoever does already, and no longer."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.store.connecting import engines
from surveyapp.store.connecting.engines import FIRST_REST_S, LONGEST_REST_S
from surveyapp.store.database import Database

Slept = list[float]


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    found = Database(sqlite_url)
    with found.reading():  # what it is set up with is there
        pass
    yield found
    found.dispose()


@pytest.fixture
def other(sqlite_url: str) -> Iterator[sqlite3.Connection]:
    """Somebody else who writes in the file."""
    found = sqlite3.connect(Path(sqlite_url.removeprefix("sqlite:///")), isolation_level=None)
    yield found
    found.close()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> Slept:
    """How long was rested, s, each time."""
    slept: Slept = []
    monkeypatch.setattr(engines.time, "sleep", slept.append)
    return slept


def patience(database: Database) -> int:
    """How long whatever else is asked of a connection waits for a lock, ms."""
    with database.reading() as session:
        return int(session.execute(text("PRAGMA busy_timeout")).scalar_one())


def after(times: int, act: Callable[[], object]) -> Callable[[float], None]:
    rested: Slept = []

    def rest(seconds: float) -> None:
        rested.append(seconds)
        if len(rested) == times:
            act()

    return rest


def test_who_is_let_in_at_once_rests_not_at_all(database: Database, slept: Slept) -> None:
    with database.writing():
        pass
    assert slept == []
    assert patience(database) == engines.BUSY_TIMEOUT_MS


def test_it_writes_as_soon_as_the_other_is_done(
    database: Database, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(engines.time, "sleep", after(7, other.commit))
    with database.writing() as session:
        other.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        session.execute(text("SELECT 1"))
    assert patience(database) == engines.BUSY_TIMEOUT_MS


def test_it_rests_longer_and_longer_and_gives_up(
    database: Database, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, slept = [0.0], []

    def rest(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(engines.time, "sleep", rest)
    monkeypatch.setattr(engines.time, "monotonic", lambda: now[0])
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable) as told, database.writing():
        pass
    assert told.value.fault is DatabaseFault.BUSY
    assert slept[0] == FIRST_REST_S
    assert slept == sorted(slept)
    assert slept[-1] == LONGEST_REST_S
    assert engines.BUSY_TIMEOUT_MS <= now[0] * 1000 <= engines.BUSY_TIMEOUT_MS + LONGEST_REST_S * 1000
    monkeypatch.undo()
    other.rollback()
    assert patience(database) == engines.BUSY_TIMEOUT_MS
    with database.writing():
        pass


def test_what_waiting_does_not_mend_is_not_waited_for(database: Database, slept: Slept) -> None:
    with database.writing() as session:
        session.execute(text("PRAGMA query_only = ON"))
    with pytest.raises(DatabaseUnavailable) as told, database.writing():
        pass
    assert told.value.fault is DatabaseFault.READ_ONLY
    assert slept == []


def test_many_who_write_at_once_all_do(database: Database) -> None:
    def write(name: str) -> None:
        for number in range(20):
            with database.writing() as session:
                session.execute(text("INSERT INTO turns VALUES (:said)"), {"said": f"{name} {number}"})

    with database.writing() as session:
        session.execute(text("CREATE TABLE turns (said TEXT PRIMARY KEY)"))
    threads = [threading.Thread(target=write, args=(f"writer {each}",)) for each in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM turns")).scalar_one() == 100
