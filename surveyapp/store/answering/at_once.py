"""A save in one statement, for a server: claimed, added and made current in one way there and back, which is also a
transaction of its own. What it stores, and on which condition, is what `writing` says."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, Select, and_, bindparam, cast, delete, exists, func, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from surveyapp.store.answer_rows import Cells
from surveyapp.store.answering import writing
from surveyapp.store.answering.prepared import Prepared, padded
from surveyapp.store.answering.writing import ANSWER_KEY, NEWEST_KEY, PreparedSave, guarded, replacing
from surveyapp.store.tables import AnswerHistoryRow, AnswerRow, NewestAnswerRow, ResponseRow, SaveRow


def is_single(prepared: PreparedSave) -> bool:
    """Whether a save is one statement on a server: what it brings has one place in the order of saves."""
    return len(prepared.saves) == 1


def store(session: Session, prepared: PreparedSave) -> bool:
    """`writing.store`, in one statement where there is one: SQLite has none of the kind, nor gains by it."""
    if not is_single(prepared) or session.connection().dialect.name == "sqlite":
        return writing.store(session, prepared)
    standing = prepared.standing
    many = {
        "history": prepared.history,
        "answers": prepared.answers,
        "newest": prepared.newest,
        "dropped": prepared.dropped,
    }
    named = writing.claiming(standing, prepared.consents_said, prepared.revision) | _named("saves", prepared.saves)
    for what, rows in many.items():
        named |= _named(what, padded(list(rows)) if rows else ())
    sizes = {what: _size(len(rows)) for what, rows in many.items()}
    query = _storing(by_access=standing.access is not None, by_session=standing.web_session is not None, **sizes)
    return bool(query.rows(session, named)[0][0])


def _size(rows: int) -> int:
    """As many as the next power of two, so that few statements store any number of rows."""
    return 1 << (rows - 1).bit_length() if rows else 0


def _named(what: str, rows: Sequence[Cells]) -> Cells:
    """What is bound, by `name`. Of a row that is there again to make up the number the variable is
    left out, and then it is not stored twice."""
    named: Cells = {}
    seen: Cells | None = None
    for number, row in enumerate(rows):
        again = row is seen and what != "dropped"
        seen = row
        named |= {_name(what, number, key): None if again and key == "variable" else each for key, each in row.items()}
    return named


def _name(what: str, number: int, column: str) -> str:
    return f"{what}_{number}_{column}"


def _rows(what: str, table: Any, many: int, claimed: CTE) -> tuple[list[str], Select[Any] | Any]:
    """The names of a table's columns, and so many rows that are bound, if the place was claimed."""
    columns = list(table.__table__.columns)
    queries = []
    for number in range(many):
        cells = [cast(bindparam(_name(what, number, each.name), type_=each.type), each.type) for each in columns]
        query = select(*cells).select_from(claimed)
        if many > 1:
            query = query.where(cells[[each.name for each in columns].index("variable")].is_not(None))
        queries.append(query)
    return [each.name for each in columns], queries[0] if many == 1 else union_all(*queries)


@functools.cache
def _storing(*, by_access: bool, by_session: bool, history: int, answers: int, newest: int, dropped: int) -> Prepared:
    """With so many rows of each. Says how many places were claimed: 1, or 0 and nothing is stored."""
    claimed = guarded(by_access=by_access, by_session=by_session).returning(ResponseRow.id).cte("claimed")
    parts = [insert(SaveRow).from_select(*_rows("saves", SaveRow, 1, claimed))]
    if history:
        parts.append(insert(AnswerHistoryRow).from_select(*_rows("history", AnswerHistoryRow, history, claimed)))
    for what, table, key, many in (
        ("answers", AnswerRow, ANSWER_KEY, answers),
        ("newest", NewestAnswerRow, NEWEST_KEY, newest),
    ):
        if many:
            added = insert(table).from_select(*_rows(what, table, many, claimed))
            parts.append(replacing(added, table, key))
    ctes: list[Any] = [part.cte(f"part_{number}") for number, part in enumerate(parts)]
    if dropped:
        some = [
            and_(
                AnswerRow.variable == bindparam(_name("dropped", number, "of_variable")),
                AnswerRow.position >= bindparam(_name("dropped", number, "from_position")),
            )
            for number in range(dropped)
        ]
        mine = AnswerRow.response_id == bindparam(_name("dropped", 0, "of_response"), type_=AnswerRow.response_id.type)
        gone = delete(AnswerRow).where(mine, or_(*some), exists(select(1).select_from(claimed)))
        ctes.append(gone.cte("gone"))
    return Prepared(select(func.count()).select_from(claimed).add_cte(*ctes))
