"""Responses that were sent, and their answers, as they are read to leave in files: many at a time, and all of one
response together. Whoever withdrew is in none of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import itertools
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Reason, Text, TimeOfDay
from surveyapp.domain.exports.beside import ExportedAttempt
from surveyapp.domain.exports.dataset import ExportedResponse
from surveyapp.domain.instrument.easy.renderings import plain_of, rendering_of
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store.answer_rows import bound
from surveyapp.store.answering.sent import counting
from surveyapp.store.database import seals_of
from surveyapp.store.open_answers import marking
from surveyapp.store.participants import scoped
from surveyapp.store.tables import AnswerRow, AttemptRow, CaseRow, ParticipantRow, ResponseRow, SaveRow

AT_A_TIME = 400
"""So many responses' answers are read at once: under what either database takes as parameters, and little memory."""

FETCHED = 500
"""So many rows are fetched at once: one by one each costs a call; and more of them than Python counts before it looks
for what nobody uses any more have it look through everything there is, again and again."""

WITHOUT = {reason: Missing(reason) for reason in Reason}


@functools.cache
def _one(code: str) -> Codes:
    """One option chosen; there are few, and many who chose them."""
    return Codes((code,))


def sent_responses(
    session: Session, scope: Scope, until: dt.datetime, people: Collection[uuid.UUID] | None = None
) -> list[ExportedResponse]:
    """The responses in scope that had been sent by a moment, by person and touchpoint; of some people alone, on
    request."""
    # Two reads and not one: a response has a save a page.
    rows = (
        session.connection()
        .execute(
            _sent(
                select(
                    ResponseRow.id,
                    CaseRow.participant_id,
                    ParticipantRow.reference,
                    ParticipantRow.group_id,
                    CaseRow.touchpoint,
                    CaseRow.proxy,
                    ResponseRow.questionnaire,
                    ResponseRow.version,
                    ResponseRow.seed,
                    ResponseRow.started_at,
                    ResponseRow.submitted_at,
                    ResponseRow.sent_again_at,
                ),
                scope,
                until,
                people,
            ).order_by(CaseRow.participant_id, CaseRow.touchpoint)
        )
        .all()
    )
    how = _how(session, scope, until, people)
    nothing: tuple[int, dict[str, None], dict[str, None]] = (0, {}, {})
    found = []
    for row in rows:
        saves, modes, languages = how.get(row.id, nothing)
        found.append(
            ExportedResponse(
                id=row.id,
                person=row.participant_id,
                reference=row.reference,
                group=row.group_id,
                touchpoint=row.touchpoint,
                questionnaire=row.questionnaire,
                version=row.version,
                seed=row.seed,
                started_at=row.started_at,
                submitted_at=row.submitted_at,
                sent_again_at=row.sent_again_at,
                saves=saves,
                modes=tuple(modes),
                languages=_last_used(map(plain_of, languages)),
                renderings=_last_used(rendering_of(each).value for each in languages),
                proxy=row.proxy,
            )
        )
    return found


def _last_used(each: Iterable[str]) -> tuple[str, ...]:
    return tuple(reversed(dict.fromkeys(reversed(list(each)))))


def count_sent(session: Session, scope: Scope, until: dt.datetime) -> int:
    """How many responses in scope had been sent by a moment."""
    return session.scalars(_sent(select(func.count()), scope, until)).one()  # type: ignore[no-any-return]  # a count


def answered_versions(session: Session, scope: Scope, until: dt.datetime) -> set[tuple[str, int]]:
    """The versions on which responses in scope had been sent by a moment, each with its questionnaire."""
    query = _sent(select(ResponseRow.questionnaire, ResponseRow.version).distinct(), scope, until)
    return {(row.questionnaire, row.version) for row in session.execute(query)}


def _sent(
    query: Select[*tuple[Any, ...]],
    scope: Scope,
    until: dt.datetime,
    people: Collection[uuid.UUID] | None = None,
) -> Select[*tuple[Any, ...]]:
    if people is not None:
        query = query.where(ParticipantRow.id.in_(people))
    return scoped(
        query.select_from(ResponseRow)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    ).where(
        ResponseRow.state == ResponseState.SUBMITTED,
        ResponseRow.submitted_at <= until,
        ParticipantRow.withdrawn_at.is_(None),
    )


def _how(
    session: Session, scope: Scope, until: dt.datetime, people: Collection[uuid.UUID] | None
) -> dict[uuid.UUID, tuple[int, dict[str, None], dict[str, None]]]:
    """How often each response was saved, in which modes and languages, each where it was used last: of the saves that
    are part of what was sent."""
    query = _sent(select(SaveRow.response_id, SaveRow.mode, SaveRow.language), scope, until, people)
    query = query.join(SaveRow, SaveRow.response_id == ResponseRow.id).where(counting(SaveRow))
    found: dict[uuid.UUID, tuple[int, dict[str, None], dict[str, None]]] = {}
    query = query.order_by(SaveRow.response_id, SaveRow.revision)
    for some in session.connection().execute(query, execution_options={"yield_per": FETCHED}).partitions():
        for response, mode, language in some:
            saves, modes, languages = found.get(response, (0, {}, {}))
            for used, each in ((modes, mode.value), (languages, language)):
                used.pop(each, None)
                used[each] = None
            found[response] = (saves + 1, modes, languages)
    return found


