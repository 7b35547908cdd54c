"""Other people's figures in words."""

from __future__ import annotations

from decimal import Decimal

from surveyapp.domain.i18n import joined
from surveyapp.domain.instrument.measures.beside import Comparator
from surveyapp.reports.text.phrasing import Phrasing


def comparator_value(comparator: Comparator, words: Phrasing) -> str:
    """“70%”, “70% to 80%”, “3 weeks”."""
    if comparator.to is None:
        return _said(comparator.value, comparator, words)
    ends = (_said(end, comparator, words) for end in (comparator.value, comparator.to))
    return words.gettext("%(low)s to %(high)s", **dict(zip(("low", "high"), ends, strict=True)))


def _said(value: Decimal, comparator: Comparator, words: Phrasing) -> str:
    if comparator.is_share and value == int(value):
        return words.percent(int(value))
    number = words.measured(value)
    return f"{number}%" if comparator.is_share else joined(" ", (number, comparator.unit))


def source_words(comparator: Comparator, words: Phrasing) -> str:
    """Where a figure comes from, from when it is, and what is not quite the same."""
    when = words.gettext("%(source)s, figure of %(date)s", source=comparator.source, date=comparator.date)
    return f"{when}. {comparator.definition}" if comparator.definition else when
