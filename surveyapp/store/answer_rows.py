"""An answer as the cells of its rows, and rows as answers again; the one place where words are sealed and opened."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Reason, Text, TimeOfDay
from surveyapp.domain.instrument.routing import NOT_ASKED
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


class PersonWords:
    """What opens and seals the words of one person. Who that is, is looked up when there are any: most saves have
    none. `study`: theirs, where it is known."""

    def __init__(
        self,
        session: Session,
        *,
        person: uuid.UUID | None = None,
        study: str | None = None,
        response_id: uuid.UUID | None = None,
    ) -> None:
        self.session, self.study, self.response_id = session, study, response_id
        self._person = person

    @property
    def person(self) -> uuid.UUID:
        if self._person is None:
            assert self.response_id is not None
            case_id = self.session.get_one(ResponseRow, self.response_id).case_id
            self._person = self.session.get_one(CaseRow, case_id).participant_id
        return self._person

    def of(self, row: Any) -> str | None:
        """The words of a row; empty, as of words that are kept no longer, where they cannot be opened."""
        if row.sealed is None:
            text: str | None = row.text
            return text
        return seals_of(self.session).unsealed(self.person, bound(row.variable), row.sealed) or ""

    def cells(self, variable: str, answer: Answer) -> list[Cells]:
        """An answer as the cells of its rows, words sealed under the person's key where the study has them so."""
        made = answer_cells(variable, answer)
        if made[0]["text"] is None:
            return made
        seals = seals_of(self.session)
        self.study = self.study or self.session.get_one(ParticipantRow, self.person).study
        if not seals.words_sealed(self.study):
            return made
        name = bound(variable)
        return [each | {"text": None, "sealed": seals.seal(self.person, name, each["text"])} for each in made]


_codes = functools.lru_cache(maxsize=16_384)(Codes)
"""The same few options are in row after row, and in what is read next."""

_WITHOUT_NOTE = {reason: NOT_ASKED if reason is NOT_ASKED.reason else Missing(reason) for reason in Reason}


def answer_of(rows: Sequence[Any], words: PersonWords) -> Answer:
    """The answer of its rows, in order."""
    first = rows[0]
    if first.reason is not None:
        note = first.text if first.sealed is None else words.of(first) or None
        return _WITHOUT_NOTE[first.reason] if note is None else Missing(first.reason, note)
    if first.code is not None:
        return _codes((first.code,) if len(rows) == 1 else tuple(row.code for row in rows))
    if first.number is not None:
        return Number(first.number)
    if first.day is not None:
        return Day(first.day)
    if first.time_of_day is not None:
        return TimeOfDay(first.time_of_day)
    return Text(words.of(first) or "")


def gathered(rows: Iterable[AnswerRow], words: PersonWords) -> dict[str, Answer]:
    by_variable: dict[str, list[AnswerRow]] = {}
    for row in rows:
        by_variable.setdefault(row.variable, []).append(row)
    return {variable: answer_of(together, words) for variable, together in by_variable.items()}
