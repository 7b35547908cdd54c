"""The favourable share at every moment, with its 95% interval, before it is drawn: a dot a moment, joined by a line; a
panel for each set of people, all on one scale from nothing to all."""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.results import Shift, ShiftRow, kind_between
from surveyapp.reports.charts.bars import people_label
from surveyapp.reports.charts.told import end_words
from surveyapp.reports.text import series
from surveyapp.reports.text.phrasing import Phrasing, flagged, nothing_words, percent_words


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A moment. `share` in percent, `low` and `high` the ends of its interval; None where not told exactly, and then
    `value` says what is. `hollow`: more may still answer. `joined`: a line leads to it from the dot before."""

    label: str
    share: float | None = None
    low: float | None = None
    high: float | None = None
    hollow: bool = False
    joined: bool = False
    value: str
    flagged: bool = False
    private: bool = False
    said: str


@dataclass(frozen=True, kw_only=True)
class DotPanel:
    label: str | None
    dots: tuple[Dot, ...]
    said: str


@dataclass(frozen=True, kw_only=True)
class DotChart:
    """Panels over one axis of moments and one from 0 to 100 percent. `net` is what is counted."""

    dots: tuple[DotPanel, ...]
    net: str

    @property
    def private(self) -> bool:
        return any(dot.private for panel in self.dots for dot in panel.dots)

    @property
    def crowded(self) -> bool:
        """Whether moments are too many for their words to stand under them: numbers do, and the words in a list."""
        return len(self.dots[0].dots) > 5

    @property
    def hollow(self) -> bool:
        return any(dot.hollow for panel in self.dots for dot in panel.dots)


def dot_chart(shift: Shift, words: Phrasing) -> DotChart | None:
    """The favourable share of a measure at two or more moments; None where it has no good side, or one moment alone, or
    no share that is told."""
    if shift.net is None or len(shift.rows) < 2:
        return None
    panels = tuple(_panel(shift, number, words) for number in range(len(shift.rows[0])))
    if not any(dot.share is not None for panel in panels for dot in panel.dots):
        return None
    return DotChart(dots=panels, net=shift.net.label)


def _panel(shift: Shift, number: int, words: Phrasing) -> DotPanel:
    """One set of people through the moments."""
    dots: list[Dot] = []
    for index, together in enumerate(shift.rows):
        row = together[number]
        before = dots[-1].share if dots else None
        # What is remembered of a recorded time comes after it in the rows, and not in time.
        kind = kind_between(shift.rows[index - 1][number].moment, row.moment) if index else "measured"
        leads = before is not None and kind != "yardstick" and shift.step(index - 1, index).state != "broken"
        dots.append(_dot(series.row_label(shift, index), row, words, leads=leads))
    people = people_label(shift.rows[0][number].tally, words) if len(shift.rows[0]) > 1 else None
    return DotPanel(label=people, dots=tuple(dots), said=words.chained(dot.said for dot in dots))


def _dot(label: str, row: ShiftRow, words: Phrasing, *, leads: bool) -> Dot:
    tally, nothing = row.tally, nothing_words(row.tally, words)
    base, count = tally.base.count, row.net.count
    if nothing or not base or count is None:
        value = words.gettext("not shown") if tally.withheld else nothing or end_words(row.net, tally.base, words)
        said = words.labelled(label, nothing or value)
        return Dot(label=label, value=value, hollow=tally.collecting, said=said)
    value = end_words(row.net, tally.base, words)
    parts = [value, percent_words(row.net, words) or ""]
    if row.interval:
        parts.append(
            words.gettext(
                "95-percent interval %(low)s to %(high)s",
                low=words.percent(int(row.interval.low)),
                high=words.percent(int(row.interval.high)),
            )
        )
    return Dot(
        label=label,
        share=100 * count / base,
        low=float(row.interval.low) if row.interval else None,
        high=float(row.interval.high) if row.interval else None,
        hollow=tally.collecting,
        joined=leads,
        value=value,
        flagged=flagged(tally),
        private=row.net.private or tally.base.private,
        said=words.labelled(label, words.listed(part for part in parts if part)),
    )
