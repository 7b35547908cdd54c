"""Conditions as plain data, for whoever walks the route without being told what is known of a person.

A leaf that rests on this response's answers is written out. One that rests on anything else (an earlier touchpoint, the
site, the person) is only numbered: it is worked out here, and told as true or false.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from surveyapp.domain.instrument.conditions import (
    All,
    Answered,
    AnyOf,
    Changed,
    Compare,
    Condition,
    Is,
    Lookup,
    Not,
    evaluate,
    references,
)
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import Page, Route, Situation, known, pages_of

Data = dict[str, object]
"""What JSON can be made of."""


def condition_of(page: Page) -> Condition | None:
    """All that a page is asked on: its section's condition, its question's and its statement's."""
    own = (page.section.ask_if, page.question.ask_if, page.statement.ask_if if page.statement else None)
    there_are = tuple(each for each in own if each is not None)
    if not there_are:
        return None
    return there_are[0] if len(there_are) == 1 else All(there_are)


def as_data(condition: Condition, outside: tuple[Condition, ...], *, negated: bool = False) -> Data:
    """A condition, or (`negated`) that it does not hold, as data. A leaf among `outside` is its place there and, where
    it looks at this response too, at which variables (`with`); what is negated are the leaves alone."""
    match condition:
        case All(items):
            return {"any" if negated else "all": [as_data(item, outside, negated=negated) for item in items]}
        case AnyOf():
            several = [as_data(item, outside, negated=negated) for item in condition.alternatives]
            return {"all" if negated else "any": several}
        case Not(item):
            return as_data(item, outside, negated=not negated)
        case _:
            leaf = Not(condition) if negated else condition
            data = _told(outside.index(leaf), condition) if leaf in outside else _of_leaf(condition)
            return {"not": data} if negated else data


def _told(place: int, leaf: Condition) -> Data:
    own = [each.name for each in references(leaf) if each.scope == "answer"]
    return {"outside": str(place)} | ({"with": own} if own else {})


def _of_leaf(leaf: Condition) -> Data:
    match leaf:
        case Is(reference, options):
            return {"is": reference.name, "options": list(options)}
        case Answered(reference):
            return {"answered": reference.name}
        case Changed(before, after):
            return {"changed": [before.name, after.name]}
        case Compare(reference, operator, number):
            return {operator: reference.name, "number": format(number, "f")}
        case _:
            raise TypeError(leaf)


@functools.lru_cache(maxsize=128)
def leaves_outside(questionnaire: Questionnaire) -> tuple[Condition, ...]:
    """Every leaf that rests on anything outside the response, once, in the order first met; in a `Not` where it stands
    in one, for what an answer may be is another then."""
    found = (leaf for page in pages_of(questionnaire) for leaf in leaves_of(condition_of(page)))
    return tuple(dict.fromkeys(leaf for leaf in found if any(each.scope != "answer" for each in references(leaf))))


def leaves_of(condition: Condition | None, *, negated: bool = False) -> Iterator[Condition]:
    """The leaves of a condition, or (`negated`) of its negation; each in a `Not` where what is said is that it does not
    hold."""
    match condition:
        case All(items):
            for item in items:
                yield from leaves_of(item, negated=negated)
        case AnyOf():
            for item in condition.alternatives:
                yield from leaves_of(item, negated=negated)
        case Not(item):
            yield from leaves_of(item, negated=not negated)
        case None:
            return
        case _:
            yield Not(condition) if negated else condition


def told_of_outside(questionnaire: Questionnaire, route: Route, situation: Situation) -> dict[str, bool | None]:
    """Whether each leaf of `leaves_outside` holds, by its place; of one in a `Not`, what makes that so. None: it also
    rests on an answer of this response that is not there yet."""
    lookup = known(questionnaire, route, situation)
    return {str(place): told_of(leaf, lookup) for place, leaf in enumerate(leaves_outside(questionnaire))}


def told_of(leaf: Condition, lookup: Lookup) -> bool | None:
    """What is told of a leaf of `leaves_of`: whether it holds, of one in a `Not` what makes that so."""
    holds = evaluate(leaf, lookup)
    return holds if holds is None or not isinstance(leaf, Not) else not holds
