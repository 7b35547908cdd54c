"""Where numbers, days and times lie, before it is drawn: a line from the lowest to the highest, a box from quartile to
quartile, a stroke at the median; whatever of it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from surveyapp.domain.results import Distribution, QuantitySummary, Shift, Tally
from surveyapp.reports.charts.bars import collecting_words, people_label, rows_of, uncounted_words
from surveyapp.reports.text import series
from surveyapp.reports.text.phrasing import Phrasing, count_words, flagged, marked, nothing_words

MOST_TICKS = 3
"""Months that are written along an axis, so that they stay apart on a phone."""

AxisValue = Decimal | dt.date | dt.time


@dataclass(frozen=True, kw_only=True)
class SpreadRow:
    """Some people's numbers. `line`, `box` (start, end) and `median` in percent of the axis; None where not told."""

    label: str | None
    line: tuple[float, float] | None = None
    box: tuple[float, float] | None = None
    median: float | None = None
    summary: str = ""
    base: str = ""
    flagged: bool = False
    said: str
    message: str | None = None
    withheld: bool = False
    private: str | None = None


@dataclass(frozen=True, kw_only=True)
class SpreadChart:
    """Rows over one axis. `ticks`: (place in percent, what is written there), the ends among them."""

    spreads: tuple[SpreadRow, ...]
    ticks: tuple[tuple[float, str], ...]

    @property
    def private(self) -> bool:
        return any(row.private is not None for row in self.spreads)


def question_spread(together: Sequence[Distribution], words: Phrasing) -> SpreadChart | None:
    """Variables of one question that asks for a number, a day or a time. None where nothing of them can be drawn."""
    return _chart(((label or None, tally, False) for _each, tally, label in rows_of(together, words)), words)


def shift_spread(shift: Shift, words: Phrasing) -> SpreadChart | None:
    """The same at several moments."""
    rows = []
    for index, together in enumerate(shift.rows):
        for row in together:
            who = people_label(row.tally, words) if len(together) > 1 else None
            parts = [series.row_label(shift, index), collecting_words(row.detail, row.tally, words), who]
            rows.append((" · ".join(part for part in parts if part), row.tally, row.uncounted))
    return _chart(rows, words)


def _chart(rows: Iterable[tuple[str | None, Tally, bool]], words: Phrasing) -> SpreadChart | None:
    kept = list(rows)
    told = [value for _label, tally, _un in kept for value in _told(tally.quantity) if value is not None]
    if not told:
        return None
    low, high = min(map(_number, told)), max(map(_number, told))
    reach = (high - low) or 1.0

    def place(value: AxisValue | None) -> float | None:
        return None if value is None else 100 * (_number(value) - low) / reach

    ends = sorted(set(told), key=_number)
    ticks = _months(ends[0], ends[-1], words) or tuple(
        (100 * (_number(value) - low) / reach, words.measured(value)) for value in dict.fromkeys((ends[0], ends[-1]))
    )
    spreads = tuple(_row(label, tally, uncounted, place, words) for label, tally, uncounted in kept)
    return SpreadChart(spreads=spreads, ticks=ticks)


def _row(label: str | None, tally: Tally, uncounted: bool, place: object, words: Phrasing) -> SpreadRow:
    assert callable(place)
    message = uncounted_words(words) if uncounted else nothing_words(tally, words)
    held = tally.quantity
    if message or held is None:
        message = message or words.gettext("not shown")
        return SpreadRow(label=label, said=message, message=message, withheld=tally.withheld)
    ends, quartiles = (
        (place(held.minimum), place(held.maximum)),
        (place(held.lower_quartile), place(held.upper_quartile)),
    )
    summary = spread_words(held, words)
    base = count_words(tally.base, words)
    if tally.base.count is not None:
        base = words.ngettext("%(num)s person", "%(num)s people", tally.base.count)
    return SpreadRow(
        label=label,
        line=None if None in ends else ends,
        box=None if None in quartiles else quartiles,
        median=place(held.median),
        summary=summary,
        base=base,
        flagged=flagged(tally),
        said=words.listed(part for part in (summary, base) if part),
        private=base if tally.base.private else "" if held.private else None,
    )


def spread_words(held: QuantitySummary, words: Phrasing) -> str:
    """“Median 8 · half of them from 6 to 10 · from 1 to 12”, without what is not told."""
    parts = []
    if held.median is not None:
        said = words.labelled(words.gettext("Median"), words.measured(held.median))
        parts.append(marked(said, "median" in held.private))
    if held.lower_quartile is not None and held.upper_quartile is not None:
        low, high = words.measured(held.lower_quartile), words.measured(held.upper_quartile)
        said = words.gettext("half of them from %(minimum)s to %(maximum)s", minimum=low, maximum=high)
        parts.append(marked(said, "lower_quartile" in held.private))
    if held.minimum is not None and held.maximum is not None:
        low, high = words.measured(held.minimum), words.measured(held.maximum)
        said = words.gettext("from %(minimum)s to %(maximum)s", minimum=low, maximum=high)
        parts.append(marked(said, "minimum" in held.private))
    return " · ".join(parts)


def _told(held: QuantitySummary | None) -> tuple[AxisValue | None, ...]:
    if held is None:
        return ()
    return (held.median, held.lower_quartile, held.upper_quartile, held.minimum, held.maximum)


def _number(value: AxisValue) -> float:
    match value:
        case dt.time():
            return value.hour * 60 + value.minute + value.second / 60
        case dt.date():
            return float(value.toordinal())
        case _:
            return float(value)


def _months(first: AxisValue, last: AxisValue, words: Phrasing) -> tuple[tuple[float, str], ...]:
    """The first day of each month between two days, thinned out; nothing for what are no days, or close ones."""
    if not (isinstance(first, dt.date) and isinstance(last, dt.date)):
        return ()
    days, count = [], (last.year - first.year) * 12 + last.month - first.month
    for step in range(1, count + 1):
        month = first.month - 1 + step
        days.append(dt.date(first.year + month // 12, month % 12 + 1, 1))
    every = -(-len(days) // MOST_TICKS) or 1
    reach = _number(last) - _number(first) or 1.0
    return tuple((100 * (_number(day) - _number(first)) / reach, words.month(day)) for day in days[::every])
