"""A release of a cohort: every declared table told as far as nobody can undo it (results.md §3; decision 0019)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from surveyapp.analysis.disclosure.audit.patterns import SHIFT, PatternFlags, StatusPatterns, gather
from surveyapp.analysis.disclosure.audit.secrets import CellFamily, cross_families, families, row_families
from surveyapp.analysis.disclosure.audit.yielding import Yielder, find_auditor
from surveyapp.analysis.disclosure.exhibits import Exhibit, count, ranged
from surveyapp.analysis.disclosure.grouping import OptionGrouping, find_grouping
from surveyapp.analysis.disclosure.inputs import (
    NO_ANSWER,
    UNKNOWN,
    Cohort,
    CrossedMoments,
    EarlierRelease,
    PeopleCounts,
    PublishedCount,
    Selection,
    SlicePlace,
    StatusTable,
    small,
    window,
)
from surveyapp.analysis.disclosure.output import tell_cross, tell_table
from surveyapp.analysis.disclosure.pairs import cross_exhibit, pair_exhibits
from surveyapp.analysis.disclosure.rows import guard_complements, hidden_places, left_over, row_exhibit
from surveyapp.analysis.disclosure.told import ReleaseTold, TableTold, Told, exactly
from surveyapp.domain.instrument.study import Thresholds

CROSSES = "crosstabs"  # the key of what crosstabs published, beside those of the tables


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
    seen = {table.key: _Seen(table, cohort, rules, earlier) for table in tables}
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
        _with_crosses(release, cohort, seen, crosses, handed_in, earlier, rules, population_told)
        if crosses
        else release
    )


@dataclass(frozen=True)
class HandedIn:
    """How many took part in a touchpoint, of one slice, as far as it is told; `least` is known of other bases."""

    told: Told
    least: int


class _Seen:
    """One table over the cohort: its patterns, true rows, grouping and exhibits."""

    def __init__(
        self, table: StatusTable, cohort: Cohort, rules: Thresholds, earlier: Sequence[EarlierRelease]
    ) -> None:
        self.table, self.rules = table, rules
        self.values = {segment: cohort.values[segment] for segment in table.segments}
        self.releases = [release.number for release in earlier]
        self.people = gather(cohort, [moment.column for moment in table.moments], table.segments, earlier)
        for release in earlier:
            for moment in table.moments:
                if moment.column not in release.columns:
                    raise ValueError(f"release {release.number} has no column {moment.column}: give it, all NOT_THERE")
        width = len(table.options)
        # By moment and segment: (values + 1, statuses + SHIFT); the last row is of those whose value is not known.
        self.rows: dict[tuple[int, str | None], PeopleCounts] = {}
        for index, moment in enumerate(table.moments):
            self.rows[index, None] = self.people.counts(moment.column, width)
            for segment, values in self.values.items():
                self.rows[index, segment] = self.people.counts(moment.column, width, segment, values)
        true = np.array([self.rows[index, None][0, SHIFT:] for index in range(len(table.moments))]).reshape(-1, width)
        self.grouping = find_grouping(table, true, rules)

    def places(self) -> Iterator[SlicePlace]:
        yield None
        for segment, values in self.values.items():
            for value in range(values):
                yield segment, value

    def row(self, moment: int, place: SlicePlace) -> PeopleCounts:
        """True counts of a row by status + SHIFT."""
        if place is None:
            found: PeopleCounts = self.rows[moment, None][0]
        else:
            found = self.rows[moment, place[0]][place[1]]
        return found

    def known(self, handed_in: dict[tuple[str, SlicePlace], HandedIn], population: bool) -> list[PublishedCount]:
        """What readers know whatever is told of the rows: the population, who took part, who was asked."""
        found: list[PublishedCount] = []
        answered = tuple(range(len(self.table.options)))
        there = (-2, NO_ANSWER, *answered)
        done: set[str] = set()
        if population:
            found += [count(Selection(place=place), people) for place, people in self.population().items()]
        for index, moment in enumerate(self.table.moments):
            for place in self.places():
                if moment.touchpoint not in done:
                    took_part = Selection(place=place, parts=((moment.column, there),))
                    one = handed_in[moment.touchpoint, place]
                    if one.told.low is not None and one.told.high is not None:
                        found.append(ranged(took_part, one.told.low, one.told.high))
                    if one.least:
                        found.append(PublishedCount(took_part, one.least, None))
                if moment.asked_told and (asked := self.asked(index, place)).known:
                    who = Selection(place=place, parts=((moment.column, (NO_ANSWER, *answered)),))
                    found.append(ranged(who, asked.low or 0, asked.high or 0))
            done.add(moment.touchpoint)
        return found

    def population(self) -> dict[SlicePlace, int]:
        """How many people there are, of everybody and of each value where that is told: a profile of the group."""
        found: dict[SlicePlace, int] = {None: int(self.people.people.sum())}
        for segment in self.values:
            by_value = self.rows[0, segment].sum(axis=1)
            found |= {(segment, value): int(by_value[value]) for value in told_values(by_value, self.rules)}
        return found

    def asked(self, moment: int, place: SlicePlace) -> Told:
        """How many were asked, where readers know: exactly where those asked and those routed past are both enough."""
        row, this = self.row(moment, place), self.table.moments[moment]
        asked, past = int(row[SHIFT + NO_ANSWER :].sum()), int(row[SHIFT - 2])
        if asked < self.rules.minimum_base:
            return Told()
        if self.rules.minimum_cell > 1 and (this.collecting or small(self.rules, past)):
            return Told(*window(self.rules, asked)) if place is None else Told()
        return exactly(asked)

    def before(self, earlier: Sequence[EarlierRelease]) -> list[PublishedCount]:
        """What earlier releases told of this table, over the statuses that people had in them."""
        found = []
        for release in earlier:
            for told in release.published.get(self.table.key, ()):
                who = replace(told.who, release=release.number)
                if self.people.knows(who):
                    found.append(replace(told, who=who))
        return found

    def told(self, always: Sequence[PublishedCount], handed_in: dict[tuple[str, SlicePlace], HandedIn]) -> TableTold:
        table = self.table
        self.exhibits = [
            row_exhibit(table, self.grouping, index, place, self.row(index, place)[SHIFT:].tolist(), self.rules)
            for index in range(len(table.moments))
            for place in self.places()
        ]
        for pair in table.pairs:
            self.exhibits += pair_exhibits(table, self.grouping, pair, self.people, self.rules)
        self.by_key = {exhibit.key: exhibit for exhibit in self.exhibits}
        auditor = find_auditor(
            self.people,
            families(table, self.grouping, self.values, self.releases),
            blocks([table]),
            {moment.column: len(table.options) for moment in table.moments},
            self.rules,
        )
        yielder = Yielder(
            auditor=auditor,
            exhibits=self.exhibits,
            always=always,
            settle=self.settle,
            unsettled=self.unsettled,
            unions=self.unions,
            rules=self.rules,
        )
        pinned = yielder.run()
        self.published = tuple(told for exhibit in self.exhibits for told in exhibit.now.published)
        now = [told for told in always if told.who.release is None and told.who.parts]
        rows = {place: handed_in[place].told for place in handed_in}
        asked = {index: self.asked(index, None) for index, m in enumerate(table.moments) if m.asked_told}
        return tell_table(
            table,
            self.grouping,
            self.by_key,
            rows,
            asked,
            published=(*now, *self.published),
            log=tuple(yielder.log),
            pinned=tuple(cell.name for cell in pinned),
        )

    def _splits(self) -> Iterator[tuple[Exhibit, list[Exhibit], int, str]]:
        for index in range(len(self.table.moments)):
            everybody = self.by_key["row", self.table.key, index, None]
            for segment, values in self.values.items():
                rows = [self.by_key["row", self.table.key, index, (segment, value)] for value in range(values)]
                yield everybody, rows, index, segment

    def settle(self) -> list[Exhibit]:
        """The rules that need no solver, applied."""
        gave: list[Exhibit] = []
        for everybody, rows, index, segment in self._splits():
            true = self.rows[index, segment][:, SHIFT:]
            gave += guard_complements(rows, everybody, self.grouping, true, self.rules)
        for exhibit in self.exhibits:
            while exhibit.now.on_exact_rows and not self._rows_exact(exhibit):
                exhibit.at += 1
                gave.append(exhibit)
        return gave

    def unsettled(self) -> bool:
        return any(
            left_over(rows, everybody, self.grouping, self.rows[index, segment][:, SHIFT:], self.rules)
            for everybody, rows, index, segment in self._splits()
        ) or any(exhibit.now.on_exact_rows and not self._rows_exact(exhibit) for exhibit in self.exhibits)

    def _rows_exact(self, exhibit: Exhibit) -> bool:
        moments = exhibit.key[2]
        assert isinstance(moments, tuple)
        return all(self.by_key["row", self.table.key, m, None].now.base.exact is not None for m in moments)

    def unions(self) -> Iterator[CellFamily]:
        """Those of all hidden rows of a segment together, which subtraction from everybody gives."""
        for _, rows, index, segment in self._splits():
            column = self.table.moments[index].column
            hidden = [*hidden_places(rows), UNKNOWN]
            true = self.rows[index, segment]
            if sum(bool(true[place].sum()) for place in hidden) < 2:
                continue

            def chosen(people: StatusPatterns, segment: str = segment, hidden: list[int] = hidden) -> PatternFlags:
                return np.isin(people.place(segment), hidden)

            for family in row_families(self.table, self.grouping, column):
                yield family.within(f"{segment} {hidden}", chosen)


def told_values(by_value: PeopleCounts, rules: Thresholds) -> list[int]:
    """The values of a segment of which it may be told how many people they have: none under the minimum base, nor the
    least of the others while the rest together would be. `by_value` ends with those whose value is not known."""
    shown = [value for value in range(len(by_value) - 1) if by_value[value] >= rules.minimum_base]
    shown.sort(key=lambda value: -by_value[value])
    while shown and 0 < by_value.sum() - by_value[shown].sum() < rules.minimum_base:
        shown.pop()
    return sorted(shown)


def blocks(tables: Sequence[StatusTable]) -> list[tuple[str, ...]]:
    """The columns of each touchpoint: who did not take part did not in any of them."""
    found: dict[str, list[str]] = {}
    for table in tables:
        for moment in table.moments:
            found.setdefault(moment.touchpoint, []).append(moment.column)
    return [tuple(dict.fromkeys(columns)) for columns in found.values()]


def _check(cohort: Cohort, tables: Sequence[StatusTable]) -> None:
    for table in tables:
        missing = [moment.column for moment in table.moments if moment.column not in cohort.columns]
        missing += [segment for segment in table.segments if segment not in cohort.segments]
        if missing:
            raise ValueError(f"{table.key}: the cohort has no {', '.join(missing)}")


def _handed_in(seen: Sequence[_Seen], rules: Thresholds) -> dict[tuple[str, SlicePlace], HandedIn]:
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


def _with_crosses(
    release: ReleaseTold,
    cohort: Cohort,
    seen: dict[str, _Seen],
    crosses: Sequence[CrossedMoments],
    handed_in: dict[tuple[str, SlicePlace], HandedIn],
    earlier: Sequence[EarlierRelease],
    rules: Thresholds,
    population_told: bool,
) -> ReleaseTold:
    """The crosstabs, audited in one system with all that is told of the tables that they join. Only they give way: each
    table has passed by itself, so a crosstab withheld takes nothing away."""
    shown, log, published = [], [], []
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

        def found(parts: list[_Seen] = parts, joined: _Joined = joined) -> Iterator[CellFamily]:
            for crossed in joined.crosses:
                yield from cross_families(crossed, *_two(crossed, seen))
            for part in parts:
                yield from families(part.table, part.grouping, part.values, part.releases)

        options = {moment.column: len(table.options) for table in tables for moment in table.moments}
        auditor = find_auditor(people, found(), blocks(tables), options, rules)
        yielder = Yielder(auditor=auditor, exhibits=exhibits, always=list(dict.fromkeys(always)), rules=rules)
        if yielder.run():
            # Something is pinned, or is not proved otherwise, that withholding the crosstabs cannot mend by parts.
            for exhibit in exhibits:
                exhibit.at = len(exhibit.ways) - 1
        shown += [tell_cross(crossed, exhibit) for crossed, exhibit in zip(joined.crosses, exhibits, strict=True)]
        log += yielder.log
        published += [told for exhibit in exhibits for told in exhibit.now.published]
    return replace(release, crosses=tuple(shown), cross_log=tuple(log), cross_published=tuple(published))


def _two(
    crossed: CrossedMoments, seen: dict[str, _Seen]
) -> tuple[tuple[StatusTable, StatusTable], tuple[OptionGrouping, OptionGrouping]]:
    one, two = seen[crossed.first[0]], seen[crossed.second[0]]
    return (one.table, two.table), (one.grouping, two.grouping)


def _exhibit(crossed: CrossedMoments, seen: dict[str, _Seen], people: StatusPatterns, rules: Thresholds) -> Exhibit:
    return cross_exhibit(crossed, *_two(crossed, seen), people, rules)
