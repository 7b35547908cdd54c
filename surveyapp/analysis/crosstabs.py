"""One variable by another, for the working view."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.marking import complemented
from surveyapp.analysis.split import Split
from surveyapp.analysis.statistics import rounding
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.results import Cell, CrossSide, Crosstab, Edition


def crosstab(
    sides: tuple[CrossSide, CrossSide],
    vectors: tuple[Vector, Vector],
    split: Split,
    rules: Rules,
    *,
    study: str,
    group: str,
    edition: Edition,
) -> Crosstab:
    """The joint counts of everybody in a split's first slice. Both vectors have the options of their side, in order."""
    (linked, *_) = split.linked(*vectors)
    base, small = linked.base, rules.small(linked.base)
    down, across = linked.counts.sum(axis=1), linked.counts.sum(axis=0)
    told = _marked(linked.counts, base, rules)
    whole = told[ALL, ALL]
    return Crosstab(
        edition=edition,
        study=study,
        group=group,
        down=sides[0],
        across=sides[1],
        base=whole,
        cells=tuple(
            tuple(
                rules.cell(int(people), int(down[row]), private=told[row, column].private)
                for column, people in enumerate(counts)
            )
            for row, counts in enumerate(linked.counts)
        ),
        column_percents=tuple(
            tuple(
                rounding.percent(int(people), int(across[column])) if across[column] else None
                for column, people in enumerate(counts)
            )
            for counts in linked.counts
        ),
        rows=tuple(rules.cell(int(people), base, private=told[row, ALL].private) for row, people in enumerate(down)),
        columns=tuple(
            rules.cell(int(people), base, private=told[ALL, column].private) for column, people in enumerate(across)
        ),
        left_out=rules.cell(linked.first_alone + linked.second_alone, private=small),
        low_base=rules.low(base),
    )


ALL = -1
"""In the place of a row or a column: all of them."""


def _marked(counts: npt.NDArray[np.int64], base: int, rules: Rules) -> dict[tuple[int, int], Cell]:
    """Every cell and total with what gives a small one away by subtraction marked too."""
    private, height, width = rules.small(base), *counts.shape
    found = {(row, column): int(counts[row, column]) for row in range(height) for column in range(width)}
    found |= {(row, ALL): int(counts[row].sum()) for row in range(height)}
    found |= {(ALL, column): int(counts[:, column].sum()) for column in range(width)} | {(ALL, ALL): base}
    cells = {place: rules.cell(people, private=private) for place, people in found.items()}
    lines = [[(row, column) for column in (*range(width), ALL)] for row in (*range(height), ALL)]
    return complemented(cells, [*lines, *map(list, zip(*lines, strict=True))])
