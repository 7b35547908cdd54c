"""Which chart a result has: by what its variable is, never by which one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from surveyapp.domain.i18n import source_of
from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import Crosstab, Distribution, Shift, Slice, Tally
from surveyapp.reports.charts.bars import BarChart
from surveyapp.reports.charts.columns import ColumnChart, rating_columns, shift_columns
from surveyapp.reports.charts.dots import DotChart
from surveyapp.reports.charts.options import bin_bars, option_bars
from surveyapp.reports.charts.scales import MOST_TONES, scale_bars, shift_bars
from surveyapp.reports.charts.spreads import SpreadChart, question_spread, shift_spread
from surveyapp.reports.text.phrasing import Phrasing

Chart = BarChart | ColumnChart | SpreadChart | DotChart


def shift_chart(shift: Shift, words: Phrasing) -> BarChart | ColumnChart | SpreadChart | None:
    """A variable at several moments; None where there is nothing of it to draw."""
    if shift.summary is Summary.RATING:
        return shift_columns(shift, words)
    if shift.summary in (Summary.QUANTITY, Summary.TIME):
        return shift_spread(shift, words)
    return shift_bars(shift, words) if shift.options else None


def question_chart(together: Sequence[Distribution], words: Phrasing) -> BarChart | ColumnChart | SpreadChart | None:
    """The variables of one question: columns for a rating, bins or a line and box for numbers and days, whole
    bars around a midline for a scale with a good side, whole bars for several rows of another scale, a bar an option
    otherwise."""
    first = together[0]
    if first.summary in (Summary.QUANTITY, Summary.TIME):
        return bin_bars(together, words) or question_spread(together, words)
    if not first.options:
        return None
    if first.summary is Summary.RATING:
        return rating_columns(together, words)
    rows = sum(len(each.tallies) or 1 for each in together)
    stacked = rows > 1 and not first.several and len(first.options) <= MOST_TONES
    if first.favourable or stacked:
        return scale_bars(together, words)
    return option_bars(together, words)


def by_question(distributions: Sequence[Distribution]) -> list[tuple[Distribution, ...]]:
    """Variables put together by the question they are of, in the order asked."""
    return [tuple(together) for _key, together in groupby(distributions, key=_question_key)]


def _question_key(each: Distribution) -> tuple[object, ...]:
    return source_of(each.section), source_of(each.question), each.options


def crosstab_chart(found: Crosstab, words: Phrasing) -> Chart | None:
    """One question by another: a whole bar for everybody, and one for each answer of the question that goes down. None
    where nobody answered both, or nothing is told."""
    if found.base.count == 0 or not found.base.told:
        return None
    codes = [option.code for option in found.across.options]
    rows = [(Slice(""), found.base, found.columns)]
    rows += [
        (Slice(option.label, found.down.key, option.code), base, cells)
        for option, base, cells in zip(found.down.options, found.rows, found.cells, strict=True)
    ]
    distribution = Distribution(
        edition=found.edition,
        group=found.group,
        touchpoint=found.across.touchpoint or 0,
        variable=found.across.key,
        moment=None,
        question=found.across.title,
        text=found.across.title,
        statement=None,
        moment_label=found.across.moment_label,
        summary=Summary.OPTIONS,
        section="",
        options=found.across.options,
        nets=(),
        tallies=tuple(
            Tally(people=people, base=base, cells=dict(zip(codes, cells, strict=True)), missing={},
                  low_base=found.low_base)
            for people, base, cells in rows
        ),
    )  # fmt: skip
    return question_chart([distribution], words)
