"""A save as it is stored: under the lock only what has to be, each statement once. What was worked out before holds
because the first statement looks whether all that it rests on still does."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Update, and_, bindparam, case, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answers
from surveyapp.domain.responses import NewSave, Response
from surveyapp.store.answer_rows import Cells, PersonWords
from surveyapp.store.answering.prepared import Prepared
from surveyapp.store.answering.said import CurrentAnswer
from surveyapp.store.answering.standing import Arrived
from surveyapp.store.tables import (
    AccessRow,
    AnswerHistoryRow,
    AnswerRow,
    CaseRow,
    ConsentRow,
    KnownSaveRow,
    NewestAnswerRow,
    ParticipantRow,
    ResponseRow,
    SaveRow,
    WebSessionRow,
)


def guarded(*, by_access: bool, by_session: bool) -> Update:
    """What takes the place of the next save, if all that it rests on still holds."""
    said = select(func.count()).where(ConsentRow.participant_id == bindparam("of_person")).scalar_subquery()
    # Whose the case is it may not be any more: two people may have been merged, or taken apart.
    here = exists().where(
        ParticipantRow.id == bindparam("of_person"),
        ParticipantRow.withdrawn_at.is_(None),
        CaseRow.id == ResponseRow.case_id,
        CaseRow.participant_id == ParticipantRow.id,
    )
    guard = [
        ResponseRow.id == bindparam("of_response"),
        ResponseRow.revision == bindparam("at_revision"),
        ResponseRow.version == bindparam("at_version"),
        ResponseRow.state == bindparam("in_state"),
        case((ResponseRow.reopened_at.is_(None), 0), else_=1) == bindparam("is_reopened"),
        said == bindparam("consents_said"),
        here,
    ]
    if by_access:
        guard.append(exists().where(AccessRow.id == bindparam("of_access"), AccessRow.revoked_at.is_(None)))
    if by_session:
        guard.append(exists().where(WebSessionRow.id == bindparam("of_session"), WebSessionRow.ended_at.is_(None)))
    return update(ResponseRow).where(and_(*guard)).values(revision=bindparam("next_revision"))


_CLAIMING = {
    (access, session): Prepared(guarded(by_access=access, by_session=session))
    for access in (False, True)
    for session in (False, True)
}
_SAVE = Prepared(insert(SaveRow))
_HISTORY = Prepared(insert(AnswerHistoryRow))
_KNOWN = {
    name: Prepared(dialect.insert(KnownSaveRow.__table__).on_conflict_do_nothing())
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_DROP = Prepared(
    delete(AnswerRow).where(
        AnswerRow.response_id == bindparam("of_response"),
        AnswerRow.variable == bindparam("of_variable"),
        AnswerRow.position >= bindparam("from_position"),
    )
)


def replacing(made: Any, table: Any, key: Sequence[str]) -> Any:
    """An insert, of either dialect, that takes the place of what is there under the same key."""
    others = [column.name for column in table.__table__.columns if column.name not in key]
    return made.on_conflict_do_update(
        index_elements=list(key), set_={name: getattr(made.excluded, name) for name in others}
    )


ANSWER_KEY, NEWEST_KEY = ("response_id", "variable", "position"), ("response_id", "variable")

_ANSWERS, _NEWEST = (
    {
        name: Prepared(replacing(dialect.insert(table.__table__), table, key))
        for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
    }
    for table, key in ((AnswerRow, ANSWER_KEY), (NewestAnswerRow, NEWEST_KEY))
)


def claim(session: Session, standing: Arrived, consents_said: int, revision: int) -> bool:
    """Takes the place of the next save, if since it was read nobody else saved, sent, moved, withdrew, consented or
    ended the way in that this came by. Whoever has it holds the response's lock until the unit of work ends."""
    query = _CLAIMING[standing.access is not None, standing.web_session is not None]
    return bool(query.change(session, claiming(standing, consents_said, revision)))


def claiming(standing: Arrived, consents_said: int, revision: int) -> Cells:
    """What is bound to a claim."""
    response = standing.response
    assert response is not None
    named: Cells = {
        "of_response": response.id,
        "at_revision": response.revision,
        "at_version": response.version,
        "in_state": response.state,
        "is_reopened": int(response.reopened_at is not None),
        "of_person": standing.participant.id,
        "consents_said": consents_said,
        "next_revision": revision,
    }
    if standing.access:
        named["of_access"] = standing.access.id
    if standing.web_session:
        named["of_session"] = standing.web_session.id
    return named


