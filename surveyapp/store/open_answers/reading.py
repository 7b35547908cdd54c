"""Answers in people's own words, of many people: found without being opened, and opened."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer
from surveyapp.domain.instrument.easy.renderings import plain_of
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.store.answer_rows import PersonWords, answer_of, bound
from surveyapp.store.database import seals_of
from surveyapp.store.participants import scoped
from surveyapp.store.tables import AnswerRow, CaseRow, ParticipantRow, ResponseRow, SaveRow

AnswerPlace = tuple[uuid.UUID, str]
"""Where an answer stands: its response and its variable."""


@dataclass(frozen=True, kw_only=True)
class WrittenAnswer:
    """Words that somebody wrote or said, not opened. `save_id`: the save that brought them, in `language`;
    `attributes`: of the person."""

    person: uuid.UUID
    response_id: uuid.UUID
    save_id: uuid.UUID
    variable: str
    group: str
    touchpoint: int
    version: int
    language: str
    site_id: uuid.UUID | None
    attributes: Mapping[str, str] = field(default_factory=dict)
    sealed: bytes | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)

    @property
    def place(self) -> AnswerPlace:
        return self.response_id, self.variable


def written(
    session: Session,
    scope: Scope,
    variables: Collection[str],
    group: str | None = None,
    touchpoint: int | None = None,
    only: Collection[uuid.UUID] | None = None,
    *,
    also_gone: bool = False,
) -> list[WrittenAnswer]:
    """The answers in words to these variables, in responses that were handed in, of people who have not withdrawn.
    Words that are kept no longer are none, unless `also_gone`: what was coded of them still counts. `only`: of these
    participants alone."""
    query = scoped(
        select(
            CaseRow.participant_id.label("person"),
            AnswerRow.response_id,
            AnswerRow.save_id,
            AnswerRow.variable,
            ParticipantRow.group_id.label("group"),
            CaseRow.touchpoint,
            ResponseRow.version,
            SaveRow.language,
            ParticipantRow.site_id,
            ParticipantRow.attributes,
            AnswerRow.sealed,
            AnswerRow.text,
        )
        .join(ResponseRow, ResponseRow.id == AnswerRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .join(SaveRow, SaveRow.id == AnswerRow.save_id),
        scope,
    ).where(
        AnswerRow.variable.in_(variables),
        AnswerRow.reason.is_(None),
        or_(AnswerRow.sealed.is_not(None), AnswerRow.text.is_not(None)),
        ResponseRow.state == ResponseState.SUBMITTED,
        ParticipantRow.withdrawn_at.is_(None),
    )
    if not also_gone:
        query = query.where(or_(AnswerRow.sealed.is_not(None), AnswerRow.text != ""))
    if group is not None:
        query = query.where(ParticipantRow.group_id == group)
    if touchpoint is not None:
        query = query.where(CaseRow.touchpoint == touchpoint)
    if only is not None:
        query = query.where(CaseRow.participant_id.in_(only))
    return [
        # What people write is in their language, however easy the words were that asked for it.
        WrittenAnswer(**{**row._mapping, "language": plain_of(row.language)})
        for row in session.execute(query)
    ]


def opened(session: Session, answers: Sequence[WrittenAnswer]) -> dict[AnswerPlace, str]:
    """The words of these answers, by where they stand; empty where they cannot be opened. Raises KeyMissing without
    the file of keys."""
    seals = seals_of(session)
    seals.expect(each.person for each in answers if each.sealed is not None)
    return {
        each.place: (
            (each.text if each.sealed is None else seals.unsealed(each.person, bound(each.variable), each.sealed)) or ""
        )
        for each in answers
    }


class TickedThen(NamedTuple):
    """An answer, and in which wording it was given."""

    wording: VersionId
    answer: Answer


def ticked(
    session: Session,
    scope: Scope,
    group: str,
    asked: Collection[tuple[int, str]],
    only: Collection[uuid.UUID] | None = None,
) -> dict[uuid.UUID, dict[tuple[int, str], TickedThen]]:
    """What people of a group ticked at these variables and touchpoints, by person: of responses that were handed in, of
    people who have not withdrawn. `only`: of these people alone."""
    if not asked:
        return {}
    query = scoped(
        select(AnswerRow, CaseRow.participant_id, CaseRow.touchpoint, ResponseRow.questionnaire, ResponseRow.version)
        .join(ResponseRow, ResponseRow.id == AnswerRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    ).where(
        ParticipantRow.group_id == group,
        tuple_(CaseRow.touchpoint, AnswerRow.variable).in_(sorted(asked)),
        ResponseRow.state == ResponseState.SUBMITTED,
        ParticipantRow.withdrawn_at.is_(None),
    )
    if only is not None:
        query = query.where(ParticipantRow.id.in_(only))
    rows: dict[uuid.UUID, dict[tuple[int, str], list[AnswerRow]]] = {}
    wordings: dict[tuple[uuid.UUID, int], VersionId] = {}
    for row in session.execute(query.order_by(AnswerRow.response_id, AnswerRow.variable, AnswerRow.position)):
        answer: AnswerRow = row.AnswerRow
        rows.setdefault(row.participant_id, {}).setdefault((row.touchpoint, answer.variable), []).append(answer)
        wordings[row.participant_id, row.touchpoint] = VersionId(row.questionnaire, row.version)
    found: dict[uuid.UUID, dict[tuple[int, str], TickedThen]] = {}
    for person, said in rows.items():
        words = PersonWords(session, person=person)
        found[person] = {
            where: TickedThen(wordings[person, where[0]], answer_of(some, words)) for where, some in said.items()
        }
    return found


def counts(session: Session, scope: Scope) -> dict[tuple[str, int, str], int]:
    """How many people wrote something, by group, touchpoint and variable; nothing is opened."""
    query = scoped(
        select(ParticipantRow.group_id, CaseRow.touchpoint, AnswerRow.variable)
        .join(ResponseRow, ResponseRow.id == AnswerRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    ).where(
        AnswerRow.reason.is_(None),
        or_(AnswerRow.sealed.is_not(None), and_(AnswerRow.text.is_not(None), AnswerRow.text != "")),
        ResponseRow.state == ResponseState.SUBMITTED,
        ParticipantRow.withdrawn_at.is_(None),
    )
    found: dict[tuple[str, int, str], int] = {}
    for group, touchpoint, variable in session.execute(query):
        found[group, touchpoint, variable] = found.get((group, touchpoint, variable), 0) + 1
    return found
