"""Responses, saves and answers.

A save appends to the history and replaces the current answers, in one transaction. What is off the route stays in the
history and comes back when the route does.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer, Answers, Mode, Reason
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import (
    HANDED_IN,
    CountedAnswers,
    CountedValue,
    NewSave,
    RecordedAnswer,
    Response,
    ResponseState,
    ResponseSummary,
)
from surveyapp.domain.staff import Scope
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.domain.versions.looking_back import AnsweredThen
from surveyapp.store import participants, results
from surveyapp.store.answer_rows import PersonWords, gathered
from surveyapp.store.answering import said, sent, writing
from surveyapp.store.database import new_id
from surveyapp.store.tables import (
    AnswerRow,
    CaseRow,
    ParticipantRow,
    ResponseRow,
    SaveRow,
    StaffRow,
)

AT_A_TIME = 100_000
"""So many lines of answers are read at once to be counted."""


def add_response(session: Session, response: Response) -> None:
    session.add(
        ResponseRow(
            id=response.id,
            case_id=response.case_id,
            questionnaire=response.questionnaire,
            version=response.version,
            state=response.state,
            revision=response.revision,
            seed=response.seed,
            started_at=response.started_at,
            submitted_at=response.submitted_at,
        )
    )
    session.flush()


def response_of(session: Session, case_id: uuid.UUID) -> Response | None:
    row = session.scalars(select(ResponseRow).where(ResponseRow.case_id == case_id)).one_or_none()
    return None if row is None else _response(row)


def seed_of(session: Session, participant_id: uuid.UUID) -> int | None:
    """What ordered options for this person at their first response; None before it."""
    return session.scalars(
        select(ResponseRow.seed)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .where(CaseRow.participant_id == participant_id)
        .order_by(CaseRow.touchpoint, ResponseRow.started_at)
        .limit(1)
    ).one_or_none()


def submit(session: Session, response_id: uuid.UUID, at: dt.datetime) -> None:
    session.execute(
        update(ResponseRow).where(ResponseRow.id == response_id).values(state=ResponseState.SUBMITTED, submitted_at=at)
    )
    sent.note_of(session, response_id)
    results.note_change_at(session, response_id)


def set_version(session: Session, response_id: uuid.UUID, version: int) -> None:
    session.execute(update(ResponseRow).where(ResponseRow.id == response_id).values(version=version))
    results.note_change_at(session, response_id)


@dataclass(frozen=True)
class Midway:
    """A response that is not handed in, whose it is, and at which touchpoint."""

    participant: Participant
    touchpoint: int
    response: Response


def midway(
    session: Session, scope: Scope, questionnaire: str, before: int, today: dt.date, case_id: uuid.UUID | None = None
) -> list[Midway]:
    """The responses in scope begun on a version before this one and not handed in, in the order of people's references.
    Those of withdrawn people are left out. `case_id`: of this case alone. As many statements however many."""
    query = participants.scoped(
        select(ResponseRow, CaseRow.touchpoint, ParticipantRow)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    ).where(
        ResponseRow.questionnaire == questionnaire,
        ResponseRow.version < before,
        ResponseRow.state == ResponseState.STARTED,
        ParticipantRow.withdrawn_at.is_(None),
    )
    if case_id is not None:
        query = query.where(CaseRow.id == case_id)
    rows = session.execute(query.order_by(ParticipantRow.reference, CaseRow.touchpoint)).all()
    whose = participants.of_rows(session, [row.ParticipantRow for row in rows], today)
    return [Midway(person, row.touchpoint, _response(row.ResponseRow)) for person, row in zip(whose, rows, strict=True)]


def _response(row: ResponseRow) -> Response:
    return Response(
        id=row.id,
        case_id=row.case_id,
        questionnaire=row.questionnaire,
        version=row.version,
        state=row.state,
        revision=row.revision,
        seed=row.seed,
        started_at=row.started_at,
        submitted_at=row.submitted_at,
        reopened_at=row.reopened_at,
        sent_again_at=row.sent_again_at,
    )


def record_save(session: Session, response: Response, save: NewSave, given: Answers) -> uuid.UUID:
    """Appends a save and what it gave, which stands from now on. The caller holds the case's lock. Returns the save's
    key."""
    session.flush()
    save_id, words = new_id(), PersonWords(session, response_id=response.id)
    row = writing.save_row(response, save_id, response.version, response.revision + 1, save)
    writing.add(session, [row], writing.history_rows(words, save_id, given))
    writing.point(session, response.id, dict.fromkeys(given, save_id))
    session.execute(update(ResponseRow).where(ResponseRow.id == response.id).values(revision=response.revision + 1))
    if response.state is ResponseState.SUBMITTED and response.reopened_at is None and not save.late:
        results.note_change_at(session, response.id)
    return save_id


def replace_answers(
    session: Session, response_id: uuid.UUID, save_id: uuid.UUID, target: Answers, sources: Mapping[str, uuid.UUID]
) -> None:
    """Makes the stored current answers equal `target`, touching only what differs.

    `sources` says which save gave each answer; derived ones (*not asked*) take `save_id`.
    """
    current, words = said.of_response(session, response_id).current, PersonWords(session, response_id=response_id)
    dropped, rows, _ = writing.current_rows(words, response_id, save_id, current, target, sources)
    writing.make_current(session, dropped, rows)


def current_answers(session: Session, response_id: uuid.UUID) -> dict[str, Answer]:
    """The current answers as stored, *not asked* included."""
    return {key: each.answer for key, each in said.of_response(session, response_id).current.items()}


def given_answers(session: Session, response_id: uuid.UUID) -> Mapping[str, RecordedAnswer]:
    """The answer to each variable that stands, on the route or not, with how it came. One that was taken back by a move
    to another version, on which it is asked again, is none."""
    return said.of_response(session, response_id).given


def given_answers_of(
    session: Session, whose: Mapping[uuid.UUID, uuid.UUID]
) -> dict[uuid.UUID, Mapping[str, RecordedAnswer]]:
    """`given_answers` of many responses, each by its key with whose it is."""
    return {key: each.given for key, each in said.of_responses(session, whose).items()}


def earlier_answers(session: Session, participant_id: uuid.UUID, before: int) -> dict[int, AnsweredThen]:
    """A person's answers at earlier touchpoints that were submitted, by touchpoint, as they were given."""
    rows = session.execute(
        select(CaseRow.touchpoint, ResponseRow.questionnaire, ResponseRow.version, AnswerRow)
        .join(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .join(AnswerRow, AnswerRow.response_id == ResponseRow.id)
        .where(
            CaseRow.participant_id == participant_id,
            CaseRow.touchpoint < before,
            ResponseRow.state == ResponseState.SUBMITTED,
        )
        .order_by(CaseRow.touchpoint, AnswerRow.variable, AnswerRow.position)
    ).all()
    by_touchpoint: dict[tuple[int, VersionId], list[AnswerRow]] = {}
    for row in rows:
        place = row.touchpoint, VersionId(row.questionnaire, row.version)
        by_touchpoint.setdefault(place, []).append(row.AnswerRow)
    words = PersonWords(session, person=participant_id)
    return {
        touchpoint: AnsweredThen(wording, gathered(answers, words))
        for (touchpoint, wording), answers in by_touchpoint.items()
    }


def summaries(session: Session, participant_id: uuid.UUID) -> list[ResponseSummary]:
    """A person's responses by touchpoint, in short."""
    rows = session.execute(
        select(CaseRow.touchpoint, ResponseRow.submitted_at, SaveRow.mode, SaveRow.by_staff, StaffRow.name)
        .join(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .join(SaveRow, SaveRow.response_id == ResponseRow.id)
        .outerjoin(StaffRow, StaffRow.id == SaveRow.by_staff)
        .where(CaseRow.participant_id == participant_id)
        .order_by(CaseRow.touchpoint, SaveRow.revision)
    ).all()
    found: dict[int, tuple[dt.datetime | None, dict[Mode, None], dict[uuid.UUID, str]]] = {}
    for row in rows:
        _, modes, by = found.setdefault(row.touchpoint, (row.submitted_at, {}, {}))
        modes[row.mode] = None
        if row.by_staff is not None:
            by[row.by_staff] = row.name
    return [
        ResponseSummary(touchpoint=touchpoint, submitted_at=submitted_at, modes=tuple(modes), by=tuple(by.items()))
        for touchpoint, (submitted_at, modes, by) in found.items()
    ]


@dataclass
class _AnswersRead:
    """Answers to one variable while they are read."""

    people: list[uuid.UUID] = field(default_factory=list)
    values: list[CountedValue | None] = field(default_factory=list)
    reasons: list[Reason | None] = field(default_factory=list)


_WHOSE = (CaseRow.participant_id, CaseRow.touchpoint, ResponseRow.version)


def counted_answers(
    session: Session, scope: Scope, group: str, only: Collection[uuid.UUID] | None = None
) -> Iterator[CountedAnswers]:
    """Every current answer of a group's responses that were handed in, variable by variable, some thousands at a time;
    then those without a single one. Withdrawn people are left out. `only`: of these participants alone."""

    def handed_in(query: Any) -> Any:
        query = participants.scoped(query, scope).where(
            ParticipantRow.group_id == group,
            ResponseRow.state == ResponseState.SUBMITTED,
            ParticipantRow.withdrawn_at.is_(None),
        )
        return query if only is None else query.where(CaseRow.participant_id.in_(only))

    answers = (
        select(
            *_WHOSE,
            AnswerRow.variable,
            AnswerRow.code,
            AnswerRow.number,
            AnswerRow.day,
            AnswerRow.time_of_day,
            and_(or_(AnswerRow.text.is_not(None), AnswerRow.sealed.is_not(None)), AnswerRow.reason.is_(None)).label(
                "words"
            ),
            AnswerRow.reason,
        )
        .join(ResponseRow, ResponseRow.id == AnswerRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    )
    empty = (
        select(*_WHOSE)
        .select_from(ResponseRow)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .where(~select(AnswerRow.response_id).where(AnswerRow.response_id == ResponseRow.id).exists())
    )
    yield from _by_variable(session, handed_in(answers))
    yield from _without_an_answer(session, handed_in(empty))


def _by_variable(session: Session, query: Any) -> Iterator[CountedAnswers]:
    for some in session.execute(query, execution_options={"yield_per": AT_A_TIME}).partitions():
        columns: dict[tuple[int, int, str], _AnswersRead] = {}
        for person, touchpoint, version, variable, code, number, day, time_of_day, words, reason in some:
            asked = (touchpoint, version, variable)
            if (column := columns.get(asked)) is None:
                column = columns[asked] = _AnswersRead()
            column.people.append(person)
            column.reasons.append(reason)
            # A number of 0 and midnight are values.
            value: CountedValue | None = code
            if value is None:
                value = number if number is not None else day if day is not None else time_of_day
                if value is None and words:
                    value = True
            column.values.append(value)
        for (touchpoint, version, variable), filled in columns.items():
            yield CountedAnswers(
                touchpoint=touchpoint,
                version=version,
                variable=variable,
                people=filled.people,
                values=filled.values,
                reasons=filled.reasons,
            )


def _without_an_answer(session: Session, query: Any) -> Iterator[CountedAnswers]:
    without: dict[tuple[int, int], list[uuid.UUID]] = {}
    for row in session.execute(query):
        without.setdefault((row.touchpoint, row.version), []).append(row.participant_id)
    for (touchpoint, version), people in without.items():
        nothing = [None] * len(people)
        yield CountedAnswers(
            touchpoint=touchpoint,
            version=version,
            variable=HANDED_IN,
            people=people,
            values=nothing,
            reasons=nothing,
        )


def newest_submission(session: Session, scope: Scope) -> dt.datetime | None:
    """When the newest response in scope that counts was submitted: the time of a result's data."""
    query = participants.scoped(
        select(ResponseRow.submitted_at)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    )
    query = (
        query.where(ResponseRow.submitted_at.is_not(None), ParticipantRow.withdrawn_at.is_(None))
        .order_by(ResponseRow.submitted_at.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def times_alone(session: Session, study: str, questionnaire: str, newest: int) -> list[dt.timedelta]:
    """How long those who answered all of a questionnaire by themselves had between beginning and sending it, newest
    first."""
    helped = select(SaveRow.id).where(SaveRow.response_id == ResponseRow.id, SaveRow.mode != Mode.SELF).exists()
    rows = session.execute(
        select(ResponseRow.started_at, ResponseRow.submitted_at)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .where(
            ParticipantRow.study == study,
            ResponseRow.questionnaire == questionnaire,
            ResponseRow.submitted_at.is_not(None),
            ParticipantRow.withdrawn_at.is_(None),
            ~helped,
        )
        .order_by(ResponseRow.submitted_at.desc())
        .limit(newest)
    )
    return [row.submitted_at - row.started_at for row in rows]
