"""How a rating was given, before it is drawn: a column for each number of the scale, a panel for each set of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.results import Distribution, RatingSummary
from surveyapp.reports.charts.bars import column_label, segment_words
from surveyapp.reports.text.phrasing import Phrasing, count_words, flagged, nothing_words


@dataclass(frozen=True)
class ChartColumn:
    """One number of the scale: `share` in percent of the base, `count` of people; both None where not shown."""

    number: str
    count: int | None
    share: float | None
    said: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Some people's ratings. `summary` says mean, most common and range in words, `message` why nothing is drawn."""

    label: str | None
    columns: tuple[ChartColumn, ...]
    summary: str
    base: str
    flagged: bool
    said: str
    message: str | None = None


@dataclass(frozen=True, kw_only=True)
class ColumnChart:
    """Panels over one axis of numbers, as high as the highest share. `low` and `high` name the scale's ends."""

    panels: tuple[Panel, ...]
    numbers: tuple[str, ...]
    highest: float
    low: str | None
    high: str | None


def rating_chart(together: Sequence[Distribution], words: Phrasing) -> ColumnChart:
    """Variables of one rating question: a panel a moment and set of people."""
    panels = []
    for each in together:
        for tally in each.tallies:
            label = column_label(each, tally, words) or None
            message = nothing_words(tally, words)
            if message:
                panels.append(
                    Panel(label=label, columns=(), summary="", base="", flagged=False, said=message, message=message)
                )
                continue
            columns, base = [], tally.base.count
            assert base
            for option in each.options:
                cell = tally.cell(option.code)
                share = None if cell.count is None else 100 * cell.count / base
                said = (
                    segment_words(option, cell, tally, words)
                    if cell.shown
                    else words.labelled(option.label, count_words(cell, words))
                )
                columns.append(ChartColumn(option.label, cell.count, share, said))
            summary = summary_words(tally.rating, words)
            panels.append(
                Panel(
                    label=label,
                    columns=tuple(columns),
                    summary=summary,
                    base=words.ngettext("%(num)s person", "%(num)s people", base),
                    flagged=flagged(tally),
                    said=words.chained([*(column.said for column in columns), summary]),
                )
            )
    highest = max((column.share or 0 for panel in panels for column in panel.columns), default=0)
    return ColumnChart(
        panels=tuple(panels),
        numbers=tuple(option.label for option in together[0].options),
        highest=highest or 1.0,
        low=together[0].low,
        high=together[0].high,
    )


def summary_words(rating: RatingSummary | None, words: Phrasing) -> str:
    """“Mean 8.6 · most common 10 · from 4 to 10”, without what may not be shown."""
    if rating is None:
        return ""
    parts = []
    if rating.mean is not None:
        parts.append(words.gettext("Mean %(mean)s", mean=words.decimal(rating.mean, 1)))
    if rating.most_common:
        parts.append(words.gettext("most common %(numbers)s", numbers=words.listed(map(str, rating.most_common))))
    if rating.minimum is not None and rating.maximum is not None:
        parts.append(words.gettext("from %(minimum)s to %(maximum)s", minimum=rating.minimum, maximum=rating.maximum))
    return " · ".join(parts)
