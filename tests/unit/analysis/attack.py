"""An attack on a release by somebody who knows all that it tells and nothing of how it was made.

It reads the told rows, pairs and crosstabs as a reader would, never the equations that the auditor keeps; its unknowns
are every combination of statuses and segment values that can be; it asks an integer program how few and how many people
each cell can hold. A small true count of which both are the same has been worked out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from surveyapp.analysis.disclosure.inputs import Cohort, SlicePlace, StatusTable
from surveyapp.analysis.disclosure.told import CrossTold, PairTold, ReleaseTold, TableTold, Told

Mask = np.ndarray
WITHOUT, ABSENT = -1, -3  # a reader cannot tell who was not asked from who did not answer


class Reader:
    """Everything a reader can write down of one variable (or of several over the same people), as rows of 0 and 1."""

    def __init__(self, sizes: Mapping[str, int], values: Mapping[str, int]) -> None:
        self.columns, self.segments = list(sizes), list(values)
        domains = [[ABSENT, WITHOUT, *range(size)] for size in sizes.values()]
        domains += [[-1, *range(count)] for count in values.values()]
        self.patterns = np.array(list(product(*domains)), dtype=np.int16)
        self.rows: list[Mask] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def status(self, column: str) -> Mask:
        return self.patterns[:, self.columns.index(column)]

    def where(self, place: SlicePlace) -> Mask:
        if place is None:
            return np.ones(len(self.patterns), dtype=bool)
        return self.value(place[0]) == place[1]

    def value(self, segment: str) -> Mask:
        """The value of a segment that each pattern has."""
        return self.patterns[:, len(self.columns) + self.segments.index(segment)]

    def learn(self, who: Mask, told: Told) -> None:
        if told.low is not None and told.high is not None:
            self.rows.append(who)
            self.low.append(told.low)
            self.high.append(told.high)

    def at_least(self, who: Mask, count: int) -> None:
        self.rows.append(who)
        self.low.append(count)
        self.high.append(np.inf)

    def extremes(self, who: Mask) -> tuple[int, int]:
        """The fewest and the most people that this may be: linear bounds, and whole numbers where those are near."""
        matrix, low, high = np.array(self.rows, float), np.array(self.low), np.array(self.high)
        ends = []
        for sign in (1.0, -1.0):
            finite = np.isfinite(high)
            relaxed = linprog(
                sign * who,
                A_ub=np.concatenate([matrix[finite], -matrix]),
                b_ub=np.concatenate([high[finite], -low]),
                bounds=(0, None),
            )
            assert relaxed.status in (0, 3), "what was told contradicts itself"
            ends.append(sign * relaxed.fun if relaxed.status == 0 else -sign * np.inf)
        if (
            ends[1] - ends[0] >= 4
        ):  # room enough: and were it not for whole numbers, that is for the other tests to find
            return -1, 10**6
        whole = []
        for sign in (1.0, -1.0):
            done = milp(
                sign * who,
                constraints=LinearConstraint(matrix, low, high),
                integrality=np.ones(len(who)),
                bounds=Bounds(0, np.inf),
            )
            assert done.x is not None
            whole.append(round(float(sign * done.fun)))
        return whole[0], whole[1]

    def worked_out(self, targets: Iterator[tuple[str, Mask]], truth: np.ndarray, small: int) -> list[str]:
        """The targets whose true count is from 1 to `small` and can be told exactly. `truth`: people by pattern."""
        found = []
        for name, who in targets:
            true = int(truth[who].sum())
            if 0 < true <= small and self.extremes(who) == (true, true):
                found.append(f"{name} = {true}")
        return found


def truth(reader: Reader, cohort: Cohort) -> np.ndarray:
    """How many people follow each pattern of a reader."""
    index = {tuple(pattern): place for place, pattern in enumerate(reader.patterns.tolist())}
    columns = [np.where(cohort.columns[c] == -2, WITHOUT, cohort.columns[c]) for c in reader.columns]
    columns += [cohort.segments[segment] for segment in reader.segments]
    counts = np.zeros(len(reader.patterns), np.int64)
    for person in zip(*(column.tolist() for column in columns), strict=True):
        counts[index[person]] += 1
    return counts


def read_table(reader: Reader, table: StatusTable, told: TableTold) -> None:
    """Write down what a release tells of a variable."""
    for row in told.rows:
        status = reader.status(table.moments[row.moment].column)
        slice_ = reader.where(row.place)
        reader.learn(slice_ & (status >= 0), row.base)
        reader.learn(slice_ & (status != ABSENT), row.handed_in)
        reader.learn(slice_ & (status == WITHOUT), row.without)
        for group in row.groups:
            reader.learn(slice_ & np.isin(status, group.members), group.told)
        if row.bounded:
            _read_bound(reader, slice_, status, row.groups, row.base)
    for pair in told.pairs:
        read_pair(reader, table, pair)


def _read_bound(reader: Reader, slice_: Mask, status: Mask, groups: Sequence, base: Told) -> None:
    """The two groups of a bound are exact together: the base less the others."""
    apart = [group for group in groups if group.told.exact is None]
    others = sum(group.told.exact for group in groups if group.told.exact is not None)
    assert base.exact is not None
    together = [option for group in apart for option in group.members]
    reader.learn(slice_ & np.isin(status, together), Told(base.exact - others, base.exact - others))


def read_pair(reader: Reader, table: StatusTable, pair: PairTold) -> None:
    before = reader.status(table.moments[pair.before_moment].column)
    after = reader.status(table.moments[pair.after_moment].column)
    both = (before >= 0) & (after >= 0)
    reader.learn(both, pair.base)
    reader.learn((before >= 0) & ~both, pair.first_alone)
    reader.learn((after >= 0) & ~both, pair.second_alone)
    for status, groups in ((before, pair.before), (after, pair.after)):
        for group in groups:
            reader.learn(both & np.isin(status, group.members), group.told)
    for sign, told in ((1, pair.rose), (0, pair.stayed), (-1, pair.fell)):
        reader.learn(both & (np.sign(after - before) == sign), told)
    one, two = pair.sides
    for first, second, told in (
        (one, one, pair.both),
        (two, one, pair.gained),
        (one, two, pair.given_up),
        (two, two, pair.neither),
    ):
        reader.learn(np.isin(before, first) & np.isin(after, second), told)
    for i, line in enumerate(pair.movement):
        for j, count in enumerate(line):
            first, second = pair.movement_groups[i], pair.movement_groups[j]
            reader.learn(np.isin(before, first) & np.isin(after, second), Told(count, count))


def read_cross(reader: Reader, tables: Mapping[str, StatusTable], cross: CrossTold) -> None:
    first = reader.status(tables[cross.crossed.first[0]].moments[cross.crossed.first[1]].column)
    second = reader.status(tables[cross.crossed.second[0]].moments[cross.crossed.second[1]].column)
    for group, line in zip(cross.first_groups, cross.counts, strict=True):
        for other, told in zip(cross.second_groups, line, strict=True):
            reader.learn(np.isin(first, group) & np.isin(second, other), told)


def read_release(
    tables: Sequence[StatusTable], key: str, release: ReleaseTold, cohort: Cohort, *, population: bool = True
) -> Reader:
    """One variable with what the pages of the others add: who took part, and that nobody answers who did not."""
    table = next(table for table in tables if table.key == key)
    values = {segment: cohort.values[segment] for segment in table.segments}
    reader = Reader({moment.column: len(table.options) for moment in table.moments}, values)
    read_table(reader, table, release.tables[key])
    column_of = {moment.touchpoint: moment.column for moment in table.moments}
    for (touchpoint, place), told in release.handed_in.items():
        if touchpoint in column_of and (place is None or place[0] in values):
            reader.learn(reader.where(place) & (reader.status(column_of[touchpoint]) != ABSENT), told)
    for other in tables:
        for row in release.tables[other.key].rows:
            touchpoint = other.moments[row.moment].touchpoint
            if touchpoint in column_of and row.base.low is not None and (row.place is None or row.place[0] in values):
                there = reader.where(row.place) & (reader.status(column_of[touchpoint]) != ABSENT)
                reader.at_least(there, row.base.low)
    if population:
        for place, held in release.population.items():
            if place is None or place[0] in values:
                reader.learn(reader.where(place), Told(held, held))
    return reader


def know_population(reader: Reader, cohort: Cohort) -> None:
    """How many people there are in all."""
    held = len(next(iter(cohort.columns.values())))
    reader.learn(reader.where(None), Told(held, held))


def _several(values: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every two or more of a segment's values that are not all: what readers can subtract from everybody."""
    for many in range(2, len(values)):
        yield from combinations(values, many)


