"""How reports speak: the two functions that translate, and how a count is said where it may not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from surveyapp.domain.results import Cell, Tally

FLAG = "⚑"
"""Stands beside a base that is low."""


class Words(NamedTuple):
    """`gettext(text, **values)` and `ngettext(one, many, number, **values)`, as Flask-Babel has them."""

    gettext: Callable[..., str]
    ngettext: Callable[..., str]


def _untranslated(text: str, **values: Any) -> str:
    return text % values if values else text


def _untranslated_plural(one: str, many: str, number: int, **values: Any) -> str:
    return (one if number == 1 else many) % {"num": number, **values}


ENGLISH = Words(_untranslated, _untranslated_plural)
"""The texts as they are written, for where there is no reader's language."""


def count_words(cell: Cell, words: Words) -> str:
    """A count, “fewer than N”, or “not shown”."""
    if cell.count is not None:
        return str(cell.count)
    if cell.fewer_than is not None:
        return words.gettext("fewer than %(number)s", number=cell.fewer_than)
    return words.gettext("not shown")


def percent_words(cell: Cell) -> str | None:
    """A percentage with its sign, or None where there is none to show."""
    return None if cell.percent is None else f"{cell.percent}%"


def of_words(count: Cell, base: Cell, words: Words) -> str:
    """“11 of 29”; where the count may not be shown, the base alone; where neither may, that."""
    if count.count is not None and base.count is not None:
        return words.gettext("%(count)s of %(base)s", count=count.count, base=base.count)
    if base.count is not None:
        return words.gettext("base %(base)s", base=base.count)
    return count_words(base, words)


def flagged(tally: Tally) -> bool:
    """Whether a tally's numbers carry the flag: somebody answered, but few."""
    return tally.low_base and not tally.withheld and tally.base.count != 0


def nothing_words(tally: Tally, words: Words) -> str | None:
    """Why there is no bar to draw, or None where there is one."""
    if tally.withheld or tally.base.count is None:
        if tally.base.fewer_than is not None:
            return words.gettext("Not shown: fewer than %(number)s people answered.", number=tally.base.fewer_than)
        return words.gettext("Not shown, so that nobody’s answers can be worked out.")
    if tally.base.count == 0:
        return words.gettext("No answers yet.")
    return None
