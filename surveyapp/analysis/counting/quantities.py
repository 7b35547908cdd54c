"""Answers that are no options, counted by value: numbers of any size, days, times of day, and whether there are words.

From the frame that `tallies` describes. Missing answers: the base is the responses with a substantive answer; reasons
are counted beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from surveyapp.analysis.counting import tallies
from surveyapp.analysis.statistics.quantities import Measured


@dataclass(frozen=True)
class TrueValues:
    """People by value, from the lowest; `missing` by reason."""

    counts: Mapping[Measured, int]
    missing: Mapping[str, int]

    @property
    def base(self) -> int:
        return sum(self.counts.values())


def values_by(frame: pd.DataFrame, variable: str, column: str, groups: Mapping[Any, str]) -> dict[str, TrueValues]:
    """The values of one variable in a column, for each group of participants (as in `tallies.tally_by`).

    Raises ValueError for a response with two answers, or with one and a reason for having none.
    """
    rows = tallies.rows_of(frame, variable)
    answers = list(tallies.each_value(rows, column, groups))
    if len({response for _, response, _ in answers}) < len(answers):
        raise ValueError(f"A response has two answers to {variable}.")
    by_group: dict[str, Counter[Measured]] = {name: Counter() for name in tallies.names_of(groups)}
    for group, _, value in answers:
        by_group[group][value] += 1
    missing = tallies.missing_by(rows, groups)
    return {
        name: TrueValues({value: counts[value] for value in sorted(counts)}, missing[name])
        for name, counts in by_group.items()
    }
