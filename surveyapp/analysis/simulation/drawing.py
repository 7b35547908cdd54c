"""What simulated people would answer if they were asked: drawn for everybody, before the route says who was.

A person leans the same way over several questions, less so over time, and there is change: from before to now, and from
one touchpoint to the next, in most variables for the better, in some for the worse, in some not at all.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
import re
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from rstr import Rstr

from surveyapp.analysis.linked.table import ABSENCE
from surveyapp.analysis.simulation.chance import Chance, Leaning, humped, placed, skewed
from surveyapp.analysis.simulation.columns import AnswerColumn, nobody
from surveyapp.domain.answers import Codes, Day, Number, Reason, Text, TimeOfDay
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.instrument.conditions import KnownValue
from surveyapp.domain.instrument.kinds import Control, Part, PartType
from surveyapp.domain.instrument.patterns import matches
from surveyapp.domain.normalise import code
from surveyapp.domain.sentences import say

MISSING_RATES = {Reason.DONT_KNOW: 0.025, Reason.PREFER_NOT_TO_SAY: 0.012, Reason.SKIPPED: 0.025}
"""How often a question is left without an answer for a reason, where it may be."""

MOST_VALUES = 240
"""How many different numbers or days a variable is answered with."""

SENTENCES = (
    "It went well.",
    "More time would have helped.",
    "I learnt something new.",
    "Nothing to add.",
    "People were kind.",
    "The hours were hard to fit in.",
    "I would do it again.",
    "It was not what I expected.",
    "Good support from the team.",
    "Travel took long.",
)
"""What simulated people write in their own words."""

LINES = ("Simulated", "Something else", "Another one", "Not listed", "Other")
"""The same where there is one line."""


@dataclass(frozen=True)
class Leanings:
    """What a batch of people bring: how far each leans to the good side of things, shape (n,), standard normal; and how
    readily each leaves a question out, 1 on average."""

    chance: Chance
    towards: Leaning
    reluctance: Leaning


def draw(part: Part, touchpoint: int, leanings: Leanings, as_of: dt.date) -> AnswerColumn:
    """Everybody's answer to one variable at a touchpoint, or their reason for none. Raises StateRefused where no line
    of text fits the question's pattern, and there is no way past it."""
    chance, people = leanings.chance.of_batch(part.key, str(touchpoint)), len(leanings.towards)
    leaning = _leaning(part, touchpoint, leanings, chance)
    if part.type is PartType.CODES:
        column = _several(part, leaning, leanings, chance)
    else:
        values = _values(part, leanings.chance.seed, as_of)
        if not values:
            return _without(part, people)
        column = AnswerColumn(placed(leaning, _shares(part, len(values), leanings.chance)), values)
    return _left_out(part, column, leanings.reluctance, chance)


def _leaning(part: Part, touchpoint: int, leanings: Leanings, chance: np.random.Generator) -> Leaning:
    """Standard normal, more or less: the person's own, theirs on this question, and the day's."""
    own = leanings.chance.of_batch("own", part.name).standard_normal(len(leanings.towards))
    gain = leanings.chance.of_all("gain", part.name).normal(0.45, 0.4)
    shift = gain * (0.35 * (touchpoint - 1) - (0.9 if part.moment == "before" else 0.0))
    return 0.5 * leanings.towards + 0.6 * own + 0.62 * chance.standard_normal(len(own)) + shift


def _shares(part: Part, count: int, chance: Chance) -> Leaning:
    generator = chance.of_all("shares", part.name)
    if part.type is PartType.NUMBER and not part.codes:
        # Few large numbers and many small.
        return np.asarray(0.97 ** np.arange(count) / (0.97 ** np.arange(count)).sum())
    ordered = part.question.favourable is not None or part.type is not PartType.CODE
    return humped(count, generator) if ordered else skewed(count, generator)


@functools.lru_cache(maxsize=4096)
def _values(part: Part, seed: int, as_of: dt.date) -> tuple[KnownValue, ...]:
    """What a variable is answered with, from the bad side to the good where it has sides. The same for every batch."""
    match part.type:
        case PartType.NUMBER if part.codes:
            return tuple(Number(Decimal(code)) for code in part.codes)
        case PartType.NUMBER:
            return _numbers(part)
        case PartType.DATE:
            return _days(part, as_of)
        case PartType.TIME:
            return _times(part)
        case PartType.TEXT:
            return tuple(map(Text, _texts(part, seed)))
    codes = part.codes
    favourable = part.question.net(part.question.favourable or "")
    if favourable and codes[0] in favourable.options:
        codes = codes[::-1]
    return tuple(Codes((code,)) for code in codes)


