"""When something is asked: a small closed tree of data over answers and attributes. No code in questionnaires.

Evaluation is three-valued (Kleene): True, False, or None while a question it depends on has not been answered yet. What
was never asked, and every answer that is not substantive, is never true of anything; `not` of it is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, cast

from pydantic import Field

from surveyapp.domain.answers import Answer, Codes, Missing, Number, is_substantive


@dataclass(frozen=True)
class Reference:
    """What a condition looks at. `scope` is answer, touchpoint, participant or site; `name` a variable key or an
    attribute; `touchpoint` the number of an earlier touchpoint of the same person."""

    scope: Literal["answer", "touchpoint", "participant", "site"]
    name: str
    touchpoint: int | None = None


@dataclass(frozen=True)
class Is:
    """The answer is one of these options (for a multiple: includes one of them); the attribute is one of these."""

    reference: Reference
    options: tuple[str, ...]
    type: Literal["is"] = "is"


@dataclass(frozen=True)
class Answered:
    """There is a substantive answer."""

    reference: Reference
    type: Literal["answered"] = "answered"


@dataclass(frozen=True)
class Changed:
    """Both sides have a substantive answer, and they differ."""

    before: Reference
    after: Reference
    type: Literal["changed"] = "changed"


@dataclass(frozen=True)
class Compare:
    """A number compared with a constant."""

    reference: Reference
    operator: Literal["at_least", "at_most", "more_than", "less_than"]
    number: Decimal
    type: Literal["compare"] = "compare"


@dataclass(frozen=True)
class All:
    """Every one holds."""

    items: tuple[Condition, ...]
    type: Literal["all"] = "all"


@dataclass(frozen=True)
class AnyOf:
    """At least one holds."""

    items: tuple[Condition, ...]
    type: Literal["any"] = "any"

    @functools.cached_property
    def alternatives(self) -> tuple[Condition, ...]:
        """The items, those that name options of one question outside the response together: what an answer may be is
        one of them for sure, where it is for sure none of them alone."""
        outside = [each for each in self.items if isinstance(each, Is) and each.reference.scope != "answer"]
        options: dict[Reference, dict[str, None]] = {}
        for each in outside:
            options.setdefault(each.reference, {}).update(dict.fromkeys(each.options))
        if len(options) == len(outside):
            return self.items
        together = tuple(Is(reference, tuple(named)) for reference, named in options.items())
        return tuple(each for each in self.items if each not in outside) + together


@dataclass(frozen=True)
class Not:
    """It does not hold."""

    item: Condition
    type: Literal["not"] = "not"


Condition = Annotated[Is | Answered | Changed | Compare | All | AnyOf | Not, Field(discriminator="type")]

NOT_YET = None
"""What a lookup returns for a question on the route that has no answer yet, and evaluation for what rests on one."""


@dataclass(frozen=True)
class MayBe:
    """Of an answer that was given in other words: all that it may be in those of the condition. What is true of each is
    true of it."""

    answers: tuple[Answer, ...]


KnownValue = Answer | MayBe | str | None
Lookup = Callable[[Reference], KnownValue]
"""Finds what a reference stands for: an answer, an attribute's value, `Missing(NOT_ASKED)` for what was not asked, or
None for what is not answered yet."""

COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "at_least": lambda a, b: a >= b,
    "at_most": lambda a, b: a <= b,
    "more_than": lambda a, b: a > b,
    "less_than": lambda a, b: a < b,
}


def evaluate(condition: Condition | None, lookup: Lookup, *, negated: bool = False) -> bool | None:
    """Whether the condition holds, or (`negated`) whether it does not; None when that cannot be known yet. No condition
    always holds. Of what an answer may be (`MayBe`) each comparison has to be so of every one."""
    match condition:
        case None:
            return not negated
        case Is(reference, options):
            return _of_each(lookup(reference), lambda known: _is_among(known, options), negated)
        case Answered(reference):
            known = lookup(reference)
            return None if known is None else (isinstance(known, str | MayBe) or is_substantive(known)) != negated
        case Changed(before, after):
            return _changed(lookup(before), lookup(after), negated)
        case Compare(reference, operator, number):
            compare = COMPARISONS[operator]
            return _of_each(
                lookup(reference), lambda known: isinstance(known, Number) and compare(known.value, number), negated
            )
        case All(items):
            values = [evaluate(item, lookup, negated=negated) for item in items]
            return _disjunction(values) if negated else _conjunction(values)
        case AnyOf():
            values = [evaluate(item, lookup, negated=negated) for item in condition.alternatives]
            return _conjunction(values) if negated else _disjunction(values)
        case Not(item):
            return evaluate(item, lookup, negated=not negated)


def _of_each(known: KnownValue, holds: Callable[[Answer | str], bool], negated: bool) -> bool | None:
    if known is None:
        return None
    if isinstance(known, MayBe):
        return all(holds(each) != negated for each in known.answers)
    return holds(known) != negated


def _is_among(known: Answer | str, options: tuple[str, ...]) -> bool:
    if isinstance(known, str):
        return known in options
    return isinstance(known, Codes) and any(code in options for code in known.codes)


def _changed(before: KnownValue, after: KnownValue, negated: bool) -> bool | None:
    if isinstance(before, Missing) or isinstance(after, Missing):
        return negated
    if before is None or after is None:
        return None
    return all((said(one) == said(other)) == negated for one in _each(before) for other in _each(after))


def said(known: KnownValue) -> object:
    """What is compared of an answer: of several options which they are, in whichever order a question lists them."""
    return frozenset(known.codes) if isinstance(known, Codes) else known


def _each(known: Answer | MayBe | str) -> tuple[Answer | str, ...]:
    return known.answers if isinstance(known, MayBe) else (known,)


def _conjunction(values: list[bool | None]) -> bool | None:
    if any(value is False for value in values):
        return False
    return None if any(value is None for value in values) else True


def _disjunction(values: list[bool | None]) -> bool | None:
    if any(value is True for value in values):
        return True
    return None if any(value is None for value in values) else False


def references(condition: Condition | None) -> Iterator[Reference]:
    """Every reference in a condition, in the order written."""
    match condition:
        case Is(reference) | Answered(reference) | Compare(reference):
            yield reference
        case Changed(before, after):
            yield before
            yield after
        case All(items) | AnyOf(items):
            for item in items:
                yield from references(item)
        case Not(item):
            yield from references(item)
        case None:
            return


_REFERENCE = re.compile(
    r"(?:(?P<scope>site|participant)\.(?P<attribute>[a-z][a-z0-9_]*)"
    r"|(?:touchpoint_(?P<touchpoint>\d{1,4})\.)?(?P<variable>[a-z][a-z0-9_]*)(?:@(?P<moment>before|now))?)"
)


def reference_of(written: str) -> Reference | None:
    """The reference somebody wrote; None where it is none."""
    match = _REFERENCE.fullmatch(written)
    if match is None:
        return None
    if match["scope"]:
        return Reference(cast(Literal["site", "participant"], match["scope"]), match["attribute"])
    name = match["variable"] + (f"@{match['moment']}" if match["moment"] else "")
    if match["touchpoint"]:
        return Reference("touchpoint", name, int(match["touchpoint"]))
    return Reference("answer", name)


def reference_id(reference: Reference) -> str:
    """A reference as it is written: `touchpoint_1.trade`, `site.sector`, `hopes`."""
    if reference.scope == "touchpoint":
        return f"touchpoint_{reference.touchpoint}.{reference.name}"
    return reference.name if reference.scope == "answer" else f"{reference.scope}.{reference.name}"
