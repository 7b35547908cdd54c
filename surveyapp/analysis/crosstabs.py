"""One variable by another, for the working view."""

from __future__ import annotations

from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.split import Split
from surveyapp.analysis.statistics import rounding
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.results import CrossSide, Crosstab, Edition


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
    return Crosstab(
        edition=edition,
        study=study,
        group=group,
        down=sides[0],
        across=sides[1],
        base=rules.cell(base, private=small),
        cells=tuple(
            tuple(rules.cell(int(people), int(down[row]), private=small) for people in counts)
            for row, counts in enumerate(linked.counts)
        ),
        column_percents=tuple(
            tuple(
                rounding.percent(int(people), int(across[column])) if across[column] else None
                for column, people in enumerate(counts)
            )
            for counts in linked.counts
        ),
        rows=tuple(rules.cell(int(people), base, private=small) for people in down),
        columns=tuple(rules.cell(int(people), base, private=small) for people in across),
        left_out=rules.cell(linked.first_alone + linked.second_alone),
        low_base=rules.low(base),
    )
