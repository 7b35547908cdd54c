"""Copies of a database on a PostgreSQL server: a dump made in the very snapshot that is counted."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, make_url, text

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.store.connecting import unsettled
from surveyapp.store.connecting.engines import make_engine
from surveyapp.store.connecting.unavailable import asked_of_the_driver, driver_errors
from surveyapp.store.connecting.unsettled import Unsettled
from surveyapp.store.security.copying.contents import SET_ASIDE, Contents, CopyRefused, refuse_unless_equal, sum_of


@contextlib.contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection that writes every value in one way, whatever the server's settings are."""
    engine = make_engine(url).execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            for setting in ("TimeZone = 'UTC'", "DateStyle = 'ISO'", "bytea_output = 'hex'", "extra_float_digits = 1"):
                connection.execute(text(f"SET LOCAL {setting}"))
            yield connection
    finally:
        engine.dispose()


def contents_of(connection: Connection) -> Contents:
    names = connection.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
    ).scalars()
    driver: Any = connection.connection.driver_connection
    found = {}
    for name in list(names):
        query = f'SELECT t::text FROM "{name}" t ORDER BY t::text COLLATE "C"'  # noqa: S608 - names of our tables
        with asked_of_the_driver(), driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as rows:
            found[name] = sum_of(bytes(row) for row in rows)
    return found


def take(url: str, target: Path) -> Contents:
    with connected(url) as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        found = contents_of(connection)
        _run(
            url,
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--compress=0",
            f"--exclude-schema={SET_ASIDE}*",
            f"--snapshot={snapshot}",
            f"--file={target}",
        )
    return found


def load(url: str, copy: Path) -> None:
    _run(url, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(copy))


def put_back(url: str, copy: Path, expected: Contents, moment: str, restored: Unsettled) -> str | None:
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            if connection.execute(text(others)).scalar_one():
                raise CopyRefused("The database is in use. Stop the server and every command, then restore again.")
            empty = not contents_of(connection)
            before = unsettled.read(connection)
    finally:
        engine.dispose()
    aside = f"{SET_ASIDE}{moment}".lower()
    there = None if empty else f"the schema {aside}"
    # With what says that it is not settled, which whoever is killed from here on leaves.
    swap = [f'ALTER SCHEMA public RENAME TO "{aside}"', "CREATE SCHEMA public"]
    command(url, "; ".join([*swap, *unsettled.notes("postgresql", replace(restored, aside=there))]))
    try:
        load(url, copy)
        with connected(url) as connection:
            refuse_unless_equal(expected, contents_of(connection))
    except BaseException:
        back = ["DROP SCHEMA public CASCADE", f'ALTER SCHEMA "{aside}" RENAME TO public']
        command(url, "; ".join([*back, *unsettled.notes("postgresql", before)]))
        raise
    if empty:
        command(url, f'DROP SCHEMA "{aside}" CASCADE')
    return there


def set_aside(url: str) -> list[str]:
    """What restores left beside a database, by what it is called. Raises DatabaseUnavailable."""
    with connected(url) as connection:
        names = connection.execute(text("SELECT nspname FROM pg_namespace ORDER BY nspname")).scalars()
        return [f"the schema {name}" for name in names if name.startswith(SET_ASIDE) and name != unsettled.NAME]


def command(url: str, statements: str) -> None:
    """Statements of ours that belong outside a transaction, or together in one."""
    engine = make_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            try:
                with asked_of_the_driver():
                    driver.execute(statements)
            except (DatabaseUnavailable, driver_errors()) as error:
                if isinstance(error, DatabaseUnavailable) and error.fault is not DatabaseFault.NOT_PERMITTED:
                    raise
                said = str(error.__cause__ or error).splitlines()[0]
                raise CopyRefused(
                    f"The database's server does not let this be done: {said}. "
                    "Use a database user that owns the database and may create another (CREATEDB)."
                ) from error
    finally:
        engine.dispose()


LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
"""How what an address says is called in the environment of PostgreSQL's own programs."""


def libpq_environment(url: str) -> dict[str, str]:
    """What leads PostgreSQL's own programs to where this program would connect, of several servers to the same one."""
    address = make_url(url)
    _, said = address.get_dialect()().create_connect_args(address)
    return {name: str(said[each]) for each, name in LIBPQ.items() if said.get(each)}


def _run(url: str, program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs, on a database; the password is in its environment, where no list of processes
    shows it."""
    found = find_program(program)
    if found is None:
        raise CopyRefused(
            f"{program} is not installed. Install PostgreSQL's client programs, of the server's version or a newer one."
        )
    environment = {**os.environ, **libpq_environment(url)}
    done = subprocess.run(  # noqa: S603 - a program of ours, arguments of our own
        [found, f"--dbname={make_url(url).database}", "--no-password", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        ended = f"it was ended by signal {-done.returncode}" if done.returncode < 0 else "it does not say why"
        said = [line for line in done.stderr.splitlines() if line.strip()] or [ended]
        raise CopyRefused(f"{program} failed: {said[0]}")


def find_program(name: str) -> str | None:
    """One of PostgreSQL's programs: on the path, or the newest where Debian keeps them."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda each: int(each.parts[4]), reverse=True)
    return shutil.which(name) or next((str(each) for each in kept), None)
