"""Exhibits, once nothing more gives way, as what a release tells."""

from __future__ import annotations

from collections.abc import Mapping

from surveyapp.analysis.disclosure.exhibits import Exhibit
from surveyapp.analysis.disclosure.grouping import OptionGrouping
from surveyapp.analysis.disclosure.inputs import CrossedMoments, PublishedCount, SlicePlace, StatusTable
from surveyapp.analysis.disclosure.told import (
    WITHHELD,
    CrossTold,
    Depth,
    GaveWay,
    PairStatistic,
    PairTold,
    RowStatistic,
    RowTold,
    TableTold,
    Told,
)

ByKey = Mapping[tuple[object, ...], Exhibit]


def tell_table(
    table: StatusTable,
    grouping: OptionGrouping,
    exhibits: ByKey,
    handed_in: Mapping[tuple[str, SlicePlace], Told],
    asked: Mapping[int, Told],
    *,
    published: tuple[PublishedCount, ...],
    log: tuple[GaveWay, ...],
    pinned: tuple[str, ...],
) -> TableTold:
    """Everything that is told of a table. `handed_in` by touchpoint and slice, `asked` by moment, over everybody."""
    rows = []
    for key, exhibit in exhibits.items():
        if key[0] == "row":
            moment = key[2]
            assert isinstance(moment, int)
            took = handed_in[table.moments[moment].touchpoint, None]
            rows.append(_row(table, moment, exhibit, took, asked.get(moment, WITHHELD)))
    return TableTold(
        key=table.key,
        groups=grouping.groups,
        sides=grouping.sides,
        rows=tuple(rows),
        pairs=tuple(_pair(table, grouping, pair, exhibits) for pair in table.pairs),
        published=published,
        log=log,
        pinned=pinned,
    )


def tell_cross(crossed: CrossedMoments, exhibit: Exhibit) -> CrossTold:
    way = exhibit.now
    groups = tuple(group.members for group in way.groups)
    first, second = groups[: way.lines], groups[way.lines :]
    size = len(second)
    return CrossTold(
        crossed=crossed,
        depth=way.depth,
        first_groups=first,
        second_groups=second,
        counts=tuple(way.counts[line * size : (line + 1) * size] for line in range(way.lines)),
        because=exhibit.why,
    )


def less(whole: Told, part: Told) -> Told:
    """What is known of a whole less a part of it."""
    if whole.low is None or whole.high is None or part.low is None or part.high is None:
        return WITHHELD
    return Told(max(0, whole.low - part.high), max(0, whole.high - part.low))


def _row(table: StatusTable, moment: int, exhibit: Exhibit, took_part: Told, asked: Told) -> RowTold:
    way, this = exhibit.now, table.moments[moment]
    everybody = exhibit.place is None
    statistics: set[RowStatistic] = set()
    if way.groups and all(group.told.exact is not None for group in way.groups):
        statistics.add("quartile_groups")
        if way.depth == Depth.OPTIONS and not table.binned:
            # Every option's count is told: so is what is computed from them.
            statistics |= {"mean", "range", "most_common"}
    return RowTold(
        moment=moment,
        place=exhibit.place,
        depth=way.depth,
        base=way.base,
        groups=way.groups,
        bounded=way.bounded,
        collecting=exhibit.collecting,
        because=exhibit.why,
        handed_in=took_part if everybody else WITHHELD,
        without=less(took_part, way.base) if everybody and this.routed != "changed" else WITHHELD,
        asked=(took_part if this.routed == "everybody" else asked if this.routed != "changed" else WITHHELD)
        if everybody
        else WITHHELD,
        statistics=frozenset(statistics),
        true_base=exhibit.base,
    )


def _pair(table: StatusTable, grouping: OptionGrouping, pair: tuple[int, int], exhibits: ByKey) -> PairTold:
    parts = {name: exhibits["pair", table.key, pair, name] for name in PAIR_PARTS}
    base, before, after, direction, net, movement = (parts[name].now for name in PAIR_PARTS)
    bases = [exhibits["row", table.key, moment, None].now.base for moment in pair]
    rose, stayed, fell = direction.counts or (WITHHELD,) * 3
    both, gained, given_up, neither = net.counts or (WITHHELD,) * 4
    groups = tuple(group.members for group in movement.groups)
    counts = [told.exact or 0 for told in movement.counts]
    statistics: set[PairStatistic] = set()
    if net.counts and all(told.exact is not None for told in net.counts):
        statistics |= {"net_interval", "mcnemar"}
    if direction.counts and all(told.exact is not None for told in direction.counts):
        statistics.add("sign")
    if movement.depth == Depth.OPTIONS and not table.binned:
        statistics.add("stuart_maxwell")
        if table.kind == "ordered":
            statistics |= {"wilcoxon", "mean_change", "reliable_change"}
    withheld = all(part.now.depth == Depth.WITHHELD for part in parts.values())
    return PairTold(
        before_moment=pair[0],
        after_moment=pair[1],
        base=base.base,
        first_alone=less(bases[0], base.base),
        second_alone=less(bases[1], base.base),
        before=before.groups,
        after=after.groups,
        rose=rose,
        stayed=stayed,
        fell=fell,
        sides=grouping.sides,
        both=both,
        gained=gained,
        given_up=given_up,
        neither=neither,
        movement_groups=groups,
        movement=tuple(tuple(counts[i * len(groups) : (i + 1) * len(groups)]) for i in range(len(groups))),
        because=parts["base"].why if withheld else None,
        collecting=parts["base"].collecting,
        statistics=frozenset(statistics),
        true_base=parts["base"].base,
    )


PAIR_PARTS = ("base", "before", "after", "direction", "net", "movement")
