"""Numbers of any size, days and times: what they come to."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.statistics.quantities import quantity


@given(st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=30))
def test_numbers_come_to_what_the_standard_library_says(values: list[Decimal]) -> None:
    counts = Counter(values)
    found = quantity({value: counts[value] for value in sorted(counts)})
    assert found.base == len(values)
    assert found.mean == statistics.mean(map(Fraction, values))
    assert found.median == statistics.median(values)
    assert (found.minimum, found.maximum) == (min(values), max(values))


def test_days_and_times_have_a_middle_and_no_mean() -> None:
    days = {dt.date(2025, 3, 1): 1, dt.date(2025, 3, 4): 1}
    assert (quantity(days).mean, quantity(days).median) == (None, dt.date(2025, 3, 2))
    times = {dt.time(7, 30): 1, dt.time(9, 1): 1}
    assert (quantity(times).mean, quantity(times).median) == (None, dt.time(8, 15))
    assert quantity({}).median is quantity({}).minimum is quantity({}).mean is None
