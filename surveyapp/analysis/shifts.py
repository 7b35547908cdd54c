"""A measure's rows by moment, and the change between them on the people who answered both."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any, Literal

import pandas as pd

from surveyapp.analysis.counting import distributions, tallies
from surveyapp.analysis.counting.distributions import Protected
from surveyapp.analysis.counting.slices import People, SliceKey, group_name, row_name
from surveyapp.analysis.disclosure import protection
from surveyapp.analysis.disclosure.tables import CellTotal, CountTable, Limits, ProtectedCount, ProtectedTable
from surveyapp.analysis.statistics import change, intervals, paired_tests, rounding
from surveyapp.domain.instrument import study as domain
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.piping import plain
from surveyapp.domain.instrument.study import Measure, MeasureRow, Study
from surveyapp.domain.results import (
    Category,
    Cell,
    Change,
    Interval,
    RowScale,
    SeriesNote,
    Shift,
    ShiftRow,
    ShiftStep,
    Slice,
)

MOVEMENTS = ("rose", "same", "fell", "gained", "given_up", "both")
"""Up, level or down the options; onto, off or twice on the favourable side."""


@dataclass(frozen=True)
class AskedRow:
    """One row of a measure with what it was asked as, and its answers; rows that compare have one set of options.
    `notes`: what is not the same among its own answers."""

    row: MeasureRow
    part: Part
    frame: pd.DataFrame
    notes: tuple[SeriesNote, ...] = ()


def shift(
    study: Study,
    measure: Measure,
    asked: Sequence[AskedRow],
    people: People,
    segment: str | None,
    *,
    matched: bool,
    data_at: dt.datetime | None,
    steps: tuple[ShiftStep, ...] = (),
) -> Shift:
    """The measure as it may be shown. With `matched`, on the people alone who answered at every moment; that is left
    undone where they, or the others, are fewer than the minimum base. Between rows whose step is broken there is no
    change."""
    everybody, both = _answered(asked)
    may_match = (
        len(asked) > 1
        and protection.filter_allowed(len(both), len(everybody - both), study.thresholds.minimum_base)
        and bool(both)
    )
    matched = matched and may_match
    if may_match:
        people = people.choosing(both)
    protected = [distributions.protect(each.frame, each.part, people, study.thresholds) for each in asked]
    refused = any((segment, matched) in each.refused for each in protected)
    slices = people.of(None if refused else segment)
    scales = [_scale(each.part, measure.net) for each in asked]
    rows = []
    for each, counts, scale in zip(asked, protected, scales, strict=True):
        together = []
        for chosen in slices:
            tally = distributions.tally(each.part, counts, chosen, study.thresholds, matched)
            together.append(
                ShiftRow(
                    label=each.row.label,
                    detail=each.row.detail,
                    touchpoint=each.row.touchpoint,
                    moment=each.row.moment,
                    looking_back=each.row.moment == "before",
                    tally=tally,
                    net=tally.cells.get(measure.net, Cell(None)),
                    scale=None if scale == scales[-1] else scale,
                    notes=each.notes,
                )
            )
        rows.append(tuple(together))
    part, scale = asked[-1].part, scales[-1]
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
        question=plain(part.label),
        note=measure.note,
        group=measure.group,
        options=scale.options,
        neutral=scale.neutral,
        net=scale.net,
        rows=tuple(rows),
        changes=_changes(study, measure, asked, protected, people, slices, matched, steps),
        matched=matched,
        matched_base=len(both) if may_match else None,
        segment=None if refused else segment,
        data_at=data_at,
        low_base_under=study.thresholds.low_base,
        touchpoint_notes=tuple(note for note in notes if note),
        refused=refused,
        steps=steps,
    )


def _scale(part: Part, net: str) -> RowScale:
    options, nets = distributions.categories(part)
    named = next((each for each in nets if each.code == net), Category(net, net, "net"))
    return RowScale(options, part.question.neutral, named)


def _answered(asked: Sequence[AskedRow]) -> tuple[set[Any], set[Any]]:
    """(everyone with an answer at some moment, those with one at every moment)."""
    people = []
    for each in asked:
        rows = each.frame[(each.frame["variable"] == each.part.key) & each.frame["reason"].isna()]
        people.append(set(rows["participant_id"]))
    return set().union(*people), set.intersection(*people) if people else set()


def _changes(
    study: Study,
    measure: Measure,
    asked: Sequence[AskedRow],
    protected: Sequence[Protected],
    people: People,
    slices: Sequence[Slice],
    matched: bool,
    steps: Sequence[ShiftStep],
) -> tuple[Change, ...]:
    """The change between every two moments that compare, for each slice looked at."""
    found: list[Change] = []
    broken = {(step.before_row, step.after_row) for step in steps if step.state == "broken"}
    for before, after in combinations(range(len(asked)), 2):
        if (before, after) in broken:
            continue
        kind: Literal["looking_back", "measured"] = (
            "looking_back" if asked[before].row.moment == "before" else "measured"
        )
        members = _scale(asked[after].part, measure.net).net.members
        moves = _moves(asked[before], asked[after], people, members, study.thresholds)
        for each in slices:
            bare, key = Change(people=each, kind=kind, before_row=before, after_row=after), (each, matched)
            sides = (protected[before], protected[after])
            found.append(_change(bare, moves, sides, key, study.thresholds))
    return tuple(found)


def movements(
    frame: pd.DataFrame,
    before: Part,
    now: Part,
    protected: tuple[Protected, Protected],
    people: People,
    thresholds: domain.Thresholds,
) -> Iterator[tuple[Slice, tallies.Linked, Change]]:
    """Before against now of one sitting, for everyone and each value of each segment: the true joint counts, and the
    change as it may be shown beside the two variables, `protected`."""
    sides = [AskedRow(MeasureRow(0, part.moment, ""), part, frame) for part in (before, now)]
    moves = _moves(sides[0], sides[1], people, _favourable(before), thresholds)
    for each, _ in people.slices():
        key = (each, False)
        bare = Change(people=each, kind="looking_back", before_row=0, after_row=1)
        yield each, moves.linked[key], _change(bare, moves, protected, key, thresholds)


@dataclass(frozen=True)
class _Moves:
    """Who moved from where to where, for every slice a reader can choose: true, and protected in one table in which
    each pair of answers (before, after) is a column."""

    favourable: tuple[str, ...]
    linked: dict[SliceKey, tallies.Linked]
    table: ProtectedTable
    left_out: frozenset[SliceKey]

    def sum(self, row: str | None, name: str) -> int | None:
        """How many moved so, or None where that is hidden. A movement that no pair of answers is (there may be no good
        side) is nobody's."""
        cell = self.table.counts.get((row, name))
        return 0 if cell is None else cell.count


