"""A standby of the database that is read in its place: how far it has come, and both of them as one."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from surveyapp.domain.errors import DatabaseUnavailable
from surveyapp.store.database import Database

ALL = "FFFFFFFF/FFFFFFFF"
"""Everything that there is by the time of reading."""


@dataclass(frozen=True)
class StandbyPlace:
    """How far a standby has come. `follows`: it is one, and not a server that takes writes. `reached`: it has all that
    was asked for; `whole`: all that the primary has. `behind`: how old the newest is that it has, else."""

    follows: bool
    reached: bool
    whole: bool
    behind: dt.timedelta


def position(session: Session) -> str:
    """Up to where the primary has written, as it counts that."""
    return str(session.execute(text("SELECT pg_current_wal_lsn()::text")).scalar_one())


def place(session: Session, primary: str, wanted: str | None) -> StandbyPlace:
    """Where a standby is. `primary`: up to where the primary has written; `wanted`: up to where it has to be read, as
    `position` said it, or `ALL`."""
    row = session.execute(
        text(
            "SELECT pg_is_in_recovery() AS follows,"
            " coalesce(pg_last_wal_replay_lsn() >= least(CAST(:wanted AS pg_lsn), CAST(:primary AS pg_lsn)), false)"
            " AS reached,"
            " coalesce(pg_last_wal_replay_lsn() >= CAST(:primary AS pg_lsn), false) AS whole,"
            " clock_timestamp() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time()) AS behind"
        ),
        {"wanted": wanted or "0/0", "primary": primary},
    ).one()
    behind = dt.timedelta(0) if row.whole else max(row.behind, dt.timedelta(0))
    return StandbyPlace(row.follows, row.reached, row.whole, behind)


class ReadFromStandby(Database):
    """Reads a standby and writes to the primary. A standby that cannot be opened any more is passed over."""

    def __init__(self, primary: Database, standby: Database) -> None:
        self.primary, self.standby = primary, standby
        self.engine = primary.engine

    @contextlib.contextmanager
    def keeping(self) -> Iterator[None]:
        with self.primary.keeping(), self.standby.keeping():
            yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        with contextlib.ExitStack() as stack:
            try:
                session = stack.enter_context(self.standby.reading())
            except DatabaseUnavailable:
                session = stack.enter_context(self.primary.reading())
            yield session

    @contextlib.contextmanager
    def glancing(self) -> Iterator[Session]:
        """Of the primary: what is glanced at is what stands now."""
        with self.primary.glancing() as session:
            yield session

    @contextlib.contextmanager
    def writing(self, *, at_once: bool = False) -> Iterator[Session]:
        with self.primary.writing(at_once=at_once) as session:
            yield session
