"""What a bar chart is made of, before anything is drawn: rows of segments measured in percent of the row's base.

A figure for the browser (`figures`) and a drawing by the server (`static_svg`) are both made from a `BarChart`, so they
cannot differ. Only what may be shown is in it: a count that is hidden has no segment, and nothing is placed by it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from surveyapp.domain.instrument.translation import joined
from surveyapp.domain.results import Category, Cell, Distribution, Shift, Tally
from surveyapp.reports.text import series
from surveyapp.reports.text.phrasing import Phrasing, count_words, flagged, nothing_words, of_words, percent_words

LEAST_LOW, LEAST_HIGH = -35.0, 60.0
"""How far a diverging chart reaches at least, in percent, so that a midline is never at the very edge."""


@dataclass(frozen=True, kw_only=True)
class BarSegment:
    """A piece of a bar. `start` and `width` in percent of the base, from the midline (or from nothing). `label`: its
    percentage in words. `said`: its option, count, base and percentage in words."""

    option: str
    colour: str
    start: float
    width: float
    percent: int | None
    label: str
    said: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A row: its name, its segments from left to right, and what stands at its end. `said`: all of it in words.
    `message` says why there are no segments."""

    label: str | None
    detail: str | None
    segments: tuple[BarSegment, ...]
    value: str | None
    base: str
    flagged: bool
    said: str
    message: str | None = None


@dataclass(frozen=True)
class BarGroup:
    """Rows that belong together under a heading; or one row without. `broken`: why they cannot be set against the rows
    before, in words that stand between them."""

    heading: str | None
    detail: str | None
    bars: tuple[Bar, ...]
    broken: str | None = None


@dataclass(frozen=True, kw_only=True)
class BarChart:
    """Groups of rows over one axis from `low` to `high`, in percent. `key` names the colours from left to right.

    `midline`: unfavourable answers lie to the left of zero and favourable ones to the right. `value_label` says what
    the percentage at a row's end counts.
    """

    groups: tuple[BarGroup, ...]
    key: tuple[tuple[str, str], ...]
    low: float
    high: float
    midline: bool
    value_label: str | None

    @property
    def bars(self) -> tuple[Bar, ...]:
        return tuple(bar for group in self.groups for bar in group.bars)

    @property
    def labelled(self) -> bool:
        return any(group.heading or bar.label for group in self.groups for bar in group.bars)


@dataclass(frozen=True)
class Scale:
    """Options from most to least favourable, parted at the midline."""

    options: tuple[Category, ...]
    good: frozenset[str]
    neutral: str | None

    @property
    def colours(self) -> dict[str, str]:
        """The token of each option: 1 the best, 2 the other good ones, 3 neutral, 4 the other bad ones, 5 the worst."""
        good = [option.code for option in self.options if option.code in self.good]
        bad = [option.code for option in self.options if option.code not in self.good and option.code != self.neutral]
        colours = dict.fromkeys(good, "likert-2") | dict.fromkeys(bad, "likert-4")
        if good:
            colours[good[0]] = "likert-1"
        if bad:
            colours[bad[-1]] = "likert-5"
        return colours | ({self.neutral: "likert-3"} if self.neutral else {})

    @property
    def left_to_right(self) -> tuple[Category, ...]:
        return tuple(reversed(self.options))