def answers_of(
    session: Session, responses: Sequence[ExportedResponse], scope: Scope
) -> Iterator[tuple[ExportedResponse, Mapping[str, Answer]]]:
    """The current answers of responses, in their order, without what was redacted of their words; the response says of
    those that came in several modes which came in which. Raises KeyMissing where the words of one cannot be opened."""
    seals = seals_of(session)
    sealed = seals.words_sealed(scope.study)
    for start in range(0, len(responses), AT_A_TIME):
        some = responses[start : start + AT_A_TIME]
        people = {each.id: each.person for each in some}
        if sealed:
            seals.expect([each.person for each in some])  # type: ignore[misc]  # their keys
        read: dict[object, dict[str, Answer]] = {each.id: {} for each in some}
        # Rows as the database gives them: what the session knows of objects would double the time.
        rows = session.connection().execute(
            select(
                AnswerRow.response_id,
                AnswerRow.variable,
                AnswerRow.code,
                AnswerRow.number,
                AnswerRow.day,
                AnswerRow.time_of_day,
                AnswerRow.text,
                AnswerRow.sealed,
                AnswerRow.reason,
            )
            .where(AnswerRow.response_id.in_(list(people)))
            .order_by(AnswerRow.response_id, AnswerRow.variable, AnswerRow.position)
        )
        current, given = None, {}
        few = itertools.chain.from_iterable(rows.partitions(FETCHED))
        for response, variable, code, number, day, time_of_day, text, closed, reason in few:
            # A response's rows follow one another, and looking a key up costs what reading a cell does.
            if response is not current:
                current, given = response, read[response]
            if reason is not None:
                given[variable] = WITHOUT[reason]
            elif code is not None:
                before = given.get(variable)
                given[variable] = Codes((*before.codes, code)) if isinstance(before, Codes) else _one(code)
            elif number is not None:
                given[variable] = Number(number)
            elif day is not None:
                given[variable] = Day(day)
            elif time_of_day is not None:
                given[variable] = TimeOfDay(time_of_day)
            else:
                if closed is not None:
                    text = seals.unseal(people[response], bound(variable), closed)  # type: ignore[arg-type]  # their key
                given[variable] = Text(text or "")
        marking.redact_answers(session, people, read)  # type: ignore[arg-type]  # their keys
        came = _modes_of_answers(session, list(people))
        for each in some:
            modes = came.get(each.id)
            yield each if modes is None else dataclasses.replace(each, mode_by_answer=modes), read[each.id]


def _modes_of_answers(session: Session, responses: Sequence[object]) -> dict[object, dict[str, str]]:
    """The mode in which each answer came that was given, of those of these responses that were saved in several. By the
    answer's own save, and not by those that count: what came too late is an answer once it was sent again."""
    several = (
        select(SaveRow.response_id)
        .where(SaveRow.response_id.in_(responses))
        .group_by(SaveRow.response_id)
        .having(func.count(SaveRow.mode.distinct()) > 1)
    )
    found: dict[object, dict[str, str]] = {each: {} for each in session.scalars(several)}
    if found:
        rows = session.execute(
            select(AnswerRow.response_id, AnswerRow.variable, SaveRow.mode)
            .join(SaveRow, SaveRow.id == AnswerRow.save_id)
            .where(AnswerRow.response_id.in_(list(found)), AnswerRow.position == 0)
            .where(AnswerRow.reason.is_distinct_from(Reason.NOT_ASKED))
        )
        for response, variable, mode in rows:
            found[response][variable] = mode.value
    return found


def people_there(session: Session, scope: Scope) -> list[uuid.UUID]:
    """The keys of everybody in scope who did not withdraw."""
    query = scoped(select(ParticipantRow.id), scope).where(ParticipantRow.withdrawn_at.is_(None))
    return list(session.scalars(query))


def asked_by(
    session: Session, scope: Scope, until: dt.datetime, people: Collection[uuid.UUID] | None = None
) -> dict[uuid.UUID, set[int]]:
    """The touchpoints that had opened by a moment for each person in scope; of some people alone, on request."""
    query = scoped(
        select(CaseRow.participant_id, CaseRow.touchpoint).join(
            ParticipantRow, ParticipantRow.id == CaseRow.participant_id
        ),
        scope,
    ).where(CaseRow.opens_at <= until)
    if people is not None:
        query = query.where(CaseRow.participant_id.in_(people))
    found: dict[uuid.UUID, set[int]] = {}
    for some in session.connection().execute(query).partitions(FETCHED):
        for person, touchpoint in some:
            found.setdefault(person, set()).add(touchpoint)
    return found


def attempts(
    session: Session, scope: Scope, until: dt.datetime, people: Collection[uuid.UUID] | None = None
) -> list[ExportedAttempt]:
    """Every try by a moment to reach the people in scope who did not withdraw, without notes and by whom; some of them
    alone, on request."""
    query = scoped(
        select(
            CaseRow.participant_id,
            CaseRow.touchpoint,
            AttemptRow.at,
            AttemptRow.mode,
            AttemptRow.outcome,
            AttemptRow.detail,
        )
        .join(CaseRow, CaseRow.id == AttemptRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    ).where(ParticipantRow.withdrawn_at.is_(None), AttemptRow.at <= until)
    if people is not None:
        query = query.where(ParticipantRow.id.in_(people))
    return [
        ExportedAttempt(
            person=row.participant_id,
            touchpoint=row.touchpoint,
            at=row.at,
            mode=row.mode.value,
            outcome=row.outcome.value,
            detail=row.detail.value if row.detail else None,
        )
        for row in session.execute(query.order_by(AttemptRow.at, AttemptRow.id))
    ]
