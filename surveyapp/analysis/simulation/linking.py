"""Linked tables of a simulated cohort, made of its columns without ever being rows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.linked.table import (
    NO_RESPONSE,
    AttributeColumn,
    ColumnKey,
    Ints,
    LinkedColumn,
    LinkedTable,
)
from surveyapp.analysis.simulation.cohort import SimulatedGroup, SimulatedSitting, simulated
from surveyapp.analysis.simulation.columns import AnswerColumn
from surveyapp.analysis.simulation.plan import CohortPlan
from surveyapp.domain.answers import Codes, Day, Number, TimeOfDay
from surveyapp.domain.instrument.conditions import KnownValue
from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.responses import CountedValue

Small = NDArray[np.int16]


def linked_tables(
    plan: CohortPlan, state: str, sites: Sequence[str], progress: Callable[[int], None]
) -> tuple[dict[str, LinkedTable], np.datetime64]:
    """Every group's table, by group, and when the last response was handed in (UTC). `sites`: the keys of the plan's
    sites, in hex."""
    return _tables(plan, range(plan.batches), state, sites, progress)


def linked_parts(
    plan: CohortPlan, state: str, sites: Sequence[str], progress: Callable[[int], None], batches: int
) -> Iterator[tuple[dict[str, LinkedTable], np.datetime64]]:
    """The same of so many batches at a time, so that no more than they have to be held."""
    for first in range(0, plan.batches, batches):
        yield _tables(plan, range(first, min(first + batches, plan.batches)), state, sites, progress)


def _tables(
    plan: CohortPlan, batches: range, state: str, sites: Sequence[str], progress: Callable[[int], None]
) -> tuple[dict[str, LinkedTable], np.datetime64]:
    groups = {group.id: _Pieces(plan=plan) for group in plan.groups}
    newest = np.datetime64("NaT", "s")
    for batch in batches:
        for group in simulated(plan, batch):
            groups[group.people.group.id].add(group)
            for sitting in group.sittings:
                newest = np.fmax(newest, np.fmax.reduce(sitting.submitted))
            progress(len(group.people.numbers))
    return {name: pieces.table(name, state, plan.as_of, tuple(sites)) for name, pieces in groups.items()}, newest


@dataclass(kw_only=True)
class _Pieces:
    """A group's columns while batches come: a piece a batch, joined at the end."""

    plan: CohortPlan
    people: int = 0
    keys: list[NDArray[np.void]] = field(default_factory=list)
    sites: list[Ints] = field(default_factory=list)
    attributes: dict[str, list[Small]] = field(default_factory=dict)
    versions: dict[int, _Piecewise] = field(default_factory=dict)
    codes: dict[ColumnKey, _Piecewise] = field(default_factory=dict)
    chosen: dict[ColumnKey, dict[str, _Piecewise]] = field(default_factory=dict)
    places: dict[ColumnKey, dict[CountedValue, int]] = field(default_factory=dict)

    def add(self, group: SimulatedGroup) -> None:
        people = group.people
        self.keys.append(_keys(people.numbers))
        self.sites.append(people.sites)
        for scope, held in (("participant", people.attributes), ("site", people.site_attributes)):
            for name, column in held.items():
                self.attributes.setdefault(f"{scope}.{name}", []).append(column.codes.astype(np.int16))
        for sitting in group.sittings:
            number = sitting.touchpoint.number
            answered = np.where(np.isnat(sitting.submitted), np.int16(NO_RESPONSE), sitting.versions())
            if (answered != NO_RESPONSE).any():
                self.versions.setdefault(number, _Piecewise(NO_RESPONSE)).put(self.people, answered)
            for key, column in _columns(sitting):
                self._put((number, *key), column)
        self.people += len(people.numbers)

    def _put(self, key: ColumnKey, column: AnswerColumn) -> None:
        if (column.codes == NO_RESPONSE).all():
            return
        there = np.maximum(column.codes, 0)
        if key[1] is PartType.CODES:
            own = np.zeros(max(len(column.values), 1), dtype=np.int16)
            options = {code for value in column.values if isinstance(value, Codes) for code in value.codes}
            for option in sorted(options):
                took = column.tabulated(functools.partial(_includes, option))
                pieces = self.chosen.setdefault(key, {}).setdefault(option, _Piecewise(0))
                pieces.put(self.people, took.astype(np.int8))
        else:
            places = self.places.setdefault(key, {})
            stored = [places.setdefault(_stored(value), len(places)) for value in column.values]
            own = np.array(stored or [0], dtype=np.int16)
        codes = np.where(column.codes >= 0, own[there], column.codes).astype(np.int16)
        self.codes.setdefault(key, _Piecewise(NO_RESPONSE)).put(self.people, codes)

    def table(self, group: str, state: str, on: dt.date, sites: tuple[str, ...]) -> LinkedTable:
        """The whole; the pieces are let go of on the way."""
        columns = {}
        for key in list(self.codes):
            columns[key] = LinkedColumn(
                self.codes.pop(key).joined(self.people, np.int16),
                tuple(self.places.get(key, ())),
                {
                    option: pieces.joined(self.people, np.int8).view(np.bool_)
                    for option, pieces in self.chosen.pop(key, {}).items()
                },
            )
        return LinkedTable(
            group=group,
            state=state,
            on=on,
            people=np.concatenate(self.keys or [_keys(np.zeros(0, dtype=np.int64))]),
            sites=sites,
            site=np.concatenate(self.sites or [np.zeros(0, dtype=np.int32)]),
            attributes={
                each.id: AttributeColumn(
                    np.concatenate(self.attributes.get(each.id) or [np.zeros(0, dtype=np.int16)]), tuple(each.values)
                )
                for each in self.plan.study.attributes
            },
            versions={number: pieces.joined(self.people, np.int16) for number, pieces in self.versions.items()},
            columns=columns,
        )


