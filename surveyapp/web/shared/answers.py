"""How an answer reads: the words for its options, its number, its day, or the reason there is none."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal, format_percent
from flask_babel import LazyString, format_date, format_time, get_locale
from flask_babel import lazy_gettext as _

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Reason, Text, TimeOfDay
from surveyapp.domain.instrument.kinds import Part

DAY = "d MMMM yyyy"
"""How a day is written out."""

TIME = "H:mm"
"""How a time of day is written out."""

REASONS: dict[Reason, LazyString] = {
    Reason.DONT_KNOW: _("Don’t know"),
    Reason.PREFER_NOT_TO_SAY: _("Prefer not to say"),
    Reason.SKIPPED: _("Not answered"),
    Reason.NOT_ASKED: _("Not asked"),
}


def said(part: Part, answer: Answer | None) -> tuple[str, ...]:
    """What was answered, as words to show: one for most kinds, one an option for a multiple. No answer yet reads as
    not answered."""
    match answer:
        case Codes(codes):
            return tuple(option.label if (option := part.question.option(code)) else code for code in codes)
        case Missing(reason):
            return (str(REASONS[reason]),)
        case None:
            return (str(REASONS[Reason.SKIPPED]),)
        case _:
            return (written(answer) or "",)


def said_of_moment(part: Part, answer: Answer | None) -> tuple[str, ...]:
    """`said`, after which moment it is of where the question asks about more than one."""
    words = said(part, answer)
    if len(part.question.moments) < 2:
        return words
    return (str(_("“%(moment)s”: %(sentence)s", moment=part.moment_label, sentence=words[0])), *words[1:])


def written(answer: Answer | None) -> str | None:
    """An answer that needs no label, as words: a number, a day, a text. None for any other."""
    match answer:
        case Number(value):
            return written_number(value)
        case Day(value):
            return str(format_date(value, DAY, rebase=False))
        case TimeOfDay(value):
            return str(format_time(value, TIME, rebase=False))
        case Text(text):
            return text
        case _:
            return None


def written_percent(whole: int) -> str:
    """A whole percentage with its sign, where the reader's language puts it."""
    return format_percent(Decimal(whole) / 100, locale=get_locale() or "en")


def written_number(value: Decimal | int | float) -> str:
    """A number as the reader's language writes it, every decimal kept; of a float those that it is written with."""
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return format_decimal(exact.normalize(), locale=get_locale() or "en", decimal_quantization=False)
