"""How a variable was answered, as it may be shown: counts by option and net, the base, what stands beside it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from surveyapp.analysis.counting import quantities, tallies
from surveyapp.analysis.counting.slices import CellName, People, SliceKey, group_name, row_name
from surveyapp.analysis.disclosure import protection
from surveyapp.analysis.disclosure.tables import (
    CellTotal,
    CountTable,
    Limits,
    ProtectedCount,
    ProtectedTable,
    TrueRating,
)
from surveyapp.analysis.statistics import rounding
from surveyapp.analysis.statistics.quantities import Measured
from surveyapp.analysis.statistics.quantities import quantity as quantity_of
from surveyapp.domain.instrument import study as domain
from surveyapp.domain.instrument.kinds import Part, PartType, Summary
from surveyapp.domain.instrument.piping import plain
from surveyapp.domain.results import (
    Category,
    Cell,
    Distribution,
    QuantitySummary,
    RatingSummary,
    SeriesNote,
    Slice,
    Tally,
)

CELL_OF = {PartType.NUMBER: "number", PartType.DATE: "day", PartType.TIME: "time_of_day", PartType.TEXT: "words"}
"""The frame's column that holds answers which are no options."""

ANSWERED = "answered"
"""The column group of everyone with a substantive answer: the base."""

BESIDE = ("dont_know", "prefer_not_to_say", "skipped")
"""Reasons counted beside the base. Who was not asked belongs to neither."""


