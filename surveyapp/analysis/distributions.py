"""How a variable was answered, as it may be shown: counts by option and net, the base, what stands beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from surveyapp.analysis import disclosure, rounding, tallies
from surveyapp.analysis.protected import CountTable, Group, ProtectedCount, ProtectedTable, Thresholds
from surveyapp.domain import study as domain
from surveyapp.domain.kinds import Part, PartType
from surveyapp.domain.results import Category, Cell, Distribution, RatingSummary, Slice, Tally

ANSWERED = "answered"
"""The column group of everyone with a substantive answer: the base."""

BESIDE = ("dont_know", "prefer_not_to_say", "skipped")
"""Reasons counted beside the base. Who was not asked belongs to neither."""


@dataclass(frozen=True)
class Split:
    """People by the value of one segment. `people` maps a participant to their value; who has none is in no slice but
    in the whole."""

    segment: str
    values: Mapping[str, str]
    people: Mapping[Any, str]


EVERYONE = "everyone"
NOT_KNOWN = "not_known"


def answer_frame(rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> pd.DataFrame:
    """The store's long table as a frame with object columns, so that exact numbers stay exact."""
    return pd.DataFrame.from_records(rows, columns=list(columns)).astype(object)


def categories(part: Part) -> tuple[tuple[Category, ...], tuple[Category, ...]]:
    """(options, nets) of a variable, in order. A rating's options are its numbers."""
    question = part.question
    if part.type is PartType.NUMBER:
        numbers = range(question.minimum or 0, (question.maximum or 0) + 1) if question.kind == "rating" else ()
        return tuple(Category(str(number), str(number), "option") for number in numbers), ()
    options = tuple(Category(option.code, option.label, "option") for option in question.options)
    return options, tuple(Category(net.name, net.label, "net", net.options) for net in question.nets)


@dataclass(frozen=True)
class Counted:
    """True counts of a variable among some people: by option, net and reason, with the base. Never leaves the services
    but on the operator's command line."""

    base: int
    options: Mapping[str, int]
    nets: Mapping[str, int]
    missing: Mapping[str, int]
    summary: tallies.RatingSummary | None


def count(frame: pd.DataFrame, part: Part) -> Counted:
    """Counts one variable in a frame of one touchpoint's responses."""
    options, _ = categories(part)
    if part.type is PartType.NUMBER:
        summary = tallies.rating_summary(frame, part.key)
        by_value = {option.code: summary.counts.get(int(option.code), 0) for option in options}
        return Counted(summary.base, by_value, {}, {reason: summary.missing[reason] for reason in BESIDE}, summary)
    nets = {net.name: net.options for net in part.question.nets}
    tally = tallies.tally(frame, part.key, [option.code for option in options], nets)
    return Counted(tally.base, tally.options, tally.nets, {reason: tally.missing[reason] for reason in BESIDE}, None)


@dataclass(frozen=True)
class Protected:
    """The counts of a variable for each slice, true and as they may be shown. `refused`: the split may not be shown."""

    counted: Mapping[str, Counted]
    table: ProtectedTable
    withheld: frozenset[str]
    refused: bool


def protect(frame: pd.DataFrame, part: Part, split: Split | None, thresholds: domain.Thresholds) -> Protected:
    """Counts a variable for everyone and each slice of a split, and protects them all in one table.

    A split is refused when a slice, or what is left when it is taken away, has fewer people than the minimum base.
    """
    limits = Thresholds(thresholds.minimum_base, thresholds.minimum_cell)
    counted = {EVERYONE: count(frame, part)}
    rows = _rows(frame, split)
    counted.update({name: count(rows[name], part) for name in rows})
    bases = [counted[name].base for name in rows]
    refused = split is not None and not all(
        disclosure.filter_allowed(base, counted[EVERYONE].base - base, thresholds.minimum_base) for base in bases
    )
    names = list(rows) if split is not None and not refused else [EVERYONE]
    table = disclosure.protect(_count_table(part, {name: counted[name] for name in names}), limits)
    withheld = {
        name
        for name in [EVERYONE, *names]
        if limits.small_base(counted[name].base) or not table.base(None if name == EVERYONE else name).shown
    }
    return Protected(counted, table, frozenset(withheld), refused)


