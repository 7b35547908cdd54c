"""How reports speak: the functions that translate, how numbers are written, and how a count is said where it may not
be."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent

from surveyapp.domain.results import Cell, NextLook, QuantityBin, Tally
from surveyapp.written_numbers import Written, written

FLAG = "⚑"
"""Stands beside a base that is low."""


ENDS = ("?", "!", ".", "…", ":", "؟", "۔", "।")
"""Marks after which no colon stands."""

MINUS = "−"
LEFT_TO_RIGHT, RIGHT_TO_LEFT, ISOLATED = "\u2066", "\u2067", "\u2069"
"""Unicode's isolates: what stands between one of the first two and the last runs that way, whatever is around it."""


class Phrasing(NamedTuple):
    """How a reader is spoken to. `gettext(text, **values)` and `ngettext(one, many, number, **values)`, as Flask-Babel
    has them; `language()`: the reader's, in which numbers are written."""

    gettext: Callable[..., str]
    ngettext: Callable[..., str]
    language: Callable[[], str] = lambda: "en"

    def decimal(self, number: Decimal | float, places: int) -> str:
        """A number with so many decimals: 8.3, in Polish 8,3."""
        return str(format_decimal(number, f"0.{'0' * places}", _locale(self.language())))

    def whole(self, number: int) -> str:
        """A whole number with its thousands apart: 354,817."""
        return written(number, self.language())

    def grouped(self, number: Decimal) -> str:
        """A number with its thousands apart: 4,625."""
        return str(format_decimal(number, locale=_locale(self.language()), decimal_quantization=False))

    def measured(self, value: Decimal | dt.date | dt.time) -> str:
        """A number with all its decimals, a day, or a time of day."""
        locale = _locale(self.language())
        match value:
            case dt.time():
                return str(format_time(value, "H:mm", locale=locale))
            case dt.date():
                return str(format_date(value, "d MMMM yyyy", locale=locale))
            case _:
                return str(format_decimal(value.normalize(), locale=locale, decimal_quantization=False))

    def month(self, day: dt.date) -> str:
        """The month of a day, with its year."""
        return str(format_date(day, "LLLL yyyy", locale=_locale(self.language())))

    def percent(self, whole: int) -> str:
        """A whole percentage with its sign, where the language puts it."""
        return _percent(whole, self.language())

    def signed(self, number: int, *, plus: bool = False, said: str | None = None) -> str:
        """A whole number with a true minus sign (and, with `plus`, its plus sign); `said` stands in for its digits.

        Where lines run from the right a sign would be taken for the end of what is before it: it is kept to the left
        of its digits there, by an isolate.
        """
        digits = str(abs(number)) if said is None else said
        text = f"{MINUS if number < 0 else '+' if plus and number > 0 else ''}{digits}"
        return f"{LEFT_TO_RIGHT}{text}{ISOLATED}" if _locale(self.language()).text_direction == "rtl" else text

    def signed_decimal(self, number: Decimal, *, plus: bool = False) -> str:
        """A number with the decimals that it has, signed as `signed` does it."""
        side = (number > 0) - (number < 0)
        return self.signed(side, plus=plus, said=self.decimal(abs(number), max(0, -int(number.as_tuple().exponent))))

    def quoted(self, text: str) -> str:
        return self.gettext("“%(said)s”", said=text)

    def named(self, text: str) -> str:
        """A title or label as a part of a sentence: in quotation marks where it has a mark of its own at its end."""
        return self.quoted(text) if text.endswith(ENDS) else text

    def labelled(self, label: str, value: str) -> str:
        """“Neither: 16 of 29”."""
        return self.gettext("%(label)s: %(value)s", label=self.named(label), value=value)

    def listed(self, parts: Iterable[str]) -> str:
        """“one, two, three”. Empty for nothing."""
        return folded(self.gettext, list(parts))

    def chained(self, parts: Iterable[str]) -> str:
        """Longer pieces than `listed` has: “one, two; three, four”."""
        return functools.reduce(
            lambda first, rest: self.gettext("%(first)s; %(rest)s", first=first, rest=rest), list(parts) or [""]
        )


def folded(gettext: Callable[..., str], parts: Sequence[str]) -> str:
    """Parts with the comma of a language between them."""
    return functools.reduce(lambda first, rest: gettext("%(first)s, %(rest)s", first=first, rest=rest), parts or [""])


_locale = functools.cache(functools.partial(Locale.parse, sep="-"))


@functools.lru_cache(maxsize=1024)
def _percent(whole: int, language: str) -> str:
    return str(format_percent(Decimal(whole) / 100, locale=_locale(language)))


