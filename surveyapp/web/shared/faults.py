"""What is wrong with a posted answer, as a sentence that says what to do. Keyed on `AnswerFault.code` and the kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.web.shared.answers import DAY, REASONS


def fault_sentence(fault: AnswerFault, part: Part) -> str:
    """One sentence or two, for the summary at the top and for the field alike. It names the moment where the question
    asks about more than one."""
    several = len(part.question.moments) > 1
    if fault.code == "required" and several:
        return _("Choose an answer for “%(moment)s”.", moment=part.moment_label)
    sentence = _SENTENCES[fault.code](fault, part)
    return _("“%(moment)s”: %(sentence)s", moment=part.moment_label, sentence=sentence) if several else sentence


def _required(_fault: AnswerFault, part: Part) -> str:
    question = part.question
    ways = [_("“%(reason)s”", reason=REASONS[reason]) for reason in question.missing]
    out = _(" or ").join(ways)
    if question.kind == "rating":
        low, high = question.minimum, question.maximum
        return (
            _("Choose a number from %(low)s to %(high)s, or %(out)s.", low=low, high=high, out=out)
            if ways
            else _("Choose a number from %(low)s to %(high)s.", low=low, high=high)
        )
    match part.type:
        case PartType.CODE:
            return _("Choose an answer, or %(out)s.", out=out) if ways else _("Choose an answer.")
        case PartType.CODES:
            return _("Choose at least one answer, or %(out)s.", out=out) if ways else _("Choose at least one answer.")
        case PartType.NUMBER:
            return _("Write a number, or choose %(out)s.", out=out) if ways else _("Write a number.")
        case PartType.DATE:
            return (
                _("Write the day, month and year, or choose %(out)s.", out=out)
                if ways
                else _("Write the day, month and year.")
            )
        case PartType.TEXT:
            return _("Write your answer.")


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
    "not_a_date": lambda fault, part: _("Write a day that exists, such as 27 3 2025."),
    "too_early": lambda fault, part: _("The day must be %(day)s or later.", day=_day(fault)),
    "too_late": lambda fault, part: _("The day must be %(day)s or earlier.", day=_day(fault)),
    "too_long": _too_long,
    "too_few": _too_few,
    "too_many": _too_many,
    "wrong_pattern": lambda fault, part: fault.limit or "",
    "unexpected": lambda fault, part: _("That does not fit this question. Answer it again."),
}
