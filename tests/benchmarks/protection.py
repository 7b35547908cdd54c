"""How much a release tells of random cohorts, and how long it takes: the budget for hiding (results.md §3)."""

from __future__ import annotations

import dataclasses
import time

import numpy as np

from surveyapp.analysis.disclosure.budget import budget
from surveyapp.analysis.disclosure.inputs import NOT_THERE, EarlierRelease
from surveyapp.analysis.disclosure.release import protect
from surveyapp.analysis.disclosure.told import TableTold
from surveyapp.domain.instrument.study import Thresholds
from tests.unit.analysis.cohorts import invent

RULES = Thresholds(10, 5, 30)


def random_cohorts(count: int = 50, variables: int = 4) -> None:
    """Prints the budget over seeded cohorts of 30 to 500 people at 10 and 5, and the small counts that are pinned."""
    tables: list[TableTold] = []
    slowest = 0.0
    begin = time.process_time()
    for seed in range(count):
        study = invent(seed, variables=variables)
        started = time.process_time()
        tables += protect(study.cohort, study.tables, RULES).tables.values()
        slowest = max(slowest, time.process_time() - started)
    seconds = time.process_time() - begin
    taken = f"{seconds:.1f} s of processor, slowest cohort {slowest:.1f} s"
    print(f"{count} random cohorts, {len(tables)} variables: {taken}")
    for line in budget(tables):
        print(f"  {line}{'' if line.held else ', NOT HELD'}")
    print(f"  small counts pinned, by the auditor: {sum(len(table.pinned) for table in tables)}")


def one_after_another() -> None:
    """Prints how long releases take beside all earlier ones: two while people answer, one when all have."""
    interim, final = invent(5, people=120, collecting=(0, 1, 2)), invent(5, people=120)
    earlier: list[EarlierRelease] = []
    for number, first in enumerate((60, 90, 120), start=1):
        then = {
            name: np.where(np.arange(len(column)) < first, column, NOT_THERE)
            for name, column in final.cohort.columns.items()
        }
        cohort = dataclasses.replace(final.cohort, columns=then)
        begin = time.process_time()
        release = protect(cohort, (final if number == 3 else interim).tables, RULES, earlier=earlier)
        seconds = time.process_time() - begin
        print(
            f"release {number} of {first} people beside {number - 1} earlier: {seconds:.1f} s, passed {release.passed}"
        )
        told = {key: table.published for key, table in release.tables.items()}
        earlier.append(EarlierRelease(number=number, published=told, columns=then, segments={}))


def large_cohort(people: int) -> None:
    """Prints how long a release of four variables of so many simulated people takes."""
    study = invent(1, people=people)
    begin = time.process_time()
    release = protect(study.cohort, study.tables, RULES)
    seconds = time.process_time() - begin
    print(f"{people} people, {len(study.tables)} variables: {seconds:.1f} s, passed {release.passed}")


def main() -> None:
    random_cohorts()
    one_after_another()
    for people in (1_000, 100_000, 1_000_000):
        large_cohort(people)


if __name__ == "__main__":
    main()
