"""Making a linked table from rows of answers, and bringing one up to date for some of its people."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from surveyapp.analysis.linked.table import (
    ABSENCE,
    NO_RESPONSE,
    NOT_KNOWN,
    AttributeColumn,
    ColumnKey,
    LinkedColumn,
    LinkedTable,
)
from surveyapp.domain.answers import Reason
from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import CountedAnswers, CountedValue

TypeOf = Callable[[int, int, str], PartType | None]
"""What the answers of (touchpoint, version, variable) are; None for a variable that the version does not ask."""


def build(
    *,
    group: str,
    state: str,
    on: dt.date,
    people: Sequence[Participant],
    answers: Iterable[CountedAnswers],
    attributes: Mapping[str, Sequence[str]],
    type_of: TypeOf,
) -> LinkedTable:
    """The linked table of these people. `attributes`: by id, such as `site.sector`, the values that each can have, in
    order. Answers of people who are not among them, and to variables that their version does not ask, are left out."""
    made = _Maker(len(people), attributes)
    index = {person.id: row for row, person in enumerate(people)}
    made.fill_people(people, range(len(people)))
    made.fill_answers(answers, index, type_of)
    ids = np.array([person.id.bytes for person in people], dtype="S16").view("V16")
    return made.table(group=group, state=state, on=on, ids=ids)


def updated(
    table: LinkedTable,
    *,
    state: str,
    on: dt.date,
    changed: Collection[uuid.UUID],
    people: Sequence[Participant],
    answers: Iterable[CountedAnswers],
    attributes: Mapping[str, Sequence[str]],
    type_of: TypeOf,
) -> LinkedTable:
    """The table with everything of the `changed` people made anew from what is stored of them now: `people` are those
    of them that are still there, `answers` theirs. Attributes that the table did not hold are refused with a
    ValueError: build it anew."""
    if set(attributes) != set(table.attributes) or any(
        tuple(values) != table.attributes[name].values for name, values in attributes.items()
    ):
        raise ValueError("The table holds other attributes: build it anew.")
    row_of = {bytes(each): row for row, each in enumerate(table.people)}
    there = {person.id for person in people}
    gone = [row_of[each.bytes] for each in changed if each not in there and each.bytes in row_of]
    kept = np.setdiff1d(np.arange(len(table)), np.array(gone, dtype=np.int64))
    new = [person for person in people if person.id.bytes not in row_of]
    made = _Maker(len(kept) + len(new), attributes)
    made.take(table, kept)
    ids = np.concatenate([table.people[kept], np.array([p.id.bytes for p in new], dtype="S16").view("V16")])
    place = {int(old): row for row, old in enumerate(kept)}
    index = {person.id: place[row_of[person.id.bytes]] for person in people if person.id.bytes in row_of}
    index |= {person.id: len(kept) + row for row, person in enumerate(new)}
    made.empty([index[person.id] for person in people])
    made.fill_people(people, [index[person.id] for person in people])
    made.fill_answers(answers, index, type_of)
    return made.table(group=table.group, state=state, on=on, ids=ids)


class _Column:
    """A column while it is filled."""

    def __init__(self, people: int, several: bool) -> None:
        self.codes = np.full(people, NO_RESPONSE, dtype=np.int32)
        self.places: dict[CountedValue, int] = {}
        self.chosen: dict[str, np.ndarray[Any, np.dtype[np.bool_]]] = {}
        self.several = several
        self.unsound = False
        self.people = people

    def put(self, row: int, value: CountedValue | None, reason: Reason | None) -> None:
        before = int(self.codes[row])
        if reason is not None or value is None:
            self.unsound |= before != NO_RESPONSE or value is not None
            self.codes[row] = ABSENCE[reason] if reason is not None else NO_RESPONSE
        elif self.several:
            self.unsound |= before not in (NO_RESPONSE, 0)
            self.codes[row] = 0
            option = str(value)
            if option not in self.chosen:
                self.chosen[option] = np.zeros(self.people, dtype=np.bool_)
            self.chosen[option][row] = True
        else:
            code = self.places.setdefault(value, len(self.places))
            self.unsound |= before not in (NO_RESPONSE, code)
            self.codes[row] = code

    def put_all(
        self, rows: np.ndarray[Any, Any], values: Sequence[CountedValue | None], reasons: Sequence[Reason | None]
    ) -> None:
        """The same for many, at once where nobody has two of what there may be one of."""
        given = np.array([value is not None and reason is None for value, reason in zip(values, reasons, strict=True)])
        some, none = rows[given], rows[~given]
        once = len(np.unique(none)) == len(none) and not np.isin(none, some).any()
        if not self.several:
            once &= len(np.unique(some)) == len(some)
        if not once or (self.codes[rows] != NO_RESPONSE).any():
            for row, value, reason in zip(rows.tolist(), values, reasons, strict=True):
                self.put(row, value, reason)
            return
        said = [value for value, here in zip(values, given, strict=True) if here]
        without = [(v, r) for v, r, here in zip(values, reasons, given, strict=True) if not here]
        self.unsound |= any(value is not None for value, _ in without)
        self.codes[none] = [NO_RESPONSE if reason is None else ABSENCE[reason] for _, reason in without]
        if not self.several:
            self.codes[some] = [self.places.setdefault(value, len(self.places)) for value in said if value is not None]
            return
        self.codes[some] = 0
        options: dict[str, list[int]] = {}
        for row, value in zip(some.tolist(), said, strict=True):
            options.setdefault(str(value), []).append(row)
        for option, chosen in options.items():
            if option not in self.chosen:
                self.chosen[option] = np.zeros(self.people, dtype=np.bool_)
            self.chosen[option][chosen] = True


class _Maker:
    def __init__(self, people: int, attributes: Mapping[str, Sequence[str]]) -> None:
        self.people = people
        self.columns: dict[ColumnKey, _Column] = {}
        self.versions: dict[int, np.ndarray[Any, np.dtype[np.int16]]] = {}
        self.site = np.full(people, NOT_KNOWN, dtype=np.int32)
        self.sites: dict[str, int] = {}
        self.known = {name: {value: place for place, value in enumerate(values)} for name, values in attributes.items()}
        self.attributes = {name: np.full(people, NOT_KNOWN, dtype=np.int16) for name in attributes}

    def take(self, table: LinkedTable, kept: np.ndarray[Any, np.dtype[np.int64]]) -> None:
        """Begins with what a table has of some of its rows."""
        count = len(kept)
        self.sites = {site: place for place, site in enumerate(table.sites)}
        self.site[:count] = table.site[kept]
        for name, held in table.attributes.items():
            self.attributes[name][:count] = held.codes[kept]
        for touchpoint, versions in table.versions.items():
            self._versions(touchpoint)[:count] = versions[kept]
        for key, column in table.columns.items():
            made = self._column(key)
            made.codes[:count] = column.codes[kept]
            made.places = {value: place for place, value in enumerate(column.values)}
            made.unsound = column.unsound
            for option, flags in column.chosen.items():
                made.chosen[option] = np.zeros(self.people, dtype=np.bool_)
                made.chosen[option][:count] = flags[kept]

    def empty(self, rows: Sequence[int]) -> None:
        """Takes away everything that rows hold."""
        self.site[rows] = NOT_KNOWN
        for held in self.attributes.values():
            held[rows] = NOT_KNOWN
        for versions in self.versions.values():
            versions[rows] = NO_RESPONSE
        for column in self.columns.values():
            column.codes[rows] = NO_RESPONSE
            for flags in column.chosen.values():
                flags[rows] = False

    def fill_people(self, people: Sequence[Participant], rows: Iterable[int]) -> None:
        for row, person in zip(rows, people, strict=True):
            if person.site is not None:
                self.site[row] = self.sites.setdefault(person.site.id.hex, len(self.sites))
            for name, places in self.known.items():
                self.attributes[name][row] = places.get(_known(person, name), NOT_KNOWN)

    def fill_answers(self, answers: Iterable[CountedAnswers], index: Mapping[uuid.UUID, int], type_of: TypeOf) -> None:
        types: dict[tuple[int, int, str], PartType | None] = {}
        for each in answers:
            rows = np.array([index.get(person, -1) for person in each.people], dtype=np.int64)
            known = rows >= 0
            if not known.any():
                continue
            asked = (each.touchpoint, each.version, each.variable)
            if asked not in types:
                types[asked] = type_of(*asked)
            self._versions(each.touchpoint)[rows[known]] = each.version
            if (kind := types[asked]) is not None:
                values, reasons = each.values, each.reasons
                if not known.all():
                    values = [value for value, here in zip(values, known, strict=True) if here]
                    reasons = [reason for reason, here in zip(reasons, known, strict=True) if here]
                self._column((each.touchpoint, kind, each.variable)).put_all(rows[known], values, reasons)

    def table(self, *, group: str, state: str, on: dt.date, ids: Any) -> LinkedTable:
        return LinkedTable(
            group=group,
            state=state,
            on=on,
            people=ids,
            sites=tuple(self.sites),
            site=self.site,
            attributes={
                name: AttributeColumn(codes, tuple(self.known[name])) for name, codes in self.attributes.items()
            },
            versions=self.versions,
            columns={
                key: LinkedColumn(
                    column.codes.astype(np.int16) if len(column.places) < 32_000 else column.codes,
                    tuple(column.places),
                    column.chosen,
                    column.unsound,
                )
                for key, column in self.columns.items()
            },
        )

    def _column(self, key: ColumnKey) -> _Column:
        if key not in self.columns:
            self.columns[key] = _Column(self.people, several=key[1] is PartType.CODES)
        return self.columns[key]

    def _versions(self, touchpoint: int) -> np.ndarray[Any, np.dtype[np.int16]]:
        if touchpoint not in self.versions:
            self.versions[touchpoint] = np.full(self.people, NO_RESPONSE, dtype=np.int16)
        return self.versions[touchpoint]


def _known(person: Participant, attribute: str) -> str:
    """What is known of somebody, or of their site; empty for nothing."""
    scope, _, name = attribute.partition(".")
    held = person.attributes if scope == "participant" else person.site.attributes if person.site else {}
    return held.get(name, "")
