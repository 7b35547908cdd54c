"""Copies of a SQLite file, made through SQLite's online backup."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.store.connecting import unsettled
from surveyapp.store.connecting.beside import family
from surveyapp.store.connecting.unavailable import fault_of
from surveyapp.store.connecting.unsettled import Unsettled
from surveyapp.store.security.copying.contents import (
    SET_ASIDE,
    Contents,
    CopyRefused,
    refuse_unless_equal,
    sum_of,
)

COMING = ".restoring"
"""How the name of what is to come in a database's place goes on after the database's."""


@contextlib.contextmanager
def opened(path: Path, mode: str = "ro") -> Iterator[sqlite3.Connection]:
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


@contextlib.contextmanager
def damage_is_of_the_copy() -> Iterator[None]:
    """What is opened in the block is a copy: nothing is wrong with the database, and nothing is to be done there.
    Raises CopyRefused."""
    try:
        yield
    except DatabaseUnavailable as error:
        if error.fault is not DatabaseFault.DAMAGED:
            raise
        raise CopyRefused(
            "What is in the backup is damaged, and cannot be read as a database. Nothing was changed. Use another one."
        ) from error


def take(path: Path, target: Path) -> Contents:
    with opened(path) as source, contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
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
        return contents_of(copy)


def contents_of(connection: sqlite3.Connection) -> Contents:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> ? ORDER BY name",
        (unsettled.NAME,),
    ).fetchall()
    found = {}
    for (name,) in names:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        # quote() writes every value in one way: numbers, text, bytes and nothing are told apart.
        values = " || ',' || ".join(f'quote("{column}")' for column in columns)
        rows = connection.execute(f'SELECT {values} FROM "{name}" ORDER BY rowid')  # noqa: S608 - names of our tables
        found[name] = sum_of(row[0].encode() for row in rows)
    return found


def put_back(path: Path, copy: Path, expected: Contents, moment: str, restored: Unsettled) -> str | None:
    coming = path.with_name(f"{path.name}{COMING}")
    # Whether or not the file is there: what is left beside it would be read as the backup's.
    away = list(zip(family(path), family(path.with_name(f"{path.name}.{SET_ASIDE}{moment}")), strict=True))
    aside = next((str(now) for before, now in away if before.exists() and before.stat().st_size), None)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(coming)
        shutil.copyfile(copy, coming)
        coming.chmod(0o600)
        with damage_is_of_the_copy(), opened(coming, "rw") as connection:
            refuse_unless_equal(expected, contents_of(connection))
            for statement in unsettled.notes("sqlite", replace(restored, aside=aside)):
                connection.execute(statement)
        if path.exists() and path.stat().st_size:
            _refuse_if_open(path)
        flush(coming)
        with _swapped(path, coming, away), damage_is_of_the_copy(), opened(path) as connection:
            refuse_unless_equal(expected, contents_of(connection))
    except OSError as error:
        raise CopyRefused(
            f"The backup could not be put in {path.parent}: {error.strerror}. Nothing was changed."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            _remove(coming)
    return aside


def set_aside(path: Path) -> list[str]:
    """What restores left beside a database, by where it is: what they set aside, and a copy that one which was killed
    did not come to put in its place. What is beside such a file goes by that one's name. Raises OSError."""
    if not path.parent.is_dir():
        return []
    names = (f"{path.name}.{SET_ASIDE}", f"{path.name}{COMING}")
    there = {each for each in path.parent.iterdir() if each.name.startswith(names)}
    return sorted(str(each) for each in there if not any(each in family(other)[1:] for other in there))


def _remove(path: Path) -> None:
    for each in family(path):
        each.unlink(missing_ok=True)


@contextlib.contextmanager
def _swapped(path: Path, coming: Path, away: Sequence[tuple[Path, Path]]) -> Iterator[None]:
    """Sets aside what is there, and puts what is coming in its place; all of it, once what the block looks for is
    there, or nothing."""
    moved: list[tuple[Path, Path]] = []
    try:
        for before, now in away:
            if before.exists():
                moved.append((before, before.rename(now)))
        coming.rename(path)
        moved.append((coming, path))
        yield
    except BaseException:
        for before, now in reversed(moved):
            now.rename(before)
        raise
    flush(path.parent)


def _refuse_if_open(path: Path) -> None:
    """Leaving WAL mode needs the file for oneself: it fails while anybody else has it open. It goes on in WAL."""
    try:
        with opened(path, "rw") as connection:
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
