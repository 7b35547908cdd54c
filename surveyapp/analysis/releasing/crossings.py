"""Crosstabs of a release, from what protection lets it tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from surveyapp.analysis.disclosure.told import CrossTold, Told
from surveyapp.analysis.releasing.statuses import StatusPlace
from surveyapp.analysis.releasing.tallies import told_cell
from surveyapp.analysis.statistics import rounding
from surveyapp.domain.i18n import joined
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import WITHHELD, Category, Cell, CrossSide, Crosstab, Edition, NextLook


def released_crosstab(
    sides: tuple[CrossSide, CrossSide],
    places: tuple[StatusPlace, StatusPlace],
    told: CrossTold,
    rules: Thresholds,
    *,
    study: str,
    group: str,
    edition: Edition,
    again: NextLook,
) -> Crosstab:
    """`told` as readers see it, options in the order of `sides`. Totals are sums of its cells, and nothing besides."""
    if not told.counts:
        return Crosstab(
            edition=edition,
            study=study,
            group=group,
            down=sides[0],
            across=sides[1],
            base=WITHHELD,
            cells=(),
            column_percents=(),
            rows=(),
            columns=(),
            left_out=WITHHELD,
            withheld=True,
            again=again,
        )
    down, lines = _side(sides[0], places[0], told.first_groups)
    across, columns = _side(sides[1], places[1], told.second_groups)
    counts = [[told.counts[line][column] for column in columns] for line in lines]
    by_row = [_sum(line) for line in counts]
    by_column = [_sum(line[column] for line in counts) for column in range(len(columns))]
    whole = _sum(by_row)
    return Crosstab(
        edition=edition,
        study=study,
        group=group,
        down=down,
        across=across,
        base=told_cell(whole, None),
        cells=tuple(
            tuple(told_cell(cell, total.exact) for cell in line) for line, total in zip(counts, by_row, strict=True)
        ),
        column_percents=tuple(
            tuple(_percent(cell, total) for cell, total in zip(line, by_column, strict=True)) for line in counts
        ),
        rows=_totals(by_row, whole),
        columns=_totals(by_column, whole),
        left_out=WITHHELD,
        low_base=(whole.low or 0) < rules.low_base,
    )


def _side(side: CrossSide, place: StatusPlace, groups: Sequence[tuple[int, ...]]) -> tuple[CrossSide, list[int]]:
    """One side with a category for each group that is told, in the order of its options, and which group each is."""
    size = len(side.options)
    members = [
        sorted(size - 1 - member if place.backwards else member for member in group) for group in groups
    ]  # fmt: skip
    order = sorted(range(len(groups)), key=lambda number: members[number])
    options = [[side.options[place] for place in members[number]] for number in order]
    made = tuple(
        Category(
            "+".join(option.code for option in together),
            joined(" / ", tuple(option.label for option in together)),
            "option",
            tuple(option.code for option in together) if len(together) > 1 else (),
        )
        for together in options
    )
    return CrossSide(
        key=side.key, title=side.title, touchpoint=side.touchpoint, moment_label=side.moment_label, options=made
    ), order


def _sum(counts: Iterable[Told]) -> Told:
    """Of some counts together; every cell of a crosstab has both ends."""
    ends = [(told.low or 0, told.high or 0) for told in counts]
    return Told(sum(low for low, _ in ends), sum(high for _, high in ends))


def _totals(counts: Sequence[Told], whole: Told) -> tuple[Cell, ...]:
    return tuple(told_cell(count, whole.exact) for count in counts)


def _percent(part: Told, whole: Told) -> int | None:
    if part.exact is None or not whole.exact:
        return None
    return rounding.percent(part.exact, whole.exact)
