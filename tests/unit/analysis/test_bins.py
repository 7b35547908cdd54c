"""Bins of numbers, days and times: few, readable, and every value in one of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.statistics.bins import (
    MOST_BINS,
    MOST_MONTHS,
    PARTS_OF_DAY,
    Bin,
    bins_for,
    bins_of,
    calendar_bins,
    counted,
    last_of,
    number_edges,
)
from surveyapp.analysis.statistics.quantities import Measured
from surveyapp.domain.results import Cell, QuantityBin
from surveyapp.reports.text.phrasing import ENGLISH, bin_words


def edges(values: list[object], decimals: int = 0) -> list[str]:
    return [str(edge) for edge in number_edges(Counter(Decimal(str(value)) for value in values), decimals)]


@pytest.mark.parametrize(
    ("values", "decimals", "expected"),
    [
        (list(range(16, 68)), 0, ["20", "30", "40", "50", "60"]),  # ages
        ([0, 1, 1, 2, 3, 0], 0, ["1", "2", "3"]),  # children
        ([7, 7, 7], 0, []),
        ([], 0, []),
        ([n / 2 for n in range(81)], 1, ["10", "20", "30", "40"]),  # hours
        ([n / 1000 for n in range(10)], 3, ["0.002", "0.004", "0.006", "0.008"]),
        (list(range(-40, 3)), 0, ["-30", "-20", "-10", "0"]),
        ([*range(100), 10**9], 0, ["20", "40", "60", "80", "100"]),  # one extreme answer stretches nothing
    ],
)
def test_edges_are_those_a_person_would_choose(values: list[object], decimals: int, expected: list[str]) -> None:
    assert edges(values, decimals) == expected


def test_edges_that_stand_are_kept() -> None:
    stood = (Decimal(20), Decimal(40))
    assert number_edges({Decimal(900): 7}, kept=stood) == stood


numbers = st.dictionaries(st.decimals(-10_000, 10_000, places=1), st.integers(1, 5), min_size=1, max_size=40)


@given(numbers)
def test_bins_are_few_and_hold_everybody_once(counts: dict[Decimal, int]) -> None:
    found = number_edges(counts, 1)
    bins = bins_of(found)
    people = counted(counts, bins)
    assert len(bins) <= MOST_BINS
    assert sum(people) == sum(counts.values())
    assert list(found) == sorted(set(found))
    assert len({each.code for each in bins}) == len(bins)
    # Nobody's edge: there are people below the first edge and at or above the last.
    assert people[0] > 0
    assert people[-1] > 0
    assert number_edges({value: 3 * number for value, number in counts.items()}, 1, found) == found


def test_days_are_counted_by_month_and_of_many_years_by_year() -> None:
    days = {dt.date(2025, 11, 30): 2, dt.date(2025, 12, 1): 3, dt.date(2026, 2, 28): 4}
    bins = calendar_bins(days)
    assert [each.low for each in bins] == [dt.date(2025, month, 1) for month in (11, 12)] + [
        dt.date(2026, month, 1) for month in (1, 2)
    ]
    assert counted(days, bins) == (2, 3, 0, 4)
    birthdays = {dt.date(1961, 6, 1): 1, dt.date(2001, 12, 31): 1}
    years = calendar_bins(birthdays)
    assert (years[0].low, years[-1].low, len(years)) == (dt.date(1961, 1, 1), dt.date(2001, 1, 1), 41)
    assert sum(counted(birthdays, years)) == 2
    assert calendar_bins(()) == ()


@given(st.lists(st.dates(), min_size=1, max_size=5))
def test_every_day_of_the_calendar_is_in_a_bin(days: list[dt.date]) -> None:
    bins = calendar_bins(days)
    assert sum(counted(Counter(days), bins)) == len(days)
    if (max(days) - min(days)).days < 28 * (MOST_MONTHS - 1):
        assert len(bins) <= MOST_MONTHS


def test_times_are_counted_by_part_of_day() -> None:
    times = {dt.time(0): 1, dt.time(5, 59): 2, dt.time(6): 3, dt.time(11, 59): 1, dt.time(18): 4, dt.time(23, 59): 1}
    assert counted(times, bins_of(PARTS_OF_DAY)) == (3, 4, 0, 5)


def test_what_is_in_no_bin_is_refused() -> None:
    with pytest.raises(ValueError, match="in no bin"):
        counted({Decimal(9): 1}, (Bin(Decimal(0), Decimal(5)), Bin(Decimal(5), Decimal(8))))
    with pytest.raises(ValueError, match="in no bin"):
        counted({Decimal(9): 1}, ())


@pytest.mark.parametrize(
    ("counts", "decimals", "expected"),
    [
        ({Decimal(n): 1 for n in range(16, 68)}, 0, ["up to 19", "20 to 29", "30 to 39", "40 to 49", "50 to 59",
                                                     "60 or more"]),
        ({Decimal(0): 3, Decimal(1): 2, Decimal(3): 1}, 0, ["up to 0", "1", "2", "3 or more"]),
        ({Decimal(n) / 10: 1 for n in range(30)}, 1, ["up to 0.4", "0.5 to 0.9", "1 to 1.4", "1.5 to 1.9",
                                                      "2 to 2.4", "2.5 or more"]),
        ({dt.date(2025, 1, 31): 1, dt.date(2025, 2, 1): 1}, 0, ["January 2025", "February 2025"]),
        ({dt.date(1961, 1, 31): 1, dt.date(1963, 2, 1): 1}, 0, ["1961", "1962", "1963"]),
        ({dt.time(7): 1}, 0, ["up to 5:59", "6:00 to 11:59", "12:00 to 17:59", "18:00 or later"]),
        ({Decimal(7): 2}, 0, ["any value"]),
        ({Decimal(7): 0}, 0, []),
        ({}, 0, []),
    ],
)  # fmt: skip
def test_bins_in_words(counts: dict[Measured, int], decimals: int, expected: list[str]) -> None:
    bins = bins_for(counts, decimals)
    said = [bin_words(QuantityBin(each.low, last_of(each, decimals), Cell(0)), ENGLISH) for each in bins]
    assert said == expected
