"""That a backup was put in the database's place and is not settled yet: what ended since it was made, and whoever was
erased, is in it again (`services.privacy.restored`).

It stands in the database beside the tables that are counted and copied: it comes in one step with what it tells of, so
that whoever is killed in between leaves it, and goes in one transaction with what settles it. In PostgreSQL it is a
schema that no dump takes along, in SQLite a table.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

NAME = "before_restore_is_settled"


@dataclass(frozen=True)
class Unsettled:
    """Which backup was put back: its file's name, when it was made (UTC, ISO 8601), and where what was there before it
    is (None: nothing was). `keys_needed`: it holds people who have keys, and only those say who was erased since."""

    file: str
    made_at: str
    keys_needed: bool
    aside: str | None = None


IS_THERE = {
    "sqlite": f"SELECT count(*) FROM sqlite_master WHERE name = '{NAME}'",  # noqa: S608 - a name of ours
    "postgresql": f"SELECT count(*) FROM pg_namespace WHERE nspname = '{NAME}'",  # noqa: S608
}
"""What asks a database whether it is so, by its kind."""

_SAID = {
    "sqlite": f'SELECT said FROM "{NAME}"',  # noqa: S608
    "postgresql": f"SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = '{NAME}'",  # noqa: S608
}

_GONE = {"sqlite": f'DROP TABLE IF EXISTS "{NAME}"', "postgresql": f'DROP SCHEMA IF EXISTS "{NAME}" CASCADE'}


def read(connection: Connection) -> Unsettled | None:
    """What was put back and is not settled; None where nothing is."""
    kind = connection.dialect.name
    if not connection.exec_driver_sql(IS_THERE[kind]).scalar():
        return None
    return Unsettled(**json.loads(connection.exec_driver_sql(_SAID[kind]).scalar_one()))


def notes(kind: str, what: Unsettled | None) -> list[str]:
    """The statements after which a database of that kind says so, in place of what it said; that it is settled, for
    None."""
    if what is None:
        return [_GONE[kind]]
    said = "'" + json.dumps(dataclasses.asdict(what)).replace("'", "''") + "'"
    if kind == "sqlite":
        made = [f'CREATE TABLE "{NAME}" (said TEXT NOT NULL)', f'INSERT INTO "{NAME}" VALUES ({said})']  # noqa: S608
    else:
        made = [f'CREATE SCHEMA "{NAME}"', f'COMMENT ON SCHEMA "{NAME}" IS {said}']
    return [_GONE[kind], *made]


def clear(session: Session) -> None:
    """It is settled once the session's work is committed."""
    connection = session.connection()
    for statement in notes(connection.dialect.name, None):
        connection.exec_driver_sql(statement)
