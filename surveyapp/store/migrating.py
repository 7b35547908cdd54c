"""Alembic, without its ini file: where the migrations are, and what they are for. One process migrates a database at a
time, others wait: the second finds the work done."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import logging
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from surveyapp.domain.errors import OF_DATABASE
from surveyapp.settings import ROOT

_ADVISORY_LOCK = 0x5368_6966_746C
"""Ours among the advisory locks of a PostgreSQL database."""


def config(url: str, questionnaires: Path = ROOT / "questionnaires") -> Config:
    """Alembic's configuration for a database and the folder of the studies it is about: where days begin is a study's
    own matter, and a migration may have to know."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / "migrations"))
    made.attributes.update(url=url, questionnaires=questionnaires)
    return made


def upgrade(
    url: str, questionnaires: Path = ROOT / "questionnaires", revision: str = "head", *, address: str = OF_DATABASE
) -> None:
    """`address`: what names the database, for whoever is told that it cannot work. Raises DatabaseUnavailable."""
    made = config(url, questionnaires)
    made.attributes["address"] = address
    command.upgrade(made, revision)


def downgrade(url: str, revision: str, questionnaires: Path = ROOT / "questionnaires") -> None:
    command.downgrade(config(url, questionnaires), revision)


@functools.cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config(""))


@functools.cache
def head() -> str:
    """The revision of the tables that this program works on."""
    revision = _scripts().get_current_head()
    assert revision is not None
    return revision


def is_known(revision: str) -> bool:
    """Whether it is a revision that this program can bring up to date."""
    return any(each.revision == revision for each in _scripts().walk_revisions())


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
