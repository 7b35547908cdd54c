"""What somebody answered and said, and whatever else the route or a text of their version looks at: one statement,
which does not grow with the saves made."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Integer, Row, Select, and_, bindparam, case, literal, literal_column, null, select, union_all
from sqlalchemy.orm import Session

from surveyapp.domain.answering.saves import SeenSave
from surveyapp.domain.answers import Answer
from surveyapp.domain.instrument.routing import NOT_ASKED, is_asked
from surveyapp.domain.participants import ConsentGiven
from surveyapp.domain.responses import RecordedAnswer, ResponseState
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.domain.versions.looking_back import AnsweredThen
from surveyapp.store.answer_rows import PersonWords, answer_of
from surveyapp.store.answering.prepared import Prepared, padded
from surveyapp.store.answering.standing import Arrived
from surveyapp.store.database import seals_of
from surveyapp.store.tables import (
    AnswerHistoryRow,
    AnswerRow,
    CaseRow,
    ConsentRow,
    KnownSaveRow,
    NewestAnswerRow,
    ResponseRow,
    SaveRow,
    SiteAttributeRow,
)


class _Kind(enum.IntEnum):
    """What a row of the statement is of."""

    CURRENT, NEWEST, EARLIER, SITE, CONSENT, SAVE, KNOWN = range(7)


class CurrentAnswer(NamedTuple):
    """An answer as the current ones have it: by which save, and in how many rows."""

    answer: Answer
    save_id: uuid.UUID
    rows: int


@dataclass(frozen=True, kw_only=True)
class SaidSoFar:
    """What was answered and said. `given`: what stands, on the route or not, and of answers that are sent what was
    sent; `unsent`: what was changed in those and not sent again; `current`: what results read, *not asked* included;
    `earlier`: the answers asked for, by touchpoint, as they were given; `attributes`: of the site; `consents`: what was
    last said of each purpose, and `consents_said` how often anything was; `known`: the saves asked for that were met,
    and `hashes` what each of them brought."""

    given: Mapping[str, RecordedAnswer] = field(default_factory=dict)
    unsent: frozenset[str] = frozenset()
    current: Mapping[str, CurrentAnswer] = field(default_factory=dict)
    earlier: Mapping[int, AnsweredThen] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    consents: Mapping[str, ConsentGiven] = field(default_factory=dict)
    consents_said: int = 0
    known: Mapping[uuid.UUID, SeenSave] = field(default_factory=dict)
    hashes: Mapping[uuid.UUID, str] = field(default_factory=dict)


AT_A_TIME = 400
"""So many responses' answers are read at once: under what either database takes as parameters."""

_VALUES = ("position", "code", "number", "day", "time_of_day", "text", "sealed", "reason")
_SAVED = (
    SaveRow.mode,
    SaveRow.by_staff,
    SaveRow.recorded_at,
    SaveRow.id,
    SaveRow.client_id,
    SaveRow.revision,
    SaveRow.language,
)
_SAVED_AT = slice(2 + len(_VALUES), 2 + len(_VALUES) + len(_SAVED))
"""Where these stand in a row, after its kind, its variable and the values; in the order of `RecordedAnswer`."""

_NO_SAVE = tuple(null().label(column.key) for column in _SAVED)
_NO_VALUES = tuple(null().label(name) for name in _VALUES)


def _values(table: Any) -> tuple[Any, ...]:
    return tuple(getattr(table, name) for name in _VALUES)


def _kind(kind: _Kind) -> Any:
    return literal_column(str(int(kind)), Integer).label("kind")


def _current(more: Any) -> Select[Any]:
    """Current answers, each with its save."""
    return select(_kind(_Kind.CURRENT), AnswerRow.variable, *_values(AnswerRow), *_SAVED, more).join(
        SaveRow, SaveRow.id == AnswerRow.save_id
    )


