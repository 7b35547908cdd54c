"""When cases end, said to the database: of cases joined with their people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, not_, null, select, tuple_

from surveyapp.domain.fieldwork.touchpoint_changes import TouchpointChangeKind
from surveyapp.store.tables import ParticipantRow, TouchpointChangeRow


def ends_at(of: Any) -> ColumnElement[Any]:
    """`Case.ends_at` as the database reckons it, and a test holds the two together."""
    held = and_(not_(not_paused(of)), of.closes_at > of.paused_at)
    return case((held, null()), else_=of.closes_at)


def not_paused(of: Any) -> ColumnElement[bool]:
    """That a case's touchpoint is not paused. Those that are are few, and the same for every row: looked up once."""
    paused = select(TouchpointChangeRow.study, TouchpointChangeRow.group_id, TouchpointChangeRow.touchpoint).where(
        TouchpointChangeRow.kind == TouchpointChangeKind.PAUSED, TouchpointChangeRow.ended_at.is_(None)
    )
    return tuple_(ParticipantRow.study, ParticipantRow.group_id, of.touchpoint).not_in(paused)
