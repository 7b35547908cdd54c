"""What became of a study's cases, and what happened in a time, counted by the database: no case is read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, and_, case, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.fieldwork.standing import COULD_BE_ASKED, Standing
from surveyapp.domain.progress.standing import MOST_CALLS, CaseKind, CaseTally, fate_of
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store.participants import scoped
from surveyapp.store.progress.response_counts import standing_column
from surveyapp.store.tables import CaseRow, ParticipantRow, ResponseRow


def tallies(
    session: Session, scope: Scope, now: dt.datetime, *, segments: Sequence[str] = (), sites: bool = False
) -> list[CaseTally]:
    """A study's cases, as many together as are alike. `segments`: the attributes of people by which they are told
    apart; `sites`: whether by their sites too. One statement."""
    numbers = _KindNumbers()
    kind = standing_column(CaseRow, now, numbers.column)
    kinds = len(numbers.kinds)
    # What people are told apart by. By group they are read in order, and nothing has to be sorted.
    of_people: dict[str, Any] = {"group": ParticipantRow.group_id}
    if sites:
        of_people["site"] = ParticipantRow.site_id
    for number, name in enumerate(segments):
        of_people[f"segment_{number}"] = ParticipantRow.attributes[name].as_string()
    each = scoped(
        select(
            *(column.label(name) for name, column in of_people.items()),
            _letter(_number_of(CaseRow.touchpoint, kinds) + kind).label("letter"),
        )
        .select_from(ParticipantRow)
        .join(CaseRow, CaseRow.participant_id == ParticipantRow.id),
        scope,
    ).subquery()
    alike = [each.c[name] for name in of_people]
    rows = session.execute(select(*alike, func.aggregate_strings(each.c.letter, "").label("letters")).group_by(*alike))
    found = []
    for row in rows:
        for letter, people in Counter(row.letters).items():
            touchpoint, number = _read_number(ord(letter), kinds)
            found.append(
                CaseTally(
                    group=row.group,
                    touchpoint=touchpoint,
                    kind=numbers.kinds[number],
                    site=row.site if sites else None,
                    segments=tuple(getattr(row, f"segment_{number}") for number in range(len(segments))),
                    people=people,
                )
            )
    return found


FIRST_LETTER = ord("!")
A_THOUSAND = 1000
NEXT_THOUSAND = 0x10000
"""By how much the letters of the next thousand touchpoints are further on: below it there are numbers that are no
character, and the touchpoints of the first thousand stay below those."""


def _number_of(touchpoint: Any, kinds: int) -> Any:
    """The number of the letter that stands for the first kind of case at a touchpoint. A study's first touchpoints have
    the shortest letters."""
    return FIRST_LETTER + touchpoint * kinds + touchpoint // A_THOUSAND * NEXT_THOUSAND


def _read_number(number: int, kinds: int) -> tuple[int, int]:
    """The touchpoint and the kind of case of a letter's number."""
    thousands, rest = divmod(number - FIRST_LETTER, A_THOUSAND * kinds + NEXT_THOUSAND)
    touchpoint, kind = divmod(rest, kinds)
    return thousands * A_THOUSAND + touchpoint, kind


class _letter(GenericFunction[str]):  # named as it is written in a query
    """The character of a number. One for each case, in a long text, is counted sooner than a database groups by the
    numbers: it sorts nothing."""

    type = Text()
    inherit_cache = True


@compiles(_letter)
def _named(element: _letter, compiler: SQLCompiler, **how: Any) -> str:
    name = "char" if compiler.dialect.name == "sqlite" else "chr"
    return f"{name}({compiler.process(element.clauses, **how)})"


