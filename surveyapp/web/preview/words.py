"""What the kinds, limits and orders of questions are called on pages about a questionnaire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from surveyapp.domain.instrument.codebook import Codebook
from surveyapp.domain.instrument.condition_text import condition_words
from surveyapp.domain.instrument.conditions import Condition
from surveyapp.domain.instrument.kinds import KINDS, Control
from surveyapp.domain.instrument.questionnaire import Question, Score
from surveyapp.reports.text.version_text import WHAT
from surveyapp.web.shared.answers import DAY


def say(text: str, /, **values: str) -> str:
    """A sentence of the domain's in the looker's language."""
    return _(text, **values)


def kind(question: Question) -> str:
    """How a question is answered."""
    return _(KINDS[question.kind].described)


def asked_if(condition: Condition | None, book: Codebook) -> str | None:
    """Of whom it is asked, in words; None: of everybody."""
    return None if condition is None else condition_words(condition, book.known, say)


def rules(question: Question) -> Iterator[str]:
    """What an answer must be like, and how the question is shown: a few words each."""
    control = KINDS[question.kind].control
    if control is not Control.NOTHING:
        yield _("needs an answer") if question.required else _("can be left empty")
    if control is Control.ANY:
        if question.minimum and question.minimum > 1:
            yield ngettext("at least %(num)s", "at least %(num)s", question.minimum)
        if question.maximum:
            yield ngettext("at most %(num)s", "at most %(num)s", question.maximum)
    elif question.minimum is not None or question.maximum is not None:
        yield _range(question.minimum, question.maximum)
    if question.decimals:
        yield ngettext("%(num)s decimal place", "%(num)s decimal places", question.decimals)
    if question.units:
        yield _("with the unit %(unit)s", unit=question.units[0])
    if question.earliest:
        yield _("not before %(day)s", day=_limit(question.earliest))
    if question.latest:
        yield _("not after %(day)s", day=_limit(question.latest))
    if question.max_length:
        yield ngettext("at most %(num)s character", "at most %(num)s characters", question.max_length)
    if question.pattern:
        yield question.pattern.says
    if question.order == "shuffled":
        yield _("options shuffled")
    if question.order == "reversed_for_half":
        yield _("options turned round for half of the people")
    if question.fact:
        yield _("later questions may quote it")


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return _("up to %(high)s", high=high)
    return _("from %(low)s", low=low) if high is None else _("from %(low)s to %(high)s", low=low, high=high)


def _limit(written: str) -> str:
    """A day as the looker's language writes it; a time as it is."""
    try:
        return str(format_date(dt.date.fromisoformat(written), DAY, rebase=False))
    except ValueError:
        return written


def method(score: Score) -> str:
    """How a score is made of its items."""
    how = _("the sum of its items") if score.method == "sum" else _("the mean of its items")
    needed = ngettext("%(num)s of them answered", "%(num)s of them answered", score.minimum_answered)
    return _("%(how)s, with at least %(needed)s", how=how, needed=needed)


def what(name: str) -> str:
    """A part of a question: “Text”, “Option”."""
    return _(WHAT[name]) if name in WHAT else name.replace("_", " ").capitalize()
