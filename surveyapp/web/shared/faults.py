"""What is wrong with a posted answer, as a sentence that says what to do, keyed on `AnswerFault.code` and the kind; and
which of what is wrong on a page has the focus."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

from flask import g
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import Part, PartType, typed_number
from surveyapp.web.shared.answers import DAY, REASONS, written_number

_SAID = re.compile(r'class="(?:fault|error-summary)"(?![^>]*\shidden)')


def says_what_is_wrong(page: str) -> bool:
    """Whether a page, as it is drawn, shows that something is wrong: a fault that is not hidden, or a summary."""
    return _SAID.search(page) is not None


def takes_focus(name: str) -> bool:
    """Whether what is wrong there has the focus of the page that is being made: the first that asks, for a page has
    one. A page may be made more than once in a request: what style it needs is read from it."""
    return bool(g.setdefault("focus", name) == name)


def fault_sentence(fault: AnswerFault, part: Part) -> str:
    """One sentence or two, for the summary at the top and for the field alike. It names the moment where the question
    asks about more than one."""
    several = len(part.question.moments) > 1
    if fault.code == "required" and several:
        return _("Choose an answer for “%(moment)s”.", moment=part.moment_label)
    own = part.kind.sentences.get(fault.code)
    sentence = _(own, limit=fault.limit) if own else _SENTENCES[fault.code](fault, part)
    return _("“%(moment)s”: %(sentence)s", moment=part.moment_label, sentence=sentence) if several else sentence


def _required(_fault: AnswerFault, part: Part) -> str:
    question, (alone, beside) = part.question, part.kind.asks
    ways = [_("“%(reason)s”", reason=REASONS[reason]) for reason in question.missing]
    limits = {"low": question.minimum, "high": question.maximum}
    return _(beside, out=_(" or ").join(ways), **limits) if ways else _(alone, **limits)


def _not_an_option(_fault: AnswerFault, part: Part) -> str:
    if part.type is PartType.TEXT:
        return _("This cannot be stored as it is written. Write it in other words.")
    return _("Choose from the answers shown.")


def _more_than_one(_fault: AnswerFault, part: Part) -> str:
    return _("Choose one answer only.") if part.type in (PartType.CODE, PartType.CODES) else _("Give one answer only.")


def _exclusive(fault: AnswerFault, _part: Part) -> str:
    if fault.limit is not None:
        return _("“%(option)s” cannot go with another answer. Keep one or the other.", option=fault.limit)
    return _("You gave an answer and also a reason for not giving one. Keep one or the other.")


def _day(fault: AnswerFault) -> str:
    return str(format_date(dt.date.fromisoformat(fault.limit or ""), DAY, rebase=False))


def _ambiguous_number(fault: AnswerFault, _part: Part) -> str:
    one, two = map(Decimal, fault.readings)
    return which_number(written_number(one), written_number(two), typed_number(one), typed_number(two))


def which_number(one: str, two: str, first: str, second: str) -> str:
    """What is asked where a number means `one` or `two`, and can be written as `first` or as `second`."""
    return _(
        "Did you mean %(one)s, or %(two)s? Write it as %(first)s or as %(second)s.",
        one=one,
        two=two,
        first=first,
        second=second,
    )


def _too_many_decimals(fault: AnswerFault, _part: Part) -> str:
    return ngettext(
        "Write at most %(num)d digit after the point.",
        "Write at most %(num)d digits after the point.",
        int(fault.limit or 0),
    )


def _too_long(fault: AnswerFault, _part: Part) -> str:
    return ngettext(
        "Your answer is too long. It can have %(num)d character at most.",
        "Your answer is too long. It can have %(num)d characters at most.",
        int(fault.limit or 0),
    )


def _too_few(fault: AnswerFault, _part: Part) -> str:
    return ngettext("Choose at least %(num)d answer.", "Choose at least %(num)d answers.", int(fault.limit or 0))


def _too_many(fault: AnswerFault, _part: Part) -> str:
    return ngettext("Choose %(num)d answer at most.", "Choose %(num)d answers at most.", int(fault.limit or 0))


_SENTENCES: dict[str, Callable[[AnswerFault, Part], str]] = {
    "required": _required,
    "not_an_option": _not_an_option,
    "more_than_one": _more_than_one,
    "exclusive": _exclusive,
    "not_a_number": lambda fault, part: _("Write a number in figures, such as 12."),
    "not_whole": lambda fault, part: _("Write a whole number, such as 12."),
    "too_many_decimals": _too_many_decimals,
    "too_small": lambda fault, part: _("The number must be %(limit)s or more.", limit=fault.limit),
    "too_large": lambda fault, part: _("The number must be %(limit)s or less.", limit=fault.limit),
    "ambiguous_number": _ambiguous_number,
    "not_a_date": lambda fault, part: _("Write a day that exists, such as 27 3 2025."),
    "too_early": lambda fault, part: _("The day must be %(day)s or later.", day=_day(fault)),
    "too_late": lambda fault, part: _("The day must be %(day)s or earlier.", day=_day(fault)),
    "too_long": _too_long,
    "too_few": _too_few,
    "too_many": _too_many,
    "wrong_pattern": lambda fault, part: fault.limit or "",
    "unexpected": lambda fault, part: _("That does not fit this question. Answer it again."),
}
