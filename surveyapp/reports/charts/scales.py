"""Rows that hold all answers of somebody: around a midline where a scale has a good side, else from nothing to all."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from surveyapp.domain.i18n import joined
from surveyapp.domain.results import Category, Cell, Distribution, Shift, Tally
from surveyapp.reports.charts.bars import (
    LEAST_HIGH,
    LEAST_LOW,
    Bar,
    BarChart,
    BarGroup,
    BarSegment,
    collecting_words,
    empty_bar,
    people_label,
    uncounted_words,
)
from surveyapp.reports.charts.told import RowPart, end_words, named, pieces, private_words
from surveyapp.reports.text import series
from surveyapp.reports.text.phrasing import Phrasing, count_words, flagged, of_words, percent_words, unpublished

TONES = {1: (4,), 2: (2, 5), 3: (1, 4, 7), 4: (1, 2, 5, 6), 5: (1, 2, 3, 6, 7), 6: (1, 2, 3, 4, 5, 6)}
"""Which of the seven tones a scale of so many options takes: neighbours differ by shade and by dots."""

MOST_TONES = 7
"""Options that can be told apart in one bar."""


@dataclass(frozen=True)
class Scale:
    """Options from most to least favourable, parted at the midline; or, where there is no `good` one, as written."""

    options: tuple[Category, ...]
    good: frozenset[str]
    neutral: str | None

    @property
    def sided(self) -> bool:
        return bool(self.good)

    @property
    def colours(self) -> dict[str, str]:
        """The token of each option: 1 the best, 2 the other good ones, 3 neutral, 4 the other bad ones, 5 the worst."""
        if not self.sided:
            count = min(len(self.options), MOST_TONES)
            tones = TONES.get(count, tuple(range(1, MOST_TONES + 1)))
            return {option.code: f"tone-{tones[index % count]}" for index, option in enumerate(self.options)}
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
        return tuple(reversed(self.options)) if self.sided else self.options

    def side(self, piece: RowPart) -> int:
        """1: drawn wholly right of the midline, -1: wholly left of it, 0: half and half. What is joined with the
        neutral option stands on the side of the rest."""
        members = set(piece.members) - {self.neutral}
        if not members or (members & self.good and members - self.good):
            return 0
        return 1 if members & self.good else -1

    def foremost(self, piece: RowPart) -> tuple[str, ...]:
        """The codes of a piece, that which gives it its colour first: of the side it stands on, the one nearest to
        neutral."""
        order = [option.code for option in self.options]
        codes = sorted(piece.members, key=order.index)
        if not self.sided:
            return tuple(codes)
        if self.side(piece) == 0 and self.neutral in codes:
            return (self.neutral, *(code for code in codes if code != self.neutral))
        own = [code for code in codes if code != self.neutral] or codes
        first = own[0] if self.side(piece) < 0 else own[-1]
        return (first, *(code for code in codes if code != first))


def scale(options: Sequence[Category], members: Collection[str], neutral: str | None, *, turned: bool = False) -> Scale:
    """Where the net does not say its members, what stands before the neutral option is good; without one, the first
    half. `turned`: the options run from the least favourable to the most."""
    options = tuple(reversed(options)) if turned else options
    codes = [option.code for option in options]
    good = members or codes[: codes.index(neutral) if neutral in codes else len(codes) // 2]
    return Scale(tuple(options), frozenset(good), neutral if neutral in codes else None)


def shift_bars(shift: Shift, words: Phrasing) -> BarChart:
    """A row a moment; split by a segment, a group a moment with a row for everyone and for each value. Rows that do not
    compare are parted in words, and may each have options of their own."""
    groups, scales = [], []
    wordings = {row.asked for row in shift.everyone}
    for index, together in enumerate(shift.rows):
        first, counted = together[0], shift.scale_of(index)
        net = counted.net
        parted = _unsided(counted.options)
        if net:
            parted = scale(counted.options, net.members, counted.neutral, turned=shift.turned)
        scales.append(parted)
        bars = [
            _bar(parted, row.tally, (net.label, row.net) if net else None, words, uncounted=row.uncounted)
            for row in together
        ]
        group = BarGroup(
            bars=tuple(bars),
            broken=series.broken_before(shift, index, words),
            asked=first.asked if len(wordings) > 1 and first.asked else None,
        )
        groups.append(_named(group, series.row_label(shift, index), first.detail, first.tally, words))
    return _chart(scales, groups, shift.net.label if shift.net else None)


def scale_bars(together: Sequence[Distribution], words: Phrasing) -> BarChart:
    """Variables of one question: a row a statement or moment, or a group where split."""
    first = together[0]
    net = next((net for net in first.nets if net.code == first.favourable), None)
    straight = scale(first.options, net.members, first.neutral) if net else _unsided(first.options)
    alone = all(each.turned for each in together)
    groups, keyed = [], []
    for each in together:
        name, detail = _names(each)
        parted, counted = _turned(straight, each) if each.turned and net else (straight, net)
        # The key is of the statements as the scale runs; of those that run the other way each says so itself.
        if parted is straight or alone:
            keyed.append((parted, counted.label if counted else None))
        else:
            detail = joined(" · ", (part for part in (detail, _turned_words(counted, words)) if part))
        if not each.tallies:
            message = uncounted_words(words)
            bars = [Bar(label=None, said=message, message=message)]
        else:
            bars = [
                _bar(parted, tally, (counted.label, tally.cell(counted.code)) if counted else None, words)
                for tally in each.tallies
            ]
        tally = each.tallies[0] if each.tallies else None
        groups.append(_named(BarGroup(bars=tuple(bars)), name, detail, tally, words))
    return _chart([parted for parted, _ in keyed], groups, keyed[0][1])


def _turned(straight: Scale, each: Distribution) -> tuple[Scale, Category | None]:
    """A scale of which the other side is the good one, and the net of that side, if it has one."""
    good = {option.code for option in straight.options} - straight.good - {straight.neutral}
    net = next((net for net in each.nets if set(net.members) == good), None)
    return scale(straight.options, good, straight.neutral, turned=True), net


def _turned_words(net: Category | None, words: Phrasing) -> str:
    if net is None:
        return words.gettext("worded the other way round")
    return words.gettext("worded the other way round: “%(net)s” is favourable, and counted at the end", net=net.label)


def _unsided(options: Sequence[Category]) -> Scale:
    return Scale(tuple(options), frozenset(), None)


def _named(group: BarGroup, name: str | None, detail: str | None, tally: Tally | None, words: Phrasing) -> BarGroup:
    """Rows under their name, or a single row with it. That more may answer is said once."""
    detail = collecting_words(detail, tally, words) if tally else detail
    if len(group.bars) == 1:
        return dataclasses.replace(group, bars=(dataclasses.replace(group.bars[0], label=name, detail=detail),))
    return dataclasses.replace(group, heading=name, detail=detail)


def _names(each: Distribution) -> tuple[str | None, str | None]:
    """A row's name and what is said under it: the statement, the moment, or nothing where the question says it all."""
    if each.statement:
        return each.statement, each.moment_label
    return each.moment_label, None


