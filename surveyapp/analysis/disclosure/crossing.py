"""Crosstabs, audited with all that is told of the tables that they join."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from surveyapp.analysis.disclosure.audit.patterns import StatusPatterns, gather
from surveyapp.analysis.disclosure.audit.secrets import CellFamily, cross_families, families
from surveyapp.analysis.disclosure.audit.yielding import TooMuchToLookUp, Yielder, find_auditor
from surveyapp.analysis.disclosure.exhibits import Exhibit
from surveyapp.analysis.disclosure.grouping import OptionGrouping
from surveyapp.analysis.disclosure.inputs import (
    Cohort,
    CrossedMoments,
    EarlierRelease,
    PublishedCount,
    SlicePlace,
    StatusTable,
)
from surveyapp.analysis.disclosure.output import tell_cross
from surveyapp.analysis.disclosure.pairs import cross_exhibit
from surveyapp.analysis.disclosure.seen import HandedIn, SeenTable, blocks
from surveyapp.analysis.disclosure.told import CrossTold, GaveWay, ReleaseTold
from surveyapp.domain.instrument.study import Thresholds

CROSSES = "crosstabs"  # the key of what crosstabs published, beside those of the tables


@dataclass
class _Joined:
    """Tables that crosstabs join, and those crosstabs."""

    tables: set[str] = field(default_factory=set)
    crosses: list[CrossedMoments] = field(default_factory=list)


def _components(crosses: Sequence[CrossedMoments]) -> list[_Joined]:
    found: list[_Joined] = []
    for crossed in crosses:
        mine = {crossed.first[0], crossed.second[0]}
        touching = [one for one in found if one.tables & mine]
        joined = _Joined(mine.union(*(one.tables for one in touching)), [c for one in touching for c in one.crosses])
        joined.crosses.append(crossed)
        found = [one for one in found if one not in touching] + [joined]
    return found


def with_crosses(
    release: ReleaseTold,
    cohort: Cohort,
    seen: dict[str, SeenTable],
    crosses: Sequence[CrossedMoments],
    handed_in: dict[tuple[str, SlicePlace], HandedIn],
    earlier: Sequence[EarlierRelease],
    rules: Thresholds,
    population_told: bool,
) -> ReleaseTold:
    """The crosstabs, audited in one system with all that is told of the tables that they join. Only they give way: each
    table has passed by itself, so a crosstab withheld takes nothing away."""
    shown: list[CrossTold] = []
    log: list[GaveWay] = []
    published: list[PublishedCount] = []
    for joined in _components(crosses):
        parts = [seen[key] for key in sorted(joined.tables)]
        tables = [part.table for part in parts]
        segments = tuple(dict.fromkeys(segment for table in tables for segment in table.segments))
        columns = [moment.column for table in tables for moment in table.moments]
        people = gather(cohort, columns, segments, earlier)
        always = [told for part in parts for told in (*part.known(handed_in, population_told), *part.before(earlier))]
        always += [told for part in parts for told in part.published]
        for past in earlier:
            told_then = [
                replace(told, who=replace(told.who, release=past.number)) for told in past.published.get(CROSSES, ())
            ]
            always += [told for told in told_then if people.knows(told.who)]
        exhibits = [_exhibit(crossed, seen, people, rules) for crossed in joined.crosses]

        def found(parts: list[SeenTable] = parts, joined: _Joined = joined) -> Iterator[CellFamily]:
            for crossed in joined.crosses:
                yield from cross_families(crossed, *_two(crossed, seen))
            for part in parts:
                yield from families(part.table, part.grouping, part.values, part.releases)

        options = {moment.column: len(table.options) for table in tables for moment in table.moments}
        held = True
        gave: list[GaveWay] = []
        try:
            auditor = find_auditor(people, found(), blocks(tables), options, rules)
            yielder = Yielder(auditor=auditor, exhibits=exhibits, always=list(dict.fromkeys(always)), rules=rules)
            held, gave = not yielder.run(), yielder.log
        except TooMuchToLookUp:
            held = False
        if not held:
            # Something is pinned, or is not proved otherwise, that withholding the crosstabs cannot mend by parts.
            for exhibit in exhibits:
                exhibit.at = len(exhibit.ways) - 1
        shown += [tell_cross(crossed, exhibit) for crossed, exhibit in zip(joined.crosses, exhibits, strict=True)]
        log += gave
        published += [told for exhibit in exhibits for told in exhibit.now.published]
    return replace(release, crosses=tuple(shown), cross_log=tuple(log), cross_published=tuple(published))


def _two(
    crossed: CrossedMoments, seen: dict[str, SeenTable]
) -> tuple[tuple[StatusTable, StatusTable], tuple[OptionGrouping, OptionGrouping]]:
    one, two = seen[crossed.first[0]], seen[crossed.second[0]]
    return (one.table, two.table), (one.grouping, two.grouping)


def _exhibit(crossed: CrossedMoments, seen: dict[str, SeenTable], people: StatusPatterns, rules: Thresholds) -> Exhibit:
    return cross_exhibit(crossed, *_two(crossed, seen), people, rules)
