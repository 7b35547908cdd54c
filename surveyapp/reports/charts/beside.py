"""Bars of who answered, and of figures of other people beside a study's own: all from nothing to 100%."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from surveyapp.domain.i18n import joined
from surveyapp.domain.instrument.measures.beside import Comparator
from surveyapp.domain.results import Cell, ResponseCounts
from surveyapp.reports.charts.bars import Bar, BarChart, BarGroup, BarSegment
from surveyapp.reports.charts.told import end_words, middle
from surveyapp.reports.text.beside import comparator_value, source_words
from surveyapp.reports.text.phrasing import Phrasing, count_words, percent_words

OWN, OTHERS = "plain", "comparator"
"""How the study's own share is drawn, and how other people's: filled, and an outline."""


def answered_chart(groups: Iterable[tuple[str, Sequence[tuple[str, ResponseCounts]]]], words: Phrasing) -> BarChart:
    """Of those who could be asked, who answered: a bar a touchpoint under each group's heading."""
    return _shares(
        BarGroup(heading=heading, bars=tuple(_answered(label, counts, words) for label, counts in rows))
        for heading, rows in groups
        if rows
    )


def _answered(label: str, counts: ResponseCounts, words: Phrasing) -> Bar:
    if not counts.could_be_asked.count:
        message = words.gettext("Nobody could be asked yet.")
        return Bar(label=label, said=message, message=message)
    return own_bar(label, None, counts.answered, counts.could_be_asked, words, flagged=counts.low_base)


def own_bar(label: str, detail: str | None, cell: Cell, base: Cell, words: Phrasing, *, flagged: bool = False) -> Bar:
    """A share of the study's own people."""
    people, percent = end_words(cell, base, words), percent_words(cell, words)
    of = middle(base)
    width = min(100.0, 100 * middle(cell) / of) if of else 0.0
    segment = BarSegment(
        option=label,
        key="",
        colours=(OWN,),
        start=0.0,
        width=width,
        manner="exact",
        label=count_words(cell, words),
        said=people,
        private=cell.private,
    )
    return Bar(
        label=label,
        detail=detail,
        segments=(segment,) if width else (),
        value=people,
        share=percent,
        flagged=flagged,
        said=words.listed(part for part in (people, percent) if part),
        private=words.labelled(label, count_words(cell, words)) if cell.private else None,
    )


def comparators_chart(beside: Sequence[tuple[Comparator, str | None]], own: Sequence[Bar], words: Phrasing) -> BarChart:
    """The study's own shares, then the figures of other people; a range is drawn from its lower end to its upper. Each
    with the name of what it stands beside."""
    return _shares(BarGroup(bars=(bar,)) for bar in (*own, *(_other(*each, words) for each in beside)))


def _other(comparator: Comparator, option: str | None, words: Phrasing) -> Bar:
    value, source = comparator_value(comparator, words), source_words(comparator, words)
    segments: tuple[BarSegment, ...] = ()
    if comparator.is_share:
        low = float(comparator.value) if comparator.to is not None else 0.0
        high = float(comparator.value if comparator.to is None else comparator.to)
        segment = BarSegment(
            option=comparator.label,
            key="",
            colours=(OTHERS,),
            start=low,
            width=high - low,
            manner="exact",
            label=value,
            said=value,
        )
        segments = (segment,)
    about = joined(" · ", (part for part in (comparator.label, option) if part))
    return Bar(
        label=comparator.people,
        detail=about,
        segments=segments,
        value=value,
        said=words.listed((value, source)),
    )


def _shares(groups: Iterable[BarGroup]) -> BarChart:
    return BarChart(groups=tuple(groups))