def _newest(more: Any) -> Select[Any]:
    """What was last said of a variable beside its current answer, with its save."""
    return (
        select(_kind(_Kind.NEWEST), AnswerHistoryRow.variable, *_values(AnswerHistoryRow), *_SAVED, more)
        .select_from(NewestAnswerRow)
        .join(
            AnswerHistoryRow,
            and_(
                AnswerHistoryRow.save_id == NewestAnswerRow.save_id,
                AnswerHistoryRow.variable == NewestAnswerRow.variable,
            ),
        )
        .join(SaveRow, SaveRow.id == NewestAnswerRow.save_id)
    )


@functools.cache
def _said(*, earlier: int = 0, site: bool = False, saves: int = 0) -> Prepared:
    """With so many earlier variables, and so many saves to be looked for. The first branch gives the columns their
    types; where an earlier answer's save would have its revision and language stands which questionnaire it answers."""
    mine = bindparam("response", type_=AnswerRow.response_id.type)
    saves_of = bindparam("saves_of", type_=AnswerRow.response_id.type)
    person = bindparam("person", type_=ConsentRow.participant_id.type)
    no_number = null().label("touchpoint")
    branches = [
        _current(literal(0).label("touchpoint")).where(AnswerRow.response_id == mine),
        _newest(no_number).where(NewestAnswerRow.response_id == mine),
        select(
            _kind(_Kind.CONSENT),
            ConsentRow.purpose,
            ConsentRow.version,
            case((ConsentRow.given, "yes"), else_="no"),
            *(null() for _ in _VALUES[2:]),
            null(),
            null(),
            ConsentRow.recorded_at,
            ConsentRow.id,
            null(),
            null(),
            null(),
            no_number,
        ).where(ConsentRow.participant_id == person),
    ]
    if earlier:
        branches.append(
            select(
                _kind(_Kind.EARLIER), AnswerRow.variable, *_values(AnswerRow), *_NO_SAVE[:-2],
                ResponseRow.version, ResponseRow.questionnaire, CaseRow.touchpoint,
            )
            .join(ResponseRow, ResponseRow.id == AnswerRow.response_id)
            .join(CaseRow, CaseRow.id == ResponseRow.case_id)
            .where(
                CaseRow.participant_id == person,
                CaseRow.touchpoint < bindparam("before"),
                ResponseRow.state == ResponseState.SUBMITTED,
                AnswerRow.variable.in_([bindparam(f"variable_{each}") for each in range(earlier)]),
            )
        )  # fmt: skip
    if site:
        branches.append(
            select(
                _kind(_Kind.SITE), SiteAttributeRow.name, null(), null(), null(), SiteAttributeRow.from_date, null(),
                SiteAttributeRow.value, null(), null(), *_NO_SAVE, no_number,
            ).where(SiteAttributeRow.site_id == bindparam("site"), SiteAttributeRow.from_date <= bindparam("today"))
        )  # fmt: skip
    if saves:
        ids: Any = [bindparam(f"client_{each}", type_=SaveRow.client_id.type) for each in range(saves)]
        branches += [
            select(
                _kind(_Kind.SAVE), AnswerHistoryRow.variable, AnswerHistoryRow.position, null(), null(), null(), null(),
                SaveRow.payload_hash, null(), null(), *_SAVED, no_number,
            )
            .select_from(SaveRow)
            .outerjoin(AnswerHistoryRow, AnswerHistoryRow.save_id == SaveRow.id)
            .where(SaveRow.response_id == saves_of, SaveRow.client_id.in_(ids)),
            select(
                _kind(_Kind.KNOWN), null(), *_NO_VALUES, null(), null(), null(), null(), KnownSaveRow.client_id,
                KnownSaveRow.revision, null(), no_number,
            ).where(KnownSaveRow.response_id == saves_of, KnownSaveRow.client_id.in_(ids)),
        ]  # fmt: skip
    return Prepared(union_all(*branches))


