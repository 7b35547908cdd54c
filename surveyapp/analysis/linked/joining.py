"""Columns of parts of a table, after one another. Each part has met values of its own, in an order of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from surveyapp.analysis.linked.table import Ints, LinkedColumn, LinkedTable


def keys(parts: Sequence[Mapping[Any, Any]]) -> list[Any]:
    """All keys of some mappings, in the order in which they are met."""
    return list(dict.fromkeys(key for part in parts for key in part))


def or_none(part: LinkedTable, codes: Ints | None) -> Ints:
    """A part's codes; of what it has no column of, those of nobody's answers."""
    return part.nobody_answered() if codes is None else codes


def joined_codes(codes: Sequence[Ints]) -> Ints:
    """The codes of parts, after one another."""
    return np.concatenate([each.astype(np.int32) for each in codes])


def codes_in(places: dict[Any, int], codes: Ints, values: Sequence[Any]) -> Ints:
    """Codes of one part's values as codes of all that were met so far."""
    own = np.array([places.setdefault(value, len(places)) for value in values] or [0], dtype=np.int32)
    return np.where(codes >= 0, own[np.maximum(codes, 0)], codes).astype(np.int32)


def joined_columns(parts: Sequence[tuple[LinkedTable, LinkedColumn | None]]) -> LinkedColumn:
    """One column of every part, after one another."""
    there = [column for _, column in parts if column is not None]
    places: dict[Any, int] = {}
    several = any(column.chosen for column in there)
    codes = [
        or_none(part, None)
        if column is None
        else column.codes
        if several or not column.values
        else codes_in(places, column.codes, column.values)
        for part, column in parts
    ]
    options = keys([column.chosen for column in there])
    chosen = {
        option: np.concatenate(
            [
                np.zeros(len(part), np.bool_)
                if column is None or option not in column.chosen
                else column.chosen[option]
                for part, column in parts
            ]
        )
        for option in options
    }
    return LinkedColumn(joined_codes(codes), tuple(places), chosen, any(column.unsound for column in there))
