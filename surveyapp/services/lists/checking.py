"""Every row of a list looked at: what is wrong with it, who may be there already, and what cases would follow."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from pydantic import TypeAdapter

from surveyapp.domain.fieldwork.cases import CaseState
from surveyapp.domain.fieldwork.lists import DoubleChoice, LateChoice
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Origin, Participant
from surveyapp.domain.staff import Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.lists import doubles
from surveyapp.services.lists.doubles import LikelyDouble
from surveyapp.services.lists.files.sheet import RowFault
from surveyapp.services.lists.known import Compared, compare
from surveyapp.services.lists.mapping import MappedList
from surveyapp.services.participants import list_columns
from surveyapp.services.participants.list_columns import ListedPerson, declined_contact_at
from surveyapp.services.work import Work
from surveyapp.store.database import new_id

Progress = Callable[[int], None]
"""Told how many rows are through."""

Listed = tuple[int, ListedPerson]
"""A line and who is on it."""

BEAT = 500
"""After how many rows progress is told."""


@dataclass(frozen=True, kw_only=True)
class CasesAhead:
    """How many cases would stand how at a touchpoint; `late`: of how many the window is over. `ended_on`: the days on
    which the first and the last of those windows ended."""

    group: str
    number: int
    states: Mapping[CaseState, int]
    late: int = 0
    ended_on: tuple[dt.date, dt.date] | None = None

    @property
    def people(self) -> int:
        return sum(self.states.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "group": self.group,
            "number": self.number,
            "states": {state.value: count for state, count in self.states.items()},
            "late": self.late,
            "ended_on": [day.isoformat() for day in self.ended_on] if self.ended_on else None,
        }

    @staticmethod
    def of_json(kept: Mapping[str, Any]) -> CasesAhead:
        ended = [dt.date.fromisoformat(day) for day in kept["ended_on"] or ()]
        return CasesAhead(
            group=kept["group"],
            number=kept["number"],
            states={CaseState(state): count for state, count in kept["states"].items()},
            late=kept["late"],
            ended_on=(ended[0], ended[1]) if ended else None,
        )


@dataclass(kw_only=True)
class CheckedList:
    """What came of looking. `people` are all rows that can be read; `placed`: where some of those who are there belong
    from now on, and what happened to them, by line."""

    people: list[Listed] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    doubles: list[LikelyDouble] = field(default_factory=list)
    new_sites: tuple[str, ...] = ()
    ahead: tuple[CasesAhead, ...] = ()
    placed: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


def read_rows(
    study: Study, today: dt.date, zone: dt.tzinfo, made: MappedList, progress: Progress
) -> tuple[list[Listed], list[RowFault]]:
    """Reads every row; needs no database."""
    faults, people = list(made.faults), []
    told = {(fault.line, fault.column) for fault in faults} | made.told
    missing = any(fault.column == "group" and fault.sentence.code == "column_missing" for fault in faults)
    for count, (line, written) in enumerate(made.rows, start=1):
        listed, wrong = list_columns.check(study, today, zone, written)
        people.append((line, listed))
        # A column that is missing was said to be, once; not again for every row.
        faults += [
            RowFault(line, fault.field, fault.sentence)
            for fault in wrong
            if not (missing and fault.field == "group") and (line, fault.field) not in told
        ]
        if count % BEAT == 0:
            progress(count)
    return people, faults


_LISTED = TypeAdapter(list[tuple[int, ListedPerson]])


def people_as_json(people: list[Listed]) -> str:
    """People that were read from rows, to be kept until they are brought in."""
    return _LISTED.dump_json(people).decode()


def people_of_json(kept: str) -> list[Listed]:
    return _LISTED.validate_json(kept)


def rules_of(study: Study, zone: dt.tzinfo) -> str:
    """What reading a row depends on, as a hash: people who were read under other rules are read anew."""
    rules = (
        tuple(each.name for each in fields(ListedPerson)),
        study.groups,
        study.attributes,
        study.events,
        study.relationships,
        study.consent,
        study.retention,
        str(zone),
    )
    return hashlib.sha256(repr(rules).encode()).hexdigest()


def all_faults(read: Sequence[RowFault], compared: Compared, known: Collection[int]) -> list[RowFault]:
    """What is wrong with rows as they were `read`, and beside what is on record: one of a cell. `known`: the lines of
    people who are there."""
    found = of_others(read, known)
    told = {(fault.line, fault.column) for fault in found}
    return sorted([*found, *(fault for fault in compared.faults if (fault.line, fault.column) not in told)])


def of_others(faults: Sequence[RowFault], known: Collection[int]) -> list[RowFault]:
    """Without what is said of those on record as if they were new: somebody keeps their reference in another group, and
    may prefer a way that is on record."""
    codes = {"not_a_reference", "prefers_without_phone", "prefers_without_email"}
    return [each for each in faults if not (each.line in known and each.sentence.code in codes)]


def check(
    work: Work, scope: Scope, study: Study, people: list[Listed], faults: list[RowFault], groups: bool = False
) -> CheckedList:
    """What the database knows of the rows. Stores nothing. `groups`: whether a column says which group somebody is
    in."""
    found = CheckedList(people=people, doubles=doubles.find(work, scope, study, people))
    matched = {each.line for each in found.doubles if each.by is doubles.DoubleBy.REFERENCE}
    new = [(line, listed.new) for line, listed in people if line not in matched]
    rows = [(line, listed.new.reference, DoubleChoice.UPDATE, listed) for line, listed in people if line in matched]
    compared = compare(work, scope, study, new, rows, groups)
    found.placed = {line: each.written for line, each in compared.changes.items() if each.written}
    found.faults = all_faults(faults, compared, matched)
    found.new_sites = tuple(compared.placement.new_sites)
    found.ahead = tuple(cases_ahead(work, study, [each for each in people if each[0] not in matched]))
    return found


def somebody(study: Study, now: dt.datetime, listed: ListedPerson) -> Participant:
    """Who would join, as far as their cases go."""
    return Participant(
        id=new_id(),
        study=study.id,
        group=listed.new.group,
        reference=listed.new.reference,
        origin=Origin.REAL,
        enrolled_on=listed.new.enrolled_on,
        stopped_at=now if listed.do_not_contact else None,
        declined_contact_at=declined_contact_at(study, listed),
    )


def cases_ahead(
    work: Work, study: Study, people: Sequence[Listed], late: Mapping[tuple[str, int], LateChoice] | None = None
) -> list[CasesAhead]:
    """Each touchpoint with the cases that would be at it, in the order of the study."""
    zone = work.runtime.zone(study)
    standing = scheduling.as_it_stands(work, study)
    states: dict[tuple[str, int], Counter[CaseState]] = {}
    ended: dict[tuple[str, int], list[dt.date]] = {}
    for _, listed in people:
        person = somebody(study, work.now, listed)
        for case in scheduling.planned(standing, zone, work.now, person, listed.new.events, late or {}):
            key = (person.group, case.touchpoint)
            state = case.state(work.now, None)
            states.setdefault(key, Counter())[state] += 1
            if state is CaseState.CLOSED and case.ends_at is not None:
                ended.setdefault(key, []).append((case.ends_at - dt.datetime.resolution).astimezone(zone).date())
    return [
        CasesAhead(
            group=each.group,
            number=each.number,
            states=states[each.key],
            late=len(ended.get(each.key, ())),
            ended_on=(min(ended[each.key]), max(ended[each.key])) if each.key in ended else None,
        )
        for each in study.touchpoints
        if each.key in states
    ]