def said(
    session: Session,
    standing: Arrived,
    today: dt.date,
    earlier: Collection[tuple[int, str]] = (),
    client_ids: Collection[uuid.UUID] = (),
    *,
    answers: bool = True,
    sent: bool = False,
) -> SaidSoFar:
    """What somebody answered and said; without `answers` none of those are read. `sent`: they are sent, and not open
    again. `earlier`: the answers at earlier
    touchpoints, of those sent, that are asked for by touchpoint and variable; `client_ids`: the saves asked for. One
    statement."""
    site = standing.participant.site
    named: dict[str, Any] = {
        "response": standing.response.id if standing.response and answers else None,
        "person": standing.participant.id,
    }
    variables = padded(sorted({variable for _, variable in earlier}))
    if variables:
        named |= {"before": standing.case.touchpoint}
        named |= {f"variable_{each}": name for each, name in enumerate(variables)}
    if site:
        named |= {"site": site.id, "today": today}
    ids = padded(list(client_ids))
    if ids:
        named |= {"saves_of": standing.response.id if standing.response else None}
        named |= {f"client_{each}": client_id for each, client_id in enumerate(ids)}
    query = _said(earlier=len(variables), site=site is not None, saves=len(ids))
    by_kind: dict[int, list[Row[Any]]] = {kind: [] for kind in _Kind}
    for row in query.rows(session, named):
        by_kind[row.kind].append(row)
    words = PersonWords(session, person=standing.participant.id)
    given, current = _read_current(by_kind[_Kind.CURRENT], words)
    newest = by_kind[_Kind.NEWEST]
    unsent = _unsent(given, newest, words) if sent else frozenset[str]()
    if not sent:
        _stand_newest(given, newest, words)
    known, hashes = _known(by_kind[_Kind.SAVE], by_kind[_Kind.KNOWN])
    return SaidSoFar(
        given=given,
        unsent=unsent,
        current=current,
        earlier=_earlier(by_kind[_Kind.EARLIER], words, earlier),
        attributes={
            row.variable: row.text for row in sorted(by_kind[_Kind.SITE], key=lambda row: (row.day, row.variable))
        },
        consents={
            row.variable: ConsentGiven(row.variable, row.position, row.code == "yes", row.recorded_at)
            for row in sorted(by_kind[_Kind.CONSENT], key=lambda row: (row.recorded_at, row.id))
        },
        consents_said=len(by_kind[_Kind.CONSENT]),
        known=known,
        hashes=hashes,
    )


def of_response(session: Session, response_id: uuid.UUID) -> SaidSoFar:
    """What stands of a response, on the route or not, and its current answers; nothing else is read."""
    session.flush()
    rows = _said().rows(session, {"response": response_id, "person": None})
    current_rows, newest_rows = ([row for row in rows if row.kind == kind] for kind in (_Kind.CURRENT, _Kind.NEWEST))
    words = PersonWords(session, response_id=response_id)
    given, current = _read_current(current_rows, words)
    _stand_newest(given, newest_rows, words)
    return SaidSoFar(given=given, current=current)


def of_responses(session: Session, whose: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, SaidSoFar]:
    """`of_response` of many, each by its key with whose it is: two statements for some hundreds of them."""
    found: dict[uuid.UUID, SaidSoFar] = {}
    responses = list(whose)
    for start in range(0, len(responses), AT_A_TIME):
        some = responses[start : start + AT_A_TIME]
        rows: dict[uuid.UUID, tuple[list[Row[Any]], list[Row[Any]]]] = {each: ([], []) for each in some}
        for query, table in (
            (_current(AnswerRow.response_id), AnswerRow),
            (_newest(NewestAnswerRow.response_id), NewestAnswerRow),
        ):
            for row in session.execute(query.where(table.response_id.in_(some))):
                rows[row.response_id][row.kind == _Kind.NEWEST].append(row)
        sealed = [each for each in some if any(row.sealed for both in rows[each] for row in both)]
        if sealed:
            seals_of(session).expect([whose[each] for each in sealed])
        for each, (current_rows, newest_rows) in rows.items():
            words = PersonWords(session, person=whose[each])
            given, current = _read_current(current_rows, words)
            _stand_newest(given, newest_rows, words)
            found[each] = SaidSoFar(given=given, current=current)
    return found


