"""What a release is made of, from the linked table of one group: each variable as a table of statuses, which the
protection groups and audits.

A variable is a table of its own for each set of options it is counted in, with a moment for each touchpoint and moment
at which it was asked in them; so is each option of a several-choice question, as a yes or no, and each score by its
bands. Of numbers, days, times and words it is told how many gave one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from surveyapp.analysis.counting.vectors import Vector, option_vector
from surveyapp.analysis.disclosure.inputs import (
    NO_ANSWER,
    NOT_ASKED,
    NOT_THERE,
    CrossedMoments,
    RoutedBy,
    StatusCodes,
    StatusMoment,
    StatusTable,
)
from surveyapp.analysis.linked import table as linked
from surveyapp.domain.instrument.conditions import All, AnyOf, Changed, Condition, Not, Reference, references
from surveyapp.domain.instrument.kinds import Part, Summary
from surveyapp.domain.instrument.routing import Page

COUNTED_AS_GIVEN = (Summary.QUANTITY, Summary.TIME, Summary.WORDS)
"""Of these it is told how many answered, and nothing of what."""

GIVEN = ("given",)
"""The one option of a variable of which only that is told."""


@dataclass(frozen=True, kw_only=True)
class ReleasedVariable:
    """A variable at a touchpoint and moment, as it is counted there. `page`: where it is asked, None for a score."""

    touchpoint: int
    part: Part
    vector: Vector
    net: str | None = None
    page: Page | None = None

    @property
    def place(self) -> tuple[int, str]:
        return self.touchpoint, self.part.key


@dataclass(frozen=True)
class StatusPlace:
    """Where a variable at a moment is told: the table, and which of its moments. `backwards`: its options run there
    from the last to the first, so that more is better."""

    table: str
    moment: int
    backwards: bool = False


@dataclass
class StatusTables:
    """Every table of a group with the columns it is of, and where each variable (each option of a several-choice one)
    is found: by touchpoint, key and option. `touchpoints`: of which each column is."""

    tables: list[StatusTable] = field(default_factory=list)
    columns: dict[str, StatusCodes] = field(default_factory=dict)
    places: dict[tuple[int, str, str | None], StatusPlace] = field(default_factory=dict)
    touchpoints: dict[str, int] = field(default_factory=dict)

    def add(self, others: StatusTables) -> None:
        """Takes in the tables of other variables."""
        self.tables += others.tables
        self.columns |= others.columns
        self.places |= others.places
        self.touchpoints |= others.touchpoints

    def crossed(self, touchpoint: int, first: str, second: str) -> CrossedMoments | None:
        """A crosstab of two variables at a touchpoint; None where one of them is not counted there."""
        one, two = (self.places.get((touchpoint, key, None)) for key in (first, second))
        return None if one is None or two is None else CrossedMoments((one.table, one.moment), (two.table, two.moment))


def status_tables(
    table: linked.LinkedTable,
    variables: Iterable[ReleasedVariable],
    pairs: Collection[tuple[tuple[int, str], tuple[int, str]]],
    *,
    segments: tuple[str, ...],
    collecting: Collection[int],
    facts: Mapping[str, bool],
) -> StatusTables:
    """`pairs`: of which two (touchpoint, key) the change is told. `collecting`: the touchpoints whose counts are
    ranges. `facts`: by question, whether its answers are `fact: yes`."""
    made = StatusTables()
    alike: dict[tuple[str, tuple[str, ...], str | None], list[ReleasedVariable]] = {}
    for each in variables:
        if each.vector.several:
            for number, code in enumerate(each.part.codes):
                one = ReleasedVariable(
                    touchpoint=each.touchpoint,
                    part=each.part,
                    vector=option_vector(each.vector, number),
                    page=each.page,
                )
                alike.setdefault((each.part.name, ("yes", "no"), code), []).append(one)
        else:
            alike.setdefault((each.part.name, _options(each.part), None), []).append(each)
    numbers: dict[str, int] = {}
    for (name, options, option), moments in alike.items():
        base = name if option is None else f"{name}={option}"
        numbers[base] = numbers.get(base, 0) + 1
        key = base if numbers[base] == 1 else f"{base}#{numbers[base]}"
        _add(made, table, key, options, option, moments, pairs, segments, collecting, facts)
    return made


def variable_of(column: str) -> str:
    """The name of the variable that a column is of."""
    return re.split(r"[=#|]", column, maxsplit=1)[0]


def _add(
    made: StatusTables,
    table: linked.LinkedTable,
    key: str,
    options: tuple[str, ...],
    option: str | None,
    variables: Sequence[ReleasedVariable],
    pairs: Collection[tuple[tuple[int, str], tuple[int, str]]],
    segments: tuple[str, ...],
    collecting: Collection[int],
    facts: Mapping[str, bool],
) -> None:
    part = variables[0].part
    on_a_scale = part.summary is Summary.OPTIONS and part.question.scale is not None
    bands = variables[0].page is None
    ordered = option is None and len(options) > 1 and (on_a_scale or bands or part.summary is Summary.RATING)
    # A scale is written from its best end; protection counts a step up as a rise.
    backwards = ordered and on_a_scale
    index: dict[tuple[int, str], int] = {}
    moments = []
    for number, each in enumerate(variables):
        column = f"{key}|{each.touchpoint}|{each.part.moment or ''}"
        made.columns[column] = _statuses(each.vector, table.version(each.touchpoint), options, part, backwards)
        made.touchpoints[column] = each.touchpoint
        routed = _routed(each.page, facts) if each.page else "everybody"
        moments.append(
            StatusMoment(
                column=column,
                touchpoint=str(each.touchpoint),
                collecting=each.touchpoint in collecting,
                routed=routed,
                asked_told=routed == "fact",
            )
        )
        index[each.place] = number
        made.places[each.touchpoint, each.part.key, option] = StatusPlace(key, number, backwards)
    net = next((each.net for each in variables if each.net), None) or part.question.favourable
    named = part.question.net(net) if net and option is None else None
    favourable = [options.index(code) for code in named.options if code in options] if named else []
    if backwards:
        favourable = [len(options) - 1 - place for place in favourable]
    made.tables.append(
        StatusTable(
            key=key,
            options=tuple(reversed(options)) if backwards else options,
            kind="ordered" if ordered else "nominal",
            moments=tuple(moments),
            favourable=tuple(sorted(favourable)),
            pairs=tuple(
                sorted((index[one], index[two]) for one, two in pairs if option is None and {one, two} <= set(index))
            ),
            segments=segments,
        )
    )


def _options(part: Part) -> tuple[str, ...]:
    return GIVEN if part.summary in COUNTED_AS_GIVEN or not part.codes else tuple(part.codes)


def _statuses(
    vector: Vector, versions: linked.Ints, options: tuple[str, ...], part: Part, backwards: bool
) -> StatusCodes:
    """Everybody's status. Those who handed in a version that does not compare gave no answer that counts."""
    codes = vector.codes.astype(np.int16)
    if options == GIVEN:
        codes = np.where(codes >= 0, 0, codes)
    elif backwards:
        codes = np.where(codes >= 0, len(options) - 1 - codes, codes)
    there = versions != linked.NO_RESPONSE
    without = np.where(codes == linked.NOT_ASKED, NOT_ASKED, NO_ANSWER)
    return np.where(codes >= 0, codes, np.where(there, without, NOT_THERE)).astype(np.int16)


def _routed(page: Page, facts: Mapping[str, bool]) -> RoutedBy:
    """What decides who is asked something."""
    statement = page.statement.ask_if if page.statement else None
    conditions = [each for each in (page.section.ask_if, page.question.ask_if, statement) if each is not None]
    if not conditions:
        return "everybody"
    if any(_changes(condition) for condition in conditions):
        return "changed"
    looked_at = [reference for condition in conditions for reference in references(condition)]
    return "fact" if all(_is_fact(each, facts) for each in looked_at) else "opinion"


def _is_fact(reference: Reference, facts: Mapping[str, bool]) -> bool:
    """What is known of people and sites is a fact, and what they answered where the question says so."""
    return reference.scope in ("participant", "site") or facts.get(reference.name, False)


def _changes(condition: Condition) -> bool:
    """Whether it looks at a change anywhere."""
    match condition:
        case Changed():
            return True
        case All(items) | AnyOf(items):
            return any(_changes(item) for item in items)
        case Not(item):
            return _changes(item)
        case _:
            return False
