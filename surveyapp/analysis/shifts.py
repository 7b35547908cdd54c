"""A measure's rows by moment, and the change between them on the people who answered both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any, Literal

import pandas as pd

from surveyapp.analysis import change, disclosure, distributions, intervals, rounding, tallies
from surveyapp.analysis.distributions import EVERYONE, Split
from surveyapp.analysis.protected import CellGroup, CountTable, Thresholds
from surveyapp.domain.kinds import Part
from surveyapp.domain.results import Category, Cell, Change, Interval, Shift, ShiftRow, Slice
from surveyapp.domain.study import Measure, MeasureRow, Study


@dataclass(frozen=True)
class Asked:
    """One row of a measure with what it was asked as, and the frame of its touchpoint's responses."""

    row: MeasureRow
    part: Part
    frame: pd.DataFrame


def shift(
    study: Study,
    measure: Measure,
    asked: Sequence[Asked],
    split: Split | None,
    *,
    matched: bool,
    data_at: dt.datetime | None,
) -> Shift:
    """The measure as it may be shown. With `matched`, on the people alone who answered at every moment; that is left
    undone where they, or the others, are fewer than the minimum base."""
    everybody, twice = _answered(asked)
    may_match = (
        len(asked) > 1
        and disclosure.filter_allowed(len(twice), len(everybody - twice), study.thresholds.minimum_base)
        and bool(twice)
    )
    matched = matched and may_match
    if matched:
        asked = [Asked(each.row, each.part, each.frame[each.frame["participant_id"].isin(twice)]) for each in asked]
    protected = [distributions.protect(each.frame, each.part, split, study.thresholds) for each in asked]
    refused = any(each.refused for each in protected)
    if refused:
        protected = [distributions.protect(each.frame, each.part, None, study.thresholds) for each in asked]
    slices = [(EVERYONE, Slice("", None, None))]
    if split is not None and not refused:
        slices += [(value, Slice(label, split.segment, value)) for value, label in split.values.items()]
    rows = []
    for each, counts in zip(asked, protected, strict=True):
        together = []
        for name, people in slices:
            tally = distributions.tally(each.part, counts, name, people, study.thresholds)
            together.append(
                ShiftRow(
                    each.row.label,
                    each.row.detail,
                    each.row.touchpoint,
                    each.row.moment,
                    each.row.moment == "before",
                    tally,
                    tally.cells[measure.net],
                )
            )
        rows.append(tuple(together))
    part = asked[0].part
    options, nets = distributions.categories(part)
    notes = dict.fromkeys(
        touchpoint.note
        for row in measure.rows
        if (touchpoint := study.touchpoint(measure.group, row.touchpoint)) and touchpoint.note
    )
    return Shift(
        study=study.id,
        measure=measure.id,
        theme=measure.theme,
        title=measure.title,
        asked_of=measure.asked_of,
        variable=measure.variable,
        question=part.label,
        note=measure.note,
        group=measure.group,
        options=options,
        neutral=part.question.neutral,
        net=next(net for net in nets if net.code == measure.net),
        rows=tuple(rows),
        changes=_changes(study, measure, asked, slices, split, options),
        matched=matched,
        matched_base=len(twice) if may_match else None,
        segment=split.segment if split and not refused else None,
        data_at=data_at,
        low_base_under=study.thresholds.low_base,
        touchpoint_notes=tuple(note for note in notes if note),
        refused=refused,
    )


def _answered(asked: Sequence[Asked]) -> tuple[set[Any], set[Any]]:
    """(everyone with an answer at some moment, those with one at every moment)."""
    people = []
    for each in asked:
        rows = each.frame[(each.frame["variable"] == each.part.key) & each.frame["reason"].isna()]
        people.append(set(rows["participant_id"]))
    return set().union(*people), set.intersection(*people) if people else set()


def _changes(
    study: Study,
    measure: Measure,
    asked: Sequence[Asked],
    slices: Sequence[tuple[str, Slice]],
    split: Split | None,
    options: Sequence[Category],
) -> tuple[Change, ...]:
    found = []
    for before, after in combinations(range(len(asked)), 2):
        for name, people in slices:
            sides = [_of(asked[index].frame, split, name) for index in (before, after)]
            linked = tallies.link(
                sides[0], asked[before].part.key, sides[1], asked[after].part.key, [option.code for option in options]
            )
            found.append(_change(study, measure, asked, people, before, after, linked))
    return tuple(found)


