"""Groups of people side by side, by one thing that is known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from surveyapp.analysis.counting.patterns import tally
from surveyapp.analysis.linked.table import NO_RESPONSE, Flags, LinkedTable
from surveyapp.analysis.marking import marked
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.instrument.study import Attribute
from surveyapp.domain.results import (
    NOT_KNOWN,
    Category,
    Cell,
    Composition,
    Edition,
    PeopleColumn,
    PeopleKind,
    Slice,
    Tally,
)

Known = Mapping[str | None, int]
"""How many people have each value; None: it is not known of them."""


@dataclass(frozen=True)
class CountedPeople:
    """Some people, counted by one thing that is known of them."""

    kind: PeopleKind
    touchpoint: int | None
    known: Known


def composition(
    categories: Sequence[Category],
    columns: Sequence[CountedPeople],
    rules: Rules,
    *,
    edition: Edition,
    group: str,
    subject: Literal["attribute", "answer"],
    id: str,
    label: str,
) -> Composition:
    """The result object. Percentages are of those of whom it is known: who is not known is counted beside them."""
    held = tuple(PeopleColumn(each.kind, each.touchpoint, _tally(categories, each.known, rules)) for each in columns)
    return Composition(
        edition=edition,
        group=group,
        subject=subject,
        id=id,
        label=label,
        categories=tuple(categories),
        columns=held,
        shares=_shares(categories, {each.kind: each.known for each in columns}, held, rules),
    )


def _tally(categories: Sequence[Category], known: Known, rules: Rules) -> Tally:
    base = sum(people for value, people in known.items() if value is not None)
    small = rules.small(base)
    counts = {
        each.code: sum(known.get(code, 0) for code in each.members) if each.members else known.get(each.code, 0)
        for each in categories
    }
    bare = Tally(
        people=Slice(""),
        base=rules.cell(base, private=small),
        cells={code: rules.cell(people, base, private=small) for code, people in counts.items()},
        missing={NOT_KNOWN: rules.cell(known.get(None, 0))},
        low_base=rules.low(base),
        collecting=rules.collecting,
    )
    whole, nets = ([each for each in categories if bool(each.members) is joined] for joined in (False, True))
    return marked([bare], whole, nets)[0]


def _shares(
    categories: Sequence[Category], kinds: Mapping[PeopleKind, Known], held: Sequence[PeopleColumn], rules: Rules
) -> dict[str, Cell]:
    """Of those who stayed or were lost, the lost: in each category, and of whom it is not known."""
    if "stayed" not in kinds or "lost" not in kinds:
        return {}
    tallies = [each.tally for each in held if each.kind in ("stayed", "lost")]
    shares = {}
    for value in (*(category.code for category in categories), None):
        lost = kinds["lost"].get(value, 0)
        both = lost + kinds["stayed"].get(value, 0)
        cells = [tally.missing[NOT_KNOWN] if value is None else tally.cell(value) for tally in tallies]
        private = rules.small(both) or any(cell.private for cell in cells)
        shares[value or NOT_KNOWN] = rules.cell(lost, both, private=private)
    return shares


def values_of(attribute: Attribute, nets: Mapping[tuple[str, ...], str] | None = None) -> tuple[Category, ...]:
    """An attribute's values, in the order declared, and several of them together, by what they are called."""
    values = (Category(code, label, "option") for code, label in attribute.values.items())
    together = (Category("+".join(codes), label, "net", codes) for codes, label in (nets or {}).items())
    return (*values, *together)


def profile(
    table: LinkedTable,
    attribute: Attribute,
    touchpoints: Sequence[int],
    rules: Rules,
    *,
    edition: Edition,
    nets: Mapping[tuple[str, ...], str] | None = None,
) -> Composition:
    """Everybody enrolled and who answered at each touchpoint, by an attribute. `nets`: values that are counted together
    too, with what they are then called."""
    everybody = np.ones(len(table), dtype=np.bool_)
    columns = [CountedPeople("enrolled", None, _known(table, attribute, everybody))]
    for touchpoint in touchpoints:
        answered = everybody & (table.version(touchpoint) != NO_RESPONSE)
        columns.append(CountedPeople("answered", touchpoint, _known(table, attribute, answered)))
    return composition(
        values_of(attribute, nets),
        columns,
        rules,
        edition=edition,
        group=table.group,
        subject="attribute",
        id=attribute.id,
        label=attribute.label,
    )


def _known(table: LinkedTable, attribute: Attribute, chosen: Flags) -> Known:
    column = table.attribute(attribute.id)
    people = None if table.stands_for is None else table.stands_for[chosen]
    counts = tally(column.codes[chosen].astype(np.intp) + 1, len(column.values) + 1, people)
    return Counter(
        {None: int(counts[0])} | {value: int(counts[place + 1]) for place, value in enumerate(column.values)}
    )
