"""Texts for people: a mark for translators on sentences that are written in one place and said in another, and texts
that know which language they are in."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Iterable
from contextvars import ContextVar


def N_(text: str) -> str:
    """The text as it is. Its being called so is how it gets into the translators' files; whoever shows it looks its
    translation up."""
    return text


language_attributes: ContextVar[Callable[[str], str]] = ContextVar("language_attributes", default=lambda _language: "")
"""What an element says of the language of the text in it: ` lang="…" dir="…"`, or nothing where that is the page's.
Whoever shows pages sets it."""


class LocalText(str):
    """A text that knows which language it is in, and what it says in the source: what is not translated yet is still in
    the source language, and a page says so where it stands. In a template it marks itself; where no element can stand
    (an attribute, an option, a title) `str` of it is the bare text."""

    __slots__ = ("language", "source")
    language: str
    source: str

    def __new__(cls, text: str, language: str, source: str | None = None) -> LocalText:
        made = super().__new__(cls, text)
        made.language = language
        made.source = text if source is None else source
        return made

    def __html__(self) -> str:
        attributes = language_attributes.get()(self.language)
        return f"<span{attributes}>{html.escape(self)}</span>" if attributes else html.escape(self)


def runs_from_right(text: str) -> bool:
    """Whether there is a letter in it of a script that runs from the right."""
    return not text.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def source_of(text: str) -> str:
    """What the author wrote: two texts are the same where these are, whatever their translations are."""
    return text.source if isinstance(text, LocalText) else text


def in_language_of(text: str, made: str) -> str:
    """What was made of a text, marked with the text's language."""
    return LocalText(made, text.language, text.source) if isinstance(text, LocalText) else made


def joined(separator: str, texts: Iterable[str]) -> str:
    """Texts put together, marked with their language where all are in one."""
    parts = list(texts) or [""]
    languages = {getattr(part, "language", None) for part in parts}
    made = separator.join(parts)
    return in_language_of(parts[0], made) if len(languages) == 1 else made
