"""How a whole number is written for a person: with its thousands apart, as the language has them. Files for machines
keep theirs bare."""

from __future__ import annotations

import functools

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
