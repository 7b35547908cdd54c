"""Runs of marks as no writing has them, and what of them reaches the library that would put them in order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest

from surveyapp.domain import normalise

RUNS = [
    "a" + "\u0315\u0300" * 1_000,
    "\u0f73" * 1_000,
    "e\u0323" + "\u0344" * 1_000 + "\u0323",
    "か" + "\uff9e\u0323" * 1_000,
    *(("a" + "\u0315\u0300" * 15 + apart) * 50 for apart in "\u200b\u034f\u200c\u00ad\ufe0f\x00'"),
]
"""Marks in no order; marks that say of themselves that they are none; that come apart into two; that are marks only
when compatible; and runs with something between that one shape or another takes out."""


@contextmanager
def handed_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The length of each text that the library was given to normalise, none of which has too many marks in a row."""
    lengths: list[int] = []

    class Counting:
        def __getattr__(self, name: str) -> object:
            return getattr(unicodedata, name)

        def normalize(self, form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
            assert not normalise._TOO_MANY_MARKS.search(text)
            lengths.append(len(text))
            return unicodedata.normalize(form, text)

    with monkeypatch.context() as patched:
        patched.setattr(normalise, "unicodedata", Counting())
        normalise._folded.cache_clear()
        yield lengths
    normalise._folded.cache_clear()
