"""Alembic, without its ini file: where the migrations are, and what they are for. One process migrates a database at a
time, others wait: the second finds the work done.

Alembic is imported by what migrates. A start only asks which revision is the newest, which the migrations say
themselves, and takes a tenth less."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from surveyapp.domain.errors import OF_DATABASE, DatabaseFault, DatabaseUnavailable
from surveyapp.settings import ROOT

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = ROOT / "migrations"
_ADVISORY_LOCK = 0x5368_6966_746C
"""Ours among the advisory locks of a PostgreSQL database."""


def config(url: str, questionnaires: Path = ROOT / "questionnaires") -> Config:
    """Alembic's configuration for a database and the folder of the studies it is about: where days begin is a study's
    own matter, and a migration may have to know."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(_MIGRATIONS))
    made.attributes.update(url=url, questionnaires=questionnaires)
    return made


def upgrade(
    url: str,
    questionnaires: Path = ROOT / "questionnaires",
    revision: str = "head",
    *,
    address: str = OF_DATABASE,
    unfinished: bool = False,
) -> None:
    """`unfinished`: the tables are made for a copy, and marked so as soon as they are there. `address`: what names the
    database, for whoever is told that it cannot work. Raises DatabaseUnavailable, also for a database that a newer
    program migrated."""
    from alembic import command

    made = config(url, questionnaires)
    made.attributes.update(address=address, unfinished=unfinished)
    command.upgrade(made, revision)


def downgrade(url: str, revision: str, questionnaires: Path = ROOT / "questionnaires") -> None:
    from alembic import command

    command.downgrade(config(url, questionnaires), revision)


_NAMES = re.compile(r"""^revision = ['"](\w+)['"]\ndown_revision = (?:['"](\w+)['"]|None)$""", re.MULTILINE)


@functools.cache
def _revisions() -> Mapping[str, str]:
    """Every revision, as the migrations name themselves, with the one it follows ("" the first)."""
    named = (_NAMES.search(each.read_text(encoding="utf-8")) for each in (_MIGRATIONS / "versions").glob("*.py"))
    return {each[1]: each[2] or "" for each in named if each is not None}


@functools.cache
def head() -> str:
    """The revision of the tables that this program works on."""
    (revision,) = _revisions().keys() - _revisions().values()
    return revision


def is_known(revision: str) -> bool:
    """Whether it is a revision that this program can bring up to date."""
    return revision in _revisions()


UNFINISHED = "copying_"
"""What stands before the revision of a database that another is being copied to, until all of it was compared."""


def amiss(revisions: Sequence[str]) -> DatabaseFault | None:
    """Why a database that says these revisions of itself cannot be worked with; None where it can."""
    if not revisions:
        return DatabaseFault.NOT_MIGRATED
    if revisions[0].startswith(UNFINISHED):
        return DatabaseFault.UNFINISHED
    if list(revisions) == [head()]:
        return None
    return DatabaseFault.OLDER if is_known(revisions[0]) else DatabaseFault.NEWER


def mark(connection: Connection, before: str = "") -> None:
    """Says of a database with the newest tables that it can be used or, with UNFINISHED `before` it, that it cannot."""
    connection.execute(text("UPDATE alembic_version SET version_num = :said"), {"said": f"{before}{head()}"})


def refuse_unknown(revisions: Sequence[str], address: str) -> None:
    """Raises DatabaseUnavailable where there is no way from a database's revisions to another one."""
    fault = amiss(revisions)
    if fault in (DatabaseFault.UNFINISHED, DatabaseFault.NEWER):
        raise DatabaseUnavailable(fault, address)


@contextlib.contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Waits until no other process migrates the database, and lets none begin. A process that dies lets go."""
    if engine.dialect.name == "sqlite":
        with Path(f"{engine.url.database}.migrating").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _say_waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = {"key": _ADVISORY_LOCK}
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one():
            _say_waiting()
            connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def _say_waiting() -> None:
    logging.getLogger(__name__).warning("Another process migrates this database. Waiting for it…")
