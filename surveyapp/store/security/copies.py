"""A whole copy of the database while it is being written, what is in it, and putting one back.

A copy of a SQLite file is made through SQLite's online backup: copying the file itself leaves out what the journal
beside it holds, which under load is most of what was just committed. PostgreSQL's is a dump made in the very snapshot
that is counted.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, make_url, text

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable, ShiftlineError
from surveyapp.store.database import file_of, make_engine
from surveyapp.store.unavailable import asked_of_the_driver, driver_errors, fault_of

SET_ASIDE = "before_restore_"
"""How what was there before something was put back is called."""


class CopyRefused(ShiftlineError):
    """The database cannot be copied or put back so. Nothing was changed."""


@dataclass(frozen=True)
class TableContents:
    """How many rows a table has, and what they all come to: a SHA-256 over every value of every row."""

    rows: int
    sha256: str


Contents = Mapping[str, TableContents]
"""What is in a database, by table."""


def kind_of(url: str) -> str:
    """`sqlite` or `postgresql`."""
    return make_url(url).get_backend_name()


def take(url: str, target: Path) -> Contents:
    """Writes a copy of all that is committed to a file, and says what is in it. Nobody waits for it. Raises
    DatabaseUnavailable, CopyRefused."""
    path = file_of(url)
    return _take_file(path, target) if path is not None else _dump(url, target)


def contents_of(url: str) -> Contents:
    """What is in a database. Raises DatabaseUnavailable."""
    path = file_of(url)
    if path is not None:
        with _opened(path) as connection:
            return _file_contents(connection)
    with _server(url) as connection:
        return _server_contents(connection)


def revision_of(contents: Contents, url: str) -> str | None:
    """The revision of a database's tables."""
    if "alembic_version" not in contents:
        return None
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    finally:
        engine.dispose()


def faults_of(url: str) -> list[str]:
    """What is wrong with a database in itself: damage, and rows that point at nothing. PostgreSQL looked at both while
    it took the copy in."""
    path = file_of(url)
    if path is None:
        return []
    with _opened(path) as connection:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
        loose = connection.execute("PRAGMA foreign_key_check").fetchmany(10)
    return said + [f"a row of {table} points at a row of {other} that is not there" for table, _, other, _ in loose]


@contextlib.contextmanager
def opened_apart(url: str, copy: Path, folder: Path) -> Iterator[str]:
    """The address of a database of its own that a copy was put into, gone afterwards. Raises CopyRefused."""
    if file_of(url) is not None:
        own = folder / f"{uuid.uuid4().hex}.db"
        shutil.copyfile(copy, own)
        yield f"sqlite:///{own}"
        return
    name = f"shiftline_verify_{uuid.uuid4().hex[:12]}"
    _command(url, f'CREATE DATABASE "{name}" TEMPLATE template0')
    apart = make_url(url).set(database=name).render_as_string(hide_password=False)
    try:
        _load(apart, copy)
        yield apart
    finally:
        _command(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def has_rows(url: str) -> bool:
    """Whether there is anything that putting a copy back would take the place of. What cannot be read may hold
    something."""
    path = file_of(url)
    if path is not None and not path.exists():
        return False
    try:
        found = contents_of(url)
    except DatabaseUnavailable as error:
        if error.fault is DatabaseFault.DAMAGED:
            return True
        raise
    return any(each.rows for name, each in found.items() if name != "alembic_version")


def put_back(url: str, copy: Path, expected: Contents, moment: str) -> str | None:
    """Puts a copy in the database's place, all of it or nothing, and looks whether all of it is there. What was there
    is set aside: where. Raises CopyRefused."""
    path = file_of(url)
    return _put_file_back(path, copy, expected, moment) if path is not None else _load_back(url, copy, expected, moment)


def differences(expected: Contents, found: Contents) -> list[str]:
    """What is not the same, table by table."""
    said = []
    for name in sorted({*expected, *found}):
        if name not in found:
            said.append(f"{name} is missing")
        elif name not in expected:
            said.append(f"{name} was not there")
        elif found[name].rows != expected[name].rows:
            said.append(f"{name} has {found[name].rows} rows in place of {expected[name].rows}")
        elif found[name] != expected[name]:
            said.append(f"{name} has other values")
    return said


# SQLite


@contextlib.contextmanager
def _opened(path: Path, mode: str = "ro") -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, isolation_level=None, timeout=10)
        ) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        fault = fault_of(error)
        if fault is None:
            raise
        raise DatabaseUnavailable(fault) from error


