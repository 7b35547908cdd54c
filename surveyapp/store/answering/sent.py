"""How the answers of each case were sent, kept with the case: whoever counts many cases reads it there, and not in
their responses and saves. What is kept follows from those, and is worked out here alone.

Who began in one mode and ended in another counts where they ended: by the last save that did not come too late. Of
answers that are open again, those that were sent first count until they are sent again, and so does their mode.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from surveyapp.domain.responses import ResponseState
from surveyapp.store.tables import CaseRow, ReopeningRow, ResponseRow, SaveRow

AT_A_TIME = 5_000
"""So many cases are put right in one statement."""


def counting(save: Any, response: Any = ResponseRow) -> ColumnElement[bool]:
    """Whether a save, of the rows `save`, is part of what was sent of a response, or of what is to be sent: it did not
    come too late, nor while sent answers were open that were not sent again. Whatever says how answers came goes by
    these alone."""
    sent_at = func.coalesce(response.sent_again_at, response.submitted_at)
    opened = (
        select(func.min(ReopeningRow.revision))
        .where(ReopeningRow.response_id == response.id, ReopeningRow.at > sent_at)
        .correlate(response)
        .scalar_subquery()
    )
    return and_(save.late.is_(False), save.revision <= func.coalesce(opened, _EVERY))


def last_sent(save: Any, response: Any = ResponseRow) -> ColumnElement[int]:
    """The revision of the save that ended what was sent of a response, of the rows `save`."""
    return (
        select(func.max(save.revision))
        .where(save.response_id == response.id, counting(save, response))
        .correlate(response)
        .scalar_subquery()
    )


_EVERY = 2**31 - 1
"""More than there are saves of a response."""


def _said() -> tuple[ColumnElement[bool], Any]:
    """What the rows say of a case: whether its answers were sent, and the mode of the save that ended them (None where
    there is none, as when they were sent without a single one)."""
    sent = and_(ResponseRow.case_id == CaseRow.id, ResponseRow.state == ResponseState.SUBMITTED)
    mode = (
        select(SaveRow.mode)
        .join(ResponseRow, ResponseRow.id == SaveRow.response_id)
        .where(sent, SaveRow.revision == last_sent(aliased(SaveRow)))
        .correlate(CaseRow)
        .scalar_subquery()
    )
    return select(ResponseRow.id).where(sent).correlate(CaseRow).exists(), mode


def note(session: Session, cases: Sequence[uuid.UUID]) -> None:
    """Keeps with these cases how their answers were sent, as the rows say now. Whoever sends answers, or puts rows
    back, ends with it."""
    for first in range(0, len(cases), AT_A_TIME):
        _note(session, CaseRow.id.in_(cases[first : first + AT_A_TIME]))


def note_of(session: Session, response_id: uuid.UUID) -> None:
    """`note` for the case of a response."""
    case_id = select(ResponseRow.case_id).where(ResponseRow.id == response_id).scalar_subquery()
    _note(session, CaseRow.id == case_id)


def _note(session: Session, some: ColumnElement[bool]) -> None:
    session.flush()
    sent, mode = _said()
    session.connection().execute(update(CaseRow).where(some).values(sent=sent, sent_mode=mode))


def differing(session: Session) -> list[uuid.UUID]:
    """The cases with which something else is kept than the rows say: there ought to be none."""
    sent, mode = _said()
    return list(
        session.scalars(select(CaseRow.id).where(or_(CaseRow.sent != sent, CaseRow.sent_mode.is_distinct_from(mode))))
    )