def _chart(scales: Sequence[Scale], groups: Sequence[BarGroup], value_label: str | None) -> BarChart:
    segments = [segment for group in groups for bar in group.bars for segment in bar.segments]
    key = dict.fromkeys(
        (option.label, parted.colours[option.code]) for parted in scales for option in parted.left_to_right
    )
    sided = any(parted.sided for parted in scales)
    return BarChart(
        groups=tuple(groups),
        key=tuple(key),
        low=min([LEAST_LOW, *(segment.start for segment in segments)]) if sided else 0.0,
        high=max([LEAST_HIGH, *(segment.start + segment.width for segment in segments)]) if sided else 100.0,
        midline=sided,
        numbered=True,
        value_label=value_label,
    )


def _bar(parted: Scale, tally: Tally, net: tuple[str, Cell] | None, words: Phrasing, *, uncounted: bool = False) -> Bar:
    """A row. `net`: what its favourable answers are called and how many they are."""
    label = people_label(tally, words)
    if uncounted:
        message = uncounted_words(words)
        return Bar(label=label, said=message, message=message)
    if bare := empty_bar(label, tally, words):
        return bare
    found = pieces(tally, (option.code for option in parted.left_to_right))
    return Bar(
        label=label,
        segments=_segments(parted, tally, found, words),
        value=end_words(net[1], tally.base, words) if net else _people(tally.base, words),
        share=percent_words(net[1], words) if net else None,
        flagged=flagged(tally),
        said=_said(parted.options, tally, net, words),
        remarks=_remarks(parted, found, tally.collecting, words),
        private=private_words(tally, found, parted.options, net, words),
    )