def _by_variable(rows: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    several: dict[str, list[Row[Any]]] = {}
    for row in rows:
        variable = row.variable
        if variable in found:
            several[variable] = found[variable]
            found[variable].append(row)
        else:
            found[variable] = [row]
    for together in several.values():
        together.sort(key=lambda row: row.position)
    return found


def _read_current(
    rows_of_all: Sequence[Row[Any]], words: PersonWords
) -> tuple[dict[str, RecordedAnswer], dict[str, CurrentAnswer]]:
    """What was asked of the current answers, and all of them."""
    given: dict[str, RecordedAnswer] = {}
    current: dict[str, CurrentAnswer] = {}
    for variable, rows in sorted(_by_variable(rows_of_all).items()):
        first, answer = rows[0], answer_of(rows, words)
        current[variable] = _a_current((answer, first.id, len(rows)))
        if answer is not NOT_ASKED and is_asked(answer):
            given[variable] = _recorded(variable, first, answer)
    return given, current


def _stand_newest(given: dict[str, RecordedAnswer], newest_rows: Sequence[Row[Any]], words: PersonWords) -> None:
    """What stands is the current answer, unless a later save is pointed to."""
    for variable, rows in sorted(_by_variable(newest_rows).items()):
        first = rows[0]
        if variable in given and given[variable].revision >= first.revision:
            continue
        answer = answer_of(rows, words)
        # Taken back by a move to another version, on which it is asked again.
        if is_asked(answer):
            given[variable] = _recorded(variable, first, answer)
        else:
            given.pop(variable, None)


def _unsent(given: Mapping[str, RecordedAnswer], newest_rows: Sequence[Row[Any]], words: PersonWords) -> frozenset[str]:
    """What was sent and, in a later save that is pointed to, said otherwise."""
    return frozenset(
        variable
        for variable, rows in _by_variable(newest_rows).items()
        if variable in given
        and given[variable].revision < rows[0].revision
        and given[variable].answer != answer_of(rows, words)
    )


_a_current = functools.partial(tuple.__new__, CurrentAnswer)
_a_recorded = functools.partial(tuple.__new__, RecordedAnswer)
"""A tuple with names takes two more steps to make by its own name: some twenty are made with each answer."""


def _recorded(variable: str, row: Row[Any], answer: Answer) -> RecordedAnswer:
    return _a_recorded((variable, answer, *row[_SAVED_AT]))


def _earlier(
    rows: Sequence[Row[Any]], words: PersonWords, wanted: Collection[tuple[int, str]]
) -> dict[int, AnsweredThen]:
    by_touchpoint: dict[int, list[Row[Any]]] = {}
    for row in rows:
        by_touchpoint.setdefault(row.touchpoint, []).append(row)
    found: dict[int, AnsweredThen] = {}
    for touchpoint, together in sorted(by_touchpoint.items()):
        answers = {
            variable: answer_of(of_it, words)
            for variable, of_it in _by_variable(together).items()
            if (touchpoint, variable) in wanted
        }
        if answers:
            first = together[0]
            found[touchpoint] = AnsweredThen(VersionId(first.language, first.revision), answers)
    return found


def _known(
    saves: Sequence[Row[Any]], unchanged: Sequence[Row[Any]]
) -> tuple[dict[uuid.UUID, SeenSave], dict[uuid.UUID, str]]:
    """Of each id the newest save that brought it."""
    found: dict[uuid.UUID, SeenSave] = {}
    hashes: dict[uuid.UUID, str] = {}
    for row in sorted(saves, key=lambda row: row.revision):
        before = found.get(row.client_id)
        said_before = before.said if before is not None and before.save_id == row.id else frozenset[str]()
        more = frozenset[str]() if row.variable is None else frozenset({row.variable})
        found[row.client_id] = SeenSave(row.id, row.revision, said_before | more)
        hashes[row.client_id] = row.text
    for row in unchanged:
        found.setdefault(row.client_id, SeenSave(None, row.revision, frozenset()))
    return found, hashes
