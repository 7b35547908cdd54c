"""The results table of the operator's command line: a row for each number, true, with a mark at what is not for
publication."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction

from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.marking import complemented
from surveyapp.analysis.split import Split
from surveyapp.analysis.statistics import change, rounding
from surveyapp.analysis.tallying import ANSWERED, Rules, categories, score_tallies, tallies
from surveyapp.domain.instrument.kinds import Part, Summary
from surveyapp.domain.instrument.study import Touchpoint
from surveyapp.domain.results import Cell, Quantity, ResultRow, Slice, Tally

Row = Callable[..., ResultRow]


def variable_rows(part: Part, vector: Vector, touchpoint: Touchpoint, split: Split, rules: Rules) -> list[ResultRow]:
    """Rows of one variable, for each slice of a split."""
    return [
        row
        for tally in tallies(part, vector, split, rules)
        if split.is_asked(tally.people)
        for row in _tally_rows(part, tally, _row_of(part.name, part.moment, touchpoint, tally))
    ]


def score_rows(name: str, vector: Vector, touchpoint: Touchpoint, split: Split, rules: Rules) -> list[ResultRow]:
    """A score's mean and range, for each slice of a split."""
    found = []
    for tally in filter(lambda each: split.is_asked(each.people), score_tallies(vector, split, rules)):
        row = _row_of(name, None, touchpoint, tally)
        assert tally.score is not None
        for statistic, value in (
            ("mean", tally.score.mean),
            ("minimum", tally.score.minimum),
            ("maximum", tally.score.maximum),
        ):
            found.append(row(statistic, "-", "-", value=value, private=statistic in tally.score.private))
    return found


def uncounted_row(part: Part, touchpoint: Touchpoint) -> ResultRow:
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
        publish="not counted",
    )


def _row_of(variable: str, moment: str | None, touchpoint: Touchpoint, tally: Tally) -> Row:
    """What makes the rows of one slice."""
    base = tally.base.count or 0

    def row(
        statistic: str,
        kind: str,
        category: str,
        *,
        cell: Cell | None = None,
        value: int | Fraction | Quantity | None = None,
        private: bool = False,
    ) -> ResultRow:
        count = cell.count if cell else None
        private |= (cell or tally.base).private
        return ResultRow(
            group=touchpoint.group,
            touchpoint=touchpoint.number,
            segment=slice_name(tally.people),
            variable=variable,
            timing=moment or "-",
            statistic=SHORT.get(statistic, statistic),
            kind=kind,
            category=category,
            count=count,
            base=base,
            value=_value(value),
            percent=rounding.percent(count, base) if count is not None and base else None,
            publish=NO if private else AS_RELEASED,
        )

    return row


SHORT = {"minimum": "min", "maximum": "max"}

NO, AS_RELEASED = "no", "as released"


def slice_name(people: Slice) -> str:
    """A slice of people, as the table names it."""
    return "all" if people.segment is None else f"{people.segment}={people.value}"


def _value(value: int | Fraction | Quantity | None) -> Quantity | None:
    if isinstance(value, int):
        return Decimal(value)
    return rounding.half_up(value, 1) if isinstance(value, Fraction) else value


def _tally_rows(part: Part, tally: Tally, row: Row) -> Iterator[ResultRow]:
    options, nets = categories(part)
    for category in (*options, *nets):
        yield row("count", category.kind, category.code, cell=tally.cell(category.code))
    for code, offered in tally.offered.items():
        made = row("count", "offered", code, cell=offered.chosen, private=offered.private)
        yield dataclasses.replace(made, base=offered.base.count or 0, percent=offered.chosen.percent)
    if not options:
        yield row("count", "-", ANSWERED, cell=tally.base)
    if tally.rating is not None:
        private = tally.rating.private
        yield row("mean", "-", "-", value=tally.rating.mean, private="mean" in private)
        for value in tally.rating.most_common or ():
            yield row("most_common", "-", "-", value=value, private="most_common" in private)
        yield row("minimum", "-", "-", value=tally.rating.minimum, private="minimum" in private)
        yield row("maximum", "-", "-", value=tally.rating.maximum, private="maximum" in private)
    if tally.quantity is not None:
        for statistic, quantity in tally.quantity.statistics:
            if statistic != "mean" or part.summary is Summary.QUANTITY:
                yield row(statistic, "-", "-", value=quantity, private=statistic in tally.quantity.private)


def movement_rows(
    before: Part, sides: tuple[Vector, Vector], touchpoint: Touchpoint, split: Split, rules: Rules
) -> list[ResultRow]:
    """Rows of movement between before and now in one sitting: more_…, less_…, same. The favourable net names them;
    without one they are `more` and `less`."""
    suffix = f"_{before.question.favourable}" if before.question.favourable else ""
    size = len(before.codes)
    cells: dict[tuple[Slice, str], Cell] = {}
    for people, linked in zip(split.slices, split.linked(*sides), strict=True):
        moved = change.movement(linked.joint([str(place) for place in range(size)]))
        counts = {BASE: moved.base, f"more{suffix}": moved.rose, f"less{suffix}": moved.fell, "same": moved.same}
        small = rules.small(moved.base)
        cells |= {(people, name): rules.cell(count, moved.base, private=small) for name, count in counts.items()}
    names = list(dict.fromkeys(name for _, name in cells))
    sums = [[(people, name) for name in names] for people in split.slices]
    if split.groups is not None:
        sums += [[(people, name) for people in split.slices] for name in names]
    found = complemented(cells, sums)
    return [
        ResultRow(
            group=touchpoint.group,
            touchpoint=touchpoint.number,
            segment=slice_name(people),
            variable=before.name,
            timing="-",
            statistic="change",
            kind="-",
            category=name,
            count=cell.count,
            base=found[people, BASE].count or 0,
            value=None,
            percent=cell.percent,
            publish=NO if cell.private else AS_RELEASED,
        )
        for (people, name), cell in found.items()
        if name != BASE and split.is_asked(people)
    ]


BASE = "base"
