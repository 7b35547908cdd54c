"""Every number of a release as records: the same as the files of its pages hold, table by table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from surveyapp.domain.results import Crosstab, Distribution, ResponseTable, Shift
from surveyapp.reports.files.people_csv import response_records
from surveyapp.reports.files.records import Record, crosstab_records, distribution_records, shift_records


def table_records(
    study: str, told: Shift | Crosstab | tuple[Distribution, ...] | tuple[ResponseTable, ...]
) -> Iterator[Record]:
    """The records of one table, in their order."""
    match told:
        case Shift():
            yield from shift_records(told)
        case Crosstab():
            yield from crosstab_records(told)
        case _:
            for each in told:
                if isinstance(each, ResponseTable):
                    yield from answered_records(study, [each])
                else:
                    yield from distribution_records(study, [each])


def answered_records(study: str, tables: Iterable[ResponseTable]) -> Iterator[Record]:
    """How many answered: what a release says of response, and nothing else of it."""
    return (each for each in response_records(study, tables) if each["category"] == "answered")
