"""One variable of a touchpoint in one wording: everybody's answer as a small integer.

Answers to several versions of a variable become answers to one of them by the links of `domain/versions`. Answers of a
version that does not compare are left out, and so are its reasons for having none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np

from surveyapp.analysis.linked.table import LEAST, NO_RESPONSE, Flags, Ints, LinkedColumn, LinkedTable
from surveyapp.domain.instrument.kinds import Part, PartType, Summary
from surveyapp.domain.results import Quantity
from surveyapp.domain.versions.comparability import Link

AnswerValue = str | Quantity | Fraction | bool
"""An option's code; a number, a day, a time; a score; that there are words."""


@dataclass(frozen=True)
class Vector:
    """For each person an index into `values`, or why there is none (as in the linked table). Options are in the order
    of the question, everything else from the lowest. Of a several-choice variable `codes` is 0 where it was answered,
    and `chosen` says for each of `values` who chose it. Where a row stands for people alike, `people` says how many.
    `not_offered`: of options that were added later, who was not offered them."""

    codes: Ints
    values: tuple[AnswerValue, ...]
    chosen: tuple[Flags, ...] = field(default=())
    several: bool = False
    people: Ints | None = field(default=None, kw_only=True)
    not_offered: Mapping[AnswerValue, Flags] = field(default_factory=dict, kw_only=True)

    @property
    def answered(self) -> Flags:
        """Who has a substantive answer."""
        found: Flags = self.codes >= 0
        return found


def vector(table: LinkedTable, touchpoint: int, part: Part, links: Mapping[int, Link]) -> Vector:
    """A variable as its part counts it. `links`: for each version, how its answers become answers in the wording
    counted in; a version without one is left out.

    Raises ValueError for what is stored and does not fit the question: an answer that is none of its options, two
    answers, or one and a reason for having none.
    """
    column = table.columns.get((touchpoint, part.type, part.key))
    if column is None:
        return nobody(table, part)
    if column.unsound:
        raise ValueError(f"A response has two answers to {part.key}, or one and a reason for having none.")
    versions = table.version(touchpoint)
    if part.type is PartType.CODES:
        return _several(column, versions, part, links, table.stands_for)
    values = _options(part) or tuple(sorted(column.values))
    place = {value: index for index, value in enumerate(values)}
    answered = sorted(table.answered_versions(touchpoint))
    turn = np.full((len(answered) + 1, len(column.values) - LEAST), NO_RESPONSE, dtype=np.int32)
    for row, version in enumerate(answered):
        link = links.get(version)
        if link is not None and link.comparable:
            turn[row, :-LEAST] = np.arange(LEAST, 0)
            for code, value in enumerate(column.values):
                turn[row, code - LEAST] = place.get(_turned(value, link.mapping, part), UNKNOWN)
    if len(answered) == 1:
        codes = turn[0][column.codes.astype(np.intp) - LEAST]
    else:
        row_of = np.full(max(answered, default=0) + 2, len(answered))
        row_of[answered] = range(len(answered))
        codes = turn[row_of[versions], column.codes.astype(np.intp) - LEAST]
    if (codes == UNKNOWN).any():
        strange = {column.values[code] for code in np.unique(column.codes[codes == UNKNOWN])}
        raise ValueError(f"Not an option of {part.key}: {', '.join(sorted(map(str, strange)))}.")
    return Vector(codes.astype(np.int16 if len(values) < 32_000 else np.int32), values, people=table.stands_for)


def nobody(table: LinkedTable, part: Part) -> Vector:
    """A variable that nobody answered."""
    codes, values = table.nobody_answered(), _options(part) or ()
    several = part.type is PartType.CODES
    return Vector(codes, values, tuple(codes >= 0 for _ in values) if several else (), several, people=table.stands_for)


UNKNOWN = LEAST - 1
"""Stands for an answer that the question does not have."""


def option_vector(whole: Vector, option: int) -> Vector:
    """One option of a several-choice variable as a variable of its own: `yes` or `no` of those who answered."""
    codes = np.where(whole.answered, np.where(whole.chosen[option], 0, 1), whole.codes)
    flags = whole.not_offered.get(whole.values[option])
    not_offered: dict[AnswerValue, Flags] = {} if flags is None else {"yes": flags}
    return Vector(codes.astype(np.int16), ("yes", "no"), people=whole.people, not_offered=not_offered)


def _options(part: Part) -> tuple[AnswerValue, ...] | None:
    """What can be answered, as it is stored; None where that cannot be listed."""
    if part.summary is Summary.RATING:
        return tuple(Decimal(code) for code in part.codes)
    if part.type is PartType.TEXT:
        return (True,)
    return part.codes or None if part.type in (PartType.CODE, PartType.CODES) else None


def _turned(value: AnswerValue, mapping: Mapping[str, str] | None, part: Part) -> AnswerValue:
    """A stored value in the wording counted in: codes and whole numbers by the link's mapping, the rest as it is."""
    if isinstance(value, str):
        return mapping.get(value, value) if mapping else value
    if isinstance(value, Decimal) and part.summary is Summary.RATING and value == int(value):
        return Decimal(mapping[str(int(value))]) if mapping and str(int(value)) in mapping else Decimal(int(value))
    return value


def _several(
    column: LinkedColumn, versions: Ints, part: Part, links: Mapping[int, Link], people: Ints | None
) -> Vector:
    counted = np.isin(versions, [version for version, link in links.items() if link.comparable])
    codes = np.where(counted, column.codes, NO_RESPONSE).astype(np.int16)
    place = {code: index for index, code in enumerate(part.codes)}
    chosen = [np.zeros(len(codes), dtype=np.bool_) for _ in part.codes]
    for option, flags in column.chosen.items():
        own = flags & counted
        if not own.any():
            continue
        for version in np.unique(versions[own]):
            mapping = links[int(version)].mapping
            new = mapping.get(option, option) if mapping else option
            if new not in place:
                raise ValueError(f"Not an option of {part.key}: {option}.")
            chosen[place[new]] |= own & (versions == version)
    before = {
        code: [version for version, link in links.items() if link.comparable and code in link.added]
        for code in part.codes
    }
    not_offered: dict[AnswerValue, Flags] = {
        code: np.isin(versions, without) for code, without in before.items() if without
    }
    return Vector(codes, part.codes, tuple(chosen), several=True, people=people, not_offered=not_offered)