def _numbers(part: Part) -> tuple[KnownValue, ...]:
    question = part.question
    low = question.minimum if question.minimum is not None else min(0, question.maximum or 0)
    high = question.maximum if question.maximum is not None else low + 1000
    step = Decimal(1).scaleb(-question.decimals)
    steps = int((high - low) / step)
    apart = max(1, -(-steps // MOST_VALUES))
    found = (low + step * number for number in range(0, steps + 1, apart))
    return tuple(Number(Decimal(format(number.normalize(), "f"))) for number in found)


def _days(part: Part, as_of: dt.date) -> tuple[KnownValue, ...]:
    """About now, as far as the question takes it: within two years."""
    written = part.question.earliest, part.question.latest
    earliest, latest = (dt.date.fromisoformat(each) if each else None for each in written)
    last = as_of + dt.timedelta(days=180)
    if earliest and earliest > last:
        last = earliest + dt.timedelta(days=365)
    last = min(last, latest) if latest else last
    first = last - dt.timedelta(days=720)
    first = max(first, earliest) if earliest else first
    apart = max(1, -(-(last - first).days // MOST_VALUES))
    return tuple(Day(first + dt.timedelta(days=days)) for days in range(0, (last - first).days + 1, apart))


def _times(part: Part) -> tuple[KnownValue, ...]:
    earliest, latest = part.question.earliest or "00:00", part.question.latest or "23:59"
    first, last = (int(each[:2]) * 60 + int(each[3:]) for each in (earliest, latest))
    return tuple(TimeOfDay(dt.time(*divmod(minute, 60))) for minute in range(first, last + 1, 10))


def _texts(part: Part, seed: int) -> tuple[str, ...]:
    pattern = part.question.pattern if part.when is None else None
    if pattern is None:
        fitting = tuple(text for text in (*SENTENCES, *LINES) if len(text) <= part.limit)
        return (fitting[: len(SENTENCES)] if part.control is Control.LINES else fitting[-len(LINES) :]) or ("x",)
    made = Rstr(random.Random(seed))  # noqa: S311 - nothing secret
    found: dict[str, None] = {}
    try:
        for _ in range(200):
            text = made.xeger(pattern.match)
            # As it would be read from a form: a code.
            if len(found) < len(SENTENCES) and len(text) <= part.limit and text and code(text) == text:
                found |= {text: None} if matches(pattern.match, text) else {}
    except re.error:
        # The engine that reads answers knows more than Python's.
        return ()
    return tuple(found)


def _without(part: Part, people: int) -> AnswerColumn:
    ways = _ways_out(part)
    if not ways:
        assert part.question.pattern is not None
        raise StateRefused(say("nothing_fits_pattern", name=part.key, pattern=part.question.pattern.match))
    return nobody(people, ABSENCE[ways[-1]])


def _several(part: Part, leaning: Leaning, leanings: Leanings, chance: np.random.Generator) -> AnswerColumn:
    """Some options of several, in the order of the question; an exclusive one alone."""
    options, question, people = part.question.options, part.question, len(leaning)
    alone = np.array([option.exclusive for option in options])
    wishes = leanings.chance.of_all("shares", part.name).normal(-0.6, 0.8, len(options))
    wish = wishes + 0.3 * leaning[:, None] + chance.standard_normal((people, len(options)))
    wish[:, alone] = -np.inf
    together = int((~alone).sum())
    least = min(question.minimum or 1, together)
    most = min(question.maximum or together, together)
    wanted = np.clip((wish > 0).sum(axis=1), least, max(least, most))
    rank = np.argsort(np.argsort(-wish, axis=1), axis=1)
    chosen = rank < wanted[:, None]
    if alone.any():
        nothing = (chance.random(people) < 0.05) | (together == 0)
        which = np.flatnonzero(alone)[chance.integers(0, int(alone.sum()), people)]
        chosen = np.where(nothing[:, None], np.arange(len(options)) == which[:, None], chosen)
    kinds, codes = np.unique(chosen, axis=0, return_inverse=True)
    names = [option.code for option in options]
    values = tuple(Codes(tuple(name for name, took in zip(names, kind, strict=True) if took)) for kind in kinds)
    return AnswerColumn(codes.reshape(-1).astype(np.int32), values)


def _ways_out(part: Part) -> tuple[Reason, ...]:
    """The reasons that somebody who answers alone can have for no answer."""
    asked = () if part.when else part.question.missing
    return (*asked, *(() if part.required else (Reason.SKIPPED,)))


def _left_out(part: Part, column: AnswerColumn, reluctance: Leaning, chance: np.random.Generator) -> AnswerColumn:
    codes = column.codes
    for reason in _ways_out(part):
        left = chance.random(len(codes)) < MISSING_RATES[reason] * reluctance
        codes = np.where(left, np.int32(ABSENCE[reason]), codes)
    return AnswerColumn(codes, column.values)