def scale(options: Sequence[Category], members: Collection[str], neutral: str | None) -> Scale:
    """Where the net does not say its members, what stands before the neutral option is good; without one, the first
    half."""
    codes = [option.code for option in options]
    good = members or codes[: codes.index(neutral) if neutral in codes else len(codes) // 2]
    return Scale(tuple(options), frozenset(good), neutral if neutral in codes else None)


def shift_chart(shift: Shift, words: Phrasing) -> BarChart:
    """A row a moment; split by a segment, a group a moment with a row for everyone and for each value. Rows that do not
    compare are parted in words, and may each have options of their own."""
    groups, scales = [], []
    for index, together in enumerate(shift.rows):
        first = together[0]
        counted = shift.scale_of(index)
        net = counted.net or Category("", "", "net")
        parted = scale(counted.options, net.members, counted.neutral)
        scales.append(parted)
        bars = tuple(_scale_bar(parted, row.tally, row.net, net.label, words) for row in together)
        label, broken = series.row_label(shift, index), series.broken_before(shift, index, words)
        if len(together) == 1:
            bars = (dataclasses.replace(bars[0], label=label, detail=first.detail),)
            groups.append(BarGroup(None, None, bars, broken))
        else:
            groups.append(BarGroup(label, first.detail, bars, broken))
    return _diverging(scales, tuple(groups), shift.net.label if shift.net else "")


def scale_chart(together: Sequence[Distribution], words: Phrasing) -> BarChart:
    """Variables of one question on one scale with a good side: a row a statement or moment, or a group where split."""
    first = together[0]
    net = next(net for net in first.nets if net.code == first.favourable)
    parted = scale(first.options, net.members, first.neutral)
    groups = []
    for each in together:
        name, detail = _names(each)
        bars = tuple(_scale_bar(parted, tally, tally.cell(net.code), net.label, words) for tally in each.tallies)
        if len(bars) == 1:
            groups.append(BarGroup(None, None, (dataclasses.replace(bars[0], label=name, detail=detail),)))
        else:
            groups.append(BarGroup(name, detail, bars))
    return _diverging([parted], tuple(groups), net.label)


def options_chart(together: Sequence[Distribution], words: Phrasing) -> BarChart:
    """Variables of one question whose options have no good side: a row an option, in the order as written; a group an
    option where there are several moments or people are split."""
    groups = []
    for index, option in enumerate(together[0].options):
        bars = []
        for each in together:
            for tally in each.tallies:
                label = column_label(each, tally, words)
                bars.append(_option_bar(option, tally, label, words))
        if len(bars) == 1:
            groups.append(BarGroup(None, None, (dataclasses.replace(bars[0], label=option.label),)))
        else:
            groups.append(BarGroup(option.label, None, tuple(bars)))
        if index == 0 and all(bar.message for bar in bars):  # nothing to tell apart by option
            return BarChart(
                groups=tuple(BarGroup(None, None, (bar,)) for bar in bars),
                key=(),
                low=0,
                high=100,
                midline=False,
                value_label=None,
            )
    return BarChart(groups=tuple(groups), key=(), low=0, high=100, midline=False, value_label=None)


def stretched(charts: Sequence[BarChart]) -> tuple[BarChart, ...]:
    """The same charts over one axis, so that midlines and lengths compare down a page."""
    low = min((chart.low for chart in charts if chart.midline), default=LEAST_LOW)
    high = max((chart.high for chart in charts if chart.midline), default=LEAST_HIGH)
    return tuple(dataclasses.replace(chart, low=low, high=high) if chart.midline else chart for chart in charts)


def column_label(each: Distribution, tally: Tally, words: Phrasing) -> str:
    """What tells some people's answers to a variable from the others of its question; empty where there are none."""
    split = people_label(tally, words) if len(each.tallies) > 1 else None
    return joined(" · ", (part for part in (each.statement, each.moment_label, split) if part))


def people_label(tally: Tally, words: Phrasing) -> str:
    return tally.people.label or words.gettext("Everyone")


def _names(each: Distribution) -> tuple[str | None, str | None]:
    """A row's name and what is said under it: the statement, the moment, or nothing where the question says it all."""
    if each.statement:
        return each.statement, each.moment_label
    return each.moment_label, None


def _diverging(scales: Sequence[Scale], groups: tuple[BarGroup, ...], value_label: str) -> BarChart:
    segments = [segment for group in groups for bar in group.bars for segment in bar.segments]
    key = dict.fromkeys(
        (option.label, parted.colours[option.code]) for parted in scales for option in parted.left_to_right
    )
    return BarChart(
        groups=groups,
        key=tuple(key),
        low=min([LEAST_LOW, *(segment.start for segment in segments)]),
        high=max([LEAST_HIGH, *(segment.start + segment.width for segment in segments)]),
        midline=True,
        value_label=value_label,
    )


def _scale_bar(parted: Scale, tally: Tally, net: Cell, net_label: str, words: Phrasing) -> Bar:
    label = people_label(tally, words)
    message = nothing_words(tally, words)
    if message:
        return Bar(
            label=label, detail=None, segments=(), value=None, base="", flagged=False, said=message, message=message
        )
    return Bar(
        label=label,
        detail=None,
        segments=_segments(parted, tally, words),
        value=percent_words(net, words),
        base=of_words(net, tally.base, words),
        flagged=flagged(tally),
        said=_said(parted.options, tally, net, net_label, words),
    )


def _segments(parted: Scale, tally: Tally, words: Phrasing) -> tuple[BarSegment, ...]:
    """Left of the midline the unfavourable answers, outwards from half of the neutral one; right of it the favourable.

    A hidden count takes no room, so that no place on the axis depends on it.
    """
    base = tally.base.count
    assert base
    # Not the rounded percentages: from the counts.
    shares = {option.code: 100 * (tally.cell(option.code).count or 0) / base for option in parted.options}
    half = shares[parted.neutral] / 2 if parted.neutral else 0.0
    bad = sum(share for code, share in shares.items() if code not in parted.good and code != parted.neutral)
    start, found = -half - bad, []
    for option in parted.left_to_right:
        cell = tally.cell(option.code)
        if cell.count:
            found.append(
                BarSegment(
                    option=option.label,
                    colour=parted.colours[option.code],
                    start=start,
                    width=shares[option.code],
                    percent=cell.percent,
                    label=percent_words(cell, words) or "",
                    said=segment_words(option, cell, tally, words),
                )
            )
        start += shares[option.code]
    return tuple(found)


def _option_bar(option: Category, tally: Tally, label: str, words: Phrasing) -> Bar:
    message = nothing_words(tally, words)
    if message:
        return Bar(
            label=label, detail=None, segments=(), value=None, base="", flagged=False, said=message, message=message
        )
    cell, base = tally.cell(option.code), tally.base.count
    assert base
    segments = (
        (
            BarSegment(
                option=option.label,
                colour="plain",
                start=0.0,
                width=100 * cell.count / base,
                percent=cell.percent,
                label=percent_words(cell, words) or "",
                said=segment_words(option, cell, tally, words),
            ),
        )
        if cell.count
        else ()
    )
    # A count that may not be shown is said as far as it may: there is no base behind it to lean on here.
    end = of_words(cell, tally.base, words) if cell.shown else count_words(cell, words)
    said = words.labelled(option.label, end)
    return Bar(
        label=label,
        detail=None,
        segments=segments,
        value=percent_words(cell, words),
        base=end,
        flagged=flagged(tally),
        said=said,
    )


def segment_words(option: Category, cell: Cell, tally: Tally, words: Phrasing) -> str:
    """“Very confident: 16 of 29, 55%”."""
    parts = [of_words(cell, tally.base, words), percent_words(cell, words)]
    return words.labelled(option.label, words.listed(part for part in parts if part))


def _said(options: Sequence[Category], tally: Tally, net: Cell, net_label: str, words: Phrasing) -> str:
    """A row in words: every option with its count and percentage, then the net."""
    parts = []
    for option in options:
        cell = tally.cell(option.code)
        percent = percent_words(cell, words)
        parts.append(f"{option.label} {count_words(cell, words)}" + (f" ({percent})" if percent else ""))
    return words.chained([*parts, words.labelled(net_label, of_words(net, tally.base, words))])
