"""Options without an order: a row an option, as long as the share of people who chose it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from surveyapp.domain.results import Category, Distribution, Tally
from surveyapp.reports.charts.bars import Bar, BarChart, BarGroup, BarSegment, empty_bar, rows_of, uncounted_words
from surveyapp.reports.charts.scales import segment_words
from surveyapp.reports.charts.spreads import spread_words
from surveyapp.reports.charts.told import end_words, middle, named, piece_of
from surveyapp.reports.text.phrasing import Phrasing, bin_words, count_words, flagged, percent_words


def option_bars(together: Sequence[Distribution], words: Phrasing) -> BarChart:
    """A row an option, in the order as written; a group an option where there are several moments or people are split.
    Options that are told as one have one row. Of whom nothing is told, that is said once, at the end."""
    options = together[0].options
    shown, silent = [], []
    for _each, tally, label in rows_of(together, words):
        bare = empty_bar(label or None, tally, words)
        if bare:
            silent.append(BarGroup(bars=(bare,)))
        else:
            shown.append((tally, label))
    if any(each.uncounted for each in together):
        message = uncounted_words(words)
        silent.append(BarGroup(bars=(Bar(label=None, said=message, message=message),)))
    groups: list[BarGroup] = []
    for option in options if shown else ():
        bars = [bar for tally, label in shown if (bar := _bar(option, options, tally, label, words))]
        if len(shown) == 1:
            groups.extend(BarGroup(bars=(bar,)) for bar in bars)
        elif bars:
            groups.append(BarGroup(heading=option.label, bars=tuple(bars)))
    return BarChart(groups=(*groups, *silent))


def bin_bars(together: Sequence[Distribution], words: Phrasing) -> BarChart | None:
    """How many gave a number, a day or a time in each bin, under what they come to: for one set of people, whose bins
    are told. None for others."""
    rows = list(rows_of(together, words))
    held = rows[0][1].quantity if len(rows) == 1 else None
    if held is None or not held.bins or rows[0][1].withheld:
        return None
    tally = rows[0][1]
    options = tuple(Category(str(place), bin_words(each, words), "option") for place, each in enumerate(held.bins))
    told = dataclasses.replace(tally, cells={str(place): each.cell for place, each in enumerate(held.bins)}, joined=())
    bars = [bar for option in options if (bar := _bar(option, options, told, "", words))]
    return BarChart(groups=(BarGroup(heading=spread_words(held, words) or None, bars=tuple(bars)),))


def _bar(option: Category, options: Sequence[Category], tally: Tally, label: str, words: Phrasing) -> Bar | None:
    """An option's row; for options that are told as one, the row of the first of them."""
    part = next(tally.parts(code for code in (each.code for each in options) if _holds(tally, option.code, code)))
    if part.members[0] != option.code:
        return None
    piece = piece_of(part.members, part.cell)
    name = named(part.members, options, words)
    if len(part.members) > 1:
        name = words.gettext("%(options)s, joined", options=name)
    base = middle(tally.base)
    segments = (
        (
            BarSegment(
                option=name,
                key="",
                colours=("plain",),
                start=0.0,
                width=min(100.0, 100 * piece.people / base),
                manner=piece.manner,
                label=count_words(part.cell, words),
                said=segment_words(name, part.cell, tally, words),
                private=part.cell.private,
            ),
        )
        if piece.people and base
        else ()
    )
    # A count that is not told exactly is said as far as it is: there is no base behind it to lean on here.
    end = end_words(part.cell, tally.base, words) if part.cell.told else count_words(part.cell, words)
    together = label if len(part.members) == 1 or not label else words.labelled(label, name)
    return Bar(
        label=together or name,
        segments=segments,
        value=end,
        share=percent_words(part.cell, words),
        flagged=flagged(tally),
        said=words.labelled(name, end),
        private="" if part.cell.private else None,
    )


def _holds(tally: Tally, wanted: str, code: str) -> bool:
    """Whether a code is the wanted one or told as one with it."""
    return code == wanted or any({code, wanted} <= set(part.members) for part in tally.joined)
