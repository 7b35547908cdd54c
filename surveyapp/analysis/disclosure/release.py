"""A release of a cohort: every declared table told as far as nobody can undo it (results.md §3; decision 0019)."""

from __future__ import annotations

from collections.abc import Sequence

from surveyapp.analysis.disclosure.audit.patterns import SHIFT
from surveyapp.analysis.disclosure.crossing import with_crosses
from surveyapp.analysis.disclosure.inputs import (
    Cohort,
    CrossedMoments,
    EarlierRelease,
    SlicePlace,
    StatusTable,
    small,
    window,
)
from surveyapp.analysis.disclosure.seen import HandedIn, SeenTable, told_values
from surveyapp.analysis.disclosure.told import ReleaseTold, TableTold, Told, exactly
from surveyapp.domain.instrument.study import Thresholds


def protect(
    cohort: Cohort,
    tables: Sequence[StatusTable],
    rules: Thresholds,
    *,
    crosses: Sequence[CrossedMoments] = (),
    earlier: Sequence[EarlierRelease] = (),
    population_told: bool = True,
) -> ReleaseTold:
    """Tell a closed set of tables of one group so that no count from 1 to the minimum cell less one can be worked out.

    `population_told`: readers know how many people the group and each value of a segment have. Raises ValueError where
    a table names a column or segment that the cohort has not, or two tables of a touchpoint differ in who took part.
    """
    _check(cohort, tables)
    seen = {table.key: SeenTable(table, cohort, rules, earlier) for table in tables}
    handed_in = _handed_in(list(seen.values()), rules)
    told: dict[str, TableTold] = {}
    for key, one in seen.items():
        always = [*one.known(handed_in, population_told), *one.before(earlier)]
        told[key] = one.told(always, handed_in)
    population = {place: n for one in seen.values() for place, n in one.population().items()}
    release = ReleaseTold(
        tables=told, crosses=(), handed_in=_told_by_slice(handed_in), population=population if population_told else {}
    )
    return (
        with_crosses(release, cohort, seen, crosses, handed_in, earlier, rules, population_told) if crosses else release
    )


def _check(cohort: Cohort, tables: Sequence[StatusTable]) -> None:
    for table in tables:
        missing = [moment.column for moment in table.moments if moment.column not in cohort.columns]
        missing += [segment for segment in table.segments if segment not in cohort.segments]
        if missing:
            raise ValueError(f"{table.key}: the cohort has no {', '.join(missing)}")


def _handed_in(seen: Sequence[SeenTable], rules: Thresholds) -> dict[tuple[str, SlicePlace], HandedIn]:
    """Who took part, as far as it may be told beside the bases of all variables: exactly only where no variable of the
    touchpoint has a small number without an answer in any slice; else a range that begins at the largest base."""
    took: dict[tuple[str, SlicePlace], int] = {}
    least: dict[tuple[str, SlicePlace], int] = {}
    in_ranges: dict[str, bool] = {}
    told: set[tuple[str, SlicePlace]] = set()
    population: dict[SlicePlace, int] = {}
    for one in seen:
        for index, moment in enumerate(one.table.moments):
            told.add((moment.touchpoint, None))
            for segment in one.values:
                there_by_value = one.rows[index, segment][:, SHIFT - 2 :].sum(axis=1)
                told |= {(moment.touchpoint, (segment, value)) for value in told_values(there_by_value, rules)}
            for place in one.places():
                row = one.row(index, place)
                key = (moment.touchpoint, place)
                there, base = int(row[SHIFT - 2 :].sum()), int(row[SHIFT:].sum())
                population[place] = int(row.sum())
                if took.setdefault(key, there) != there:
                    raise ValueError(
                        f"{one.table.key}: {there} took part in {moment.touchpoint}, elsewhere {took[key]}"
                    )
                if base >= rules.minimum_base:
                    least[key] = max(least.get(key, 0), base)
                hides = rules.minimum_cell > 1 and (moment.collecting or small(rules, there - base))
                in_ranges[moment.touchpoint] = in_ranges.get(moment.touchpoint, False) or hides
    by_segment: dict[tuple[str, str], int] = {}
    for (touchpoint, place), base in least.items():
        if place is not None:
            by_segment[touchpoint, place[0]] = by_segment.get((touchpoint, place[0]), 0) + base
    for (touchpoint, _), base in by_segment.items():
        least[touchpoint, None] = max(least.get((touchpoint, None), 0), base)
    collecting = {m.touchpoint for one in seen for m in one.table.moments if m.collecting and rules.minimum_cell > 1}
    found: dict[tuple[str, SlicePlace], HandedIn] = {}
    for key, there in took.items():
        known = 0 if key[0] in collecting else least.get(key, 0)
        if there < rules.minimum_base or key not in told:
            found[key] = HandedIn(Told(), known)
        elif not in_ranges[key[0]]:
            found[key] = HandedIn(exactly(there), known)
        else:
            low, high = _range_of_those(there, known, population[key[1]], rules, key[0] in collecting)
            found[key] = HandedIn(Told(low, high), known)
    return found


def _range_of_those(there: int, least: int, most: int, rules: Thresholds, collecting: bool) -> tuple[int, int]:
    """The range that is told of who took part: readers know that it is at least the largest base and at most everybody,
    so one is chosen that leaves three whole numbers or more between."""
    low, high = window(rules, there)
    if collecting:
        return low, high
    width = high - low
    absent = most - there
    aligned = [(low, high), (most - absent + absent % (width + 1) - width, most - absent + absent % (width + 1))]
    if there - least <= width:
        aligned.insert(0, (least, least + width))
    for first, last in aligned:
        if min(last, most) - max(first, least) >= 2:
            return first, last
    return max(aligned, key=lambda one: min(one[1], most) - max(one[0], least))


def _told_by_slice(handed_in: dict[tuple[str, SlicePlace], HandedIn]) -> dict[tuple[str, SlicePlace], Told]:
    return {key: one.told for key, one in handed_in.items()}