class _KindNumbers:
    """A number for each kind of case, of what a page tells apart and no more."""

    def __init__(self) -> None:
        self.kinds: list[CaseKind] = []
        self._columns: dict[Standing, Any] = {}

    def column(self, standing: Standing) -> Any:
        """The number of a case's kind, where it stands so."""
        if standing not in self._columns:
            self._columns[standing] = self._column(standing)
        return self._columns[standing]

    def _column(self, standing: Standing) -> Any:
        if standing is Standing.ANSWERED:
            return self._by_fate(standing, [(None, 0), *((mode, 0) for mode in Mode if mode is not Mode.PHONE)] + [
                (Mode.PHONE, calls) for calls in range(MOST_CALLS + 1)
            ]) + _sent()  # fmt: skip
        if standing is Standing.CLOSED:
            return self._by_fate(standing, [(None, 0)])
        fate = fate_of(standing, Disposition.UNKNOWN) if standing in COULD_BE_ASKED else None
        first = self._added(CaseKind(standing=standing, fate=fate))
        if standing is Standing.REFUSED:
            self._added(CaseKind(standing=standing, fate=fate, declined=True))
            return case((ParticipantRow.declined_contact_at.is_not(None), first + 1), else_=first)
        return first

    def _by_fate(self, standing: Standing, sent: Sequence[tuple[Mode | None, int]]) -> Any:
        """The number of the first kind of a case's fate, which follows from its disposition; the others follow it."""
        first: dict[str, int] = {}
        for fate in dict.fromkeys(fate_of(standing, each) for each in Disposition):
            first[fate] = len(self.kinds)
            for mode, calls in sent:
                self._added(CaseKind(standing=standing, fate=fate, mode=mode, calls=calls))
        usual = fate_of(standing, Disposition.UNKNOWN)
        return case(
            *((CaseRow.disposition == each, first[fate_of(standing, each)])
              for each in Disposition if fate_of(standing, each) != usual),
            else_=first[usual],
        )  # fmt: skip

    def _added(self, kind: CaseKind) -> int:
        self.kinds.append(kind)
        return len(self.kinds) - 1


def _sent() -> Any:
    """How many kinds after the first of its fate one that was answered stands: by the mode in which it was sent, and of
    phone by the attempts."""
    others = [mode for mode in Mode if mode is not Mode.PHONE]
    calls = case((CaseRow.calls < MOST_CALLS, CaseRow.calls), else_=MOST_CALLS)
    return case(
        (CaseRow.sent_mode == Mode.PHONE, len(others) + 1 + calls),
        *((CaseRow.sent_mode == mode, place) for place, mode in enumerate(others, 1)),
        else_=0,
    )


def joined(session: Session, scope: Scope, since: dt.date, until: dt.date) -> int:
    """How many people were enrolled from a day to the one before another."""
    query = scoped(select(func.count()).select_from(ParticipantRow), scope)
    return session.scalar(query.where(ParticipantRow.enrolled_on >= since, ParticipantRow.enrolled_on < until)) or 0


def opened(session: Session, scope: Scope, since: dt.datetime, until: dt.datetime) -> int:
    """How many cases opened in a time, of people who have not withdrawn."""
    query = select(func.count()).select_from(CaseRow).join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    return (
        session.scalar(
            scoped(query, scope).where(
                CaseRow.opens_at >= since, CaseRow.opens_at < until, ParticipantRow.withdrawn_at.is_(None)
            )
        )
        or 0
    )


def answered(
    session: Session, scope: Scope, until: dt.datetime, since: dt.datetime | None = None
) -> dict[tuple[str, int], int]:
    """How many answers had been sent by a moment, or in a time, by group and touchpoint, of people who have not
    withdrawn since."""
    query = (
        select(ParticipantRow.group_id, CaseRow.touchpoint, func.count())
        .select_from(ResponseRow)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    )
    query = scoped(query, scope).where(
        ResponseRow.state == ResponseState.SUBMITTED,
        ResponseRow.submitted_at < until,
        ParticipantRow.withdrawn_at.is_(None),
    )
    if since is not None:
        query = query.where(ResponseRow.submitted_at >= since)
    rows = session.execute(query.group_by(ParticipantRow.group_id, CaseRow.touchpoint))
    return {(group, touchpoint): count for group, touchpoint, count in rows}


def left(session: Session, scope: Scope, since: dt.datetime, until: dt.datetime) -> int:
    """How many people stopped or withdrew in a time and have not come back."""
    query = scoped(select(func.count()).select_from(ParticipantRow), scope)
    in_time = (
        and_(column >= since, column < until) for column in (ParticipantRow.stopped_at, ParticipantRow.withdrawn_at)
    )
    return session.scalar(query.where(or_(*in_time), ParticipantRow.deceased_at.is_(None))) or 0
