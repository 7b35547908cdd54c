"""A mark for translators on sentences that are written in one place and said in another."""

from __future__ import annotations


def N_(text: str) -> str:
    """The text as it is. Its being called so is how it gets into the translators' files; whoever shows it looks its
    translation up."""
    return text