@dataclass
class _Piecewise:
    """A column that not every batch has a piece of; `otherwise` is what stands where there is none."""

    otherwise: int
    pieces: list[tuple[int, NDArray[np.signedinteger]]] = field(default_factory=list)

    def put(self, start: int, piece: NDArray[np.signedinteger]) -> None:
        self.pieces.append((start, piece))

    def joined(self, people: int, kind: type[np.signedinteger]) -> NDArray[np.signedinteger]:
        whole = np.full(people, self.otherwise, dtype=kind)
        for start, piece in self.pieces:
            whole[start : start + len(piece)] = piece
        return whole


def _columns(sitting: SimulatedSitting) -> Iterator[tuple[tuple[PartType, str], AnswerColumn]]:
    """Everybody's answers at a touchpoint, by what they are and the variable."""
    kinds: dict[tuple[PartType, str], list[int]] = {}
    for place, each in enumerate(sitting.responses):
        for key, part in parts_of(each.questionnaire).items():
            kinds.setdefault((part.type, key), []).append(place)
    for (kind, key), places in kinds.items():
        own = dataclasses.replace(sitting, responses=tuple(sitting.responses[place] for place in places))
        yield (kind, key), own.answers(key)


def _keys(numbers: NDArray[np.int64]) -> NDArray[np.void]:
    """A key of 16 bytes for each participant."""
    made = np.zeros((len(numbers), 2), dtype=">u8")
    made[:, 0] = int.from_bytes(b"simulate")
    made[:, 1] = numbers
    return made.view("V16").reshape(-1)


def _includes(option: str, value: KnownValue) -> bool:
    return isinstance(value, Codes) and option in value.codes


def _stored(value: KnownValue) -> CountedValue:
    """A value as the linked table holds it: of words, that there are some."""
    match value:
        case Codes((code,)):
            return code
        case Number(number):
            return number
        case Day(day):
            return day
        case TimeOfDay(time):
            return time
    return True
