"""Another database in place of the one that serves: SQLite outgrown, or another server."""

from __future__ import annotations

import multiprocessing
import signal
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain.errors import OF_DATABASE, DatabaseUnavailable
from surveyapp.services.runtime import Runtime
from surveyapp.store import migrating
from surveyapp.store.connecting.beside import written_beside
from surveyapp.store.connecting.engines import file_of, make_engine
from surveyapp.store.database import Database
from surveyapp.store.security import moving
from surveyapp.store.security.moving import TO, MoveRefused

MUCH = 200_000
"""Rows from which on two processes, each a second in starting, are sooner done than one."""


@dataclass(frozen=True)
class CopiedDatabase:
    """What was copied. `before`: rows that were there already, of a copy that had been broken off."""

    tables: int
    rows: int
    before: int


Tell = Callable[[str, int, int], None]
"""A table, how many of its rows are there, and of how many."""


def copy_all(runtime: Runtime, to: str, tell: Tell = lambda _table, _done, _of: None) -> CopiedDatabase:
    """Copies everything that an installation's database holds into another one, which is empty or holds the beginning
    of the same copy, and compares all of it. The tables are made there, once the one here shows that it can be copied.
    Nobody may write meanwhile, and nobody uses the other one before it was compared. Raises MoveRefused,
    DatabaseUnavailable."""
    if _same(runtime.settings.database_url, to):
        raise MoveRefused("Both addresses are the same database. Name another one to copy to.")
    target = None
    rows = before = 0
    try:
        runtime.database.check_revision()
        with moving.standing_still(runtime.database) as source:
            _make_tables(to, runtime.settings.questionnaires)
            target = Database(to, any_revision=True, address=TO)
            moving.begin(source, target)
            for table in moving.TABLES:
                of = moving.count(source, table)
                before += moving.copy(source, target, table, _telling(tell, table.name, of))
                rows += of
        _compare((runtime.settings.database_url, to), rows)
        moving.end(target)
    except DatabaseUnavailable as error:
        raise error if error.address != TO else _refused(error) from error
    finally:
        if target is not None:
            target.dispose()
    return CopiedDatabase(len(moving.TABLES), rows, before)


def _telling(tell: Tell, table: str, of: int) -> Callable[[int], None]:
    return lambda done: tell(table, done, of)


def _refused(error: DatabaseUnavailable) -> MoveRefused:
    return MoveRefused(f"The database to copy to: {error}")


def _same(one: str, other: str) -> bool:
    first, second = file_of(one), file_of(other)
    return one == other or (first is not None and second is not None and first.resolve() == second.resolve())


def _make_tables(url: str, questionnaires: Path) -> None:
    """Where there are none. A file has them all, and is marked as unfinished, once it is in its place."""
    path = file_of(url)
    if path is None:
        if not _has_tables(url):
            migrating.upgrade(url, questionnaires, address=TO, unfinished=True)
        return
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size and _has_tables(url):
        return
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        made = Path(folder) / path.name
        migrating.upgrade(f"sqlite:///{made}", questionnaires, address=TO, unfinished=True)
        if left := written_beside(path):
            raise MoveRefused(
                f"Beside the database to copy to is what was written to another one, {left}, and would be read as "
                "part of the copy. Move it to where that one is, or name another file to copy to."
            )
        made.rename(path)


def _has_tables(url: str) -> bool:
    engine = make_engine(url, address=TO)
    try:
        return moving.has_tables(engine)
    finally:
        engine.dispose()


def _stops_in_silence() -> None:
    """Ctrl-C reaches every process of a command: one of them says so."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _compare(urls: Sequence[str], rows: int) -> None:
    """Looks at all of both, at once where there is much of it. Where they differ, somebody wrote meanwhile."""
    if rows < MUCH:
        here, there = map(moving.totals, urls, (OF_DATABASE, TO))
    else:
        with ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), _stops_in_silence) as processes:
            here, there = processes.map(moving.totals, urls, (OF_DATABASE, TO))
    differ = [name for name in here if here[name] != there[name]]
    if differ:
        raise MoveRefused(
            f"The copy is not the same in {', '.join(differ)}: something was written meanwhile. Stop what serves and "
            "every command, empty the database to copy to, and copy again."
        )
