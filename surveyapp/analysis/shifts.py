"""A variable's rows by moment, and the change between them on the people who answered both."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from surveyapp.analysis.changes import OptionScale, option_change, value_change
from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.linked.table import Flags
from surveyapp.analysis.split import Split
from surveyapp.analysis.statistics.bins import Bin
from surveyapp.analysis.tallying import (
    Rules,
    categories,
    score_tallies,
    share_interval,
    tallies,
    value_bins,
    with_scores,
)
from surveyapp.domain.instrument.kinds import Part, PartType, Summary
from surveyapp.domain.instrument.measures.measure import Measure, MeasureRow
from surveyapp.domain.instrument.piping import plain
from surveyapp.domain.instrument.questionnaire import Reliability
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.results import (
    Cell,
    Change,
    Edition,
    RowScale,
    SeriesNote,
    Shift,
    ShiftRow,
    ShiftStep,
    kind_between,
)


@dataclass(frozen=True, kw_only=True)
class AskedRow:
    """One row with what it was asked as, everybody's answers, and the rules of its touchpoint; rows that compare have
    one set of options. `notes`: what is not the same among its own answers. `uncounted`: what is stored does not fit,
    and `vector` is of nobody. `scores`: of a score, whose bands `vector` counts, the scores themselves, and
    the scale's published `reliability` if it has one."""

    row: MeasureRow
    part: Part
    vector: Vector
    rules: Rules
    notes: tuple[SeriesNote, ...] = ()
    uncounted: bool = False
    scores: Vector | None = None
    reliability: Reliability | None = None


def answered_at_all(asked: Sequence[AskedRow]) -> Flags:
    """Who answered at every moment."""
    return functools.reduce(np.logical_and, (each.vector.answered for each in asked))


def shift(
    study: Study,
    measure: Measure,
    asked: Sequence[AskedRow],
    split: Split,
    *,
    edition: Edition,
    matched: bool,
    matched_base: int | None,
    segment: str | None,
    steps: tuple[ShiftStep, ...] = (),
    declared: bool = True,
    turned: bool = False,
) -> Shift:
    """The measure over the slices of a split. Between rows whose step is broken there is no change. `turned`: it is
    worded the other way round, and the net is of the scale's other side. `matched`: of those who answered at every
    moment, and so, at each of them, of who answered at the others: of these no release tells anything."""
    if matched:
        asked = [dataclasses.replace(each, rules=dataclasses.replace(each.rules, unreleased=True)) for each in asked]
    scales = [_row_scale(each.part, measure.net) for each in asked]
    bins = value_bins(asked[-1].part, [each.vector for each in asked if each.part.type is asked[-1].part.type])
    rows = tuple(_rows(each, scale, scales[-1], split, bins) for each, scale in zip(asked, scales, strict=True))
    part, scale = asked[-1].part, scales[-1]
    notes = dict.fromkeys(
        touchpoint.note
        for row in measure.rows
        if (touchpoint := study.touchpoint(measure.group, row.touchpoint)) and touchpoint.note
    )
    return Shift(
        edition=edition,
        study=study.id,
        measure=measure.id,
        declared=declared,
        theme=measure.theme,
        title=measure.title,
        asked_of=measure.asked_of,
        variable=measure.variable,
        question=plain(part.label),
        note=measure.note,
        group=measure.group,
        summary=part.summary,
        options=scale.options,
        nets=categories(part)[1],
        neutral=scale.neutral,
        net=scale.net,
        low=part.question.low,
        high=part.question.high,
        rows=rows,
        changes=_changes(asked, measure.net, split, steps, turned=turned),
        matched=matched,
        matched_base=None if matched_base is None else _matched_base(matched_base, study),
        segment=segment,
        low_base_under=study.thresholds.low_base,
        touchpoint_notes=tuple(note for note in notes if note),
        steps=steps,
        turned=turned,
    )


def _matched_base(people: int, study: Study) -> Cell:
    rules = Rules(study.thresholds, unreleased=True)
    return rules.cell(people, private=rules.small(people))


def _rows(asked: AskedRow, scale: RowScale, last: RowScale, split: Split, bins: Sequence[Bin]) -> tuple[ShiftRow, ...]:
    """One row over the slices of a split. `last`: what the newest row is measured in."""
    told = tallies(asked.part, asked.vector, split, asked.rules, bins)
    if asked.scores is not None:
        told = with_scores(told, score_tallies(asked.scores, split, asked.rules))
    looking_back = asked.row.moment == "before"
    return tuple(
        ShiftRow(
            label=asked.row.label,
            detail=asked.row.detail,
            touchpoint=asked.row.touchpoint,
            moment=asked.row.moment,
            looking_back=looking_back,
            tally=tally,
            net=tally.cell(scale.net.code) if scale.net else Cell(None),
            asked=plain(asked.part.label),
            scale=None if scale == last else scale,
            notes=asked.notes,
            interval=share_interval(tally, scale.net),
            uncounted=asked.uncounted,
            layout=asked.part.moments_layout if looking_back else None,
        )
        for tally in told
    )


def _row_scale(part: Part, net: str | None) -> RowScale:
    options, nets = categories(part)
    named = next((each for each in nets if each.code == net), None)
    return RowScale(options, part.question.neutral, named)


def _changes(
    asked: Sequence[AskedRow], net: str | None, split: Split, steps: Sequence[ShiftStep], *, turned: bool
) -> tuple[Change, ...]:
    """The change between every two moments that compare, for each slice looked at."""
    found: list[Change] = []
    broken = {(step.before_row, step.after_row) for step in steps if step.state == "broken"}
    for before, after in combinations(range(len(asked)), 2):
        if (before, after) in broken:
            continue
        one, two = asked[before], asked[after]
        rules = dataclasses.replace(two.rules, collecting=one.rules.collecting or two.rules.collecting)
        bare = [
            Change(
                people=people,
                kind=kind_between(one.row.moment, two.row.moment),
                before_row=before,
                after_row=after,
            )
            for people in split.slices
        ]
        if two.part.type is PartType.CODES or two.part.summary is Summary.WORDS:
            continue  # Each option has a change of its own; words have none.
        numbers = two.part.summary in (Summary.RATING, Summary.QUANTITY, Summary.TIME)
        if numbers or two.scores is not None:
            is_released = two.part.summary is Summary.RATING and two.scores is None
            places = None if two.part.summary is Summary.TIME else two.part.question.decimals + 1
            values = split.linked_values(one.scores or one.vector, two.scores or two.vector)
            found += [
                value_change(change, each, rules, places=places, reliability=two.reliability, is_released=is_released)
                for change, each in zip(bare, values, strict=True)
            ]
        else:
            scale = dataclasses.replace(option_scale(two.part, net, len(two.vector.values)), turned=turned)
            counts = split.linked(one.vector, two.vector)
            found += [option_change(change, each, scale, rules) for change, each in zip(bare, counts, strict=True)]
    return tuple(found)


def option_scale(part: Part, net: str | None, size: int) -> OptionScale:
    """What a change of a variable with options is measured in; of `size` values, the options first."""
    named = part.question.net(net) if net else None
    members = frozenset(part.codes.index(code) for code in named.options) if named else frozenset()
    return OptionScale(size, bool(part.question.favourable) and part.type is PartType.CODE, members)
