"""Kinds answered with a number, and how a number is read as people type it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from surveyapp.domain.answers import Answer, Number
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.kinds.base import ALWAYS, MOMENTS, Control, Kind, Part, PartType, Summary
from surveyapp.domain.instrument.questionnaire import Question
from surveyapp.domain.normalise import code

_SIGNS = str.maketrans("\u060c\u06d4\u0964\u2018\u2019\u02bc\u00b4`", ",..'''''")
"""Other scripts' comma and full stops, and the apostrophes that group figures in Switzerland."""

_DECIMAL, _GROUP = "\u066b", "\u066c"
"""The Arabic decimal and thousands separators: these mean one thing only."""

_TYPED = re.compile(rf"(?P<sign>[+-]?) ?(?P<body>[0-9.,' {_DECIMAL}{_GROUP}]{{1,60}})", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:_[0-9]{3})+|[0-9]{1,2}(?:_[0-9]{2})+_[0-9]{3}", re.ASCII)
"""Figures grouped in threes, or as in South Asia: 12_34_567."""

_PLAIN = re.compile(r"[0-9]{1,15}(\.[0-9]{1,10})?", re.ASCII)


def readings(written: str) -> tuple[Decimal, ...]:
    """What a number may mean that is typed in figures, in the shape of `normalise.code`: nothing, one number or, where
    a comma or full stop before exactly three digits leaves it open, two: with thousands first, then with decimals."""
    typed = _TYPED.fullmatch(written.translate(_SIGNS))
    if typed is None:
        return ()
    sign = "-" if typed["sign"] == "-" else ""
    found = [Decimal(sign + plain) for plain in _plain(typed["body"]) if _PLAIN.fullmatch(plain)]
    return tuple(dict.fromkeys(number + 0 for number in found))


def _plain(body: str) -> Iterator[str]:
    """Each way to read the figures, with a point before the decimals and nothing else between them."""
    body = _ungrouped(body, _GROUP, "'", " ")
    if _DECIMAL in body:
        whole, _, decimals = body.partition(_DECIMAL)
        yield _with_decimals(_ungrouped(whole, ".", ","), decimals.rstrip("."))
        return
    marks = [mark for mark in body if mark in ".,"]
    ended = body.removesuffix(".")
    if len(marks) > 1 and ended != body and (len(set(marks)) == 1 or _ungrouped(ended, marks[0]) == ended):
        # 38,5. is the end of a sentence; in 24,000. nothing but thousands can be meant.
        yield from _plain(ended)
    elif len(set(marks)) == 2:
        # The last is before the decimals, and the others group.
        whole, _, decimals = body.rpartition(marks[-1])
        yield _with_decimals(_ungrouped(whole, marks[0]), decimals)
    elif len(marks) > 1:
        yield _ungrouped(body, marks[0])
    elif marks:
        whole, _, decimals = body.partition(marks[0])
        if len(decimals) == 3 and re.fullmatch("[1-9][0-9]{0,2}", whole, re.ASCII):
            yield whole + decimals
        yield _with_decimals(whole, decimals)
    else:
        yield body


def _ungrouped(body: str, *marks: str) -> str:
    """The figures without a mark that groups all of those before the decimals; as they are where it does not."""
    for mark in marks:
        if mark in body:
            figures = body.replace(mark, "_")
            rest = figures.lstrip("0123456789_")
            whole = figures[: len(figures) - len(rest)]
            if _GROUPED.fullmatch(whole):
                return whole.replace("_", "") + rest
    return body


def _with_decimals(whole: str, decimals: str) -> str:
    """7, from "7." and 0.5 from ".5", as people type them."""
    return f"{whole or '0'}.{decimals}" if decimals else whole


def without_unit(question: Question, typed: str) -> str:
    """What was typed without a unit that the question names, before or after the figures."""
    folded, without_stop = typed.casefold(), typed.casefold().rstrip(".")
    units = {code(unit).casefold() for unit in question.units}
    for unit in sorted(units, key=len, reverse=True):
        for written in (folded, without_stop):
            if written.endswith(unit) and not written.removesuffix(unit)[-1:].isalpha():
                return written.removesuffix(unit).strip()
        if folded.startswith(unit):
            return folded.removeprefix(unit).strip()
    return folded


class NumberKind(Kind):
    """A number within limits, with so many decimals at most."""

    name = "number"
    described = N_("a number")
    control = Control.LINE
    summary = Summary.QUANTITY
    type = PartType.NUMBER
    quotable = True
    accepts = ALWAYS | {"missing", "required", "minimum", "maximum", "decimals", "units", "fact"}
    asks = (N_("Write a number."), N_("Write a number, or choose %(out)s."))
    input_mode = "decimal"

    def read(self, part: Part, values: list[str]) -> Answer | AnswerFault:
        if len(values) > 1:
            return AnswerFault(part.key, "more_than_one")
        meant = readings(without_unit(part.question, values[0]))
        if not meant:
            return AnswerFault(part.key, "not_a_number")
        faults = [_fault(part, number) for number in meant]
        fitting = [number for number, fault in zip(meant, faults, strict=True) if fault is None]
        if not fitting:
            return faults[0] or AnswerFault(part.key, "not_a_number")
        # Where the question takes thousands and not the decimals, thousands were meant. Never the other way: what is
        # too large is not made a thousand times smaller in silence.
        if len(meant) > 1 and fitting != [meant[0]]:
            return AnswerFault(part.key, "ambiguous_number", readings=tuple(map(_figures, meant)))
        return Number(fitting[0])


def _fault(part: Part, value: Decimal) -> AnswerFault | None:
    """Why the question does not take a number; None: it does."""
    question = part.question
    if value != round(value, question.decimals):
        code, limit = ("too_many_decimals", str(question.decimals)) if question.decimals else ("not_whole", None)
        return AnswerFault(part.key, code, limit)
    if question.minimum is not None and value < question.minimum:
        return AnswerFault(part.key, "too_small", str(question.minimum))
    if question.maximum is not None and value > question.maximum:
        return AnswerFault(part.key, "too_large", str(question.maximum))
    return None


def _figures(value: Decimal) -> str:
    return format(value.normalize(), "f")


class Rating(NumberKind):
    """A whole number on a scale with named ends."""

    name = "rating"
    described = N_("a number on a scale")
    control = Control.SCALE
    summary = Summary.RATING
    scaled = True
    quotable = False
    accepts = ALWAYS | MOMENTS | {"scale", "missing", "required"}
    asks = (
        N_("Choose a number from %(low)s to %(high)s."),
        N_("Choose a number from %(low)s to %(high)s, or %(out)s."),
    )

    def codes(self, question: Question) -> tuple[str, ...]:
        if question.minimum is None or question.maximum is None:
            return ()
        return tuple(str(number) for number in range(question.minimum, question.maximum + 1))
