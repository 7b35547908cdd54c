"""The results table of the operator's command line: a row for each number, true, with what an evaluator would see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from surveyapp.analysis import change, distributions, rounding, tallies
from surveyapp.analysis.distributions import EVERYONE, NOT_KNOWN, Counted, Protected, Split
from surveyapp.domain import study as domain
from surveyapp.domain.kinds import Part, PartType
from surveyapp.domain.results import ResultRow


def variable_rows(
    frame: pd.DataFrame,
    part: Part,
    touchpoint: domain.Touchpoint,
    splits: Sequence[Split],
    thresholds: domain.Thresholds,
) -> list[ResultRow]:
    """Rows of one variable: everyone's, then each value of each segment."""
    rows = list(
        _slice_rows(distributions.protect(frame, part, None, thresholds), EVERYONE, "all", part, touchpoint, thresholds)
    )
    for split in splits:
        protected = distributions.protect(frame, part, split, thresholds)
        for value in split.values:
            rows.extend(_slice_rows(protected, value, f"{split.segment}={value}", part, touchpoint, thresholds))
    return rows


def _slice_rows(
    protected: Protected,
    name: str,
    segment: str,
    part: Part,
    touchpoint: domain.Touchpoint,
    thresholds: domain.Thresholds,
) -> Iterator[ResultRow]:
    true = protected.counted[name]
    refused = protected.refused and name != EVERYONE
    options, nets = distributions.categories(part)

    def row(
        statistic: str, kind: str, category: str, count: int | None, value: Decimal | None, shown: str
    ) -> ResultRow:
        percent = rounding.percent(count, true.base) if count is not None and true.base else None
        return ResultRow(
            touchpoint.group,
            touchpoint.number,
            segment,
            part.name,
            part.moment or "-",
            statistic,
            kind,
            category,
            count,
            true.base,
            value,
            percent,
            shown,
        )

    for category in (*options, *nets):
        count = (true.options if category.kind == "option" else true.nets)[category.code]
        yield row(
            "count",
            category.kind,
            category.code,
            count,
            None,
            _shown(protected, name, category.code, part, refused, thresholds),
        )
    if part.type is PartType.NUMBER and true.summary is not None:
        yield from _rating_rows(row, true, refused or name in protected.withheld, thresholds)


def _shown(protected: Protected, name: str, code: str, part: Part, refused: bool, thresholds: domain.Thresholds) -> str:
    if refused:
        return "hidden"
    if name in protected.withheld:
        return f"fewer than {thresholds.minimum_base}"
    if part.type is PartType.CODES and code not in protected.counted[name].options:
        return "hidden"
    cell = protected.table.cell(None if name == EVERYONE else name, code)
    if cell.count is not None:
        return str(cell.count)
    return f"fewer than {cell.fewer_than}" if cell.fewer_than else "hidden"


def _rating_rows(row: Any, true: Counted, hidden: bool, thresholds: domain.Thresholds) -> Iterator[ResultRow]:
    summary = true.summary
    assert summary is not None
    shown = distributions.shown_rating(true, thresholds)
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
    splits: Sequence[Split],
    thresholds: domain.Thresholds,
) -> list[ResultRow]:
    """Rows of movement between before and now in one sitting: more_…, less_…, same. The favourable net names them;
    without one they are `more` and `less`."""
    codes = [option.code for option in before.question.options]
    suffix = f"_{before.question.favourable}" if before.question.favourable else ""
    rows: list[ResultRow] = []
    slices: list[tuple[str, pd.DataFrame, bool]] = [("all", frame, False)]
    for split in splits:
        value_of = frame["participant_id"].map(lambda person, split=split: split.people.get(person, NOT_KNOWN))
        refused = distributions.protect(frame, now, split, thresholds).refused
        slices += [(f"{split.segment}={value}", frame[value_of == value], refused) for value in split.values]
    for segment, people, refused in slices:
        movement = change.movement(tallies.link(people, before.key, people, now.key, codes).joint)
        named = ((f"more{suffix}", movement.rose), (f"less{suffix}", movement.fell), ("same", movement.same))
        small = any(1 <= count < thresholds.minimum_cell for _, count in named)
        for category, count in named:
            shown = "hidden" if refused or small else str(count)
            if 1 <= movement.base < thresholds.minimum_base:
                shown = f"fewer than {thresholds.minimum_base}"
            rows.append(
                ResultRow(
                    touchpoint.group,
                    touchpoint.number,
                    segment,
                    before.name,
                    "-",
                    "change",
                    "-",
                    category,
                    count,
                    movement.base,
                    None,
                    rounding.percent(count, movement.base) if movement.base else None,
                    shown,
                )
            )
    return rows
