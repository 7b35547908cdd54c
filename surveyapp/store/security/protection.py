"""What keeps the audit trail insert only: triggers in both databases, and in PostgreSQL the rights of the role that the
application connects as. Whoever owns the tables can take the triggers away; the chain finds what they then do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from surveyapp.store.tables import AuditChainRow, AuditRow, Base

INSERT_ONLY = (AuditRow.__tablename__, AuditChainRow.__tablename__)
"""Tables whose rows are neither changed nor removed."""


@contextlib.contextmanager
def unprotected(session: Session) -> Iterator[None]:
    """Lets a unit of work empty the trail of a demonstration, which holds nobody real: for the owner of the tables."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    triggers = [] if postgresql else _sqlite_triggers(session)
    for table in INSERT_ONLY if postgresql else ():
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    for name, _ in triggers:
        session.execute(text(f"DROP TRIGGER {name}"))
    yield
    for table in INSERT_ONLY if postgresql else ():
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    for _, made in triggers:
        session.execute(text(made))


def _sqlite_triggers(session: Session) -> list[tuple[str, str]]:
    """The triggers of these tables, each with the statement that makes it."""
    names = ", ".join(f"'{table}'" for table in INSERT_ONLY)
    query = text(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({names})")  # noqa: S608
    return [(row.name, row.sql) for row in session.execute(query)]


def roles_are_kept(session: Session) -> bool:
    """Whether the database has roles of its own."""
    return session.get_bind().dialect.name == "postgresql"


def role_exists(session: Session, role: str) -> bool:
    return session.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first() is not None


def is_owner(session: Session, role: str) -> bool:
    """Whether a role may do everything anyway: it owns one of the tables, or is a superuser."""
    query = text(
        "SELECT 1 FROM pg_roles WHERE rolname = :role AND rolsuper UNION ALL "
        "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tableowner = :role "
        "AND tablename = ANY(:tables)"
    )
    return session.execute(query, {"role": role, "tables": list(INSERT_ONLY)}).first() is not None


def owns_the_trail(session: Session) -> bool:
    """Whether whoever asks could take the trail's protection off. Of a SQLite file, which has no owners, it is not
    asked."""
    if not roles_are_kept(session):
        return False
    return is_owner(session, session.execute(text("SELECT current_user")).scalar_one())


def give_rights(session: Session, role: str) -> None:
    """Gives a role of PostgreSQL what the application needs of every table, and of those that are insert only to read
    and to insert."""
    quoted = session.get_bind().dialect.identifier_preparer.quote_identifier(role)
    for table in Base.metadata.sorted_tables:
        name = session.get_bind().dialect.identifier_preparer.quote_identifier(table.name)
        session.execute(text(f"REVOKE ALL ON {name} FROM {quoted}"))
        rights = "SELECT, INSERT" if table.name in INSERT_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        session.execute(text(f"GRANT {rights} ON {name} TO {quoted}"))
    session.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    session.execute(text(f"GRANT SELECT ON alembic_version TO {quoted}"))
