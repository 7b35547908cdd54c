"""An answer as the cells of its rows, and rows as answers again; the one place where words are sealed and opened."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Text, TimeOfDay
from surveyapp.store.database import seals_of
from surveyapp.store.tables import AnswerRow, CaseRow, ParticipantRow, ResponseRow

Cells = dict[str, Any]


def answer_cells(key: str, answer: Answer) -> list[Cells]:
    """An answer as the cells of its rows, beside whose it is and which save said it."""
    blank: Cells = {
        "variable": key,
        "position": 0,
        "code": None,
        "number": None,
        "day": None,
        "time_of_day": None,
        "text": None,
        "sealed": None,
        "reason": None,
    }
    match answer:
        case Codes(codes):
            return [blank | {"position": index, "code": code} for index, code in enumerate(codes)]
        case Number(value):
            return [blank | {"number": value}]
        case Day(value):
            return [blank | {"day": value}]
        case TimeOfDay(value):
            return [blank | {"time_of_day": value}]
        case Text(text):
            return [blank | {"text": text}]
        case Missing(reason, note):
            return [blank | {"reason": reason, "text": note}]


def bound(variable: str) -> str:
    """What the words of an answer are bound to beside the person."""
    return f"answer {variable}"


def sealed_cells(session: Session, response_id: uuid.UUID, cells: Cells) -> Cells:
    """The cells with words sealed under the person's key, where the study has them so. Whose words they are is looked
    up where there are any: most saves have none."""
    if cells["text"] is None:
        return cells
    seals, person = seals_of(session), person_of(session, response_id)
    if not seals.words_sealed(session.get_one(ParticipantRow, person).study):
        return cells
    return cells | {"text": None, "sealed": seals.seal(person, bound(cells["variable"]), cells["text"])}


def person_of(session: Session, response_id: uuid.UUID) -> uuid.UUID:
    """Whose response it is."""
    case_id = session.get_one(ResponseRow, response_id).case_id
    return session.get_one(CaseRow, case_id).participant_id


class PersonWords:
    """What opens the words of one person; who that is, is looked up when there are any that are sealed."""

    def __init__(
        self, session: Session, *, person: uuid.UUID | None = None, response_id: uuid.UUID | None = None
    ) -> None:
        self.session, self.person, self.response_id = session, person, response_id

    def of(self, row: Any) -> str | None:
        if row.sealed is None:
            text: str | None = row.text
            return text
        if self.person is None:
            assert self.response_id is not None
            self.person = person_of(self.session, self.response_id)
        return seals_of(self.session).unseal(self.person, bound(row.variable), row.sealed)


def answer_of(rows: Sequence[Any], words: Callable[[Any], str | None]) -> Answer:
    """The answer of its rows, in order. `words`: what reads the words of one."""
    first = rows[0]
    if first.reason is not None:
        return Missing(first.reason, words(first))
    if first.code is not None:
        return Codes(tuple(str(row.code) for row in rows))
    if first.number is not None:
        return Number(first.number)
    if first.day is not None:
        return Day(first.day)
    if first.time_of_day is not None:
        return TimeOfDay(first.time_of_day)
    return Text(words(first) or "")


def gathered(rows: Iterable[AnswerRow], words: PersonWords) -> dict[str, Answer]:
    by_variable: dict[str, list[AnswerRow]] = {}
    for row in rows:
        by_variable.setdefault(row.variable, []).append(row)
    return {variable: answer_of(together, words.of) for variable, together in by_variable.items()}
