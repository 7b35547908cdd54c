"""What a bar chart is made of, before anything is drawn: rows of segments measured in percent of the row.

A figure for the browser (`figure_bars`) and a drawing by the server (`static_svg`) are both made from a `BarChart`, so
they cannot differ. Only what is told is in it; how it is told (`told`) decides how it is drawn.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from surveyapp.domain.i18n import joined
from surveyapp.domain.results import Distribution, Tally
from surveyapp.reports.charts.told import Manner
from surveyapp.reports.text.phrasing import Phrasing, nothing_words

LEAST_LOW, LEAST_HIGH = -35.0, 60.0
"""How far a diverging chart reaches at least, in percent, so that a midline is never at the very edge."""


@dataclass(frozen=True, kw_only=True)
class BarSegment:
    """A piece of a bar. `start` and `width` in percent of the row, from the midline (or from nothing).

    `option`: what it counts, in words. `key`: the key's word for its colour. `colours`: its own token, then of what is
    joined to it those that run along its foot. `label`: its count in words, to stand in it. `said`: all of it in words.
    `private`: true, and not for publication.
    """

    option: str
    key: str
    colours: tuple[str, ...]
    start: float
    width: float
    manner: Manner
    label: str
    said: str
    private: bool = False

    @property
    def colour(self) -> str:
        return self.colours[0]

    def strip(self, height: float) -> float:
        """How high each strip along the foot is, where the bar is `height` high: its number stays clear of them."""
        return max(3.0, height * min(0.2, 0.3 / max(1, len(self.colours) - 1)))

    @property
    def hatched(self) -> bool:
        return self.manner in ("bounded", "ranged")


LONG = 12
"""Letters at a row's end for which the usual room is enough."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A row: its name, its segments from left to right, and what stands at its end, a count of people (`value`) over a
    percentage (`share`). `said`: all of it in words. `message` says why there are no segments; `withheld`: to protect
    people. `remarks` stand under the bar: what is joined, what is told in part. `private`: what of it is not for
    publication, in words; empty where the row itself says it."""

    label: str | None
    detail: str | None = None
    segments: tuple[BarSegment, ...] = ()
    value: str | None = None
    share: str | None = None
    flagged: bool = False
    said: str
    message: str | None = None
    withheld: bool = False
    remarks: tuple[str, ...] = ()
    private: str | None = None

    @property
    def outlines(self) -> tuple[tuple[float, float], ...]:
        """(start, width) of what is drawn with a dashed outline: private segments, together where they touch."""
        found: list[tuple[float, float]] = []
        for segment in (each for each in self.segments if each.private):
            if found and abs(sum(found[-1]) - segment.start) < 1e-6:
                found[-1] = (found[-1][0], found[-1][1] + segment.width)
            else:
                found.append((segment.start, segment.width))
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class BarGroup:
    """Rows that belong together under a heading; or one row without. `broken`: why they cannot be set against the rows
    before, in words that stand between them. `asked`: the wording, where the rows of a chart have one each."""

    heading: str | None = None
    detail: str | None = None
    bars: tuple[Bar, ...]
    broken: str | None = None
    asked: str | None = None


@dataclass(frozen=True, kw_only=True)
class BarChart:
    """Groups of rows over one axis from `low` to `high`, in percent. `key`: (name, colour) from left to right.

    `midline`: unfavourable answers lie to the left of zero and favourable ones to the right. `numbered`: counts stand
    in the segments, for a row has several. `value_label` says what the number at a row's end counts.
    """

    groups: tuple[BarGroup, ...]
    key: tuple[tuple[str, str], ...] = ()
    low: float = 0.0
    high: float = 100.0
    midline: bool = False
    numbered: bool = False
    value_label: str | None = None

    @property
    def bars(self) -> tuple[Bar, ...]:
        return tuple(bar for group in self.groups for bar in group.bars)

    @property
    def labelled(self) -> bool:
        return any(group.heading or bar.label for group in self.groups for bar in group.bars)

    @property
    def private(self) -> bool:
        return any(bar.private is not None for bar in self.bars)

    @property
    def long_ends(self) -> bool:
        """Whether what stands at the rows' ends is longer than “112 of 140”: a range, or words."""
        return any(len(bar.value or "") > LONG for bar in self.bars)


def stretched(charts: Sequence[BarChart]) -> tuple[BarChart, ...]:
    """The same charts over one axis, so that midlines and lengths compare down a page."""
    low = min((chart.low for chart in charts if chart.midline), default=LEAST_LOW)
    high = max((chart.high for chart in charts if chart.midline), default=LEAST_HIGH)
    return tuple(dataclasses.replace(chart, low=low, high=high) if chart.midline else chart for chart in charts)


def empty_bar(label: str | None, tally: Tally, words: Phrasing) -> Bar | None:
    """The row of people of whom there is nothing to draw, with why; None where there is something."""
    message = nothing_words(tally, words)
    if message is None:
        return None
    return Bar(label=label, said=message, message=message, withheld=tally.withheld)


def rows_of(together: Sequence[Distribution], words: Phrasing) -> Iterator[tuple[Distribution, Tally, str]]:
    """(variable, people, what tells them from the others) of one question, in order."""
    for each in together:
        for tally in each.tallies:
            yield each, tally, column_label(each, tally, words)


def column_label(each: Distribution, tally: Tally, words: Phrasing) -> str:
    """What tells some people's answers to a variable from the others of its question; empty where there are none."""
    split = people_label(tally, words) if len(each.tallies) > 1 else None
    return joined(" · ", (part for part in (each.statement, each.moment_label, split) if part))


def people_label(tally: Tally, words: Phrasing) -> str:
    return tally.people.label or words.gettext("Everyone")


def uncounted_words(words: Phrasing) -> str:
    """In place of a bar, where what is stored does not fit the question."""
    return words.gettext("What is stored does not fit this question, so it is not counted.")


def collecting_words(detail: str | None, tally: Tally, words: Phrasing) -> str | None:
    """What is said under a row's name, and that more people may still answer."""
    still = words.gettext("still collecting") if tally.collecting else None
    return joined(" · ", (part for part in (detail, still) if part)) or None


def wide_enough(segment: BarSegment, chart: BarChart, *, narrow: bool) -> bool:
    """Whether a label has room in its segment: on a chart some 320 px wide, or twice that."""
    percent = 100 * segment.width / (chart.high - chart.low)
    letter, edges = (2.6, 2.0) if narrow else (1.6, 1.2)
    return percent >= letter * len(segment.label) + (2 if segment.manner == "ranged" else 1) * edges
