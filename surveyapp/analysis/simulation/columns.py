"""One variable of many people at once: what each answered as a whole number, and what the numbers stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.linked.table import ABSENCE, NO_RESPONSE, Flags
from surveyapp.domain.answers import Answer, Missing
from surveyapp.domain.instrument.conditions import KnownValue, said

ANSWERS: Mapping[int, Answer] = {code: Missing(reason) for reason, code in ABSENCE.items()}

CodeArray = NDArray[np.int32]
DayArray = NDArray[np.datetime64]
MomentArray = NDArray[np.datetime64]
"""Days, and moments in UTC, of numpy's; NaT where there is none."""


@dataclass(frozen=True)
class AnswerColumn:
    """A variable of n people. `codes`: shape (n,), from 0 an index of `values`, below it a reason for none. A value is
    an answer (of a several-choice question all that was chosen) or, of an attribute, its code."""

    codes: CodeArray
    values: tuple[KnownValue, ...]

    def take(self, rows: NDArray[np.intp] | Flags) -> AnswerColumn:
        """The same of some of the people."""
        return AnswerColumn(self.codes[rows], self.values)

    def where(self, kept: Flags, otherwise: int) -> AnswerColumn:
        """The same with another code for those not kept."""
        return AnswerColumn(np.where(kept, self.codes, np.int32(otherwise)), self.values)

    def known(self, row: int) -> KnownValue:
        """What one person answered, as routing looks at it; None where nothing."""
        code = int(self.codes[row])
        return self.values[code] if code >= 0 else ANSWERS.get(code)

    def tabulated(self, says: Callable[[KnownValue], bool]) -> Flags:
        """For each person whether it is true of their value, asked once a value; False where there is none."""
        # The last place is where every code below 0 comes to.
        table = np.array([*(says(value) for value in self.values), False])
        return table[np.maximum(self.codes, -1)]


def nobody(people: int, code: int = NO_RESPONSE) -> AnswerColumn:
    """A column without a value."""
    return AnswerColumn(np.full(people, code, dtype=np.int32), ())


def same_codes(first: AnswerColumn, second: AnswerColumn) -> tuple[CodeArray, CodeArray]:
    """The codes of both columns on one list of values: equal numbers are equal answers. Of several options it is
    which they are, in whichever order."""
    places: dict[object, int] = {}
    both = []
    for column in (first, second):
        table = [places.setdefault(said(value), len(places)) for value in column.values] or [0]
        codes = np.array(table, dtype=np.int32)[np.maximum(column.codes, 0)]
        both.append(np.where(column.codes >= 0, codes, column.codes))
    return both[0], both[1]