def _untranslated(text: str, /, **values: Any) -> str:
    return text % values if values else text


def _untranslated_plural(one: str, many: str, number: int, /, **values: Any) -> str:
    return (one if number == 1 else many) % {"num": Written(number, "en"), **values}


ENGLISH = Phrasing(_untranslated, _untranslated_plural)
"""The texts as they are written, for where there is no reader's language."""


def count_words(cell: Cell, words: Phrasing) -> str:
    """A count, “5 to 9”, “52 or more”, “fewer than 5”, or “not shown”."""
    if cell.count is not None:
        return words.whole(cell.count)
    if cell.low is not None and cell.high is not None:
        return words.gettext("%(first)s to %(last)s", first=words.whole(cell.low), last=words.whole(cell.high))
    if cell.low is not None:
        return words.gettext("%(number)s or more", number=words.whole(cell.low))
    if cell.high is not None:
        return words.gettext("fewer than %(number)s", number=words.whole(cell.high + 1))
    return words.gettext("not shown")


def bin_words(found: QuantityBin, words: Phrasing) -> str:
    """What a bin holds: “20 to 29”, “up to 19”, “60 or more”, “March 2025”, “6:00 to 11:59”."""
    low, high = found.low, found.high
    if isinstance(low, dt.date) and isinstance(high, dt.date):
        return words.month(low) if (high - low).days < 31 else str(low.year)
    if low is None and high is None:
        return words.gettext("any value")
    if isinstance(low, dt.time) and high is None:
        return words.gettext("%(time)s or later", time=words.measured(low))
    if low is None:
        assert high is not None
        return words.gettext("up to %(value)s", value=words.measured(high))
    if high is None:
        return words.gettext("%(number)s or more", number=words.measured(low))
    if low == high:
        return words.measured(low)
    return words.gettext("%(first)s to %(last)s", first=words.measured(low), last=words.measured(high))


def percent_words(cell: Cell, words: Phrasing) -> str | None:
    """A percentage with its sign, or None where there is none to show."""
    return None if cell.percent is None else words.percent(cell.percent)


def amount_words(cell: Cell, words: Phrasing) -> str:
    """A count inside a sentence: “47”, “between 5 and 9”, “at least 84”, “fewer than 5”, or “not shown”."""
    if cell.count is None and cell.low is not None:
        if cell.high is not None:
            return words.gettext("between %(low)s and %(high)s", low=words.whole(cell.low), high=words.whole(cell.high))
        return words.gettext("at least %(number)s", number=words.whole(cell.low))
    return count_words(cell, words)


def of_words(count: Cell, base: Cell, words: Phrasing) -> str:
    """“11 of 29”, “at least 84 of 88”; where the count is not told, the base alone; where neither is, that."""
    if count.told and base.told:
        return words.gettext("%(count)s of %(base)s", count=amount_words(count, words), base=count_words(base, words))
    if base.told:
        return words.gettext("base %(base)s", base=count_words(base, words))
    return count_words(base, words)


def unpublished(text: str, private: bool, words: Phrasing) -> str:
    """A text with numbers and, where one of them is not for publication, that in words."""
    return words.gettext("%(text)s (np: not for publication)", text=text) if private else text


NP = "np"
"""Stands at a number that is not for publication, in every language; what it is stands where it is said of when the
figures are."""


def marked(text: str, private: bool) -> str:
    """A short text with the mark at its end, where it is not for publication."""
    return f"{text} {NP}" if private else text


def flagged(tally: Tally) -> bool:
    """Whether a tally's numbers carry the flag: somebody answered, but few."""
    return tally.low_base and not tally.withheld and tally.base.count != 0


def next_look_words(again: NextLook | None, words: Phrasing) -> str | None:
    """In which release what is withheld is looked at again; None where nobody says."""
    if again is None:
        return None
    if again.after is None:
        return words.gettext("Looked at again in release %(number)s.", number=again.number)
    return words.gettext(
        "Looked at again in release %(number)s. Answers are still collected until %(day)s.",
        number=again.number,
        day=words.measured(again.after),
    )


def nothing_words(tally: Tally, words: Phrasing) -> str | None:
    """Why there is no bar to draw, or None where there is one."""
    if tally.withheld:
        said = words.gettext("Not shown, to protect people.")
        if tally.base.high is not None:
            said = words.gettext(
                "Not shown: fewer than %(number)s people answered.", number=words.whole(tally.base.high + 1)
            )
        again = next_look_words(tally.again, words)
        return f"{said} {again}" if again else said
    if tally.base.count == 0:
        return words.gettext("No answers yet.")
    return None