def _of(frame: pd.DataFrame, split: Split | None, name: str) -> pd.DataFrame:
    if name == EVERYONE or split is None:
        return frame
    return frame[frame["participant_id"].map(lambda person: split.people.get(person) == name)]


def _change(
    study: Study,
    measure: Measure,
    asked: Sequence[Asked],
    people: Slice,
    before: int,
    after: int,
    linked: tallies.Linked,
) -> Change:
    joint, limits = linked.joint, study.thresholds
    kind: Literal["looking_back", "measured"] = "looking_back" if asked[before].row.moment == "before" else "measured"
    if joint.base < max(limits.minimum_base, 1) or _gives_away(linked, limits.minimum_cell):
        nothing = dict.fromkeys(
            (
                "lost",
                "joined",
                "before",
                "after",
                "gained",
                "given_up",
                "rose",
                "same",
                "fell",
                "points",
                "interval",
                "mcnemar_p",
                "wilcoxon_p",
                "transitions",
            )
        )
        return Change(people, kind, before, after, 0, withheld=True, **nothing)  # type: ignore[arg-type]
    net = asked[before].part.question.net(measure.net)
    assert net is not None
    table = disclosure.protect(
        _transition_table(joint, net.options), Thresholds(limits.minimum_base, limits.minimum_cell)
    )
    sums = {name: cell.count for name, cell in table.sums.items()}
    pair = change.favourable(joint, net.options)
    low = joint.base < limits.low_base
    whole = all(sums[name] is not None for name in ("gained", "given_up", "both"))
    difference = (
        intervals.newcombe_paired(pair.both, pair.before_only, pair.after_only, pair.neither) if whole else None
    )
    return Change(
        people=people,
        kind=kind,
        before_row=before,
        after_row=after,
        base=joint.base,
        lost=linked.lost,
        joined=linked.joined,
        before=pair.before if whole else None,
        after=pair.after if whole else None,
        gained=sums["gained"],
        given_up=sums["given_up"],
        rose=sums["rose"],
        same=sums["same"],
        fell=sums["fell"],
        points=rounding.points(pair.before, pair.base, pair.after, pair.base) if whole else None,
        interval=Interval(_points(difference.low), _points(difference.high)) if difference else None,
        mcnemar_p=change.mcnemar_exact(pair).p_value if whole and not low else None,
        wilcoxon_p=change.wilcoxon_signed_rank(joint).p_value if whole and not low else None,
        transitions=tuple(
            tuple(Cell(table.cell(one, two).count, None, table.cell(one, two).fewer_than) for two in joint.categories)
            for one in joint.categories
        ),
        low_base=low,
    )


def _gives_away(linked: tallies.Linked, minimum_cell: int) -> bool:
    """Whether how many were lost or joined is itself a count too small to tell: the matched base would give it away."""
    return any(1 <= count < minimum_cell for count in (linked.lost, linked.joined))


def _points(share: float) -> int:
    """A bound of an interval, a share from -1 to 1, in whole points. Exact from here on."""
    return int(rounding.half_up(100 * Fraction(share)))


def _transition_table(joint: change.JointCounts, favourable: Collection[str]) -> CountTable:
    """Before by after, with the sums that are also told: who rose, stayed, fell; who gained the favourable side, who
    left it, who stood on it both times. Categories run from most to least favourable: to rise is to
    move up the list."""
    names = joint.categories

    def cells(test: Any) -> tuple[tuple[str, str], ...]:
        return tuple(
            (one, two)
            for i, one in enumerate(names)
            for j, two in enumerate(names)
            if test(i, j, one in favourable, two in favourable)
        )

    groups = {
        "rose": cells(lambda i, j, _a, _b: j < i),
        "same": cells(lambda i, j, _a, _b: i == j),
        "fell": cells(lambda i, j, _a, _b: j > i),
        "gained": cells(lambda _i, _j, a, b: b and not a),
        "given_up": cells(lambda _i, _j, a, b: a and not b),
        "both": cells(lambda _i, _j, a, b: a and b),
    }
    return CountTable(
        names,
        names,
        joint.counts,
        rows_are_bases=False,
        cell_groups=tuple(CellGroup(name, pairs) for name, pairs in groups.items()),
    )
