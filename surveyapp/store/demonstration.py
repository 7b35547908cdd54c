"""A database that holds nobody real: emptying it, and filling it with many people at once."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Table, delete, insert
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer, Mode
from surveyapp.domain.instrument.routing import NOT_ASKED
from surveyapp.domain.participants import ConsentGiven
from surveyapp.domain.responses import NewSave, Response, ResponseState
from surveyapp.store.answer_rows import Cells, answer_cells
from surveyapp.store.answering import sent
from surveyapp.store.answering.writing import save_row
from surveyapp.store.database import new_id
from surveyapp.store.security.protection import unprotected
from surveyapp.store.tables import (
    AnswerHistoryRow,
    AnswerRow,
    Base,
    ConsentRow,
    ResponseRow,
    SaveRow,
)

ROWS_AT_ONCE = 5_000


def empty(session: Session) -> None:
    """Deletes every row of every table. The caller has made sure that nobody in it is real."""
    with unprotected(session):
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))


@dataclass(frozen=True, kw_only=True)
class FilledResponse:
    """A response as answering leaves it: its saves by key, in order, and what now stands of each variable with the key
    of the save that says it."""

    response: Response
    saves: Mapping[uuid.UUID, NewSave]
    answers: Sequence[tuple[str, Answer, uuid.UUID]]


def add_filled(session: Session, filled: Sequence[FilledResponse]) -> int:
    """Stores new responses in a few statements, however many; nothing is looked up. How many rows that was."""
    saves = (
        save_row(each.response, key, each.response.version, revision, save)
        for each in filled
        for revision, (key, save) in enumerate(each.saves.items(), 1)
    )
    history = (
        cells | {"save_id": save}
        for each in filled
        for variable, answer, save in each.answers
        if answer != NOT_ASKED
        for cells in _cells(variable, answer)
    )
    answers = (
        cells | {"save_id": save, "response_id": each.response.id}
        for each in filled
        for variable, answer, save in each.answers
        for cells in _cells(variable, answer)
    )
    rows = (
        _add(session, ResponseRow.__table__, (dict(vars(each.response)) for each in filled))
        + _add(session, SaveRow.__table__, saves)
        + _add(session, AnswerHistoryRow.__table__, history)
        + _add(session, AnswerRow.__table__, answers)
    )
    sent.note(session, [each.response.case_id for each in filled if each.response.state is ResponseState.SUBMITTED])
    return rows


def add_consents(session: Session, said: Iterable[tuple[uuid.UUID, ConsentGiven, Mode, uuid.UUID | None]]) -> int:
    """Stores what many people said of purposes: whose it is, what was said, how, and by which staff it was entered."""
    rows = (
        {
            "id": new_id(),
            "participant_id": participant,
            "purpose": given.purpose,
            "version": given.version,
            "given": given.given,
            "mode": mode,
            "recorded_by": by,
            "recorded_at": given.recorded_at,
        }
        for participant, given, mode, by in said
    )
    return _add(session, ConsentRow.__table__, rows)


@functools.lru_cache(maxsize=100_000)
def _cells(variable: str, answer: Answer) -> tuple[Cells, ...]:
    return tuple(answer_cells(variable, answer))


def _add(session: Session, table: Any, rows: Iterable[Cells]) -> int:
    assert isinstance(table, Table)
    count = 0
    remaining = iter(rows)
    while some := list(islice(remaining, ROWS_AT_ONCE)):
        session.execute(insert(table), some)
        count += len(some)
    return count
