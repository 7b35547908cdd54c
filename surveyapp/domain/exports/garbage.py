"""How often Python looks for what nobody uses any more, while millions of cells are read and written."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

SELDOM = (100_000, 50, 50)
"""New objects before it looks, and how many looks before it goes through older ones, and through everything."""


@contextlib.contextmanager
def seldom_looked_for() -> Iterator[None]:
    """While the block lasts it looks seldom: rows go by themselves once they are written, and each look goes through
    everybody and every response that is held. A fifth of the time that an export takes."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
