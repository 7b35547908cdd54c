"""A whole copy of the database while it is being written, what is in it, and putting one back.

A copy of a SQLite file is made through SQLite's online backup: copying the file itself leaves out what the journal
beside it holds, which under load is most of what was just committed. PostgreSQL's is a dump made in the very snapshot
that is counted.
"""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import inspect, make_url, text

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.store.connecting import beside, unsettled
from surveyapp.store.connecting.engines import file_of, make_engine
from surveyapp.store.connecting.unsettled import Unsettled
from surveyapp.store.security.copying import of_files, of_servers
from surveyapp.store.security.copying.contents import Contents, CopyRefused


def kind_of(url: str) -> str:
    """`sqlite` or `postgresql`."""
    return make_url(url).get_backend_name()


def take(url: str, target: Path) -> Contents:
    """Writes a copy of all that is committed to a file, and says what is in it. Nobody waits for it. Raises
    DatabaseUnavailable, CopyRefused."""
    path = file_of(url)
    return of_files.take(path, target) if path is not None else of_servers.take(url, target)


def contents_of(url: str) -> Contents:
    """What is in a database. Raises DatabaseUnavailable."""
    path = file_of(url)
    if path is not None:
        with of_files.opened(path) as connection:
            return of_files.contents_of(connection)
    with of_servers.connected(url) as connection:
        return of_servers.contents_of(connection)


def revision_of(contents: Contents, url: str) -> str | None:
    """The revision of a database's tables."""
    return revision_now(url) if "alembic_version" in contents else None


def revision_now(url: str) -> str | None:
    """The revision of the tables that a database has; None while it has none. Raises DatabaseUnavailable."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    finally:
        engine.dispose()


def faults_of(url: str) -> list[str]:
    """What is wrong with a database in itself: damage, and rows that point at nothing. PostgreSQL looked at both while
    it took the copy in."""
    path = file_of(url)
    if path is None:
        return []
    with of_files.opened(path) as connection:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
        loose = connection.execute("PRAGMA foreign_key_check").fetchmany(10)
    return said + [f"a row of {table} points at a row of {other} that is not there" for table, _, other, _ in loose]


@contextlib.contextmanager
def opened_apart(url: str, copy: Path, folder: Path) -> Iterator[str]:
    """The address of a database of its own that a copy was put into, gone afterwards. Raises CopyRefused."""
    if file_of(url) is not None:
        own = folder / f"{uuid.uuid4().hex}.db"
        try:
            shutil.copyfile(copy, own)
        except OSError as error:
            raise CopyRefused(f"The copy could not be written to {folder.parent}: {error.strerror}.") from error
        with of_files.damage_is_of_the_copy():
            yield f"sqlite:///{own}"
        return
    name = f"shiftline_verify_{uuid.uuid4().hex[:12]}"
    of_servers.command(url, f'CREATE DATABASE "{name}" TEMPLATE template0')
    apart = make_url(url).set(database=name).render_as_string(hide_password=False)
    try:
        of_servers.load(apart, copy)
        yield apart
    finally:
        of_servers.command(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def left_behind(url: str) -> Path | None:
    """What was written last to a database whose file is gone, if that is there still."""
    path = file_of(url)
    return None if path is None else beside.left_behind(path)


def has_rows(url: str) -> bool:
    """Whether there is anything that putting a copy back would take the place of. What cannot be read may hold
    something."""
    path = file_of(url)
    if left_behind(url) is not None:
        return True
    if path is not None and not path.exists():
        return False
    try:
        found = contents_of(url)
    except DatabaseUnavailable as error:
        if error.fault is DatabaseFault.DAMAGED:
            return True
        raise
    return any(each.rows for name, each in found.items() if name != "alembic_version")


def put_back(url: str, copy: Path, expected: Contents, moment: str, restored: Unsettled) -> str | None:
    """Puts a copy in the database's place, all of it or nothing, and looks whether all of it is there. What was there
    is set aside: where. From then on the database says that it is not settled. Raises CopyRefused."""
    path = file_of(url)
    if path is not None:
        return of_files.put_back(path, copy, expected, moment, restored)
    return of_servers.put_back(url, copy, expected, moment, restored)


def set_aside(url: str) -> list[str]:
    """What restores left beside the database, from which nobody is erased: where each is. Raises OSError,
    DatabaseUnavailable."""
    path = file_of(url)
    return of_servers.set_aside(url) if path is None else of_files.set_aside(path)


def unsettled_in(url: str) -> Unsettled | None:
    """Which backup was put back that is not settled; None where none is, or nothing is there. Raises
    DatabaseUnavailable."""
    path = file_of(url)
    if path is not None and not path.exists():
        return None
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return unsettled.read(connection)
    finally:
        engine.dispose()