def small_cells(reader: Reader, table: StatusTable, *, splits: bool = True) -> Iterator[tuple[str, Mask]]:
    """Every cell that a release promises to hide: of rows and splits, of the complement, of one moment, movements."""
    options = [(option,) for option in range(len(table.options))]
    net = tuple(table.favourable) or (0,)
    sets = [*options, net, tuple(o for o in range(len(table.options)) if o not in net), tuple(range(len(options)))]
    places: list[SlicePlace] = [None]
    if splits:
        places += [(segment, v) for segment in table.segments for v in np.unique(reader.patterns[:, -1]).tolist()]
    for moment in table.moments if splits else []:
        status = reader.status(moment.column)
        for segment in table.segments:
            for some in _several(np.unique(reader.value(segment)).tolist()):
                inside = np.isin(reader.value(segment), some)
                for members in sets:
                    yield f"{moment.column} {segment} {some} {members}", inside & np.isin(status, members)
                yield f"{moment.column} {segment} {some} without", inside & (status == WITHOUT)
    for place in places:
        for moment in table.moments:
            status = reader.status(moment.column)
            for members in sets:
                yield f"{moment.column} {place} {members}", reader.where(place) & np.isin(status, members)
            yield f"{moment.column} {place} without", reader.where(place) & (status == WITHOUT)
        for first, second in table.pairs:
            before, after = (reader.status(table.moments[moment].column) for moment in (first, second))
            here = reader.where(place)
            for members in sets:
                yield f"{first}-{second} {place} first alone {members}", here & np.isin(before, members) & (after < 0)
                yield f"{first}-{second} {place} second alone {members}", here & np.isin(after, members) & (before < 0)
                yield f"{first}-{second} {place} before {members}", here & np.isin(before, members) & (after >= 0)
                yield f"{first}-{second} {place} after {members}", here & np.isin(after, members) & (before >= 0)
                for others in sets if place is None else []:
                    moved = here & np.isin(before, members) & np.isin(after, others)
                    yield f"{first}-{second} {place} {members} to {others}", moved
            if table.kind == "ordered":
                for sign in (-1, 0, 1):
                    step = (before >= 0) & (after >= 0) & (np.sign(after - before) == sign)
                    yield f"{first}-{second} {place} direction {sign}", here & step
