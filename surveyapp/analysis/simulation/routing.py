"""The route of many people at once: `conditions.evaluate` and `routing.walk` over columns, for those who simulate.

Three values as there (Kleene), as numbers: and is the least of its items, or the greatest, not is 2 less the item.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.linked.table import NO_RESPONSE, NOT_ASKED, Flags
from surveyapp.analysis.simulation.columns import AnswerColumn, nobody, same_codes
from surveyapp.domain.answers import Codes, Number
from surveyapp.domain.instrument.conditions import (
    COMPARISONS,
    All,
    Answered,
    AnyOf,
    Changed,
    Compare,
    Condition,
    Is,
    KnownValue,
    Not,
    Reference,
)
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import pages_of, parts_of

FALSE, UNKNOWN, TRUE = np.int8(0), np.int8(1), np.int8(2)
Truth = NDArray[np.int8]
Finds = Callable[[Reference], AnswerColumn]


@dataclass(frozen=True)
class ColumnSituation:
    """`routing.Situation` of many people: their submitted answers at earlier touchpoints, and attributes."""

    people: int
    earlier: Mapping[int, Mapping[str, AnswerColumn]] = field(default_factory=dict)
    participant: Mapping[str, AnswerColumn] = field(default_factory=dict)
    site: Mapping[str, AnswerColumn] = field(default_factory=dict)

    def find(self, reference: Reference) -> AnswerColumn:
        """What a reference other than to an answer of this response stands for."""
        match reference.scope:
            case "participant":
                found = self.participant.get(reference.name)
            case "site":
                found = self.site.get(reference.name)
            case _:
                found = self.earlier.get(reference.touchpoint or 0, {}).get(reference.name)
        if found is None:
            return nobody(self.people, NOT_ASKED)
        # What is not known of somebody is, to a condition, what they were not asked.
        return found.where(found.codes != NO_RESPONSE, NOT_ASKED)


def evaluate(condition: Condition | None, find: Finds, people: int) -> Truth:
    """For each person FALSE, UNKNOWN (yet) or TRUE; no condition always holds."""
    match condition:
        case None:
            return np.full(people, TRUE)
        case Is(reference, options):
            return _of(find(reference), lambda known: _is_one_of(known, options))
        case Answered(reference):
            return _of(find(reference), lambda _: True)
        case Changed(before, after):
            return _changed(find(before), find(after))
        case Compare(reference, operator, number):
            compare = COMPARISONS[operator]
            return _of(find(reference), lambda known: isinstance(known, Number) and compare(known.value, number))
        case All(items):
            return functools.reduce(np.minimum, [evaluate(item, find, people) for item in items])
        case AnyOf(items):
            return functools.reduce(
                np.maximum, [evaluate(item, find, people) for item in items], np.full(people, FALSE)
            )
        case Not(item):
            return TRUE - evaluate(item, find, people)


def _of(column: AnswerColumn, says: Callable[[KnownValue], bool]) -> Truth:
    held = np.where(column.tabulated(says), TRUE, FALSE)
    return np.where(column.codes == NO_RESPONSE, UNKNOWN, held)


def _is_one_of(known: KnownValue, options: tuple[str, ...]) -> bool:
    if isinstance(known, str):
        return known in options
    return isinstance(known, Codes) and any(code in options for code in known.codes)


def _changed(before: AnswerColumn, after: AnswerColumn) -> Truth:
    first, second = same_codes(before, after)
    differ = np.where(first != second, TRUE, FALSE)
    open_yet = np.where((first == NO_RESPONSE) | (second == NO_RESPONSE), UNKNOWN, differ)
    return np.where((first < NO_RESPONSE) | (second < NO_RESPONSE), FALSE, open_yet)


@dataclass(frozen=True)
class ColumnRoute:
    """The way of many people through a questionnaire. `asked`: by page; `answers`: by variable, what is on the route,
    NOT_ASKED for what is certainly off it and NO_RESPONSE for what is still to come."""

    asked: Mapping[str, Truth]
    answers: Mapping[str, AnswerColumn]


def walk(
    questionnaire: Questionnaire,
    given: Mapping[str, AnswerColumn],
    situation: ColumnSituation,
    sections: NDArray[np.int16] | None = None,
) -> ColumnRoute:
    """`routing.walk` for everybody. `sections`: how many of the first sections each has answered (None: as `given`
    has it); what is given to later ones does not count."""
    parts, people = parts_of(questionnaire), situation.people
    place = {section.id: index for index, section in enumerate(questionnaire.sections)}
    section_asked: dict[str, Truth] = {}
    answers: dict[str, AnswerColumn] = {}
    asked: dict[str, Truth] = {}

    def find(reference: Reference) -> AnswerColumn:
        if reference.scope != "answer":
            return situation.find(reference)
        if reference.name not in parts:
            return nobody(people, NOT_ASKED)
        return answers.get(reference.name) or nobody(people)

    for page in pages_of(questionnaire):
        section = page.section
        if section.id not in section_asked:
            section_asked[section.id] = evaluate(section.ask_if, find, people)
        own = (page.question.ask_if, page.statement.ask_if if page.statement else None)
        holds = functools.reduce(
            np.minimum,
            [evaluate(condition, find, people) for condition in own if condition is not None],
            section_asked[section.id],
        )
        asked[page.id] = holds
        reached: Flags = holds == TRUE
        answering = reached if sections is None else reached & (sections > place[section.id])
        for part in page.parts:
            column = given.get(part.key, nobody(people))
            off = holds == FALSE
            answered = answering
            if part.when is not None:
                main, code = answers[part.when[0]], part.when[1]
                chosen = main.tabulated(functools.partial(_is_one_of, options=(code,)))
                off = off | (reached & (main.codes != NO_RESPONSE) & ~chosen)
                answered = answering & chosen
            kept = column.where(answered & (column.codes != NOT_ASKED), NO_RESPONSE)
            answers[part.key] = kept.where(~off, NOT_ASKED)
    return ColumnRoute(asked, answers)
