"""The one thing that is counted of people: how many are alike in some columns of the linked table.

`alike` is a pure function of a table, whole or a part of its people, and what it finds adds up: `added` of the parts is
`alike` of the whole. Tables, changes, crosstabs and what protects a release are all made of it, so that it does not
matter where the parts were counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from surveyapp.analysis.counting.patterns import PeopleCounts, distinct
from surveyapp.analysis.counting.scoring import ItemLinks, scored
from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.linked.joining import codes_in, joined_codes, joined_columns, keys, or_none
from surveyapp.analysis.linked.table import (
    NOT_KNOWN,
    AttributeColumn,
    ColumnKey,
    Flags,
    Ints,
    LinkedColumn,
    LinkedTable,
    ScoreColumn,
)
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.questionnaire import Score


@dataclass(frozen=True, kw_only=True)
class ScoreAsked:
    """A score at a touchpoint, as `scored` has it."""

    touchpoint: int
    score: Score
    parts: Mapping[str, Part]
    links: ItemLinks

    @property
    def key(self) -> tuple[int, str]:
        return self.touchpoint, self.score.id

    @property
    def columns(self) -> tuple[ColumnKey, ...]:
        return tuple((self.touchpoint, self.parts[key].type, key) for key in self.score.items)


@dataclass(frozen=True, kw_only=True)
class Together:
    """What people are to be alike in: answers and scores (and which versions they answered there, and at `touchpoints`
    besides), what is known of them. `sites`: of people at these alone, by hex; None: of all."""

    columns: tuple[ColumnKey, ...] = ()
    scores: tuple[ScoreAsked, ...] = ()
    touchpoints: tuple[int, ...] = ()
    attributes: tuple[str, ...] = ()
    sites: frozenset[str] | None = None

    @property
    def answered_at(self) -> tuple[int, ...]:
        """The touchpoints of which versions are looked at."""
        found = (*self.touchpoints, *(key[0] for key in self.columns), *(each.touchpoint for each in self.scores))
        return tuple(dict.fromkeys(found))

    @property
    def read(self) -> tuple[ColumnKey, ...]:
        """The columns that have to be read."""
        return tuple(dict.fromkeys((*self.columns, *(key for each in self.scores for key in each.columns))))


def alike(table: LinkedTable, asked: Together) -> LinkedTable:
    """A row for all the people who are alike in what is asked, with how many there are. A column that the table does
    not have is not in it either."""
    chosen = _at(table, asked.sites)
    versions = {number: table.versions[number] for number in asked.answered_at if number in table.versions}
    columns = {key: table.columns[key] for key in asked.columns if key in table.columns}
    held = {name: table.attribute(name) for name in asked.attributes}
    scores = {each.key: _scored(table, each) for each in asked.scores}
    arrays: list[Ints] = [np.zeros(len(table), np.int8), *versions.values()]
    for column in columns.values():
        arrays += [column.codes, *(flags.view(np.int8) for flags in column.chosen.values())]
    arrays += [each.codes for each in held.values()] + [each.codes for each in scores.values()]
    if chosen is not None:
        arrays = [array[chosen] for array in arrays]
    people = table.stands_for if table.stands_for is None or chosen is None else table.stands_for[chosen]
    rows, stand = distinct(arrays, people, np.int32)
    return _of_rows(table, rows, stand, versions, columns, held, scores)


def added(parts: Sequence[LinkedTable]) -> LinkedTable:
    """People alike in the parts, as those of the whole. The parts are of one group and state, asked for the same."""
    first = parts[0]
    if len(parts) == 1:
        return first
    versions = {
        number: joined_codes([or_none(part, part.versions.get(number)) for part in parts])
        for number in keys([part.versions for part in parts])
    }
    columns = {
        key: joined_columns([(part, part.columns.get(key)) for part in parts])
        for key in keys([part.columns for part in parts])
    }
    held = {
        name: AttributeColumn(
            joined_codes([part.attribute(name).codes for part in parts]), first.attribute(name).values
        )
        for name in first.attributes
    }
    scores = {key: _scores([part.scores[key] for part in parts]) for key in first.scores}
    people = np.concatenate([_people(part) for part in parts])
    arrays: list[Ints] = [np.zeros(len(people), np.int8), *versions.values()]
    for column in columns.values():
        arrays += [column.codes, *(flags.view(np.int8) for flags in column.chosen.values())]
    arrays += [each.codes for each in held.values()] + [each.codes for each in scores.values()]
    rows, stand = distinct(arrays, people, np.int32)
    return _of_rows(first, rows, stand, versions, columns, held, scores)


def _at(table: LinkedTable, sites: Collection[str] | None) -> Flags | None:
    """Who is at some sites; None: everybody."""
    if sites is None:
        return None
    return np.isin(table.site, [place for place, site in enumerate(table.sites) if site in sites])


def _scored(table: LinkedTable, asked: ScoreAsked) -> ScoreColumn:
    try:
        found = scored(table, asked.touchpoint, asked.score, asked.parts, asked.links)
    except ValueError:
        return ScoreColumn(table.nobody_answered(), (), unsound=True)
    return ScoreColumn(found.codes, found.values)  # type: ignore[arg-type]  # scores alone


def _of_rows(
    table: LinkedTable,
    rows: npt.NDArray[np.int32],
    people: PeopleCounts,
    versions: Mapping[int, Ints],
    columns: Mapping[ColumnKey, LinkedColumn],
    held: Mapping[str, AttributeColumn],
    scores: Mapping[tuple[int, str], ScoreColumn],
) -> LinkedTable:
    """A table of the rows that `distinct` found of these columns, in this order, after one of zeros."""
    found = iter(rows.T[1:])
    made_versions = {number: next(found) for number in versions}
    made = {
        key: LinkedColumn(
            next(found),
            column.values,
            {option: next(found).astype(np.bool_) for option in column.chosen},
            column.unsound,
        )
        for key, column in columns.items()
    }
    return LinkedTable(
        group=table.group,
        state=table.state,
        on=table.on,
        people=np.zeros(0, dtype="V16"),
        sites=(),
        site=np.full(len(rows), NOT_KNOWN, dtype=np.int32),
        attributes={name: AttributeColumn(next(found), column.values) for name, column in held.items()},
        versions=made_versions,
        columns=made,
        stands_for=people,
        scores={key: ScoreColumn(next(found), column.values, column.unsound) for key, column in scores.items()},
    )


def _people(part: LinkedTable) -> PeopleCounts:
    return np.ones(len(part), np.int64) if part.stands_for is None else part.stands_for.astype(np.int64)


def _scores(parts: Sequence[ScoreColumn]) -> ScoreColumn:
    places: dict[Any, int] = {}
    codes = joined_codes([codes_in(places, part.codes, part.values) for part in parts])
    return ScoreColumn(codes, tuple(places), any(part.unsound for part in parts))


def score_vector(table: LinkedTable, asked: ScoreAsked) -> Vector:
    """What people alike were scored, as `scored` says it of people. Raises ValueError as it does."""
    column = table.scores[asked.key]
    if column.unsound:
        raise ValueError(f"An item of {asked.score.id} has answers that do not fit it.")
    order = sorted(range(len(column.values)), key=column.values.__getitem__)
    rank = np.empty(len(order) + 1, dtype=np.int32)
    rank[order] = np.arange(len(order))
    codes = np.where(column.codes >= 0, rank[np.maximum(column.codes, 0)], column.codes)
    return Vector(codes, tuple(column.values[place] for place in order), people=table.stands_for)
