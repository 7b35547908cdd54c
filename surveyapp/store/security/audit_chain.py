"""The chain over the audit trail. Insert only; it is lengthened by one run at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from surveyapp.domain.audit import AuditEntry
from surveyapp.domain.security.audit_chain import ChainHead, ChainLink
from surveyapp.store.security.audit import entry_of
from surveyapp.store.tables import AuditChainRow, AuditRow

_LOCK = 0x5348_4946_5441_5544
"""What PostgreSQL knows the lengthening of the chain by. SQLite has one writer at a time anyway."""

ROWS_AT_ONCE = 1_000


def lock(session: Session) -> None:
    """Waits until nobody else lengthens the chain; held until the unit of work ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def head(session: Session) -> ChainHead | None:
    """The last link; None while there is none."""
    row = session.scalars(select(AuditChainRow).order_by(AuditChainRow.number.desc()).limit(1)).one_or_none()
    return None if row is None else ChainHead(row.number, row.mac)


def last(session: Session) -> tuple[ChainLink, AuditEntry | None, str | None] | None:
    """The last link, its entry (None: it is gone), and the hash of the link before it (None: there is none); None while
    the chain has not begun."""
    query = select(AuditChainRow).order_by(AuditChainRow.number.desc()).limit(2)
    rows = session.scalars(query).all()
    if not rows:
        return None
    entry = session.get(AuditRow, rows[0].entry_id)
    before = rows[1].mac if len(rows) > 1 and rows[1].number == rows[0].number - 1 else None
    return _link_of(rows[0]), None if entry is None else entry_of(entry), before


def _link_of(row: AuditChainRow) -> ChainLink:
    return ChainLink(number=row.number, entry_id=row.entry_id, made_at=row.made_at, mac=row.mac)


def unchained(session: Session, most: int | None = None) -> list[AuditEntry]:
    """The entries without a link, oldest first; at most so many."""
    query = (
        select(AuditRow)
        .outerjoin(AuditChainRow, AuditChainRow.entry_id == AuditRow.id)
        .where(AuditChainRow.number.is_(None))
        .order_by(AuditRow.at, AuditRow.id)
        .limit(most)
    )
    return [entry_of(row) for row in session.scalars(query)]


def add(session: Session, links: Iterable[ChainLink]) -> None:
    """Lengthens the chain."""
    rows = [vars(link) for link in links]
    if rows:
        session.execute(insert(AuditChainRow), rows)


def links(session: Session) -> Generator[tuple[ChainLink, AuditEntry | None], None, None]:
    """Every link with its entry (None: it is gone), in the order of the chain, without holding them all."""
    query = (
        select(AuditChainRow, AuditRow)
        .outerjoin(AuditRow, AuditRow.id == AuditChainRow.entry_id)
        .order_by(AuditChainRow.number)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    with session.execute(query) as found:
        for row in found:
            link, entry = row.AuditChainRow, row.AuditRow
            yield _link_of(link), None if entry is None else entry_of(entry)