def _rows(frame: pd.DataFrame, split: Split | None) -> dict[str, pd.DataFrame]:
    if split is None:
        return {}
    value = frame["participant_id"].map(lambda person: split.people.get(person, NOT_KNOWN))
    rows = {name: frame[value == name] for name in split.values}
    unknown = frame[value == NOT_KNOWN]
    return rows | ({NOT_KNOWN: unknown} if len(unknown) else {})


def _count_table(part: Part, counted: Mapping[str, Counted]) -> CountTable:
    first = next(iter(counted.values()))
    if part.type is PartType.CODES:
        return CountTable(
            tuple(counted),
            tuple(first.options),
            tuple(tuple(each.options.values()) for each in counted.values()),
            bases=tuple(each.base for each in counted.values()),
        )
    columns = (*first.options, *(f"missing:{reason}" for reason in BESIDE))
    counts = tuple((*each.options.values(), *(each.missing[reason] for reason in BESIDE)) for each in counted.values())
    nets = tuple(Group(net.name, net.options) for net in part.question.nets)
    return CountTable(tuple(counted), columns, counts, column_groups=(*nets, Group(ANSWERED, tuple(first.options))))


def distribution(
    frame: pd.DataFrame,
    part: Part,
    *,
    group: str,
    touchpoint: domain.Touchpoint,
    section: str,
    split: Split | None,
    thresholds: domain.Thresholds,
    data_at: dt.datetime | None = None,
) -> Distribution:
    """One variable's distribution from a frame of one touchpoint's responses."""
    options, nets = categories(part)
    protected = protect(frame, part, split, thresholds)
    slices = [(EVERYONE, Slice("", None, None))]
    if split is not None and not protected.refused:
        slices += [(value, Slice(label, split.segment, value)) for value, label in split.values.items()]
    return Distribution(
        group=group,
        touchpoint=touchpoint.number,
        variable=part.name,
        moment=part.moment,
        question=part.question.text,
        text=part.label,
        statement=part.statement.text if part.statement else None,
        moment_label=part.moment_label,
        kind=part.question.kind,
        section=section,
        options=options,
        nets=nets,
        tallies=tuple(tally(part, protected, name, people, thresholds) for name, people in slices),
        note=touchpoint.note,
        refused=protected.refused,
        favourable=part.question.favourable,
        neutral=part.question.neutral,
        low=part.question.low,
        high=part.question.high,
        data_at=data_at,
    )


def tally(part: Part, protected: Protected, name: str, people: Slice, thresholds: domain.Thresholds) -> Tally:
    """One slice's counts as they may be shown."""
    true, table = protected.counted[name], protected.table
    options, nets = categories(part)
    row = None if name == EVERYONE else name
    if name in protected.withheld:
        hidden = Cell(None, None, thresholds.minimum_base)
        return Tally(people, hidden, {each.code: Cell(None) for each in (*options, *nets)}, {}, None, withheld=True)
    if part.type is PartType.CODES:
        base = _cell(table.base(row), None)
        missing = (
            {reason: Cell(true.missing[reason]) for reason in BESIDE}
            if thresholds.minimum_cell <= 1
            else {reason: Cell(0) if true.missing[reason] == 0 else Cell(None) for reason in BESIDE}
        )
    else:
        base = _cell(table.cell(row, ANSWERED), None)
        missing = {reason: _cell(table.cell(row, f"missing:{reason}"), None) for reason in BESIDE}
    cells = {each.code: _cell(table.cell(row, each.code), base.count) for each in options}
    if part.type is not PartType.CODES:
        cells |= {each.code: _cell(table.cell(row, each.code), base.count) for each in nets}
    return Tally(people, base, cells, missing, shown_rating(true, thresholds), low_base=true.base < thresholds.low_base)


def _cell(protected: ProtectedCount, base: int | None) -> Cell:
    if protected.count is None:
        return Cell(None, None, protected.fewer_than)
    return Cell(protected.count, rounding.percent(protected.count, base) if base else None)


def shown_rating(counted: Counted, thresholds: domain.Thresholds) -> RatingSummary | None:
    if counted.summary is None:
        return None
    shown = disclosure.protect_summary(counted.summary, Thresholds(thresholds.minimum_base, thresholds.minimum_cell))
    mean = None if shown.mean is None else rounding.half_up(shown.mean, 1)
    return RatingSummary(mean, shown.most_common, shown.minimum, shown.maximum)
