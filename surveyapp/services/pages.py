"""A long list, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Paged = TypeVar("Paged")
Other = TypeVar("Other")

PER_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class ListPage(Generic[Paged]):
    """Some of a list, in its order: `number` is which of its `pages` this is, from 1, and `matching` how many the list
    has in all."""

    shown: tuple[Paged, ...]
    matching: int
    number: int
    pages: int

    def __iter__(self) -> Iterator[Paged]:
        return iter(self.shown)

    def with_more(self, shown: Iterable[Other]) -> ListPage[Other]:
        """The same page, with more said of each that it shows."""
        return ListPage(shown=tuple(shown), matching=self.matching, number=self.number, pages=self.pages)


def page_of(those: Sequence[Paged], number: int | None) -> ListPage[Paged]:
    """A page of a list: the nearest there is to this one; None: all of them on one."""
    if number is None:
        return ListPage(shown=tuple(those), matching=len(those), number=1, pages=1)
    pages = max(1, -(-len(those) // PER_PAGE))
    number = min(max(number, 1), pages)
    shown = those[(number - 1) * PER_PAGE : number * PER_PAGE]
    return ListPage(shown=tuple(shown), matching=len(those), number=number, pages=pages)
