"""A PostgreSQL server that stops, refuses, lets nobody in or rests: what is said of it, and what is asked of it."""

from __future__ import annotations

import contextlib

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text

from surveyapp.cli import main
from surveyapp.domain.errors import OF_DATABASE, DatabaseFault, DatabaseUnavailable
from surveyapp.services import moving, readiness
from surveyapp.services.moving import MoveRefused
from surveyapp.store.connecting import engines
from surveyapp.store.database import Database
from tests import factories
from tests.conftest import Clock, unavailable
from tests.databases import Cluster, find_binary
from tests.drills import ground
from tests.integration.test_database_faults import TYPED, typed
from tests.phone import Phone


def test_postgresql_that_stops_refuses_or_may_not_be_written_is_said_on_the_page(clock: Clock) -> None:
    if find_binary("initdb") is None:
        unavailable("PostgreSQL")
    with ground("postgresql") as place:
        assert place.cluster is not None
        runtime = factories.create_runtime(place.url, clock)
        factories.open_questionnaires(runtime)
        phone = Phone(runtime)
        phone.agree(factories.create_link(runtime, factories.create_participant(runtime)))
        phone.answer_until("first_feeling_why", {"attended_readiness_sessions": "no", "placed": "no"})

        def sent() -> tuple[int, bool]:
            phone.send({**typed(phone.page), "first_feeling_why": TYPED})
            return phone.status, TYPED in typed(phone.page).values()

        def set_to(*statements: str) -> None:
            database = Database(place.url)
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for statement in statements:
                    connection.execute(text(statement))
            database.dispose()
            runtime.database.dispose()

        name = make_url(place.url).database
        set_to(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        assert sent() == (503, True), "read-only"
        set_to(
            "SET default_transaction_read_only = off", f'ALTER DATABASE "{name}" RESET default_transaction_read_only'
        )
        with contextlib.ExitStack() as others:
            with contextlib.suppress(psycopg.OperationalError):
                while True:
                    others.enter_context(psycopg.connect(place.url.replace("+psycopg", "")))
            assert sent() == (503, True), "out of connections"
            assert phone.client.raw.get("/health/ready").status_code == 503
            assert phone.client.raw.get("/health/live").status_code == 200
        place.cluster.stop_at_once()
        assert sent() == (503, True), "stopped"
        assert readiness.problem(runtime) == str(DatabaseUnavailable(DatabaseFault.DOWN))
        place.cluster.start()
        sent()
        assert phone.status == 200
        place.cluster.stop_at_once()
        place.cluster.start()
        phone.open(phone.path)
        assert phone.status == 200, "nobody was there while it was started anew: nobody is told"
        with pytest.raises(DatabaseUnavailable) as refused, runtime.database.reading() as session:
            session.execute(text("DELETE FROM heartbeat"))
        assert refused.value.fault is DatabaseFault.STANDBY, "what only reads writes nothing"
        runtime.database.dispose()


def test_a_server_that_lets_nobody_in_says_why_at_every_door(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    if find_binary("initdb") is None:
        unavailable("PostgreSQL")
    cluster = Cluster()
    here = f"127.0.0.1:{cluster.port}"
    try:
        for statement in (
            "CREATE ROLE with_password LOGIN PASSWORD 'it'",
            "CREATE ROLE not_known_here LOGIN",
            "CREATE ROLE no_login",
            "CREATE ROLE alone LOGIN CONNECTION LIMIT 0",
            "CREATE ROLE plain LOGIN",
            "CREATE DATABASE empty",
            "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0",
        ):
            cluster.say(statement)
        (cluster.folder / "data" / "pg_hba.conf").write_text(
            "local all all trust\nhost all with_password all scram-sha-256\n"
            "host all no_login,nobody,alone,plain,shiftline all trust\n"
        )
        cluster.say("SELECT 1")
        refused = {
            f"with_password:other@{here}/empty": DatabaseFault.PASSWORD,
            f"with_password@{here}/empty": DatabaseFault.PASSWORD,
            f"nobody@{here}/empty": DatabaseFault.ROLE,
            f"no_login@{here}/empty": DatabaseFault.ROLE,
            f"plain@{here}/nothing": DatabaseFault.NO_DATABASE,
            f"not_known_here@{here}/empty": DatabaseFault.DOOR,
            f"alone@{here}/empty": DatabaseFault.CONNECTIONS,
            f"plain@{here}/empty?sslmode=require": DatabaseFault.TLS,
            f"plain@{here}/empty?sslmode=always": DatabaseFault.ADDRESS,
            f"plain@{here}/empty?nonsense=1": DatabaseFault.ADDRESS,
            f"plain@{here}/latin": DatabaseFault.ENCODING,
            f"plain@{here}/empty": DatabaseFault.NOT_MIGRATED,
            "plain@nobody.invalid/empty": DatabaseFault.UNKNOWN_HOST,
            "plain@127.0.0.1:1/empty": DatabaseFault.DOWN,
        }
        source = factories.create_runtime(sqlite_url, clock)
        for address, fault in refused.items():
            url = f"postgresql+psycopg://{address}"
            runtime = factories.create_runtime(url, clock)
            assert readiness.problem(runtime) == str(DatabaseUnavailable(fault)), address
            if fault in readiness.PASSING:
                assert not readiness.check_start(runtime), "it serves, with 503 until that is over"
            else:
                with pytest.raises(DatabaseUnavailable) as begun:
                    readiness.check_start(runtime)
                assert begun.value.fault is fault
            runtime.database.dispose()
            # An empty one is migrated: there it fails since a plain user may make no tables.
            copied = DatabaseFault.NOT_PERMITTED if fault is DatabaseFault.NOT_MIGRATED else fault
            with pytest.raises(MoveRefused) as said:
                moving.copy_all(source, url)
            assert str(said.value) == f"The database to copy to: {DatabaseUnavailable(copied, '--to')}", address
        source.database.dispose()
        password, nothing = (f"postgresql://{each}" for each, _ in list(refused.items())[:5:4])
        copying = ["db", "copy", "--from", password, "--to", "sqlite:///nowhere.db"]
        for url, fault, named, command in (
            (password, DatabaseFault.PASSWORD, OF_DATABASE, ["users", "list"]),
            (password, DatabaseFault.PASSWORD, OF_DATABASE, ["migrate"]),
            (password, DatabaseFault.PASSWORD, "--from", copying),
            (nothing, DatabaseFault.NO_DATABASE, OF_DATABASE, ["users", "list"]),
            (nothing, DatabaseFault.NO_DATABASE, OF_DATABASE, ["migrate"]),
        ):
            for name, value in factories.environment(url).items():
                monkeypatch.setenv(name, value)
            done = CliRunner().invoke(main, command)
            assert (done.exit_code, done.output) == (1, f"{DatabaseUnavailable(fault, named)}\n")
        examined = CliRunner().invoke(main, ["doctor"])
        assert examined.exit_code == 1
        assert f"The database cannot serve.\n    {DatabaseUnavailable(DatabaseFault.NO_DATABASE)}\n" in examined.output
    finally:
        cluster.stop()


def test_whatever_is_refused_while_reading_leaves_what_the_server_prepared(postgresql_url: str) -> None:
    # Not over what is kept from test to test (tests/once.py), where nothing is ever forgotten.
    database = Database(f"{postgresql_url}&application_name=its-own")

    def prepared() -> object:
        with database.glancing() as session:
            return session.execute(
                text("SELECT count(*) FROM pg_prepared_statements WHERE statement ~ 'heartbeat'")
            ).scalar()

    for unit in (database.reading, database.glancing):
        for _ in range(7):
            with contextlib.suppress(LookupError), unit() as session:
                session.execute(text("SELECT count(*) FROM heartbeat"))
                raise LookupError
        assert prepared() == 1, unit
    with database.reading() as session:  # and what only reads still sees one transaction, which writes nothing
        assert session.execute(text("SHOW transaction_read_only")).scalar() == "on"
    with pytest.raises(DatabaseUnavailable), database.reading() as session:
        session.execute(text("DELETE FROM heartbeat"))
    with database.writing() as session:
        assert session.execute(text("SHOW transaction_read_only")).scalar() == "off"
    database.dispose()


def test_postgresql_is_asked_whether_it_is_there_only_where_a_connection_rested(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, asked = Database(postgresql_url), []
    ping = database.engine.dialect.do_ping
    monkeypatch.setattr(database.engine.dialect, "do_ping", lambda connection: asked.append(ping(connection)))

    def process() -> object:
        with database.glancing() as session:
            return session.execute(text("SELECT pg_backend_pid()")).scalar()

    first = process()
    assert process() == first
    assert not asked
    monkeypatch.setattr(engines, "RESTS_S", 0)
    assert process() == first
    assert asked == [True]
    monkeypatch.undo()
    with psycopg.connect(postgresql_url.replace("+psycopg", "")) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert process() != first, "it said that it is gone, and another is made"
    database.dispose()
