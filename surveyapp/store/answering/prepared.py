"""Statements that never change, and are found again, once compiled, without a look at what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session

MOST = 16
"""How often a statement is kept: once a database, and once more where it is done for many rows at a time."""


class Compiled(dict[Any, Any]):
    """What SQLAlchemy keeps compiled, of one statement alone. Its own cache finds a statement by all that it is made
    of: of those with which somebody answers these are a thousand parts each, hashed at each question anew. Here the
    rest of the key is enough: the dialect, the names of what is bound, and whether there are many rows."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        dialect, _statement, *rest = key
        return super().get((dialect, *rest), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        if len(self) >= MOST:
            self.clear()
        dialect, _statement, *rest = key
        super().__setitem__((dialect, *rest), compiled)


class Prepared:
    """A statement, with a place of its own for what it compiles to."""

    def __init__(self, query: Executable) -> None:
        self.query = query
        self.compiled = Compiled()

    def execute(
        self, session: Session, named: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> CursorResult[*tuple[Any, ...]]:
        """Does it with what is bound to its names, or once for each of many."""
        return session.connection().execute(self.query, named, execution_options={"compiled_cache": self.compiled})


def padded(ids: list[Any]) -> list[Any]:
    """As many ids as the next power of two, the last of them more than once: so few statements look for any number of
    them, and each is compiled once."""
    many = 1
    while many < len(ids):
        many *= 2
    return [*ids, *ids[-1:] * (many - len(ids))]