def _moves(
    before: AskedRow, after: AskedRow, people: People, favourable: tuple[str, ...], thresholds: domain.Thresholds
) -> _Moves:
    codes = tuple(option.code for option in before.part.question.options)
    sides = [each.frame[each.frame["variable"] == each.part.key] for each in (before, after)]
    cells = people.cells(person for side in sides for person in side["participant_id"])
    by_group = tallies.link_by(
        sides[0],
        before.part.key,
        sides[1],
        after.part.key,
        codes,
        {person: row_name(cell) for person, cell in cells.items()},
    )
    names = sorted(set(cells.values())) or [people.nobody]
    linked = {
        name: by_group.get(row_name(name), tallies.Linked(change.JointCounts.empty(codes), 0, 0)) for name in names
    }
    members = {key: [name for name in names if people.holds(*key, name)] for key in people.slices()}
    together = {key: _together(codes, [linked[name] for name in within]) for key, within in members.items()}
    bases = {key: each.joint.base for key, each in together.items()}
    refused = distributions.refusals(people, bases, thresholds.minimum_base)
    offered = {key: within for key, within in members.items() if within and (key[0].segment, key[1]) not in refused}
    table = protection.protect(
        CountTable(
            rows=tuple(row_name(name) for name in names),
            columns=tuple(_pair(one, two) for one in codes for two in codes),
            counts=tuple(tuple(people for row in linked[name].joint.counts for people in row) for name in names),
            row_groups=tuple(
                CellTotal(group, tuple(row_name(name) for name in within))
                for key, within in offered.items()
                if (group := group_name(*key)) is not None
            ),
            column_groups=_movements(codes, favourable),
            rows_published=False,
        ),
        Limits(thresholds.minimum_base, thresholds.minimum_cell),
    )
    return _Moves(favourable, together, table, frozenset(members.keys() - offered.keys()))