def _take_file(path: Path, target: Path) -> Contents:
    with _opened(path) as source, contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        try:
            source.backup(copy)
        except sqlite3.OperationalError as error:
            # The database is only read here: what has no room is the copy.
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise CopyRefused(
                    f"The copy could not be written to {target.parent}: {error}. Make room there."
                ) from error
            raise
        # One file, without a journal beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        return _file_contents(copy)


def _file_contents(connection: sqlite3.Connection) -> Contents:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    found = {}
    for (name,) in names:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        # quote() writes every value in one way: numbers, text, bytes and nothing are told apart.
        values = " || ',' || ".join(f'quote("{column}")' for column in columns)
        rows = connection.execute(f'SELECT {values} FROM "{name}" ORDER BY rowid')  # noqa: S608 - names of our tables
        found[name] = _sum(row[0].encode() for row in rows)
    return found


def _sum(rows: Iterator[bytes]) -> TableContents:
    total, count = hashlib.sha256(), 0
    for row in rows:
        total.update(row + b"\n")
        count += 1
    return TableContents(count, total.hexdigest())


def _put_file_back(path: Path, copy: Path, expected: Contents, moment: str) -> str | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    coming = path.with_name(f"{path.name}.restoring")
    coming.unlink(missing_ok=True)
    try:
        shutil.copyfile(copy, coming)
        coming.chmod(0o600)
        with _opened(coming) as connection:
            _refuse_unless_equal(expected, _file_contents(connection))
        aside = None
        if path.exists():
            _refuse_if_open(path)
            aside = path.with_name(f"{path.name}.{SET_ASIDE}{moment}")
            for end in ("", "-wal", "-shm"):
                beside = path.with_name(path.name + end)
                if beside.exists():
                    beside.rename(aside.with_name(aside.name + end))
        flush(coming)
        coming.rename(path)
        flush(path.parent)
    finally:
        coming.unlink(missing_ok=True)
    return None if aside is None else str(aside)


def _refuse_if_open(path: Path) -> None:
    """Leaving WAL mode needs the file for oneself: it fails while anybody else has it open. It goes on in WAL."""
    try:
        with _opened(path, "rw") as connection:
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("PRAGMA journal_mode = DELETE")
    except DatabaseUnavailable as error:
        if error.fault is DatabaseFault.BUSY:
            raise CopyRefused(
                "The database is in use. Stop the server and every command, then restore again."
            ) from None
        if error.fault is not DatabaseFault.DAMAGED:
            raise


def flush(path: Path) -> None:
    """Makes sure that a file, or which files a folder has, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# PostgreSQL


@contextlib.contextmanager
def _server(url: str) -> Iterator[Connection]:
    """A connection that writes every value in one way, whatever the server's settings are."""
    engine = make_engine(url).execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            for setting in ("TimeZone = 'UTC'", "DateStyle = 'ISO'", "bytea_output = 'hex'", "extra_float_digits = 1"):
                connection.execute(text(f"SET LOCAL {setting}"))
            yield connection
    finally:
        engine.dispose()


def _server_contents(connection: Connection) -> Contents:
    names = connection.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
    ).scalars()
    driver: Any = connection.connection.driver_connection
    found = {}
    for name in list(names):
        query = f'SELECT t::text FROM "{name}" t ORDER BY t::text COLLATE "C"'  # noqa: S608 - names of our tables
        with asked_of_the_driver(), driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as rows:
            found[name] = _sum(bytes(row) for row in rows)
    return found


def _dump(url: str, target: Path) -> Contents:
    with _server(url) as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        found = _server_contents(connection)
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


def _load(url: str, copy: Path) -> None:
    _run(url, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(copy))


def _load_back(url: str, copy: Path, expected: Contents, moment: str) -> str | None:
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            if connection.execute(text(others)).scalar_one():
                raise CopyRefused("The database is in use. Stop the server and every command, then restore again.")
            empty = not _server_contents(connection)
    finally:
        engine.dispose()
    aside = f"{SET_ASIDE}{moment}".lower()
    _command(url, f'ALTER SCHEMA public RENAME TO "{aside}"; CREATE SCHEMA public')
    try:
        _load(url, copy)
        _refuse_unless_equal(expected, contents_of(url))
    except BaseException:
        _command(url, f'DROP SCHEMA public CASCADE; ALTER SCHEMA "{aside}" RENAME TO public')
        raise
    if empty:
        _command(url, f'DROP SCHEMA "{aside}" CASCADE')
    return None if empty else f"the schema {aside}"


def _command(url: str, statements: str) -> None:
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


def _refuse_unless_equal(expected: Contents, found: Contents) -> None:
    if said := differences(expected, found):
        raise CopyRefused(f"What was put back is not what was backed up: {'; '.join(said)}. Nothing was changed.")
