"""The same for many, of whom none is kept waiting by another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from surveyapp.domain.errors import DatabaseUnavailable

Each = TypeVar("Each")


def one_by_one(those: Iterable[Each], act: Callable[[Each], None]) -> None:
    """Does something for each. One for whom it fails keeps no other waiting: what went wrong first is raised once all
    others are done. Raises DatabaseUnavailable at once: it would be so for the next."""
    wrong: list[Exception] = []
    for each in those:
        try:
            act(each)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # whatever it is, it is of this one
            wrong.append(error)
    if wrong:
        raise wrong[0]
