"""How a whole number is written for a person: with its thousands apart, as the language has them; and how one of
several groups, such as a telephone's, is kept in order. Files for machines keep theirs bare."""

from __future__ import annotations

import functools
import re

from babel import Locale
from babel.numbers import format_decimal


class Written(int):
    """A whole number that stands in a sentence: `%s` writes it for a person, and it counts and compares as it is."""

    language: str

    def __new__(cls, number: int, language: str) -> Written:
        made = super().__new__(cls, number)
        made.language = language
        return made

    def __str__(self) -> str:
        return written(int(self), self.language)


def written(number: int, language: str) -> str:
    """“354,817”; in Polish with a space, in Punjabi “3,54,817”. `language`: its code, as a study's files name it."""
    return str(number) if -1000 < number < 1000 else _grouped(number, language)


@functools.lru_cache(maxsize=4096)
def _grouped(number: int, language: str) -> str:
    return str(format_decimal(number, locale=Locale.parse(language, sep="-")))


@functools.cache
def runs_left(language: str) -> bool:
    """Whether a language is written from right to left."""
    return str(Locale.parse(language, sep="-").text_direction) == "rtl"


_GROUPS = re.compile(r"\+?\(?\d[\d ()/.\u00a0-]*\d")


def in_order(text: str, language: str) -> str:
    """A text for words of a language. Among those that run from right to left the groups of a number, such as a
    telephone's, would be read from the last one on: each number is marked as one that runs from left to right."""
    return _GROUPS.sub("\u2066\\g<0>\u2069", text) if runs_left(language) else text