def _people(base: Cell, words: Phrasing) -> str:
    if base.count is not None:
        return words.ngettext("%(num)s person", "%(num)s people", base.count)
    return count_words(base, words)


def _segments(parted: Scale, tally: Tally, found: Sequence[RowPart], words: Phrasing) -> tuple[BarSegment, ...]:
    """Left of the midline the unfavourable answers, outwards from half of the neutral one; right of it the favourable.
    Not the rounded percentages: from the counts."""
    everybody = sum(piece.people for piece in found)
    if not everybody:
        return ()
    shares = [100 * piece.people / everybody for piece in found]
    start = 0.0
    if parted.sided:
        sides = [parted.side(piece) for piece in found]
        start = -sum(share if side < 0 else share / 2 for share, side in zip(shares, sides, strict=True) if side < 1)
    labels = {option.code: option.label for option in parted.options}
    segments = []
    for piece, share in zip(found, shares, strict=True):
        codes = parted.foremost(piece)
        name = named(piece.members, parted.options, words)
        segments.append(
            BarSegment(
                option=name,
                key=labels[codes[0]],
                colours=("withheld",) if piece.manner == "withheld" else _colours(parted, piece, codes),
                start=start,
                width=share,
                manner=piece.manner,
                label=count_words(piece.cell, words),
                said=segment_words(name, piece.cell, tally, words),
                private=piece.private or tally.base.private,
            )
        )
        start += share
    return tuple(segments)


def _colours(parted: Scale, piece: RowPart, codes: Sequence[str]) -> tuple[str, ...]:
    """Its own token, and once each those along its foot; a hatch has no foot."""
    tokens = tuple(dict.fromkeys(parted.colours[code] for code in codes))
    return tokens if piece.manner == "exact" else tokens[:1]


def _remarks(parted: Scale, found: Sequence[RowPart], collecting: bool, words: Phrasing) -> tuple[str, ...]:
    """What stands under a bar: the names and count of what is joined, of what is bounded, and of what is withheld."""
    said, ranged = [], any(piece.manner == "ranged" for piece in found)
    for piece in found:
        name = named(piece.members, parted.options, words)
        if piece.manner == "bounded":
            said.append(
                words.gettext("%(options)s: %(count)s people, drawn as %(number)s", options=name,
                              count=count_words(piece.cell, words), number=piece.cell.high)
            )  # fmt: skip
        elif piece.manner == "withheld" or len(piece.members) > 1:
            together = name if len(piece.members) == 1 else words.gettext("%(options)s, joined", options=name)
            said.append(words.labelled(together, count_words(piece.cell, words)))
        elif piece.manner == "ranged" and piece.cell.low is None:
            said.append(words.labelled(name, count_words(piece.cell, words)))
    if ranged:
        said.append(
            words.gettext("Each count is a range while people still answer")
            if collecting
            else words.gettext("Each count is a range, to protect people")
        )
    return tuple(said)


def segment_words(option: str, cell: Cell, tally: Tally, words: Phrasing) -> str:
    """“Very confident: 16 of 29, 55%”; of what is told in part, that alone."""
    if not cell.shown:
        said = words.labelled(option, count_words(cell, words))
    else:
        parts = [of_words(cell, tally.base, words), percent_words(cell, words)]
        said = words.labelled(option, words.listed(part for part in parts if part))
    return unpublished(said, cell.private, words)


def _said(options: Sequence[Category], tally: Tally, net: tuple[str, Cell] | None, words: Phrasing) -> str:
    """A row in words: every option, or what is joined, with its count and percentage; then the net."""
    parts = []
    for part in tally.parts(option.code for option in options):
        percent, name = percent_words(part.cell, words), named(part.members, options, words)
        said = f"{name} {count_words(part.cell, words)}" + (f" ({percent})" if percent else "")
        parts.append(said)
    if net:
        parts.append(words.labelled(net[0], end_words(net[1], tally.base, words)))
    return words.chained(parts)
