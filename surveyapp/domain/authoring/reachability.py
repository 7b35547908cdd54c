"""Whether a condition can ever hold, and so whether what it guards is ever asked.

A condition looks at answers that are themselves asked only on conditions. The ways these variables can turn out are
tried in the order asked, each over the classes of its answers that the conditions tell apart: the options they name,
any other answer, no substantive answer, and not asked where its own conditions say so. Conditions are three-valued, so
that a way is left as soon as they cannot hold any more. Exact; the question is as hard as any (satisfiability), so
that effort is bounded, and where it runs out there is no answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

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

MAXIMUM_EFFORT = 150_000
"""How many answers are looked at for one questionnaire: about half a second of it."""

_NO_ANSWER = Missing(Reason.SKIPPED)
_OTHER = "another answer than any condition names"
_ANOTHER = "yet another answer than any condition names"

_FINEST = Decimal("0.000001")
"""The step of the answers with the most decimals a question may ask for."""

Way = Mapping[Reference, KnownValue]
"""How answers and attributes turn out for somebody."""


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


class _OutOfEffort(Exception):
    pass


class Reachability:
    """What can be asked of somebody in one questionnaire. Ask in the order of its pages: each question then starts
    from the way that was found to what it looks back at."""

    def __init__(self, questionnaire: Questionnaire, effort: int = MAXIMUM_EFFORT) -> None:
        self._guarded = guards(questionnaire)
        self._order = {key: index for index, key in enumerate(self._guarded)}
        self._effort = effort
        self._found: dict[tuple[int, ...], Way] = {(): {}}

    def can_hold(self, conditions: Sequence[Condition]) -> bool | None:
        """Whether all these conditions can hold together for somebody; None where it cannot be said with the effort
        there is."""
        try:
            direct = list(dict.fromkeys(ref for each in conditions for ref in references(each)))
            way = self._one_more(conditions, direct)
            if way is None and self._search(conditions, direct, direct, free=True) is None:
                return False
            if way is None:
                way = self._search(conditions, direct, self._involved(conditions), free=False)
        except _OutOfEffort:
            return None
        if way is not None:
            self._found[tuple(map(id, conditions))] = way
        return way is not None

    def _one_more(self, conditions: Sequence[Condition], direct: Sequence[Reference]) -> Way | None:
        """The way to the last variable that the conditions look at, with one more answer. Most conditions hold so."""
        keys = [ref.name for ref in direct if ref.scope == "answer" and ref.name in self._guarded]
        if not keys:
            return None
        last = max(keys, key=self._order.__getitem__)
        before = self._found.get(tuple(map(id, self._guarded[last].conditions)))
        if before is None:
            return None
        reference = Reference("answer", last)
        way = dict(before)
        for value in self._answers(self._guarded[last].part, list(leaves(conditions))):
            way[reference] = value
            if self._outcome(conditions, way):
                return way
        return None

    def _involved(self, conditions: Sequence[Condition]) -> list[Reference]:
        """What these conditions rest on, directly or through what guards that: attributes, then variables as asked."""
        found: dict[Reference, None] = {}
        waiting = [ref for each in conditions for ref in references(each)]
        while waiting:
            reference = waiting.pop()
            if reference in found:
                continue
            found[reference] = None
            if self._is_asked(reference):
                waiting += [ref for each in self._guarded[reference.name].conditions for ref in references(each)]
        return sorted(found, key=lambda ref: self._order[ref.name] if self._is_asked(ref) else -1)

    def _is_asked(self, reference: Reference) -> bool:
        return reference.scope == "answer" and reference.name in self._guarded

    def _search(
        self, conditions: Sequence[Condition], direct: Sequence[Reference], order: Sequence[Reference], *, free: bool
    ) -> Way | None:
        """A way in which the conditions hold, depth first. `free`: as if any variable might be asked or not, whatever
        guards it: what does not hold even so never does."""
        guarding = [each for ref in order if self._is_asked(ref) for each in self._guarded[ref.name].conditions]
        telling = list(leaves([*conditions, *guarding]))
        self._spend(len(telling))
        way: dict[Reference, KnownValue] = {}
        tries: list[Iterator[KnownValue]] = []
        looked_at = set(direct)
        outcome = self._outcome(conditions, way)
        while outcome is not True:
            if outcome is None and len(tries) < len(order):
                tries.append(self._values(order[len(tries)], telling, way, free))
            while tries:
                reference = order[len(tries) - 1]
                way.pop(reference, None)
                value = next(tries[-1], None)
                if value is not None:
                    way[reference] = value
                    break
                tries.pop()
            if not tries:
                return None
            outcome = self._outcome(conditions, way) if reference in looked_at else None
        return way

    def _outcome(self, conditions: Iterable[Condition], way: Way) -> bool | None:
        """Whether all hold, as far as the way is known; what is not asked at all in this questionnaire never is."""
        outcome: bool | None = True
        for condition in conditions:
            holds = evaluate(condition, lambda ref: self._look(ref, way))
            if holds is False:
                return False
            if holds is None:
                outcome = None
        return outcome

    def _look(self, reference: Reference, way: Way) -> KnownValue:
        self._spend(1)
        unknown = NOT_ASKED if reference.scope == "answer" and reference.name not in self._guarded else None
        return way.get(reference, unknown)

    def _spend(self, effort: int) -> None:
        self._effort -= effort
        if self._effort < 0:
            raise _OutOfEffort

    def _values(self, reference: Reference, telling: Sequence[Condition], way: Way, free: bool) -> Iterator[KnownValue]:
        self._spend(len(telling))
        if reference.scope != "answer":
            return self._known(reference, telling)
        if reference.name not in self._guarded:
            return iter((NOT_ASKED,))
        guarded = self._guarded[reference.name]
        if free:
            return itertools.chain(self._answers(guarded.part, telling), (NOT_ASKED,))
        # Guards look back only, so that all they look at is decided by now.
        asked = self._outcome(guarded.conditions, way) is True
        return self._answers(guarded.part, telling) if asked else iter((NOT_ASKED,))

    def _answers(self, part: Part, telling: Sequence[Condition]) -> Iterator[Answer]:
        """One answer of each class that the conditions tell apart."""
        reference = Reference("answer", part.key)
        options = [option.code for option in part.question.options]
        named = [code for code in _named(reference, telling) if code in options]
        match part.type:
            case PartType.CODE:
                if _compared(reference, telling):
                    # Whether two answers differ needs two that do.
                    named += [code for code in options[:2] if code not in named]
                rest = next((code for code in options if code not in named), None)
                yield from (Codes((code,)) for code in (*named, rest) if code is not None)
            case PartType.CODES:
                yield from _sets(part, named)
            case PartType.NUMBER:
                question = part.question
                limits = [Decimal(each) for each in (question.minimum, question.maximum) if each is not None]
                for number in _around([*_numbers(reference, telling), *limits], Decimal(1).scaleb(-question.decimals)):
                    if (question.minimum is None or number >= question.minimum) and (
                        question.maximum is None or number <= question.maximum
                    ):
                        yield Number(number)
            case _:
                yield Text(_OTHER)
                if _compared(reference, telling):
                    yield Text(_ANOTHER)
        yield _NO_ANSWER

    def _known(self, reference: Reference, telling: Sequence[Condition]) -> Iterator[KnownValue]:
        """What an attribute, or an answer at an earlier touchpoint, may turn out to be."""
        named = _named(reference, telling)
        if reference.scope == "touchpoint":
            yield from (Codes((code,)) for code in (*named, _OTHER, _ANOTHER))
            for other in _compared(reference, telling):
                if self._is_asked(other):
                    yield from (
                        answer
                        for answer in self._answers(self._guarded[other.name].part, telling)
                        if not isinstance(answer, Missing)
                    )
            if numbers := _numbers(reference, telling):
                yield from (Number(number) for number in _around(numbers, _FINEST))
        else:
            yield from (*named, _OTHER)
        yield NOT_ASKED


def _sets(part: Part, named: Sequence[str]) -> Iterator[Answer]:
    """Every set of the named options that may be chosen together, filled up with others where a minimum asks for it."""
    question = part.question
    alone = [option.code for option in question.options if option.exclusive]
    together = [code for code in named if code not in alone]
    rest = [option.code for option in question.options if option.code not in (*named, *alone)]
    most = len(together) + len(rest) if question.maximum is None else question.maximum
    least = question.minimum or 1
    for size in range(1, min(len(together), most) + 1):
        for chosen in itertools.combinations(together, size):
            if size + len(rest) >= least:
                yield Codes((*chosen, *rest[: max(0, least - size)]))
    yield from (Codes((code,)) for code in named if code in alone)
    if len(rest) >= least:
        yield Codes(tuple(rest[:least]))
    elif other := next((code for code in alone if code not in named), None):
        yield Codes((other,))


def _named(reference: Reference, telling: Sequence[Condition]) -> list[str]:
    """The options of a variable that some condition names."""
    naming = [leaf for leaf in telling if isinstance(leaf, Is) and leaf.reference == reference]
    return list(dict.fromkeys(code for leaf in naming for code in leaf.options))


def _compared(reference: Reference, telling: Sequence[Condition]) -> list[Reference]:
    """What a variable must differ from, where conditions ask whether it changed."""
    pairs = [(leaf.before, leaf.after) for leaf in telling if isinstance(leaf, Changed)]
    return [after if reference == before else before for before, after in pairs if reference in (before, after)]


def _numbers(reference: Reference, telling: Sequence[Condition]) -> list[Decimal]:
    """The numbers that conditions compare a variable with."""
    return [leaf.number for leaf in telling if isinstance(leaf, Compare) and leaf.reference == reference]


def _around(limits: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """The numbers in steps that lie at each limit and next to it on either side: whatever holds of some number by
    comparing it with these limits holds of one of these."""
    found = set()
    for limit in limits or [Decimal(1)]:
        below, above = (limit.quantize(step, rounding) for rounding in (ROUND_FLOOR, ROUND_CEILING))
        found |= {below - step, below, above, above + step}
    return sorted(found)


def leaves(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """Every condition that is made of no others, in the order written."""
    for condition in conditions:
        inner = getattr(condition, "items", None) or ([condition.item] if hasattr(condition, "item") else None)
        if inner is None:
            yield condition
        else:
            yield from leaves(inner)
