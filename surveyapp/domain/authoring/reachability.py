"""Whether a condition can ever hold, and so whether what it guards is ever asked.

A condition looks at answers that are themselves asked only on conditions. Every way these few variables can turn out is
tried, each over the classes of its answers that the conditions tell apart: the options they name, any other answer, no
substantive answer, and not asked where its own conditions say so. Exact; where there would be too many ways to try, the
condition is taken to be possible.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from surveyapp.domain.answers import Answer, Codes, Missing, Number, Reason, Text
from surveyapp.domain.instrument.conditions import (
    Changed,
    Compare,
    Condition,
    Is,
    KnownValue,
    Reference,
    evaluate,
    references,
)
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import NOT_ASKED, pages_of

MOST_WAYS = 20_000
"""How many combinations of answers are tried before a condition is let pass."""

_NO_ANSWER = Missing(Reason.SKIPPED)
_OTHER = "another answer than any condition names"


@dataclass(frozen=True)
class Guarded:
    """A variable and the conditions (of its section, question and statement) it is asked on."""

    part: Part
    conditions: tuple[Condition, ...]


def guards(questionnaire: Questionnaire) -> dict[str, Guarded]:
    """Every variable with what guards it, by key, in the order asked."""
    found = {}
    for page in pages_of(questionnaire):
        written = (page.section.ask_if, page.question.ask_if, page.statement.ask_if if page.statement else None)
        conditions = tuple(condition for condition in written if condition is not None)
        for part in page.parts:
            found[part.key] = Guarded(part, conditions)
    return found


def can_hold(conditions: Sequence[Condition], guarded: Mapping[str, Guarded]) -> bool:
    """Whether all these conditions can hold together for somebody."""
    involved = _involved(conditions, guarded)
    if any(isinstance(leaf, Changed) and leaf.before.scope == "touchpoint" for leaf in leaves(conditions)):
        return True  # the earlier answer is any of another questionnaire's: nothing here rules a change out
    every = [*conditions, *(condition for key in involved for condition in guarded[key].conditions)]
    outside = list(dict.fromkeys(ref for each in every for ref in references(each) if ref.scope != "answer"))
    ways = {key: list(_answers(guarded[key].part, every)) for key in involved}
    attributes = {reference: list(_values(reference, every)) for reference in outside}
    if math.prod([len(each) for each in ways.values()] + [len(each) for each in attributes.values()]) > MOST_WAYS:
        return True
    for values in itertools.product(*attributes.values()):
        known = dict(zip(attributes, values, strict=True))
        if _holds_somehow(conditions, guarded, ways, known):
            return True
    return False


def _holds_somehow(
    conditions: Sequence[Condition],
    guarded: Mapping[str, Guarded],
    ways: Mapping[str, Sequence[Answer]],
    known: Mapping[Reference, KnownValue],
) -> bool:
    for answers in itertools.product(*ways.values()):
        given: dict[str, Answer] = {}

        def lookup(reference: Reference, given: Mapping[str, Answer] = given) -> KnownValue:
            return known[reference] if reference.scope != "answer" else given.get(reference.name, NOT_ASKED)

        # In the order asked, so that what an earlier answer rules out is not asked when a later one is looked at.
        for key, answer in zip(ways, answers, strict=True):
            asked = all(evaluate(condition, lookup) for condition in guarded[key].conditions)
            given[key] = answer if asked else NOT_ASKED
        if all(evaluate(condition, lookup) for condition in conditions):
            return True
    return False


def _involved(conditions: Sequence[Condition], guarded: Mapping[str, Guarded]) -> list[str]:
    """The variables these conditions rest on, directly or through what guards those, in the order asked."""
    found: set[str] = set()
    waiting = [ref.name for each in conditions for ref in references(each) if ref.scope == "answer"]
    while waiting:
        key = waiting.pop()
        if key in found or key not in guarded:
            continue
        found.add(key)
        for condition in guarded[key].conditions:
            waiting += [ref.name for ref in references(condition) if ref.scope == "answer"]
    return [key for key in guarded if key in found]


def _answers(part: Part, conditions: Sequence[Condition]) -> Iterator[Answer]:
    """One answer of each class that the conditions tell apart."""
    reference = Reference("answer", part.key)
    match part.type:
        case PartType.CODE:
            named = [code for code in _named(reference, conditions) if part.question.option(code)]
            if any(isinstance(leaf, Changed) and reference in (leaf.before, leaf.after) for leaf in leaves(conditions)):
                # Whether two answers differ needs two that do.
                named += [option.code for option in part.question.options[:2] if option.code not in named]
            rest = next((option.code for option in part.question.options if option.code not in named), None)
            yield from (Codes((code,)) for code in named)
            if rest:
                yield Codes((rest,))
        case PartType.CODES:
            named = [code for code in _named(reference, conditions) if part.question.option(code)]
            alone = {option.code for option in part.question.options if option.exclusive}
            together = [code for code in named if code not in alone]
            for size in range(1, len(together) + 1):
                yield from (Codes(chosen) for chosen in itertools.combinations(together, size))
            yield from (Codes((code,)) for code in named if code in alone)
            rest = next((option.code for option in part.question.options if option.code not in named), None)
            if rest:
                yield Codes((rest,))
        case PartType.NUMBER:
            low, high = part.question.minimum, part.question.maximum
            for number in _tried(reference, conditions, low, high):
                if (low is None or number >= low) and (high is None or number <= high):
                    yield Number(number)
        case _:
            yield Text(_OTHER)
    yield _NO_ANSWER


def _values(reference: Reference, conditions: Sequence[Condition]) -> Iterator[KnownValue]:
    """What an attribute, or an answer at an earlier touchpoint, may turn out to be."""
    named = _named(reference, conditions)
    if reference.scope == "touchpoint":
        yield from (Codes((code,)) for code in (*named, _OTHER))
        yield from (Number(number) for number in _tried(reference, conditions))
    else:
        yield from named
        yield _OTHER
    yield NOT_ASKED


def _named(reference: Reference, conditions: Sequence[Condition]) -> list[str]:
    """The options of a variable that some condition names."""
    naming = [leaf for leaf in leaves(conditions) if isinstance(leaf, Is) and leaf.reference == reference]
    return list(dict.fromkeys(code for leaf in naming for code in leaf.options))


def _tried(
    reference: Reference, conditions: Sequence[Condition], low: int | None = None, high: int | None = None
) -> list[Decimal]:
    """Each number a condition compares with, some between and one beyond either end, and the question's own limits."""
    compared = {leaf.number for leaf in leaves(conditions) if isinstance(leaf, Compare) and leaf.reference == reference}
    limits = sorted(compared | {Decimal(limit) for limit in (low, high) if limit is not None}) or [Decimal(1)]
    between = [(one + other) / 2 for one, other in itertools.pairwise(limits)]
    return sorted({limits[0] - 1, *limits, *between, limits[-1] + 1})


def leaves(conditions: Sequence[Condition]) -> Iterator[Condition]:
    """Every condition that is made of no others, in the order written."""
    for condition in conditions:
        inner = getattr(condition, "items", None) or ([condition.item] if hasattr(condition, "item") else None)
        if inner is None:
            yield condition
        else:
            yield from leaves(inner)
