"""How a rating was given, before it is drawn: a column for each number of the scale, a panel for each set of people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from surveyapp.domain.results import Category, Distribution, RatingSummary, Shift, Tally
from surveyapp.reports.charts.bars import collecting_words, people_label, rows_of, uncounted_words
from surveyapp.reports.charts.scales import segment_words
from surveyapp.reports.charts.told import Manner, middle, named, pieces, private_words
from surveyapp.reports.text import series
from surveyapp.reports.text.phrasing import Phrasing, count_words, flagged, marked, nothing_words


@dataclass(frozen=True, kw_only=True)
class ChartColumn:
    """Numbers of the scale that are told as one, mostly a single one: `first` and `span` say which, by their place.
    `share` in percent of the base over each; `count` in words."""

    first: int
    span: int
    share: float
    manner: Manner
    count: str
    said: str
    private: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Some people's ratings. `summary` says mean, most common and range in words, `message` why nothing is drawn."""

    label: str | None
    columns: tuple[ChartColumn, ...] = ()
    summary: str = ""
    base: str = ""
    flagged: bool = False
    said: str
    message: str | None = None
    withheld: bool = False
    private: str | None = None


@dataclass(frozen=True, kw_only=True)
class ColumnChart:
    """Panels over one axis of numbers, as high as the highest share. `low` and `high` name the scale's ends."""

    panels: tuple[Panel, ...]
    numbers: tuple[str, ...]
    highest: float
    low: str | None
    high: str | None

    @property
    def private(self) -> bool:
        return any(panel.private is not None for panel in self.panels)


def rating_columns(together: Sequence[Distribution], words: Phrasing) -> ColumnChart:
    """Variables of one rating question: a panel a moment and set of people."""
    first = together[0]
    rows = ((label or None, tally, not each.tallies) for each, tally, label in rows_of(together, words))
    return _chart(rows, first.options, first.low, first.high, words)


def shift_columns(shift: Shift, words: Phrasing) -> ColumnChart:
    """A rating at several moments: a panel a moment and set of people."""
    rows = []
    for index, together in enumerate(shift.rows):
        for row in together:
            name = series.row_label(shift, index)
            detail = collecting_words(row.detail, row.tally, words)
            parts = [name, detail, people_label(row.tally, words) if len(together) > 1 else None]
            rows.append((" · ".join(part for part in parts if part), row.tally, row.uncounted))
    return _chart(rows, shift.options, shift.low, shift.high, words)


def _chart(
    rows: Iterable[tuple[str | None, Tally, bool]],
    options: tuple[Category, ...],
    low: str | None,
    high: str | None,
    words: Phrasing,
) -> ColumnChart:
    panels = tuple(_panel(label, tally, options, words, uncounted=uncounted) for label, tally, uncounted in rows)
    highest = max((column.share for panel in panels for column in panel.columns), default=0.0)
    numbers = tuple(option.label for option in options)
    return ColumnChart(panels=panels, numbers=numbers, highest=highest or 1.0, low=low, high=high)


def _panel(label: str | None, tally: Tally, options: Sequence[Category], words: Phrasing, *, uncounted: bool) -> Panel:
    message = uncounted_words(words) if uncounted else nothing_words(tally, words)
    if message:
        return Panel(label=label, said=message, message=message, withheld=tally.withheld)
    codes = [option.code for option in options]
    columns, base = [], middle(tally.base) or 1.0
    found = pieces(tally, codes)
    for piece in found:
        name = named(piece.members, options, words)
        columns.append(
            ChartColumn(
                first=codes.index(piece.members[0]),
                span=len(piece.members),
                share=100 * piece.people / base / len(piece.members),
                manner=piece.manner,
                count=count_words(piece.cell, words),
                said=segment_words(name, piece.cell, tally, words),
                private=piece.private,
            )
        )
    summary = summary_words(tally.rating, words)
    return Panel(
        label=label,
        columns=tuple(columns),
        summary=summary,
        base=words.ngettext("%(num)s person", "%(num)s people", tally.base.count)
        if tally.base.count is not None
        else count_words(tally.base, words),
        flagged=flagged(tally),
        said=words.chained([*(column.said for column in columns), summary]),
        private=private_words(tally, found, options, None, words) or ("" if tally.private else None),
    )


def summary_words(rating: RatingSummary | None, words: Phrasing) -> str:
    """“Mean 8.6 · most common 10 · from 4 to 10”, without what may not be shown."""
    if rating is None:
        return ""
    parts = []
    if rating.mean is not None:
        said = words.gettext("Mean %(mean)s", mean=words.decimal(rating.mean, 1))
        parts.append(marked(said, "mean" in rating.private))
    if rating.most_common:
        said = words.gettext("most common %(numbers)s", numbers=words.listed(map(str, rating.most_common)))
        parts.append(marked(said, "most_common" in rating.private))
    if rating.minimum is not None and rating.maximum is not None:
        said = words.gettext("from %(minimum)s to %(maximum)s", minimum=rating.minimum, maximum=rating.maximum)
        parts.append(marked(said, bool({"minimum", "maximum"} & set(rating.private))))
    return " · ".join(parts)