@dataclass(frozen=True, kw_only=True)
class PreparedSave:
    """All the rows of a save, worked out and sealed before anything is locked. `revision`: of the last of `saves`."""

    standing: Arrived
    consents_said: int
    revision: int
    saves: Sequence[Cells]
    history: Sequence[Cells]
    dropped: Sequence[Cells] = ()
    answers: Sequence[Cells] = ()
    newest: Sequence[Cells] = ()


def store(session: Session, prepared: PreparedSave) -> bool:
    """Stores it, unless something it rests on has changed since: then nothing is stored."""
    if not claim(session, prepared.standing, prepared.consents_said, prepared.revision):
        return False
    add(session, prepared.saves, prepared.history)
    make_current(session, prepared.dropped, prepared.answers, prepared.newest)
    return True


def add(session: Session, saves: Sequence[Cells], history: Sequence[Cells]) -> None:
    """Adds saves, and what they said."""
    _execute(session, (_SAVE, saves), (_HISTORY, history))


def make_current(
    session: Session, dropped: Sequence[Cells], answers: Sequence[Cells], newest: Sequence[Cells] = ()
) -> None:
    """Makes current what `current_rows` says, and points to what stands besides."""
    dialect = session.connection().dialect.name
    _execute(session, (_DROP, dropped), (_ANSWERS[dialect], answers), (_NEWEST[dialect], newest))


def _execute(session: Session, *statements: tuple[Prepared, Sequence[Cells]]) -> None:
    for query, rows in statements:
        if rows:
            query.change(session, rows)


def save_row(response: Response, save_id: uuid.UUID, version: int, revision: int, save: NewSave) -> Cells:
    """A save as the cells of its row. `version`: the one it was asked in."""
    return {
        "id": save_id,
        "client_id": save.id,
        "response_id": response.id,
        "revision": revision,
        "section": save.section,
        "version": version,
        "language": save.language,
        "wording": save.wording,
        "mode": save.mode,
        "by_staff": save.by,
        "client_at": save.client_at,
        "recorded_at": save.recorded_at,
        "payload_hash": save.payload_hash,
        "late": save.late,
    }


def history_rows(words: PersonWords, save_id: uuid.UUID, said: Answers) -> list[Cells]:
    """What a save said, as rows of the history."""
    return [cells | {"save_id": save_id} for key, answer in said.items() for cells in words.cells(key, answer)]


def current_rows(
    words: PersonWords,
    response_id: uuid.UUID,
    save_id: uuid.UUID,
    current: Mapping[str, CurrentAnswer],
    target: Answers,
    sources: Mapping[str, uuid.UUID],
) -> tuple[list[Cells], list[Cells], dict[str, CurrentAnswer]]:
    """What makes the current answers equal `target`, touching only what differs: the rows that go, those that come or
    change, and what is then current. `sources`: which save gave each answer; derived ones (*not asked*) take
    `save_id`."""
    gone = [key for key in current if key not in target]
    dropped: list[Cells] = [{"of_response": response_id, "of_variable": key, "from_position": 0} for key in gone]
    rows: list[Cells] = []
    after: dict[str, CurrentAnswer] = {}
    for key, answer in target.items():
        held, source = current.get(key), sources.get(key)
        # What stands as it did is the same object, and a key is a number: to compare two is a step for each.
        if (
            held is not None
            and (held.answer is answer or held.answer == answer)
            and (source is None or source.int != save_id.int)
        ):
            after[key] = held
            continue
        cells = words.cells(key, answer)
        rows += [each | {"response_id": response_id, "save_id": source or save_id} for each in cells]
        after[key] = CurrentAnswer(answer, source or save_id, len(cells))
        if held is not None and held.rows > len(cells):
            dropped.append({"of_response": response_id, "of_variable": key, "from_position": len(cells)})
    return dropped, rows, after


def newest_rows(response_id: uuid.UUID, saves: Mapping[str, uuid.UUID]) -> list[Cells]:
    """What these saves said of their variables stands, where the current answers do not say so."""
    return [{"response_id": response_id, "variable": key, "save_id": save} for key, save in saves.items()]


def point(session: Session, response_id: uuid.UUID, saves: Mapping[str, uuid.UUID]) -> None:
    """`newest_rows`, stored in the caller's unit of work."""
    make_current(session, (), (), newest_rows(response_id, saves))


def remember(session: Session, response_id: uuid.UUID, client_id: uuid.UUID, revision: int) -> None:
    """Keeps the id of a save that changed nothing."""
    seen = {"response_id": response_id, "client_id": client_id, "revision": revision}
    _KNOWN[session.connection().dialect.name].change(session, seen)
