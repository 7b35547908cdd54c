"""The results table of the operator's command line: a row for each number, true, with what an evaluator would see."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pandas as pd

from surveyapp.analysis import shifts
from surveyapp.analysis.counting import distributions
from surveyapp.analysis.counting.distributions import Counted, Protected
from surveyapp.analysis.counting.slices import People, group_name
from surveyapp.analysis.statistics import change, rounding
from surveyapp.analysis.statistics.quantities import Measured, quantity
from surveyapp.domain.instrument import study as domain
from surveyapp.domain.instrument.kinds import Part, Summary
from surveyapp.domain.results import Cell, QuantitySummary, ResultRow, Slice


def variable_rows(
    frame: pd.DataFrame, part: Part, touchpoint: domain.Touchpoint, people: People, thresholds: domain.Thresholds
) -> list[ResultRow]:
    """Rows of one variable: everyone's, then each value of each segment."""
    protected = distributions.protect(frame, part, people, thresholds)
    return [row for each, _ in people.slices() for row in _slice_rows(protected, each, part, touchpoint, thresholds)]


def uncounted_row(part: Part, touchpoint: domain.Touchpoint) -> ResultRow:
    """What stands for a variable whose stored answers do not fit it: nothing can be said of it, and all else can."""
    return ResultRow(
        group=touchpoint.group,
        touchpoint=touchpoint.number,
        segment="all",
        variable=part.name,
        timing=part.moment or "-",
        statistic="not counted",
        kind="-",
        category="-",
        count=None,
        base=0,
        value=None,
        percent=None,
        shown="hidden",
    )


def _slice_rows(
    protected: Protected, people: Slice, part: Part, touchpoint: domain.Touchpoint, thresholds: domain.Thresholds
) -> Iterator[ResultRow]:
    true = protected.counted[people, False]
    refused = (people.segment, False) in protected.refused
    options, nets = distributions.categories(part)

    def row(
        statistic: str, kind: str, category: str, count: int | None, value: Measured | None, shown: str
    ) -> ResultRow:
        percent = rounding.percent(count, true.base) if count is not None and true.base else None
        return ResultRow(
            group=touchpoint.group,
            touchpoint=touchpoint.number,
            segment=group_name(people, False) or "all",
            variable=part.name,
            timing=part.moment or "-",
            statistic=statistic,
            kind=kind,
            category=category,
            count=count,
            base=true.base,
            value=value,
            percent=percent,
            shown=shown,
        )

    for category in (*options, *nets):
        count = (true.options if category.kind == "option" else true.nets)[category.code]
        yield row(
            "count",
            category.kind,
            category.code,
            count,
            None,
            _shown(protected, people, category.code, part, refused, thresholds),
        )
    hidden = refused or (people, False) in protected.withheld
    if not options:
        cell = distributions.tally(part, protected, people, thresholds).base
        told = _withheld_words(protected, people, refused) if hidden else _cell_words(cell)
        yield row("count", "-", distributions.ANSWERED, true.base, None, told)
    if part.summary is Summary.RATING:
        yield from _rating_rows(row, true, part, hidden, thresholds)
    shown = distributions.shown_quantity(true, part, thresholds)
    if shown is not None:
        yield from _quantity_rows(row, true, part, shown, hidden)


def _shown(
    protected: Protected, people: Slice, code: str, part: Part, refused: bool, thresholds: domain.Thresholds
) -> str:
    if refused or (people, False) in protected.withheld:
        return _withheld_words(protected, people, refused)
    return _cell_words(distributions.tally(part, protected, people, thresholds).cells[code])


def _withheld_words(protected: Protected, people: Slice, refused: bool) -> str:
    limit = None if refused else protected.fewer_than((people, False))
    return f"fewer than {limit}" if limit else "hidden"


def _cell_words(cell: Cell) -> str:
    if cell.count is not None:
        return str(cell.count)
    return f"fewer than {cell.fewer_than}" if cell.fewer_than else "hidden"


def _quantity_rows(row: Any, true: Counted, part: Part, shown: QuantitySummary, hidden: bool) -> Iterator[ResultRow]:
    summary = quantity(true.values)
    mean = None if summary.mean is None else rounding.half_up(summary.mean, part.question.decimals + 1)
    statistics: list[tuple[str, Measured | None, Measured | None]] = [
        ("median", summary.median, shown.median),
        ("min", summary.minimum, shown.minimum),
        ("max", summary.maximum, shown.maximum),
    ]
    if part.summary is Summary.QUANTITY:
        statistics.insert(0, ("mean", mean, shown.mean))
    for statistic, value, told in statistics:
        yield row(statistic, "-", "-", None, value, "hidden" if hidden or told is None else str(told))


def _rating_rows(
    row: Any, true: Counted, part: Part, hidden: bool, thresholds: domain.Thresholds
) -> Iterator[ResultRow]:
    summary = distributions.summarised(true, part)
    assert summary is not None
    shown = distributions.shown_rating(true, part, thresholds)
    mean = None if summary.mean is None else rounding.half_up(summary.mean, 1)

    def written(value: object) -> str:
        return "hidden" if hidden or value is None else str(value)

    yield row("mean", "-", "-", None, mean, written(shown and shown.mean))
    for value in summary.most_common:
        told = shown is not None and shown.most_common is not None
        yield row("most_common", "-", "-", None, Decimal(value), written(value if told else None))
    for statistic, number, told_number in (
        ("min", summary.minimum, shown and shown.minimum),
        ("max", summary.maximum, shown and shown.maximum),
    ):
        yield row(statistic, "-", "-", None, None if number is None else Decimal(number), written(told_number))


def movement_rows(
    frame: pd.DataFrame,
    before: Part,
    now: Part,
    touchpoint: domain.Touchpoint,
    people: People,
    thresholds: domain.Thresholds,
) -> list[ResultRow]:
    """Rows of movement between before and now in one sitting: more_…, less_…, same. The favourable net names them;
    without one they are `more` and `less`."""
    suffix = f"_{before.question.favourable}" if before.question.favourable else ""
    sides = (
        distributions.protect(frame, before, people, thresholds),
        distributions.protect(frame, now, people, thresholds),
    )
    refused = sides[1].refused
    rows: list[ResultRow] = []
    for each, linked, told in shifts.movements(frame, before, now, sides, people, thresholds):
        movement = change.movement(linked.joint)
        named = (
            (f"more{suffix}", movement.rose, told.rose),
            (f"less{suffix}", movement.fell, told.fell),
            ("same", movement.same, told.same),
        )
        for category, count, shown in named:
            rows.append(
                ResultRow(
                    group=touchpoint.group,
                    touchpoint=touchpoint.number,
                    segment=group_name(each, False) or "all",
                    variable=before.name,
                    timing="-",
                    statistic="change",
                    kind="-",
                    category=category,
                    count=count,
                    base=movement.base,
                    value=None,
                    percent=rounding.percent(count, movement.base) if movement.base else None,
                    shown=_told(shown, movement.base, (each.segment, False) in refused, thresholds),
                )
            )
    return rows


def _told(shown: int | None, base: int, refused: bool, thresholds: domain.Thresholds) -> str:
    if refused or (shown is None and not 1 <= base < thresholds.minimum_base):
        return "hidden"
    return f"fewer than {thresholds.minimum_base}" if shown is None else str(shown)
