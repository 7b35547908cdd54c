"""One table over a cohort: what readers know of it, its exhibits, and how they give way until nothing is pinned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from surveyapp.analysis.counting.patterns import PeopleCounts
from surveyapp.analysis.disclosure.audit.patterns import SHIFT, PatternFlags, StatusPatterns, gather
from surveyapp.analysis.disclosure.audit.secrets import CellFamily, families, row_families
from surveyapp.analysis.disclosure.audit.yielding import TooMuchToLookUp, Yielder, find_auditor
from surveyapp.analysis.disclosure.exhibits import Exhibit, count, ranged
from surveyapp.analysis.disclosure.grouping import find_grouping
from surveyapp.analysis.disclosure.inputs import (
    NO_ANSWER,
    UNKNOWN,
    Cohort,
    EarlierRelease,
    PublishedCount,
    Selection,
    SlicePlace,
    StatusTable,
    small,
    window,
)
from surveyapp.analysis.disclosure.output import tell_table
from surveyapp.analysis.disclosure.pairs import pair_exhibits
from surveyapp.analysis.disclosure.rows import guard_complements, left_over, row_exhibit, subtracted
from surveyapp.analysis.disclosure.told import GaveWay, TableTold, Told, exactly
from surveyapp.domain.instrument.study import Thresholds


@dataclass(frozen=True)
class HandedIn:
    """How many took part in a touchpoint, of one slice, as far as it is told; `least` is known of other bases."""

    told: Told
    least: int


class SeenTable:
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
        rows = {place: handed_in[place].told for place in handed_in}
        self.published: tuple[PublishedCount, ...] = ()
        try:
            auditor = find_auditor(
                self.people,
                families(table, self.grouping, self.values, self.releases),
                blocks([table]),
                {moment.column: len(table.options) for moment in table.moments},
                self.rules,
            )
        except TooMuchToLookUp:
            for exhibit in self.exhibits:
                exhibit.at = len(exhibit.ways) - 1
            log = (GaveWay(exhibit=table.key, to="withheld", because="more moments and segments than can be audited"),)
            return tell_table(table, self.grouping, self.by_key, rows, {}, published=(), log=log, pinned=())
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
        """Those of several rows of a segment together, of which subtraction from everybody gives what they hide."""
        for everybody, rows, index, segment in self._splits():
            column = self.table.moments[index].column
            true = self.rows[index, segment]
            for places in subtracted(rows, everybody, self.grouping):
                hidden = [*places, UNKNOWN]
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