def _pair(before: str, after: str) -> str:
    return f"{before}>{after}"


def _favourable(part: Part) -> tuple[str, ...]:
    net = part.question.net(part.question.favourable) if part.question.favourable else None
    return net.options if net else ()


def _together(codes: tuple[str, ...], linked: Sequence[tallies.Linked]) -> tallies.Linked:
    joint = sum((each.joint for each in linked), change.JointCounts.empty(codes))
    return tallies.Linked(joint, sum(each.lost for each in linked), sum(each.joined for each in linked))


def _movements(codes: Sequence[str], favourable: Collection[str]) -> tuple[CellTotal, ...]:
    """The sums of pairs that are also told. Options run from most to least favourable: to rise is to move up."""

    def pairs(test: Callable[[int, int, bool, bool], bool]) -> tuple[str, ...]:
        return tuple(
            _pair(one, two)
            for i, one in enumerate(codes)
            for j, two in enumerate(codes)
            if test(i, j, one in favourable, two in favourable)
        )

    named = {
        "rose": pairs(lambda i, j, _a, _b: j < i),
        "same": pairs(lambda i, j, _a, _b: i == j),
        "fell": pairs(lambda i, j, _a, _b: j > i),
        "gained": pairs(lambda _i, _j, a, b: b and not a),
        "given_up": pairs(lambda _i, _j, a, b: a and not b),
        "both": pairs(lambda _i, _j, a, b: a and b),
    }
    return tuple(CellTotal(name, members) for name, members in named.items() if members)


def _change(
    bare: Change,
    moves: _Moves,
    sides: tuple[Protected, Protected],
    key: SliceKey,
    thresholds: domain.Thresholds,
) -> Change:
    """One slice's change, as much of it as may be shown: none where it is not told how many answered on either side, as
    the matched base and those lost or joined add up to it."""
    linked, row = moves.linked[key], group_name(*key)
    joint = linked.joint
    if (
        key in moves.left_out
        or not all(side.tells_base(key) for side in sides)
        or joint.base < max(thresholds.minimum_base, 1)
        or not moves.table.base(row).shown
        or _gives_away(linked, thresholds.minimum_cell)
    ):
        return dataclasses.replace(bare, withheld=True)
    sums = {name: moves.sum(row, name) for name in MOVEMENTS}
    pair = change.favourable(joint, moves.favourable)
    low = joint.base < thresholds.low_base
    told = dataclasses.replace(
        bare,
        base=joint.base,
        lost=linked.lost,
        joined=linked.joined,
        gained=sums["gained"],
        given_up=sums["given_up"],
        rose=sums["rose"],
        same=sums["same"],
        fell=sums["fell"],
        transitions=tuple(
            tuple(_shown(moves.table.cell(row, _pair(one, two))) for two in joint.categories)
            for one in joint.categories
        ),
        low_base=low,
    )
    if any(sums[name] is None for name in ("gained", "given_up", "both")):
        return told
    difference = intervals.newcombe_paired(pair.both, pair.before_only, pair.after_only, pair.neither)
    return dataclasses.replace(
        told,
        before=pair.before,
        after=pair.after,
        points=rounding.points(pair.before, pair.base, pair.after, pair.base),
        interval=Interval(_points(difference.low), _points(difference.high)) if difference else None,
        mcnemar_p=None if low else paired_tests.mcnemar_exact(pair).p_value,
        wilcoxon_p=None if low else paired_tests.wilcoxon_signed_rank(change.people_by_steps(joint)).p_value,
    )


def _shown(protected: ProtectedCount) -> Cell:
    return Cell(protected.count, None, protected.fewer_than)


def _gives_away(linked: tallies.Linked, minimum_cell: int) -> bool:
    """Whether how many were lost or joined is itself a count too small to tell: the matched base would give it away."""
    return any(1 <= people < minimum_cell for people in (linked.lost, linked.joined))


def _points(share: float) -> int:
    """A bound of an interval, a share from -1 to 1, in whole points. Exact from here on."""
    return int(rounding.half_up(100 * Fraction(share)))
