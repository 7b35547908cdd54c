"""A language in easy words is a variety of that language: `en-simple`, as BCP 47 registers it ("simplified language").

So a save that names its language says which rendering was on the screen, and everything that follows a language (its
words and their revisions, the pack of a phone, the choice on a page) follows this one too.
"""

from __future__ import annotations

import enum

VARIETY = "-simple"
"""What the tag of a language in easy words ends in."""


class Rendering(enum.Enum):
    """In which words something was asked: the usual ones, or the easy ones with what stands beside them."""

    USUAL = "usual"
    EASY = "easy"


def easy_of(language: str) -> str:
    """A language in easy words; one that is already stays as it is."""
    return language if is_easy(language) else f"{language}{VARIETY}"


def plain_of(language: str) -> str:
    """The language itself, whatever its words."""
    return language.removesuffix(VARIETY)


def is_easy(language: str) -> bool:
    return language.endswith(VARIETY)


def rendering_of(language: str) -> Rendering:
    """What a language of a save says of the words on the screen."""
    return Rendering.EASY if is_easy(language) else Rendering.USUAL