def answer_frame(rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> pd.DataFrame:
    """The store's long table as a frame with object columns, so that exact numbers stay exact."""
    return pd.DataFrame.from_records(rows, columns=list(columns)).astype(object)


def categories(part: Part) -> tuple[tuple[Category, ...], tuple[Category, ...]]:
    """(options, nets) of a variable, in order. A rating's options are its numbers."""
    question = part.question
    options = tuple(
        Category(code, option.label if (option := question.option(code)) else code, "option") for code in part.codes
    )
    nets = question.nets if part.summary is Summary.OPTIONS else ()
    return options, tuple(Category(net.name, net.label, "net", net.options) for net in nets)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """True counts of a variable among some people: by option, net and reason, with the base. Never leaves the services
    but on the operator's command line. Counts of people in different cells add up. `values`: people by number, day or
    time, lowest first, of a variable without options."""

    base: int
    options: Mapping[str, int]
    nets: Mapping[str, int]
    missing: Mapping[str, int]
    values: Mapping[Measured, int]


def count_cells(frame: pd.DataFrame, part: Part, people: People) -> dict[CellName, Counted]:
    """One variable's counts by cell, from a frame of one touchpoint's responses; at least one cell, even of nobody."""
    own = frame[frame["variable"] == part.key]
    cells = people.cells(own["participant_id"])
    groups = {person: row_name(cell) for person, cell in cells.items()}
    by_name = {row_name(cell): cell for cell in cells.values()}
    options, _ = categories(part)
    if not groups:
        nothing = {option.code: 0 for option in options}
        nets = {net.name: 0 for net in part.question.nets}
        return {people.nobody: _counted(0, nothing, nets, dict.fromkeys(BESIDE, 0))}
    if part.summary not in (Summary.OPTIONS, Summary.RATING):
        found = quantities.values_by(own, part.key, CELL_OF[part.type], groups)
        return {by_name[name]: _counted(each.base, {}, {}, each.missing, each.counts) for name, each in found.items()}
    if part.summary is Summary.RATING:
        return {
            by_name[name]: _counted(
                summary.base,
                {option.code: summary.counts.get(int(option.code), 0) for option in options},
                {},
                summary.missing,
            )
            for name, summary in tallies.rating_summary_by(own, part.key, groups).items()
        }
    nets_of = {net.name: net.options for net in part.question.nets}
    counted = tallies.tally_by(own, part.key, [option.code for option in options], nets_of, groups)
    return {by_name[name]: _counted(each.base, each.options, each.nets, each.missing) for name, each in counted.items()}


def _counted(
    base: int,
    options: Mapping[str, int],
    nets: Mapping[str, int],
    missing: Mapping[str, int],
    values: Mapping[Measured, int] | None = None,
) -> Counted:
    return Counted(
        base=base,
        options=options,
        nets=nets,
        missing={reason: missing[reason] for reason in BESIDE},
        values=values or {},
    )


def added(counts: Iterable[Counted], part: Part) -> Counted:
    """The counts of all these people together."""
    options, nets = categories(part)
    each = list(counts)
    values: Counter[Measured] = Counter()
    for one in each:
        values.update(one.values)
    return _counted(
        sum(one.base for one in each),
        {option.code: sum(one.options[option.code] for one in each) for option in options},
        {net.code: sum(one.nets[net.code] for one in each) for net in nets},
        {reason: sum(one.missing[reason] for one in each) for reason in BESIDE},
        {value: values[value] for value in sorted(values)},
    )


def summarised(counted: Counted, part: Part) -> TrueRating | None:
    """The rating summary of the counts by value; None for a variable that is no rating."""
    if part.summary is not Summary.RATING:
        return None
    return tallies.summary_of(part.key, {int(code): people for code, people in counted.options.items() if people})


@dataclass(frozen=True)
class Protected:
    """The counts of a variable for each slice a reader can choose, true and as they may be shown, by (slice, matched).
    `refused`: the segments by which everyone (False), or those asked every time (True), may not be split."""

    counted: Mapping[SliceKey, Counted]
    table: ProtectedTable
    withheld: frozenset[SliceKey]
    refused: frozenset[tuple[str, bool]]

    def fewer_than(self, key: SliceKey) -> int | None:
        """What may be said of how many a withheld slice's people are: nothing where it is hidden beside others, for it
        may be hidden for their sake alone."""
        counted_there = (group_name(*key), None) in self.table.counts
        return self.table.base(group_name(*key)).fewer_than if counted_there else None

    def tells_base(self, key: SliceKey) -> bool:
        """Whether it is told how many of a slice answered."""
        answered = None if (None, ANSWERED) not in self.table.counts else ANSWERED
        return key not in self.withheld and self.table.cell(group_name(*key), answered).shown


def protect(frame: pd.DataFrame, part: Part, people: People, thresholds: domain.Thresholds) -> Protected:
    """Counts a variable for every slice there is, and protects them all in one table, whichever are looked at."""
    limits = Limits(thresholds.minimum_base, thresholds.minimum_cell)
    cells = count_cells(frame, part, people)
    members = {key: [name for name in cells if people.holds(*key, name)] for key in people.slices()}
    counted = {key: added((cells[name] for name in names), part) for key, names in members.items()}
    bases = {key: true.base for key, true in counted.items()}
    refused = refusals(people, bases, thresholds.minimum_base)
    offered = {key: names for key, names in members.items() if (key[0].segment, key[1]) not in refused}
    table = protection.protect(_count_table(part, cells, offered), limits)
    withheld = {
        key
        for key, base in bases.items()
        if key not in offered
        or limits.small_base(base)
        or (members[key] and _hidden_whole(table, part, group_name(*key)))
    }
    return Protected(counted, table, frozenset(withheld), refused)


def _hidden_whole(table: ProtectedTable, part: Part, row: str | None) -> bool:
    """Whether a slice may not be shown at all. The total of those with and without an answer stands on no page: where
    it alone is hidden, for the sake of a small number without an answer, the rest is shown."""
    if table.base(row).shown:
        return False
    return part.type is PartType.CODES or not table.cell(row, ANSWERED).shown


def refusals(people: People, bases: Mapping[SliceKey, int], minimum_base: int) -> frozenset[tuple[str, bool]]:
    """The segments by which people may not be split, for everyone (False) and for those asked every time (True).

    A segment is refused when one of its values, or all but it, has fewer people than the minimum base. Split among
    those asked every time, the people of each value who were asked once must not be fewer either.
    """
    found: set[tuple[str, bool]] = set()
    everyone = {matched: base for (each, matched), base in bases.items() if each.segment is None}
    for (each, matched), base in bases.items():
        if each.segment is None:
            continue
        left = [everyone[matched] - base]
        if matched:
            left.append(bases[each, False] - base)
        if not all(protection.filter_allowed(base, rest, minimum_base) for rest in left):
            found.add((each.segment, matched))
    # Those asked every time cannot be split by what everyone may not be split by.
    return frozenset(
        found | {(segment, True) for segment, matched in found if not matched and people.matched is not None}
    )


def _count_table(
    part: Part, cells: Mapping[CellName, Counted], offered: Mapping[SliceKey, Sequence[CellName]]
) -> CountTable:
    rows = tuple(row_name(name) for name in cells)
    groups = tuple(
        CellTotal(name, tuple(row_name(cell) for cell in within))
        for key, within in offered.items()
        if within and (name := group_name(*key)) is not None
    )
    groups += tuple(_left_over(offered, groups))
    options = tuple(next(iter(cells.values())).options)
    if part.type is PartType.CODES:
        return CountTable(
            rows=rows,
            columns=options,
            counts=tuple(tuple(each.options.values()) for each in cells.values()),
            row_groups=groups,
            bases=tuple(each.base for each in cells.values()),
            rows_published=False,
        )
    # Answers that are no options are counted as one: nothing more is said of how many gave which.
    columns = (*(options or (ANSWERED,)), *(f"missing:{reason}" for reason in BESIDE))
    counts = tuple(
        (*(each.options.values() if options else (each.base,)), *(each.missing[reason] for reason in BESIDE))
        for each in cells.values()
    )
    nets = tuple(CellTotal(net.name, net.options) for net in part.question.nets)
    return CountTable(
        rows=rows,
        columns=columns,
        counts=counts,
        row_groups=groups,
        column_groups=(*nets, CellTotal(ANSWERED, options)) if options else (),
        rows_published=False,
        totals_read=bool(options),
    )


def _left_over(offered: Mapping[SliceKey, Sequence[CellName]], groups: Sequence[CellTotal]) -> Iterator[CellTotal]:
    """Those of a slice who were not asked every time, and those of whom a segment's attribute is not known: on no page,
    and what is on two pages leaves them over."""
    known = {frozenset(group.members) for group in groups}
    wholes: dict[str, tuple[Sequence[CellName], set[CellName]]] = {}
    for (people, matched), within in offered.items():
        if matched and (people, False) in offered:
            wholes[f"{group_name(people, False)} once"] = (offered[people, False], set(within))
        if people.segment is not None:
            name = f"{people.segment} not known {matched}"
            everyone = next(
                cells for (each, same), cells in offered.items() if each.segment is None and same == matched
            )
            wholes[name] = (everyone, wholes[name][1] | set(within) if name in wholes else set(within))
    for name, (whole, part) in wholes.items():
        rest = tuple(row_name(cell) for cell in whole if cell not in part)
        if rest and frozenset(rest) not in known:
            known.add(frozenset(rest))
            yield CellTotal(name, rest)


def distribution(
    frame: pd.DataFrame,
    part: Part,
    *,
    group: str,
    touchpoint: domain.Touchpoint,
    section: str,
    people: People,
    segment: str | None,
    thresholds: domain.Thresholds,
    data_at: dt.datetime | None = None,
    notes: tuple[SeriesNote, ...] = (),
) -> Distribution:
    """One variable's distribution from a frame of one touchpoint's responses."""
    options, nets = categories(part)
    protected = protect(frame, part, people, thresholds)
    refused = (segment, False) in protected.refused
    slices = people.of(None if refused else segment)
    return Distribution(
        group=group,
        touchpoint=touchpoint.number,
        variable=part.name,
        moment=part.moment,
        question=plain(part.question.text),
        text=plain(part.label),
        statement=plain(part.statement.text) if part.statement else None,
        moment_label=part.moment_label,
        summary=part.summary,
        section=section,
        options=options,
        nets=nets,
        tallies=tuple(tally(part, protected, each, thresholds) for each in slices),
        note=touchpoint.note,
        refused=refused,
        favourable=part.question.favourable,
        neutral=part.question.neutral,
        low=part.question.low,
        high=part.question.high,
        data_at=data_at,
        series_notes=notes,
        several=part.type is PartType.CODES,
    )


def tally(
    part: Part, protected: Protected, people: Slice, thresholds: domain.Thresholds, matched: bool = False
) -> Tally:
    """One slice's counts as they may be shown; `matched`: of those in it who were asked every time."""
    key = (people, matched)
    true, row = protected.counted[key], group_name(*key)
    options, nets = categories(part)
    if key in protected.withheld:
        hidden = Cell(None, None, protected.fewer_than(key))
        return Tally(
            people=people,
            base=hidden,
            cells={each.code: Cell(None) for each in (*options, *nets)},
            missing={},
            rating=None,
            withheld=True,
        )
    low = true.base < thresholds.low_base
    if true.base == 0 and not any(true.missing.values()):
        nobody = {each.code: Cell(0) for each in (*options, *nets)}
        return Tally(
            people=people,
            base=Cell(0),
            cells=nobody,
            missing=dict.fromkeys(BESIDE, Cell(0)),
            rating=shown_rating(true, part, thresholds),
            withheld=False,
            low_base=low,
        )
    table = protected.table
    if part.type is PartType.CODES:
        # Those who chose nothing stand in no cell of the table: they are told of only where nothing is hidden.
        base = _cell(table.base(row), None)
        tell = thresholds.minimum_cell <= 1
        missing = {reason: Cell(people if tell or people == 0 else None) for reason, people in true.missing.items()}
        cells = {each.code: _cell(table.cell(row, each.code), base.count) for each in options}
        cells |= {each.code: Cell(None) for each in nets}
    else:
        base = _cell(table.cell(row, ANSWERED), None)
        missing = {reason: _cell(table.cell(row, f"missing:{reason}"), None) for reason in BESIDE}
        cells = {each.code: _cell(table.cell(row, each.code), base.count) for each in (*options, *nets)}
    return Tally(
        people=people,
        base=base,
        cells=cells,
        missing=missing,
        rating=shown_rating(true, part, thresholds),
        quantity=shown_quantity(true, part, thresholds),
        low_base=low,
    )


def _cell(protected: ProtectedCount, base: int | None) -> Cell:
    if protected.count is None:
        return Cell(None, None, protected.fewer_than)
    return Cell(protected.count, rounding.percent(protected.count, base) if base else None)


def shown_rating(counted: Counted, part: Part, thresholds: domain.Thresholds) -> RatingSummary | None:
    """A rating's summary as it may be shown; None for a variable that is no rating."""
    summary = summarised(counted, part)
    if summary is None:
        return None
    shown = protection.protect_summary(summary, Limits(thresholds.minimum_base, thresholds.minimum_cell))
    mean = None if shown.mean is None else rounding.half_up(shown.mean, 1)
    return RatingSummary(mean, shown.most_common, shown.minimum, shown.maximum)


def shown_quantity(counted: Counted, part: Part, thresholds: domain.Thresholds) -> QuantitySummary | None:
    """What values come to as it may be shown; None for a variable that has none, such as words."""
    if part.summary not in (Summary.QUANTITY, Summary.TIME):
        return None
    limits = Limits(thresholds.minimum_base, thresholds.minimum_cell)
    shown = protection.protect_quantity(quantity_of(counted.values), counted.values, limits)
    return QuantitySummary(
        mean=None if shown.mean is None else rounding.half_up(shown.mean, part.question.decimals + 1),
        median=shown.median,
        minimum=shown.minimum,
        maximum=shown.maximum,
    )
